"""Two timetables in one feed, the old one and the new one around a revision: counts over all services double."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gtfs.call import calls
from gtfs.feed import Feed
from gtfs.route import route_names
from gtfs.service import ServiceCalendar, service_calendar
from gtfs.service_kind import ServiceKind, ServiceProfile, service_profiles

_OCCASIONAL: Final = frozenset(
    {ServiceKind.OBON, ServiceKind.YEAR_END, ServiceKind.SEASONAL, ServiceKind.IRREGULAR, ServiceKind.HOLIDAY,
     ServiceKind.NEVER}
)  # fmt: skip
"""Services that end before others begin without anything having been revised."""
_LEAST_SHARE: Final = 0.2
"""Of the trips of the regular services of both sides, those on lines that both sides have."""
_SAME_STOPS: Final = 0.8
"""Share of stop names in common from which two lines of different name are one line."""
_MARK: Final = re.compile(
    r"[\s_\-(（\[【]*(?:新|旧|改正(?:前|後)?|20\d{2,6}|r\d+|\d{8}|v\d+|ver\d+)[\s_\-)）\]】]*", re.IGNORECASE
)


@dataclass(frozen=True)
class RevisedLine:
    """One line as the passenger knows it, under its ids before and after."""

    name: str
    before: tuple[str, ...]
    """route_ids of the trips of the old timetable."""
    after: tuple[str, ...]
    trips_before: int
    trips_after: int


@dataclass(frozen=True)
class Revision:
    """Found with `find_revisions`."""

    begins: date
    """First date of the new timetable."""
    before: tuple[str, ...]
    """service_ids that end before."""
    after: tuple[str, ...]
    lines: tuple[RevisedLine, ...]
    """Lines that the feed holds twice; others run on or were dropped."""

    @property
    def doubled_trips(self) -> int:
        """By how many trips a count over all services is too high, at least."""
        return sum(min(line.trips_before, line.trips_after) for line in self.lines)


def find_revisions(feed: Feed, calendar: ServiceCalendar | None = None) -> tuple[Revision, ...]:
    """Dates that split the services so that lines have trips of the same kind on either side; in order."""
    calendar = calendar or service_calendar(feed)
    profiles = service_profiles(feed, calendar)
    regular = {key: one for key, one in profiles.items() if one.kind not in _OCCASIONAL and one.first and one.last}
    trips = _trips(feed, regular)
    if trips.empty:
        return ()
    candidates = sorted({one.first for one in regular.values() if one.first and one.first > calendar.first})
    found = [one for begins in candidates if (one := _revision(begins, regular, trips)) is not None]
    return tuple(one for one in found if not any(_echoes(one, other) for other in found))


def _echoes(one: Revision, other: Revision) -> bool:
    """The new timetable of Saturdays begins some days after that of working days, and is no revision of its own."""
    sides = set(one.before) <= set(other.before), set(one.after) <= set(other.after)
    return all(sides) and (one.before, one.after) != (other.before, other.after)


def _trips(feed: Feed, regular: Mapping[str, ServiceProfile]) -> pd.DataFrame:
    """Columns service_id, route_id, line (number of the line), kind; trips of regular services that call somewhere."""
    trips = feed.table("trips")[["trip_id", "route_id", "service_id"]].dropna()
    trips = trips[trips["service_id"].isin(list(regular))]
    lines = line_numbers(feed)
    kinds = {service: "".join("1" if day else "0" for day in one.weekdays) for service, one in regular.items()}
    return trips.assign(line=trips["route_id"].map(lines), kind=trips["service_id"].map(kinds)).dropna()


def _revision(begins: date, regular: Mapping[str, ServiceProfile], trips: pd.DataFrame) -> Revision | None:
    before = sorted(key for key, one in regular.items() if one.last and one.last < begins)
    after = sorted(key for key, one in regular.items() if one.first and one.first >= begins)
    follows = [one.first for key, one in regular.items() if key in set(after) and one.first]
    if not before or not after or min(follows) != begins:
        return None
    old, new = (trips[trips["service_id"].isin(side)] for side in (before, after))
    both = set(zip(old["line"], old["kind"], strict=True)) & set(zip(new["line"], new["kind"], strict=True))
    lines = _lines({line for line, _ in both}, old, new)
    doubled = sum(line.trips_before + line.trips_after for line in lines)
    if not lines or doubled < _LEAST_SHARE * len(trips):
        return None
    return Revision(begins, tuple(before), tuple(after), lines)


def _lines(numbers: Iterable[int], old: pd.DataFrame, new: pd.DataFrame) -> tuple[RevisedLine, ...]:
    lines = []
    for number in sorted(numbers):
        first, second = old[old["line"] == number], new[new["line"] == number]
        before, after = (tuple(sorted(set(side["route_id"].astype(str)))) for side in (first, second))
        lines.append(RevisedLine(before[0], before, after, len(first), len(second)))
    return tuple(lines)


def line_numbers(feed: Feed) -> dict[str, int]:
    """A number for each route_id: the same for routes of one name (marks of a revision apart) or of the same stops."""
    names = {str(route): plain_name(str(name)) for route, name in route_names(feed).items()}
    routes = sorted(names)
    parent = {route: route for route in routes}

    def root(route: str) -> str:
        while parent[route] != route:
            route = parent[route]
        return route

    by_name: dict[str, str] = {}
    stops = stop_names_by_route(feed)
    for route in routes:
        first = by_name.setdefault(names[route], route)
        if first != route and _alike(stops.get(first), stops.get(route)):
            parent[root(route)] = root(first)
    for route, other in _same_stops(routes, stops):
        parent[root(other)] = root(route)
    numbers = {one: number for number, one in enumerate(sorted({root(route) for route in routes}))}
    return {route: numbers[root(route)] for route in routes}


def plain_name(name: str) -> str:
    """Width, spaces and marks of a revision (新, 旧, 2026, 改正後) taken away."""
    text = unicodedata.normalize("NFKC", name)
    return re.sub(r"\s+", "", _MARK.sub("", text)) or text


def stop_names_by_route(feed: Feed) -> dict[str, tuple[str, ...]]:
    """The most frequent sequence of stop names of each route's trips."""
    visits = calls(feed)
    if visits.empty:
        return {}
    stops = feed.table("stops").drop_duplicates("stop_id").set_index("stop_id")
    names = visits["stop_id"].map(stops["stop_name"]).astype("string").fillna(visits["stop_id"]).astype("object")
    trip: NDArray[np.int64] = pd.factorize(visits["trip_id"])[0]
    starts = np.flatnonzero(np.append(True, trip[1:] != trip[:-1]))
    patterns: dict[str, Counter[tuple[str, ...]]] = {}
    values, route = names.to_numpy(), visits["route_id"].astype("object").to_numpy()
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(trip)], strict=True):
        patterns.setdefault(str(route[start]), Counter())[tuple(values[start:end].tolist())] += 1
    return {key: min(count, key=lambda one: (-count[one], one)) for key, count in patterns.items()}


def _alike(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> bool:
    """Routes of one name that share no stop (`市内線` of two towns) are two lines; one without trips is no witness."""
    return not one or not other or bool(set(one) & set(other))


def _same_stops(routes: list[str], stops: Mapping[str, tuple[str, ...]]) -> Iterable[tuple[str, str]]:
    """Pairs that begin and end alike and share most stops; the same order, so that the way back is no renaming."""
    ends: dict[tuple[str, str], list[str]] = {}
    for route in routes:
        if len(stops.get(route, ())) > 1:
            ends.setdefault((stops[route][0], stops[route][-1]), []).append(route)
    for together in ends.values():
        for number, route in enumerate(together):
            for other in together[number + 1 :]:
                if overlap(set(stops[route]), set(stops[other])) >= _SAME_STOPS:
                    yield route, other


def overlap(one: set[str], other: set[str]) -> float:
    """Size of what both hold, by the size of what either holds."""
    return len(one & other) / max(len(one | other), 1)
