"""A regular grid of places over the area that public transport and its walks cover."""

from dataclasses import dataclass
from math import ceil
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from geo import InvalidLayerError
from geo.crs import metric_crs, project_points, reproject, reproject_points
from gtfs.accessibility.reason import linked
from gtfs.routing import LinkedPlaces, TransitNetwork, TravelQuery

SPACING_M: Final = 100.0
MOST_POINTS: Final = 60_000
"""A larger area gets a wider spacing."""


@dataclass(frozen=True, eq=False)
class Surface:
    """Made once for a network and asked often; made with `build_surface`."""

    rows: int
    columns: int
    spacing_m: float
    west_m: float
    """Of the first point, in `crs`."""
    north_m: float
    crs: CRS
    places: LinkedPlaces
    """Row by row from the north, shape (rows * columns,)."""

    def covers(self, place: NDArray[np.float64]) -> bool:
        """Whether a place (longitude, latitude) lies among the points."""
        [(x, y)] = project_points(place.reshape(1, 2), self.crs)
        column, row = (x - self.west_m) / self.spacing_m, (self.north_m - y) / self.spacing_m
        return bool(0 <= column <= self.columns - 1 and 0 <= row <= self.rows - 1)

    def to_lonlat(self, shape: Any) -> Any:
        """A geometry in grid units (x: column, y: row) in degrees, outer rings counter-clockwise."""
        moved = shapely.transform(
            shape, lambda xy: np.column_stack([self.west_m + xy[:, 0] * self.spacing_m, self._north(xy[:, 1])])
        )
        return shapely.orient_polygons(reproject(np.array([moved], dtype=object), self.crs)[0])

    def _north(self, row: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.north_m - row * self.spacing_m


def build_surface(network: TransitNetwork, query: TravelQuery, *, spacing_m: float = SPACING_M) -> Surface:
    """Over all served stops and the walks from them, as far as there are streets; where nothing runs over all stops."""
    every = np.asarray(network.timetable.stop_lonlat)
    known = np.isfinite(every).all(axis=1)
    served = network.timetable.served & known
    lonlat = every[served if served.any() else known]
    if not len(lonlat):
        raise InvalidLayerError("the timetables have no stop with a place")
    return _surface(network, query, lonlat, spacing_m)


def surface_around(
    network: TransitNetwork, query: TravelQuery, place: NDArray[np.float64], *, spacing_m: float = SPACING_M
) -> Surface:
    """What can be walked to from a place (longitude, latitude): beyond `build_surface` there is no stop to walk to."""
    return _surface(network, query, place.reshape(1, 2), spacing_m)


def _surface(network: TransitNetwork, query: TravelQuery, lonlat: NDArray[np.float64], spacing_m: float) -> Surface:
    west, south = lonlat.min(axis=0)
    east, north = lonlat.max(axis=0)
    crs = metric_crs(float(west + east) / 2, float(south + north) / 2)
    margin = max(query.egress_s, query.direct_s) * query.walk_speed_ms
    low, high = _box(lonlat, crs, margin)
    if network.streets is not None:
        low, high = _clipped(low, high, network.streets.node_lonlat, crs)
    spacing = max(spacing_m, float(np.sqrt(np.prod(high - low) / MOST_POINTS)))
    columns, rows = (max(2, ceil(float(side) / spacing) + 1) for side in high - low)
    x, y = low[0] + np.arange(columns) * spacing, high[1] - np.arange(rows) * spacing
    places = reproject_points(np.tile(x, rows), np.repeat(y, columns), crs)
    return Surface(rows, columns, spacing, float(x[0]), float(y[0]), crs, linked(network, places, query))


def _box(lonlat: NDArray[np.float64], crs: CRS, margin: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    xy = project_points(lonlat, crs)
    return xy.min(axis=0) - margin, xy.max(axis=0) + margin


def _clipped(
    low: NDArray[np.float64], high: NDArray[np.float64], streets: NDArray[np.float64], crs: CRS
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Not beyond the streets, unless that leaves nothing."""
    first, last = _box(np.asarray(streets), crs, 200.0)
    inner_low, inner_high = np.maximum(low, first), np.minimum(high, last)
    return (inner_low, inner_high) if np.all(inner_high > inner_low) else (low, high)
