"""Smooth lines through hand-set points."""

from collections.abc import Sequence

import numpy as np
from shapely import LineString

from data.sample.plane import Points

Pair = tuple[float, float]


def curve(points: Sequence[Pair], scale_m: float, *, pieces: int = 8) -> Points:
    """Catmull-Rom spline through `points` (kilometres of the drawing board), in metres rounded to 1 mm."""
    knots = np.array(points, dtype=float)
    padded = np.vstack([2 * knots[0] - knots[1], knots, 2 * knots[-1] - knots[-2]])
    t = (np.arange(pieces) / pieces)[:, None]
    parts = [_piece(padded[i], padded[i + 1], padded[i + 2], padded[i + 3], t) for i in range(len(knots) - 1)]
    return np.round(np.vstack([*parts, knots[-1:]]) * scale_m, 3)


def _piece(a: Points, b: Points, c: Points, d: Points, t: Points) -> Points:
    square, cube = t * t, t * t * t
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * square + (3 * b - a - 3 * c + d) * cube)


def straight(points: Sequence[Pair], scale_m: float) -> Points:
    return np.round(np.array(points, dtype=float) * scale_m, 3)


def line(points: Sequence[Pair], scale_m: float) -> LineString:
    return LineString(curve(points, scale_m))
