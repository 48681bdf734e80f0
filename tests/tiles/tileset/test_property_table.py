"""Columns become properties and come back: read here as the specification of EXT_structural_metadata says."""

import datetime
import math
import re
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tiles.tileset.glb import GlbBuffer
from tiles.tileset.property_table import integer_columns, plain_columns, schema, wide_integers, write_table

_ALLOWED = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_KINDS = {"INT32": "<i4", "UINT32": "<u4", "UINT8": "u1", "FLOAT64": "<f8"}


def back(columns: dict[str, Any]) -> dict[str, list[Any]]:
    """The values of each column after plain_columns, schema and write_table, by the column's own name."""
    given = pa.table(columns)
    wide = wide_integers([given.select(integer_columns(given.schema, list(columns)))])
    table = plain_columns(given, list(columns), wide)
    return read(table)


def read(table: pa.Table) -> dict[str, list[Any]]:
    buffer = GlbBuffer()
    written = write_table(table, buffer)
    binary = b"".join(data for data, _ in buffer.pieces)
    declared = schema(table.schema)["classes"][written["class"]]["properties"]
    assert set(declared) == set(written["properties"])
    assert all(_ALLOWED.fullmatch(name) for name in declared)
    assert written["count"] == len(table)

    def view(number: int) -> bytes:
        one = buffer.views[number]
        assert one["byteOffset"] % 8 == 0
        assert one["byteLength"] > 0
        return binary[one["byteOffset"] :][: one["byteLength"]]

    def values(told: dict[str, Any], stored: dict[str, Any]) -> list[Any]:
        data = view(stored["values"])
        if told["type"] == "STRING":
            offsets = np.frombuffer(view(stored["stringOffsets"]), "<u4")
            assert len(offsets) == len(table) + 1
            found: list[Any] = [data[begin:end].decode() for begin, end in pairwise(offsets)]
        else:
            found = np.frombuffer(data, _KINDS[told["componentType"]]).tolist()
        return [None if one == told.get("noData") else one for one in found]

    return {told["name"]: values(told, written["properties"][name]) for name, told in declared.items()}


@pytest.mark.parametrize(
    "values",
    [
        ["沼津市", None, "a\0b", "🏠"],
        [None, None],
        [1, None, -5, 2**31 - 1],
        [1.5, None, -0.0, 1e300, math.inf],
        [True, None, False],
    ],
)
def test_values_come_back_and_missing_ones_are_missing(values: list[Any]) -> None:
    found = back({"column": pa.array(values)})["column"]
    assert found == values


def test_integers_beyond_32_bits_are_text() -> None:
    assert back({"id": pa.array([2**40, None, -1])}) == {"id": [str(2**40), None, "-1"]}
    assert back({"id": pa.array([-(2**31), 0])}) == {"id": [str(-(2**31)), "0"]}, "the number that means missing"


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint8(), pa.int16(), pa.uint16(), pa.int32(), pa.uint32(), pa.uint64()])
def test_every_type_of_integer_knows_missing_values(kind: pa.DataType) -> None:
    assert back({"n": pa.array([0, None, 100], kind)}) == {"n": [0, None, 100]}


def test_what_is_no_number_is_missing() -> None:
    assert back({"n": pa.array([math.nan, 1.0])}) == {"n": [None, 1.0]}


def test_days_and_shared_texts_are_texts() -> None:
    columns = {"d": pa.array([datetime.date(2026, 11, 21), None]), "s": pa.array(["x", "x"]).dictionary_encode()}
    assert back(columns) == {"d": ["2026-11-21", None], "s": ["x", "x"]}


def test_columns_whose_names_have_other_letters_are_all_kept() -> None:
    columns = {"用途": ["a"], "構造": ["b"], "a-b": [1], "a_b": [2], "a b": [3], "2階": [4], "": [5]}
    assert back({name: pa.array(values) for name, values in columns.items()}) == columns


def test_fids_are_kept_up_to_the_last_one() -> None:
    fids = [0, 2**31, 2**32 - 1]
    assert read(pa.table({"fid": pa.array(fids, pa.uint32())})) == {"fid": fids}
