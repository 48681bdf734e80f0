"""Our rules about dates: two timetables in one feed, service that ends, holidays without service."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

import numpy as np

from gtfs.feed import Feed
from gtfs.generation import find_revisions
from gtfs.service import ServiceCalendar, service_calendar
from gtfs.service_kind import ServiceKind, holidays, service_profiles
from gtfs.validation.finding import Finding
from gtfs.validation.rule import found

ENDS_SOON_DAYS: Final = 30
"""As the canonical validator's second limit for feed_info."""
_SHOWN: Final = 8
_WORKING: Final = frozenset({ServiceKind.WEEKDAY, ServiceKind.SCHOOL_DAYS, ServiceKind.SATURDAY})
_FILE: Final = "calendar_dates.txt"


def service_findings(feed: Feed, today: date, others: Mapping[str, Feed]) -> Iterator[Finding]:
    """NoServiceError where no date is told at all."""
    calendar = service_calendar(feed)
    yield from _revisions(feed, calendar)
    yield from _end(calendar, today)
    yield from _idle(feed, calendar)
    own = holidays(feed, calendar)
    yield from _holidays_without_service(calendar, own)
    for name, other in others.items():
        yield from _ignored_holidays(feed, calendar, own, name, holidays(other))


def _revisions(feed: Feed, calendar: ServiceCalendar) -> Iterator[Finding]:
    for revision in find_revisions(feed, calendar):
        told = {
            "begins": revision.begins.isoformat(),
            "lines": len(revision.lines),
            "trips": f"{revision.doubled_trips:,}",
            "before": listed(revision.before),
            "after": listed(revision.after),
        }
        table = "calendar" if "calendar" in feed.tables else "calendar_dates"
        rows = feed.table(table)
        line = next(iter(rows.index[rows["service_id"] == revision.after[0]]), None)
        yield found("two_generations", told, file=f"{table}.txt", line=None if line is None else int(line))


def _end(calendar: ServiceCalendar, today: date) -> Iterator[Finding]:
    """The last date with service; feed_info's own dates are the canonical rules' business."""
    running = np.flatnonzero(calendar.runs.any(axis=0))
    if not len(running):
        return
    last = date.fromordinal(calendar.first.toordinal() + int(running[-1]))
    days = (last - today).days
    if days < 0:
        yield found("ended", {"last": last.isoformat()})
    elif days < ENDS_SOON_DAYS:
        yield found("ends_soon", {"last": last.isoformat(), "days": days})


def _idle(feed: Feed, calendar: ServiceCalendar) -> Iterator[Finding]:
    trips = feed.table("trips")
    counts = trips["service_id"].value_counts()
    for row, service in enumerate(calendar.service_ids):
        if service in counts.index and not calendar.runs[row].any():
            line = int(trips.index[trips["service_id"] == service][0])
            told = {"service": service, "trips": f"{int(counts[service]):,}"}
            yield found("no_service_id", told, file="trips.txt", line=line, feature=service, field="service_id")


def _holidays_without_service(calendar: ServiceCalendar, own: Sequence[date]) -> Iterator[Finding]:
    empty = [day for day in own if not calendar.on(day)]
    if not empty:
        return
    told = {"holidays": len(own), "days": len(empty), "dates": _dates(empty), "source": _FILE}
    yield found("holiday_without_service", told, file=_FILE)


def _ignored_holidays(
    feed: Feed, calendar: ServiceCalendar, own: Sequence[date], name: str, others: Sequence[date]
) -> Iterator[Finding]:
    profiles = service_profiles(feed, calendar)
    sundays = any(one.kind in (ServiceKind.SUNDAY_HOLIDAY, ServiceKind.WEEKEND_HOLIDAY) for one in profiles.values())
    ignored = [
        day
        for day in sorted(set(others) - set(own))
        if calendar.covers(day)
        and (running := calendar.on(day))
        and all(profiles[service].kind in _WORKING for service in running)
    ]
    if ignored and sundays:
        told = {"source": name, "days": len(ignored), "dates": _dates(ignored)}
        yield found("holiday_as_working_day", told, file=_FILE)


def listed(names: Iterable[str]) -> str:
    known = list(names)
    return ", ".join(known[:_SHOWN]) + (" ..." if len(known) > _SHOWN else "")


def _dates(days: Sequence[date]) -> str:
    return listed(day.isoformat() for day in days)
