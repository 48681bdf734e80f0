"""Two versions of a timetable: which routes, trips and stops came, went and changed."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo import Text
from gtfs.day_service import RouteService, services_of_date, trip_starts
from gtfs.feed import Feed
from gtfs.generation import overlap, plain_name, stop_names_by_route
from gtfs.route import route_names
from gtfs.service import ServiceCalendar, service_calendar
from gtfs.service_kind import holidays
from gtfs.stop_difference import StopChange, stop_changes


class DayKind(StrEnum):
    WEEKDAY = "weekday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def text(self) -> Text:
        return {
            DayKind.WEEKDAY: Text("平日", "Weekday"),
            DayKind.SATURDAY: Text("土曜", "Saturday"),
            DayKind.SUNDAY: Text("日曜", "Sunday"),
        }[self]


_DAYS: Final = {DayKind.WEEKDAY: range(5), DayKind.SATURDAY: range(5, 6), DayKind.SUNDAY: range(6, 7)}
_SAME_STOPS: Final = 0.8
_RELATED: Final = 0.3
"""Share of stop names from which routes of one id or one name are the same route."""


class Change(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True)
class DayChange:
    """One route on a typical day of a kind, before and after; None where the route or such a day is missing."""

    before: RouteService | None
    after: RouteService | None

    @property
    def trips(self) -> tuple[int, int]:
        return (self.before.trips if self.before else 0), (self.after.trips if self.after else 0)

    @property
    def headways(self) -> tuple[float | None, float | None]:
        """Minutes."""
        return (self.before.headway_min if self.before else None), (self.after.headway_min if self.after else None)

    def as_json(self) -> dict[str, Any]:
        return {
            "before": self.before and self.before.as_json(),
            "after": self.after and self.after.as_json(),
        }


@dataclass(frozen=True)
class RouteChange:
    name: str
    """As it is called after, else before."""
    before: str | None
    """route_id; None for a route that is new."""
    after: str | None
    matched_by: str
    """`id`, `name`, `stops`; empty for a route that is new or gone."""
    days: Mapping[DayKind, DayChange]
    stops_added: tuple[str, ...]
    """Names of stops that its usual trip calls at now and did not before."""
    stops_removed: tuple[str, ...]

    @property
    def change(self) -> Change:
        if self.before is None:
            return Change.ADDED
        if self.after is None:
            return Change.REMOVED
        moved = any(_figures(day.before) != _figures(day.after) for day in self.days.values())
        return Change.CHANGED if moved or self.stops_added or self.stops_removed else Change.SAME

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "change": self.change.value,
            "before": self.before,
            "after": self.after,
            "matched_by": self.matched_by,
            "days": {kind.value: day.as_json() for kind, day in self.days.items()},
            "stops_added": list(self.stops_added),
            "stops_removed": list(self.stops_removed),
        }


@dataclass(frozen=True)
class Difference:
    """Built with `feed_difference`."""

    routes: tuple[RouteChange, ...]
    stops: tuple[StopChange, ...]
    """Changed ones only."""
    dates: Mapping[DayKind, tuple[date | None, date | None]]
    """Which dates stand for a kind of day, before and after: the commonest timetable of such days."""

    def trips(self, kind: DayKind) -> tuple[int, int]:
        """Of all routes."""
        pairs = [route.days[kind].trips for route in self.routes if kind in route.days]
        return sum(before for before, _ in pairs), sum(after for _, after in pairs)

    def as_json(self) -> dict[str, Any]:
        return {
            "dates": {kind.value: [day and day.isoformat() for day in pair] for kind, pair in self.dates.items()},
            "trips": {kind.value: list(self.trips(kind)) for kind in DayKind},
            "routes": [route.as_json() for route in self.routes],
            "stops": [stop.as_json() for stop in self.stops],
        }


def feed_difference(before: Feed, after: Feed) -> Difference:
    """NoServiceError where one of them tells no date at all."""
    calendars = [service_calendar(feed) for feed in (before, after)]
    typical = [typical_dates(feed, one) for feed, one in zip((before, after), calendars, strict=True)]
    dates = {kind: (typical[0].get(kind), typical[1].get(kind)) for kind in DayKind}
    services = [_services(*one) for one in zip((before, after), calendars, typical, strict=True)]
    stops = stop_changes(before, after)
    renamed = {one.name_before: one.name for one in stops if one.before_id and one.after_id}
    return Difference(tuple(_route_changes(before, after, services, renamed)), stops, dates)


def typical_dates(feed: Feed, calendar: ServiceCalendar | None = None) -> dict[DayKind, date]:
    """For each kind of day the first date with the set of services that most such days have; holidays apart."""
    calendar = calendar or service_calendar(feed)
    apart = set(holidays(feed, calendar))
    count = calendar.runs.shape[1]
    days = [date.fromordinal(calendar.first.toordinal() + number) for number in range(count)]
    packed: NDArray[np.uint8] = np.packbits(calendar.runs, axis=0)
    found: dict[DayKind, date] = {}
    for kind, weekdays in _DAYS.items():
        columns = [
            number for number, day in enumerate(days) if day.weekday() in weekdays and day not in apart
            and calendar.runs[:, number].any()
        ]  # fmt: skip
        sets = Counter(packed[:, number].tobytes() for number in columns)
        if sets:
            commonest = max(sets.values())
            found[kind] = next(days[n] for n in columns if sets[packed[:, n].tobytes()] == commonest)
    return found


def _services(
    feed: Feed, calendar: ServiceCalendar, dates: Mapping[DayKind, date]
) -> dict[DayKind, dict[str, RouteService]]:
    starts = trip_starts(feed)
    return {
        kind: {route.route_id: route for route in services_of_date(feed, dates[kind], calendar, starts)}
        if kind in dates
        else {}
        for kind in DayKind
    }


def _route_changes(
    before: Feed,
    after: Feed,
    services: Sequence[Mapping[DayKind, Mapping[str, RouteService]]],
    renamed: Mapping[str, str],
) -> Iterator[RouteChange]:
    """`renamed`: stops that have another name now; a route that still calls there has neither lost nor won a stop."""
    old, new = services
    names = [{str(route): str(name) for route, name in route_names(feed).items()} for feed in (before, after)]
    stops = stop_names_by_route(before), stop_names_by_route(after)
    for first, second, how in match_routes(names[0], names[1], *stops):
        days = {
            kind: DayChange(old[kind].get(first or ""), new[kind].get(second or ""))
            for kind in DayKind
            if (first in old[kind]) or (second in new[kind])
        }
        known = set(stops[1].get(second or "", ()))
        called = stops[0].get(first or "", ())
        calls = (
            tuple(name if name in known else renamed.get(name, name) for name in called),
            stops[1].get(second or "", ()),
        )
        both = first is not None and second is not None
        name = names[1][second] if second is not None else names[0][first or ""]
        gained, lost = (_missing(calls[1], calls[0]), _missing(calls[0], calls[1])) if both else ((), ())
        yield RouteChange(name, first, second, how, days, gained, lost)


def _missing(names: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """Names that are not among the others, in order, each once."""
    return tuple(dict.fromkeys(name for name in names if name not in set(others)))


def match_routes(
    old: Mapping[str, str],
    new: Mapping[str, str],
    old_stops: Mapping[str, tuple[str, ...]],
    new_stops: Mapping[str, tuple[str, ...]],
) -> list[tuple[str | None, str | None, str]]:
    """Pairs of route_ids, `old` and `new` being names by id: by id, then by name and stops, then by stops alone."""
    pairs: list[tuple[str | None, str | None, str]] = []
    left, right = dict(old), dict(new)

    def settle(first: str, second: str, how: str) -> None:
        pairs.append((first, second, how))
        del left[first], right[second]

    def related(first: str, second: str) -> float:
        if not old_stops.get(first) or not new_stops.get(second):
            return 1.0
        return overlap(set(old_stops[first]), set(new_stops[second]))

    for route in [route for route in left if route in right]:
        if plain_name(left[route]) == plain_name(right[route]) or related(route, route) >= _RELATED:
            settle(route, route, "id")
    for how, least in (("name", _RELATED), ("stops", _SAME_STOPS)):
        candidates = sorted(
            (-share, first, second)
            for first in left
            for second in right
            if (how == "stops" or plain_name(left[first]) == plain_name(right[second]))
            and (share := related(first, second)) >= least
            and (how == "name" or _same_way(old_stops.get(first, ()), new_stops.get(second, ())))
        )
        for _, first, second in candidates:
            if first in left and second in right:
                settle(first, second, how)
    order = {route: number for number, route in enumerate(new)}
    pairs += [(None, route, "") for route in right]
    pairs.sort(key=lambda pair: order[pair[1] or ""])
    return pairs + [(route, None, "") for route in left]


def _same_way(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Begin and end alike: the way back has the same stops and is another route."""
    return bool(one) and bool(other) and (one[0], one[-1]) == (other[0], other[-1])


def _figures(route: RouteService | None) -> tuple[object, ...]:
    return (route.trips, route.first_s, route.last_s, route.headway_min) if route else ()
