"""Timetables and vehicles. May use geo; knows no HTTP, no store."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_MODULES = {
    "is_feed": "gtfs.archive",
    "ROUTES": "gtfs.batch",
    "STOPS": "gtfs.batch",
    "feed_batches": "gtfs.batch",
    "ServiceSeconds": "gtfs.clock",
    "DateOutsideError": "gtfs.errors",
    "GtfsError": "gtfs.errors",
    "NoServiceError": "gtfs.errors",
    "UnknownTableError": "gtfs.errors",
    "Feed": "gtfs.feed",
    "read_feed": "gtfs.feed",
    "portray": "gtfs.portrayal",
    "ServiceCalendar": "gtfs.service",
    "service_calendar": "gtfs.service",
}


def __getattr__(name: str) -> Any:
    """Loads a module when somebody asks for what is in it: seeing what a file is takes nothing that reads it."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_MODULES[name]), name)
    return value
