"""Reads one source into shards: Arrow files with a few thousand features each, and an account of them.

Runs in a process of its own, so it takes and gives only what can be pickled.
"""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pyarrow as pa

import gtfs
from data.detect import Source, SourceKind
from data.feature_table import arrow_table, unified_schema
from data.places import Places
from data.shard import SUFFIX, PartResult, SourceResult, begin_result, keep_result, surfaces_path
from data.shard_file import write_table
from geo import Batch, GeometryType, Problem, UnreadableError, citygml
from geo.memory import give_memory_back
from geo.raster import write_cog
from geo.statistics import read_mesh_statistics
from geo.table import read_table
from geo.terrain import TerrainPiece, read_fg_dem, read_terrarium, read_tin
from geo.town import read_towns
from geo.vector import read_vector

RASTER_FILE = "grid.tif"
SOURCE_FILE = "source_file"


def read_source(source: Source, folder: Path, crs: str | None, places: Places | None = None) -> SourceResult:
    """Reads all of `source` into `folder`. A source that turns out unreadable on the way gives nothing at all.
    `places`: the areas of a table of towns.

    May be called again for the same folder, when the process that was at it died.
    """
    begin_result(folder)
    result = _read(source, folder, crs, places)
    keep_result(result, folder)
    give_memory_back()
    return result


def _read(source: Source, folder: Path, crs: str | None, places: Places | None) -> SourceResult:
    try:
        if source.kind is SourceKind.RASTER:
            target = folder / RASTER_FILE
            summary = write_cog(source.path, target, name=source.name, crs=crs)
            return SourceResult(source, grid=(summary, target))
        if (piece := _terrain(source, folder / RASTER_FILE, crs)) is not None:
            return SourceResult(source, terrain=piece)
        parts: dict[tuple[str, GeometryType], PartResult] = {}
        for number, batch in enumerate(_batches(source, crs, places)):
            key = (batch.part, batch.geometry_type)
            part = parts.setdefault(key, PartResult(_key(source, batch), batch.part, batch.geometry_type, source))
            _add(part, batch, folder / f"{number}{SUFFIX}")
    except UnreadableError as error:
        return SourceResult(source, failure=error.problem)
    if not any(part.counts or part.problems for part in parts.values()):
        return SourceResult(source, failure=Problem("file.no_features", source.name))
    return SourceResult(source, tuple(parts.values()))


def _terrain(source: Source, target: Path, crs: str | None) -> TerrainPiece | None:
    """The heights of a source that holds nothing else; None for every other one."""
    match source.kind:
        case SourceKind.TIN:
            return read_tin(source.path, target, name=source.name)
        case SourceKind.FG_DEM:
            return read_fg_dem(source.path, target, name=source.name)
        case SourceKind.TERRARIUM:
            return read_terrarium(source.path, target, name=source.name, crs=crs)
        case _:
            return None


def _batches(source: Source, crs: str | None, places: Places | None) -> Iterator[Batch]:
    match source.kind:
        case SourceKind.TOWN_TABLE:
            return _town_batches(source, places)
        case SourceKind.CITYGML:
            return citygml.read_citygml(source.path, name=source.name, codelists=citygml.find_codelists(source.path))
        case SourceKind.TABLE:
            return read_table(source.path, name=source.name, crs=crs)
        case SourceKind.MESH_STATISTICS:
            return read_mesh_statistics(source.path, name=source.name)
        case SourceKind.FEED:
            return gtfs.feed_batches(gtfs.read_feed(source.path, name=source.name), name=source.name)
        case SourceKind.STREETS:
            return _street_batches(source)
        case _:
            return read_vector(source.path, name=source.name, crs=crs)


def _town_batches(source: Source, places: Places | None) -> Iterator[Batch]:
    if places is None:
        raise UnreadableError(Problem("town.no_places", source.name))
    return read_towns(source.path, name=source.name, towns=places.towns())


def _street_batches(source: Source) -> Iterator[Batch]:
    """The compiled searches behind this package take half a second to load, and only street networks need them."""
    from geo.network import network_batches, read_osm_network

    return network_batches(read_osm_network(source.path, name=source.name), name=source.name)


def _add(part: PartResult, batch: Batch, path: Path) -> None:
    part.columns.update({column.name: column for column in batch.columns})
    part.counts += batch.counts
    part.levels += batch.levels
    part.problems += batch.problems
    part.crs, part.vertical_datum = batch.crs, batch.vertical_datum
    if not len(batch.features):
        return
    table = arrow_table(batch.features)
    if part.source.kind is SourceKind.CITYGML:
        # The file's own name, as the reader knows it, says neither dataset nor folder.
        table = table.set_column(
            table.schema.get_field_index(SOURCE_FILE), SOURCE_FILE, pa.repeat(part.source.name, len(table))
        )
    write_table(table, path)
    if batch.surfaces is not None and len(batch.surfaces.row):
        write_table(batch.surfaces.to_table(), surfaces_path(path))
    part.shards.append(path)
    part.schema = table.schema if part.schema is None else unified_schema([part.schema, table.schema])


_FLOOD_PACKAGES = frozenset({"fld", "tnm", "htd", "ifld", "rfld"})


def _key(source: Source, batch: Batch) -> str:
    """Floods of different rivers and scales overlap, so each is a layer of its own."""
    if source.kind is not SourceKind.CITYGML or batch.part not in _FLOOD_PACKAGES:
        return batch.part
    river = PurePosixPath(source.name).parent.name
    scale = re.search(r"_(l[12])(?:_|\.|$)", source.name)
    own = river if river and river not in _FLOOD_PACKAGES else ""
    return "-".join(filter(None, (batch.part, own, scale.group(1) if scale else "")))
