"""The calls of trips with a time at every one of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gtfs.clock import NO_TIME, parse_seconds
from gtfs.feed import Feed

NOT_AVAILABLE = 1
"""pickup_type, drop_off_type: nobody gets on, or off. By telephone (2) or by sign to the driver (3) somebody may."""
_EARTH_M = 6_371_008.8


@dataclass(frozen=True, eq=False)
class Calls:
    """By trip and then in order; trips that have fewer than two usable calls have none."""

    trip_start: NDArray[np.int64]
    """(trips + 1,)"""
    stop: NDArray[np.int32]
    arrival: NDArray[np.int32]
    departure: NDArray[np.int32]
    """Never before the arrival, and that never before the departure from the stop before."""
    board: NDArray[np.bool_]
    alight: NDArray[np.bool_]


def timed_calls(feed: Feed, trip_ids: "pd.Index[Any]", stop_ids: "pd.Index[Any]", lonlat: NDArray[np.float64]) -> Calls:
    """Of the trips named. Calls at stops nobody knows, and blank times before the first or after the last known one
    are left out; `lonlat` (stops, 2) is what blank times between are interpolated by."""
    times = feed.table("stop_times")
    trip = trip_ids.get_indexer(pd.Index(times["trip_id"]))
    chosen = np.flatnonzero(trip >= 0)
    times, trip = times.iloc[chosen], trip[chosen]
    sequence = times["stop_sequence"].to_numpy(dtype="float64", na_value=np.inf)
    order = np.lexsort([sequence, trip])
    times, trip = times.iloc[order], trip[order]
    stop = stop_ids.get_indexer(pd.Index(times["stop_id"])).astype(np.int32)
    arrival, departure = parse_seconds(times["arrival_time"]), parse_seconds(times["departure_time"])
    arrival = np.where(arrival == NO_TIME, departure, arrival)
    departure = np.where(departure == NO_TIME, arrival, departure)
    closed = [times[name].eq(NOT_AVAILABLE).fillna(False).to_numpy(bool) for name in ("pickup_type", "drop_off_type")]
    columns = (trip, stop, arrival, departure, ~closed[0], ~closed[1])
    return _filled(_usable(*columns), lonlat, len(trip_ids))


def _usable(trip: NDArray[Any], stop: NDArray[Any], arrival: NDArray[Any], *others: NDArray[Any]) -> list[NDArray[Any]]:
    known = arrival != NO_TIME
    first, last = np.full(trip.max(initial=0) + 1, len(trip)), np.full(trip.max(initial=0) + 1, -1)
    np.minimum.at(first, trip[known], np.flatnonzero(known))
    np.maximum.at(last, trip[known], np.flatnonzero(known))
    row = np.arange(len(trip))
    good = (stop >= 0) & (row >= first[trip]) & (row <= last[trip])
    good &= np.bincount(trip[good], minlength=len(first))[trip] > 1
    return [column[good] for column in (trip, stop, arrival, *others)]


def _filled(columns: list[NDArray[Any]], lonlat: NDArray[np.float64], count: int) -> Calls:
    trip, stop, arrival, departure, board, alight = columns
    # A call whose stop is unknown may have carried the only time: what is blank at an end then is the nearest time.
    run = _along(trip, lonlat[stop])
    known = np.flatnonzero(arrival != NO_TIME)
    blank = np.flatnonzero(arrival == NO_TIME)
    at = np.searchsorted(known, blank)
    before, after = known[np.maximum(at - 1, 0)], known[np.minimum(at, max(len(known) - 1, 0))]
    before = np.where(trip[before] == trip[blank], before, after)
    after = np.where(trip[after] == trip[blank], after, before)
    way = run[after] - run[before]
    share = np.divide(run[blank] - run[before], way, out=np.zeros(len(blank)), where=way > 0)
    even = np.divide(blank - before, after - before, out=np.zeros(len(blank)), where=after > before)
    share = np.where(way > 0, share, even)
    span = arrival[after].astype(np.float64) - departure[before]
    arrival[blank] = departure[blank] = np.floor(departure[before] + share * span + 0.5)
    arrival, departure = _forward_only(trip, arrival, departure)
    start = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(trip, minlength=count), out=start[1:])
    return Calls(start, stop.astype(np.int32), arrival, departure, board, alight)


def _along(trip: NDArray[Any], lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """(calls,): metres in straight lines from stop to stop, running on from trip to trip."""
    if len(trip) < 2:
        return np.zeros(len(trip))
    lon, lat = np.radians(lonlat).T
    half = np.sin(np.diff(lat) / 2) ** 2 + np.cos(lat[:-1]) * np.cos(lat[1:]) * np.sin(np.diff(lon) / 2) ** 2
    step = 2 * _EARTH_M * np.arcsin(np.sqrt(np.minimum(half, 1)))
    return np.concatenate([[0.0], np.cumsum(np.where(trip[1:] == trip[:-1], np.nan_to_num(step), 0))])


def _forward_only(
    trip: NDArray[Any], arrival: NDArray[Any], departure: NDArray[Any]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Times that go backward are held at the latest before them: no vehicle is faster than time."""
    apart = trip.astype(np.int64) * 100_000_000
    both = np.column_stack([arrival + apart, departure + apart]).ravel()
    held = np.maximum.accumulate(both).reshape(-1, 2) - apart[:, None] if len(both) else both.reshape(-1, 2)
    return held[:, 0].astype(np.int32), held[:, 1].astype(np.int32)
