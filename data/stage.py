"""Builds a layer's next version in its staging folder: merged features, tiles, and the record of both."""

import shutil
import zipfile
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from data.detect import SourceKind
from data.executor import SerialExecutor
from data.feature_table import arrow_table, unified_schema
from data.layer_portrayal import described_columns, portray
from data.layer_raster import build_raster, build_terrain
from data.layer_tileset import tileset_of
from data.merge import Merge, write_features
from data.plan import LayerPlan, staged
from data.record import SourceFile, VersionRecord
from data.shard import begin_result
from data.staged import FEATURES, FEED, SURFACES, TILES, EmptyLayer, StagedLayer, count_problems
from data.streets import STREETS, keep_streets
from geo import Column, Count, GeometryType, Portrayal, Problem, Text
from geo.memory import give_memory_back
from tiles import TileSummary, build_vector_tiles

if TYPE_CHECKING:
    import geopandas as gpd


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
    portrayal = portray(plan, schema, folder / FEATURES)
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
        tileset, told = tileset_of(plan, folder, portrayal, schema, executor)
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
    return staged(plan, folder, portrayal, record, problems)


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
        columns=described_columns(schema, columns, portrayal),
        counts=counts,
        files=files,
        problem_count=count_problems(problems),
        recipe=recipe,
    )


def stage_frame(
    frame: "gpd.GeoDataFrame",
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
