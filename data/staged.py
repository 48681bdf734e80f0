"""A version of a layer as files: what they are called, and what is known of it before the store has it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.record import VersionRecord
from geo import Group, Problem, Severity, Text

CATALOGUE = "catalogue.sqlite"
"""In the store's own folder; all others in the folder of a version."""
FEATURES = "features.parquet"
TILES = "tiles.pmtiles"
SURFACES = "surfaces.parquet"
TILESET = "tileset.3tz"
TEXTURES = "textures"
GRID = "grid.tif"
FEED = "feed.zip"


@dataclass(frozen=True)
class StagedLayer:
    """A layer's next version, complete in its staging folder, waiting for the switch."""

    id: str
    folder: Path
    title: Text
    group: Group
    attribution: str | None
    licence: str | None
    content_hash: str
    record: VersionRecord
    problems: Sequence[Problem] = ()
    based_on: str | None = None
    """The version that this one adds to: no other may have come between."""


@dataclass(frozen=True)
class EmptyLayer:
    """Not one feature of a layer could be stored; `problems` say why."""

    problems: Sequence[Problem]


def count_problems(problems: Iterable[Problem]) -> int:
    """Those that changed or kept out something."""
    return sum(problem.severity is not Severity.NOTE for problem in problems)
