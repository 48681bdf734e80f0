"""Straight-line metres between places on the earth."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.crs import metric_crs, project_points

LonLat = NDArray[np.float64]
"""Shape (n, 2): degrees east, degrees north."""


def in_metres(*places: LonLat) -> tuple[NDArray[np.float64], ...]:
    """The same places on one plane that suits them all, metres east and north."""
    everything = np.concatenate([np.asarray(lonlat, dtype=np.float64).reshape(-1, 2) for lonlat in places])
    if not len(everything):
        return tuple(np.zeros((0, 2)) for _ in places)
    west, south = everything.min(axis=0)
    east, north = everything.max(axis=0)
    plane = metric_crs(float(west + east) / 2, float(south + north) / 2)
    xy = project_points(everything, plane)
    return tuple(np.split(xy, np.cumsum([len(lonlat) for lonlat in places])[:-1]))


def near_pairs(
    points: LonLat, stops: LonLat, within_m: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Row of the point, row of the stop and metres, of every pair within (and at) the distance, by point."""
    from scipy.spatial import cKDTree

    if not len(points) or not len(stops):
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    point_xy, stop_xy = in_metres(points, stops)
    found: Any = cKDTree(stop_xy).query_ball_point(point_xy, within_m, return_sorted=True)
    counts = np.array([len(one) for one in found], dtype=np.int64)
    point = np.repeat(np.arange(len(points), dtype=np.int64), counts)
    stop = np.concatenate([np.asarray(one, dtype=np.int64) for one in found]) if counts.sum() else np.zeros(0, np.int64)
    return point, stop, np.hypot(*(point_xy[point] - stop_xy[stop]).T)


def nearest_m(points: LonLat, stops: LonLat) -> NDArray[np.float64]:
    """Metres to the nearest stop; infinity without any."""
    from scipy.spatial import cKDTree

    if not len(points) or not len(stops):
        return np.full(len(points), np.inf)
    point_xy, stop_xy = in_metres(points, stops)
    metres: NDArray[np.float64] = cKDTree(stop_xy).query(point_xy)[0]
    return metres
