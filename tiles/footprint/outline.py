"""Rings on the grid of one tile: rounded, simplified, and cut where they reach far beyond it. Compiled."""

import numpy as np
from numba import njit

EXTENT = 4096
_BEYOND = 2048
"""Cells that a polygon may reach beyond its tile, which is no trouble to any renderer: nearly all stay whole."""


@njit(cache=True)
def round_ring(xy, begin, end, shift, left, top, ring):  # type: ignore[no-untyped-def]
    """Writes points `begin` to `end` in cells of 2^`shift` from the tile's corner into `ring`; how many differ from
    the one before."""
    half = (1 << shift) >> 1
    count = 0
    for at in range(begin, end):
        x = ((np.int64(xy[at, 0]) + half) >> shift) - left
        y = ((np.int64(xy[at, 1]) + half) >> shift) - top
        if count == 0 or x != ring[count - 1, 0] or y != ring[count - 1, 1]:
            ring[count, 0], ring[count, 1] = x, y
            count += 1
    while count > 1 and ring[count - 1, 0] == ring[0, 0] and ring[count - 1, 1] == ring[0, 1]:
        count -= 1
    return count


@njit(cache=True)
def doubled_area(ring, count):  # type: ignore[no-untyped-def]
    """Twice the area, above 0 for rings that run clockwise as one looks at a map."""
    total = 0
    for at in range(count):
        after = at + 1 if at + 1 < count else 0
        total += ring[at, 0] * ring[after, 1] - ring[after, 0] * ring[at, 1]
    return total


@njit(cache=True)
def simplify_ring(ring, count, tolerance, kept, stack):  # type: ignore[no-untyped-def]
    """Douglas-Peucker, between the first point and the one farthest from it; writes into `ring`, how many stay."""
    if count < 5:
        return count
    far, most = 0, -1
    for at in range(count):
        kept[at] = False
        distance = (ring[at, 0] - ring[0, 0]) ** 2 + (ring[at, 1] - ring[0, 1]) ** 2
        if distance > most:
            far, most = at, distance
    kept[0] = kept[far] = True
    stack[0, 0], stack[0, 1], stack[1, 0], stack[1, 1] = 0, far, far, count
    depth = 2
    while depth:
        depth -= 1
        first, last = stack[depth, 0], stack[depth, 1]
        split = _farthest(ring, count, first, last, tolerance)
        if split >= 0:
            kept[split] = True
            stack[depth, 0], stack[depth, 1] = first, split
            stack[depth + 1, 0], stack[depth + 1, 1] = split, last
            depth += 2
    stay = 0
    for at in range(count):
        if kept[at]:
            ring[stay, 0], ring[stay, 1] = ring[at, 0], ring[at, 1]
            stay += 1
    return stay


@njit(cache=True)
def _farthest(ring, count, first, last, tolerance):  # type: ignore[no-untyped-def]
    """Of the points between, the one farthest from the line through both ends; -1 where it is within `tolerance`."""
    x0, y0 = ring[first, 0], ring[first, 1]
    end = last if last < count else 0
    dx, dy = ring[end, 0] - x0, ring[end, 1] - y0
    found, most = -1, 0.0
    length = (dx * dx + dy * dy) ** 0.5
    for at in range(first + 1, last):
        x, y = ring[at, 0] - x0, ring[at, 1] - y0
        distance = abs(dx * y - dy * x) / length if length > 0 else (x * x + y * y) ** 0.5
        if distance > most:
            found, most = at, distance
    return found if most > tolerance else -1


@njit(cache=True)
def cut_ring(ring, count, other):  # type: ignore[no-untyped-def]
    """Sutherland-Hodgman against the tile and what lies `_BEYOND` it; how many points there are in `ring` then. Each
    side can make three points of two."""
    for side in range(4):
        count = _cut_side(ring, count, other, side)
        ring[:count] = other[:count]
    return count


@njit(cache=True)
def _cut_side(ring, count, out, side):  # type: ignore[no-untyped-def]
    axis = side & 1
    limit = -_BEYOND if side < 2 else EXTENT + _BEYOND
    sign = 1 if side < 2 else -1
    made = 0
    for at in range(count):
        before = at - 1 if at else count - 1
        a = sign * (ring[before, axis] - limit)
        b = sign * (ring[at, axis] - limit)
        if (a < 0) != (b < 0):
            other = 1 - axis
            share = a / (a - b)
            out[made, axis] = limit
            out[made, other] = ring[before, other] + round(share * (ring[at, other] - ring[before, other]))
            made += 1
        if b >= 0:
            out[made, 0], out[made, 1] = ring[at, 0], ring[at, 1]
            made += 1
    return made


@njit(cache=True)
def reaches_far(ring, count):  # type: ignore[no-untyped-def]
    for at in range(count):
        for axis in range(2):
            if ring[at, axis] < -_BEYOND or ring[at, axis] > EXTENT + _BEYOND:
                return True
    return False
