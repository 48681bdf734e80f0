"""From estimates to predictions: updates and positions put together; cancelled, added and suspended calls."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from gtfs.realtime.estimate import Estimate
from gtfs.realtime.matching import Run
from gtfs.realtime.message import StopTimeUpdate, TripUpdate
from gtfs.realtime.prediction import CallKey, CallStatus, Prediction, PredictionSource
from gtfs.realtime.snapshot import Notice
from gtfs.realtime.trip_times import TripTimes

Sources = tuple[PredictionSource, ...]

_LOOK_AHEAD_S: Final = 4 * 3_600
"""As far as a sign looks on an ordinary day."""
_FIXED: Final = (CallStatus.SKIPPED, CallStatus.CANCELED)


def combine(updates: Estimate | None, positions: Estimate | None) -> tuple[Estimate, Sources]:
    """What updates say of a call themselves comes first; a delay that they only carry on yields to the position."""
    if positions is None:
        assert updates is not None
        return updates, (PredictionSource.UPDATES,) * len(updates.status)
    n = len(positions.status)
    if updates is None:
        return positions, (PredictionSource.POSITIONS,) * n
    kept = [updates.told[at] and updates.status[at] is not CallStatus.NO_DATA for at in range(n)]
    kept = [one or updates.status[at] in _FIXED for at, one in enumerate(kept)]
    chosen = np.array(kept)
    # Behind what is passed nothing lies ahead, whoever says so.
    status = tuple(updates.status[at] if kept[at] else positions.status[at] for at in range(n))
    arrival = np.where(chosen, updates.arrival, positions.arrival)
    departure = np.where(chosen, updates.departure, positions.departure)
    sources = tuple(PredictionSource.UPDATES if one else PredictionSource.BOTH for one in kept)
    return Estimate(arrival, departure, status, updates.told, updates.stop_ids), sources


def predictions_of(
    feed: str, run: Run, estimate: Estimate, sources: Sources, suspensions: Sequence[Notice], schedule: TripTimes
) -> Iterator[Prediction]:
    """One for each call of which anything is known."""
    for at, status in enumerate(estimate.status):
        if status is not None:
            one = _prediction(feed, run, estimate, at, status, sources[at])
            stops = (one.stop_id, schedule.parent_of(one.stop_id))
            yield _suspended(one, run, stops, suspensions) if suspensions else one


def _prediction(
    feed: str, run: Run, estimate: Estimate, at: int, status: CallStatus, source: PredictionSource
) -> Prediction:
    trip = run.trip
    scheduled = round(float(trip.departure_s[at]))
    told = status in (CallStatus.PREDICTED, CallStatus.PASSED) and np.isfinite(estimate.departure[at])
    leaves = round(float(estimate.departure[at])) if told else None
    arrives = round(float(estimate.arrival[at])) if told and np.isfinite(estimate.arrival[at]) else None
    return Prediction(
        trip_id=trip.trip_id,
        stop_sequence=int(trip.sequence[at]),
        stop_id=estimate.stop_ids[at],
        scheduled_s=scheduled,
        predicted=None if leaves is None else datetime.fromtimestamp(leaves, UTC),
        delay_s=None if leaves is None else round(leaves - run.origin - scheduled),
        source=source,
        status=status,
        feed=feed,
        service_date=run.day,
        start_s=run.start_s,
        arrival=None if arrives is None else datetime.fromtimestamp(arrives, UTC),
    )


def _suspended(one: Prediction, run: Run, stops: Sequence[str | None], suspensions: Sequence[Notice]) -> Prediction:
    """The same, or that an alert says that nobody is taken up there at that time; of the pole or of its station."""
    if one.status is CallStatus.PASSED:
        return one
    at = one.predicted or datetime.fromtimestamp(run.origin + (one.scheduled_s or 0), UTC)
    known = {"route_id": run.trip.route_id, "trip_id": one.trip_id}
    holding = [notice for notice in suspensions if notice.holds(at)]
    if not any(notice.concerns(stop_id=stop, **known) for notice in holding for stop in stops):
        return one
    return Prediction(
        trip_id=one.trip_id,
        stop_sequence=one.stop_sequence,
        stop_id=one.stop_id,
        scheduled_s=one.scheduled_s,
        predicted=None,
        delay_s=None,
        source=PredictionSource.ALERT,
        status=CallStatus.SUSPENDED,
        feed=one.feed,
        service_date=one.service_date,
        start_s=one.start_s,
    )


def suspended_calls(
    feed: str, schedule: TripTimes, suspensions: Sequence[Notice], now: datetime, known: Collection[CallKey]
) -> Iterator[Prediction]:
    """Calls of the hours to come that an alert suspends although nothing else is known of their trips."""
    today = now.astimezone(schedule.zone).date()
    for day in (today - timedelta(days=1), today):
        if not schedule.calendar.covers(day):
            continue
        run_of = [Run(trip, day, schedule.origin(day)) for trip in schedule.trips_on(day)]
        first, last = now.timestamp(), now.timestamp() + _LOOK_AHEAD_S
        for run in run_of:
            due = run.origin + run.trip.departure_s
            for at in np.flatnonzero((due >= first) & (due <= last)):
                one = _planned(feed, run, int(at))
                stops = (one.stop_id, schedule.parent_of(one.stop_id))
                suspended = _suspended(one, run, stops, suspensions)
                if suspended is not one and one.key not in known:
                    yield suspended


def _planned(feed: str, run: Run, at: int) -> Prediction:
    scheduled = round(float(run.trip.departure_s[at]))
    rest = (None, None, PredictionSource.ALERT, CallStatus.NO_DATA, feed, run.day)
    return Prediction(run.trip.trip_id, int(run.trip.sequence[at]), run.trip.stop_ids[at], scheduled, *rest)


def canceled_calls(feed: str, run: Run) -> Iterator[Prediction]:
    for at, stop_id in enumerate(run.trip.stop_ids):
        yield Prediction(
            trip_id=run.trip.trip_id,
            stop_sequence=int(run.trip.sequence[at]),
            stop_id=stop_id,
            scheduled_s=round(float(run.trip.departure_s[at])),
            predicted=None,
            delay_s=None,
            source=PredictionSource.UPDATES,
            status=CallStatus.CANCELED,
            feed=feed,
            service_date=run.day,
            start_s=run.start_s,
        )


def added_calls(feed: str, schedule: TripTimes, update: TripUpdate, now: datetime) -> Iterator[Prediction]:
    """Calls of a trip that the timetable lacks: only what the update itself tells, stop and time."""
    day = update.trip.start_date or now.astimezone(schedule.zone).date()
    name = update.new_trip_id or update.trip.trip_id or f"{update.trip.route_id}"
    # Its name may be that of the trip it doubles, whose calls are others.
    name = f"{name}+" if schedule.knows(name) else name
    for place, stop in enumerate(update.stops, start=1):
        leaves = _told_time(stop)
        if stop.stop_id is None or leaves is None or stop.relationship in ("SKIPPED", "NO_DATA"):
            continue
        arrival = stop.arrival.time if stop.arrival else None
        passed = leaves < now - timedelta(seconds=1)
        yield Prediction(
            trip_id=name,
            stop_sequence=stop.stop_sequence if stop.stop_sequence is not None else place,
            stop_id=stop.assigned_stop_id or stop.stop_id,
            scheduled_s=None,
            predicted=leaves,
            delay_s=None,
            source=PredictionSource.UPDATES,
            status=CallStatus.PASSED if passed else CallStatus.ADDED,
            feed=feed,
            service_date=day,
            arrival=arrival,
        )


def _told_time(stop: StopTimeUpdate) -> datetime | None:
    events = (stop.departure, stop.arrival)
    return next((event.time for event in events if event is not None and event.time is not None), None)
