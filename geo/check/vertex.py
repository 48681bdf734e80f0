"""Which points of a solid are one vertex."""

import numpy as np
from numpy.typing import NDArray

from geo.check.compiled import compiled
from geo.check.fault import SNAP_M

_FEW = 64


@compiled
def snapped(xyz: NDArray[np.float64], source: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """The number of the vertex of each point, and how many there are; points within `SNAP_M` of a vertex are it."""
    count = len(source)
    order = np.arange(count)
    if count > _FEW:
        # Along a line that is parallel to no wall, so that few points share a place on it.
        along = np.empty(count)
        for k in range(count):
            p = xyz[source[k]]
            along[k] = 0.6172 * p[0] + 0.4419 * p[1] + 0.6510 * p[2]
        order = np.argsort(along)
    vertex, first = np.empty(count, np.int64), np.empty(count, np.int64)
    place = np.empty(count)
    vertices, begin = 0, 0
    for n in range(count):
        k = int(order[n])
        x, y, z = xyz[source[k], 0], xyz[source[k], 1], xyz[source[k], 2]
        here = 0.6172 * x + 0.4419 * y + 0.6510 * z
        if count > _FEW:
            while begin < vertices and place[begin] < here - SNAP_M:
                begin += 1
        found = -1
        for v in range(begin, vertices):
            dx, dy, dz = xyz[first[v], 0] - x, xyz[first[v], 1] - y, xyz[first[v], 2] - z
            if dx * dx + dy * dy + dz * dz <= SNAP_M * SNAP_M:
                found = v
                break
        if found < 0:
            found = vertices
            first[found], place[found] = source[k], here
            vertices += 1
        vertex[k] = found
    return vertex, vertices
