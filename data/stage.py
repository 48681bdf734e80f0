"""Builds a layer's next version in its staging folder: merged features, tiles, and the record of both."""

import shutil
import zipfile
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from data.detect import SourceKind
from data.executor import SerialExecutor
from data.layer_tileset import tileset_of
from data.merged_layer import MergedLayer
from data.plan import LayerPlan, staged
from data.record import SourceFile, VersionRecord
from data.shard import begin_result
from data.staged import FEATURES, FEED, TILES, EmptyLayer, StagedLayer, count_problems
from data.streets import STREETS, keep_streets
from geo import Bounds, Column, Count, GeometryType, Portrayal, Problem, Text

if TYPE_CHECKING:
    import geopandas as gpd


def build_planned(plan: LayerPlan, folder: Path, executor: Executor | None = None) -> StagedLayer | EmptyLayer:
    """The layer's next version in `folder`. Runs in any process, and again where one died at it; `executor` is for the
    parts of a large one."""
    begin_result(folder)
    if plan.grid is None and not plan.pieces:
        return build_layer(plan, folder, executor or SerialExecutor())
    from data.layer_raster import build_raster, build_terrain  # loads what reads grids

    return build_raster(plan, folder, *plan.grid) if plan.grid else build_terrain(plan, folder)


def build_layer(plan: LayerPlan, folder: Path, executor: Executor) -> StagedLayer | EmptyLayer:
    """Merges the shards into one GeoParquet file and tiles it. This process only hands the work on."""
    merged = executor.submit(_merged, plan, folder).result()
    problems = [problem for part in plan.parts for problem in part.problems]
    if not isinstance(merged, MergedLayer):
        return EmptyLayer([*problems, *merged])
    problems += merged.problems
    _keep_source(plan, folder)
    first, portrayal = plan.parts[0], merged.portrayal
    tiled = executor.submit(_tiled, folder, _tiled_columns(portrayal, merged.names), first.geometry_type)
    tileset = None
    if merged.lods:
        # While another process makes the vector tiles.
        tileset, told = tileset_of(plan, folder, merged, executor)
        problems += told
    record = _version_record(
        tiled.result(),
        portrayal,
        first.geometry_type,
        columns=merged.columns,
        crs=first.crs,
        vertical_datum=first.vertical_datum,
        counts=merged.counts,
        files=merged.files,
        problems=problems,
    )
    record = replace(record, joined=plan.joined, tileset=tileset, levels=merged.levels)
    return staged(plan, folder, portrayal, record, problems)


def _merged(plan: LayerPlan, folder: Path) -> MergedLayer | tuple[Problem, ...]:
    """In a process that has grown by reading already, and has loaded what this takes."""
    from data.layer_merge import merge_layer

    return merge_layer(plan, folder)


class _Tiled(NamedTuple):
    bounds: Bounds
    min_zoom: int
    max_zoom: int


def _tiled(folder: Path, columns: Sequence[str], geometry_type: GeometryType) -> _Tiled:
    """Vector tiles of the features in `folder`. Likewise."""
    from tiles import build_vector_tiles

    made = build_vector_tiles(folder / FEATURES, folder / TILES, columns=columns, geometry_type=geometry_type)
    return _Tiled(made.bounds, made.min_zoom, made.max_zoom)


def _keep_source(plan: LayerPlan, folder: Path) -> None:
    """What a version needs of its source besides its features."""
    if plan.source.kind is SourceKind.FEED and plan.parts[0].part == "stops":
        keep_feed(plan.source.path, folder / FEED)
    if plan.source.kind is SourceKind.STREETS:
        keep_streets(plan.source.path, folder / STREETS)


def _tiled_columns(portrayal: Portrayal, names: Collection[str]) -> list[str]:
    return [name for name in portrayal.style.columns if name in names]


def _version_record(
    tiled: _Tiled,
    portrayal: Portrayal,
    geometry_type: GeometryType,
    *,
    columns: tuple[Column, ...],
    crs: str,
    vertical_datum: str | None,
    counts: tuple[Count, ...],
    files: tuple[SourceFile, ...] = (),
    problems: Sequence[Problem] = (),
    recipe: Mapping[str, Any] | None = None,
) -> VersionRecord:
    """Everything about a version, from its vector tiles on."""
    return VersionRecord(
        kind="vector",
        geometry=geometry_type,
        bounds=tiled.bounds,
        min_zoom=tiled.min_zoom,
        max_zoom=tiled.max_zoom,
        feature_count=sum(count.stored for count in counts),
        crs=crs,
        vertical_datum=vertical_datum,
        style=portrayal.style,
        columns=columns,
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
    from data.feature_table import arrow_table, unified_schema
    from data.layer_portrayal import described_columns
    from data.merge import write_features

    kind = GeometryType.POINT if (frame.geom_type == "Point").all() else GeometryType.POLYGON
    table = arrow_table(frame)
    schema = unified_schema([table.schema])
    rows = write_features(folder / FEATURES, schema, [table])
    counts = (Count("analysis", "", rows, rows, 0),)
    record = _version_record(
        _tiled(folder, _tiled_columns(portrayal, schema.names), kind),
        portrayal,
        kind,
        columns=described_columns(schema, {}, portrayal),
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
