"""Which row of a table is which town of a layer: by code where both have one that fits, else by name."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from geo.town_key import TownKeys

_ENOUGH = 0.5
"""Share of rows of which the names agree, so that short codes are believed."""
_LONG = 7
"""Digits of a code that nobody writes by chance, for it begins with the municipality."""
_TOTALS = frozenset(
    {"総数", "合計", "計", "総計", "小計", "市計", "町計", "村計", "区計", "全市", "全域", "市全体", "総合計"}
)
_WARDS = (5, 9, 11)
"""Digits of e-Stat's codes: municipality, town, 丁目."""


class Outcome(Enum):
    JOINED = "joined"
    TOTAL = "total"
    """Adds up other rows of the table."""
    PART = "part"
    """Its people are in the row of the whole town, which is joined."""
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    DUPLICATE = "duplicate"


@dataclass
class Match:
    """One outcome for each row of the table."""

    outcomes: list[Outcome]
    areas: list[tuple[int, ...]]
    """Rows of the layer that make up the town, where the row is joined; all that it may be, where ambiguous."""
    by_code: bool = False
    left: int = 0
    """Towns of the layer that no row names."""
    counted: int = field(init=False)
    """Rows that count people of their own."""

    def __post_init__(self) -> None:
        self.counted = sum(one not in (Outcome.TOTAL, Outcome.PART) for one in self.outcomes)

    @property
    def joined(self) -> int:
        return sum(one is Outcome.JOINED for one in self.outcomes)

    @property
    def share(self) -> float:
        """Of the rows that count, those that are joined."""
        return self.joined / self.counted if self.counted else 0.0


def match_towns(table: TownKeys, layer: TownKeys) -> Match:
    """A town may lie in several pieces: rows of the layer with one code are one town."""
    codes = _best_codes(table, layer)
    names = _best_names(table, layer)
    towns = _Towns(layer, codes[1] if codes else None)
    found = []
    for row in range(len(table.labels)):
        code = table.codes[codes[0]][row] if codes else ""
        if code:
            found.append(towns.with_code(code))
        else:
            found.append(towns.named(table, row, names) if names else [])
    outcomes = _outcomes(table, found, codes[0] if codes else None)
    areas = [tuple(area for town in one for area in town) for one in found]
    used = {area for outcome, one in zip(outcomes, areas, strict=True) if outcome is Outcome.JOINED for area in one}
    left = sum(not used & set(town) for town in towns.all())
    return Match(outcomes, areas, codes is not None, left)


Town = tuple[int, ...]
"""Rows of a layer."""


class _Towns:
    def __init__(self, layer: TownKeys, column: str | None) -> None:
        self._layer = layer
        keys = layer.codes[column] if column else self._own_keys(layer)
        pieces: dict[str, list[int]] = {}
        for row, code in enumerate(keys):
            pieces.setdefault(code or f"row {row}", []).append(row)
        self._by_code: dict[str, Town] = {code: tuple(rows) for code, rows in pieces.items()}
        self._town_of = {row: town for town in self._by_code.values() for row in town}
        self._by_name: dict[str, dict[str, list[int]]] = {}

    @staticmethod
    def _own_keys(layer: TownKeys) -> list[str]:
        """Code and name: a code by itself may be that of a district with many towns."""
        codes = next(iter(layer.codes.values()), [""] * len(layer.labels))
        return [f"{code} {label}" if code else "" for code, label in zip(codes, layer.labels, strict=True)]

    def all(self) -> Iterator[Town]:
        return iter(self._by_code.values())

    def with_code(self, code: str) -> list[Town]:
        return [self._by_code[code]] if code in self._by_code else []

    def named(self, table: TownKeys, row: int, columns: tuple[str, str]) -> list[Town]:
        """All that have the row's name, in its municipality where both sides know that."""
        name, city = table.names[columns[0]][row], table.municipalities[row]
        rows = self._index(columns[1]).get(name, []) if name else []
        others = self._layer.municipalities
        rows = [one for one in rows if not city or not others[one] or others[one] == city]
        return list(dict.fromkeys(self._town_of[one] for one in rows))

    def _index(self, column: str) -> dict[str, list[int]]:
        if column not in self._by_name:
            index = self._by_name.setdefault(column, {})
            for row, name in enumerate(self._layer.names[column]):
                index.setdefault(name, []).append(row)
        return self._by_name[column]


def _best_codes(table: TownKeys, layer: TownKeys) -> tuple[str, str] | None:
    """The columns of codes that have most in common."""
    best, most = None, 0
    for own, codes in table.codes.items():
        for other, known in layer.codes.items():
            common = sum(code in set_ for set_ in [set(known)] for code in codes if code)
            if common > most and _is_believed(table, layer, own, other):
                best, most = (own, other), common
    return best


def _is_believed(table: TownKeys, layer: TownKeys, own: str, other: str) -> bool:
    """Long codes are; short ones, which may be row numbers, only if the names say the same."""
    rows = {code: row for row, code in enumerate(layer.codes[other]) if code}
    pairs = [(row, rows[code]) for row, code in enumerate(table.codes[own]) if code in rows]
    if all(len(table.codes[own][row]) >= _LONG for row, _ in pairs):
        return True
    names = _best_names(table, layer)
    if names is None:
        return not (table.names and layer.names)
    mine, theirs = table.names[names[0]], layer.names[names[1]]
    return sum(mine[row] == theirs[at] for row, at in pairs) >= _ENOUGH * len(pairs)


def _best_names(table: TownKeys, layer: TownKeys) -> tuple[str, str] | None:
    best, most = None, 0
    for own, names in table.names.items():
        for other, known in layer.names.items():
            common = len({name for name in names if name} & set(known))
            if common > most:
                best, most = (own, other), common
    return best


def _outcomes(table: TownKeys, found: Sequence[list[Town]], column: str | None) -> list[Outcome]:
    roles = _roles(table, [len(one) == 1 for one in found], column)
    users = Counter(one[0] for one, role in zip(found, roles, strict=True) if role is None and len(one) == 1)
    taken: set[Town] = set()
    outcomes = []
    for row, (towns, role) in enumerate(zip(found, roles, strict=True)):
        if role is not None:
            outcomes.append(role)
        elif not towns:
            outcomes.append(Outcome.UNKNOWN)
        elif len(towns) > 1:
            outcomes.append(Outcome.AMBIGUOUS)
        elif users[towns[0]] > 1 and not (column and table.codes[column][row]):
            outcomes.append(Outcome.AMBIGUOUS)  # two rows of one name: which of them is the town?
        elif towns[0] in taken:
            outcomes.append(Outcome.DUPLICATE)
        else:
            taken.add(towns[0])
            outcomes.append(Outcome.JOINED)
    return outcomes


def _roles(table: TownKeys, is_found: Sequence[bool], column: str | None) -> list[Outcome | None]:
    """TOTAL and PART; None for a row that counts.

    Of a town and its 丁目 the finest is taken that has areas, so that nobody counts twice and nobody is left out.
    """
    roles: list[Outcome | None] = [None] * len(is_found)
    for row, label in enumerate(table.labels):
        if not is_found[row] and label in _TOTALS:
            roles[row] = Outcome.TOTAL
    codes = table.codes.get(column or "key_code") or table.codes.get("key_code", [])
    for row, below in _descendants(codes).items():
        if any(is_found[one] for one in below) or not is_found[row]:
            roles[row] = Outcome.TOTAL
        else:
            for one in below:
                roles[one] = Outcome.PART
    return roles


def _descendants(codes: Sequence[str]) -> dict[int, list[int]]:
    """Rows of e-Stat's codes that begin with another row's whole code, by that other row; the widest first."""
    rows = {code: row for row, code in enumerate(codes) if code.isdigit() and len(code) in _WARDS}
    found: dict[int, list[int]] = {}
    for code, row in rows.items():
        for length in _WARDS:
            if length < len(code) and code[:length] in rows:
                found.setdefault(rows[code[:length]], []).append(row)
    return dict(sorted(found.items(), key=lambda one: len(codes[one[0]])))
