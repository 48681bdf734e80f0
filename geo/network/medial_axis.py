"""The medial axis of an area: the centres of all circles that touch its outline in more than one place.

It is the part of the Voronoi diagram of points along the outline that lies inside the area (Brandt and Algazi 1992,
"Continuous skeleton computation by Voronoi diagram"). The diagram is made cell by cell: a circle that lies within a
cell and its margin is the same whatever is left out beyond, so the cells fit together without a seam.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

SPACING_M = 1.0
"""Between points along the outline."""
CELL_M = 2_000.0
WIDEST_M = 300.0
"""Areas wider than this have no axis in their middle."""
_JITTER_M = 1e-4
"""Opposite sides of a street have four points on one circle everywhere; which diagonal is taken must not be chance."""


@dataclass(frozen=True, eq=False)
class MedialAxis:
    xy: NDArray[np.float64]
    """(n, 2): centres of circles, metres."""
    radius: NDArray[np.float64]
    """(n,): metres to the outline."""
    links: NDArray[np.int64]
    """(e, 2): rows of neighbouring centres."""


def medial_axis(area: shapely.Geometry, *, spacing: float = SPACING_M, cell: float = CELL_M) -> MedialAxis:
    """The axis of a polygon or several, in metres; what only touches in a point is not connected."""
    if shapely.is_empty(area):
        return MedialAxis(np.zeros((0, 2)), np.zeros(0), np.zeros((0, 2), np.int64))
    points, following = _outline(area, spacing)
    found = _triangles(area, points, cell)
    triangles = np.concatenate([one[0] for one in found])
    xy = np.concatenate([one[1] for one in found])
    radius = np.concatenate([one[2] for one in found])
    return MedialAxis(xy, radius, _links(triangles, following))


def _outline(area: shapely.Geometry, spacing: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(p, 2): points along all rings, and the row of the point that follows each."""
    rings = shapely.get_rings(shapely.get_parts(shapely.segmentize(area, spacing)))
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    is_last = np.r_[ring[1:] != ring[:-1], True]  # repeats the first
    points, ring = coordinates[~is_last], ring[~is_last]
    following = np.arange(1, len(points) + 1)
    first = np.flatnonzero(np.r_[True, ring[1:] != ring[:-1]])
    following[np.r_[first[1:] - 1, len(points) - 1]] = first
    noise = np.random.default_rng(0).uniform(-_JITTER_M, _JITTER_M, points.shape)
    return points + noise, following


_Triangles = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]


def _triangles(area: shapely.Geometry, points: NDArray[np.float64], cell: float) -> list[_Triangles]:
    """Delaunay triangles whose circumcircle's centre lies inside the area: rows of points, centre, radius; by cell."""
    west, south, east, north = shapely.bounds(area)
    by_x = np.argsort(points[:, 0])
    sorted_x, margin = points[by_x, 0], WIDEST_M / 2

    def of_cell(corner: tuple[float, float]) -> _Triangles:
        x, y = corner
        part = shapely.intersection(area, shapely.box(x, y, x + cell, y + cell))
        first, last = np.searchsorted(sorted_x, (x - margin, x + cell + margin))
        column = np.sort(by_x[first:last])
        heights = points[column, 1]
        near = column[(heights > y - margin) & (heights < y + cell + margin)]
        return _inside(part, near if not part.is_empty else near[:0], points, (x, y, cell))

    corners = [(x, y) for x in np.arange(west, east, cell) for y in np.arange(south, north, cell)]
    with ThreadPoolExecutor(os.cpu_count()) as threads:  # Qhull and GEOS let others run
        return list(threads.map(of_cell, corners))


def _inside(
    part: shapely.Geometry, near: NDArray[np.int64], points: NDArray[np.float64], square: tuple[float, float, float]
) -> _Triangles:
    from scipy.spatial import Delaunay, QhullError

    x, y, cell = square
    try:
        rows = Delaunay(points[near] - (x, y)).simplices
    except (QhullError, ValueError):  # none, or all in one line: a cell that an outline only passes
        rows = np.zeros((0, 3), np.int32)
    triangles = np.sort(near[rows], axis=1).reshape(-1, 3)
    centre, radius = _circles(points[triangles] - (x, y))
    keep = (radius <= WIDEST_M / 2) & np.all((centre >= 0) & (centre < cell), axis=1)
    triangles, centre, radius = triangles[keep], centre[keep] + (x, y), radius[keep]
    shapely.prepare(part)
    inside = shapely.contains_xy(part, centre[:, 0], centre[:, 1])
    return triangles[inside], centre[inside], radius[inside]


def _circles(corners: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centres (n, 2) and radii (n,) of the circles through three points, (n, 3, 2); infinite for points in a line."""
    b, c = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    twice = 2 * (b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0])
    bb, cc = (b * b).sum(axis=1), (c * c).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        offset = np.column_stack([c[:, 1] * bb - b[:, 1] * cc, b[:, 0] * cc - c[:, 0] * bb]) / twice[:, None]
    offset[twice == 0] = np.inf
    return corners[:, 0] + offset, np.hypot(offset[:, 0], offset[:, 1])


def _links(triangles: NDArray[np.int64], following: NDArray[np.int64]) -> NDArray[np.int64]:
    """Triangles that share a side, unless that side is a piece of the outline: the axis never leaves the area."""
    sides = triangles[:, [0, 1, 0, 2, 1, 2]].reshape(-1, 2)
    is_outline = (following[sides[:, 0]] == sides[:, 1]) | (following[sides[:, 1]] == sides[:, 0])
    owner = np.repeat(np.arange(len(triangles)), 3)[~is_outline]
    key = (sides[:, 0] * len(following) + sides[:, 1])[~is_outline]
    order = np.argsort(key, kind="stable")
    key, owner = key[order], owner[order]
    shared = np.flatnonzero(key[1:] == key[:-1])
    return np.column_stack([owner[shared], owner[shared + 1]])
