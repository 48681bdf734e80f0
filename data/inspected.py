"""What a check looks at in one source besides reading it as an import does: all that would make an import slower.

Runs in a process of its own, so it takes and gives only what can be pickled.
"""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc

from data.detect import Source, SourceKind
from data.neighbours import BuildingFile, keep_buildings
from data.reading import read_source
from data.shard import PartResult, SourceResult, surfaces_path
from data.shard_file import read_table
from geo import Problem
from geo.citygml.package import FLOODS
from geo.surface import Surfaces

_ROADS = frozenset({"rwy", "squr", "tran", "trk", "wwy"})
_WATER = FLOODS | {"wtr"}
_WITH_COMPOSITES = frozenset({"frn", "gen", "unf", "veg"})
"""Packages whose features have a geometry of any kind (`lod3Geometry`)."""


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
        buildings, problems = keep_buildings(result, folder.with_name(f"{folder.name}-buildings"))
        return InspectedSource(result, (*problems, *_closer(result)), buildings)
    if source.kind is SourceKind.TIN:
        from geo.check.relief import check_relief

        return InspectedSource(result, tuple(check_relief(source.path, name=source.name)))
    return InspectedSource(result)


def _closer(result: SourceResult) -> Iterator[Problem]:
    from geo.check.road import check_roads  # compiles its loops

    if any(_package(part) in _ROADS for part in result.parts):
        yield from check_roads(result.source.path, name=result.source.name)
    yield from _bodies(result)


def _bodies(result: SourceResult) -> Iterator[Problem]:
    """Of bodies in space, for the packages that have more to be asked of theirs."""
    from geo.check.building_part import check_parts
    from geo.check.composite import check_composites, find_composites
    from geo.check.water import check_water

    path, name = result.source.path, result.source.name
    composites = set(find_composites(path, name)) if _may_have_composites(result) else set()
    for part in result.parts:
        package = _package(part)
        for shard in part.shards if composites or package in _WATER | {"bldg"} else ():
            if not surfaces_path(shard).exists() or (package == "bldg" and not _has_parts(surfaces_path(shard))):
                continue
            ids = read_table(shard, columns=["feature_id"])["feature_id"].to_pylist()
            surfaces = Surfaces.from_table(read_table(surfaces_path(shard)))
            yield from check_parts(surfaces, ids, name=name) if package == "bldg" else ()
            yield from check_water(surfaces, ids, name=name) if package in _WATER else ()
            yield from check_composites(surfaces, ids, composites, name=name) if composites else ()


def _has_parts(bodies: Path) -> bool:
    """Whether any body has a second solid, beyond LOD1."""
    table = read_table(bodies, columns=["lod", "solid"])
    second = pc.list_parent_indices(table["solid"]).filter(pc.greater(pc.list_flatten(table["solid"]), 0))
    return bool(pc.any(pc.greater(table["lod"].take(second), 1)).as_py())


def _may_have_composites(result: SourceResult) -> bool:
    if not any(_package(part) in _WITH_COMPOSITES for part in result.parts):
        return False
    with result.source.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(b"CompositeSurface") >= 0


def _package(part: PartResult) -> str:
    return part.part.partition("-")[0]
