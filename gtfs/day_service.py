"""What runs on one date: trips of each route, first and last departure, headway."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gtfs.clock import NO_TIME, clock_text, parse_seconds
from gtfs.feed import Feed
from gtfs.route import agency_names, route_names
from gtfs.service import ServiceCalendar, service_calendar

_NO_DIRECTION: Final = -1


@dataclass(frozen=True)
class RouteService:
    """One route on one date."""

    route_id: str
    name: str
    agency: str
    trips: int
    """Departures from a first stop, those of frequencies.txt one by one."""
    first_s: int | None
    """First departure from a first stop in seconds of the service day; None where no trip tells a time."""
    last_s: int | None
    headway_min: float | None
    """Median time between one departure and the next of the same direction; None with fewer than two."""

    def as_json(self) -> dict[str, Any]:
        return {
            "route_id": self.route_id,
            "name": self.name,
            "agency": self.agency,
            "trips": self.trips,
            "first": None if self.first_s is None else clock_text(self.first_s),
            "last": None if self.last_s is None else clock_text(self.last_s),
            "headway_min": self.headway_min,
        }


def services_of_date(
    feed: Feed, day: date, calendar: ServiceCalendar | None = None, starts: pd.DataFrame | None = None
) -> tuple[RouteService, ...]:
    """Routes that run on `day`, as in routes.txt. DateOutsideError for a date the feed says nothing about.

    Who asks for several dates brings the feed's `service_calendar` and `trip_starts`.
    """
    running = (calendar or service_calendar(feed)).on(day)
    starts = trip_starts(feed) if starts is None else starts
    starts = starts[starts["service_id"].isin(running)]
    of_route: Mapping[Any, pd.DataFrame] = dict(list(starts.groupby("route_id")))
    names, agencies = route_names(feed), agency_names(feed)
    return tuple(
        _route_service(str(route), name, agencies.get(route), of_route[route])
        for route, name in names.items()
        if route in of_route
    )


def trip_starts(feed: Feed) -> pd.DataFrame:
    """One row for each departure: trip_id, route_id, service_id, direction_id, start (seconds, NO_TIME if untold)."""
    trips = feed.table("trips").drop_duplicates("trip_id")
    trips = trips[["trip_id", "route_id", "service_id", "direction_id"]].dropna(subset=["trip_id", "route_id"])
    trips = trips.assign(direction_id=trips["direction_id"].fillna(_NO_DIRECTION).astype("int64"))
    own = trips.assign(start=trips["trip_id"].map(_first_departures(feed)).fillna(NO_TIME).astype("int64"))
    repeated = _repeated(feed)
    if repeated.empty:
        return own
    often = trips.merge(repeated, on="trip_id")
    return pd.concat([own[~own["trip_id"].isin(repeated["trip_id"])], often], ignore_index=True)


def _first_departures(feed: Feed) -> "pd.Series[Any]":
    """By trip_id: departure from the first stop, else arrival there."""
    times = feed.table("stop_times")
    sequence = times["stop_sequence"].to_numpy(dtype="float64", na_value=np.inf)
    trip, ids = pd.factorize(times["trip_id"])
    order = np.lexsort([sequence, trip])
    first = order[np.append(True, trip[order][1:] != trip[order][:-1])] if len(order) else order
    first = first[trip[first] >= 0]
    rows = times.iloc[first]
    departure, arrival = parse_seconds(rows["departure_time"]), parse_seconds(rows["arrival_time"])
    return pd.Series(np.where(departure == NO_TIME, arrival, departure), index=ids[trip[first]])


def _repeated(feed: Feed) -> pd.DataFrame:
    """Departures that frequencies.txt tells: columns trip_id, start."""
    rows = feed.table("frequencies")
    starts, ends = parse_seconds(rows["start_time"]), parse_seconds(rows["end_time"])
    headways = rows["headway_secs"].to_numpy(dtype="float64", na_value=0)
    parts = [
        pd.DataFrame({"trip_id": trip, "start": np.arange(start, end, headway, dtype="int64")})
        for trip, start, end, headway in zip(rows["trip_id"], starts, ends, headways, strict=True)
        if start != NO_TIME and headway > 0
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"trip_id": [], "start": []})


def _route_service(route: str, name: str, agency: object, starts: pd.DataFrame) -> RouteService:
    told = starts[starts["start"] != NO_TIME]
    if told.empty:
        return RouteService(route, str(name), _text(agency), len(starts), None, None, None)
    first, last = int(told["start"].min()), int(told["start"].max())
    return RouteService(route, str(name), _text(agency), len(starts), first, last, headway_min(told))


def headway_min(starts: pd.DataFrame) -> float | None:
    """Median minutes from one departure to the next of the same direction."""
    gaps: list[NDArray[np.int64]] = [
        np.diff(np.sort(times.to_numpy())) for _, times in starts.groupby("direction_id")["start"]
    ]
    together = np.concatenate(gaps) if gaps else np.empty(0)
    return round(float(np.median(together)) / 60, 1) if len(together) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
