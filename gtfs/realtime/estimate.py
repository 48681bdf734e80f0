"""When one trip reaches the stops ahead of it: from the operator's updates, or from where its vehicle is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gtfs.realtime.message import Event, StopTimeUpdate, TripUpdate
from gtfs.realtime.prediction import CallStatus
from gtfs.realtime.running import RunningTimes
from gtfs.realtime.trip_times import Seconds, TripSchedule

AT_STOP_M: Final = 30.0
"""Nearer than this along its way a standing bus is at the stop."""
LEFT_M: Final = 25.0
"""Farther behind than this a stop has been left."""
_SHORTEST_STAY_S: Final = 20.0
"""What a late bus cuts a planned stay down to: doors open and close."""


@dataclass(frozen=True)
class Estimate:
    """Of one trip on one date, one value for each call; NaN: nothing is known, the timetable stands."""

    arrival: Seconds
    """POSIX seconds."""
    departure: Seconds
    """POSIX seconds; at the last stop the arrival."""
    status: tuple[CallStatus | None, ...]
    told: NDArray[np.bool_]
    """Calls of which an update speaks itself; the others carry on its delay."""
    stop_ids: tuple[str, ...]


def estimate_from_update(trip: TripSchedule, update: TripUpdate, origin: float, now: float) -> Estimate:
    """By the specification: a delay carries on to the stops behind it until the next update says otherwise.

    `origin`: POSIX seconds from which the trip's ServiceSeconds count.
    """
    n = len(trip.stop_ids)
    arrival, departure = np.full(n, np.nan), np.full(n, np.nan)
    status: list[CallStatus | None] = [None] * n
    told, stop_ids = np.zeros(n, dtype=bool), list(trip.stop_ids)
    delay = None if update.delay_s is None or update.stops else float(update.delay_s)
    by_call = match_updates(trip, update.stops)
    for at in range(n):
        scheduled = origin + trip.arrival_s[at], origin + trip.departure_s[at]
        one = by_call.get(at)
        if one is not None:
            told[at] = True
            stop_ids[at] = one.assigned_stop_id or stop_ids[at]
        if one is not None and one.relationship == "NO_DATA":
            status[at], delay = CallStatus.NO_DATA, None
            continue
        if one is not None and one.relationship == "SKIPPED":
            status[at] = CallStatus.SKIPPED
            continue
        before, delay = _delays(one, scheduled, delay)
        if before is not None and delay is not None:
            arrival[at], departure[at] = scheduled[0] + before, scheduled[1] + delay
            status[at] = CallStatus.PREDICTED
    arrival, departure = _in_order(arrival, departure)
    passed = departure <= now
    status = [CallStatus.PASSED if p and s is CallStatus.PREDICTED else s for p, s in zip(passed, status, strict=True)]
    return Estimate(arrival, departure, tuple(status), told, tuple(stop_ids))


def match_updates(trip: TripSchedule, updates: Sequence[StopTimeUpdate]) -> dict[int, StopTimeUpdate]:
    """Which call each is about: by stop_sequence, else the next call at its stop; a loop calls there twice."""
    found: dict[int, StopTimeUpdate] = {}
    at = 0
    for update in updates:
        if update.stop_sequence is not None:
            place = trip.index.get(update.stop_sequence)
        elif update.stop_id in trip.stop_ids[at:]:
            place = trip.stop_ids.index(str(update.stop_id), at)
        else:
            place = None
        if place is not None:
            found[place] = update
            at = place + 1
    return found


def _delays(
    update: StopTimeUpdate | None, scheduled: tuple[float, float], carried: float | None
) -> tuple[float | None, float | None]:
    """Of arrival and departure at one call, in seconds."""
    if update is None:
        return carried, carried
    arrival = _delay(update.arrival, scheduled[0])
    departure = _delay(update.departure, scheduled[1])
    if arrival is None and departure is None:
        # As in the specification's example: an update that tells no time means on time.
        return 0.0, 0.0
    if departure is None:
        return arrival, arrival
    if arrival is None:
        arrival = min(departure, departure if carried is None else carried)
    return arrival, departure


def _delay(event: Event | None, scheduled: float) -> float | None:
    if event is None or (event.time is None and event.delay_s is None):
        return None
    return event.time.timestamp() - scheduled if event.time is not None else float(event.delay_s or 0)


def _in_order(arrival: Seconds, departure: Seconds) -> tuple[Seconds, Seconds]:
    """No bus is at a later stop before it is at an earlier one; NaN stay."""
    times = np.column_stack([arrival, departure]).ravel()
    known = ~np.isnan(times)
    times[known] = np.maximum.accumulate(times[known])
    return times[0::2], times[1::2]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a vehicle has come on its way."""

    along_m: float
    seen: float
    """POSIX seconds at which it was there."""
    stands: bool = False
    """It says that it stands at a stop, or is one."""


def estimate_from_progress(
    trip: TripSchedule, progress: Progress, origin: float, now: float, running: RunningTimes
) -> Estimate:
    """The running times ahead, from where the bus is.

    An early bus waits where it must not leave before its time; a late one shortens stays that are longer than needed.
    """
    n = len(trip.stop_ids)
    stops = trip.path.stops_m
    scheduled_arrival, scheduled_departure = origin + trip.arrival_s, origin + trip.departure_s
    segments = running.segments(trip, progress.seen - origin)
    arrival, departure = np.full(n, np.nan), np.full(n, np.nan)
    next_call = next_call_of(trip, progress)
    for at in range(next_call, n):
        if at == next_call:
            arrival[at] = progress.seen + _rest_s(stops, segments, at, progress)
        else:
            stay = scheduled_departure[at] - scheduled_arrival[at]
            arrival[at] = departure[at - 1] + max(segments[at - 1] - stay, 0.0)
        departure[at] = _leaves(arrival[at], scheduled_arrival[at], scheduled_departure[at], bool(trip.waits[at]))
        # Where it is not yet, it will not have been.
        departure[at] = max(departure[at], now)
    departure[-1] = max(arrival[-1], now) if next_call < n else np.nan
    status = (CallStatus.PASSED,) * next_call + (CallStatus.PREDICTED,) * (n - next_call)
    return Estimate(np.minimum(arrival, departure), departure, status, np.zeros(n, dtype=bool), trip.stop_ids)


def next_call_of(trip: TripSchedule, progress: Progress) -> int:
    """The call at which the bus stands or which it reaches next; as many as there are calls when it has arrived."""
    stops = trip.path.stops_m
    if progress.along_m >= stops[-1] - AT_STOP_M:
        return len(stops)
    behind = LEFT_M if not progress.stands else AT_STOP_M
    return int(np.searchsorted(stops, progress.along_m - behind, side="left"))


def _rest_s(stops: NDArray[np.float64], segments: Seconds, at: int, progress: Progress) -> float:
    """Seconds to the next call: that share of the running time which is left of the way."""
    left = stops[at] - progress.along_m
    if at == 0 or left <= (AT_STOP_M if progress.stands else 0):
        return 0.0
    whole = max(stops[at] - stops[at - 1], 1.0)
    return float(segments[at - 1] * min(left / whole, 1.0))


def _leaves(arrival: float, scheduled_arrival: float, scheduled_departure: float, waits: bool) -> float:
    stay = min(scheduled_departure - scheduled_arrival, _SHORTEST_STAY_S)
    earliest = arrival + max(stay, 0.0)
    return max(earliest, scheduled_departure) if waits else earliest
