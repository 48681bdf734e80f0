"""A question about a town of two stops, asked so that the compiled searches are ready."""

from datetime import date

import numpy as np

from geo.network import StreetNetwork, build_network
from gtfs.routing.journey import journeys
from gtfs.routing.matrix import minute_times, travel_times
from gtfs.routing.network import link_stops
from gtfs.routing.query import TravelQuery
from gtfs.routing.timetable import RoutingTimetable
from gtfs.text_column import TextColumn

_DAY = date(2026, 4, 1)
_ENDS = np.array([[139.0, 35.0], [139.02, 35.0]])


def ask_everything() -> None:
    network = link_stops(_timetable(), _street())
    for arrive_by in (False, True):
        query = TravelQuery(day=_DAY, window_from=0, window_to=120, arrive_by=arrive_by)
        travel_times(network, _ENDS, _ENDS, query)
        travel_times(link_stops(_timetable(headway=0), _street()), np.repeat(_ENDS, 5, axis=0), _ENDS[:1], query)
        list(minute_times(network, _ENDS, _ENDS, query))
        journeys(network, _ENDS[0], _ENDS[1], query)


def _street() -> StreetNetwork:
    return build_network(node_lonlat=_ENDS, edge_nodes=np.array([[0, 1]], np.int32))


def _timetable(headway: int = 60) -> RoutingTimetable:
    """One trip from one end of the street to the other, and a line with a headway."""
    two, names = np.zeros(2, np.int32), TextColumn.of(["", ""])
    return RoutingTimetable(
        _DAY, ("",), {}, stop_feed=two, stop_lonlat=_ENDS.copy(), stop_id=names, stop_name=names,
        route_feed=two[:1].copy(), route_type=two[:1].copy(), route_id=names, route_name=names,
        trip_id=names, trip_headsign=names, trip_day=np.zeros(2, np.int8), pattern_route=two.copy(),
        pattern_position=np.array([0, 2, 4], np.int32), pattern_trip=np.array([0, 1, 2], np.int32),
        pattern_call=np.array([0, 2, 4]), pattern_headway=np.array([0, headway], np.int32),
        pattern_span=np.array([[0, 0], [0, 600]], np.int32), position_stop=np.array([0, 1, 0, 1], np.int32),
        position_board=np.array([True, False, True, False]), position_alight=np.array([False, True, False, True]),
        arrival=np.array([300, 600, 0, 300], np.int32), departure=np.array([300, 600, 0, 300], np.int32),
        transfer_pair=np.zeros((0, 2), np.int32), transfer_least_s=np.zeros(0, np.int32), not_followed={},
    )  # fmt: skip
