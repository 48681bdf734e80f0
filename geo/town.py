"""Joins tables of towns with the towns' areas.

Every row of the table is joined, or has a problem, or is told as a total of others, which nobody counts twice. Numbers
are taken over as they stand, so that the people of joined rows and of those that are not add up to those of the table.

Where e-Stat adds the secret numbers of a town (HTKSYORI 2) to another one (HTKSYORI 1), they stay there, as published:
the town itself is unknown in those columns, not empty.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.batch import Batch, Count, GeometryType
from geo.column import Column
from geo.errors import UnreadableError
from geo.layer import Layer
from geo.problem import Problem
from geo.text import Text
from geo.town_key import TownKeys
from geo.town_match import Match, Outcome, match_towns
from geo.town_table import TownTable, read_town_table

TOWN_CODE = "town_code"
TOWN_NAME = "town_name"
OWN_COLUMNS = (
    Column(TOWN_NAME, Text("町丁目", "Town")),
    Column(TOWN_CODE, Text("町丁目コード", "Code of the town")),
)
_FAULTS = {
    Outcome.UNKNOWN: "town.unknown",
    Outcome.AMBIGUOUS: "town.ambiguous",
    Outcome.DUPLICATE: "town.duplicate",
}


@dataclass(frozen=True)
class TownJoin:
    features: gpd.GeoDataFrame
    """EPSG:4326, one row for each joined row: `feature_id`, `town_name`, `town_code`, and the table's columns."""
    columns: tuple[Column, ...]
    problems: tuple[Problem, ...]
    rows: int
    """Of the table that count: neither totals nor parts of others."""
    people: float | None
    """Sum of the rows that count; None for a table without people."""
    people_joined: float
    people_left: float
    """In rows that are not joined."""


def join_towns(table: TownTable, towns: Layer) -> TownJoin:
    """The rows of `table` with the areas of `towns`, whose name problems tell.

    `towns`: polygons with columns of names, or of codes (KEY_CODE, 町字ID with 全国地方公共団体コード, or a
    municipality's own); several with one code are one town. Rows are known by code where any code of the table is one
    of the layer's, else by name (大字, 字, numerals before 丁目, ヶ and width don't matter), in their municipality
    where both sides tell it.
    UnreadableError (`town.places_unfit`) where not one row is joined.
    """
    match = match_towns(table.keys, TownKeys.of(towns.features.drop(columns="geometry")))
    if not match.joined:
        raise UnreadableError(Problem("town.places_unfit", table.name, parameters={"layer": towns.name}))
    rows = np.flatnonzero([one is Outcome.JOINED for one in match.outcomes])
    counted = np.array([one not in (Outcome.TOTAL, Outcome.PART) for one in match.outcomes], dtype=bool)
    people = np.nan_to_num(table.people)
    total, joined = float(people[counted].sum()), float(people[rows].sum())
    return TownJoin(
        _features(table, towns, match, rows),
        (*OWN_COLUMNS, *table.columns),
        (*_notes(table, towns.name, match, counted), *table.problems, *_faults(table, towns.name, match)),
        int(counted.sum()) + table.uneven,
        total if "population" in table.frame else None,
        joined,
        total - joined,
    )


def town_share(table: TownTable, towns: pd.DataFrame) -> float:
    """Share of the table's rows that have an area; `towns` holds columns of codes and names, without geometry."""
    return match_towns(table.keys, TownKeys.of(towns)).share


def read_towns(path: Path, *, name: str, towns: Layer) -> Iterator[Batch]:
    """The table at `path` joined with `towns`: one batch, for such tables are small."""
    join = join_towns(read_town_table(path, name=name), towns)
    stored = len(join.features)
    yield Batch(
        "",
        GeometryType.POLYGON,
        join.features,
        join.columns,
        join.problems,
        (Count("town", "", join.rows, stored, join.rows - stored),),
    )


def _features(table: TownTable, towns: Layer, match: Match, rows: NDArray[np.int64]) -> gpd.GeoDataFrame:
    shapes = towns.features.geometry.to_numpy()
    areas = [shapes[match.areas[row][0]] if len(match.areas[row]) == 1 else _pieces(shapes, match, row) for row in rows]
    codes = [_code_of(table.keys, row) for row in rows]
    labels = [table.keys.labels[row] for row in rows]
    ids = codes if all(codes) and len(set(codes)) == len(codes) else [str(table.lines[row]) for row in rows]
    own = pd.DataFrame(
        {"feature_id": ids, TOWN_NAME: labels, TOWN_CODE: [code or None for code in codes]}, dtype=object
    )
    shown = table.frame.iloc[rows].reset_index(drop=True)
    shown = shown.rename(columns={name: f"{name}_" for name in shown.columns if name in own.columns})
    return gpd.GeoDataFrame(pd.concat([own, shown], axis=1), geometry=areas, crs="EPSG:4326")


def _pieces(shapes: NDArray[np.object_], match: Match, row: int) -> shapely.Geometry:
    """Of a town that lies in several areas; where they share a border it is gone."""
    return shapely.union_all([shapes[area] for area in match.areas[row]])


def _code_of(keys: TownKeys, row: int) -> str:
    return next((codes[row] for codes in keys.codes.values() if codes[row]), "")


def _notes(table: TownTable, layer: str, match: Match, counted: NDArray[np.bool_]) -> list[Problem]:
    def note(rule: str, **told: str) -> Problem:
        return Problem(rule, table.name, parameters=told)

    rows, joined = f"{match.counted + table.uneven:,}", f"{match.joined:,}"
    notes = [note("town.by_code" if match.by_code else "town.by_name", rows=rows, joined=joined, layer=layer)]
    if "population" in table.frame:
        people = np.nan_to_num(table.people)
        total = people[counted].sum()
        mine = people[[one is Outcome.JOINED for one in match.outcomes]].sum()
        notes.append(note("town.sum", total=_number(total), joined=_number(mine), left=_number(total - mine)))
    others = np.flatnonzero(~counted)
    if len(others):
        notes.append(note("town.total", count=f"{len(others):,}", town=table.keys.labels[others[0]]))
    if "suppressed" in table.frame and (
        hidden := int((table.frame["suppressed"].to_numpy(dtype=bool) & counted).sum())
    ):
        notes.append(note("town.suppressed", count=f"{hidden:,}"))
    if match.left:
        notes.append(note("town.without_row", layer=layer, count=f"{match.left:,}"))
    return notes


def _faults(table: TownTable, layer: str, match: Match) -> list[Problem]:
    """One for each row that counts and is not joined."""
    found = []
    for row, outcome in enumerate(match.outcomes):
        if outcome in _FAULTS:
            label, line, people = table.keys.labels[row], int(table.lines[row]), table.people[row]
            told = {"town": label[:50], "layer": layer, "people": "?" if np.isnan(people) else _number(people)}
            rule = _FAULTS[outcome] if label else "town.unnamed"
            found.append(Problem(rule, table.name, label or str(line), line, parameters=told))
    return found


def _number(value: float) -> str:
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.1f}"
