"""Does a closed shell run through itself: an edge of one face through another face, or faces that overlap."""

import numpy as np
from numpy.typing import NDArray

from geo.check.compiled import compiled
from geo.check.fault import SNAP_M

_MOST = 60_000_000
"""Pairs of an edge and a face that are looked at; larger solids aren't judged."""


@compiled
def pierces_itself(
    xyz: NDArray[np.float64],
    faces: NDArray[np.int64],
    first_ring: NDArray[np.int64],
    first_point: NDArray[np.int64],
    source: NDArray[np.int64],
    vertex: NDArray[np.int64],
    face_of: NDArray[np.int64],
    after: NDArray[np.int64],
) -> bool:
    """For a shell of flat faces whose edges all match. `source`, `vertex`, `face_of`, `after`: of its corners."""
    corners = len(source)
    if corners * len(faces) > _MOST:
        return False
    start = np.zeros(len(faces) + 1, np.int64)
    for k in range(corners):
        start[face_of[k] + 1] = k + 1
    box = _boxes(xyz, source, start)
    for k in range(corners):
        if after[k] < 0 or vertex[k] > vertex[after[k]]:
            continue  # Each edge once: it runs against another.
        a, b = xyz[source[k]], xyz[source[after[k]]]
        for face in range(len(faces)):
            if not _is_near_box(a, b, box[face]):
                continue
            if _touches_vertex(vertex, start[face], start[face + 1], vertex[k], vertex[after[k]]):
                continue
            if _pierces(xyz, a, b, source, after, start[face], start[face + 1]):
                return True
    return False


@compiled
def _boxes(xyz: NDArray[np.float64], source: NDArray[np.int64], start: NDArray[np.int64]) -> NDArray[np.float64]:
    box = np.empty((len(start) - 1, 6))
    for face in range(len(box)):
        for axis in range(3):
            low, high = np.inf, -np.inf
            for k in range(start[face], start[face + 1]):
                low, high = min(low, xyz[source[k], axis]), max(high, xyz[source[k], axis])
            box[face, axis], box[face, axis + 3] = low, high
    return box


@compiled
def _is_near_box(a: NDArray[np.float64], b: NDArray[np.float64], box: NDArray[np.float64]) -> bool:
    for axis in range(3):
        if max(a[axis], b[axis]) < box[axis] - SNAP_M or min(a[axis], b[axis]) > box[axis + 3] + SNAP_M:
            return False
    return True


@compiled
def _touches_vertex(vertex: NDArray[np.int64], first: int, end: int, one: int, two: int) -> bool:
    """Whether the edge ends at a vertex of the face, as the edges around a face do."""
    found = False
    for k in range(first, end):
        found = found or vertex[k] == one or vertex[k] == two
    return found


@compiled
def _pierces(
    xyz: NDArray[np.float64],
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    source: NDArray[np.int64],
    after: NDArray[np.int64],
    first: int,
    end: int,
) -> bool:
    """Whether a segment meets the inside of a face; one that lies in its plane doesn't."""
    n = np.zeros(3)
    o = xyz[source[first]]
    for k in range(first, end):
        if after[k] >= 0:
            p, q = xyz[source[k]] - o, xyz[source[after[k]]] - o
            n[0] += p[1] * q[2] - p[2] * q[1]
            n[1] += p[2] * q[0] - p[0] * q[2]
            n[2] += p[0] * q[1] - p[1] * q[0]
    length = np.sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2])
    if length == 0.0:
        return False
    over = ((a[0] - o[0]) * n[0] + (a[1] - o[1]) * n[1] + (a[2] - o[2]) * n[2]) / length
    under = ((b[0] - o[0]) * n[0] + (b[1] - o[1]) * n[1] + (b[2] - o[2]) * n[2]) / length
    if (over > SNAP_M and under > SNAP_M) or (over < -SNAP_M and under < -SNAP_M):
        return False
    if abs(over - under) <= SNAP_M:
        return False
    share = min(1.0, max(0.0, over / (over - under)))
    x = a + share * (b - a)
    drop = 0 if abs(n[0]) >= abs(n[1]) and abs(n[0]) >= abs(n[2]) else (1 if abs(n[1]) >= abs(n[2]) else 2)
    u, v = (1 if drop == 0 else 0), (1 if drop == 2 else 2)
    inside = False
    for k in range(first, end):
        if after[k] >= 0:
            p, q = xyz[source[k]], xyz[source[after[k]]]
            if _distance_to(x, p, q) <= SNAP_M:
                return True
            if (p[v] > x[v]) != (q[v] > x[v]) and x[u] < (q[u] - p[u]) * (x[v] - p[v]) / (q[v] - p[v]) + p[u]:
                inside = not inside
    return inside


@compiled
def _distance_to(x: NDArray[np.float64], p: NDArray[np.float64], q: NDArray[np.float64]) -> float:
    along, from_p = q - p, x - p
    length2 = along[0] ** 2 + along[1] ** 2 + along[2] ** 2
    dot = from_p[0] * along[0] + from_p[1] * along[1] + from_p[2] * along[2]
    share = 0.0 if length2 == 0.0 else min(1.0, max(0.0, dot / length2))
    d = from_p - share * along
    return float(np.sqrt(d[0] ** 2 + d[1] ** 2 + d[2] ** 2))
