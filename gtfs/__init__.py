"""Timetables and vehicles. May use geo; knows no HTTP, no store."""

from gtfs.archive import is_feed
from gtfs.batch import ROUTES, STOPS, feed_batches
from gtfs.errors import GtfsError, UnknownTableError
from gtfs.feed import Feed, read_feed
from gtfs.portrayal import portray

__all__ = [
    "ROUTES",
    "STOPS",
    "Feed",
    "GtfsError",
    "UnknownTableError",
    "feed_batches",
    "is_feed",
    "portray",
    "read_feed",
]
