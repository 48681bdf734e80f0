"""One CSV file of a feed as a table whose index is the line in the file.

gtfs-kit's own reader knows only UTF-8, takes an id `NA` or `null` for a missing one, and makes 1 of a platform `01`.
So the text is read here, and gtfs-kit's table of types says what is a number.
"""

import csv
import io
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo import Problem, UnreadableError
from geo.encoding import decode_text

_NUMBER = {"Int16": "Int64", "Int32": "Int64", "Int64": "Int64", "float": "float64"}
"""gtfs-kit's types; its 16 bits are too few for a transfer time of ten hours."""
_EXACT = 2**53
"""Beyond it a float holds whole numbers no more, and 64 bits soon hold none."""
TEXT = "string"


@dataclass(frozen=True)
class Table:
    rows: pd.DataFrame
    """Index `line`: line in the file, from 2 for the first row. Text as it stands, numbers by the standard."""
    problems: tuple[Problem, ...]
    """Rows that can't be read (kept out), and values that are not the numbers they should be (read as missing)."""


def parse_table(content: bytes, types: Mapping[str, str], *, name: str) -> Table:
    """`types` is gtfs-kit's table of column types; columns that it does not name stay text."""
    text = decode_text(content, name=name)
    if not text.strip():
        raise UnreadableError(Problem("file.empty", name))
    rows, problems = _rows(text, name)
    rows.columns = pd.Index([str(column).strip() for column in rows.columns])
    for column in rows.columns.intersection(list(types)):
        if types[column] in _NUMBER:
            rows[column], wrong = _numbers(rows[column], _NUMBER[types[column]])
            problems += _wrong_values(wrong, str(column), name)
    return Table(rows, tuple(problems))


def empty_table(types: Mapping[str, str]) -> pd.DataFrame:
    return pd.DataFrame({column: missing_column(types[column], pd.Index([])) for column in types})


def missing_column(type: str, index: "pd.Index[Any]") -> "pd.Series[Any]":
    return pd.Series(np.nan if type == "float" else pd.NA, index=index, dtype=_NUMBER.get(type, TEXT))


def _rows(text: str, name: str) -> tuple[pd.DataFrame, list[Problem]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # rows that are longer than the header
            rows = pd.read_csv(
                io.StringIO(text),
                dtype=TEXT,
                keep_default_na=False,
                na_values=[""],
                skip_blank_lines=False,  # the index counts lines
                index_col=False,
                skipinitialspace=True,
            )
    except pd.errors.EmptyDataError as error:
        raise UnreadableError(Problem("file.empty", name)) from error
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        return _uneven_rows(text, name, error)
    rows.index = pd.Index(_lines(text, len(rows)), name="line")
    return rows.dropna(how="all"), []


def _uneven_rows(text: str, name: str, error: Exception) -> tuple[pd.DataFrame, list[Problem]]:
    """Row by row: those with more fields than the header are kept out, since nobody knows which field is which."""
    if text.count('"') % 2:  # a quote that never closes would swallow the rest of the file
        raise _unreadable(name, error)
    problems: list[Problem] = []
    rows: dict[int, list[str | None]] = {}
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    try:
        header = next(reader)
        line = reader.line_num + 1
        for row in reader:
            if any(field.strip() for field in row[len(header) :]):
                told = {"found": str(len(row)), "expected": str(len(header))}
                problems.append(Problem("csv.columns", name, line=line, parameters=told))
            elif any(row):
                padded = [*row, *[""] * (len(header) - len(row))][: len(header)]
                rows[line] = [field or None for field in padded]
            line = reader.line_num + 1
    except csv.Error as csv_error:
        raise _unreadable(name, csv_error) from csv_error
    index = pd.Index(list(rows), name="line", dtype="int64")
    return pd.DataFrame(list(rows.values()), columns=pd.Index(header), index=index, dtype=TEXT), problems


def _lines(text: str, count: int) -> Iterable[int]:
    """Line of each of `count` rows after the header."""
    if '"' not in text:
        return range(2, 2 + count)
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    try:
        ends = [0, *(reader.line_num for _ in reader)]
    except csv.Error:
        return range(2, 2 + count)
    starts = [end + 1 for end in ends[1:-1]]
    return starts if len(starts) == count else range(2, 2 + count)


def _numbers(text: "pd.Series[Any]", type: str) -> tuple["pd.Series[Any]", "pd.Series[Any]"]:
    """The numbers, missing where there is none, and the texts that are none."""
    numbers = pd.to_numeric(text, errors="coerce").astype("Float64").to_numpy(dtype="float64", na_value=np.nan)
    good: NDArray[np.bool_] = ~np.isnan(numbers)
    if type == "Int64":
        good &= np.abs(numbers) <= _EXACT
        good &= np.equal(np.mod(numbers, 1, where=np.isfinite(numbers), out=np.ones_like(numbers)), 0)
    wrong = text[~good & text.notna().to_numpy()]
    if type == "float64":
        return pd.Series(numbers, index=text.index), wrong
    whole = pd.array(np.where(good, numbers, 0).astype("int64"), dtype="Int64")
    whole[~good] = pd.NA
    return pd.Series(whole, index=text.index), wrong


def _wrong_values(wrong: "pd.Series[Any]", column: str, name: str) -> list[Problem]:
    if wrong.empty:
        return []
    told = {"column": column, "value": str(wrong.iloc[0])[:100], "count": str(len(wrong))}
    return [Problem("gtfs.value", name, line=int(wrong.index[0]), parameters=told)]


def _unreadable(name: str, error: Exception) -> UnreadableError:
    return UnreadableError(Problem("file.unreadable", name, parameters={"reason": str(error).strip()[:200]}))
