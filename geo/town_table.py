"""Reads tables of towns without coordinates: 地域・年齢別人口 of municipalities, e-Stat's statistics by town.

e-Stat's files (小地域) have two header rows, codes and what they mean. Numbers that are kept secret (`*`, `X`) are
missing, never 0; `-` is e-Stat's sign for 0, but says nothing in a row whose numbers are secret (HTKSYORI 2: they are
added to the town HTKSAKI, whose HTKSYORI is 1).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.attribute import own_name, plain
from geo.column import Column, ColumnType
from geo.coordinate import coordinate_columns
from geo.delimited import DelimitedFile, Row
from geo.errors import UnreadableError
from geo.problem import Problem
from geo.text import Text
from geo.town_column import NAMED, age_sums, is_people, named_columns
from geo.town_key import TownKeys, names_towns

if TYPE_CHECKING:
    from geo.workbook import Workbook

_HEADER_WITHIN = 30
_MOST_COLUMNS = 5_000
_SECRECY, _TARGET, _HELD = "HTKSYORI", "HTKSAKI", "GASSAN"
_GROUPED = {
    _SECRECY: Text("秘匿処理(1 合算先・2 秘匿)", "Secrecy (1 holds others, 2 kept secret)"),
    _TARGET: Text("合算先の町丁・字等", "Counted in town"),
    _HELD: Text("合算した町丁・字等", "Holds the numbers of"),
}
_UNKNOWN = frozenset({"", "*", "**", "***", "x", "…", "...", "秘匿", "不詳"})
"""As `plain` writes them."""
_ZERO = frozenset({"-", "‐", "−", "―", "ー", "–"})
_NUMBER = re.compile(r"-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")
_IDENTIFIER = re.compile(r".*(コ[ー―]ド|code|番号|年月日|日付)|(.*[_ ])?(id|no\.?)|町字id")


@dataclass(frozen=True)
class TownTable:
    """One entry for each row that has as many fields as the header."""

    name: str
    """Of the file, in problems."""
    frame: pd.DataFrame
    """What the map shows of a row: people and ages by known names, `suppressed`, every column of the file."""
    columns: tuple[Column, ...]
    keys: TownKeys
    lines: NDArray[np.int64]
    problems: tuple[Problem, ...] = ()
    uneven: int = 0
    """Rows that could not be read; `problems` names each."""

    @property
    def people(self) -> NDArray[np.float64]:
        """NaN where not known, or where the table has no such column."""
        if "population" not in self.frame:
            return np.full(len(self.frame), np.nan)
        return np.asarray(self.frame["population"].to_numpy(dtype="float64", na_value=np.nan))


def is_town_table(path: Path, *, any_numbers: bool = False) -> bool:
    """Whether a row near the top names columns of towns and of people, and none of coordinates.

    `any_numbers`: it need not be people that are counted.
    """
    try:
        if path.stat().st_size == 0:
            return False
        with _opened(path, path.name) as source:
            return source.found is not None and (any_numbers or _counts_people(source.found[1].values))
    except UnreadableError:
        return False


def read_town_table(path: Path, *, name: str) -> TownTable:
    """All rows. UnreadableError for a file that can't be read and for one that is no table of towns."""
    if path.stat().st_size == 0:
        raise UnreadableError(Problem("file.empty", name))
    with _opened(path, name) as source:
        if source.found is None:
            raise UnreadableError(Problem("csv.no_coordinates", name))
        if len(source.found[1].values) > _MOST_COLUMNS:
            told = {"count": f"{len(source.found[1].values):,}", "limit": f"{_MOST_COLUMNS:,}"}
            raise UnreadableError(Problem("csv.too_many_columns", name, parameters=told))
        return _table(*source.found, name)


class _Rows(Protocol):
    @property
    def is_ragged(self) -> bool: ...

    def rows(self) -> Iterator[Row]: ...


class _Source:
    """A file with the sheet and the header that make it a table of towns."""

    def __init__(self, sheets: Sequence[_Rows], book: "Workbook | None" = None) -> None:
        self._sheets, self._book = sheets, book
        self.found: tuple[_Rows, Row] | None = None

    def __enter__(self) -> "_Source":
        self.found = next(
            (
                (one, row)
                for one in self._sheets
                for row in islice(one.rows(), _HEADER_WITHIN)
                if _is_header(row.values)
            ),
            None,
        )
        if any(coordinate_columns(row.values) for one in self._sheets for row in islice(one.rows(), _HEADER_WITHIN)):
            self.found = None
        return self

    def __exit__(self, *_: object) -> None:
        if self._book is not None:
            self._book.close()


def _opened(path: Path, name: str) -> _Source:
    if path.suffix.lower() == ".xlsx":
        from geo.workbook import Workbook  # what reads sheets takes a tenth of a second to load

        book = Workbook(path, name=name)
        return _Source(book.sheets(), book)
    return _Source([DelimitedFile(path, name=name, is_header=_is_header)])


def _is_header(values: Sequence[str]) -> bool:
    """More than one column: a title above the table may be called 町丁目."""
    return sum(map(bool, values)) > 1 and names_towns(values)


def _counts_people(header: Sequence[str]) -> bool:
    """e-Stat's tables tell by their second header row what they count; grid squares never come here."""
    return _SECRECY in header or any(map(is_people, header))


def _table(source: _Rows, header: Row, name: str) -> TownTable:
    names = _names(header.values)
    rows = [row for row in source.rows() if row.line > header.line]
    labels: dict[str, str] = {}
    if _SECRECY in names and rows and not rows[0].values[0]:
        labels = {
            column: " ".join(label.split()) for column, label in zip(names, rows[0].values, strict=False) if label
        }
        rows = rows[1:]
    good, uneven = [], []
    for row in rows:
        found = len(row.values)
        if source.is_ragged or (found >= len(names) and not any(row.values[len(names) :])):
            good.append(row)
        else:
            told = {"found": str(found), "expected": str(len(names))}
            uneven.append(Problem("csv.columns", name, str(row.line), row.line, parameters=told))
    fields = [[*row.values, *[""] * (len(names) - len(row.values))][: len(names)] for row in good]
    texts = pd.DataFrame(fields, columns=pd.Index(names), dtype=object)
    lines = np.array([row.line for row in good], dtype=np.int64)
    frame, columns, wrong = _typed(texts, labels, lines, name)
    return TownTable(name, frame, columns, TownKeys.of(texts), lines, (*uneven, *wrong), len(uneven))


def _names(values: Iterable[str]) -> list[str]:
    """A name for each column; twins get a number."""
    names: list[str] = []
    for place, value in enumerate(values):
        own = " ".join(value.lstrip("\ufeff").split()) or f"column_{place + 1}"
        number = next(
            number for number in range(1, place + 2) if (own if number == 1 else f"{own}_{number}") not in names
        )
        names.append(own if number == 1 else f"{own}_{number}")
    return names


def _typed(
    texts: pd.DataFrame, labels: dict[str, str], lines: NDArray[np.int64], name: str
) -> tuple[pd.DataFrame, tuple[Column, ...], list[Problem]]:
    secret = _secret_rows(texts)
    named = named_columns({column: labels.get(column, column) for column in map(str, texts.columns)})
    values: dict[str, Any] = {}
    hidden, problems = secret.copy(), []
    for column in map(str, texts.columns):
        plain_texts = [plain(text) for text in texts[column]]
        if column in _GROUPED or not _is_numeric(column, plain_texts, column in named.values()):
            values[column] = texts[column].where(texts[column] != "", None)
            continue
        numbers, wrong = _numbers(plain_texts, secret)
        hidden |= np.array([text in _UNKNOWN and bool(text) for text in plain_texts], dtype=bool)
        problems += _wrong_values(column, texts[column].to_numpy()[wrong], lines[wrong], name)
        values[column] = _whole(numbers)
    known = {ours: values[theirs] for ours, theirs in named.items()}
    sums = {ours: _whole(total) for ours, total in age_sums(values).items() if ours not in known}
    ours = {column: {**known, **sums}[column] for column in NAMED if column in known or column in sums}
    if _SECRECY in texts or hidden.any():
        ours["suppressed"] = hidden
    taken = {own_name(column) if column not in ours else f"{column}_": one for column, one in values.items()}
    return pd.DataFrame({**ours, **taken}), _columns(ours, texts, labels), problems


def _secret_rows(texts: pd.DataFrame) -> NDArray[np.bool_]:
    """Rows whose numbers are added to another's."""
    secret = np.zeros(len(texts), dtype=bool)
    if _SECRECY in texts:
        secret |= np.array([plain(text) == "2" for text in texts[_SECRECY]], dtype=bool)
    if _TARGET in texts:
        secret |= (texts[_TARGET] != "").to_numpy(dtype=bool)
    return secret


def _is_numeric(column: str, values: Sequence[str], is_known: bool) -> bool:
    """e-Stat's own columns and those of people are, even where some value is wrong."""
    if is_known or re.fullmatch(r"T\d{6,}", column):
        return True
    if _IDENTIFIER.fullmatch(plain(column)):
        return False
    told = [value for value in values if value not in _UNKNOWN and value not in _ZERO]
    return bool(told) and all(_NUMBER.fullmatch(value) and not re.match(r"-?0\d", value) for value in told)


def _numbers(values: Sequence[str], secret: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """NaN where secret or empty; and which texts are no numbers. A row whose numbers are elsewhere has no zeros."""
    numbers, wrong = np.full(len(values), np.nan), np.zeros(len(values), dtype=bool)
    for row, value in enumerate(values):
        if value in _ZERO:
            numbers[row] = 0
        elif _NUMBER.fullmatch(value):
            numbers[row] = float(value.replace(",", ""))
        else:
            wrong[row] = value not in _UNKNOWN
    return np.where(secret & (numbers == 0), np.nan, numbers), wrong


def _whole(numbers: NDArray[np.float64]) -> "pd.Series[Any]":
    is_whole = bool((numbers[~np.isnan(numbers)] % 1 == 0).all())
    return pd.Series(numbers).astype("Int64" if is_whole else "Float64")


def _wrong_values(column: str, texts: NDArray[Any], lines: NDArray[np.int64], name: str) -> list[Problem]:
    if not len(texts):
        return []
    told = {"column": column, "value": unicodedata.normalize("NFC", str(texts[0]))[:50], "count": str(len(texts))}
    return [Problem("town.value", name, line=int(lines[0]), parameters=told)]


def _columns(ours: Iterable[str], texts: pd.DataFrame, labels: dict[str, str]) -> tuple[Column, ...]:
    known = [NAMED[column] for column in NAMED if column in set(ours)]
    grouped = [Column(column, label) for column, label in _GROUPED.items() if column in texts]
    told = [Column(column, Text.same(label), ColumnType.NUMBER) for column, label in labels.items()]
    return (*known, *grouped, *(column for column in told if column.name not in _GROUPED))
