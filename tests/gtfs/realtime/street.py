"""A straight street of 15 stops, 500 m apart, with a bus every ten minutes each way; and messages about it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from google.transit import gtfs_realtime_pb2 as pb

from gtfs import Feed, read_feed
from gtfs.clock import clock_text
from gtfs.realtime.tracker import FeedTracker
from gtfs.realtime.trip_times import TripTimes
from gtfs.realtime.watch import Reading
from tests.gtfs.feeds import folder_feed

DAY = date(2026, 11, 24)
"""A Tuesday."""
STOPS = 15
STEP_S = 90
_LAT, _LON = 35.1, 138.85
_DEGREES = 500 / 111_195 / 0.8181497174250234
"""500 m eastwards; the number is cos 35.1°."""


def lonlat(metres: float) -> tuple[float, float]:
    return _LON + _DEGREES * metres / 500, _LAT


def street_files(every_s: int = 600, *, timepoint: int = 0, hours: tuple[int, int] = (6, 10)) -> dict[str, str]:
    """The first stop is a timing point always; the others as `timepoint` says."""
    stops = ["stop_id,stop_name,stop_lat,stop_lon"]
    stops += [f"s{n},停留所{n},{_LAT},{lonlat(500 * n)[0]:.7f}" for n in range(STOPS)]
    trips = ["route_id,service_id,trip_id,direction_id,shape_id"]
    times = ["trip_id,arrival_time,departure_time,stop_id,stop_sequence,timepoint"]
    for direction in (0, 1):
        for begin in range(hours[0] * 3600, hours[1] * 3600, every_s):
            trip = f"{'東西'[direction]}{begin // 3600:02d}{begin // 60 % 60:02d}"
            trips.append(f"line,d,{trip},{direction},{'ab'[direction]}")
            for call in range(STOPS):
                at = clock_text(begin + call * STEP_S)
                stop = call if direction == 0 else STOPS - 1 - call
                times.append(f"{trip},{at},{at},s{stop},{call + 1},{timepoint if call else 1}")
    shapes = ["shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence"]
    for shape, ends in {"a": (0, STOPS - 1), "b": (STOPS - 1, 0)}.items():
        shapes += [f"{shape},{_LAT},{lonlat(500 * n)[0]:.7f},{at}" for at, n in enumerate(ends)]
    named = {"stops": stops, "trips": trips, "stop_times": times, "shapes": shapes}
    calendar = (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "d,1,1,1,1,1,1,1,20260401,20270331\n"
    )
    routes = "route_id,agency_id,route_short_name,route_long_name,route_type\nline,A,1,大通り,3\n"
    return {**{f"{name}.txt": "\n".join(rows) + "\n" for name, rows in named.items()}, "calendar.txt": calendar,
            "routes.txt": routes}  # fmt: skip


def street_feed(folder: Path, **options: Any) -> Feed:
    return read_feed(folder_feed(folder, street_files(**options)))


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A time of DAY in Japan, as UTC."""
    return datetime(2026, 11, 24, hour - 9 if hour >= 9 else hour + 15, minute, second, tzinfo=UTC).replace(
        day=24 if hour >= 9 else 23
    )


def stamp(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def message(time: datetime | None, *entities: Mapping[str, Any]) -> bytes:
    """A feed message from the JSON form of protobuf."""
    header = {"gtfsRealtimeVersion": "2.0", **({"timestamp": stamp(time)} if time else {})}
    numbered = [{"id": str(number), **entity} for number, entity in enumerate(entities)]
    made: bytes = json_format.ParseDict({"header": header, "entity": numbered}, pb.FeedMessage()).SerializeToString()
    return made


def update(trip: str, *stops: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"tripUpdate": {"trip": {"tripId": trip, **more}, "stopTimeUpdate": list(stops)}}


def vehicle(trip: str, metres: float, seen: datetime, id: str = "", **more: Any) -> dict[str, Any]:
    lon, lat = lonlat(metres)
    told = {"trip": {"tripId": trip}, "vehicle": {"id": id or f"bus {trip}"}, "timestamp": stamp(seen)}
    return {"vehicle": {**told, "position": {"longitude": lon, "latitude": lat}, **more}}


def tracker(schedule: TripTimes, moment: datetime, *contents: bytes) -> FeedTracker:
    """That has read these messages, each from a source of its own."""
    names = [f"source {number}" for number in range(len(contents))]
    made = FeedTracker("bus", schedule, names, moment)
    for name, content in zip(names, contents, strict=True):
        made.take(name, Reading(moment, content))
    return made
