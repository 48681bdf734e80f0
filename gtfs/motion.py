"""Where the vehicles of a date are at any time, by the timetable: paths with metres, and times at stops along them."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gtfs.clock import NO_TIME
from gtfs.schedule import Schedule

_DEGREE_M = 111_195.0
_STRETCH_M = 20.0
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
    paths: dict[tuple[int, bytes], tuple[int, Path | None]] = {}
    profiles: dict[bytes, int] = {}
    times: list[NDArray[np.int32]] = []
    rows: list[tuple[int, int, int, int]] = []
    for run in np.flatnonzero(schedule.active(day)[schedule.trip_service]).tolist():
        calls = slice(int(schedule.trip_call[run]), int(schedule.trip_call[run + 1]))
        stops, clock = schedule.call_stop[calls], _times(schedule, calls)
        good = (clock[:, 1] != NO_TIME) & ~np.isnan(schedule.stop_lonlat[stops]).any(axis=1)
        if np.count_nonzero(good) < 2:
            continue
        stops, clock = stops[good], clock[good]
        key = (int(schedule.trip_shape[run]), stops.tobytes())
        if key not in paths:
            paths[key] = (len(paths), _path(schedule, key[0], stops))
        start = int(clock[0, 1])
        profile = np.maximum.accumulate((clock - start).ravel()).reshape(-1, 2).astype(np.int32)
        number = profiles.setdefault(profile.tobytes(), len(profiles))
        if number == len(times):
            times.append(profile)
        rows.append((paths[key][0], number, int(schedule.trip_route[run]), start))
    told = tuple(path for _, path in paths.values() if path is not None)
    return Motion(told, tuple(times), np.array(rows, dtype=np.int64).reshape(-1, 4))


def _times(schedule: Schedule, calls: slice) -> NDArray[np.int32]:
    return np.column_stack([schedule.call_arrival[calls], schedule.call_departure[calls]])


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
    """The same path in stretches of at most _STRETCH_M: within one of them nobody turns back."""
    between = np.arange(0, metres[-1], _STRETCH_M)
    finer = np.unique(np.concatenate([metres, between]))
    return np.column_stack([np.interp(finer, metres, points[:, axis]) for axis in (0, 1)]), finer


def _shares(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """(places,): how much of the way from stop to stop lies behind each, 0 to 1."""
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(places, axis=0), axis=1))])
    return way / max(float(way[-1]), 1e-9)
