"""A line that is added: its stops, its way, its days and its trips."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo import Text
from gtfs.clock import clock_text
from gtfs.errors import NoServiceError
from gtfs.feed import Feed
from gtfs.scenario.change import ROUTE_TYPES, WEEKDAYS, AddLine, Headway
from gtfs.scenario.place import Place, distances, with_stops
from gtfs.scenario.rows import with_rows
from gtfs.service import service_calendar

_AUTONOMOUS = "自動運転 / autonomous"
_ALONG = Text("描いた線に沿って", "along the drawn line")
_STRAIGHT = Text("停留所間の直線で", "straight from stop to stop")


def add_line(feed: Feed, line: AddLine, place: Place) -> tuple[Feed, Text]:
    """Departures from both ends where it runs both ways. InvalidScenarioError where the feed already has the route."""
    if line.route_id in set(feed.table("routes")["route_id"].dropna()):
        raise place.error("exists", "id", id=line.route_id)
    feed, stops, places = with_stops(feed, line.stops, place, key="stops", prefix=line.route_id)
    metres = distances(places, line.path)
    offsets = run_times(metres, line.speed_kmh, line.dwell_s)
    feed = _with_route(feed, line)
    feed, service_id = _with_service(feed, line, place)
    shape = f"{line.route_id}-shape" if line.path else None
    feed = _with_shape(feed, shape, line)
    directions = [(0, stops, offsets)]
    if line.both_ways:
        directions.append((1, stops[::-1], run_times(metres[-1] - metres[::-1], line.speed_kmh, line.dwell_s)))
    for direction, ids, times in directions:
        # A shape is drawn one way; the way back follows it the other way round.
        drawn = shape if direction == 0 else _reverse_shape(shape)
        feed = _with_trips(feed, line, service_id, direction, ids, times, drawn)
    return feed, _told(line, float(metres[-1]), int(offsets[1, -1]))


def run_times(metres: NDArray[np.float64], speed_kmh: float, dwell_s: float) -> NDArray[np.int64]:
    """Arrival and departure of every stop in seconds after the first departure, shape (2, stops)."""
    at = np.arange(len(metres))
    arrival = metres / (speed_kmh / 3.6) + dwell_s * np.clip(at - 1, 0, None)
    departure = arrival + np.where((at > 0) & (at < len(metres) - 1), dwell_s, 0)
    return np.ceil(np.round(np.stack([arrival, departure]), 6)).astype(np.int64)


def _with_route(feed: Feed, line: AddLine) -> Feed:
    agencies = feed.table("agency")["agency_id"]
    row = {
        "route_id": line.route_id,
        "agency_id": agencies.iloc[0] if len(agencies) else None,
        "route_long_name": line.name,
        "route_type": ROUTE_TYPES[line.mode],
    }
    return with_rows(feed, "routes", [row | ({"route_desc": _AUTONOMOUS} if line.autonomous else {})])


def _with_service(feed: Feed, line: AddLine, place: Place) -> tuple[Feed, str]:
    """A service of its own for as long as the feed's calendar tells anything."""
    try:
        calendar = service_calendar(feed)
    except NoServiceError as error:
        raise place.error("no_service") from error
    service_id = f"{line.route_id}-service"
    days = {day: int(day in line.days) for day in WEEKDAYS}
    dates = {"start_date": f"{calendar.first:%Y%m%d}", "end_date": f"{calendar.last:%Y%m%d}"}
    return with_rows(feed, "calendar", [{"service_id": service_id, **days, **dates}]), service_id


def _with_shape(feed: Feed, shape: str | None, line: AddLine) -> Feed:
    if shape is None:
        return feed
    ways = [(shape, line.path), *([(_reverse_shape(shape), line.path[::-1])] if line.both_ways else [])]
    rows = [
        {"shape_id": name, "shape_pt_lon": lon, "shape_pt_lat": lat, "shape_pt_sequence": at}
        for name, path in ways
        for at, (lon, lat) in enumerate(path)
    ]
    return with_rows(feed, "shapes", rows)


def _reverse_shape(shape: str | None) -> str | None:
    return shape and f"{shape}-back"


def _with_trips(
    feed: Feed,
    line: AddLine,
    service_id: str,
    direction: int,
    stops: Sequence[str],
    offsets: NDArray[np.int64],
    shape: str | None,
) -> Feed:
    starts = line.service.departures() if isinstance(line.service, Headway) else line.service
    ids = [f"{line.route_id}-{direction}-{clock_text(start)}" for start in starts]
    known = {"route_id": line.route_id, "service_id": service_id, "direction_id": direction, "shape_id": shape}
    feed = with_rows(feed, "trips", [{"trip_id": trip_id, **known} for trip_id in ids])
    seconds = np.array(starts, dtype=np.int64)[:, np.newaxis, np.newaxis] + offsets
    calls = pd.DataFrame({
        "trip_id": np.repeat(np.array(ids, dtype=object), len(stops)),
        "arrival_time": [clock_text(one) for one in seconds[:, 0].ravel().tolist()],
        "departure_time": [clock_text(one) for one in seconds[:, 1].ravel().tolist()],
        "stop_id": np.tile(np.array(stops, dtype=object), len(ids)),
        "stop_sequence": np.tile(np.arange(1, len(stops) + 1), len(ids)),
    })  # fmt: skip
    return with_rows(feed, "stop_times", calls)


def _told(line: AddLine, metres: float, seconds: int) -> Text:
    starts = line.service.departures() if isinstance(line.service, Headway) else line.service
    measured = _ALONG if line.path else _STRAIGHT
    kind = ("(自動運転)", " (autonomous)") if line.autonomous else ("", "")
    both = Text("往復それぞれ", " each way") if line.both_ways else Text("片道", " one way")
    return Text(
        f"路線「{line.name}」{kind[0]}を追加:停留所{len(line.stops)}か所、{measured.ja}{metres / 1000:.1f}km、"
        f"所要{seconds / 60:.0f}分({line.speed_kmh:g}km/h)、{both.ja}{len(starts)}便",
        f"line '{line.name}'{kind[1]} added: {len(line.stops)} stops, {metres / 1000:.1f} km "
        f"{measured.en}, {seconds / 60:.0f} minutes at {line.speed_kmh:g} km/h, {len(starts)} trips{both.en}",
    )
