"""From the tables of feeds to the arrays of a routing timetable."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gtfs.errors import DateOutsideError
from gtfs.feed import Feed
from gtfs.routing.call_time import timed_calls
from gtfs.routing.pattern import Pattern, patterns
from gtfs.routing.run import runs, service_trips
from gtfs.routing.timetable import RoutingTimetable
from gtfs.routing.transfer import Rules, not_followed, transfer_rules
from gtfs.service import ServiceCalendar, service_calendar
from gtfs.text_column import TextColumn


@dataclass(frozen=True, eq=False)
class _Part:
    """Of one feed; rows of stops, routes and trips are its own."""

    stops: pd.DataFrame
    lonlat: NDArray[np.float64]
    routes: pd.DataFrame
    trips: pd.DataFrame
    patterns: list[Pattern]
    rules: Rules
    not_followed: Mapping[str, int]


def assemble(feeds: Mapping[str, Feed], day: date) -> RoutingTimetable:
    calendars = {name: service_calendar(feed) for name, feed in feeds.items()}
    covering = [name for name, calendar in calendars.items() if calendar.covers(day)]
    if not covering:
        raise DateOutsideError(
            day, min(one.first for one in calendars.values()), max(one.last for one in calendars.values())
        )
    left_out = {name: (one.first, one.last) for name, one in calendars.items() if name not in covering}
    parts = [_part(feeds[name], calendars[name], day) for name in covering]
    return _joined(parts, day, tuple(covering), left_out)


def _part(feed: Feed, calendar: ServiceCalendar, day: date) -> _Part:
    stops = feed.table("stops").dropna(subset="stop_id").drop_duplicates("stop_id").reset_index(drop=True)
    lonlat = np.column_stack(
        [stops[name].to_numpy(dtype="float64", na_value=np.nan) for name in ("stop_lon", "stop_lat")]
    )
    routes = feed.table("routes").dropna(subset="route_id").drop_duplicates("route_id").reset_index(drop=True)
    trips = service_trips(feed, calendar, day)
    route = pd.Index(routes["route_id"]).get_indexer(pd.Index(trips["route_id"])).astype(np.int32)
    trips, route = trips[route >= 0].reset_index(drop=True), route[route >= 0]
    calls = timed_calls(feed, pd.Index(trips["trip_id"]), pd.Index(stops["stop_id"]), lonlat)
    made = patterns(runs(feed, calendar, day, trips, calls), route, calls)
    return _Part(stops, lonlat, routes, trips, made, transfer_rules(feed, stops), not_followed(feed, trips))


def _joined(
    parts: Sequence[_Part], day: date, feeds: tuple[str, ...], left_out: Mapping[str, tuple[date, date]]
) -> RoutingTimetable:
    first_stop = _starts([len(part.stops) for part in parts])
    first_route = _starts([len(part.routes) for part in parts])
    every = [(row, pattern) for row, part in enumerate(parts) for pattern in part.patterns]
    ran = [(parts[row].trips, run) for row, pattern in every for run in pattern.runs]
    position = _starts([len(pattern.stop) for _, pattern in every])
    names = {"stop_id": _texts(parts, _stop_id), "stop_name": _texts(parts, _stop_name)}
    names |= {"route_id": _texts(parts, _route_id), "route_name": _texts(parts, _route_name)}
    names["trip_id"] = TextColumn.of(_cell(trips, "trip_id", run.trip) for trips, run in ran)
    names["trip_headsign"] = TextColumn.of(_cell(trips, "trip_headsign", run.trip) for trips, run in ran)
    return RoutingTimetable(
        day,
        feeds,
        left_out,
        stop_feed=_feed_of([len(part.stops) for part in parts]),
        stop_lonlat=np.concatenate([part.lonlat for part in parts]),
        route_feed=_feed_of([len(part.routes) for part in parts]),
        route_type=np.concatenate([_types(part.routes) for part in parts]),
        trip_day=np.array([run.day for _, run in ran], np.int8),
        pattern_route=np.array([pattern.route + first_route[row] for row, pattern in every], np.int32),
        pattern_position=position.astype(np.int32),
        pattern_trip=_starts([len(pattern.runs) for _, pattern in every]).astype(np.int32),
        pattern_call=_starts([pattern.arrival.size for _, pattern in every]),
        pattern_headway=np.array([pattern.runs[0].headway_s for _, pattern in every], np.int32),
        pattern_span=np.array([pattern.runs[0].span for _, pattern in every], np.int32).reshape(-1, 2),
        position_stop=_flat([pattern.stop + np.int32(first_stop[row]) for row, pattern in every], np.int32),
        position_board=_flat([pattern.board for _, pattern in every], np.bool_),
        position_alight=_flat([pattern.alight for _, pattern in every], np.bool_),
        arrival=_flat([pattern.arrival.ravel() for _, pattern in every], np.int32),
        departure=_flat([pattern.departure.T.ravel() for _, pattern in every], np.int32),
        transfer_pair=np.concatenate([one.rules[0] + np.int32(first_stop[row]) for row, one in enumerate(parts)]),
        transfer_least_s=np.concatenate([part.rules[1] for part in parts]),
        not_followed=dict(sum((Counter(part.not_followed) for part in parts), Counter())),
        **names,
    )


def _starts(sizes: Sequence[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(np.array(sizes, np.int64))]).astype(np.int64)


def _feed_of(sizes: Sequence[int]) -> NDArray[np.int32]:
    return np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)


def _flat(arrays: Sequence[NDArray[Any]], kind: type) -> NDArray[Any]:
    return np.concatenate(arrays).astype(kind) if arrays else np.zeros(0, kind)


def _types(routes: pd.DataFrame) -> NDArray[np.int32]:
    return routes["route_type"].to_numpy(dtype="float64", na_value=-1).astype(np.int32)


def _texts(parts: Sequence[_Part], column: Any) -> TextColumn:
    return TextColumn.of(text for part in parts for text in column(part))


def _stop_id(part: _Part) -> "pd.Series[Any]":
    return part.stops["stop_id"]


def _stop_name(part: _Part) -> "pd.Series[Any]":
    return part.stops["stop_name"].fillna("")


def _route_id(part: _Part) -> "pd.Series[Any]":
    return part.routes["route_id"]


def _route_name(part: _Part) -> "pd.Series[Any]":
    names = [part.routes[name].replace("", pd.NA) for name in ("route_short_name", "route_long_name", "route_id")]
    return names[0].fillna(names[1]).fillna(names[2])


def _cell(rows: pd.DataFrame, column: str, row: int) -> str:
    value: Any = rows[column].iat[row]
    return "" if pd.isna(value) else str(value)
