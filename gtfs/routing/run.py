"""Runs: one vehicle on one day, or one headway service in one period, as rows over the calls of trips."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gtfs.clock import NO_TIME, parse_seconds
from gtfs.feed import Feed
from gtfs.routing.call_time import Calls
from gtfs.service import ServiceCalendar

DAY_S: Final = 86_400
MORNING_S: Final = 12 * 3600
"""Of the day after, trips that start before noon: a trip late in the evening may end with one of them."""


@dataclass(frozen=True, slots=True)
class Run:
    trip: int
    """Row of trips.txt, as given."""
    shift_s: int
    """Added to the times of the trip's calls."""
    day: int
    """-1, 0 or 1: of the day before, of the day, of the day after."""
    headway_s: int = 0
    """0: a timetabled trip. Else `shift_s` makes the first departure 0, and `span` says when it runs."""
    span: tuple[int, int] = (0, 0)


def runs(feed: Feed, calendar: ServiceCalendar, day: date, trips: pd.DataFrame, calls: Calls) -> list[Run]:
    """Everything that moves between the midnight before `day` and noon of the day after."""
    service = trips["service_id"].to_numpy(dtype=object)
    headways = _headways(feed, trips)
    told: list[Run] = []
    for offset in (-1, 0, 1):
        at = day + timedelta(days=offset)
        if not calendar.covers(at):
            continue
        active = calendar.on(at)
        for trip in np.flatnonzero([one in active for one in service]):
            if calls.trip_start[trip + 1] > calls.trip_start[trip]:
                told += _of_trip(int(trip), offset, calls, headways.get(int(trip)))
    return told


def service_trips(feed: Feed, calendar: ServiceCalendar, day: date) -> pd.DataFrame:
    """Rows of trips.txt that run on the day or on one of its neighbours."""
    days = [day + timedelta(days=offset) for offset in (-1, 0, 1)]
    active = {service for one in days if calendar.covers(one) for service in calendar.on(one)}
    trips = feed.table("trips").drop_duplicates("trip_id")
    return trips[trips["service_id"].isin(active).to_numpy(bool)].reset_index(drop=True)


def _of_trip(trip: int, offset: int, calls: Calls, entries: list[tuple[int, int, int, bool]] | None) -> Iterator[Run]:
    first = int(calls.departure[calls.trip_start[trip]])
    lasts = int(calls.arrival[calls.trip_start[trip + 1] - 1]) - first
    shift = offset * DAY_S
    if entries is None:
        if _matters(first + shift, first + shift + lasts, offset):
            yield Run(trip, shift, offset)
        return
    for start, end, headway, exact in entries:
        if not exact:
            if _matters(start + shift, end + shift + lasts, offset):
                yield Run(trip, -first, offset, headway, (start + shift, end + shift))
            continue
        for departs in range(start + shift, end + shift, headway):
            if _matters(departs, departs + lasts, offset):
                yield Run(trip, departs - first, offset)


def _matters(start: int, end: int, offset: int) -> bool:
    return offset == 0 or (offset < 0 and end >= 0) or (offset > 0 and start < DAY_S + MORNING_S)


def _headways(feed: Feed, trips: pd.DataFrame) -> dict[int, list[tuple[int, int, int, bool]]]:
    """Row of trips -> start, end, headway, exact. A trip in frequencies.txt runs by that alone."""
    rows = feed.table("frequencies")
    if not len(rows):
        return {}
    trip = pd.Index(trips["trip_id"]).get_indexer(pd.Index(rows["trip_id"]))
    start, end = parse_seconds(rows["start_time"]), parse_seconds(rows["end_time"])
    headway = _whole(rows["headway_secs"])
    exact = _whole(rows["exact_times"]) == 1
    found: dict[int, list[tuple[int, int, int, bool]]] = {int(row): [] for row in trip[trip >= 0]}
    good = (trip >= 0) & (start != NO_TIME) & (end > start) & (headway > 0)
    for row in np.flatnonzero(good):
        found[int(trip[row])].append((int(start[row]), int(end[row]), int(headway[row]), bool(exact[row])))
    return found


def _whole(column: "pd.Series[Any]") -> NDArray[np.int64]:
    return pd.to_numeric(column, errors="coerce").astype("Float64").fillna(0).to_numpy(dtype="float64").astype(np.int64)
