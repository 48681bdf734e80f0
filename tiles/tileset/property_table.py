"""Attributes of a tile's features as glTF carries them (EXT_structural_metadata): one class, one table."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tiles.tileset.glb import GlbBuffer
from tiles.tileset.mesh import ranges
from tiles.tileset.packed import Packing, packing_of

_NO_INTEGER = -(2**31)
_NO_NUMBER = -1.7976931348623157e308
_NAME = re.compile(r"\W", re.ASCII)

SCHEMA_ID = "machinami"
CLASS = "feature"


def property_name(column: str) -> str:
    """An identifier as the extension wants it: letters, digits and underscores, not beginning with a digit."""
    name = _NAME.sub("_", column)
    return f"_{name}" if name[:1].isdigit() else name or "_"


def property_names(columns: Sequence[str]) -> list[str]:
    """Of each column; those whose letters the extension doesn't have differ by a number."""
    names: list[str] = []
    for column in columns:
        name, number = property_name(column), 2
        while name in names:
            name, number = f"{property_name(column)}_{number}", number + 1
        names.append(name)
    return names


def schema(columns: pa.Schema) -> dict[str, Any]:
    """The schema of `columns`, which are integers, numbers or texts; a missing value is the type's `noData`."""
    names = property_names(columns.names)
    properties = {name: {"name": field.name, **_type(field.type)} for name, field in zip(names, columns, strict=True)}
    return {"id": SCHEMA_ID, "classes": {CLASS: {"properties": properties}}}


def _type(kind: pa.DataType) -> dict[str, Any]:
    if pa.types.is_uint32(kind):
        return {"type": "SCALAR", "componentType": "UINT32", "required": True}
    if pa.types.is_integer(kind):
        return {"type": "SCALAR", "componentType": "INT32", "noData": _NO_INTEGER}
    if pa.types.is_floating(kind):
        return {"type": "SCALAR", "componentType": "FLOAT64", "noData": _NO_NUMBER}
    if pa.types.is_boolean(kind):
        return {"type": "SCALAR", "componentType": "UINT8", "noData": 255}
    return {"type": "STRING", "noData": ""}


def integer_columns(columns: pa.Schema, names: Sequence[str]) -> list[str]:
    """Those of `names` that hold integers."""
    return [name for name in names if pa.types.is_integer(_value_type(columns.field(name).type))]


def _value_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def wide_integers(tables: Iterable[pa.Table | pa.RecordBatch]) -> frozenset[str]:
    """Columns of integers, of which any in these pieces of one table is too large for a property."""
    wide: set[str] = set()
    for table in tables:
        wide.update(name for name in table.schema.names if name not in wide and not _fits(table[name]))
    return frozenset(wide)


def _fits(values: pa.Array) -> bool:
    bounds = pc.min_max(values.cast(_value_type(values.type))).as_py()
    return bounds["min"] is None or (bounds["min"] > _NO_INTEGER and bounds["max"] < 2**31)


def plain_columns(table: pa.Table, names: Sequence[str], wide: frozenset[str]) -> pa.Table:
    """`names` of a table of features, each of a type that a property may have: integers of `wide` columns as text,
    what is no number as missing. UINT32 has no value for missing ones and is for the column `fid` alone."""
    return pa.table({name: _plain(table[name].combine_chunks(), name in wide) for name in names})


def _plain(values: pa.Array, is_wide: bool) -> pa.Array:
    kind = values.type
    if pa.types.is_dictionary(kind):
        return _plain(values.dictionary_decode(), is_wide)
    if pa.types.is_integer(kind):
        return values.cast(pa.string() if is_wide else pa.int32())
    if pa.types.is_floating(kind):
        numbers = values.cast(pa.float64())
        return pc.if_else(pc.is_nan(numbers), None, numbers)
    return values if pa.types.is_boolean(kind) else values.cast(pa.string())


class Properties:
    """The columns of a table as glTF has them, of which each tile takes its own rows."""

    def __init__(self, table: pa.Table) -> None:
        names = property_names(table.column_names)
        self._columns = {name: _bytes_of(one.combine_chunks()) for name, one in zip(names, table.columns, strict=True)}
        self.schema = schema(table.schema)

    def write(self, rows: NDArray[np.int64], buffer: GlbBuffer) -> dict[str, Any]:
        """`rows` into `buffer`; what `propertyTables` says of them comes back."""
        properties = {name: _write(one, rows, buffer) for name, one in self._columns.items()}
        return {"class": CLASS, "count": len(rows), "properties": properties}


def write_table(table: pa.Table, buffer: GlbBuffer) -> dict[str, Any]:
    """All rows of a table."""
    return Properties(table).write(np.arange(len(table)), buffer)


_Texts = tuple[NDArray[np.uint8], NDArray[np.int32], Packing]
"""All texts behind each other in UTF-8, where each begins and ends, and what packs them best."""


def _bytes_of(values: pa.Array) -> NDArray[Any] | _Texts:
    """Numbers with the value of missing ones, or texts."""
    kind = values.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        nothing = _NO_NUMBER if pa.types.is_floating(kind) else 0 if pa.types.is_uint32(kind) else _NO_INTEGER
        return np.asarray(values.fill_null(nothing))
    if pa.types.is_boolean(kind):
        return np.asarray(values.cast(pa.uint8()).fill_null(255))
    filled = values.cast(pa.string()).fill_null("")
    _, ends, texts = filled.buffers()
    if not len(filled) or texts is None:
        return np.zeros(0, dtype=np.uint8), np.zeros(len(filled) + 1, dtype=np.int32), Packing.TABLE
    own = np.frombuffer(ends, np.int32)[filled.offset :][: len(filled) + 1]
    return np.frombuffer(texts, np.uint8), own, packing_of(memoryview(texts)[own[0] : own[-1]])


def _write(column: NDArray[Any] | _Texts, rows: NDArray[np.int64], buffer: GlbBuffer) -> dict[str, Any]:
    if not isinstance(column, tuple):
        return {"values": buffer.add(column[rows].tobytes())}
    texts, ends, packing = column
    begin, end = ends[rows], ends[rows + 1]
    offsets = np.concatenate([[0], np.cumsum(end - begin)]).astype(np.uint32)
    own = texts[ranges(begin, end)].tobytes()
    return {
        # A view of no bytes isn't allowed.
        "values": buffer.add(own or b"\0", packing),
        "stringOffsets": buffer.add(offsets.tobytes()),
        "stringOffsetType": "UINT32",
    }
