"""Builds a layer's next version in its staging folder: merged features, tiles, and the record of both."""

import re
import shutil
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import gtfs
from data.detect import DATASETS, Source, SourceKind
from data.feature_table import FeatureTableWriter, arrow_table, unified_schema
from data.reading import PartResult
from data.record import SourceFile, VersionRecord
from data.store import FEATURES, FEED, GRID, TILES, StagedLayer
from geo import (
    BASE,
    Column,
    ColumnType,
    Count,
    Draw,
    GeometryType,
    Group,
    Portrayal,
    Problem,
    Severity,
    Style,
    Text,
    Theme,
    UnreadableError,
    citygml,
)
from geo.grid import GridFile
from geo.municipal import portray as portray_municipal
from geo.municipal import themed_columns
from geo.raster import RasterSummary
from geo.statistics import portray_statistics
from geo.terrain import TerrainPiece, is_terrain_name, mosaic, portray_terrain
from tiles import build_vector_tiles


@dataclass(frozen=True)
class LayerPlan:
    """All that decides one layer of an import, before its features are merged."""

    id: str
    name: str
    """Name of the input: a dataset's folder, a file's stem."""
    key: str
    """Which layer of the input."""
    source: Source
    parts: tuple[PartResult, ...]
    files: tuple[SourceFile, ...]
    content_hash: str
    siblings: tuple[str, ...]
    """Keys of all layers of the input that have features."""
    title: str | None
    group: Group | None
    attribution: str | None
    licence: str | None
    pieces: tuple[tuple[Source, TerrainPiece], ...] = ()
    """Heights of the ground, one of each source that has any."""


class EmptyLayerError(Exception):
    """Not one feature of this layer could be stored; `problems` say why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems and no feature")
        self.problems = problems


def build_layer(plan: LayerPlan, folder: Path) -> StagedLayer:
    """Merges the shards into one GeoParquet file and tiles it; EmptyLayerError when nothing is left."""
    merged = _Merge(plan)
    schema = unified_schema([part.schema for part in plan.parts if part.schema is not None] or [_NO_FEATURES])
    rows = write_features(folder / FEATURES, schema, merged.tables())
    problems = [*(problem for part in plan.parts for problem in part.problems), *merged.problems]
    if not rows:
        raise EmptyLayerError(problems)
    portrayal = _portray(plan, schema, folder / FEATURES)
    first = plan.parts[0]
    if plan.source.kind is SourceKind.FEED and first.part == "stops":
        keep_feed(plan.source.path, folder / FEED)
    record = tile_features(
        folder,
        schema,
        portrayal,
        first.geometry_type,
        columns={name: column for part in plan.parts for name, column in part.columns.items()},
        crs=first.crs,
        vertical_datum=first.vertical_datum,
        counts=merged.counts(),
        files=merged.files(),
        problems=problems,
    )
    return _staged(plan, folder, portrayal, record, problems)


def build_raster(plan: LayerPlan, folder: Path, raster: RasterSummary, path: Path) -> StagedLayer:
    """Takes over a grid that was already written as a Cloud Optimized GeoTIFF."""
    path.rename(folder / GRID)
    title = Text.same(plan.title or plan.name)
    is_named = is_terrain_name(plan.source.name) and raster.dtype != "uint8"  # a drawn hillshade has bytes
    is_terrain = raster.bands == 1 and (raster.vertical_datum is not None or is_named)
    plain = Portrayal(title, BASE, Style(Draw.RASTER, (Theme.single("#808080", title),)))
    portrayal = portray_terrain(title) if is_terrain else plain
    files = tuple(replace(file, read=1, stored=1) for file in plan.files)
    record = _raster_record(raster, portrayal, (Count("raster", "", 1, 1, 0),), files, raster.problems, is_terrain)
    return _staged(plan, folder, portrayal, record, raster.problems)


def build_terrain(plan: LayerPlan, folder: Path) -> StagedLayer:
    """One grid of all pieces, the finest first, and of these the better survey: DEM5A before DEM5B."""
    pieces = sorted(plan.pieces, key=lambda one: (round(GridFile(one[1].path).resolution_m, 1), _survey(one[0].name)))
    problems = [problem for _, piece in plan.pieces for problem in piece.problems]
    try:
        raster = mosaic([piece.path for _, piece in pieces], folder / GRID, name=plan.name)
    except UnreadableError as error:
        raise EmptyLayerError([*problems, error.problem]) from error
    finally:
        for _, piece in pieces:
            piece.path.unlink(missing_ok=True)
    portrayal = portray_terrain()
    counts = sum_counts(count for _, piece in plan.pieces for count in piece.counts)
    record = _raster_record(raster, portrayal, counts, _terrain_files(plan), problems, True)
    return _staged(plan, folder, portrayal, record, problems)


def _terrain_files(plan: LayerPlan) -> tuple[SourceFile, ...]:
    """The input's files, each with what it gave; of a folder of tiles only the whole is counted."""
    given = {source.name: piece.counts for source, piece in plan.pieces}
    return tuple(
        replace(
            file,
            read=sum(one.read for one in given.get(file.name, ())),
            stored=sum(one.stored for one in given.get(file.name, ())),
        )
        for file in plan.files
    )


def _survey(name: str) -> tuple[str, str]:
    found = re.search(r"DEM\d+([A-C])", name)
    return (found[1] if found else "", name)


def sum_counts(counts: Iterable[Count]) -> tuple[Count, ...]:
    """One per feature type and LOD."""
    sums: dict[tuple[str, str], list[int]] = {}
    for count in counts:
        total = sums.setdefault((count.feature_type, count.lod), [0, 0, 0])
        for place, number in enumerate((count.read, count.stored, count.kept_out)):
            total[place] += number
    return tuple(Count(*key, *numbers) for key, numbers in sorted(sums.items()))


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


def write_features(path: Path, schema: pa.Schema, tables: Iterable[pa.Table]) -> int:
    """Rows written."""
    writer = FeatureTableWriter(path, schema)
    for table in tables:
        writer.write(table)
    writer.close()
    return writer.rows


def tile_features(
    folder: Path,
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
    """Tiles the features that stand in `folder` and says everything about the version."""
    tiled = [name for name in portrayal.style.columns if name in schema.names]
    summary = build_vector_tiles(folder / FEATURES, folder / TILES, columns=tiled, geometry_type=geometry_type)
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
    """A layer that an analysis made, from features in memory: EPSG:4326, polygons, one column `feature_id`."""
    table = arrow_table(frame)
    schema = unified_schema([table.schema])
    rows = write_features(folder / FEATURES, schema, [table])
    counts = (Count("analysis", "", rows, rows, 0),)
    record = tile_features(
        folder,
        schema,
        portrayal,
        GeometryType.POLYGON,
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


class _Merge:
    """Reads the shards in order; a gml:id that an earlier file of the dataset had is kept out and told."""

    def __init__(self, plan: LayerPlan) -> None:
        self._plan = plan
        self._seen: set[str] = set()
        self._dropped: dict[tuple[str, str, str], int] = {}
        self.problems: list[Problem] = []

    def tables(self) -> Iterator[pa.Table]:
        for part in self._plan.parts:
            for shard in part.shards:
                table = pq.read_table(shard)
                shard.unlink()
                yield self._without_known(table, part) if len(self._plan.parts) > 1 else table

    def _without_known(self, table: pa.Table, part: PartResult) -> pa.Table:
        ids = table["feature_id"].to_pylist()
        known = [id in self._seen for id in ids]
        self._seen.update(ids)
        if not any(known):
            return table
        lost = table.filter(pa.array(known)).select(["feature_id", "feature_type", "lod"])
        for row in lost.to_pylist():
            self.problems.append(Problem("citygml.duplicate_id", part.source.name, row["feature_id"]))
            key = (part.source.name, row["feature_type"], row["lod"] or "")
            self._dropped[key] = self._dropped.get(key, 0) + 1
        return table.filter(pc.invert(pa.array(known)))

    def counts(self) -> tuple[Count, ...]:
        """Per feature type and LOD over all files, duplicates across files moved from stored to kept out."""
        read = (count for part in self._plan.parts for count in part.counts)
        moved = (Count(kind, lod, 0, -number, number) for (_, kind, lod), number in self._dropped.items())
        return sum_counts([*read, *moved])

    def files(self) -> tuple[SourceFile, ...]:
        """The input's files, each with what it read and stored for this layer."""
        read: dict[str, int] = {}
        stored: dict[str, int] = {}
        for part in self._plan.parts:
            name = part.source.name
            read[name] = read.get(name, 0) + sum(count.read for count in part.counts)
            stored[name] = stored.get(name, 0) + sum(count.stored for count in part.counts)
        for (name, _, _), number in self._dropped.items():
            stored[name] -= number
        return tuple(
            replace(file, read=read.get(file.name, 0), stored=stored.get(file.name, 0)) for file in self._plan.files
        )


_NO_FEATURES = pa.schema([pa.field("feature_id", pa.string()), pa.field("geometry", pa.binary())])


def count_problems(problems: Iterable[Problem]) -> int:
    """Those that changed or kept out something."""
    return sum(problem.severity is not Severity.NOTE for problem in problems)


def _portray(plan: LayerPlan, schema: pa.Schema, features: Path) -> Portrayal:
    first, names = plan.parts[0], schema.names
    match plan.source.kind:
        case SourceKind.CITYGML:
            return citygml.portray(first.part, names, _ranks(features, names))
        case SourceKind.FEED:
            return gtfs.portray(first.part, _route_colours(features, names) if first.part == gtfs.ROUTES else None)
        case SourceKind.STREETS:
            from geo.network import portray_network  # loads the compiled searches; only streets pay for that

            return portray_network()
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


def _pairs(features: Path, rank: str, label: str) -> list[tuple[int, str]]:
    rows = pq.read_table(features, columns=[rank, label]).group_by([rank, label]).aggregate([]).to_pylist()
    found = {int(row[rank]): str(row[label]) for row in rows if row[rank] is not None and row[label]}
    return sorted(found.items())


def _columns(schema: pa.Schema, read: Mapping[str, Column], portrayal: Portrayal) -> tuple[Column, ...]:
    """Every column a person may look at: the labelled ones first, the others as they are called in the file."""
    known = {**read, **{column.name: column for column in portrayal.columns}}
    order = [column.name for column in portrayal.columns if column.name in schema.names]
    order += [name for name in schema.names if name not in order]
    hidden = ("feature_id", "geometry", "attributes")
    return tuple(_column(schema.field(name), known.get(name)) for name in order if name not in hidden)


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
        title=_title(plan, portrayal.title),
        group=plan.group or portrayal.group,
        attribution=plan.attribution,
        licence=plan.licence,
        content_hash=plan.content_hash,
        record=record,
        problems=problems,
    )


def _title(plan: LayerPlan, shown: Text) -> Text:
    """The asked title; else what the layer shows, and for a dataset of several layers which dataset it is from."""
    if plan.title:
        return _told_apart(plan, shown, plan.title)
    if plan.source.kind not in DATASETS | {SourceKind.FEED}:
        return shown
    own = f"{plan.name} {_of_part(plan)}".strip()
    return Text(f"{shown.ja}({own})", f"{shown.en} ({own})")


def _told_apart(plan: LayerPlan, shown: Text, title: str) -> Text:
    """One title for several layers: the kind of each follows it, or river and scale where all are of one kind."""
    if len(plan.siblings) < 2:
        return Text.same(title)
    if {key.split("-")[0] for key in plan.siblings} == {_part(plan)}:
        words = [set(key.split("-")) for key in plan.siblings]
        own = set(plan.key.split("-")) - words[0].intersection(*words)
        return Text.same(f"{title} {_with_scale('-'.join(sorted(own)))}".strip())
    return Text(f"{title} {shown.ja}", f"{title} {shown.en}")


def _of_part(plan: LayerPlan) -> str:
    """`kanogawa_kanogawa L2` of a flood: which river, and which of the two scales of rain."""
    return _with_scale(plan.key.removeprefix(_part(plan)).strip("-"))


def _part(plan: LayerPlan) -> str:
    return plan.parts[0].part if plan.parts else plan.key


def _with_scale(key: str) -> str:
    return re.sub(r"-?\b(l[12])$", lambda scale: f" {scale.group(1).upper()}", key).strip()
