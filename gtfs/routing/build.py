"""From the tables of feeds to the arrays of a routing timetable."""

from collections.abc import Mapping
from datetime import date

from gtfs.feed import Feed
from gtfs.routing.timetable import RoutingTimetable


def assemble(feeds: Mapping[str, Feed], day: date) -> RoutingTimetable:
    raise NotImplementedError
