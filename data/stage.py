"""Builds a layer's next version in its staging folder: merged features, tiles, and the record of both."""

import re
import shutil
import zipfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq

import gtfs
from data.detect import SourceKind
from data.executor import SerialExecutor
from data.feature_table import arrow_table, unified_schema
from data.merge import Merge, sum_counts, write_features
from data.plan import LayerPlan, layer_title
from data.record import SourceFile, TilesetRecord, VersionRecord
from data.shard import begin_result
from data.staged import FEATURES, FEED, GRID, SURFACES, TEXTURES, TILES, TILESET, StagedLayer
from data.streets import STREETS, keep_streets
from data.surface_table import images_of, levels_of
from geo import (
    BASE,
    Column,
    ColumnType,
    Count,
    Draw,
    GeometryType,
    Portrayal,
    Problem,
    Severity,
    Style,
    Text,
    Theme,
    UnreadableError,
    citygml,
)
from geo.geoid import GeoidModel, geoid_model
from geo.grid import GridFile
from geo.memory import give_memory_back
from geo.municipal import portray as portray_municipal
from geo.municipal import themed_columns
from geo.raster import RasterSummary
from geo.statistics import portray_statistics
from geo.terrain import is_terrain_name, mosaic, portray_terrain
from tiles import TileSummary, build_vector_tiles
from tiles.errors import OffGeoidError


@dataclass(frozen=True)
class EmptyLayer:
    """Not one feature of a layer could be stored; `problems` say why."""

    problems: Sequence[Problem]


def build_planned(plan: LayerPlan, folder: Path, executor: Executor | None = None) -> StagedLayer | EmptyLayer:
    """The layer's next version in `folder`. Runs in any process, and again where one died at it; `executor` is for the
    parts of a large one."""
    begin_result(folder)
    if plan.grid is not None:
        return build_raster(plan, folder, *plan.grid)
    if plan.pieces:
        return build_terrain(plan, folder)
    return build_layer(plan, folder, executor)


def build_layer(plan: LayerPlan, folder: Path, executor: Executor | None = None) -> StagedLayer | EmptyLayer:
    """Merges the shards into one GeoParquet file and tiles it."""
    first = plan.parts[0]
    merged = Merge(plan.parts, folder / SURFACES, least_lod(plan.source.kind, first.part), plan.earlier)
    schema = unified_schema(_schemas(plan) or [_NO_FEATURES])
    rows = write_features(folder / FEATURES, schema, merged.tables())
    give_memory_back()
    problems = [*(problem for part in plan.parts for problem in part.problems), *merged.problems]
    if not rows:
        return EmptyLayer(problems)
    portrayal = _portray(plan, schema, folder / FEATURES)
    if plan.source.kind is SourceKind.FEED and first.part == "stops":
        keep_feed(plan.source.path, folder / FEED)
    if plan.source.kind is SourceKind.STREETS:
        keep_streets(plan.source.path, folder / STREETS)
    tiled = (executor or SerialExecutor()).submit(
        build_vector_tiles,
        folder / FEATURES,
        folder / TILES,
        columns=_tiled_columns(portrayal, schema),
        geometry_type=first.geometry_type,
    )
    tileset = None
    if merged.has_surfaces:
        # While another process makes the vector tiles.
        tileset, told = _build_tileset(plan, folder, portrayal, schema, executor)
        problems += told
    record = _version_record(
        tiled.result(),
        schema,
        portrayal,
        first.geometry_type,
        columns={name: column for part in plan.parts for name, column in part.columns.items()},
        crs=first.crs,
        vertical_datum=first.vertical_datum,
        counts=merged.counts(),
        files=merged.files(plan.files),
        problems=problems,
    )
    record = replace(record, joined=plan.joined, tileset=tileset, levels=merged.levels())
    return _staged(plan, folder, portrayal, record, problems)


def _schemas(plan: LayerPlan) -> list[pa.Schema]:
    schemas = [part.schema for part in plan.parts if part.schema is not None]
    if plan.earlier and plan.earlier.folder:
        schemas.append(pq.read_schema(plan.earlier.folder / FEATURES).remove_metadata())
    return schemas


_FLAT = frozenset({"luse", "lsld", "urf", "area"})
"""Packages that are drawn on the ground: their place in space says nothing more."""
_ROADS = frozenset({"tran", "rwy", "trk", "squr", "wwy"})
_LEAST_LOD_OF_ROADS = 3
"""The lower ones lie flat, in many files at height 0."""


def least_lod(kind: SourceKind, part: str) -> int | None:
    """The lowest level of detail that is drawn in space; None for what isn't."""
    package = part.partition("-")[0]
    if kind is not SourceKind.CITYGML or package in _FLAT:
        return None
    return _LEAST_LOD_OF_ROADS if package in _ROADS else 0


_FEW_IMAGES = 200
"""A textured city has one for each building."""


def _build_tileset(
    plan: LayerPlan, folder: Path, portrayal: Portrayal, schema: pa.Schema, executor: Executor | None
) -> tuple[TilesetRecord | None, list[Problem]]:
    """3D Tiles of all features that stand in space, with the columns that their styles use, and what was wrong."""
    images = _images(plan, folder, images_of(folder / SURFACES))
    columns = [name for name in portrayal.style.columns if name in schema.names and name not in _HIDDEN]
    geoid = geoid_model(plan.parts[0].vertical_datum) or GeoidModel.GSIGEO2011
    # With few textures one process makes the tiles in less time than others need to load what makes them: it is then
    # one of those that have already grown by reading.
    is_textured = len(images) > _FEW_IMAGES
    maker = SerialExecutor() if is_textured or executor is None else executor
    helpers = executor if is_textured else None
    try:
        made, damaged = maker.submit(_tileset, folder, columns, geoid, images, portrayal.title.ja, helpers).result()
    except OffGeoidError as error:
        told = {"lon": f"{error.lon:.5f}", "lat": f"{error.lat:.5f}", "model": error.model}
        return None, [Problem("tileset.off_geoid", plan.name, lonlat=(error.lon, error.lat), parameters=told)]
    return made, [Problem("tileset.image_unreadable", image) for image in damaged]


def _tileset(
    folder: Path,
    columns: Sequence[str],
    geoid: GeoidModel,
    images: Mapping[str, Path],
    title: str,
    executor: Executor | None,
) -> tuple[TilesetRecord, tuple[str, ...]]:
    """Its record, and the images that could not be read. Runs in any process."""
    from tiles.tileset import build_tileset  # loads compiled functions that only bodies need

    summary = build_tileset(
        folder / FEATURES,
        folder / SURFACES,
        folder / TILESET,
        columns=columns,
        geoid=geoid,
        images=images,
        title=title,
        executor=executor,
    )
    made = TilesetRecord(
        features=summary.features,
        triangles=summary.triangles,
        bytes=summary.bytes,
        lods=levels_of(folder / SURFACES),
        textured=summary.texture_texels > 0,
    )
    return made, tuple(summary.damaged_images)


def _images(plan: LayerPlan, folder: Path, names: Iterable[str]) -> dict[str, Path]:
    """Where the texture images lie that the sources of a layer name; only what lies inside of what was imported.

    A seamless layer keeps them: when a later import joins it, what they came from may be gone.
    """
    folders = {PurePosixPath(part.source.name).parent: part.source.path.parent for part in plan.parts}
    images = {name: path for name in names if (path := _image(PurePosixPath(name), folders)) is not None}
    if plan.earlier is None:
        return images
    if kept := plan.earlier.folder and plan.earlier.folder / TEXTURES:
        images |= {name: kept / name for name in names if name not in images and (kept / name).is_file()}
    return {name: _kept_image(path, folder / TEXTURES / name) for name, path in images.items()}


def _kept_image(path: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)
    return target


def _image(name: PurePosixPath, folders: Mapping[PurePosixPath, Path]) -> Path | None:
    for parent in name.parents:
        if parent in folders and ".." not in name.parts:
            path = folders[parent] / name.relative_to(parent)
            return path if path.is_file() else None
    return None


def build_raster(plan: LayerPlan, folder: Path, raster: RasterSummary, path: Path) -> StagedLayer:
    """Takes over a grid that was already written as a Cloud Optimized GeoTIFF."""
    path.rename(folder / GRID)
    title = Text.same(plan.title or plan.name)
    is_named = is_terrain_name(plan.source.name) and raster.dtype != "uint8"  # a drawn hillshade has bytes
    is_terrain = raster.bands == 1 and (raster.vertical_datum is not None or is_named)
    plain = Portrayal(title, BASE, Style(Draw.RASTER, (Theme.single("#808080", title),)))
    portrayal = portray_terrain(title) if is_terrain else plain
    counts = (Count("raster", "", 1, 1, 0),)
    files = tuple(replace(file, counts=counts) for file in plan.files)
    record = _raster_record(raster, portrayal, counts, files, raster.problems, is_terrain)
    return _staged(plan, folder, portrayal, record, raster.problems)


def build_terrain(plan: LayerPlan, folder: Path) -> StagedLayer | EmptyLayer:
    """One grid of all pieces, the finest first, and of these the better survey: DEM5A before DEM5B."""
    pieces = sorted(plan.pieces, key=lambda one: (round(GridFile(one[1].path).resolution_m, 1), _survey(one[0].name)))
    problems = [problem for _, piece in plan.pieces for problem in piece.problems]
    try:
        raster = mosaic([piece.path for _, piece in pieces], folder / GRID, name=plan.name)
    except UnreadableError as error:
        return EmptyLayer([*problems, error.problem])
    portrayal = portray_terrain()
    counts = sum_counts(count for _, piece in plan.pieces for count in piece.counts)
    record = _raster_record(raster, portrayal, counts, _terrain_files(plan), problems, True)
    return _staged(plan, folder, portrayal, record, problems)


def _terrain_files(plan: LayerPlan) -> tuple[SourceFile, ...]:
    """The input's files, each with what it gave; of a folder of tiles only the whole is counted."""
    given = {source.name: piece.counts for source, piece in plan.pieces}
    return tuple(replace(file, counts=sum_counts(given.get(file.name, ()))) for file in plan.files)


def _survey(name: str) -> tuple[str, str]:
    found = re.search(r"DEM\d+([A-C])", name)
    return (found[1] if found else "", name)


def _raster_record(
    raster: RasterSummary,
    portrayal: Portrayal,
    counts: tuple[Count, ...],
    files: tuple[SourceFile, ...],
    problems: Sequence[Problem],
    is_terrain: bool,
) -> VersionRecord:
    return VersionRecord(
        kind="raster",
        geometry=None,
        bounds=raster.bounds,
        min_zoom=0,
        max_zoom=18,
        feature_count=sum(count.stored for count in counts),
        crs=raster.crs,
        vertical_datum=raster.vertical_datum,
        style=portrayal.style,
        columns=(),
        counts=counts,
        files=files,
        problem_count=count_problems(problems),
        role="terrain" if is_terrain else None,
    )


def _tiled_columns(portrayal: Portrayal, schema: pa.Schema) -> list[str]:
    return [name for name in portrayal.style.columns if name in schema.names]


def _version_record(
    summary: TileSummary,
    schema: pa.Schema,
    portrayal: Portrayal,
    geometry_type: GeometryType,
    *,
    columns: Mapping[str, Column],
    crs: str,
    vertical_datum: str | None,
    counts: tuple[Count, ...],
    files: tuple[SourceFile, ...] = (),
    problems: Sequence[Problem] = (),
    recipe: Mapping[str, Any] | None = None,
) -> VersionRecord:
    """Everything about a version, from the summary of its vector tiles on."""
    return VersionRecord(
        kind="vector",
        geometry=geometry_type,
        bounds=summary.bounds,
        min_zoom=summary.min_zoom,
        max_zoom=summary.max_zoom,
        feature_count=sum(count.stored for count in counts),
        crs=crs,
        vertical_datum=vertical_datum,
        style=portrayal.style,
        columns=_columns(schema, columns, portrayal),
        counts=counts,
        files=files,
        problem_count=count_problems(problems),
        recipe=recipe,
    )


def stage_frame(
    frame: gpd.GeoDataFrame,
    folder: Path,
    portrayal: Portrayal,
    *,
    id: str,
    title: Text,
    content_hash: str,
    recipe: Mapping[str, Any],
    attribution: str | None,
    licence: str | None,
) -> StagedLayer:
    """A layer that an analysis made, from features in memory: EPSG:4326, all points or all areas, `feature_id`."""
    kind = GeometryType.POINT if (frame.geom_type == "Point").all() else GeometryType.POLYGON
    table = arrow_table(frame)
    schema = unified_schema([table.schema])
    rows = write_features(folder / FEATURES, schema, [table])
    counts = (Count("analysis", "", rows, rows, 0),)
    tiled = build_vector_tiles(
        folder / FEATURES,
        folder / TILES,
        columns=_tiled_columns(portrayal, schema),
        geometry_type=kind,
    )
    record = _version_record(
        tiled,
        schema,
        portrayal,
        kind,
        columns={},
        crs="EPSG:4326",
        vertical_datum=None,
        counts=counts,
        recipe=recipe,
    )
    return StagedLayer(id, folder, title, portrayal.group, attribution, licence, content_hash, record)


def keep_feed(source: Path, target: Path) -> None:
    """The feed as it came, every file of it, as one zip whose bytes depend on nothing but the files'."""
    if source.is_file():
        shutil.copyfile(source, target)
        return
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in source.rglob("*") if path.is_file()):
            info = zipfile.ZipInfo(path.relative_to(source).as_posix())
            archive.writestr(info, path.read_bytes(), zipfile.ZIP_DEFLATED)  # a ZipInfo by itself says "stored"


_NO_FEATURES = pa.schema([pa.field("feature_id", pa.string()), pa.field("geometry", pa.binary())])


def count_problems(problems: Iterable[Problem]) -> int:
    """Those that changed or kept out something."""
    return sum(problem.severity is not Severity.NOTE for problem in problems)


def _portray(plan: LayerPlan, schema: pa.Schema, features: Path) -> Portrayal:
    first, names = plan.parts[0], schema.names
    match plan.source.kind:
        case SourceKind.CITYGML:
            return citygml.portray(first.part, names, {**_ranks(features, names), **_types(features, first.part)})
        case SourceKind.FEED:
            return gtfs.portray(first.part, _route_colours(features, names) if first.part == gtfs.ROUTES else None)
        case SourceKind.STREETS:
            from geo.network import portray_network  # loads the compiled searches; only streets pay for that

            return portray_network(schema.names)
        case SourceKind.MESH_STATISTICS:
            return portray_statistics(names)
        case _:
            values = {column: _distinct(features, column) for column in themed_columns(names)}
            return portray_municipal(plan.source.name, first.part, names, first.geometry_type, values=values)


def _route_colours(features: Path, names: Collection[str]) -> dict[str, dict[str, str | None]]:
    """Every route with the operator's own colour, where the feed gives one."""
    if not {"name", "colour"} <= set(names):
        return {}
    rows = pq.read_table(features, columns=["name", "colour"]).to_pylist()
    return {"name": {row["name"]: row["colour"] for row in rows if row["name"]}}


def _distinct(features: Path, column: str) -> list[object]:
    values: list[object] = pq.read_table(features, columns=[column])[column].unique().to_pylist()
    return values


def _ranks(features: Path, names: Collection[str]) -> dict[str, list[tuple[int, str]]]:
    """The ranks that occur, with the texts of the dataset's own codelist: tsunami files have other classes."""
    pairs = [(column, f"{column}_label") for column in ("rank", "tsunami_rank")]
    return {rank: _pairs(features, rank, label) for rank, label in pairs if rank in names and label in names}


def _types(features: Path, part: str) -> dict[str, list[object]]:
    """The classes of city planning that occur; a legend of all of them would be long."""
    is_planning = part.partition("-")[0] in ("urf", "area")
    return {"feature_type": _distinct(features, "feature_type")} if is_planning else {}


def _pairs(features: Path, rank: str, label: str) -> list[tuple[int, str]]:
    rows = pq.read_table(features, columns=[rank, label]).group_by([rank, label]).aggregate([]).to_pylist()
    found = {int(row[rank]): str(row[label]) for row in rows if row[rank] is not None and row[label]}
    return sorted(found.items())


_HIDDEN = frozenset({"feature_id", "geometry", "attributes"})
"""What every layer has, and no person looks at as a column."""


def _columns(schema: pa.Schema, read: Mapping[str, Column], portrayal: Portrayal) -> tuple[Column, ...]:
    """Every column a person may look at: the labelled ones first, the others as they are called in the file."""
    known = {**read, **{column.name: column for column in portrayal.columns}}
    order = [column.name for column in portrayal.columns if column.name in schema.names]
    order += [name for name in schema.names if name not in order]
    return tuple(_column(schema.field(name), known.get(name)) for name in order if name not in _HIDDEN)


def _column(field: pa.Field, known: Column | None) -> Column:
    """With the label it is known by, and the type that is really stored."""
    kind = ColumnType.TEXT
    if pa.types.is_integer(field.type):
        kind = ColumnType.INTEGER
    elif pa.types.is_floating(field.type):
        kind = ColumnType.NUMBER
    elif pa.types.is_boolean(field.type):
        kind = ColumnType.BOOLEAN
    return replace(known, type=kind) if known else Column(field.name, Text.same(field.name or "_"), kind)


def _staged(
    plan: LayerPlan, folder: Path, portrayal: Portrayal, record: VersionRecord, problems: Sequence[Problem]
) -> StagedLayer:
    return StagedLayer(
        id=plan.id,
        folder=folder,
        title=layer_title(plan, portrayal.title),
        group=plan.group or portrayal.group,
        attribution=plan.attribution,
        licence=plan.licence,
        content_hash=plan.content_hash,
        record=record,
        problems=problems,
        based_on=plan.earlier.version if plan.earlier else None,
    )
