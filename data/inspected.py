"""What a check looks at in one source besides reading it as an import does: all that would make an import slower.

Runs in a process of its own, so it takes and gives only what can be pickled.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from data.detect import Source, SourceKind
from data.neighbours import BuildingFile, keep_buildings
from data.reading import read_source
from data.shard import SourceResult
from geo import Problem

_ROADS = frozenset({"rwy", "squr", "tran", "trk", "wwy"})


@dataclass(frozen=True)
class InspectedSource:
    result: SourceResult
    problems: tuple[Problem, ...] = ()
    """Besides those of reading."""
    buildings: BuildingFile | None = None
    """In a folder beside that of the shards, to be held against those of other files."""


def inspect_source(source: Source, folder: Path, crs: str | None) -> InspectedSource:
    """Reads `source` into `folder`, and looks closer at what was read."""
    result = read_source(source, folder, crs)
    if result.failure is not None:
        return InspectedSource(result)
    if source.kind is SourceKind.CITYGML:
        buildings = keep_buildings(result, folder.with_name(f"{folder.name}-buildings"))
        return InspectedSource(result, tuple(_closer(result)), buildings)
    return InspectedSource(result)


def _closer(result: SourceResult) -> Iterator[Problem]:
    from geo.check.road import check_roads  # compiles its loops

    packages = {part.part.partition("-")[0] for part in result.parts}
    path, name = result.source.path, result.source.name
    if packages & _ROADS:
        yield from check_roads(path, name=name)
