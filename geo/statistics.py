"""Reads e-Stat's statistics by grid square (地域メッシュ統計): one polygon for each square.

The files have two header rows, codes (KEY_CODE, HTKSYORI, HTKSAKI, GASSAN, T001142001 ...) and what they mean. `*` is
a number that is kept secret because few people live there; it is missing here, never 0. HTKSYORI says 2 for such a
square, whose numbers are added to the square HTKSAKI; that one says 1, and names those it holds in GASSAN.
"""

import csv
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, TextIO

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.batch import Batch, Count, GeometryType
from geo.column import Column, ColumnType
from geo.encoding import detect_encoding
from geo.errors import UnreadableError
from geo.mesh import parse_codes, square_polygons
from geo.portrayal import POPULATION, Portrayal
from geo.problem import Problem
from geo.style import Draw, Style, StyleClass, Theme
from geo.text import Text

BATCH = 20_000
SECRET = "*"

_KEY, _SECRECY, _PLACES = "KEY_CODE", "HTKSYORI", ("HYOSYO", "CITYNAME")
_GROUPED = {
    "HTKSYORI": Text("秘匿処理(1 合算先・2 秘匿)", "Secrecy (1 holds others, 2 kept secret)"),
    "HTKSAKI": Text("合算先のメッシュ", "Counted in square"),
    "GASSAN": Text("合算したメッシュ", "Holds the numbers of"),
}
_NAMED = {
    "population": (
        r"人口\(総数\)|人口総数|総人口",
        Column("population", Text("人口", "Population"), ColumnType.INTEGER, "人"),
    ),
    "population_0_14": (
        r"0~14歳人口総数",
        Column("population_0_14", Text("0〜14歳人口", "Aged 0 to 14"), ColumnType.INTEGER, "人"),
    ),
    "population_15_64": (
        r"15~64歳人口総数",
        Column("population_15_64", Text("15〜64歳人口", "Aged 15 to 64"), ColumnType.INTEGER, "人"),
    ),
    "population_65plus": (
        r"65歳以上人口総数",
        Column("population_65plus", Text("65歳以上人口", "Aged 65 and over"), ColumnType.INTEGER, "人"),
    ),
    "population_75plus": (
        r"75歳以上人口総数",
        Column("population_75plus", Text("75歳以上人口", "Aged 75 and over"), ColumnType.INTEGER, "人"),
    ),
    "households": (r"世帯総数", Column("households", Text("世帯数", "Households"), ColumnType.INTEGER, "世帯")),
}
"""Columns that analyses and styles know, by the label of the census table without spaces and in half width."""
_MESH_CODE = Column("mesh_code", Text("メッシュコード", "Grid square code"))
_SUPPRESSED = Column("suppressed", Text("秘匿あり", "Has secret numbers"), ColumnType.BOOLEAN)


def is_mesh_statistics(path: Path) -> bool:
    """By the header: e-Stat's statistics by town have the same columns and places besides."""
    try:
        with path.open("rb") as file:
            head = file.read(8_192).split(b"\n", 1)[0]
    except OSError:
        return False
    names = [name.strip().strip('"') for name in head.decode("ascii", "replace").split(",")]
    names[0] = names[0].lstrip("\ufffd")  # the byte order mark
    return names[0] == _KEY and _SECRECY in names and not set(_PLACES) & set(names)


def read_mesh_statistics(path: Path, *, name: str) -> Iterator[Batch]:
    """Columns mesh_code, population and others that the labels tell, suppressed, and every column of the file."""
    if path.stat().st_size == 0:
        raise UnreadableError(Problem("file.empty", name))
    with path.open(encoding=detect_encoding(path, name=name), newline="") as file:
        rows = _Rows(file, name)
        layout = _Layout(rows.header, rows.labels)
        seen: set[str] = set()
        while chunk := list(islice(rows, BATCH)):
            yield _batch(chunk, layout, seen, name, tuple(rows.take_problems()))
        left = tuple(rows.take_problems())
        if left:
            yield _batch([], layout, seen, name, left)


class _Rows(Iterator[tuple[int, list[str]]]):
    """Line number and fields of each row that has as many as the header; the others become problems."""

    def __init__(self, file: TextIO, name: str) -> None:
        self._reader, self._name = csv.reader(file), name
        self._problems: list[Problem] = []
        self._waiting: list[tuple[int, list[str]]] = []
        self.header = [field.strip() for field in next(self._reader, [])]
        if self.header[:1] != [_KEY]:
            raise UnreadableError(Problem("mesh.header", name, line=1))
        self.labels = self._labels()

    def __next__(self) -> tuple[int, list[str]]:
        if self._waiting:
            return self._waiting.pop()
        while True:
            fields = self._next()
            if len(fields) == len(self.header):
                return self._reader.line_num, fields
            if any(field.strip() for field in fields):
                told = {"found": str(len(fields)), "expected": str(len(self.header))}
                self._problems.append(Problem("csv.columns", self._name, line=self._reader.line_num, parameters=told))

    def take_problems(self) -> list[Problem]:
        taken, self._problems = self._problems, []
        return taken

    def _labels(self) -> list[str]:
        """The second row; its first field is empty, for it is no square."""
        try:
            fields = self._next()
        except StopIteration:
            return []
        if fields[:1] == [""]:
            return fields
        self._waiting = [(self._reader.line_num, fields)]
        return []

    def _next(self) -> list[str]:
        try:
            return next(self._reader)
        except csv.Error as error:
            line, told = self._reader.line_num, {"reason": str(error)}
            raise UnreadableError(Problem("file.unreadable", self._name, line=line, parameters=told)) from error


class _Layout:
    """Which field is what."""

    def __init__(self, header: Sequence[str], labels: Sequence[str]) -> None:
        self.header = list(header)
        self.values = [name for name in header if name != _KEY and name not in _GROUPED]
        told = {name: label for name, label in zip(header, labels, strict=False) if label.strip()}
        self.named = _named(self.values, told)
        self.columns = (
            _MESH_CODE,
            *(_NAMED[name][1] for name in self.named),
            _SUPPRESSED,
            *(Column(name, label) for name, label in _GROUPED.items() if name in header),
            *(Column(name, _label(told[name]), ColumnType.NUMBER) for name in self.values if name in told),
        )


def _named(values: Sequence[str], labels: dict[str, str]) -> dict[str, str]:
    """Our name to the file's. Without labels it is taken for a population table, whose first column is the total."""
    found: dict[str, str] = {}
    for name, (pattern, _) in _NAMED.items():
        matching = [value for value in values if re.fullmatch(pattern, _plain(labels.get(value, "")))]
        if matching:
            found[name] = matching[0]
    if not labels and values:
        found["population"] = min(values)
    return found


def _plain(label: str) -> str:
    return "".join(unicodedata.normalize("NFKC", label).replace("〜", "~").replace("～", "~").split())


def _label(label: str) -> Text:
    return Text.same(" ".join(label.split()))


def _batch(
    rows: Sequence[tuple[int, list[str]]], layout: _Layout, seen: set[str], name: str, uneven: tuple[Problem, ...]
) -> Batch:
    table = _Fields.of(rows, layout)
    squares = parse_codes(table.codes)
    keep, problems = _unique(table, squares.valid, seen, name)
    frame, wrong = _frame(table, layout, keep, name)
    features = gpd.GeoDataFrame(frame, geometry=square_polygons(squares.bounds[keep]), crs="EPSG:4326")
    read, stored = len(rows) + len(uneven), len(features)
    return Batch(
        "",
        GeometryType.POLYGON,
        features,
        layout.columns,
        (*uneven, *problems, *wrong),
        (Count("mesh", "", read, stored, read - stored),),
        crs="EPSG:6668",
    )


@dataclass(frozen=True)
class _Fields:
    lines: NDArray[np.int64]
    texts: pd.DataFrame

    @classmethod
    def of(cls, rows: Sequence[tuple[int, list[str]]], layout: _Layout) -> "_Fields":
        texts = pd.DataFrame([fields for _, fields in rows], columns=pd.Index(layout.header), dtype=object)
        return cls(np.array([line for line, _ in rows], dtype=np.int64), texts)

    @property
    def codes(self) -> NDArray[Any]:
        return np.array([code.strip() for code in self.texts[_KEY]], dtype=object)


def _unique(
    table: _Fields, valid: NDArray[np.bool_], seen: set[str], name: str
) -> tuple[NDArray[np.bool_], list[Problem]]:
    """Squares that are squares, each for its first time in this file."""
    keep, problems = valid.copy(), []
    for index, code in enumerate(table.codes):
        if not valid[index]:
            told = {"code": code[:50]}
            problems.append(Problem("mesh.code", name, line=int(table.lines[index]), parameters=told))
        elif code in seen:
            keep[index] = False
            problems.append(Problem("mesh.duplicate", name, code, int(table.lines[index])))
        else:
            seen.add(code)
    return keep, problems


def _frame(table: _Fields, layout: _Layout, keep: NDArray[np.bool_], name: str) -> tuple[pd.DataFrame, list[Problem]]:
    texts, codes, lines = table.texts[keep], table.codes[keep], table.lines[keep]
    secret = (texts[layout.values] == SECRET).any(axis=1)
    if "HTKSAKI" in texts:
        secret |= texts["HTKSAKI"].str.strip() != ""
    numbers: dict[str, Any] = {}
    problems: list[Problem] = []
    for column in layout.values:
        numbers[column], wrong = _numbers(texts[column])
        problems += _wrong_values(column, texts[column][wrong], lines[wrong], name)
    columns = {
        "feature_id": codes,
        "mesh_code": codes,
        **{ours: numbers[theirs] for ours, theirs in layout.named.items()},
        "suppressed": secret,
        **{column: texts[column].where(texts[column] != "", None) for column in _GROUPED if column in texts},
        **numbers,
    }
    return pd.DataFrame(columns, index=texts.index).reset_index(drop=True), problems


def _numbers(texts: "pd.Series[Any]") -> tuple["pd.Series[Any]", NDArray[np.bool_]]:
    """Whole numbers where all are; missing where secret or empty; and which texts are neither."""
    numbers = pd.to_numeric(texts, errors="coerce").astype("float64").replace([np.inf, -np.inf], np.nan)
    missing = texts.str.strip().isin(["", SECRET])
    wrong = (numbers.isna() & ~missing).to_numpy(dtype=bool)
    whole = bool((numbers.dropna() % 1 == 0).all())
    return numbers.astype("Int64" if whole else "Float64"), wrong


def _wrong_values(column: str, texts: "pd.Series[Any]", lines: NDArray[np.int64], name: str) -> list[Problem]:
    if texts.empty:
        return []
    told = {"column": column, "value": str(texts.iloc[0])[:50], "count": str(len(texts))}
    return [Problem("mesh.value", name, line=int(lines[0]), parameters=told)]


_RAMP = ("#F7F4E9", "#FEE8C8", "#FDD49E", "#FDBB84", "#FC8D59", "#E34A33", "#B30000", "#7F0000")
_STEPS = (0, 1, 10, 50, 100, 250, 500, 1000)
_FOURTH = (0, 1, 5, 10, 25, 60, 125, 250)


def portray_statistics(columns: Collection[str]) -> Portrayal:
    """`columns`: those of the layer. Coloured by population, then by what else the table has."""
    title = Text("地域メッシュ人口", "Population by grid square")
    themes = [
        people_theme(_NAMED[name][1], _STEPS if name == "population" else _FOURTH) for name in _NAMED if name in columns
    ]
    themes = themes or [Theme.single(_RAMP[3], Text("地域メッシュ", "Grid squares"))]
    known = (_MESH_CODE, *(column for _, column in _NAMED.values()), _SUPPRESSED)
    shown = tuple(column for column in known if column.name in columns)
    return Portrayal(title, POPULATION, Style(Draw.FILL, tuple(themes), opacity=0.6), shown)


def people_theme(column: Column, starts: Sequence[int]) -> Theme:
    """Eight steps that begin at `starts`; what is secret stands apart from 0."""
    steps = list(pairwise([*starts, None]))
    classes = [
        StyleClass(colour, _range(low or 0, high), minimum=low, maximum=high)
        for colour, (low, high) in zip(_RAMP, steps, strict=True)
    ]
    secret = StyleClass("#B8BCC0", Text("秘匿・不明", "Secret or unknown"))
    return Theme.steps(column.name, column.label, column.name, classes, secret, unit=column.unit)


def _range(low: int, high: int | None) -> Text:
    if high is None:
        return Text(f"{low:,} 以上", f"{low:,} or more")
    return Text.same(f"{low:,}" if high == low + 1 else f"{low:,}–{high - 1:,}")
