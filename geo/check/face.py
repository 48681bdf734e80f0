"""One face at a time: enough points, flat, no ring that crosses itself or another, holes inside and turned round."""

import numpy as np
from numpy.typing import NDArray

from geo.check.compiled import compiled
from geo.check.fault import HIGHEST_M, LOWEST_M, PLANARITY_M, REPEATED_M, SNAP_M, Fault
from geo.check.ring import are_chained, is_convex, meets_itself, place_of

_NOT_FINITE = int(Fault.NOT_FINITE)
_TOO_FEW = int(Fault.TOO_FEW_POINTS)
_REPEATED = int(Fault.REPEATED_POINT)
_TINY = _REPEATED | 1 << 30
"""A ring smaller than the tolerance: it repeats a point, and nothing else can be said of it."""
_DEGENERATE = int(Fault.DEGENERATE)
_MEETS_ITSELF = int(Fault.SELF_INTERSECTION)
_NOT_PLANAR = int(Fault.NOT_PLANAR)
_HOLE_ORIENTATION = int(Fault.HOLE_ORIENTATION)
_HOLE_OUTSIDE = int(Fault.HOLE_OUTSIDE)
_RINGS_CROSS = int(Fault.RINGS_CROSS)
_HEIGHT = int(Fault.HEIGHT)


def check_faces(
    xyz: NDArray[np.float64], first_ring: NDArray[np.int64], first_point: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """`Fault` bits of each face, and how thick it is in metres: between two planes parallel to its own.

    `xyz`: metres east, north, up, shape (points, 3).
    """
    faces = len(first_ring) - 1
    found, thickness = np.zeros(faces, dtype=np.int32), np.zeros(faces)
    _check_faces(xyz, first_ring, first_point, found, thickness)
    return found, thickness


@compiled
def _check_faces(
    xyz: NDArray[np.float64],
    first_ring: NDArray[np.int64],
    first_point: NDArray[np.int64],
    found: NDArray[np.int32],
    thickness: NDArray[np.float64],
) -> None:
    for face in range(len(found)):
        first, end = first_ring[face], first_ring[face + 1]
        bits = _numbers(xyz, first_point[first], first_point[end])
        if bits & _NOT_FINITE or first == end:
            found[face] = bits if first < end else bits | _TOO_FEW
            continue
        space = np.empty((first_point[end] - first_point[first], 3))
        rings = np.zeros(end - first + 1, dtype=np.int64)
        for k in range(end - first):
            size, fault = _distinct(xyz, first_point[first + k], first_point[first + k + 1], space, rings[k])
            rings[k + 1] = rings[k] + size
            bits |= fault
        if bits & (_TOO_FEW | _TINY ^ _REPEATED):
            found[face] = bits & ~(_TINY ^ _REPEATED)
            continue
        more, thickness[face] = _flat_face(space, rings)
        found[face] = bits | more


@compiled
def _numbers(xyz: NDArray[np.float64], first: int, end: int) -> int:
    bits = 0
    for k in range(first, end):
        if not np.isfinite(xyz[k, 0] + xyz[k, 1] + xyz[k, 2]):
            return _NOT_FINITE
        if xyz[k, 2] < LOWEST_M or xyz[k, 2] > HIGHEST_M:
            bits = _HEIGHT
    return bits


@compiled
def _distance2(a: NDArray[np.float64], i: int, b: NDArray[np.float64], j: int) -> float:
    x, y, z = a[i, 0] - b[j, 0], a[i, 1] - b[j, 1], a[i, 2] - b[j, 2]
    return float(x * x + y * y + z * z)


@compiled
def _distinct(xyz: NDArray[np.float64], first: int, end: int, out: NDArray[np.float64], at: int) -> tuple[int, int]:
    """Writes the ring without repeated points to `out` from `at` on; how many are left, and what was wrong."""
    size, bits = 0, 0
    for k in range(first, end):
        if size and _distance2(xyz, k, out, at + size - 1) < REPEATED_M * REPEATED_M:
            bits = _REPEATED
            continue
        out[at + size] = xyz[k]
        size += 1
    while size > 1 and _distance2(out, at, out, at + size - 1) < REPEATED_M * REPEATED_M:
        size -= 1
        bits = _REPEATED
    return size, bits if size > 2 else _too_few(xyz, first, end)


@compiled
def _too_few(xyz: NDArray[np.float64], first: int, end: int) -> int:
    """Of a ring that is too short without the points it repeats: was it also too short before?"""
    places = 0
    for k in range(first, end):
        is_new = True
        for j in range(first, k):
            is_new = is_new and _distance2(xyz, k, xyz, j) > SNAP_M * SNAP_M
        places += is_new
        if places > 2:
            return _TINY
    return _TOO_FEW


@compiled
def _flat_face(space: NDArray[np.float64], rings: NDArray[np.int64]) -> tuple[int, float]:
    normal = _normal(space, 0, rings[1])
    length = np.sqrt(normal[0] ** 2 + normal[1] ** 2 + normal[2] ** 2)
    perimeter = 0.0
    for k in range(rings[1]):
        perimeter += np.sqrt(_distance2(space, k, space, k - 1 if k else rings[1] - 1))
    bits = 0
    if length <= SNAP_M * perimeter:
        # As good as no area: on one line, or lobes that cancel out.
        if _width(space, rings[1]) <= 2 * SNAP_M:
            return _DEGENERATE, 0.0
        bits = _MEETS_ITSELF
        normal = _some_normal(space, rings[1])
        length = np.sqrt(normal[0] ** 2 + normal[1] ** 2 + normal[2] ** 2)
        if length == 0.0:
            return _DEGENERATE, 0.0
    normal = normal / length
    low, high = np.inf, -np.inf
    for k in range(rings[-1]):
        height = (
            (space[k, 0] - space[0, 0]) * normal[0]
            + (space[k, 1] - space[0, 1]) * normal[1]
            + (space[k, 2] - space[0, 2]) * normal[2]
        )
        low, high = min(low, height), max(high, height)
    if high - low > PLANARITY_M:
        bits |= _NOT_PLANAR
    if rings[1] > 3 or len(rings) > 2:
        bits |= _check_rings(_on_plane(space, normal), rings, bits)
    return bits, high - low


@compiled
def _normal(space: NDArray[np.float64], first: int, end: int) -> NDArray[np.float64]:
    """Twice the area, in the direction that sees the ring anticlockwise (Newell's method)."""
    out = np.zeros(3)
    for k in range(first + 1, end - 1):
        ax, ay, az = space[k, 0] - space[first, 0], space[k, 1] - space[first, 1], space[k, 2] - space[first, 2]
        bx, by, bz = (
            space[k + 1, 0] - space[first, 0],
            space[k + 1, 1] - space[first, 1],
            space[k + 1, 2] - space[first, 2],
        )
        out[0] += ay * bz - az * by
        out[1] += az * bx - ax * bz
        out[2] += ax * by - ay * bx
    return out


@compiled
def _width(space: NDArray[np.float64], n: int) -> float:
    """How far the points of a ring lie from the line through its first point and the one farthest from that."""
    far, best = 0, 0.0
    for k in range(n):
        distance = _distance2(space, 0, space, k)
        if distance > best:
            far, best = k, distance
    along = (space[far] - space[0]) / np.sqrt(best)
    width = 0.0
    for k in range(n):
        across = space[k] - space[0]
        across = across - (across @ along) * along
        width = max(width, np.sqrt(across @ across))
    return width


@compiled
def _some_normal(space: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Of the largest triangle of neighbours: for a ring whose lobes cancel out."""
    out = np.zeros(3)
    best = 0.0
    for k in range(n):
        before, after = (k - 1 if k else n - 1), (k + 1 if k + 1 < n else 0)
        one = np.cross(space[k] - space[before], space[after] - space[k])
        size = float(one @ one)
        if size > best:
            out = one
            best = size
    return out


@compiled
def _on_plane(space: NDArray[np.float64], normal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Two coordinates in the plane, so that areas turn anticlockwise with the exterior."""
    u = np.zeros(3)
    if abs(normal[2]) > 0.9:
        u[0] = 1.0
    else:
        u[2] = 1.0
    u = u - (u @ normal) * normal
    u = u / np.sqrt(u @ u)
    v = np.cross(normal, u)
    out = np.empty((len(space), 2))
    for k in range(len(space)):
        for axis in range(2):
            along = u if axis == 0 else v
            out[k, axis] = (
                (space[k, 0] - space[0, 0]) * along[0]
                + (space[k, 1] - space[0, 1]) * along[1]
                + (space[k, 2] - space[0, 2]) * along[2]
            )
    return out


@compiled
def _area(p: NDArray[np.float64], n: int) -> float:
    twice = 0.0
    for k in range(n):
        before = k - 1 if k else n - 1
        twice += p[before, 0] * p[k, 1] - p[k, 0] * p[before, 1]
    return twice / 2.0


@compiled
def _check_rings(plane: NDArray[np.float64], rings: NDArray[np.int64], known: int) -> int:
    bits, count = 0, len(rings) - 1
    for r in range(count):
        ring = plane[rings[r] : rings[r + 1]]
        n = len(ring)
        if n > 3 and not known & _MEETS_ITSELF and not is_convex(ring, n) and meets_itself(ring, n):
            bits |= _MEETS_ITSELF
    exterior = plane[: rings[1]]
    for r in range(1, count):
        hole = plane[rings[r] : rings[r + 1]]
        area = _area(hole, len(hole))
        if abs(area) <= SNAP_M * SNAP_M:
            bits |= _DEGENERATE
            continue
        if area > 0.0:
            bits |= _HOLE_ORIENTATION
        place = place_of(exterior, len(exterior), hole, len(hole))
        bits |= _RINGS_CROSS if place < 0 else (_HOLE_OUTSIDE if place == 0 else 0)
        for other in range(1, r):
            ring = plane[rings[other] : rings[other + 1]]
            place = place_of(ring, len(ring), hole, len(hole))
            back = place_of(hole, len(hole), ring, len(ring))
            bits |= _RINGS_CROSS if place < 0 or back < 0 else (_HOLE_OUTSIDE if place == 1 or back == 1 else 0)
    if count > 2 and not bits & (_RINGS_CROSS | _HOLE_OUTSIDE) and are_chained(plane, rings):
        bits |= _RINGS_CROSS
    return bits
