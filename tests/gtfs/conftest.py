from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def sample_feeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the zips of the sample city's three operators."""
    from data.sample import write_sample_city

    folder = tmp_path_factory.mktemp("sample_city")
    write_sample_city(folder, buildings=20)
    return folder / "gtfs"
