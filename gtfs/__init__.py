"""Timetables and vehicles. May use geo; knows no HTTP, no store."""

from gtfs.archive import is_feed
from gtfs.batch import ROUTES, STOPS, feed_batches
from gtfs.clock import ServiceSeconds
from gtfs.errors import DateOutsideError, GtfsError, NoServiceError, UnknownTableError
from gtfs.feed import Feed, read_feed
from gtfs.portrayal import portray
from gtfs.service import ServiceCalendar, service_calendar

__all__ = [
    "ROUTES",
    "STOPS",
    "DateOutsideError",
    "Feed",
    "GtfsError",
    "NoServiceError",
    "ServiceCalendar",
    "ServiceSeconds",
    "UnknownTableError",
    "feed_batches",
    "is_feed",
    "portray",
    "read_feed",
    "service_calendar",
]
