"""Departures of stops and trips of routes by the hour of a service date: what maps of supply are coloured by."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gtfs.clock import NO_TIME
from gtfs.schedule import Schedule

HOURS: Final = 30
"""0 to 29: buses after midnight belong to the service date; later ones are counted with hour 29."""
NONE: Final = -1


@dataclass(frozen=True, eq=False)
class Hourly:
    """Rows as those of the schedule's stops or routes."""

    counts: NDArray[np.int32]
    """(rows, HOURS)"""
    first_s: NDArray[np.int32]
    """First departure in ServiceSeconds, NONE without any."""
    last_s: NDArray[np.int32]


def stop_departures(schedule: Schedule, day: date) -> Hourly:
    """Calls where somebody may board. Nothing on a date the calendar does not cover: ask `covers` first."""
    on = schedule.active(day)[schedule.stop_service]
    stops = np.repeat(np.arange(len(schedule.stop_id)), np.diff(schedule.stop_first))[on]
    return _hourly(stops, schedule.stop_departure[on], len(schedule.stop_id))


def route_trips(schedule: Schedule, day: date) -> Hourly:
    """Trips by the hour in which they leave their first stop, both directions together."""
    some = schedule.trip_call[1:] > schedule.trip_call[:-1]
    on = schedule.active(day)[schedule.trip_service] & some & (schedule.trip_route >= 0)
    leaves = schedule.call_departure[schedule.trip_call[:-1][on]]
    known = leaves != NO_TIME
    return _hourly(schedule.trip_route[on][known], leaves[known], len(schedule.route_id))


def _hourly(rows: NDArray[np.integer], seconds: NDArray[np.int32], count: int) -> Hourly:
    counts = np.zeros((count, HOURS), np.int32)
    np.add.at(counts, (rows, np.clip(seconds // 3600, 0, HOURS - 1)), 1)
    first, last = np.full(count, np.iinfo(np.int32).max, np.int32), np.full(count, NONE, np.int32)
    np.minimum.at(first, rows, seconds)
    np.maximum.at(last, rows, seconds)
    return Hourly(counts, np.where(last == NONE, NONE, first).astype(np.int32), last)
