"""Where on its way a bus is: places projected onto the line that a trip follows, in metres from its beginning."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

Metres = NDArray[np.float64]

OFF_ROUTE_M: Final = 150.0
"""Farther from its line than this a bus is not on it: GNSS between houses is wrong by tens of metres."""
_CANDIDATES: Final = 8
_METRES_PER_DEGREE: Final = 111_195.0
"""Of a great circle on a sphere of 6,371 km; a feed's extent needs no better."""


@dataclass(frozen=True, slots=True)
class Plane:
    """A flat map of a feed's surroundings: metres east and north of its middle."""

    lon: float
    lat: float

    def metres(self, lonlat: Metres) -> Metres:
        """Shape (n, 2), degrees east and north, to shape (n, 2), metres."""
        east = (lonlat[:, 0] - self.lon) * np.cos(np.radians(self.lat))
        return np.column_stack([east, lonlat[:, 1] - self.lat]) * _METRES_PER_DEGREE

    def degrees(self, metres: Metres) -> Metres:
        scaled = metres / _METRES_PER_DEGREE
        return np.column_stack([scaled[:, 0] / np.cos(np.radians(self.lat)) + self.lon, scaled[:, 1] + self.lat])


@dataclass(frozen=True)
class Path:
    """The line of a trip with its stops on it."""

    points: Metres
    """Shape (m, 2), metres in the feed's plane; at least two."""
    along_m: Metres
    """Of the points: metres from the first, shape (m,), never falling."""
    stops_m: Metres
    """Of the stops, in the order of the trip, shape (n,), never falling."""

    def candidates(self, place: Metres) -> tuple[Metres, Metres]:
        """Where the line comes near the place: metres along and metres off, nearest first; a loop has several."""
        along, off = _project(self.points, self.along_m, place)
        return _local_minima(along, off)

    def place(self, along_m: float) -> Metres:
        """Shape (2,), metres in the plane."""
        return np.array([np.interp(along_m, self.along_m, self.points[:, axis]) for axis in (0, 1)])


def build_path(line: Metres, stops: Metres) -> Path:
    """Of a shape (m, 2), or of the stops themselves where it has fewer than two points, and the stops (n, 2)."""
    if len(line) < 2:
        along = _lengths(stops)
        return Path(stops, along, along)
    along = _lengths(line)
    return Path(line, along, _stops_along(line, along, stops))


def _lengths(points: Metres) -> Metres:
    steps = np.hypot(*np.diff(points, axis=0).T) if len(points) > 1 else np.zeros(0)
    return np.concatenate([[0.0], np.cumsum(steps)])


def _project(points: Metres, along: Metres, place: Metres) -> tuple[Metres, Metres]:
    """The nearest place on each segment: metres along, metres off; both of shape (m - 1,)."""
    start, step = points[:-1], np.diff(points, axis=0)
    length2 = np.maximum((step**2).sum(axis=1), 1e-9)
    share = np.clip(((place - start) * step).sum(axis=1) / length2, 0, 1)
    nearest = start + step * share[:, None]
    return along[:-1] + np.diff(along) * share, np.hypot(*(place - nearest).T)


def _local_minima(along: Metres, off: Metres) -> tuple[Metres, Metres]:
    padded = np.concatenate([[np.inf], off, [np.inf]])
    is_low = (padded[1:-1] <= padded[:-2]) & (padded[1:-1] <= padded[2:])
    low = np.flatnonzero(is_low)
    best = low[np.argsort(off[low], kind="stable")[:_CANDIDATES]]
    return along[best], off[best]


def _stops_along(line: Metres, along: Metres, stops: Metres) -> Metres:
    """The places that are nearest in sum of squares and never go back: dynamic programming over the candidates.

    A stop of which every candidate lies behind stands where the one before it does.
    """
    options = [_local_minima(*_project(line, along, stop)) for stop in stops]
    cost = options[0][1] ** 2
    came: list[NDArray[np.intp]] = []
    for (before, _), (here, off) in pairwise(options):
        # Equal places are no step ahead, but two poles may stand at one corner; a metre of error is none.
        reach = np.where(before[None, :] <= here[:, None] + 1.0, cost[None, :], np.inf)
        stuck = ~np.isfinite(reach).any(axis=1)
        reach[stuck] = cost[None, :] + 1e9
        chosen = reach.argmin(axis=1)
        came.append(chosen)
        cost = reach[np.arange(len(here)), chosen] + off**2
    at = [int(cost.argmin())]
    for chosen in reversed(came):
        at.append(int(chosen[at[-1]]))
    places = [options[number][0][choice] for number, choice in enumerate(reversed(at))]
    return np.maximum.accumulate(np.array(places))
