"""Attribute columns of any file as a frame that every version of a layer can hold."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

_RESERVED = frozenset({"feature_id", "geometry", "attributes"})
_ID_NAMES = (
    *("feature_id", "featureid", "gml_id", "gmlid", "id", "uuid", "globalid", "識別番号", "施設id", "管理番号"),
    *("施設番号", "整理番号", "no", "no.", "番号", "通し番号", "objectid", "fid", "ogc_fid"),
)
"""In the order of trust: names of columns that may identify a feature, if their values are unique."""

_NULLABLE = {
    **{kind: pd.Int64Dtype() for kind in (pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16())},
    pa.bool_(): pd.BooleanDtype(),
}


def plain(name: str) -> str:
    """A column's name for comparison: full width, upper case and spaces do not matter."""
    return "".join(unicodedata.normalize("NFKC", name.lstrip("\ufeff")).casefold().split())


def id_column(names: Sequence[str]) -> str | None:
    """The first of `names` that by its name identifies features."""
    ranked = [(_ID_NAMES.index(plain(name)), name) for name in names if plain(name) in _ID_NAMES]
    return min(ranked)[1] if ranked else None


class Identifiers:
    """Which columns give every feature a value of its own. Values are remembered as 8-byte hashes."""

    def __init__(self) -> None:
        self._seen: dict[str, set[int]] = {}
        self._refused: set[str] = set()
        self._count = 0

    def note(self, column: str, value: Any, count: int) -> None:
        self._count = count
        if column in self._refused:
            return
        if column and id_column([column]) is None:
            self._refused.add(column)
            return
        seen = self._seen.setdefault(column, set())
        mark = hash(text_of(value))
        if value is None or value == "" or isinstance(value, dict | list) or mark in seen or len(seen) != count - 1:
            self._refused.add(column)
            self._seen.pop(column)
        else:
            seen.add(mark)

    def best(self, columns: Sequence[str]) -> str | None:
        """The feature's own `id` (called by an empty name) before any column; None where nothing identifies."""
        unique = [column for column in columns if len(self._seen.get(column, ())) == self._count > 0]
        return "" if "" in unique else id_column(unique)


def own_name(name: str) -> str:
    """`feature_id`, `geometry` and `attributes` mean something to a layer, so the file's own get a mark."""
    return f"{name}_" if name in _RESERVED else name


def text_of(value: Any) -> str:
    """12 for 12.0: an identifier is no quantity."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def columns_of(values: Mapping[str, Any], *, rows: int | None = None, rename: bool = True) -> pd.DataFrame:
    """Lists or Arrow columns as a frame: nested values as JSON, dates as ISO text, mixed kinds as text."""
    columns = {own_name(name) if rename else name: _series(column) for name, column in values.items()}
    length = rows if rows is not None else max((len(column) for column in columns.values()), default=0)
    return pd.DataFrame(columns, index=pd.RangeIndex(length))


def _series(column: Any) -> "pd.Series[Any]":
    array = column if isinstance(column, pa.Array | pa.ChunkedArray) else _array(column)
    if pa.types.is_nested(array.type) or pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type):
        array = pa.array([_text(value) for value in array.to_pylist()], pa.string())
    elif pa.types.is_temporal(array.type):
        array = pa.array([None if value is None else value.isoformat() for value in array.to_pylist()], pa.string())
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type) or pa.types.is_null(array.type):
        return pd.Series(array.to_pylist(), dtype=object)
    series: pd.Series[Any] = array.to_pandas(types_mapper=_NULLABLE.get)
    return series


def _array(values: Sequence[Any]) -> pa.Array:
    if any(isinstance(value, dict | list) for value in values):
        return pa.array([_text(value) for value in values], pa.string())
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return pa.array([_text(value) for value in values], pa.string())


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        return value.hex()
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
