"""How tables and layers name towns: by columns of codes and of names, known by what the columns are called.

Codes: e-Stat's KEY_CODE (municipality of 5 digits, town of 4, 丁目 of 2, the last missing or 00 where there is none),
町字ID of the address base registry (7 digits in a municipality), codes of a municipality's own.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.attribute import plain, text_of
from geo.town_name import town_key

_MACHIAZA = ("町字id", "machiaza_id")
_OWN_CODES = (
    *("key_code", "keycode", "町字コード", "町丁字コード", "町丁・字コード", "町丁・字等コード", "町丁目コード"),
    *("小地域コード", "地域コード", "大字コード", "大字町丁目コード", "town_code", "towncode", "area_code"),
)
_LOOSE_CODES = ("code", "コード")
"""Names that say code, but not of what: good enough in a layer of areas, not for telling that a table is of towns."""
_OWN_NAMES = (
    *("地域名", "地域名称", "町丁目名", "町丁字名", "町字名", "町丁目", "町丁・字等", "町丁・字等名称", "町丁・字等名"),
    *("町丁名", "町丁", "町名", "大字町丁目名", "大字・町丁目", "大字・丁目名", "s_name", "moji", "town_name"),
)
_LOOSE_NAMES = ("name", "名称", "地区名", "nam")
_PARTS = (
    ("oaza_cho", "chome", "koaza"),
    ("大字・町名", "丁目名", "小字名"),
    ("大字名", "字丁目名"),
    ("大字_町名", "丁目名"),
    ("大字・町名",),
    ("大字町名",),
    ("大字名",),
)
"""Columns whose texts make up a town's name together; where one is missing the others do."""
_MUNICIPALITY_CODES = (
    *(
        "全国地方公共団体コード",
        "都道府県コード又は市区町村コード",
        "市区町村コード",
        "団体コード",
        "lg_code",
        "jiscode",
    ),
    *("city_code", "n03_007"),
)
_OUTER_NAMES = ("都道府県名", "市区町村名", "cityname", "pref_name", "city_name", "pref", "county", "city", "ward")
_KEYS = frozenset({
    *(*_MACHIAZA, *_OWN_CODES, *_LOOSE_CODES, *_OWN_NAMES, *_LOOSE_NAMES, *_MUNICIPALITY_CODES, *_OUTER_NAMES),
    *(part for parts in _PARTS for part in parts),
})  # fmt: skip


@dataclass(frozen=True)
class TownKeys:
    """One entry for each row; columns that say nothing are not there."""

    codes: dict[str, list[str]]
    """Of each column of codes; empty texts where a row has none."""
    names: dict[str, list[str]]
    """Of each column of names, as `town_key` writes them."""
    labels: list[str]
    """What a person calls the row: its name as it stands, else its code."""
    municipalities: list[str]
    """Five digits; empty where not known."""

    @classmethod
    def of(cls, frame: pd.DataFrame) -> "TownKeys":
        """`frame` holds texts or numbers, in rows of towns."""
        wanted = reversed(key_columns(map(str, frame.columns)))
        texts = {plain(name): [_text(value) for value in frame[name]] for name in wanted}
        rows = len(frame)
        municipalities = _municipalities(texts, rows)
        codes = {
            name: [_code(name, value, city) for value, city in zip(texts[name], municipalities, strict=True)]
            for name in (*_MACHIAZA, *_OWN_CODES, *_LOOSE_CODES)
            if name in texts
        }
        codes = {name: _without_zeros(column) for name, column in codes.items() if any(column)}
        plain_names = _names(texts, rows)
        outer = [texts[name] for name in _OUTER_NAMES if name in texts]
        names = {
            name: [town_key(value, (one[row] for one in outer)) for row, value in enumerate(column)]
            for name, column in plain_names.items()
        }
        labels = [
            next((one[row] for one in (*plain_names.values(), *codes.values()) if one[row]), "") for row in range(rows)
        ]
        return cls(codes, names, labels, municipalities)

    def __bool__(self) -> bool:
        return bool(self.codes or self.names)


def key_columns(columns: Iterable[str]) -> list[str]:
    """Those of the columns that `TownKeys` looks at."""
    return [name for name in columns if plain(name) in _KEYS]


def names_towns(header: Sequence[str]) -> bool:
    """Whether a table with these columns says of its rows which town they are."""
    own = {*_MACHIAZA, *_OWN_CODES, *_OWN_NAMES, *(parts[0] for parts in _PARTS)}
    return any(plain(name) in own for name in header)


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else text_of(value).strip()


def _municipalities(texts: dict[str, list[str]], rows: int) -> list[str]:
    """Six digits end in a check digit. e-Stat's own code begins with the municipality."""
    found = [""] * rows
    for name in _MUNICIPALITY_CODES:
        for row, value in enumerate(texts.get(name, ())):
            plain_value = unicodedata.normalize("NFKC", value)
            digits = plain_value.zfill(5) if plain_value.isdigit() else ""
            found[row] = found[row] or (digits[:5] if len(digits) in (5, 6) else "")
    for row, value in enumerate(texts.get("key_code", ())):
        found[row] = found[row] or (_code("key_code", value, "")[:5] if value.isdigit() else "")
    return found


def _code(name: str, value: str, municipality: str) -> str:
    value = unicodedata.normalize("NFKC", value)
    if not value.isdigit():
        return "".join(value.casefold().split())
    if name in _MACHIAZA and len(value) <= 7:
        return municipality + value.zfill(7) if municipality else ""
    if name in ("key_code", "keycode") and len(value) in (4, 8, 10):
        value = value.zfill(len(value) + 1)  # a spreadsheet took it for a number
    return value[:5] + value[6:] if len(value) == 13 else value


def _without_zeros(codes: list[str]) -> list[str]:
    """e-Stat's towns without 丁目 have 11 digits in one file and 9 in another."""
    known = set(codes)
    return [
        code[:9] if len(code) == 11 and code.endswith("00") and code.isdigit() and code[:9] not in known else code
        for code in codes
    ]


def _names(texts: dict[str, list[str]], rows: int) -> dict[str, list[str]]:
    found = {name: texts[name] for name in (*_OWN_NAMES, *_LOOSE_NAMES) if name in texts}
    for parts in _PARTS:
        if parts[0] in texts:
            columns = [texts[part] for part in parts if part in texts]
            found["+".join(parts)] = ["".join(column[row] for column in columns) for row in range(rows)]
    return {name: column for name, column in found.items() if any(column)}
