"""When buses leave a stop: the next ones of all operators, and all of a date."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np

from gtfs.errors import DateOutsideError
from gtfs.schedule import NO_START, Schedule
from gtfs.stop_area import Pole, StopArea

DAY_S: Final = 86_400
HORIZON: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Departure:
    """One call where somebody may board, by the timetable."""

    feed: str
    trip_id: str
    service_date: date
    start_s: int | None
    """When a run of frequencies.txt starts, in ServiceSeconds; None for a trip of its own times."""
    stop_sequence: int
    stop_id: str
    platform: str
    """のりば; empty where nobody tells it, as the texts below."""
    seconds: int
    """ServiceSeconds of `service_date`: 25:10 is 90 600."""
    scheduled: datetime
    """In the feed's time zone."""
    route_id: str
    route_short: str
    route_name: str
    route_english: str
    via: str
    colour: str
    text_colour: str
    agency_id: str
    agency: str
    agency_english: str
    headsign: str
    headsign_english: str
    pickup_type: int
    """0 as usual, 2 by telephone, 3 by sign to the driver."""
    headway_s: int = 0
    """Above 0: the bus comes about that often, and its time is no promise."""


@dataclass(frozen=True, slots=True)
class Span:
    """What dates a feed's calendar tells of."""

    first: date
    last: date


@dataclass(frozen=True)
class Departures:
    departures: tuple[Departure, ...]
    """By time, then by feed and trip."""
    uncovered: Mapping[str, Span]
    """Feeds of the area whose calendar says nothing about the date: nobody knows whether their buses run."""


def departures(
    schedules: Mapping[str, Schedule],
    area: StopArea,
    at: datetime,
    *,
    limit: int = 20,
    horizon: timedelta = HORIZON,
) -> Departures:
    """The next departures in [at, at + horizon), at most `limit`, over all feeds of the area that `schedules` has.

    `at` must have a time zone. DateOutsideError where no feed's calendar tells of that date.
    """
    if at.tzinfo is None:
        raise ValueError("at must have a time zone")
    poles = _poles_by_feed(schedules, area)
    uncovered = {feed: at.astimezone(schedules[feed].timezone).date() for feed in poles}
    spans = _uncovered(schedules, uncovered)
    begin, end = at.timestamp(), (at + horizon).timestamp()
    found: list[tuple[float, str, int, int, date, Pole]] = []
    for feed, of_feed in poles.items():
        found += _within(feed, schedules[feed], of_feed, begin, end, limit)
    chosen = sorted(found, key=lambda one: one[:4])[:limit]
    return Departures(tuple(_departure(schedules[one[1]], one[1], one[3], one[4], one[5]) for one in chosen), spans)


def departures_on(schedules: Mapping[str, Schedule], area: StopArea, day: date) -> Departures:
    """All departures of a service date, those after midnight of its last buses included. Errors as `departures`."""
    poles = _poles_by_feed(schedules, area)
    spans = _uncovered(schedules, dict.fromkeys(poles, day))
    found: list[tuple[int, str, int, Pole]] = []
    for feed, of_feed in poles.items():
        schedule = schedules[feed]
        active = schedule.active(day)
        for pole in of_feed:
            rows = np.arange(schedule.stop_first[pole.row], schedule.stop_first[pole.row + 1])
            rows = rows[active[schedule.stop_service[rows]]]
            times, calls = schedule.stop_departure[rows].tolist(), schedule.stop_call[rows].tolist()
            found += [(time, feed, call, pole) for time, call in zip(times, calls, strict=True)]
    found.sort(key=lambda one: one[:3])
    told = tuple(_departure(schedules[feed], feed, call, day, pole) for _, feed, call, pole in found)
    return Departures(told, spans)


def _poles_by_feed(schedules: Mapping[str, Schedule], area: StopArea) -> dict[str, list[Pole]]:
    found: dict[str, list[Pole]] = {}
    for pole in area.poles:
        if pole.feed in schedules:
            found.setdefault(pole.feed, []).append(pole)
    return found


def _uncovered(schedules: Mapping[str, Schedule], days: Mapping[str, date]) -> dict[str, Span]:
    """DateOutsideError, with the range nearest to the date, where it is all of them."""
    lacking = {feed: Span(schedules[feed].first, schedules[feed].last) for feed, day in days.items()
               if not schedules[feed].covers(day)}  # fmt: skip
    if lacking and len(lacking) == len(days):
        feed, span = min(lacking.items(), key=lambda one: (_away(days[one[0]], one[1]), one[0]))
        raise DateOutsideError(days[feed], span.first, span.last)
    return lacking


def _away(day: date, span: Span) -> int:
    return max((span.first - day).days, (day - span.last).days)


def _within(
    feed: str, schedule: Schedule, poles: Sequence[Pole], begin: float, end: float, limit: int
) -> Iterator[tuple[float, str, int, int, date, Pole]]:
    """Epoch, feed, seconds, call, service date and pole of the first `limit` of each pole and service date."""
    for day, base in _service_days(schedule, begin, end):
        active = schedule.active(day)
        if not active.any():
            continue
        for pole in poles:
            first, last = schedule.stop_first[pole.row], schedule.stop_first[pole.row + 1]
            low, high = first + np.searchsorted(
                schedule.stop_departure[first:last], (np.ceil(begin - base), np.ceil(end - base))
            )
            runs = np.flatnonzero(active[schedule.stop_service[low:high]])[:limit] + low
            for row in runs.tolist():
                seconds = int(schedule.stop_departure[row])
                yield base + seconds, feed, seconds, int(schedule.stop_call[row]), day, pole


def _service_days(schedule: Schedule, begin: float, end: float) -> Iterator[tuple[date, float]]:
    """Service dates with departures in the span, and when their ServiceSeconds 0 is: 25:10 of yesterday is today."""
    day = datetime.fromtimestamp(begin, schedule.timezone).date() - timedelta(days=1 + schedule.latest_s // DAY_S)
    while (base := schedule.epoch(day)) < end:
        if schedule.covers(day) and base + schedule.latest_s >= begin:
            yield day, base
        day += timedelta(days=1)


def _departure(schedule: Schedule, feed: str, call: int, day: date, pole: Pole) -> Departure:
    run = int(schedule.call_trip[call])
    route = int(schedule.trip_route[run])
    start, seconds = int(schedule.trip_start_s[run]), int(schedule.call_departure[call])
    sign = int(schedule.call_headsign[call])
    instant = datetime.fromtimestamp(schedule.epoch(day) + seconds, UTC)
    return Departure(
        feed=feed,
        trip_id=schedule.trip_id[run],
        service_date=day,
        start_s=None if start == NO_START else start,
        stop_sequence=int(schedule.call_sequence[call]),
        stop_id=pole.stop_id,
        platform=pole.platform,
        seconds=seconds,
        scheduled=instant.astimezone(schedule.timezone),
        **_route(schedule, route),
        headsign=schedule.headsign[sign],
        headsign_english=schedule.headsign_english[sign],
        pickup_type=int(schedule.call_pickup[call]),
        headway_s=int(schedule.trip_headway_s[run]),
    )


def _route(schedule: Schedule, row: int) -> dict[str, str]:
    """Texts of a route, read once; empty ones for a trip whose route is not there."""
    known = schedule.route_texts
    if row not in known:
        columns = {
            "route_id": schedule.route_id, "route_short": schedule.route_short, "route_name": schedule.route_name,
            "route_english": schedule.route_english, "via": schedule.route_via, "colour": schedule.route_colour,
            "text_colour": schedule.route_text_colour, "agency_id": schedule.route_agency_id,
            "agency": schedule.route_agency, "agency_english": schedule.route_agency_english,
        }  # fmt: skip
        known[row] = {name: column[row] if row >= 0 else "" for name, column in columns.items()}
    return known[row]
