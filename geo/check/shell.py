"""One solid at a time: is its shell closed, one piece, turned outwards, and does it not run through itself.

A solid's faces are those of one body with the same number. Vertices within 1 mm are one; each edge must be used twice,
once in either direction (ISO 19107, GM_Solid; the order of the tests is val3dity's: geometry only where topology is
right).
"""

import numpy as np
from numpy.typing import NDArray

from geo.check.compiled import compiled
from geo.check.fault import SNAP_M, Fault
from geo.check.piercing import pierces_itself
from geo.check.vertex import snapped

_TWICE = int(Fault.FACE_TWICE)
_NO_VOLUME = int(Fault.NO_VOLUME)
_OPEN = int(Fault.OPEN)
_NON_MANIFOLD = int(Fault.NON_MANIFOLD)
_NOT_CONNECTED = int(Fault.NOT_CONNECTED)
_FACE_ORIENTATION = int(Fault.FACE_ORIENTATION)
_INSIDE_OUT = int(Fault.INSIDE_OUT)
_MEETS_ITSELF = int(Fault.SOLID_SELF_INTERSECTION)
_NOT_FINITE = int(Fault.NOT_FINITE)

_LEAST_VOLUME = 1e-3
"""Cubic metres: a litre."""


def check_shells(
    xyz: NDArray[np.float64],
    solid: NDArray[np.int32],
    first_face: NDArray[np.int64],
    first_ring: NDArray[np.int64],
    first_point: NDArray[np.int64],
    face_faults: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """`Fault` bits of each body, and for those: how many edges (or faces) are wrong, and a point that shows it (-1).

    `xyz`: metres east, north, up, shape (points, 3); `face_faults` what `check_faces` found.
    """
    bodies = len(first_face) - 1
    found, count, point = np.zeros(bodies, np.int32), np.zeros(bodies, np.int64), np.full(bodies, -1, np.int64)
    _check_shells(xyz, solid, first_face, first_ring, first_point, face_faults, found, count, point)
    return found, count, point


@compiled
def _check_shells(
    xyz: NDArray[np.float64],
    solid: NDArray[np.int32],
    first_face: NDArray[np.int64],
    first_ring: NDArray[np.int64],
    first_point: NDArray[np.int64],
    face_faults: NDArray[np.int32],
    found: NDArray[np.int32],
    count: NDArray[np.int64],
    point: NDArray[np.int64],
) -> None:
    for body in range(len(found)):
        first, end = first_face[body], first_face[body + 1]
        highest = -1
        for face in range(first, end):
            highest = max(highest, solid[face])
        for number in range(highest + 1):
            faces = np.flatnonzero(solid[first:end] == number) + first
            if not len(faces):
                continue
            finite = True
            for face in faces:
                finite = finite and not face_faults[face] & _NOT_FINITE
            if finite:
                bits, wrong, where = _check_shell(xyz, faces, first_ring, first_point, face_faults)
                if wrong and not count[body]:
                    point[body] = where
                found[body] |= bits
                count[body] += wrong


@compiled
def _check_shell(
    xyz: NDArray[np.float64],
    faces: NDArray[np.int64],
    first_ring: NDArray[np.int64],
    first_point: NDArray[np.int64],
    face_faults: NDArray[np.int32],
) -> tuple[int, int, int]:
    """Bits, how many edges are wrong, and a point that shows it."""
    total = 0
    for face in faces:
        total += first_point[first_ring[face + 1]] - first_point[first_ring[face]]
    source, ring_of, face_of = np.empty(total, np.int64), np.empty(total, np.int64), np.empty(total, np.int64)
    at, ring_count = 0, 0
    for k in range(len(faces)):
        for ring in range(first_ring[faces[k]], first_ring[faces[k] + 1]):
            for p in range(first_point[ring], first_point[ring + 1]):
                source[at], ring_of[at], face_of[at] = p, ring_count, k
                at += 1
            ring_count += 1
    vertex, vertices = snapped(xyz, source)
    after = _following(vertex, ring_of, total)
    bits = _face_twice(vertex, face_of, after, len(faces))
    edge_bits, wrong, where, mates = _match_edges(vertex, after, vertices)
    bits |= edge_bits
    if len(faces) < 4:
        bits |= _NO_VOLUME
    if bits == 0:
        bits |= _pieces(xyz, source, vertex, vertices, after, face_of, mates, len(faces))
        if bits == 0:
            sound = True
            for face in faces:
                sound = sound and face_faults[face] == 0
            if sound and pierces_itself(xyz, faces, first_ring, first_point, source, vertex, face_of, after):
                bits |= _MEETS_ITSELF
    return bits, wrong, (source[where] if where >= 0 else -1)


@compiled
def _following(vertex: NDArray[np.int64], ring_of: NDArray[np.int64], total: int) -> NDArray[np.int64]:
    """The next corner of the same ring that is another vertex; -1 for a corner whose next is the same vertex."""
    after = np.full(total, -1, np.int64)
    first = 0
    while first < total:
        end = first
        while end < total and ring_of[end] == ring_of[first]:
            end += 1
        kept = -1
        for k in range(first, end):
            following = k + 1 if k + 1 < end else first
            if vertex[following] != vertex[k]:
                kept = k
        if kept >= 0:
            # Corners that repeat their follower are skipped: the last of equal ones stands for all.
            last = -1
            begin = -1
            for k in range(first, end):
                following = k + 1 if k + 1 < end else first
                if vertex[following] == vertex[k]:
                    continue
                if last >= 0:
                    after[last] = k
                else:
                    begin = k
                last = k
            after[last] = begin
        first = end
    return after


@compiled
def _face_twice(vertex: NDArray[np.int64], face_of: NDArray[np.int64], after: NDArray[np.int64], faces: int) -> int:
    """Whether two faces have the same vertices: told by sums of scrambled numbers, then compared."""
    key, size = np.zeros(faces, np.int64), np.zeros(faces, np.int64)
    first = np.full(faces, -1, np.int64)
    for k in range(len(vertex)):
        face = face_of[k]
        if after[k] >= 0:
            v = (vertex[k] + 1) * 2654435761 % 4294967291
            key[face] += v * v % 4294967291
            size[face] += 1
        if first[face] < 0:
            first[face] = k
    order = np.argsort(key)
    for at in range(1, faces):
        one, two = order[at - 1], order[at]
        if key[one] != key[two] or size[one] != size[two] or not size[one]:
            continue
        same = True
        for k in range(first[one], len(vertex)):
            if face_of[k] != one:
                break
            there = False
            for j in range(first[two], len(vertex)):
                if face_of[j] != two:
                    break
                there = there or vertex[j] == vertex[k]
            same = same and there
        if same:
            return _TWICE
    return 0


@compiled
def _match_edges(
    vertex: NDArray[np.int64], after: NDArray[np.int64], vertices: int
) -> tuple[int, int, int, NDArray[np.int64]]:
    """Bits, how many edges are wrong, a corner at one of them, and for each corner that whose edge runs against its."""
    mates = np.full(len(vertex), -1, np.int64)
    corners = np.flatnonzero(after >= 0)
    keys = np.empty(len(corners), np.int64)
    for k in range(len(corners)):
        a, b = vertex[corners[k]], vertex[after[corners[k]]]
        keys[k] = min(a, b) * vertices + max(a, b)
    order = np.argsort(keys)
    bits, wrong, where, at = 0, 0, -1, 0
    while at < len(order):
        end = at + 1
        while end < len(order) and keys[order[end]] == keys[order[at]]:
            end += 1
        one = corners[order[at]]
        fault = 0
        if end - at == 1:
            fault = _OPEN
        elif end - at == 2:
            two = corners[order[at + 1]]
            if vertex[one] == vertex[two]:
                fault = _FACE_ORIENTATION
            else:
                mates[one], mates[two] = two, one
        else:
            fault = _NON_MANIFOLD
        if fault:
            bits |= fault
            wrong += 1
            where = one if where < 0 else where
        at = end
    return bits, wrong, where, mates


@compiled
def _root(parent: NDArray[np.int64], k: int) -> int:
    while parent[k] != k:
        parent[k] = parent[parent[k]]
        k = parent[k]
    return k


@compiled
def _pieces(
    xyz: NDArray[np.float64],
    source: NDArray[np.int64],
    vertex: NDArray[np.int64],
    vertices: int,
    after: NDArray[np.int64],
    face_of: NDArray[np.int64],
    mates: NDArray[np.int64],
    faces: int,
) -> int:
    """Of a shell whose edges all match: one fan of faces around each vertex, one piece, and its volume."""
    fan, piece = np.arange(len(vertex)), np.arange(faces)
    for k in range(len(vertex)):
        if after[k] < 0:
            continue
        mate = mates[k]
        # The edge runs from here to `after[k]`, in the other face from `mate` to `after[mate]`.
        fan[_root(fan, k)] = _root(fan, after[mate])
        fan[_root(fan, after[k])] = _root(fan, mate)
        piece[_root(piece, face_of[k])] = _root(piece, face_of[mate])
    seen = np.full(vertices, -1, np.int64)
    for k in range(len(vertex)):
        if after[k] >= 0:
            root = _root(fan, k)
            if seen[vertex[k]] >= 0 and seen[vertex[k]] != root:
                return _NON_MANIFOLD
            seen[vertex[k]] = root
    return _volumes(xyz, source, after, face_of, piece)


@compiled
def _volumes(
    xyz: NDArray[np.float64],
    source: NDArray[np.int64],
    after: NDArray[np.int64],
    face_of: NDArray[np.int64],
    piece: NDArray[np.int64],
) -> int:
    """By the divergence theorem, piece by piece. Pieces turned inwards are cavities: inner shells."""
    volume = np.zeros(len(piece))
    o = xyz[source[0]]
    start = -1
    for k in range(len(source)):
        if after[k] < 0:
            continue
        if k == 0 or start < 0 or face_of[k] != face_of[start]:
            start = k
        a, b, c = xyz[source[start]] - o, xyz[source[k]] - o, xyz[source[after[k]]] - o
        six = (
            a[0] * (b[1] * c[2] - b[2] * c[1]) + a[1] * (b[2] * c[0] - b[0] * c[2]) + a[2] * (b[0] * c[1] - b[1] * c[0])
        )
        volume[_root(piece, face_of[k])] += six / 6.0
    largest, inner = -1, 0
    for k in range(len(piece)):
        if piece[k] != k:
            continue
        if abs(volume[k]) < _LEAST_VOLUME:
            return _NO_VOLUME
        if volume[k] > 0.0 and largest >= 0:
            return _NOT_CONNECTED
        if volume[k] > 0.0:
            largest = k
        else:
            inner += 1
    if largest < 0:
        return _INSIDE_OUT
    return _cavities(xyz, source, face_of, piece, volume, largest) if inner else 0


@compiled
def _cavities(
    xyz: NDArray[np.float64],
    source: NDArray[np.int64],
    face_of: NDArray[np.int64],
    piece: NDArray[np.int64],
    volume: NDArray[np.float64],
    outer: int,
) -> int:
    """Whether pieces turned inwards are inside of the one turned outwards, as far as their boxes tell."""
    low, high = np.full((len(piece), 3), np.inf), np.full((len(piece), 3), -np.inf)
    for k in range(len(source)):
        one = _root(piece, face_of[k])
        for axis in range(3):
            low[one, axis] = min(low[one, axis], xyz[source[k], axis])
            high[one, axis] = max(high[one, axis], xyz[source[k], axis])
    for k in range(len(piece)):
        if piece[k] != k or k == outer:
            continue
        if -volume[k] > volume[outer]:
            return _INSIDE_OUT
        for axis in range(3):
            if low[k, axis] < low[outer, axis] - SNAP_M or high[k, axis] > high[outer, axis] + SNAP_M:
                return _NOT_CONNECTED
    return 0
