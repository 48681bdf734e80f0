"""Columns of people in tables of towns: what they are called, and what they are to analyses."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.attribute import plain
from geo.column import Column, ColumnType
from geo.text import Text

NAMED = {
    "population": Column("population", Text("人口", "Population"), ColumnType.INTEGER, "人"),
    "population_0_14": Column("population_0_14", Text("0〜14歳人口", "Aged 0 to 14"), ColumnType.INTEGER, "人"),
    "population_15_64": Column("population_15_64", Text("15〜64歳人口", "Aged 15 to 64"), ColumnType.INTEGER, "人"),
    "population_65plus": Column(
        "population_65plus", Text("65歳以上人口", "Aged 65 and over"), ColumnType.INTEGER, "人"
    ),
    "population_75plus": Column(
        "population_75plus", Text("75歳以上人口", "Aged 75 and over"), ColumnType.INTEGER, "人"
    ),
    "households": Column("households", Text("世帯数", "Households"), ColumnType.INTEGER, "世帯"),
    "suppressed": Column("suppressed", Text("秘匿あり", "Has secret numbers"), ColumnType.BOOLEAN),
}
"""In the order in which a person reads them. The same names as those of grid squares."""
_TOTAL = r"(?:総)?人口(?:[・_]?(?:総数|計|合計))?|人口\((?:総数|計)\)|総数、年齢「不詳」含む|(?:total_)?population"
_PATTERNS = {
    "population": _TOTAL,
    "population_0_14": r"(?:総数)?(?:0~14歳|15歳未満)(?:人口)?(?:総数)?|年少人口",
    "population_15_64": r"(?:総数)?15~64歳(?:人口)?(?:総数)?|生産年齢人口",
    "population_65plus": r"(?:総数)?65歳以上(?:人口)?(?:総数)?|老年人口|高齢者人口",
    "population_75plus": r"(?:総数)?75歳以上(?:人口)?(?:総数)?|後期高齢者人口",
    "households": r"世帯(?:総)?数|世帯総数|households",
}
_AGE = re.compile(r"(\d+)(?:(?:歳)?[~-](\d+))?歳(以上)?の?(男性|男|女性|女|計|総数)?(?:人口)?")
_SPANS = {
    "population_0_14": (0, 14),
    "population_15_64": (15, 64),
    "population_65plus": (65, None),
    "population_75plus": (75, None),
}
_OLDEST = 200


def is_people(column: str) -> bool:
    """Whether a column of this name counts all people or all households of a place."""
    text = _written(column)
    return any(re.fullmatch(_PATTERNS[one], text) for one in ("population", "households"))


def named_columns(labels: Mapping[str, str]) -> dict[str, str]:
    """Our name to the file's; `labels` says of each column what it means."""
    found = {}
    for ours, pattern in _PATTERNS.items():
        matching = [column for column, label in labels.items() if re.fullmatch(pattern, _written(label))]
        if matching:
            found[ours] = matching[0]
    return found


def age_sums(values: Mapping[str, Any]) -> dict[str, NDArray[np.float64]]:
    """0 to 14, 15 to 64 ... added up from columns such as `0-4歳の男性`; NaN in rows that lack one of them.

    Only spans that the columns cover exactly, by both sexes or by totals.
    """
    ages = [(column, *told) for column in values if (told := _age(column)) is not None and _is_number(values[column])]
    found = {}
    for ours, (low, high) in _SPANS.items():
        for sexes in ({""}, {"男", "女"}):
            within = [one for one in ages if one[3] in sexes and one[1] >= low and one[2] <= (high or _OLDEST)]
            if all(_covers([one[1:3] for one in within if one[3] == sex], low, high or _OLDEST) for sex in sexes):
                columns = [values[one[0]].to_numpy(dtype="float64", na_value=np.nan) for one in within]
                found[ours] = np.sum(columns, axis=0)
                break
    return found


def _age(column: str) -> tuple[int, int, str] | None:
    """From, to, and the sex: 男, 女, or empty for both."""
    found = _AGE.fullmatch(_written(column))
    if found is None:
        return None
    first, last, open_, sex = found.groups()
    high = _OLDEST if open_ else int(last or first)
    return int(first), high, "" if sex in (None, "計", "総数") else sex[0]


def _covers(spans: list[tuple[int, int]], low: int, high: int) -> bool:
    """Whether the spans follow each other from `low` to `high` without gap or overlap."""
    at = low
    for first, last in sorted(spans):
        if first != at:
            return False
        at = last + 1
    return at == high + 1


def _is_number(values: Any) -> bool:
    return isinstance(values, pd.Series) and pd.api.types.is_numeric_dtype(values)


def _written(text: str) -> str:
    return plain(text).replace("〜", "~").replace("～", "~").replace("−", "-").replace("‐", "-")
