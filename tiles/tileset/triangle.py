"""From polygons in space to triangles, in one pass over all faces."""

import numpy as np
from mapbox_earcut import triangulate_float64
from numba import njit
from numpy.typing import NDArray

_LARGE = 64
"""Corners from which the library's z-order index is quicker than looking at all of them."""


def triangulate(
    xyz: NDArray[np.float64],
    first_ring: NDArray[np.int64],
    first_point: NDArray[np.int64],
    place: NDArray[np.int32] | None = None,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Triangles as three points each, shape (n, 3), and the face of each, shape (n,), in the order of faces.

    `xyz`: metres in any right-handed frame, shape (n, 3). `place`: the row in it of each point; none where every point
    has its own. A face's rings run from `first_ring[face]` to `first_ring[face + 1]`, the exterior first; a ring's
    points likewise by `first_point`. Triangles wind as exteriors do. Faces without an area give none.
    """
    if place is None:
        place = np.arange(len(xyz), dtype=np.int32)
    corners, faces, left = _simple(xyz, place, first_ring, first_point)
    others = [_general(xyz, place, first_ring, first_point, int(face)) for face in left]
    if not others:
        return corners, faces
    corners = np.concatenate([corners, *others])
    faces = np.concatenate([faces, np.repeat(left, [len(one) for one in others])])
    order = np.argsort(faces, kind="stable")
    return corners[order], faces[order]


@njit(cache=True)
def _simple(xyz, place, first_ring, first_point):  # type: ignore[no-untyped-def]
    """Faces of one ring with few corners; the others' indices come back as the third array."""
    faces = len(first_ring) - 1
    most = 0
    for face in range(faces):
        size = first_point[first_ring[face] + 1] - first_point[first_ring[face]] if _has_ring(first_ring, face) else 0
        most += max(size - 2, 0)
    corners = np.empty((most, 3), dtype=np.int32)
    owner = np.empty(most, dtype=np.int32)
    left = np.empty(faces, dtype=np.int32)
    ring, flat = np.empty((_LARGE, 3)), np.empty((_LARGE, 2))
    rest = np.empty(_LARGE, dtype=np.int64)
    count = left_count = 0
    for face in range(faces):
        first = first_ring[face]
        begin, size = first_point[first], first_point[first_ring[face + 1]] - first_point[first]
        is_simple = first_ring[face + 1] - first == 1 and size <= _LARGE
        made = -1
        if is_simple:
            for i in range(size):
                for axis in range(3):
                    ring[i, axis] = xyz[place[begin + i], axis]
            made = _clip_ears(ring, size, flat, rest, corners, count)
        if made < 0:
            left[left_count] = face
            left_count += 1
            continue
        for one in range(count, count + made):
            owner[one] = face
            for k in range(3):
                corners[one, k] += begin
        count += made
    return corners[:count].copy(), owner[:count].copy(), left[:left_count].copy()


@njit(cache=True)
def _has_ring(first_ring, face):  # type: ignore[no-untyped-def]
    return first_ring[face + 1] > first_ring[face]


@njit(cache=True)
def _clip_ears(xyz, size, flat, rest, corners, count):  # type: ignore[no-untyped-def]
    """Triangles of a ring's first `size` rows, written behind `count`; -1 where no ear is left, which a ring that
    crosses itself may come to."""
    if size < 3:
        return 0
    nx = ny = nz = 0.0
    for a in range(size):  # Newell's normal
        b = (a + 1) % size
        nx += (xyz[a, 1] - xyz[b, 1]) * (xyz[a, 2] + xyz[b, 2] - 2 * xyz[0, 2])
        ny += (xyz[a, 2] - xyz[b, 2]) * (xyz[a, 0] + xyz[b, 0] - 2 * xyz[0, 0])
        nz += (xyz[a, 0] - xyz[b, 0]) * (xyz[a, 1] + xyz[b, 1] - 2 * xyz[0, 1])
    ax, ay, az = abs(nx), abs(ny), abs(nz)
    if ax + ay + az < 1e-9:
        return 0
    for i in range(size):  # seen along the axis that the face is most across; counter-clockwise
        x, y, z = xyz[i, 0], xyz[i, 1], xyz[i, 2]
        if az >= ax and az >= ay:
            flat[i, 0], flat[i, 1] = (x, y) if nz > 0 else (y, x)
        elif ax >= ay:
            flat[i, 0], flat[i, 1] = (y, z) if nx > 0 else (z, y)
        else:
            flat[i, 0], flat[i, 1] = (z, x) if ny > 0 else (x, z)
        rest[i] = i
    made, tried, at = 0, 0, 0
    while size > 3:
        if tried > size:
            return -1
        before, ear, after = rest[(at - 1) % size], rest[at % size], rest[(at + 1) % size]
        if _is_ear(flat, rest, size, before, ear, after):
            corners[count + made, 0], corners[count + made, 1], corners[count + made, 2] = before, ear, after
            made += 1
            at %= size
            for i in range(at, size - 1):
                rest[i] = rest[i + 1]
            size -= 1
            tried = 0
        else:
            at += 1
            tried += 1
    if _turn(flat, rest[0], rest[1], rest[2]) > 0:
        corners[count + made, 0], corners[count + made, 1], corners[count + made, 2] = rest[0], rest[1], rest[2]
        made += 1
    return made


@njit(cache=True)
def _turn(flat, a, b, c):  # type: ignore[no-untyped-def]
    return (flat[b, 0] - flat[a, 0]) * (flat[c, 1] - flat[a, 1]) - (flat[b, 1] - flat[a, 1]) * (flat[c, 0] - flat[a, 0])


@njit(cache=True)
def _is_ear(flat, rest, size, before, ear, after):  # type: ignore[no-untyped-def]
    if _turn(flat, before, ear, after) <= 0:
        return False
    for i in range(size):
        other = rest[i]
        if other in (before, ear, after):
            continue
        # A point that touches a corner does not lie inside: keyholes come back to their own points.
        if (
            (flat[other, 0] == flat[before, 0] and flat[other, 1] == flat[before, 1])
            or (flat[other, 0] == flat[ear, 0] and flat[other, 1] == flat[ear, 1])
            or (flat[other, 0] == flat[after, 0] and flat[other, 1] == flat[after, 1])
        ):
            continue
        if (
            _turn(flat, before, ear, other) >= 0
            and _turn(flat, ear, after, other) >= 0
            and _turn(flat, after, before, other) >= 0
        ):
            return False
    return True


def _general(
    xyz: NDArray[np.float64],
    place: NDArray[np.int32],
    first_ring: NDArray[np.int64],
    first_point: NDArray[np.int64],
    face: int,
) -> NDArray[np.int32]:
    """A face with holes or many corners, by earcut in the face's own plane."""
    rings = first_point[first_ring[face] : first_ring[face + 1] + 1]
    own = xyz[place[rings[0] : rings[-1]]]
    begin, points = int(rings[0]), own - own[0]
    outer = points[: rings[1] - begin]
    normal = _newell(outer)
    if np.abs(normal).sum() < 1e-9:
        return np.empty((0, 3), dtype=np.int32)
    axis = int(np.argmax(np.abs(normal)))
    seen = points[:, [(axis + 1) % 3, (axis + 2) % 3]]
    ends = (rings[1:] - begin).astype(np.uint32)
    found = triangulate_float64(np.ascontiguousarray(seen), ends).astype(np.int64).reshape(-1, 3)
    a, b, c = (seen[found[:, corner]] for corner in range(3))
    turn = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    against = (turn > 0) != (normal[axis] > 0)
    found[against] = found[against][:, [0, 2, 1]]
    return np.asarray(found[turn != 0] + begin, dtype=np.int32)


def _newell(points: NDArray[np.float64]) -> NDArray[np.float64]:
    after = np.roll(points, -1, axis=0)
    return np.asarray(np.cross(points, after).sum(axis=0))
