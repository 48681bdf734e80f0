"""The timetable as realtime asks it: one trip at a time, with its way in metres and the seconds between its stops."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gtfs.clock import NO_TIME, instant, parse_seconds
from gtfs.feed import Feed
from gtfs.realtime.errors import TimeZoneError
from gtfs.realtime.path import Metres, Path, Plane, build_path
from gtfs.service import ServiceCalendar, service_calendar

Seconds = NDArray[np.float64]


@dataclass(frozen=True)
class TripSchedule:
    """One trip, its calls in the order of stop_sequence; all arrays have one value for each call."""

    trip_id: str
    route_id: str
    service_id: str
    direction_id: int | None
    sequence: NDArray[np.int64]
    stop_ids: tuple[str, ...]
    arrival_s: Seconds
    """ServiceSeconds; blank times are filled in by distance."""
    departure_s: Seconds
    """ServiceSeconds; at the last stop the arrival."""
    waits: NDArray[np.bool_]
    """A bus does not leave before its time: timepoint is not 0, and the time is not blank."""
    path: Path

    @cached_property
    def segment_s(self) -> Seconds:
        """Seconds from each departure to the next, shape (n - 1,): of the timetable, freed from its whole minutes."""
        return np.diff(_within_minutes(self.departure_s, self.path.stops_m))

    @cached_property
    def index(self) -> Mapping[int, int]:
        """Place in the arrays of each stop_sequence."""
        return {int(number): at for at, number in enumerate(self.sequence)}

    def shifted(self, start_s: int) -> "TripSchedule":
        """The run of a trip of frequencies.txt that starts then."""
        shift = start_s - self.departure_s[0]
        arrays = (self.arrival_s + shift, self.departure_s + shift)
        rest = (self.trip_id, self.route_id, self.service_id, self.direction_id, self.sequence, self.stop_ids)
        return TripSchedule(*rest, *arrays, np.zeros_like(self.waits), self.path)


class TripTimes:
    """A feed's trips by id. Each is put together when it is first asked for; ways are shared."""

    def __init__(self, feed: Feed) -> None:
        """TimeZoneError where agency.txt has none; NoServiceError where no date is told."""
        self.zone = feed_zone(feed)
        self.calendar: ServiceCalendar = service_calendar(feed)
        trips = feed.table("trips").dropna(subset=["trip_id"]).drop_duplicates("trip_id")
        columns = ["trip_id", "route_id", "service_id", "direction_id", "shape_id"]
        self._trips: dict[str, dict[Any, Any]] = {row["trip_id"]: row for row in trips[columns].to_dict("records")}
        self.frequent = frozenset(feed.table("frequencies")["trip_id"].dropna().astype(str))
        self._calls = _calls(feed)
        rows = self._calls["trip_id"].to_numpy()
        starts = np.flatnonzero(np.append(True, rows[1:] != rows[:-1])) if len(rows) else np.zeros(0, int)
        ends = np.append(starts[1:], len(rows))
        self._rows = {str(rows[a]): slice(int(a), int(b)) for a, b in zip(starts, ends, strict=False)}
        self.plane, self._stops = _stop_places(feed)
        poles = feed.table("stops")[["stop_id", "parent_station"]].dropna()
        self._parents = dict(zip(poles["stop_id"].astype(str), poles["parent_station"].astype(str), strict=True))
        self._shapes = _shapes(feed, self.plane)
        self._paths: dict[tuple[str, tuple[str, ...]], Path] = {}
        self._known: dict[str, TripSchedule | None] = {}
        self._origins: dict[date, float] = {}

    def trip(self, trip_id: str) -> TripSchedule | None:
        """None for a trip that the timetable lacks, or that has fewer than two calls."""
        if trip_id not in self._known:
            self._known[trip_id] = self._build(trip_id)
        return self._known[trip_id]

    def origin(self, day: date) -> float:
        """POSIX seconds from which the ServiceSeconds of that day count."""
        if day not in self._origins:
            self._origins[day] = instant(day, 0, self.zone).timestamp()
        return self._origins[day]

    def runs(self, trip_id: str, day: date) -> bool:
        trip = self._trips.get(trip_id)
        return trip is not None and self.calendar.covers(day) and trip["service_id"] in self.calendar.on(day)

    def service_date(self, trip: TripSchedule, now: datetime) -> date | None:
        """The date on which the trip runs whose time is nearest to now: a bus at 00:30 may be yesterday's."""
        today = now.astimezone(self.zone).date()
        days = [today + timedelta(days=shift) for shift in (-1, 0, 1)]
        running = [day for day in days if self.runs(trip.trip_id, day)]
        return min(running, key=lambda day: self._distance_s(trip, day, now.timestamp()), default=None)

    def _distance_s(self, trip: TripSchedule, day: date, now: float) -> float:
        origin = self.origin(day)
        return max(origin + float(trip.departure_s[0]) - now, now - origin - float(trip.arrival_s[-1]), 0.0)

    def trips_on(self, day: date) -> Iterator[TripSchedule]:
        """Those of frequencies.txt left out: they have no times of their own."""
        running = self.calendar.on(day)
        for trip_id, row in self._trips.items():
            if row["service_id"] in running and trip_id not in self.frequent:
                trip = self.trip(trip_id)
                if trip is not None:
                    yield trip

    def route_of(self, trip_id: str) -> str | None:
        row = self._trips.get(trip_id)
        return None if row is None else str(row["route_id"])

    def parent_of(self, stop_id: str) -> str | None:
        """The station of a pole."""
        return self._parents.get(stop_id)

    def knows(self, trip_id: str) -> bool:
        return trip_id in self._trips

    def _build(self, trip_id: str) -> TripSchedule | None:
        row, rows = self._trips.get(trip_id), self._rows.get(trip_id)
        if row is None or rows is None or rows.stop - rows.start < 2:
            return None
        calls = self._calls.iloc[rows]
        stop_ids = tuple(str(stop) for stop in calls["stop_id"])
        path = self._path(str(row.get("shape_id")), stop_ids)
        arrival, departure, timed = _times(calls, path.stops_m)
        if not timed.any():
            return None
        exact = (calls["timepoint"].fillna(1) != 0).to_numpy(dtype=bool)
        direction = row.get("direction_id")
        return TripSchedule(
            trip_id=trip_id,
            route_id=str(row["route_id"]),
            service_id=str(row["service_id"]),
            direction_id=None if pd.isna(direction) else int(direction),
            sequence=calls["stop_sequence"].to_numpy(dtype=np.int64),
            stop_ids=stop_ids,
            arrival_s=arrival,
            departure_s=departure,
            waits=exact & timed,
            path=path,
        )

    def _path(self, shape_id: str, stop_ids: tuple[str, ...]) -> Path:
        if (shape_id, stop_ids) not in self._paths:
            places = np.array([self._stops.get(stop, (0.0, 0.0)) for stop in stop_ids])
            self._paths[shape_id, stop_ids] = build_path(self._shapes.get(shape_id, np.zeros((0, 2))), places)
        return self._paths[shape_id, stop_ids]


def feed_zone(feed: Feed) -> ZoneInfo:
    """The time zone of all the feed's times: GTFS wants one for all agencies."""
    zones = feed.table("agency")["agency_timezone"].dropna()
    name = str(zones.iloc[0]) if len(zones) else ""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise TimeZoneError(name) from error


def _calls(feed: Feed) -> pd.DataFrame:
    wanted = ["trip_id", "stop_id", "stop_sequence", "timepoint", "arrival_time", "departure_time"]
    calls = feed.table("stop_times")[wanted].dropna(subset=["trip_id", "stop_id", "stop_sequence"])
    arrival, departure = (parse_seconds(calls[name]) for name in ("arrival_time", "departure_time"))
    calls = calls.assign(
        arrival=np.where(arrival == NO_TIME, departure, arrival),
        departure=np.where(departure == NO_TIME, arrival, departure),
    )
    return calls.sort_values(["trip_id", "stop_sequence"], kind="stable").reset_index(drop=True)


def _stop_places(feed: Feed) -> tuple[Plane, Mapping[str, tuple[float, float]]]:
    stops = feed.table("stops").drop_duplicates("stop_id").dropna(subset=["stop_id", "stop_lon", "stop_lat"])
    lonlat = stops[["stop_lon", "stop_lat"]].to_numpy(dtype=np.float64)
    middle = np.median(lonlat, axis=0) if len(lonlat) else np.zeros(2)
    plane = Plane(float(middle[0]), float(middle[1]))
    metres = plane.metres(lonlat)
    return plane, {str(stop): (float(x), float(y)) for stop, (x, y) in zip(stops["stop_id"], metres, strict=True)}


def _shapes(feed: Feed, plane: Plane) -> Mapping[str, Metres]:
    wanted = ["shape_id", "shape_pt_lon", "shape_pt_lat", "shape_pt_sequence"]
    points = feed.table("shapes")[wanted].dropna().sort_values(["shape_id", "shape_pt_sequence"])
    metres = plane.metres(points[["shape_pt_lon", "shape_pt_lat"]].to_numpy(dtype=np.float64))
    groups = points.reset_index(drop=True).groupby("shape_id", sort=False).indices
    return {str(shape): metres[rows] for shape, rows in groups.items()}


def _times(calls: pd.DataFrame, along: Metres) -> tuple[Seconds, Seconds, NDArray[np.bool_]]:
    """Arrivals, departures, and which were told; the others stand between these in proportion to the way."""
    arrival, departure = (calls[name].to_numpy(dtype=np.float64) for name in ("arrival", "departure"))
    timed = arrival != NO_TIME
    if timed.all() or not timed.any():
        return arrival, departure, timed
    # Where the way does not advance, the count of stops does.
    measure = along + np.arange(len(along)) * 1e-3
    filled = np.interp(measure[~timed], measure[timed], arrival[timed])
    arrival[~timed] = departure[~timed] = np.interp(measure[~timed], measure[timed], departure[timed])
    arrival[~timed] = np.maximum(filled, arrival[~timed])
    return arrival, departure, timed


def _within_minutes(times: Seconds, along: Metres) -> Seconds:
    """Several stops of one minute, as Japanese timetables have them, are spread over it by distance."""
    if len(times) < 2 or (times % 60).any():
        return times
    first = np.append(True, np.diff(times) > 0)
    measure = along + np.arange(len(along)) * 1e-3
    known_at, known = measure[first], times[first]
    if not first[-1]:
        known_at, known = np.append(known_at, measure[-1]), np.append(known, times[-1] + 30)
    spread = np.interp(measure, known_at, known)
    return np.maximum.accumulate(np.minimum(spread, times + 59))
