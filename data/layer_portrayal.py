"""How a layer is shown, and its columns with labels: by what it was read from, and by the values that occur."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import gtfs
from data.detect import SourceKind
from data.merged_layer import HIDDEN
from data.plan import LayerPlan
from geo import Column, ColumnType, Portrayal, Text, citygml
from geo.municipal import portray as portray_municipal
from geo.municipal import themed_columns
from geo.statistics import portray_statistics


def portray(plan: LayerPlan, schema: pa.Schema, features: Path) -> Portrayal:
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


def described_columns(schema: pa.Schema, read: Mapping[str, Column], portrayal: Portrayal) -> tuple[Column, ...]:
    """Every column a person may look at: the labelled ones first, the others as they are called in the file."""
    known = {**read, **{column.name: column for column in portrayal.columns}}
    order = [column.name for column in portrayal.columns if column.name in schema.names]
    order += [name for name in schema.names if name not in order]
    return tuple(_column(schema.field(name), known.get(name)) for name in order if name not in HIDDEN)


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
