"""Departures of stops and trips of routes by the hour of a service date: what maps of supply are coloured by."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
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
    one_way: NDArray[np.int32]
    """(rows, HOURS): those of the direction with more of them on that date; 60 through them are the minutes between."""
    first_s: NDArray[np.int32]
    """First departure in ServiceSeconds, NONE without any."""
    last_s: NDArray[np.int32]
    headway_s: NDArray[np.int32]
    """Median time between departures of that direction, NONE with fewer than two."""


def stop_departures(schedule: Schedule, day: date) -> Hourly:
    """Calls where somebody may board. Nothing on a date the calendar does not cover: ask `covers` first."""
    on = schedule.active(day)[schedule.stop_service]
    stops = np.repeat(np.arange(len(schedule.stop_id)), np.diff(schedule.stop_first))[on]
    directions = schedule.trip_direction[schedule.call_trip[schedule.stop_call[on]]]
    return _hourly(stops, schedule.stop_departure[on], directions, len(schedule.stop_id))


def route_trips(schedule: Schedule, day: date) -> Hourly:
    """Trips by the hour in which they leave their first stop, both directions together."""
    some = schedule.trip_call[1:] > schedule.trip_call[:-1]
    on = schedule.active(day)[schedule.trip_service] & some & (schedule.trip_route >= 0)
    leaves = schedule.call_departure[schedule.trip_call[:-1][on]]
    known = leaves != NO_TIME
    directions = schedule.trip_direction[on][known]
    return _hourly(schedule.trip_route[on][known], leaves[known], directions, len(schedule.route_id))


def _hourly(rows: NDArray[np.integer], seconds: NDArray[np.int32], directions: NDArray[np.int8], count: int) -> Hourly:
    first, last = np.full(count, np.iinfo(np.int32).max, np.int32), np.full(count, NONE, np.int32)
    np.minimum.at(first, rows, seconds)
    np.maximum.at(last, rows, seconds)
    busier = _in_busier_direction(rows, directions, count)
    return Hourly(
        counts=_by_hour(rows, seconds, count),
        one_way=_by_hour(rows[busier], seconds[busier], count),
        first_s=np.where(last == NONE, NONE, first).astype(np.int32),
        last_s=last,
        headway_s=_headways(rows[busier], seconds[busier], count),
    )


def _by_hour(rows: NDArray[np.integer], seconds: NDArray[np.int32], count: int) -> NDArray[np.int32]:
    counts = np.zeros((count, HOURS), np.int32)
    np.add.at(counts, (rows, np.clip(seconds // 3600, 0, HOURS - 1)), 1)
    return counts


def _in_busier_direction(rows: NDArray[np.integer], directions: NDArray[np.int8], count: int) -> NDArray[np.bool_]:
    """Which departures count for the headway of their row; where a feed tells no direction, all of them."""
    told = np.clip(directions, -1, 1) + 1
    ways = np.zeros((count, 3), np.int32)
    np.add.at(ways, (rows, told), 1)
    return np.asarray(told == ways.argmax(axis=1)[rows])


def _headways(rows: NDArray[np.integer], seconds: NDArray[np.int32], count: int) -> NDArray[np.int32]:
    order = np.lexsort([seconds, rows])
    gaps = pd.DataFrame({"row": rows[order], "gap_s": np.diff(seconds[order], prepend=0)})
    gaps = gaps[gaps["row"].eq(gaps["row"].shift())]
    median = gaps.groupby("row")["gap_s"].median()
    return median.reindex(range(count), fill_value=NONE).to_numpy().astype(np.int32)
