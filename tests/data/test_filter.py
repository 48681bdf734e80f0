"""Filters: what they mean is judged by SQLite, which knows three truth values as CQL2 does."""

import sqlite3

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import FilterError
from data.filter import parse_filter
from data.filter_mask import Mask

ROWS = {
    "name": ["市役所", "Library", None, "10%引き", "a_b", "仮 称", "O'Hara", ""],
    "height_m": [31.0, 8.5, 12.0, None, 0.0, -3.25, 31.5, 60.0],
    "storeys": [7, 2, None, 3, 0, -1, 8, 15],
    "open": [True, False, None, True, False, True, None, False],
    "class": ["a", "b", "a", None, "B", "c", "a", "A"],
    "延べ面積(㎡)": [1.0, 2.0, 3.0, 4.0, None, 6.0, 7.0, 8.0],
}
TYPES = {"name": "TEXT", "height_m": "REAL", "storeys": "INTEGER", "open": "INTEGER", "class": "TEXT"}


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return pa.table(ROWS)


@pytest.fixture(scope="module")
def judge() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.execute("PRAGMA case_sensitive_like = ON")
    names = ", ".join(f'"{name}" {TYPES.get(name, "REAL")}' for name in ROWS)
    connection.execute(f"CREATE TABLE t (row INTEGER, {names})")
    for row, values in enumerate(zip(*ROWS.values(), strict=True)):
        connection.execute(f"INSERT INTO t VALUES ({', '.join('?' * (1 + len(values)))})", (row, *values))
    return connection


def rows_of(text: str, table: pa.Table) -> list[int]:
    found: list[int] = np.flatnonzero(Mask.of(parse_filter(text), table.schema).of_table(table)).tolist()
    return found


@pytest.mark.parametrize(
    "text",
    [
        "height_m >= 31",
        "height_m>=31 and name<>'市役所'",
        "NOT height_m > 10",
        "height_m = 31 OR height_m < 0 OR storeys = 15",
        "height_m < 10 AND storeys > 0 OR open = TRUE",
        "height_m < 10 AND (storeys > 0 OR open = TRUE)",
        "NOT (height_m < 10 OR NOT storeys > 2)",
        "NOT NOT storeys > 2",
        "name IS NULL",
        "name IS NOT NULL AND height_m IS NULL",
        "NOT name IS NULL",
        "name LIKE '%役%'",
        "name LIKE 'L_brar_'",
        "name LIKE '%'",
        "name NOT LIKE '%a%'",
        "NOT name LIKE '%a%'",
        "storeys BETWEEN 2 AND 8",
        "storeys NOT BETWEEN 2 AND 8 AND open = FALSE",
        "storeys BETWEEN 2 AND 8 AND height_m > 9",
        "class IN ('a', 'c')",
        "class NOT IN ('a', 'c')",
        "storeys IN (7, 2.0, -1)",
        "height_m IN (31, 8.5)",
        "storeys IN (7, 3)",
        "open IN (TRUE)",
        "open <> TRUE",
        "name = 'O''Hara'",
        "name = ''",
        "height_m > storeys",
        "31 < height_m",
        "height_m = -3.25",
        "height_m = -325e-2",
        "storeys = +7.0",
        "\"class\" = 'B'",
        '"延べ面積(㎡)" > 3',
        "1 = 1 AND storeys > 2",
        "'a' IN ('a', 'b')",
        "'abc' LIKE 'a%'",
        "1 = 2 OR open = TRUE",
        "TRUE",
        "FALSE OR storeys = 7",
        "FALSE = open",
    ],
)
def test_a_filter_takes_the_rows_that_sqlite_takes(text: str, table: pa.Table, judge: sqlite3.Connection) -> None:
    expected = [row for (row,) in judge.execute(f"SELECT row FROM t WHERE {text} ORDER BY row")]
    assert rows_of(text, table) == expected


_NUMBERS = st.sampled_from(["height_m", "storeys", "31", "-1", "8.5", "0"])
_TEXTS = st.sampled_from(["name", "class", "'a'", "''", "'市役所'", "'O''Hara'"])
_SIGNS = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
_LEAVES = st.one_of(
    st.builds("{} {} {}".format, _NUMBERS, _SIGNS, _NUMBERS),
    st.builds("{} {} {}".format, _TEXTS, st.sampled_from(["=", "<>"]), _TEXTS),
    st.builds("{} {}BETWEEN {} AND {}".format, _NUMBERS, st.sampled_from(["", "NOT "]), _NUMBERS, _NUMBERS),
    st.builds("{} {}IN (31, 7, 2)".format, _NUMBERS, st.sampled_from(["", "NOT "])),
    st.builds("{} IS {}NULL".format, st.sampled_from(list(TYPES)), st.sampled_from(["", "NOT "])),
    st.builds("name {}LIKE '{}'".format, st.sampled_from(["", "NOT "]), st.text("a_%Lib役", max_size=4)),
)
_CONDITIONS = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds("({} AND {})".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        st.builds("NOT ({})".format, inner),
    ),
    max_leaves=8,
)


@given(text=_CONDITIONS)
def test_any_condition_means_what_it_means_to_sqlite(text: str, table: pa.Table, judge: sqlite3.Connection) -> None:
    expected = [row for (row,) in judge.execute(f"SELECT row FROM t WHERE {text} ORDER BY row")]
    assert rows_of(text, table) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"name LIKE '10\%%'", [3]),
        (r"name LIKE 'a\_b'", [4]),
        (r"name LIKE '_\_%'", [4]),
        (r"name = 'O\'Hara'", [6]),
        ("CASEI(class) = CASEI('A')", [0, 2, 6, 7]),
        ("CASEI(name) LIKE casei('LIB%')", [1]),
        ("CASEI(class) IN (CASEI('A'), CASEI('C'))", [0, 2, 5, 6, 7]),
    ],
)
def test_what_sqlite_says_otherwise_means_what_cql2_says(text: str, expected: list[int], table: pa.Table) -> None:
    assert rows_of(text, table) == expected


@pytest.mark.parametrize(
    ("text", "rule", "position"),
    [
        ("", "filter.syntax", 1),
        ("height_m", "filter.syntax", 9),
        ("height_m >", "filter.syntax", 11),
        ("height_m > 3 storeys < 2", "filter.syntax", 14),
        ("(height_m > 3", "filter.syntax", 14),
        ("height_m > 3)", "filter.syntax", 13),
        ("height_m != 3", "filter.syntax", 10),
        ("name = 'abc", "filter.syntax", 8),
        ("name = \\'abc'", "filter.syntax", 8),
        ("name LIKE 3", "filter.type", 11),
        ("name LIKE class", "filter.type", 11),
        ("name NOT = 'a'", "filter.syntax", 10),
        ("name IS 3", "filter.syntax", 9),
        ("name = NULL", "filter.syntax", 8),
        ("storeys IN ()", "filter.syntax", 13),
        ("storeys IN 3", "filter.syntax", 12),
        ("S_INTERSECTS(geometry, POINT(1 1))", "filter.syntax", 1),
        ("colour = 'red'", "filter.unknown_column", 1),
        ("storeys > 2 AND colour IS NULL", "filter.unknown_column", 17),
        ("class = 3", "filter.type", 9),
        ("3 = class", "filter.type", 1),
        ("storeys = '3'", "filter.type", 11),
        ("open > FALSE", "filter.type", 8),
        ("storeys IN (1, 'a')", "filter.type", 16),
        ("CASEI(storeys) = 'a'", "filter.type", 1),
        ("storeys BETWEEN 1 AND 'z'", "filter.type", 23),
        ("height_m > 1e999", "filter.syntax", 12),
        ("3abc = 3", "filter.syntax", 1),
        ("name = 'a' ; DROP TABLE t", "filter.syntax", 12),
        ("NOT " * 60 + "TRUE", "filter.too_deep", 201),
        ("(" * 60 + "TRUE" + ")" * 60, "filter.too_deep", 51),
        ("storeys IN (" + ",".join(["1"] * 1001) + ")", "filter.too_long", 2013),
        ("CASEI(CASEI(name)) = 'a'", "filter.syntax", 7),
        ("x" * 4001, "filter.too_long", 4001),
    ],
)
def test_what_is_no_filter_is_told_with_rule_and_place(text: str, rule: str, position: int, table: pa.Table) -> None:
    with pytest.raises(FilterError) as told:
        rows_of(text, table)
    assert (told.value.rule, told.value.position) == (rule, position)
    assert str(position) in told.value.text.ja


@given(text=st.text("ab'\"()=<>, ANDORNTLIKE%0123.\\", max_size=60))
def test_any_text_is_a_filter_or_an_error_in_words(text: str) -> None:
    assert 1 <= place_of_error(text) <= len(text) + 1


def place_of_error(text: str) -> int:
    try:
        parse_filter(text)
    except FilterError as error:
        return error.position
    return 1
