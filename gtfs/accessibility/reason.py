"""Why a place is not reached, or nothing is reached from it."""

from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo import Text
from gtfs.routing import LinkedPlaces, RoutingTimetable, TransitNetwork, TravelQuery, link_places
from gtfs.routing.place import LIMIT_M


class Reason(StrEnum):
    REACHED = ""
    OFF_STREETS = "off_streets"
    NO_STOP = "no_stop"
    NO_SERVICE = "no_service"
    TOO_LONG = "too_long"

    @property
    def text(self) -> Text:
        return _TEXTS[self]


_TEXTS = {
    Reason.REACHED: Text("到達できます", "reached"),
    Reason.OFF_STREETS: Text("近くに道路がありません", "no street is near"),
    Reason.NO_STOP: Text(
        "徒歩の上限内に、その日に運行のある停留所がありません",
        "no stop that is served on the day is within the walking limit",
    ),
    Reason.NO_SERVICE: Text(
        "徒歩の上限内の停留所に、時間帯内に乗れる便がありません",
        "nothing leaves the stops within the walking limit in the time window",
    ),
    Reason.TOO_LONG: Text("所要時間が上限を超えます", "takes longer than the limit"),
}


def reasons(network: TransitNetwork, places: LinkedPlaces, query: TravelQuery, *, leaving: bool) -> NDArray[Any]:
    """What keeps each place from public transport altogether, else TOO_LONG: values of Reason, shape (n,).

    `leaving`: trips begin there (else they end there).
    """
    stops = serving_stops(network.timetable, query, leaving=leaving)
    limit_m = (query.access_s if leaving else query.egress_s) * query.walk_speed_ms
    links = places.to_stops if leaving else places.from_stops
    stop = np.repeat(np.arange(len(links.start) - 1), np.diff(links.start))
    near = links.cost <= limit_m
    has_stop = np.zeros(len(places), dtype=bool)
    has_stop[links.place[near]] = True
    has_service = np.zeros(len(places), dtype=bool)
    has_service[links.place[near & stops[stop]]] = True
    off = ~places.snapped.found
    found = np.full(len(places), Reason.TOO_LONG.value, dtype=object)
    found[~has_service] = Reason.NO_SERVICE.value
    found[~has_stop] = Reason.NO_STOP.value
    found[off] = Reason.OFF_STREETS.value
    return found


def pair_reasons(origins: NDArray[Any], destinations: NDArray[Any]) -> NDArray[Any]:
    """Of pairs: what is wrong at the origin, else at the destination."""
    return np.where(origins == Reason.TOO_LONG, destinations, origins)


def linked(network: TransitNetwork, lonlat: NDArray[np.float64], query: TravelQuery) -> LinkedPlaces:
    """With walks as long as the query allows."""
    limit_m = max(query.access_s, query.egress_s) * query.walk_speed_ms
    # The router wants the walks of its defaults at least, and a millimetre may be lost in a product.
    limit_m = max(LIMIT_M, limit_m) + 1
    return link_places(network, lonlat, limit_m=limit_m)


def serving_stops(timetable: RoutingTimetable, query: TravelQuery, *, leaving: bool) -> NDArray[np.bool_]:
    """Stops (S,) where somebody can get on (`leaving`), or off, within the window and the longest trip after it."""
    allowed = timetable.position_board if leaving else timetable.position_alight
    start, end = query.window_from, query.window_to + query.max_trip_s
    if query.arrive_by:
        start, end = query.window_from - query.max_trip_s, query.window_to
    served = np.zeros(timetable.stop_count, dtype=bool)
    for pattern in range(len(timetable.pattern_route)):
        rows = slice(timetable.pattern_position[pattern], timetable.pattern_position[pattern + 1])
        calls = slice(timetable.pattern_call[pattern], timetable.pattern_call[pattern + 1])
        positions = rows.stop - rows.start
        if timetable.pattern_headway[pattern]:
            first, last = timetable.pattern_span[pattern]
            running: NDArray[np.bool_] = np.full(positions, bool((first < end) and (last > start)))
        elif leaving:
            times = timetable.departure[calls].reshape(positions, -1)
            running = np.asarray(((times >= start) & (times < end)).any(axis=1))
        else:
            times = timetable.arrival[calls].reshape(-1, positions)
            running = np.asarray(((times >= start) & (times < end)).any(axis=0))
        served[timetable.position_stop[rows][running & allowed[rows]]] = True
    return served
