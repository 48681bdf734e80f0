"""Door to door by public transport: a timetable on a street network, and how long it takes by minute."""

from gtfs.routing.journey import Journey, Leg, LegKind, journeys
from gtfs.routing.matrix import (
    UNREACHED,
    MinuteTimes,
    TravelTimes,
    minute_times,
    travel_times,
    warm,
)
from gtfs.routing.network import ON_STREETS, STRAIGHT, TransitNetwork, build_transit_network, link_stops
from gtfs.routing.place import LinkedPlaces, Places, link_places
from gtfs.routing.query import TravelQuery
from gtfs.routing.timetable import RoutingTimetable, build_timetable
from gtfs.routing.walk import DETOUR

__all__ = [
    "DETOUR",
    "ON_STREETS",
    "STRAIGHT",
    "UNREACHED",
    "Journey",
    "Leg",
    "LegKind",
    "LinkedPlaces",
    "MinuteTimes",
    "Places",
    "RoutingTimetable",
    "TransitNetwork",
    "TravelQuery",
    "TravelTimes",
    "build_timetable",
    "build_transit_network",
    "journeys",
    "link_places",
    "link_stops",
    "minute_times",
    "travel_times",
    "warm",
]
