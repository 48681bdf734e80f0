"""Which trip a vehicle is on, and how far it has come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np

from gtfs.realtime.estimate import AT_STOP_M, Progress
from gtfs.realtime.message import TripDescriptor, VehiclePosition
from gtfs.realtime.path import OFF_ROUTE_M, Metres
from gtfs.realtime.trip_times import TripSchedule, TripTimes

_OFF_M: Final = 25.0
"""One unit of cost: an ordinary error of GNSS."""
_BACK_M: Final = 50.0
_LATE_S: Final = 300.0
_STANDS_MS: Final = 1.0
_CLEAR: Final = 4.0
"""By so much a guessed trip must be cheaper than the next one: two trips of one line follow each other."""
_SURELY: Final = 6.0
_WINDOW: Final = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class Run:
    """One trip on one date."""

    trip: TripSchedule
    day: date
    origin: float
    """POSIX seconds from which its ServiceSeconds count."""
    start_s: int | None = None

    @property
    def key(self) -> tuple[str, date, int | None]:
        return self.trip.trip_id, self.day, self.start_s


def find_run(schedule: TripTimes, told: TripDescriptor, now: datetime) -> Run | None:
    """The trip that a message speaks of; None for one that the timetable lacks or that does not run that day."""
    trip = schedule.trip(told.trip_id) if told.trip_id else _by_start(schedule, told, now)
    if trip is None:
        return None
    start_s = told.start_s if trip.trip_id in schedule.frequent else None
    if trip.trip_id in schedule.frequent:
        if start_s is None:
            return None
        trip = trip.shifted(start_s)
    day = told.start_date or schedule.service_date(trip, now)
    if day is None or not schedule.runs(trip.trip_id, day):
        return None
    return Run(trip, day, schedule.origin(day), start_s)


def _by_start(schedule: TripTimes, told: TripDescriptor, now: datetime) -> TripSchedule | None:
    """By route, direction and time of departure, which name one trip or none."""
    if told.route_id is None or told.start_s is None:
        return None
    day = told.start_date or now.astimezone(schedule.zone).date()
    if not schedule.calendar.covers(day):
        return None
    found = [
        trip
        for trip in schedule.trips_on(day)
        if trip.route_id == told.route_id
        and trip.departure_s[0] == told.start_s
        and told.direction_id in (None, trip.direction_id)
    ]
    return found[0] if len(found) == 1 else None


def guess_run(
    schedule: TripTimes, runs: Sequence[Run], vehicle: VehiclePosition, seen: float, taken: Iterable[object]
) -> Run | None:
    """For a vehicle that names no trip: the one run that fits its place and time far better than any other."""
    others = set(taken)
    place = place_of(schedule, vehicle)
    costs: list[tuple[float, int, Run]] = []
    for run in runs:
        if run.key not in others and vehicle.trip.route_id in (None, run.trip.route_id):
            cost, _ = _cheapest(run, place, seen, None)
            costs.append((cost, len(costs), run))
    costs.sort(key=lambda one: one[:2])
    if not costs or costs[0][0] > _SURELY or (len(costs) > 1 and costs[1][0] - costs[0][0] < _CLEAR):
        return None
    return costs[0][2]


def active_runs(schedule: TripTimes, now: datetime) -> list[Run]:
    """What should be on the road about now."""
    today = now.astimezone(schedule.zone).date()
    found = []
    for day in (today - timedelta(days=1), today):
        if schedule.calendar.covers(day):
            origin = schedule.origin(day)
            begin, end = (now - _WINDOW).timestamp() - origin, (now + _WINDOW).timestamp() - origin
            found += [
                Run(trip, day, origin)
                for trip in schedule.trips_on(day)
                if trip.departure_s[0] <= end and trip.arrival_s[-1] >= begin
            ]
    return found


def place_of(schedule: TripTimes, vehicle: VehiclePosition) -> Metres:
    return np.asarray(schedule.plane.metres(np.array([vehicle.lonlat]))[0])


def progress_of(
    run: Run, vehicle: VehiclePosition, place: Metres, seen: float, last: Progress | None
) -> Progress | None:
    """How far the vehicle has come; None where it is nowhere near its way.

    Where the way passes a place twice, the pass is taken that is nearest in time and not behind the last one.
    """
    bounds = _told_stretch(run.trip, vehicle)
    cost, along = _cheapest(run, place, seen, last, bounds)
    if not np.isfinite(cost):
        return None
    near_stop = float(np.min(np.abs(run.trip.path.stops_m - along))) <= AT_STOP_M
    slow = vehicle.speed_ms is not None and vehicle.speed_ms < _STANDS_MS
    return Progress(along, seen, stands=near_stop and (slow or vehicle.status == "STOPPED_AT"))


def _told_stretch(trip: TripSchedule, vehicle: VehiclePosition) -> tuple[float, float] | None:
    """Between which metres the vehicle says it is; not believed where it names no call of its trip."""
    at = trip.index.get(vehicle.stop_sequence) if vehicle.stop_sequence is not None else None
    if at is None:
        return None
    stops = trip.path.stops_m
    first = stops[at] if vehicle.status == "STOPPED_AT" else stops[max(at - 1, 0)]
    return float(first) - OFF_ROUTE_M, float(stops[at]) + OFF_ROUTE_M


def _cheapest(
    run: Run, place: Metres, seen: float, last: Progress | None, bounds: tuple[float, float] | None = None
) -> tuple[float, float]:
    """Cost and metres along of the most likely place on the way; infinite cost for none."""
    along, off = run.trip.path.candidates(place)
    due_s = run.origin + np.interp(along, run.trip.path.stops_m, run.trip.departure_s)
    late = np.abs(seen - due_s) / _LATE_S
    cost = (off / _OFF_M) ** 2 / 4 + (np.minimum(late, 4.0) if last is None else late * 0.1)
    if last is not None:
        cost = cost + np.maximum(last.along_m - along - _OFF_M, 0) / _BACK_M
        # Nor does it fly: what 30 m/s can't reach is another pass of the loop.
        cost = cost + np.maximum(along - last.along_m - 30.0 * max(seen - last.seen, 1) - OFF_ROUTE_M, 0) / _BACK_M
    if bounds is not None:
        cost = cost + np.where((along < bounds[0]) | (along > bounds[1]), 10.0, 0.0)
    cost = np.where(off > OFF_ROUTE_M, np.inf, cost)
    best = int(np.argmin(cost))
    return float(cost[best]), float(along[best])
