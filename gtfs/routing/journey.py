"""The trips behind a travel time: legs, waits, lines, stops."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gtfs.routing.network import TransitNetwork
from gtfs.routing.query import TravelQuery
from gtfs.routing.question import Question, question
from gtfs.routing.raptor import depart
from gtfs.routing.trace import Chain, Ride, Trace, best_stop
from gtfs.routing.walk import walked_seconds


class LegKind(StrEnum):
    WALK = "walk"
    WAIT = "wait"
    RIDE = "ride"


@dataclass(frozen=True, slots=True)
class Leg:
    kind: LegKind
    start_s: int
    """ServiceSeconds."""
    end_s: int
    from_stop: int | None = None
    """Row of the timetable's stops; None is the place where the journey begins or ends. A wait has only this one."""
    to_stop: int | None = None
    from_name: str = ""
    to_name: str = ""
    feed: str = ""
    """Of a ride: name of the feed, then its ids and what passengers read."""
    route_id: str = ""
    route_name: str = ""
    trip_id: str = ""
    headsign: str = ""
    distance_m: float | None = None
    """Of a walk."""


@dataclass(frozen=True, slots=True)
class Journey:
    departure_s: int
    """When one leaves: the last of `minutes` (one waits at the first stop, never at home); with `arrive_by` the last
    moment that is early enough."""
    arrival_s: int
    legs: tuple[Leg, ...]
    minutes: tuple[int, ...] = ()
    """ServiceSeconds of all minutes of the window for which this is the best way. The travel time of a minute counts
    from that minute to `arrival_s`, with `arrive_by` from `departure_s` to that minute."""

    @property
    def duration_s(self) -> int:
        return self.arrival_s - self.departure_s

    @property
    def rides(self) -> int:
        return sum(leg.kind is LegKind.RIDE for leg in self.legs)


def journeys(
    network: TransitNetwork, origin: NDArray[np.float64], destination: NDArray[np.float64], query: TravelQuery
) -> list[Journey]:
    """The best trips between two places (2,), by departure: of each minute the first to arrive, and of those that
    arrive together one with the fewest rides. Minutes that share their rides are one journey, told for the last of
    these minutes. Empty where nothing leads there within the query's limits.

    With `arrive_by` the minutes are those of arrival, of each minute the last to leave. Where only the headway of a
    line is known, its trips come after half of it.
    """
    asked = question(network, origin, destination, replace(query, draws=0))
    found: dict[tuple[Ride, ...], tuple[int, Chain, list[int]]] = {}
    for minute, end, chain in _by_minute(asked):
        clock = -minute if query.arrive_by else minute
        found.setdefault(chain.rides, (end, chain, []))[2].append(clock)
    told = [_journey(asked, end, chain, sorted(minutes)) for end, chain, minutes in found.values()]
    return sorted(told, key=lambda one: (one.departure_s, one.arrival_s))


def _by_minute(asked: Question) -> Iterator[tuple[int, int, Chain]]:
    """From the last minute on (in the mirror the first): minute, end and rides of the best way, if there is one."""
    query, plan = asked.query, asked.plan
    state, none = asked.state(), np.zeros(0, np.int32)
    _, near, access_s = asked.access(asked.sources.snapped)
    start, _, egress_s = asked.egress()
    stops = np.repeat(np.arange(len(start) - 1), np.diff(start))
    direct = asked.direct(asked.sources.snapped)[2].tolist()
    access = dict(zip(near.tolist(), access_s.tolist(), strict=True))
    last: tuple[int, Chain] | None = None
    for minute in asked.minutes[::-1].tolist():
        deadline = minute + query.max_trip_s
        depart(plan, state, near, access_s, np.int32(minute), np.int32(deadline), none, none)
        row, end = best_stop(state.arrived, stops, egress_s)
        if direct and minute + direct[0] <= min(end, deadline):
            yield minute, minute + direct[0], Chain((), (direct[0],))
        elif end <= deadline:
            if last is None or last[0] != end:
                last = end, Trace(plan, state, access, minute).chain(int(stops[row]), int(egress_s[row]), end)
            yield minute, end, last[1]


def _journey(asked: Question, end: int, chain: Chain, minutes: list[int]) -> Journey:
    query = asked.query
    rides, walks = [_real(asked, ride) for ride in chain.rides], list(chain.walks_s)
    departs = minutes[-1]
    if query.arrive_by:
        # In the mirror the search began at the destination, and ended when one leaves.
        rides.reverse()
        walks.reverse()
        departs = -end if rides else minutes[-1] - walks[0]
    legs = _legs(asked, departs, rides, walks)
    return Journey(departs, legs[-1].end_s if legs else departs, tuple(legs), tuple(minutes))


@dataclass(frozen=True, slots=True)
class _Vehicle:
    """A ride with its times, in the direction in which people travel."""

    pattern: int
    trip: int
    """Row of the timetable's trips."""
    from_stop: int
    to_stop: int
    departure_s: int
    arrival_s: int


def _real(asked: Question, ride: Ride) -> _Vehicle:
    table, q = asked.network.timetable, ride.pattern
    first, last = (int(table.pattern_position[at]) for at in (q, q + 1))
    trips, headway = int(table.pattern_trip[q + 1] - table.pattern_trip[q]), int(table.pattern_headway[q])
    board, alight = ride.board - first, ride.alight - first
    row, shift = (0, ride.trip) if headway else (ride.trip, 0)
    if asked.query.arrive_by:
        board, alight = last - first - 1 - alight, last - first - 1 - board
        row, shift = (0, -ride.trip) if headway else (trips - 1 - ride.trip, 0)
    call = int(table.pattern_call[q])
    departure = int(table.departure[call + board * trips + row]) + shift
    arrival = int(table.arrival[call + row * (last - first) + alight]) + shift
    here, there = int(table.position_stop[first + board]), int(table.position_stop[first + alight])
    return _Vehicle(q, int(table.pattern_trip[q]) + row, here, there, departure, arrival)


def _legs(asked: Question, departs: int, rides: list[_Vehicle], walks: list[int]) -> list[Leg]:
    name, speed = asked.network.timetable.stop_name, asked.query.walk_speed_ms
    legs: list[Leg] = []
    now, here = departs, None
    for ride, told in zip([*rides, None], walks, strict=True):
        there = ride.from_stop if ride else None
        # A rule of transfers.txt may ask for more than the walk: the rest is waited.
        walk = told if here is None or there is None else min(told, _walked(asked, here, there))
        if walk or here != there or not rides:
            start, end = ("" if stop is None else name[stop] for stop in (here, there))
            legs.append(Leg(LegKind.WALK, now, now + walk, here, there, start, end, distance_m=round(walk * speed, 1)))
            now += walk
        if ride is not None:
            at = (ride.from_stop, None, name[ride.from_stop])
            if ride.departure_s > now:
                legs.append(Leg(LegKind.WAIT, now, ride.departure_s, *at))
            legs.append(_ridden(asked, ride))
            now, here = ride.arrival_s, ride.to_stop
    return legs


def _walked(asked: Question, start: int, end: int) -> int:
    """Seconds on foot between two stops."""
    if start == end:
        return 0
    network = asked.network
    rows = slice(int(network.transfer_start[start]), int(network.transfer_start[start + 1]))
    metres = network.transfer_m[rows][network.transfer_stop[rows] == end]
    return int(walked_seconds(metres, asked.query.walk_speed_ms)[0])


def _ridden(asked: Question, ride: _Vehicle) -> Leg:
    table = asked.network.timetable
    route = int(table.pattern_route[ride.pattern])
    return Leg(
        LegKind.RIDE,
        ride.departure_s,
        ride.arrival_s,
        ride.from_stop,
        ride.to_stop,
        table.stop_name[ride.from_stop],
        table.stop_name[ride.to_stop],
        table.feeds[int(table.route_feed[route])],
        table.route_id[route],
        table.route_name[route],
        table.trip_id[ride.trip],
        table.trip_headsign[ride.trip],
    )
