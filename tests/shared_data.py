"""Real public data for tests, kept beside the project and never in it."""

import os
from pathlib import Path

import pytest

_ROOT = Path(os.environ.get("MACHINAMI_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))


def shared_data(path: str) -> Path:
    """A file or folder of the shared data; the test is skipped where it is missing."""
    found = _ROOT / path
    if not found.exists():
        pytest.skip(f"no shared data at {found} (MACHINAMI_TEST_DATA names the folder)")
    return found
