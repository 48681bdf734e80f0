"""Rings in the plane of their face: do they cross or touch themselves and each other, and which lies in which."""

import numpy as np
from numpy.typing import NDArray

from geo.check.compiled import compiled
from geo.check.fault import SNAP_M


@compiled
def is_convex(p: NDArray[np.float64], n: int) -> bool:
    """Turns always to the same side, and once around: then a ring crosses nothing of itself."""
    left, right, turns = False, False, 0
    for k in range(n):
        before = k - 1 if k else n - 1
        ax, ay = p[k, 0] - p[before, 0], p[k, 1] - p[before, 1]
        following = k + 1 if k + 1 < n else 0
        bx, by = p[following, 0] - p[k, 0], p[following, 1] - p[k, 1]
        cross = ax * by - ay * bx
        # Nearly straight corners stay open: noise may turn them to either side, a spike turns back there.
        if abs(cross) <= 1e-3 * np.sqrt((ax * ax + ay * ay) * (bx * bx + by * by)):
            if ax * bx + ay * by <= 0.0:
                return False
        elif cross > 0.0:
            left = True
        else:
            right = True
        turns += (ay >= 0.0) != (by >= 0.0)
    return not (left and right) and turns <= 2


@compiled
def _side(ax: float, ay: float, bx: float, by: float, cx: float, cy: float) -> float:
    return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)


@compiled
def is_near(px: float, py: float, ax: float, ay: float, bx: float, by: float) -> bool:
    """Whether a point touches a segment."""
    dx, dy = bx - ax, by - ay
    length2 = dx * dx + dy * dy
    share = 0.0 if length2 == 0.0 else ((px - ax) * dx + (py - ay) * dy) / length2
    share = min(1.0, max(0.0, share))
    ex, ey = px - ax - share * dx, py - ay - share * dy
    return bool(ex * ex + ey * ey <= SNAP_M * SNAP_M)


@compiled
def do_cross(p: NDArray[np.float64], i: int, i1: int, q: NDArray[np.float64], j: int, j1: int) -> bool:
    """Whether the segments p[i] to p[i1] and q[j] to q[j1] cross, each with an end on either side of the other."""
    ax, ay, bx, by = p[i, 0], p[i, 1], p[i1, 0], p[i1, 1]
    cx, cy, dx, dy = q[j, 0], q[j, 1], q[j1, 0], q[j1, 1]
    if max(ax, bx) < min(cx, dx) or max(cx, dx) < min(ax, bx):
        return False
    if max(ay, by) < min(cy, dy) or max(cy, dy) < min(ay, by):
        return False
    one, two = _side(ax, ay, bx, by, cx, cy), _side(ax, ay, bx, by, dx, dy)
    three, four = _side(cx, cy, dx, dy, ax, ay), _side(cx, cy, dx, dy, bx, by)
    return (one > 0.0) != (two > 0.0) and (three > 0.0) != (four > 0.0)


@compiled
def meets_itself(p: NDArray[np.float64], n: int) -> bool:
    """Whether edges of a ring that aren't neighbours cross or touch, or neighbours fold onto each other.

    Edges are swept by their smallest x, so that long rings take little more than their length.
    """
    low, high = np.empty(n), np.empty(n)
    for i in range(n):
        i1 = i + 1 if i + 1 < n else 0
        low[i], high[i] = min(p[i, 0], p[i1, 0]) - SNAP_M, max(p[i, 0], p[i1, 0]) + SNAP_M
    order = np.argsort(low)
    for at in range(n):
        i = order[at]
        i1 = i + 1 if i + 1 < n else 0
        for later in range(at + 1, n):
            j = order[later]
            if low[j] > high[i]:
                break
            j1 = j + 1 if j + 1 < n else 0
            if i1 == j or j1 == i:
                if _folds(p, i, i1, j, j1):
                    return True
                continue
            if do_cross(p, i, i1, p, j, j1) or _touch(p, i, i1, j, j1):
                return True
    return False


@compiled
def _folds(p: NDArray[np.float64], i: int, i1: int, j: int, j1: int) -> bool:
    """Whether the second of two neighbours turns back onto the first, or the first lies on the second."""
    if j1 == i:
        i, i1, j, j1 = j, j1, i, i1
    if j1 == i:
        return True  # Two points only.
    return is_near(p[j1, 0], p[j1, 1], p[i, 0], p[i, 1], p[i1, 0], p[i1, 1]) or is_near(
        p[i, 0], p[i, 1], p[j, 0], p[j, 1], p[j1, 0], p[j1, 1]
    )


@compiled
def _touch(p: NDArray[np.float64], i: int, i1: int, j: int, j1: int) -> bool:
    ax, ay, bx, by = p[i, 0], p[i, 1], p[i1, 0], p[i1, 1]
    cx, cy, dx, dy = p[j, 0], p[j, 1], p[j1, 0], p[j1, 1]
    if max(ay, by) + SNAP_M < min(cy, dy) or max(cy, dy) + SNAP_M < min(ay, by):
        return False
    return (
        is_near(ax, ay, cx, cy, dx, dy)
        or is_near(bx, by, cx, cy, dx, dy)
        or is_near(cx, cy, ax, ay, bx, by)
        or is_near(dx, dy, ax, ay, bx, by)
    )


@compiled
def contains(p: NDArray[np.float64], n: int, x: float, y: float) -> bool:
    """Whether a place lies in a ring, by the even-odd rule; either answer for one on its edge."""
    inside = False
    for i in range(n):
        before = i - 1 if i else n - 1
        ax, ay, bx, by = p[before, 0], p[before, 1], p[i, 0], p[i, 1]
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside


@compiled
def is_on(p: NDArray[np.float64], n: int, x: float, y: float) -> bool:
    """Whether a place touches the ring itself."""
    for i in range(n):
        i1 = i + 1 if i + 1 < n else 0
        if is_near(x, y, p[i, 0], p[i, 1], p[i1, 0], p[i1, 1]):
            return True
    return False


@compiled
def place_of(p: NDArray[np.float64], n: int, q: NDArray[np.float64], m: int) -> int:
    """How the ring q lies to the ring p: 1 inside, 0 outside, -1 they cross, or touch at more than one place.

    One place of touch leaves the interior of a face connected (ISO 19107), two cut it in parts (val3dity 205).
    """
    touches, inside, outside = 0, False, False
    for k in range(m):
        x, y = q[k, 0], q[k, 1]
        if is_on(p, n, x, y):
            touches += 1
        elif contains(p, n, x, y):
            inside = True
        else:
            outside = True
    for k in range(n):
        if is_on(q, m, p[k, 0], p[k, 1]):
            on_vertex = False
            for j in range(m):
                dx, dy = q[j, 0] - p[k, 0], q[j, 1] - p[k, 1]
                on_vertex = on_vertex or dx * dx + dy * dy <= SNAP_M * SNAP_M
            touches += not on_vertex
    if touches > 1 or (inside and outside):
        return -1
    for i in range(n):
        i1 = i + 1 if i + 1 < n else 0
        for j in range(m):
            j1 = j + 1 if j + 1 < m else 0
            if do_cross(p, i, i1, q, j, j1) and not touches:
                return -1
    return 1 if inside else 0


@compiled
def are_chained(plane: NDArray[np.float64], rings: NDArray[np.int64]) -> bool:
    """Whether rings that touch each other in one place each close a chain, and so cut the face in parts.

    A chain runs from ring to place to ring; rings that all touch in one place are none. Of rings that cross nowhere.
    """
    count = len(rings) - 1
    place = np.empty((len(plane), 2))
    places = 0
    for r in range(count):
        for k in range(rings[r], rings[r + 1]):
            x, y = plane[k, 0], plane[k, 1]
            if _touches_another(plane, rings, r, x, y) and not _is_among(place, places, x, y):
                place[places, 0], place[places, 1] = x, y
                places += 1
    parent = np.arange(count + places)
    for p in range(places):
        for r in range(count):
            ring = plane[rings[r] : rings[r + 1]]
            if not is_on(ring, len(ring), place[p, 0], place[p, 1]):
                continue
            one, two = r, count + p
            while parent[one] != one:
                one = parent[one]
            while parent[two] != two:
                two = parent[two]
            if one == two:
                return True
            parent[one] = two
    return False


@compiled
def _touches_another(plane: NDArray[np.float64], rings: NDArray[np.int64], own: int, x: float, y: float) -> bool:
    for r in range(len(rings) - 1):
        ring = plane[rings[r] : rings[r + 1]]
        if r != own and is_on(ring, len(ring), x, y):
            return True
    return False


@compiled
def _is_among(place: NDArray[np.float64], places: int, x: float, y: float) -> bool:
    for p in range(places):
        dx, dy = place[p, 0] - x, place[p, 1] - y
        if dx * dx + dy * dy <= SNAP_M * SNAP_M:
            return True
    return False
