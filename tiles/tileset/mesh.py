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
def boxes(values, first):  # type: ignore[no-untyped-def]
    """The least and the greatest of each of three columns over `values[first[i]:first[i + 1]]`, shape (n, 6);
    infinite where there are no rows."""
    out = np.empty((len(first) - 1, 6))
    for i in range(len(out)):
        out[i, :3], out[i, 3:] = np.inf, -np.inf
        for at in range(first[i], first[i + 1]):
            for axis in range(3):
                out[i, axis] = min(out[i, axis], values[at, axis])
                out[i, axis + 3] = max(out[i, axis + 3], values[at, axis])
    return out


@njit(cache=True)
def extents(values, rows, first):  # type: ignore[no-untyped-def]
    """The same over `values[rows[first[i]:first[i + 1]]]`."""
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
    first_place: NDArray[np.int64],
    triangle: NDArray[np.int32],
    first_triangle: NDArray[np.int64],
    bodies: NDArray[np.int64],
    steps: Steps,
    corners: Corners | None = None,
) -> Vertices:
    """The vertices of `bodies`' triangles, in the order in which triangles use them; those that have shrunk to a line
    are left out. `triangle`: three places each, rows of `xyz`. None: all triangles, and places alone."""
    chosen = corners or Corners(np.zeros(0, dtype=np.bool_))
    place, first, bits = _stepped(xyz, first_place, bodies, steps.low, steps.length, steps.is_whole)
    used, owner, word, index = _vertices(
        place, first, triangle, first_place, first_triangle, bodies, chosen.wanted, chosen.word
    )
    position = bits[used].astype(np.uint16) if steps.is_whole else bits[used].view(np.float32)
    return Vertices(position, owner, word, index)


@njit(cache=True)
def _stepped(xyz, first_place, bodies, low, length, is_whole):  # type: ignore[no-untyped-def]
    """Of all places of `bodies` behind each other: the first place of the same body that is equal in steps; where each
    body begins; and the steps, or the bits of metres, shape (places, 3)."""
    first = np.zeros(len(bodies) + 1, dtype=np.int32)
    most = 0
    for number in range(len(bodies)):
        own = first_place[bodies[number] + 1] - first_place[bodies[number]]
        first[number + 1] = first[number] + own
        most = max(most, own)
    equal = np.empty(first[-1], dtype=np.int32)
    bits = np.empty((first[-1], 3), dtype=np.uint32)
    metre = np.empty(1, dtype=np.float32)
    metre_bits = metre.view(np.uint32)
    table = np.empty(_slots(most), dtype=np.int32)
    for number in range(len(bodies)):
        begin, away = first[number], first_place[bodies[number]] - first[number]
        mask = _slots(first[number + 1] - begin) - 1
        table[: mask + 1] = -1
        for i in range(begin, first[number + 1]):
            for axis in range(3):
                if is_whole:
                    bits[i, axis] = np.uint32(np.rint((xyz[i + away, axis] - low[axis]) / length[axis]))
                else:
                    metre[0] = xyz[i + away, axis] - low[axis]
                    bits[i, axis] = metre_bits[0]
            key = _mixed(_mixed(_mixed(np.uint64(0), bits[i, 0]), bits[i, 1]), bits[i, 2])
            slot = np.int64(key >> np.uint64(32)) & mask
            while table[slot] >= 0:
                other = table[slot]
                if bits[other, 0] == bits[i, 0] and bits[other, 1] == bits[i, 1] and bits[other, 2] == bits[i, 2]:
                    break
                slot = (slot + 1) & mask
            if table[slot] < 0:
                table[slot] = i
            equal[i] = table[slot]
    return equal, first, bits


@njit(cache=True)
def _vertices(equal, first, triangle, first_place, first_triangle, bodies, wanted, words):  # type: ignore[no-untyped-def]
    """The place, the body and the word of each vertex, and three vertices for each triangle."""
    count = most = 0
    for body in bodies:
        own = first_triangle[body + 1] - first_triangle[body]
        count, most = count + own, max(most, own)
    has_words = len(words) > 0
    room = 3 * count if has_words else min(3 * count, len(equal))
    # Without words a vertex is found by its place alone, else by both in a table of its body.
    table = np.full(_slots(3 * most) if has_words else len(equal), -1, dtype=np.int32)
    used, owner = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32)
    word = np.zeros(room, dtype=np.uint32)
    index = np.empty(3 * count, dtype=np.uint32)
    place, own_word = np.empty(3, dtype=np.int32), np.zeros(3, dtype=np.uint32)
    made = corners = at = 0
    for number in range(len(bodies)):
        body = bodies[number]
        away = first[number] - first_place[body]
        mask = _slots(3 * (first_triangle[body + 1] - first_triangle[body])) - 1
        if has_words:
            table[: mask + 1] = -1
        for one in range(first_triangle[body], first_triangle[body + 1]):
            at += 1
            if len(wanted) and not wanted[at - 1]:
                continue
            for k in range(3):
                place[k] = equal[triangle[one, k] + away]
                if has_words:
                    own_word[k] = words[at - 1, k]
            if (
                (place[0] == place[1] and own_word[0] == own_word[1])
                or (place[1] == place[2] and own_word[1] == own_word[2])
                or (place[0] == place[2] and own_word[0] == own_word[2])
            ):
                continue
            for k in range(3):
                slot = np.int64(place[k])
                if has_words:
                    key = _mixed(_mixed(np.uint64(0), place[k]), own_word[k])
                    slot = np.int64(key >> np.uint64(32)) & mask
                    while table[slot] >= 0:
                        other = table[slot]
                        if used[other] == place[k] and word[other] == own_word[k]:
                            break
                        slot = (slot + 1) & mask
                if table[slot] < 0:
                    table[slot] = made
                    used[made], owner[made], word[made] = place[k], number, own_word[k]
                    made += 1
                index[corners] = table[slot]
                corners += 1
    return used[:made].copy(), owner[:made].copy(), word[:made].copy(), index[:corners].copy()
