"""Before and after a scenario: the difference of every place, and how many people win and lose."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo import InvalidLayerError, Layer, Text
from gtfs.accessibility.answer import Answer, records
from gtfs.accessibility.explanation import Explanation
from gtfs.measure.inequality import gini, palma


@dataclass(frozen=True, eq=False)
class Comparison:
    table: pd.DataFrame
    """Rows of both, by feature_id: what they are, then `{column}_before`, `{column}_after`, `{column}_difference`."""
    totals: pd.DataFrame
    """By column: people (or places) with more, less, the same and not known; means, Gini and Palma before and after."""
    bands: pd.DataFrame
    """By column and band of the difference: from, to, people."""
    before: Explanation
    after: Explanation
    changes: tuple[Text, ...]

    def as_layer(self, name: str) -> Layer:
        if not isinstance(self.table, gpd.GeoDataFrame):
            raise TypeError("a table without places is no layer")
        return Layer(name, self.table)

    def as_json(self) -> dict[str, Any]:
        return {
            "totals": records(self.totals),
            "bands": records(self.bands),
            "changes": [change.as_json() for change in self.changes],
            "before": self.before.as_json(),
            "after": self.after.as_json(),
        }

    def by(self, column: str, *, people: str | None = None) -> pd.DataFrame:
        """Means of each area (a town, a mesh) that `column` names, weighted by people: before, after, difference.

        A place where either is not known is in neither mean. Sums of people are in `people`.
        """
        rows = pd.DataFrame(self.table.drop(columns="geometry", errors="ignore"))
        weight = _people(rows, people)
        found: dict[str, Any] = {"people": pd.Series(weight).groupby(rows[column].to_numpy()).sum()}
        for name in self.totals["column"]:
            known = rows[f"{name}_difference"].notna().to_numpy() & (weight > 0)
            for part in ("before", "after", "difference"):
                value = rows[f"{name}_{part}"].to_numpy(dtype=np.float64, na_value=np.nan)[known] * weight[known]
                area = rows[column].to_numpy()[known]
                sums = pd.Series(value).groupby(area).sum()
                found[f"{name}_{part}"] = sums / pd.Series(weight[known]).groupby(area).sum()
        return pd.DataFrame(found).rename_axis(column).reset_index()


def compare(
    before: Answer,
    after: Answer,
    *,
    columns: Sequence[str] = (),
    people: str | None = None,
    bands: Sequence[float] = (),
    changes: tuple[Text, ...] = (),
) -> Comparison:
    """Two answers to the same question; rows are matched by `feature_id` (of a matrix by from_id and to_id).

    `columns`: the figures to compare, by default all that the answers computed and the places did not have before.
    `people` weighs each row; without it each counts 1. `bands`: edges of the difference, in the column's unit.
    InvalidLayerError where the rows of the two are not the same.
    """
    keys = ["from_id", "to_id"] if "from_id" in before.table else ["feature_id"]
    one, other = (answer.table.set_index(keys) for answer in (before, after))
    if not one.index.sort_values().equals(other.index.sort_values()) or one.index.has_duplicates:
        raise InvalidLayerError("the two answers are not about the same places")
    other = other.loc[one.index]
    chosen = list(columns) or _figures(before.table)
    table = before.table.drop(columns=chosen, errors="ignore").reset_index(drop=True)
    weight = _people(pd.DataFrame(before.table), people)
    totals, counted = [], []
    for name in chosen:
        old, new = (rows[name].to_numpy(dtype=np.float64, na_value=np.nan) for rows in (one, other))
        difference = new - old
        table[f"{name}_before"], table[f"{name}_after"], table[f"{name}_difference"] = old, new, difference
        totals.append({"column": name, **_totals(old, new, weight)})
        counted += [{"column": name, **row} for row in _bands(difference, weight, bands)]
    return Comparison(
        table,
        pd.DataFrame(totals),
        pd.DataFrame(counted, columns=["column", "from", "to", "people"]),
        before.explanation,
        after.explanation,
        changes,
    )


def _figures(table: pd.DataFrame) -> list[str]:
    """Columns with a percentile, a mean, or minutes."""
    numbers = table.select_dtypes("number").columns
    return [str(name) for name in numbers if _is_figure(str(name))]


def _is_figure(name: str) -> bool:
    _, mark, last = name.rpartition("_p")
    return name == "minutes" or name.endswith("_mean") or (bool(mark) and last.isdigit())


def _people(rows: pd.DataFrame, column: str | None) -> NDArray[np.float64]:
    if column is None:
        return np.ones(len(rows))
    numbers = rows[column].to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(numbers > 0, numbers, 0.0)


def _totals(old: NDArray[np.float64], new: NDArray[np.float64], people: NDArray[np.float64]) -> dict[str, float]:
    """A figure that becomes known or unknown (a place newly reached, or no more) counts by itself."""
    both = np.isfinite(old) & np.isfinite(new)
    newly, no_more = np.isnan(old) & np.isfinite(new), np.isfinite(old) & np.isnan(new)
    weight = people[both]
    difference = (new - old)[both]
    return {
        "people": float(people.sum()),
        "more": float(weight[difference > 0].sum()),
        "less": float(weight[difference < 0].sum()),
        "same": float(weight[difference == 0].sum()),
        "newly_known": float(people[newly].sum()),
        "no_more_known": float(people[no_more].sum()),
        "mean_before": _mean(old, people),
        "mean_after": _mean(new, people),
        "gini_before": gini(old, people),
        "gini_after": gini(new, people),
        "palma_before": palma(old, people),
        "palma_after": palma(new, people),
    }


def _mean(values: NDArray[np.float64], people: NDArray[np.float64]) -> float:
    known = np.isfinite(values) & (people > 0)
    return float(np.average(values[known], weights=people[known])) if known.any() else float("nan")


def _bands(
    difference: NDArray[np.float64], people: NDArray[np.float64], edges: Sequence[float]
) -> list[dict[str, float]]:
    """People whose difference is in [from, to)."""
    cuts = [-np.inf, *sorted(edges), np.inf] if edges else []
    return [
        {"from": low, "to": high, "people": float(people[(difference >= low) & (difference < high)].sum())}
        for low, high in pairwise(cuts)
    ]
