from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from data.sample import SampleCity


@pytest.fixture(scope="session")
def sample_feeds(sample_city: "SampleCity") -> Path:
    """Folder of the zips of the sample city's three operators."""
    return sample_city.folder / "gtfs"
