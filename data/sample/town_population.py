"""地域・年齢別人口: people of each town by five years of age and sex, in the columns of the municipal standard."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from data.sample.population import Census
from data.sample.town import Town

_OLDEST = 85
_GROUPS = (*(f"{age}-{age + 4}歳" for age in range(0, _OLDEST, 5)), f"{_OLDEST}歳以上")
_YOUNG_TOWN = (52, 52, 50, 47, 48, 60, 70, 74, 76, 74, 72, 64, 58, 52, 48, 42, 30, 31)
_OLD_TOWN = (24, 26, 29, 31, 30, 30, 33, 38, 45, 55, 60, 62, 66, 76, 92, 104, 86, 113)
"""People of a thousand in each group, in towns built about 2015 and 1955."""
COLUMNS = (
    "都道府県コード又は市区町村コード", "地域コード", "都道府県名", "市区町村名", "調査年月日", "地域名", "総人口",
    "男性", "女性", *(f"{group}の{sex}" for group in _GROUPS for sex in ("男性", "女性")), "世帯数", "備考",
)  # fmt: skip


def ages(people: int, town_year: int) -> list[tuple[int, int]]:
    """Men and women of each group of five years; their sum is `people`."""
    old = min(max((2015 - town_year) / 60, 0.0), 1.0)
    weights = [a + (b - a) * old for a, b in zip(_YOUNG_TOWN, _OLD_TOWN, strict=True)]
    counts = _shared(people, weights)
    # Women live longer.
    return [(men := round(n * (0.512 - 0.0085 * max(k - 11, 0))), n - men) for k, n in enumerate(counts)]


def _shared(total: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers in proportion; remainders go to the largest fractions."""
    exact = [total * weight / sum(weights) for weight in weights]
    found = [int(one) for one in exact]
    order = sorted(range(len(exact)), key=lambda k: (-round(exact[k] - found[k], 9), k))
    for k in order[: total - sum(found)]:
        found[k] += 1
    return found


def by_three(people: int, town_year: int) -> tuple[int, int, int]:
    """Below 15, from 15 to 64, from 65 on."""
    counts = [men + women for men, women in ages(people, town_year)]
    return sum(counts[:3]), sum(counts[3:13]), sum(counts[13:])


def write_town_population(
    path: Path, towns: Sequence[Town], census: Census, town_years: Sequence[int]
) -> tuple[Path, int]:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    rows = [_row(town, census.towns.get(k, [0, 0, 0]), town_years[k]) for k, town in enumerate(towns)]
    writer.writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(out.getvalue().encode("cp932"))
    return path, len(rows)


def _row(town: Town, counted: Sequence[int], town_year: int) -> tuple[object, ...]:
    groups = ages(counted[0], town_year)
    men = sum(one for one, _ in groups)
    head = ("229997", town.code, "みほん県", "みほん市", "2026-03-31", town.name.ja, counted[0], men, counted[0] - men)
    return (*head, *(count for group in groups for count in group), counted[1], "")
