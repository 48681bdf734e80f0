"""Isochrones: the area that can be reached within some minutes, from a surface of travel times."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from gtfs.accessibility.answer import Answer
from gtfs.accessibility.contour import area_below
from gtfs.accessibility.explanation import FEW_PAIRS, Travel, explain, spread, travel_of
from gtfs.accessibility.reason import Reason, linked, reasons
from gtfs.accessibility.surface import Surface, build_surface, surface_around
from gtfs.measure.duration import in_minutes, minutes
from gtfs.routing import UNREACHED, TransitNetwork, TravelQuery, TravelTimes, travel_times

LonLat = tuple[float, float]
CUTOFFS = (minutes(15), minutes(30), minutes(45), minutes(60))
BESIDE_M: Final = 150.0
"""An area ends so far from the streets."""
_GEOD = Geod(ellps="GRS80")


@dataclass(frozen=True, eq=False)
class Isochrone(Answer):
    """`table`: a row for each percentile and cutoff, the largest first so that smaller ones are drawn on top:
    feature_id, percentile, minutes, area_km2."""

    surface: Surface
    seconds: NDArray[np.int16]
    """Travel times of the surface, shape (rows, columns, percentiles); UNREACHED beyond the longest trip."""


def isochrone(
    network: TransitNetwork,
    origin: LonLat,
    query: TravelQuery,
    *,
    cutoffs: Sequence[timedelta] = CUTOFFS,
    surface: Surface | None = None,
    pairs: int = FEW_PAIRS,
) -> Isochrone:
    """Where one gets to from a place (longitude, latitude) in less than each cutoff.

    With the `surface` of an earlier answer on the same network most of the work is done already. `pairs`: how many
    trips the explanation looks at for lines and waits, some 30 ms each; 0 for none.
    """
    place = np.array([origin], dtype=np.float64)
    grid = _covering(network, query, surface, place)
    times = travel_times(network, place, grid.places, query)
    travel = _travel(network, query, place[0], grid, times.seconds[0], cutoffs, pairs, leaving=True)
    return _answer(network, query, cutoffs, grid, times, place, travel, leaving=True)


def isochrone_to(
    network: TransitNetwork,
    destination: LonLat,
    query: TravelQuery,
    *,
    cutoffs: Sequence[timedelta] = CUTOFFS,
    surface: Surface | None = None,
    pairs: int = FEW_PAIRS,
) -> Isochrone:
    """From where one gets to a place in less than each cutoff."""
    place = np.array([destination], dtype=np.float64)
    grid = _covering(network, query, surface, place)
    times = travel_times(network, grid.places, place, query)
    travel = _travel(network, query, place[0], grid, times.seconds[:, 0], cutoffs, pairs, leaving=False)
    return _answer(network, query, cutoffs, grid, times, place, travel, leaving=False)


def _covering(
    network: TransitNetwork, query: TravelQuery, surface: Surface | None, place: NDArray[np.float64]
) -> Surface:
    grid = surface or build_surface(network, query)
    return grid if grid.covers(place) else surface_around(network, query, place)


def _answer(
    network: TransitNetwork,
    query: TravelQuery,
    cutoffs: Sequence[timedelta],
    grid: Surface,
    times: TravelTimes,
    place: NDArray[np.float64],
    travel: Travel,
    *,
    leaving: bool,
) -> Isochrone:
    seconds = times.seconds.reshape(grid.rows, grid.columns, -1)
    # TOO_LONG is what is left when nothing keeps the place from public transport.
    why = reasons(network, linked(network, place, query), query, leaving=leaving)[0]
    explanation = explain(
        "isochrone",
        network,
        query,
        travel=travel,
        origin_snap_m=times.origin_snap_m,
        destination_snap_m=times.destination_snap_m,
        rules={
            "area": f"t < cutoff; marching squares on points {grid.spacing_m:.0f} m apart",
            "beside_streets_m": BESIDE_M,
        },
        unreached=[] if why == Reason.TOO_LONG else [why],
    )
    return Isochrone(_areas(grid, seconds, query, cutoffs), explanation, grid, seconds)


def _areas(
    grid: Surface, seconds: NDArray[np.int16], query: TravelQuery, cutoffs: Sequence[timedelta]
) -> gpd.GeoDataFrame:
    rows: list[dict[str, Any]] = []
    shapes = []
    on_land = _beside_streets(grid)
    for at, percentile in enumerate(query.percentiles):
        reached = (seconds[:, :, at] != UNREACHED) & on_land
        times = np.where(reached, seconds[:, :, at].astype(np.float64), np.inf)
        for cutoff in sorted(cutoffs, reverse=True):
            area = grid.to_lonlat(area_below(times, cutoff.total_seconds()))
            limit = in_minutes(cutoff)
            named = {"feature_id": f"p{percentile}-{limit:g}min", "percentile": percentile, "minutes": limit}
            rows.append({**named, "area_km2": abs(_GEOD.geometry_area_perimeter(area)[0]) / 1e6})
            shapes.append(area)
    return gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326")


def _beside_streets(grid: Surface) -> NDArray[np.bool_]:
    """Points (rows, columns) that belong to an area: further from a street is sea, river or forest."""
    if grid.places.network.streets is None:
        return np.ones((grid.rows, grid.columns), dtype=bool)
    near = grid.places.snapped.distance_m <= max(BESIDE_M, grid.spacing_m)
    return np.asarray(near.reshape(grid.rows, grid.columns))


def _travel(
    network: TransitNetwork,
    query: TravelQuery,
    place: NDArray[np.float64],
    grid: Surface,
    seconds: NDArray[np.int16],
    cutoffs: Sequence[timedelta],
    count: int,
    *,
    leaving: bool,
) -> Travel:
    """Of places at all distances within the largest cutoff."""
    middle = seconds[:, len(query.percentiles) // 2]
    near = np.flatnonzero(middle < max(cutoffs).total_seconds())
    chosen = spread(near[np.argsort(middle[near], kind="stable")], count)
    others = grid.places.lonlat[chosen]
    looked_at = [(place, other) if leaving else (other, place) for other in others]
    return travel_of(network, looked_at, query)
