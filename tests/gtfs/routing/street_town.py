"""Towns along one straight street on the equator, where every walk is a subtraction.

Places at whole metres: then no walk is within a hair of half a second, at 1.0 and at 1.3 m/s.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.network import StreetNetwork, build_network
from gtfs import Feed, read_feed
from gtfs.routing import TransitNetwork, TravelQuery, build_transit_network

MONDAY = date(2026, 6, 1)
LENGTH_M = 20_000.0
_DEGREE_M = 6_378_137.0 * math.pi / 180
"""Of longitude on the equator of WGS 84."""


def lonlat(*metres: float) -> NDArray[np.float64]:
    """Places (n, 2) so many metres east along the street."""
    return np.array([[x / _DEGREE_M, 0.0] for x in metres]).reshape(-1, 2)


def street() -> StreetNetwork:
    ends = lonlat(*np.linspace(0, LENGTH_M, 11))
    return build_network(node_lonlat=ends, edge_nodes=np.array([[i, i + 1] for i in range(10)], np.int32))


def clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def feed(
    folder: Path,
    stops: Mapping[str, float],
    trips: Mapping[str, Sequence[Any]],
    *,
    routes: Mapping[str, str] | None = None,
    services: Mapping[str, str] | None = None,
    files: Mapping[str, str] | None = None,
) -> Feed:
    """`stops`: metres along the street. `trips`: (stop, seconds) or (stop, arrival, departure[, pickup, drop_off]);
    a time None is blank. `routes`: of trips (default: the first letter), `services` likewise ("every" day)."""
    rows = [(trip, row, *_call(call)) for trip, calls in trips.items() for row, call in enumerate(calls)]
    line_of = {trip: (routes or {}).get(trip, trip[0]) for trip in trips}
    tables = {
        "agency": "agency_id,agency_name,agency_url,agency_timezone\nA,A,https://example.com,Asia/Tokyo\n",
        "stops": "stop_id,stop_name,stop_lat,stop_lon\n"
        + "".join(f"{stop},{stop},0,{lonlat(x)[0, 0]:.12f}\n" for stop, x in stops.items()),
        "routes": "route_id,agency_id,route_short_name,route_long_name,route_type\n"
        + "".join(f"{line},A,line {line},,3\n" for line in sorted(set(line_of.values()))),
        "trips": "route_id,service_id,trip_id\n"
        + "".join(f"{line_of[trip]},{(services or {}).get(trip, 'every')},{trip}\n" for trip in trips),
        "stop_times": "trip_id,stop_sequence,stop_id,arrival_time,departure_time,pickup_type,drop_off_type\n"
        + "".join(",".join(str(cell) for cell in row) + "\n" for row in rows),
        "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "every,1,1,1,1,1,1,1,20260501,20260731\n"
        "weekdays,1,1,1,1,1,0,0,20260501,20260731\n",
        **(files or {}),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in tables.items():
        (folder / f"{name}.txt").write_text(content, encoding="utf-8")
    return read_feed(folder)


def network(*feeds: Feed, day: date = MONDAY) -> TransitNetwork:
    return build_transit_network({str(row): one for row, one in enumerate(feeds)}, day, street())


def query(start: int, minutes: int, **changes: Any) -> TravelQuery:
    return TravelQuery(**{"day": MONDAY, "window_from": start, "window_to": start + 60 * minutes, **changes})


def _call(call: Sequence[Any]) -> tuple[Any, ...]:
    stop, arrival, *rest = call
    departure = rest[0] if rest else arrival
    pickup, drop_off = rest[1:] or (0, 0)
    times = ("" if time is None else clock(time) for time in (arrival, departure))
    return (stop, *times, pickup, drop_off)
