"""Departures of a date, line by line and stop by stop: what every index of service counts."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gtfs.clock import NO_TIME, parse_seconds
from gtfs.feed import Feed
from gtfs.measure.stop_place import stop_places
from gtfs.service import service_calendar
from gtfs.specification import NO_PICKUP

_DAY: Final = 86_400
COLUMNS: Final = ("stop_id", "place_id", "route_id", "direction", "route_type", "trip_id", "seconds")


def departures_on(feed: Feed, day: date, window: tuple[time, time] | None = None) -> pd.DataFrame:
    """One row for each departure of `day` where somebody may board: the columns of `COLUMNS`.

    Without a window the whole service day; with one [from, to) on the clock, trips of the day before that run on past
    midnight included. `seconds` count from midnight of `day`. `direction` is direction_id, or where the feed has none
    0 and 1 by the ends of the trip. DateOutsideError for a day that the calendar says nothing about.
    """
    calendar = service_calendar(feed)
    running = [(calendar.on(day), 0)]
    before = day - timedelta(days=1)
    if window is not None and calendar.covers(before):
        running.append((calendar.on(before), -_DAY))
    times = _times(feed)
    parts = [_shifted(times[times["service_id"].isin(services)], shift) for services, shift in running]
    found = pd.concat(parts, ignore_index=True)
    if window is not None:
        start, end = (_seconds(edge) for edge in window)
        found = found[(found["seconds"] >= start) & (found["seconds"] < end)]
    return found[list(COLUMNS)].sort_values(["seconds", "trip_id"], kind="stable").reset_index(drop=True)


def service_at_stops(departures: pd.DataFrame, *, by: str = "place_id") -> pd.DataFrame:
    """Departures by stop place (or `stop_id`), line, direction and route type, with their `count`."""
    keys = [by, "route_id", "direction", "route_type"]
    return departures.groupby(keys, dropna=False).size().rename("count").reset_index()


def _seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def _shifted(times: pd.DataFrame, shift: int) -> pd.DataFrame:
    return times.assign(seconds=times["seconds"] + shift)


def _times(feed: Feed) -> pd.DataFrame:
    """Every departure of every service, frequencies written out; seconds of the service day."""
    calls = timed_calls(feed)
    calls = calls.assign(direction=_directions(calls))
    boarding = calls[calls["boards"]].drop(columns="boards")
    frequencies = feed.table("frequencies")
    if not len(frequencies):
        return boarding
    repeated = boarding["trip_id"].isin(frequencies["trip_id"])
    return pd.concat([boarding[~repeated], *_repeats(boarding[repeated], calls, frequencies)], ignore_index=True)


def timed_calls(feed: Feed) -> pd.DataFrame:
    """Every call with a time of every trip in its order; `boards` is false at the last one of a trip."""
    trips = feed.table("trips").drop_duplicates("trip_id").set_index("trip_id")
    routes = feed.table("routes").drop_duplicates("route_id").set_index("route_id")
    times = feed.table("stop_times")
    row = pd.Index(trips.index).get_indexer(pd.Index(times["trip_id"]))
    order = np.lexsort([times["stop_sequence"].to_numpy(dtype="float64", na_value=np.inf), row])
    order = order[(row[order] >= 0) & times["stop_id"].notna().to_numpy()[order]]
    row, times = row[order], times.iloc[order]
    route = trips["route_id"].iloc[row]
    seconds, timed = _complete(parse_seconds(times["departure_time"]), parse_seconds(times["arrival_time"]), row)
    last = np.append(row[1:] != row[:-1], True)[: len(row)]
    calls = pd.DataFrame({
        "stop_id": times["stop_id"].to_numpy(dtype=object),
        "route_id": route.to_numpy(dtype=object),
        "given_direction": trips["direction_id"].iloc[row].to_numpy(dtype="float64", na_value=np.nan),
        "route_type": route.map(routes["route_type"]).to_numpy(dtype="float64", na_value=np.nan),
        "trip_id": trips.index[row].to_numpy(dtype=object),
        "service_id": trips["service_id"].iloc[row].to_numpy(dtype=object),
        "seconds": seconds,
        "boards": (times["pickup_type"] != NO_PICKUP).fillna(True).to_numpy(dtype=bool) & ~last,
    })  # fmt: skip
    calls = calls[timed].reset_index(drop=True)
    return calls.assign(place_id=_places(feed, calls))


def _complete(
    departure: NDArray[np.int32], arrival: NDArray[np.int32], trip: NDArray[np.intp]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Seconds of every call, blank interior ones spread evenly between their neighbours; and where that is possible."""
    seconds = np.where(departure == NO_TIME, arrival, departure).astype(np.float64)
    known = np.flatnonzero(seconds != NO_TIME)
    rows = np.arange(len(seconds))
    if not len(known):
        return seconds.astype(np.int64), np.zeros(len(seconds), dtype=bool)
    at = np.searchsorted(known, rows, side="right") - 1
    before = known[np.clip(at, 0, None)]
    after = known[np.clip(np.searchsorted(known, rows), None, len(known) - 1)]
    timed = (trip[before] == trip) & (trip[after] == trip) & (before <= rows) & (after >= rows)
    return np.rint(np.interp(rows, known, seconds[known])).astype(np.int64), timed


def _directions(calls: pd.DataFrame) -> NDArray[np.int64]:
    """direction_id; without one, 0 where the trip's first stop sorts before its last, 1 for the way back."""
    ends = calls.groupby("trip_id")["stop_id"]
    back = (ends.transform("first") > ends.transform("last")).to_numpy(dtype=bool)
    given = calls["given_direction"].to_numpy()
    return np.where(np.isnan(given), back, given).astype(np.int64)


def _places(feed: Feed, calls: pd.DataFrame) -> NDArray[Any]:
    return calls["stop_id"].map(stop_places(feed).set_index("stop_id")["place_id"]).to_numpy(dtype=object)


def _repeats(boarding: pd.DataFrame, calls: pd.DataFrame, frequencies: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Trips of frequencies.txt: every `headway_secs` from start (with) to end (without)."""
    starts, ends = parse_seconds(frequencies["start_time"]), parse_seconds(frequencies["end_time"])
    headways = frequencies["headway_secs"].to_numpy(dtype="float64", na_value=np.nan)
    first = calls.groupby("trip_id")["seconds"].first()
    for trip_id, start, end, headway in zip(frequencies["trip_id"], starts, ends, headways, strict=True):
        rows = boarding[boarding["trip_id"] == trip_id]
        if len(rows) and NO_TIME not in (start, end) and headway > 0:
            for departs in np.arange(start, end, headway):
                yield rows.assign(seconds=rows["seconds"] - int(first[trip_id]) + int(departs))
