"""A day of a feed as if it really ran: a hidden truth, and what GTFS-Realtime tells of it with its faults.

Everything follows from the seed: the same call makes the same bytes. The truth is a random walk of running times with
peaks, shared by all buses of a street at a time of day, with stays at stops; no bus leaves a timing point early.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from zlib import crc32

import numpy as np
from google.transit import gtfs_realtime_pb2 as pb

from geo import Text
from gtfs.feed import Feed
from gtfs.realtime.errors import DayWithoutTripsError
from gtfs.realtime.trip_times import Seconds, TripSchedule, TripTimes

_VERSION: Final = "2.0"
_PEAKS: Final = ((8.0, 1.2), (17.75, 1.5))
"""Middle and width in hours."""


class Kind(StrEnum):
    """The three feeds that operators publish."""

    UPDATES = "trip_updates"
    POSITIONS = "vehicle_positions"
    ALERTS = "alerts"


class FaultKind(StrEnum):
    SILENT = "silent"
    GARBAGE = "garbage"
    STALE = "stale"
    LATE = "late"
    WRONG_CLOCK = "wrong_clock"
    JUMPING = "jumping"


@dataclass(frozen=True, slots=True)
class Fault:
    """From one time of the day to another, in ServiceSeconds."""

    kind: FaultKind
    begins_s: int
    ends_s: int


@dataclass(frozen=True, slots=True)
class Conditions:
    seed: int = 1
    slower_at_peak: float = 0.2
    """Share by which running times grow in the middle of a peak."""
    roughness: float = 0.15
    """Standard deviation of the logarithm of each segment's factor."""
    canceled_share: float = 0.02
    lost_share: float = 0.05
    """Of the vehicles, in each message."""
    error_m: float = 8.0
    """Standard deviation of positions, each way."""
    suspends_a_stop: bool = True
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class TrueRun:
    """What really happens to one trip: POSIX seconds, one value for each call."""

    trip: TripSchedule
    canceled: bool
    arrival: Seconds
    departure: Seconds

    def along_m(self, at: float) -> float:
        """Metres along its way; it stands at its stops between arrival and departure."""
        times = np.column_stack([self.arrival, self.departure]).ravel()
        return float(np.interp(at, times, np.repeat(self.trip.path.stops_m, 2)))

    def passed(self, at: float) -> int:
        """How many calls lie behind."""
        return int(np.searchsorted(self.departure, at, side="right"))


@dataclass(frozen=True)
class Simulation:
    """Built with `simulate_day`."""

    schedule: TripTimes
    day: date
    runs: tuple[TrueRun, ...]
    conditions: Conditions
    suspended_stop: str | None
    origin: float
    """POSIX seconds from which the day's ServiceSeconds count."""

    def content(self, kind: Kind, now: datetime) -> bytes | None:
        """What the feed answers at that time; None: nothing at all."""
        at = now.timestamp()
        fault = next((one for one in self.conditions.faults if one.begins_s <= at - self.origin < one.ends_s), None)
        match fault.kind if fault else None:
            case FaultKind.SILENT:
                return None
            case FaultKind.GARBAGE:
                return b"<html><body>502 Bad Gateway</body></html>"
            case FaultKind.STALE:
                assert fault is not None
                return self._message(kind, self.origin + fault.begins_s).SerializeToString(deterministic=True)
            case FaultKind.LATE:
                return self._message(kind, at - 400).SerializeToString(deterministic=True)
            case FaultKind.WRONG_CLOCK:
                return self._message(kind, at, clock_s=900).SerializeToString(deterministic=True)
            case FaultKind.JUMPING:
                return self._message(kind, at, jump_m=3_000).SerializeToString(deterministic=True)
        return self._message(kind, at).SerializeToString(deterministic=True)

    def _message(self, kind: Kind, at: float, *, clock_s: int = 0, jump_m: float = 0) -> pb.FeedMessage:
        message = pb.FeedMessage()
        message.header.gtfs_realtime_version = _VERSION
        message.header.timestamp = int(at) + clock_s
        match kind:
            case Kind.UPDATES:
                self._tell_updates(message, at)
            case Kind.POSITIONS:
                self._tell_positions(message, at, clock_s, jump_m)
            case Kind.ALERTS:
                self._tell_alerts(message)
        return message

    def _on_the_road(self, at: float) -> Iterator[TrueRun]:
        for run in self.runs:
            if not run.canceled and run.departure[0] - 300 <= at <= run.arrival[-1] + 60:
                yield run

    def _tell_updates(self, message: pb.FeedMessage, at: float) -> None:
        """What an operator knows: how late each bus was at its last stop. Of the future it knows nothing."""
        for run in self.runs:
            begins = self.origin + run.trip.departure_s[0]
            if run.canceled and begins - 3_600 <= at <= self.origin + run.trip.arrival_s[-1]:
                update = self._entity(message, run).trip_update
                self._describe(update.trip, run)
                update.trip.schedule_relationship = pb.TripDescriptor.CANCELED
        for run in self._on_the_road(at):
            last = run.passed(at) - 1
            if last >= 0:
                update = self._entity(message, run).trip_update
                self._describe(update.trip, run)
                update.vehicle.id = _vehicle_id(run)
                update.timestamp = message.header.timestamp
                told = update.stop_time_update.add()
                told.stop_sequence = int(run.trip.sequence[last])
                told.stop_id = run.trip.stop_ids[last]
                told.departure.delay = round(float(run.departure[last] - self.origin - run.trip.departure_s[last]))

    def _tell_positions(self, message: pb.FeedMessage, at: float, clock_s: int, jump_m: float) -> None:
        for run in self._on_the_road(at):
            random = self._random(run.trip.trip_id, int(at))
            if random.random() < self.conditions.lost_share:
                continue
            vehicle = self._entity(message, run).vehicle
            self._describe(vehicle.trip, run)
            vehicle.vehicle.id = _vehicle_id(run)
            seen = at - float(random.integers(0, 10))
            place = run.trip.path.place(run.along_m(seen)) + random.normal(0, self.conditions.error_m, 2)
            place = place + random.choice([-1.0, 1.0], 2) * jump_m
            lon, lat = self.schedule.plane.degrees(place[None, :])[0]
            vehicle.position.longitude, vehicle.position.latitude = lon, lat
            vehicle.timestamp = int(seen) + clock_s

    def _tell_alerts(self, message: pb.FeedMessage) -> None:
        if self.suspended_stop is None:
            return
        entity = message.entity.add(id="suspended")
        alert = entity.alert
        alert.active_period.add(start=int(self.origin) + 10 * 3600, end=int(self.origin) + 15 * 3600)
        alert.informed_entity.add(stop_id=self.suspended_stop)
        alert.cause, alert.effect = pb.Alert.CONSTRUCTION, pb.Alert.NO_SERVICE
        for language in ("ja", "en"):
            words = _SUSPENDED.ja if language == "ja" else _SUSPENDED.en
            alert.header_text.translation.add(text=words, language=language)

    def _entity(self, message: pb.FeedMessage, run: TrueRun) -> pb.FeedEntity:
        return message.entity.add(id=run.trip.trip_id)

    def _describe(self, told: pb.TripDescriptor, run: TrueRun) -> None:
        told.trip_id, told.route_id = run.trip.trip_id, run.trip.route_id
        told.start_date = f"{self.day:%Y%m%d}"

    def _random(self, name: str, number: int = 0) -> np.random.Generator:
        return np.random.default_rng([self.conditions.seed, crc32(name.encode()), number])


_SUSPENDED: Final = Text(
    "工事のため10時から15時までこの停留所には停車しません", "Buses do not stop here from 10:00 to 15:00: road works"
)


def simulate_day(feed: Feed, day: date, conditions: Conditions | None = None) -> Simulation:
    """DateOutsideError for a date outside the calendar, DayWithoutTripsError for one on which nothing runs."""
    schedule = TripTimes(feed)
    chosen = conditions or Conditions()
    origin = schedule.origin(day)
    trips = sorted(schedule.trips_on(day), key=lambda trip: trip.trip_id)
    if not trips:
        raise DayWithoutTripsError(day)
    stop = _suspended_stop(trips, chosen)
    base = Simulation(schedule, day, (), chosen, stop, origin)
    return replace(base, runs=tuple(_true_run(trip, day, origin, chosen) for trip in trips))


def demo_faults(conditions: Conditions) -> Conditions:
    """A bad day for a demonstration: each fault for five minutes in every hour of the day."""
    kinds = list(FaultKind)
    hours = range(6, 22)
    faults = (Fault(kinds[hour % len(kinds)], hour * 3600 + 1_800, hour * 3600 + 2_100) for hour in hours)
    return replace(conditions, faults=tuple(faults))


def _suspended_stop(trips: Sequence[TripSchedule], conditions: Conditions) -> str | None:
    stops = sorted({stop for trip in trips for stop in trip.stop_ids[1:-1]})
    if not conditions.suspends_a_stop or not stops:
        return None
    return stops[conditions.seed % len(stops)]


def _vehicle_id(run: TrueRun) -> str:
    return f"v{crc32(run.trip.trip_id.encode()) % 100_000:05d}"


def _true_run(trip: TripSchedule, day: date, origin: float, conditions: Conditions) -> TrueRun:
    random = np.random.default_rng([conditions.seed, crc32(trip.trip_id.encode()), day.toordinal()])
    n = len(trip.stop_ids)
    arrival, departure = np.empty(n), np.empty(n)
    scheduled = origin + trip.departure_s
    arrival[0] = scheduled[0] - 120
    departure[0] = scheduled[0] + random.exponential(40.0)
    mood = 0.0
    for at in range(1, n):
        mood = 0.7 * mood + random.normal(0, conditions.roughness)
        factor = _factor(trip, at, departure[at - 1] - origin, conditions) * np.exp(mood)
        arrival[at] = departure[at - 1] + trip.segment_s[at - 1] * factor
        leaves = arrival[at] + random.exponential(8.0)
        departure[at] = max(leaves, scheduled[at]) if trip.waits[at] else leaves
    departure[-1] = arrival[-1]
    canceled = bool(random.random() < conditions.canceled_share)
    return TrueRun(trip, canceled, arrival, departure)


def _factor(trip: TripSchedule, at: int, seconds: float, conditions: Conditions) -> float:
    """How slow the street is at that time: the same for every bus and every day, so that it can be learned."""
    hour = seconds / 3600 % 24
    peak = max(float(np.exp(-(((hour - middle) / width) ** 2))) for middle, width in _PEAKS)
    name = f"{trip.stop_ids[at - 1]} {trip.stop_ids[at]}"
    street = np.random.default_rng([conditions.seed, crc32(name.encode())]).normal(0, 0.1)
    return float((0.95 + conditions.slower_at_peak * peak) * np.exp(street))
