"""Figures of trips and stops, with the values of gtfs-kit 13 and in whole columns instead of group by group.

Columns, units and their order are gtfs-kit's (`compute_trip_stats`, `compute_stop_stats`).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gtfs.clock import NO_TIME, clock_text, parse_seconds
from gtfs.feed import Feed
from gtfs.service import ServiceCalendar, service_calendar
from gtfs.trip_distance import Plane, shape_distances_m, told_distances

LOOP_M: Final = 400.0
"""Trips that end so near to where they begin are loops."""
_TRIP_COLUMNS: Final = (
    "trip_id", "route_id", "route_short_name", "route_type", "direction_id", "shape_id", "stop_pattern_name",
    "block_id", "service_id", "num_stops", "start_time", "end_time", "start_stop_id", "end_stop_id", "is_loop",
    "duration", "distance", "speed",
)  # fmt: skip
HEADWAY_FROM, HEADWAY_TO = 7 * 3600, 19 * 3600
"""Seconds of the service day between which headways are taken."""


@dataclass(frozen=True)
class _Calls:
    """stop_times.txt by trip_id and stop_sequence; those of trips and routes that are known."""

    trips: pd.DataFrame
    """One row for each trip, by trip_id."""
    start: NDArray[np.intp]
    """First call of each trip."""
    end: NDArray[np.intp]
    """Call after the last of each trip."""
    stop: "pd.Index[Any]"
    """stop_id by code."""
    stop_code: NDArray[np.intp]
    departure: NDArray[np.int32]
    """Seconds; NO_TIME where blank."""
    rows: NDArray[np.intp]
    """Row in stop_times.txt of each call."""


def trip_statistics(feed: Feed) -> pd.DataFrame:
    """One row for each trip with calls; distance in km, duration in hours, speed in km/h."""
    calls = _calls(feed)
    trips, first, last = calls.trips, calls.start, calls.end - 1
    starts, ends = (np.where(calls.departure[at] == NO_TIME, np.nan, calls.departure[at]) for at in (first, last))
    plane = Plane.of_stops(feed)
    xy = plane.places(feed, calls.stop)
    away = np.hypot(*(xy[calls.stop_code[first]] - xy[calls.stop_code[last]]).T)
    duration = (ends - starts) / 3600
    distance = _distances(feed, calls)
    with np.errstate(invalid="ignore", divide="ignore"):
        figures = trips.assign(
            stop_pattern_name=np.array(_pattern_names(feed, calls), dtype=object),
            num_stops=calls.end - calls.start,
            start_time=clock_texts(starts),
            end_time=clock_texts(ends),
            start_stop_id=calls.stop[calls.stop_code[first]],
            end_stop_id=calls.stop[calls.stop_code[last]],
            is_loop=(away < LOOP_M).astype(np.int64),
            duration=duration,
            distance=distance,
            speed=distance / duration,
        )
    ordered = figures[list(_TRIP_COLUMNS)]
    return ordered.sort_values(["route_id", "direction_id", "start_time"], ignore_index=True)


def _calls(feed: Feed) -> _Calls:
    routes = feed.table("routes").drop_duplicates("route_id")[["route_id", "route_short_name", "route_type"]]
    columns = ["route_id", "trip_id", "direction_id", "shape_id", "block_id", "service_id"]
    trips = feed.table("trips").drop_duplicates("trip_id")[columns].merge(routes, on="route_id")
    trips = trips.sort_values("trip_id", ignore_index=True)
    times = feed.table("stop_times")
    trip = pd.Index(trips["trip_id"]).get_indexer(pd.Index(times["trip_id"]))
    sequence = times["stop_sequence"].to_numpy(dtype="float64", na_value=np.inf)
    rows = np.lexsort([sequence, trip])
    rows = rows[np.searchsorted(trip[rows], 0) :]
    ordered = trip[rows]
    edges = np.flatnonzero(np.diff(ordered, prepend=-1, append=len(trips)))
    start, end = edges[:-1], edges[1:]
    code, stops = pd.factorize(times["stop_id"].iloc[rows])
    departure = parse_seconds(times["departure_time"])[rows]
    return _Calls(trips.iloc[ordered[start]].reset_index(drop=True), start, end, pd.Index(stops), code, departure, rows)


def _pattern_names(feed: Feed, calls: _Calls) -> list[str | None]:
    """`1-2`: direction and rank of the sequence of stops among those of route and direction, the commonest first.

    A trip with a blank direction_id has none, unless the feed has no such column at all: then all are of direction 0.
    """
    known: dict[bytes, int] = {}
    codes = np.ascontiguousarray(calls.stop_code, dtype=np.int64)
    patterns = [
        known.setdefault(codes[start:end].tobytes(), len(known))
        for start, end in zip(calls.start.tolist(), calls.end.tolist(), strict=True)
    ]
    rows = pd.DataFrame(
        {"route": pd.factorize(calls.trips["route_id"])[0], "direction": calls.trips["direction_id"].fillna(0),
         "pattern": patterns, "at": np.arange(len(patterns))}
    )  # fmt: skip
    keys = ["route", "direction", "pattern"]
    counted = rows.groupby(keys)["at"].agg(["size", "min"]).reset_index()
    counted = counted.sort_values(["size", "min"], ascending=[False, True], kind="stable")
    counted["rank"] = counted.groupby(["route", "direction"]).cumcount() + 1
    ranks = rows.merge(counted[[*keys, "rank"]], on=keys, how="left")
    blank = (calls.trips["direction_id"].isna() & ("direction_id" in feed.tables["trips"])).tolist()
    return [
        None if none else f"{way}-{rank}"
        for none, way, rank in zip(blank, rows["direction"].tolist(), ranks["rank"].tolist(), strict=True)
    ]


def _distances(feed: Feed, calls: _Calls) -> NDArray[np.float64]:
    """In km: what stop_times.txt tells, else along the shape from the first stop to the last."""
    told = feed.table("stop_times")["shape_dist_traveled"]
    if told.notna().any():
        along = told.to_numpy(dtype="float64", na_value=np.nan)[calls.rows]
        return told_distances(feed, np.fmax.reduceat(along, calls.start))
    if not len(feed.table("shapes")):
        return np.full(len(calls.trips), np.nan)
    ends = pd.DataFrame(
        {"shape_id": calls.trips["shape_id"], "first": calls.stop[calls.stop_code[calls.start]],
         "last": calls.stop[calls.stop_code[calls.end - 1]]}
    )  # fmt: skip
    return shape_distances_m(feed, ends) / 1000


def clock_texts(seconds: NDArray[np.float64]) -> NDArray[Any]:
    """`HH:MM:SS` of each, NaN where there is none."""
    values, codes = np.unique(seconds, return_inverse=True)
    texts = np.array([np.nan if np.isnan(one) else clock_text(int(one)) for one in values.tolist()], dtype=object)
    return np.asarray(texts[codes])


def stop_statistics(feed: Feed, day: date, calendar: ServiceCalendar | None = None) -> pd.DataFrame:
    """One row for each stop with calls on `day`; headways in minutes. DateOutsideError for an unknown date."""
    running = (calendar or service_calendar(feed)).on(day)
    trips = feed.table("trips").drop_duplicates("trip_id")
    trips = trips[trips["service_id"].isin(running)]
    times = feed.table("stop_times")
    trip = pd.Index(trips["trip_id"]).get_indexer(pd.Index(times["trip_id"]))
    stop, ids = pd.factorize(times["stop_id"], sort=True)
    rows = np.flatnonzero((trip >= 0) & (stop >= 0))
    departure = parse_seconds(times["departure_time"].iloc[rows]).astype(np.float64)
    departure[departure == NO_TIME] = np.nan
    order = np.lexsort([departure, stop[rows]])
    rows, departure = rows[order], departure[order]
    stop = stop[rows]
    start = np.flatnonzero(np.diff(stop, prepend=-1))
    kept = stop[start]
    first, last = np.fmin.reduceat(departure, start), np.fmax.reduceat(departure, start)
    routes = pd.factorize(trips["route_id"], use_na_sentinel=False)[0][trip[rows]]
    return pd.DataFrame(
        {
            "date": f"{day:%Y%m%d}",
            "stop_id": pd.Index(ids)[kept],
            "num_trips": np.diff(start, append=len(stop)),
            "num_routes": _distinct(stop, routes)[kept],
            **_headways(stop, departure, kept, len(ids)),
            "start_time": clock_texts(first),
            "end_time": clock_texts(last),
        }
    )


def _distinct(stop: NDArray[np.intp], route: NDArray[np.intp]) -> NDArray[np.intp]:
    """How many routes each stop has, by its code."""
    pairs = np.unique(stop.astype(np.int64) * (int(route.max(initial=0)) + 1) + route)
    return np.bincount(pairs // (int(route.max(initial=0)) + 1), minlength=int(stop.max(initial=-1)) + 1)


def _headways(
    stop: NDArray[np.intp], departure: NDArray[np.float64], kept: NDArray[np.intp], count: int
) -> dict[str, NDArray[np.float64]]:
    """Longest, shortest and mean time between departures from 7:00 to 19:00; NaN with fewer than two of them."""
    with np.errstate(invalid="ignore"):
        inside = (departure >= HEADWAY_FROM) & (departure <= HEADWAY_TO)
    stop, departure = stop[inside], departure[inside]
    same = stop[1:] == stop[:-1]
    gaps, of = np.diff(departure)[same] / 60, stop[1:][same]
    figures = {name: np.full(count, np.nan) for name in ("max_headway", "min_headway", "mean_headway")}
    if len(gaps):
        start = np.flatnonzero(np.diff(of, prepend=-1))
        figures["max_headway"][of[start]] = np.maximum.reduceat(gaps, start)
        figures["min_headway"][of[start]] = np.minimum.reduceat(gaps, start)
        figures["mean_headway"][of[start]] = np.add.reduceat(gaps, start) / np.diff(start, append=len(gaps))
    return {name: values[kept] for name, values in figures.items()}
