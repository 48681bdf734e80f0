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
    """Stop places with service."""
    departures: NDArray[np.int64]
    """A day, both directions together."""
    line_km: NDArray[np.float64]
    """Of the sections between stops, each once however many lines run on it."""
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

    def together(self, chosen: NDArray[np.bool_]) -> "ServiceAccess":
        """The chosen areas as one (n = 1); they must not overlap."""
        sums = (one[chosen].sum(keepdims=True) for one in (self.stops, self.departures, self.line_km, self.area_km2))
        return ServiceAccess(*sums)


def service_access(areas: NDArray[Any], stops: pd.DataFrame, sections: NDArray[Any]) -> ServiceAccess:
    """`areas`: polygons; `stops`: columns x, y, departures, one row for each stop place; `sections`: lines.

    All on one plane in metres. A stop on the edge between two areas belongs to the first.
    """
    tree = shapely.STRtree(areas)
    points = shapely.points(stops["x"], stops["y"])
    stop, area = tree.query(points, predicate="intersects")
    first = np.unique(stop, return_index=True)[1]
    stop, area = stop[first], area[first]
    section, crossed = tree.query(sections, predicate="intersects")
    inside_m = shapely.length(shapely.intersection(sections[section], areas[crossed]))
    count = len(areas)
    return ServiceAccess(
        stops=np.bincount(area, minlength=count),
        departures=np.bincount(area, stops["departures"].to_numpy()[stop], minlength=count).astype(np.int64),
        line_km=np.bincount(crossed, inside_m, minlength=count) / 1000,
        area_km2=shapely.area(areas) / 1e6,
    )


def _ratio(amount: NDArray[Any], by: NDArray[Any]) -> NDArray[np.float64]:
    known: NDArray[np.float64] = np.divide(amount, by, out=np.zeros(len(by)), where=np.asarray(by) > 0)
    return known
