"""Where the vehicles of a date are at any time, by the timetable: paths with metres, and times at stops along them."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gtfs.clock import NO_TIME
from gtfs.schedule import Schedule

_DEGREE_M = 111_195.0
_STRETCH_M, _STRETCHES = 20.0, 2_000
_TIE_M2 = 400.0
"""Small beside the square of any distance between two streets."""


@dataclass(frozen=True, eq=False)
class Path:
    """One way of driving: along a shape, or straight from stop to stop where there is none."""

    lonlat: NDArray[np.float64]
    """(points, 2)"""
    metres: NDArray[np.float64]
    """(points,): along the path"""
    stops_m: NDArray[np.float64]
    """(calls,): where along the path its calls are; never backward"""


@dataclass(frozen=True, eq=False)
class Motion:
    paths: tuple[Path, ...]
    profiles: tuple[NDArray[np.int32], ...]
    """Arrival and departure at each call, (calls, 2), seconds after the first departure."""
    trips: NDArray[np.int64]
    """(trips, 4): path, profile, route, first departure in ServiceSeconds"""


def motion(schedule: Schedule, day: date) -> Motion:
    """Of every run on the service date that has two places and times; empty where nothing runs."""
    ways: dict[tuple[int, bytes], int] = {}
    profiles: dict[bytes, int] = {}
    paths: list[Path] = []
    times: list[NDArray[np.int32]] = []
    rows: list[tuple[int, int, int, int]] = []
    clock = np.column_stack([schedule.call_arrival, schedule.call_departure])
    good = (clock[:, 1] != NO_TIME) & ~np.isnan(schedule.stop_lonlat[schedule.call_stop]).any(axis=1)
    for run in np.flatnonzero(schedule.active(day)[schedule.trip_service]).tolist():
        calls = np.arange(schedule.trip_call[run], schedule.trip_call[run + 1])
        calls = calls[good[calls]]
        if len(calls) < 2:
            continue
        stops, start = schedule.call_stop[calls], int(clock[calls[0], 1])
        way = (int(schedule.trip_shape[run]), stops.tobytes())
        if way not in ways:
            ways[way] = len(paths)
            paths.append(_path(schedule, way[0], stops))
        told = clock[calls] - start
        if (number := profiles.setdefault(told.tobytes(), len(times))) == len(times):
            times.append(np.maximum.accumulate(told.ravel()).reshape(-1, 2).astype(np.int32))
        rows.append((ways[way], number, int(schedule.trip_route[run]), start))
    return Motion(tuple(paths), tuple(times), np.array(rows, dtype=np.int64).reshape(-1, 4))


def _path(schedule: Schedule, shape: int, stops: NDArray[np.int32]) -> Path:
    places = schedule.stop_lonlat[stops]
    points = (
        schedule.shape_lonlat[schedule.shape_point[shape] : schedule.shape_point[shape + 1]] if shape >= 0 else places
    )
    if len(points) < 2:
        points = places
    scale = np.array([np.cos(np.radians(places[:, 1].mean())), 1.0]) * _DEGREE_M
    steps = np.linalg.norm(np.diff(points * scale, axis=0), axis=1)
    metres = np.concatenate([[0.0], np.cumsum(steps)])
    if points is places:
        return Path(points, metres, metres)
    return Path(points, metres, along_path(points * scale, metres, places * scale))


def along_path(
    points: NDArray[np.float64], metres: NDArray[np.float64], places: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(places,): metres at which each place is passed, in their order, so that squared distances add up to the least.

    All in metres, (n, 2). A path that passes a stop twice, as a loop does, is taken at the right time by the order of
    the stops: dynamic programming over short stretches of the path. Where a street is driven out and back, the one of
    two equal passages is taken that fits the distances between the stops.
    """
    points, metres = _cut(points, metres)
    first, way = points[:-1], np.diff(points, axis=0)
    length = np.maximum((way**2).sum(axis=1), 1e-9)
    share = np.clip(((places[:, None] - first) * way).sum(axis=2) / length, 0, 1)
    away: NDArray[np.float64] = ((first + share[..., None] * way - places[:, None]) ** 2).sum(axis=2)
    cost = away + _TIE_M2 * (_shares(places)[:, None] - metres[:-1] / max(metres[-1], 1e-9)) ** 2
    best, origin = cost[0], np.zeros(cost.shape, dtype=np.int64)
    for at in range(1, len(places)):
        least = np.minimum.accumulate(best)
        origin[at] = np.maximum.accumulate(np.where(best == least, np.arange(len(best)), 0))
        best = least + cost[at]
    chosen = [int(best.argmin())]
    for at in range(len(places) - 1, 0, -1):
        chosen.append(int(origin[at, chosen[-1]]))
    stretch = np.array(chosen[::-1])
    along = metres[stretch] + share[np.arange(len(places)), stretch] * np.sqrt(length)[stretch]
    return np.maximum.accumulate(along)


def _cut(points: NDArray[np.float64], metres: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The same path in stretches of _STRETCH_M, longer ones beyond 40 km: within one of them nobody turns back."""
    between = np.arange(0, metres[-1], max(_STRETCH_M, metres[-1] / _STRETCHES))
    finer = np.unique(np.concatenate([metres, between]))
    return np.column_stack([np.interp(finer, metres, points[:, axis]) for axis in (0, 1)]), finer


def _shares(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """(places,): how much of the way from stop to stop lies behind each, 0 to 1."""
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(places, axis=0), axis=1))])
    return way / max(float(way[-1]), 1e-9)
