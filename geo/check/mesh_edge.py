"""Edges of a mesh of triangles that no second triangle shares, though it should have none there."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

MOST_CORNERS = 50
"""A hole with more is no gap: a lake or a place that nobody measured (PLATEAU's inspection of relief)."""
_SAME_M = 1e-4
"""Corners are one whose coordinates agree when they are rounded to this."""
_BESIDE_M = 0.01
_NOTHING_M2 = 1e-6
_BATCH = 50_000


def unshared_edges(triangles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Both ends of each, shape (edges, 2, 3): those with another triangle beside them, and those around small holes.

    `triangles`: metres east, north, up, shape (n, 3, 3), turned either way. What
    remains is the rim of the mesh.
    """
    alone = _alone(triangles)
    if not len(alone):
        return alone
    along = alone[:, 1, :2] - alone[:, 0, :2]
    length = np.hypot(along[:, 0], along[:, 1])
    outwards = np.column_stack([along[:, 1], -along[:, 0]]) / np.maximum(length, _SAME_M)[:, None]
    inside = _covered(alone[:, :, :2].mean(axis=1) + _BESIDE_M * outwards, triangles)
    rim = np.flatnonzero(~inside)
    gaps = rim[_around_small_holes(alone[rim], triangles)]
    return alone[np.sort(np.append(np.flatnonzero(inside), gaps))]


def _alone(triangles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Edges of one triangle only, which lies to their left as seen from above."""
    names = np.concatenate([np.empty(0, np.uint64), *(_names(one) for one in _batches(triangles))])
    ascending = np.sort(names)
    single = np.ones(len(ascending), dtype=bool)
    again = ascending[1:] == ascending[:-1]
    single[1:] &= ~again
    single[:-1] &= ~again
    wanted = ascending[single]
    if not len(wanted):
        return np.empty((0, 2, 3))
    place = np.minimum(np.searchsorted(wanted, names), len(wanted) - 1)
    at = np.flatnonzero(wanted[place] == names)
    at = at[np.abs(_twice_area(triangles[at // 3])) > _NOTHING_M2]
    corners, side = _anticlockwise(triangles[at // 3]), at % 3
    rows = np.arange(len(at))
    return np.stack([corners[rows, side], corners[rows, (side + 1) % 3]], axis=1)


def _batches(triangles: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    return [triangles[begin : begin + _BATCH] for begin in range(0, len(triangles), _BATCH)]


def _anticlockwise(triangles: NDArray[np.float64]) -> NDArray[np.float64]:
    turned = _twice_area(triangles) < 0
    corners = triangles.copy()
    corners[turned] = corners[turned][:, ::-1]
    return corners


def _twice_area(triangles: NDArray[np.float64]) -> NDArray[np.float64]:
    """As seen from above; negative for what runs clockwise."""
    one, two = (triangles[:, corner, :2] - triangles[:, 0, :2] for corner in (1, 2))
    return np.asarray(one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0])


def _names(triangles: NDArray[np.float64]) -> NDArray[np.uint64]:
    """A hash of each edge, whichever way it runs: three for each triangle."""
    corners = np.round(_anticlockwise(triangles) / _SAME_M).astype(np.int64).view(np.uint64)
    name = np.zeros(corners.shape[:2], dtype=np.uint64)
    for axis in range(3):
        name = _mixed(name ^ corners[:, :, axis])
    other = np.roll(name, -1, axis=1)
    return np.asarray(_mixed(np.minimum(name, other) ^ _mixed(np.maximum(name, other))).ravel())


def _mixed(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finalizer of MurmurHash3 (Austin Appleby, public domain): every bit depends on every other one."""
    value = (value ^ (value >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    value = (value ^ (value >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return np.asarray(value ^ (value >> np.uint64(33)))


def _covered(points: NDArray[np.float64], triangles: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether a triangle, or a side of one, lies above or below each point, shape (n, 2)."""
    found = np.zeros(len(points), dtype=bool)
    places: Any = shapely.points(points)
    tree = shapely.STRtree(places)
    for corners in (_anticlockwise(one) for one in _batches(triangles)):
        low, high = corners[:, :, :2].min(axis=1), corners[:, :, :2].max(axis=1)
        triangle, point = tree.query(shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]))
        inside = np.ones(len(point), dtype=bool)
        for side in range(3):
            start, end = corners[triangle, side, :2], corners[triangle, (side + 1) % 3, :2]
            along, to = end - start, points[point] - start
            inside &= along[:, 0] * to[:, 1] - along[:, 1] * to[:, 0] > -_NOTHING_M2
        found[point[inside]] = True
    return found


def _around_small_holes(rim: NDArray[np.float64], triangles: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which edges of the rim enclose nothing but a small hole."""
    if not len(rim):
        return np.zeros(0, dtype=bool)
    lines: Any = shapely.linestrings(rim[:, :, :2])
    areas = shapely.get_parts(shapely.polygonize(lines))
    small = areas[shapely.get_num_coordinates(areas) <= MOST_CORNERS]
    holes = (
        small[~_covered(shapely.get_coordinates(shapely.point_on_surface(small)), triangles)] if len(small) else small
    )
    around = np.zeros(len(rim), dtype=bool)
    if len(holes):
        line, _ = shapely.STRtree(shapely.boundary(holes)).query(lines, predicate="covered_by")
        around[line] = True
    return around
