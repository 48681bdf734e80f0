"""Reads the tables that municipalities publish: CSV, TSV and Excel with a place in each row.

The place stands in two columns that are known by their names. Columns of degrees are taken as WGS 84 unless their
names say otherwise (緯度(日本測地系)) or the user gives a geographic reference system. Columns X and Y need the user's
word, and hold what that reference system calls X and Y: in Japan's plane rectangular systems X points north.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from pyproj import CRS

from geo.attribute import Identifiers, columns_of, plain
from geo.batch import Batch, GeometryType
from geo.chunk import Batches, Chunk, Fault, Part
from geo.coordinate import CoordinateColumns, coordinate_columns, is_x_north, parse_degrees, parse_metres, unpacked
from geo.crs import CRS84, crs_name, is_projected, resolve_crs
from geo.delimited import DelimitedFile, Row
from geo.errors import UnreadableError
from geo.problem import Problem

BATCH = 5_000
"""Rows held at once."""

_HEADER_WITHIN = 30
"""Rows of titles and notes that may stand above the header."""
_MOST_COLUMNS = 5_000
"""More are no table of places; every column costs memory with every row."""
_INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,14})")
_IDENTIFIER = re.compile(r".*(コ[ー―]ド|code|番号|電話|fax)(\(.*\))?|(.*_)?(id|no\.?)")
"""Digits under such a name are no quantity: nobody adds them up, and none of them may be lost."""
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})\.\d{1,17}")


def read_table(path: Path, *, name: str, crs: str | None = None) -> Iterator[Batch]:
    """The rows of the file, called `name` in problems; `crs` is the user's word on its coordinates."""
    if path.stat().st_size == 0:
        raise UnreadableError(Problem("file.empty", name))
    if path.suffix.lower() == ".xlsx":
        yield from _read_workbook(path, name, crs)
        return
    table = _Table.of(DelimitedFile(path, name=name, is_header=_is_header))
    if table is None:
        raise UnreadableError(Problem("csv.no_coordinates", name))
    yield from _batches(table, "", name, crs)


def _read_workbook(path: Path, name: str, crs: str | None) -> Iterator[Batch]:
    """Each sheet with coordinates is a part."""
    from geo.workbook import Workbook  # what reads sheets takes a tenth of a second to load

    book = Workbook(path, name=name)
    try:
        tables = [(sheet.title, table) for sheet in book.sheets() if (table := _Table.of(sheet))]
        if not tables:
            raise UnreadableError(Problem("csv.no_coordinates", name))
        for title, table in tables:
            yield from _batches(table, title if len(tables) > 1 else "", name, crs)
    finally:
        book.close()


class _Rows(Protocol):
    @property
    def is_ragged(self) -> bool:
        """Whether rows may be shorter or longer than the header without a fault."""

    def rows(self) -> Iterator[Row]: ...


@dataclass(frozen=True)
class _Table:
    source: _Rows
    header: Row
    names: list[str]
    """Of the columns, each once."""
    coordinates: CoordinateColumns

    @classmethod
    def of(cls, source: _Rows) -> "_Table | None":
        """None where no row near the top names columns of coordinates."""
        above: list[Row] = []
        for row in islice(source.rows(), _HEADER_WITHIN):
            found = coordinate_columns(row.values)
            if found is not None:
                return cls(source, row, _names(row, above), found)
            above.append(row)
        return None

    def rows(self) -> Iterator[Row]:
        return (row for row in self.source.rows() if row.line > self.header.line)


def _is_header(values: list[str]) -> bool:
    return coordinate_columns(values) is not None


def _names(header: Row, above: list[Row]) -> list[str]:
    """A name for each column: where cells are merged downwards it stands in a row above; twins get a number."""
    names: list[str] = []
    known: set[str] = set()
    for place, own in enumerate(header.values):
        over = (
            row.values[place] for row in reversed(above) if place < len(row.values) and sum(map(bool, row.values)) > 1
        )
        name = own or next(filter(None, over), "") or f"column_{place + 1}"
        name = " ".join(name.lstrip("\ufeff").split())
        twins = sum(one == name or one.startswith(f"{name}_") for one in names) if name in known else 0
        names.append(f"{name}_{twins + 1}" if twins else name)
        known.add(names[-1])
    return names


def _batches(table: _Table, part: str, name: str, override: str | None) -> Iterator[Batch]:
    if len(table.names) > _MOST_COLUMNS:
        told = {"count": f"{len(table.names):,}", "limit": f"{_MOST_COLUMNS:,}"}
        raise UnreadableError(Problem("csv.too_many_columns", name, parameters=told))
    survey = _Survey(table)
    crs, notes = _crs(table.coordinates, override, name)
    batches = Batches(Part(name, part, crs, notes, (GeometryType.POINT,)))
    rows, first = table.rows(), 1
    while chunk := list(islice(rows, BATCH)):
        yield from batches.of(_chunk(chunk, first, table, survey, crs))
        first += len(chunk)


def _crs(columns: CoordinateColumns, override: str | None, name: str) -> tuple[CRS, tuple[Problem, ...]]:
    if not columns.is_degrees:
        crs, problems = resolve_crs(None, override, name=name)
        north = is_x_north(crs) and not columns.is_east_north
        note = Problem("csv.axes", name, parameters={"crs": crs_name(crs)}) if north else None
        return crs, (*problems, *([note] if note else []))
    if override is None or is_projected(override):
        # Degrees can't be in metres: the user's word is for the other tables of the same import.
        return resolve_crs(columns.declared or CRS84, None, name=name)
    return resolve_crs(columns.declared, override, name=name)


class _Survey:
    """A first walk through all rows: which columns are numbers, and which one identifies."""

    def __init__(self, table: _Table) -> None:
        self.types: list[pa.DataType] = [
            pa.string() if _IDENTIFIER.fullmatch(plain(name)) else pa.null() for name in table.names
        ]
        ids, count = Identifiers(), 0
        for count, row in enumerate(table.rows(), 1):
            for place, value in enumerate(row.values[: len(table.names)]):
                self._note(place, value)
            for name, value in zip(table.names, row.values, strict=False):
                ids.note(name, value, count)
        self.id_place = table.names.index(best) if count and (best := ids.best(table.names)) else None

    def _note(self, place: int, value: str) -> None:
        known = self.types[place]
        if not value or known == pa.string():
            return
        if _INTEGER.fullmatch(value):
            self.types[place] = pa.int64() if known == pa.null() else known
        else:
            self.types[place] = pa.float64() if _NUMBER.fullmatch(value) else pa.string()


def _chunk(rows: list[Row], first: int, table: _Table, survey: _Survey, crs: CRS) -> Chunk:
    places = [_place(row, table, crs) for row in rows]
    ids = [str(number) for number in range(first, first + len(rows))]
    if survey.id_place is not None:
        ids = [row.values[survey.id_place] for row in rows]
    points = np.array([point for point, _ in places], dtype=object)
    lines = [row.line for row in rows]
    return Chunk(_frame(rows, table, survey), points, ids, lines, [fault for _, fault in places])


def _place(row: Row, table: _Table, crs: CRS) -> tuple[shapely.Point | None, Fault | None]:
    found, expected = len(row.values), len(table.names)
    if not table.source.is_ragged and (found < expected or any(row.values[expected:])):
        return None, Fault("csv.columns", {"found": str(found), "expected": str(expected)})
    columns = table.coordinates
    first, second = ((row.values[at] if at < found else "") for at in (columns.first, columns.second))
    if not first or not second:
        return None, Fault("csv.coordinates_missing", {})
    if columns.is_degrees:
        return _in_degrees(first, second)
    return _in_metres(first, second, columns, crs)


def _in_degrees(latitude: str, longitude: str) -> tuple[shapely.Point | None, Fault | None]:
    y, x = parse_degrees(latitude), parse_degrees(longitude)
    if x is None or y is None or (x, y) == (0, 0):  # 0, 0 in the Atlantic is what failed geocoding leaves
        return None, _invalid(latitude, longitude)
    if abs(y) <= 90 and abs(x) <= 180:
        return shapely.Point(x, y), None
    if 90 < abs(y) <= 180 and abs(x) <= 90:
        return shapely.Point(y, x), Fault("csv.coordinates_swapped", {})
    packed = unpacked(y, x)
    return (shapely.Point(packed[1], packed[0]), None) if packed else (None, _invalid(latitude, longitude))


def _in_metres(
    first: str, second: str, columns: CoordinateColumns, crs: CRS
) -> tuple[shapely.Point | None, Fault | None]:
    one, other = parse_metres(first), parse_metres(second)
    if one is None or other is None:
        return None, _invalid(first, second)
    north_first = is_x_north(crs) and not columns.is_east_north
    return shapely.Point(other, one) if north_first else shapely.Point(one, other), None


def _invalid(latitude: str, longitude: str) -> Fault:
    return Fault("csv.coordinates_invalid", {"latitude": latitude[:40], "longitude": longitude[:40]})


def _frame(rows: list[Row], table: _Table, survey: _Survey) -> pd.DataFrame:
    values = {
        name: pa.array([_value(row.values[at] if at < len(row.values) else "", kind) for row in rows], kind)
        for at, (name, kind) in enumerate(zip(table.names, survey.types, strict=True))
    }
    return columns_of(values, rows=len(rows))


def _value(text: str, kind: pa.DataType) -> str | int | float | None:
    if not text:
        return None
    if kind == pa.int64():
        return int(text)
    return float(text) if kind == pa.float64() else text
