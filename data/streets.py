"""The extract that a layer of streets was read from, kept beside its features: lines on a map don't say what crosses
what, a street network needs that."""

import shutil
from pathlib import Path

STREETS = "streets.osm.pbf"


def keep_streets(source: Path, target: Path) -> None:
    """The file as it came."""
    shutil.copyfile(source, target)
