"""Corners become vertices: what is equal is kept once, in a part of the city and again, in steps, in each tile."""

from dataclasses import dataclass, field

import numpy as np
from numba import njit
from numpy.typing import NDArray


@dataclass(frozen=True)
class Welded:
    """The different places among the points of each body."""

    point: NDArray[np.int64]
    """A point at each place, in the order in which they come first; shape (places,)."""
    place: NDArray[np.int32]
    """The place of each point, shape (points,)."""
    first_place: NDArray[np.int64]
    """Of each body, shape (bodies + 1,)."""


def weld(xyz: NDArray[np.float64], first_point: NDArray[np.int64]) -> Welded:
    """Points of a body that are equal in all bits become one place. `first_point`: of each body, ascending."""
    bits = np.ascontiguousarray(xyz).view(np.uint64)
    return Welded(*_welded(bits, first_point))


@njit(cache=True)
def _welded(bits, first_point):  # type: ignore[no-untyped-def]
    bodies = len(first_point) - 1
    most = 0
    for body in range(bodies):
        most = max(most, first_point[body + 1] - first_point[body])
    table = np.empty(_slots(most), dtype=np.int32)
    place = np.empty(len(bits), dtype=np.int32)
    point = np.empty(len(bits), dtype=np.int64)
    first_place = np.zeros(bodies + 1, dtype=np.int64)
    count = 0
    for body in range(bodies):
        begin, end = first_point[body], first_point[body + 1]
        mask = _slots(end - begin) - 1
        table[: mask + 1] = -1
        for i in range(begin, end):
            key = _mixed(_mixed(_mixed(np.uint64(0), bits[i, 0]), bits[i, 1]), bits[i, 2])
            slot = np.int64(key >> np.uint64(32)) & mask
            while table[slot] >= 0:
                other = point[table[slot]]
                if bits[other, 0] == bits[i, 0] and bits[other, 1] == bits[i, 1] and bits[other, 2] == bits[i, 2]:
                    break
                slot = (slot + 1) & mask
            if table[slot] < 0:
                table[slot] = count
                point[count] = i
                count += 1
            place[i] = table[slot]
        first_place[body + 1] = count
    return point[:count].copy(), place, first_place


@njit(cache=True, inline="always")
def _mixed(key, word):  # type: ignore[no-untyped-def]
    """FNV-1a by words, its upper half stirred into the lower one: the upper half is what is looked up."""
    key = (key ^ np.uint64(word)) * np.uint64(0x9E37_79B9_7F4A_7C15)
    return key ^ (key >> np.uint64(29))


@njit(cache=True, inline="always")
def _slots(count):  # type: ignore[no-untyped-def]
    slots = 16
    while slots < 2 * count:
        slots *= 2
    return slots


@njit(cache=True)
def ranges(first, end):  # type: ignore[no-untyped-def]
    """All indices from each `first` to before each `end`, one after the other."""
    out = np.empty((end - first).sum(), dtype=np.int64)
    at = 0
    for i in range(len(first)):
        for index in range(first[i], end[i]):
            out[at] = index
            at += 1
    return out


@njit(cache=True)
def extents(values, rows, first):  # type: ignore[no-untyped-def]
    """The least and the greatest of each of three columns over `values[rows[first[i]:first[i + 1]]]`, shape (n, 6);
    infinite where there are no rows."""
    out = np.empty((len(first) - 1, 6))
    for i in range(len(out)):
        out[i, :3], out[i, 3:] = np.inf, -np.inf
        for at in range(first[i], first[i + 1]):
            for axis in range(3):
                value = values[rows[at], axis]
                out[i, axis] = min(out[i, axis], value)
                out[i, axis + 3] = max(out[i, axis + 3], value)
    return out


@dataclass(frozen=True)
class Steps:
    """How a tile counts metres: from where, and in steps of what length; or, where those would be too long, in
    metres."""

    low: NDArray[np.float64]
    length: NDArray[np.float64]
    is_whole: bool
    """Whether steps are counted, in 16 bits."""


_NO_WORDS = np.zeros((0, 3), dtype=np.uint32)


@dataclass(frozen=True)
class Corners:
    """Of some triangles of a tile: what tells one vertex from another beside its place."""

    wanted: NDArray[np.bool_]
    """Which triangles of the tile, shape (triangles,)."""
    word: NDArray[np.uint32] = field(default_factory=lambda: _NO_WORDS)
    """Of each corner of all its triangles, shape (triangles, 3); none where places are all."""


@dataclass(frozen=True)
class Vertices:
    position: NDArray[np.uint16] | NDArray[np.float32]
    """Shape (n, 3)."""
    owner: NDArray[np.int32]
    """Which of the tile's bodies, shape (n,)."""
    word: NDArray[np.uint32]
    """Shape (n,)."""
    index: NDArray[np.uint32]
    """Three for each triangle, flat."""


def vertices(
    xyz: NDArray[np.float64],
    triangle: NDArray[np.int32],
    first_triangle: NDArray[np.int64],
    bodies: NDArray[np.int64],
    steps: Steps,
    corners: Corners | None = None,
) -> Vertices:
    """The vertices of `bodies`' triangles, in the order in which triangles use them; those that have shrunk to a line
    are left out. `triangle`: three places each, rows of `xyz`. None: all triangles, and places alone."""
    chosen = corners or Corners(np.zeros(0, dtype=np.bool_))
    found = _vertices(
        xyz, triangle, first_triangle, bodies, steps.low, steps.length, steps.is_whole, chosen.wanted, chosen.word
    )
    position = found[0].astype(np.uint16) if steps.is_whole else found[0].view(np.float32)
    return Vertices(position, *found[1:])


@njit(cache=True)
def _vertices(xyz, triangle, first_triangle, bodies, low, length, is_whole, wanted, words):  # type: ignore[no-untyped-def]
    count = most = 0
    for body in bodies:
        own = first_triangle[body + 1] - first_triangle[body]
        count, most = count + own, max(most, own)
    table = np.empty(_slots(3 * most), dtype=np.int32)
    position = np.empty((3 * count, 3), dtype=np.uint32)
    owner = np.empty(3 * count, dtype=np.int32)
    word = np.empty(3 * count, dtype=np.uint32)
    index = np.empty(3 * count, dtype=np.uint32)
    three, metre = np.zeros((3, 4), dtype=np.uint32), np.empty(1, dtype=np.float32)
    bits = metre.view(np.uint32)
    made = corners = at = 0
    for number in range(len(bodies)):
        body = bodies[number]
        mask = _slots(3 * (first_triangle[body + 1] - first_triangle[body])) - 1
        table[: mask + 1] = -1
        for one in range(first_triangle[body], first_triangle[body + 1]):
            at += 1
            if len(wanted) and not wanted[at - 1]:
                continue
            for k in range(3):
                place = triangle[one, k]
                for axis in range(3):
                    if is_whole:
                        three[k, axis] = np.uint32(np.rint((xyz[place, axis] - low[axis]) / length[axis]))
                    else:
                        metre[0] = xyz[place, axis] - low[axis]
                        three[k, axis] = bits[0]
                if len(words):
                    three[k, 3] = words[at - 1, k]
            if _is_same(three, 0, 1) or _is_same(three, 1, 2) or _is_same(three, 0, 2):
                continue
            for k in range(3):
                key = np.uint64(0)
                for axis in range(4):
                    key = _mixed(key, three[k, axis])
                slot = np.int64(key >> np.uint64(32)) & mask
                while table[slot] >= 0:
                    other = table[slot]
                    if (
                        position[other, 0] == three[k, 0]
                        and position[other, 1] == three[k, 1]
                        and position[other, 2] == three[k, 2]
                        and word[other] == three[k, 3]
                    ):
                        break
                    slot = (slot + 1) & mask
                if table[slot] < 0:
                    table[slot] = made
                    position[made] = three[k, :3]
                    owner[made], word[made] = number, three[k, 3]
                    made += 1
                index[corners] = table[slot]
                corners += 1
    return position[:made].copy(), owner[:made].copy(), word[:made].copy(), index[:corners].copy()


@njit(cache=True, inline="always")
def _is_same(three, a, b):  # type: ignore[no-untyped-def]
    return (
        three[a, 0] == three[b, 0]
        and three[a, 1] == three[b, 1]
        and three[a, 2] == three[b, 2]
        and three[a, 3] == three[b, 3]
    )
