"""MLIT's service-accessibility index (サービスのアクセシビリティ指標) of areas: time, space, and their product.

What could be checked and what not: `gtfs.measure.parameter`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class ServiceAccess:
    """Of n areas, each array of shape (n,)."""

    stops: NDArray[np.int64]
    """With service; poles of one name are one."""
    departures: NDArray[np.int64]
    """A day, both directions together."""
    line_km: NDArray[np.float64]
    """Of the sections between stops, each once."""
    area_km2: NDArray[np.float64]

    @property
    def time(self) -> NDArray[np.float64]:
        """時間的アクセシビリティ: departures a day at the mean stop, 0 without any."""
        return _ratio(self.departures, self.stops)

    @property
    def space(self) -> NDArray[np.float64]:
        """空間的アクセシビリティ: km of line in each km² of area."""
        return _ratio(self.line_km, self.area_km2)

    @property
    def total(self) -> NDArray[np.float64]:
        """総合アクセシビリティ: time x space."""
        return self.time * self.space


def service_access(
    areas: NDArray[Any], poles: pd.DataFrame, sections: NDArray[Any], group: NDArray[np.integer[Any]] | None = None
) -> ServiceAccess:
    """`areas`: polygons; `poles`: columns x, y, place_id, departures; `sections`: lines; on one plane in metres.

    `group`: which of the n answers each area belongs to, -1 for none; by default each is one of its own. Areas of a
    group must not overlap. A pole on the edge between two areas belongs to the first; a stop may have poles in both.
    """
    groups = np.arange(len(areas)) if group is None else np.asarray(group)
    count = int(groups.max(initial=-1)) + 1
    tree = shapely.STRtree(areas)
    pole, area = _known(tree.query(shapely.points(poles["x"], poles["y"]), predicate="intersects"), groups)
    pole, first = np.unique(pole, return_index=True)
    of_pole = groups[area[first]]
    stops = pd.DataFrame({"group": of_pole, "place": poles["place_id"].to_numpy()[pole]}).drop_duplicates()
    section, crossed = _known(tree.query(sections, predicate="intersects"), groups)
    inside_m = shapely.length(shapely.intersection(sections[section], areas[crossed]))
    used = groups >= 0
    return ServiceAccess(
        stops=np.bincount(stops["group"], minlength=count),
        departures=_sums(of_pole, poles["departures"].to_numpy()[pole], count).astype(np.int64),
        line_km=_sums(groups[crossed], inside_m, count) / 1000,
        area_km2=_sums(groups[used], shapely.area(areas[used]), count) / 1e6,
    )


def _known(pairs: NDArray[np.int64], groups: NDArray[Any]) -> NDArray[np.int64]:
    """Pairs (row, area) whose area belongs to a group."""
    found: NDArray[np.int64] = pairs[:, groups[pairs[1]] >= 0]
    return found


def _sums(group: NDArray[Any], amount: NDArray[Any], count: int) -> NDArray[np.float64]:
    return np.bincount(group, amount, minlength=count).astype(np.float64)


def _ratio(amount: NDArray[Any], by: NDArray[Any]) -> NDArray[np.float64]:
    known: NDArray[np.float64] = np.divide(amount, by, out=np.zeros(len(by)), where=np.asarray(by) > 0)
    return known
