"""Plays a simulated morning through a tracker and judges its predictions by the hidden truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from gtfs.realtime.prediction import CallStatus
from gtfs.realtime.running import RunningTimes
from gtfs.realtime.simulator import Kind, Simulation
from gtfs.realtime.tracker import FeedTracker
from gtfs.realtime.trip_times import TripTimes
from gtfs.realtime.watch import Reading

HORIZON_S = 30 * 60


@dataclass(frozen=True)
class Judgement:
    """Mean absolute errors in seconds over every call of the next half hour, at every look."""

    timetable_s: float
    predicted_s: float
    calls: int
    share_predicted: float
    gain_where_predicted: float
    """The same over those calls only of which more than the timetable was known: trips that have begun."""
    tracker: FeedTracker

    @property
    def gain(self) -> float:
        return 1 - self.predicted_s / self.timetable_s


def judge(
    simulation: Simulation,
    schedule: TripTimes,
    kinds: Sequence[Kind],
    hours: tuple[float, float],
    *,
    every_s: int = 30,
    running: RunningTimes | None = None,
) -> Judgement:
    begins, ends = (int(simulation.origin + hour * 3600) for hour in hours)
    names = [kind.value for kind in kinds]
    tracker = FeedTracker("bus", schedule, names, datetime.fromtimestamp(begins, UTC), running=running)
    timetable: list[float] = []
    predicted: list[float] = []
    told: list[bool] = []
    for at in range(begins, ends, every_s):
        now = datetime.fromtimestamp(at, UTC)
        for kind in kinds:
            tracker.take(kind.value, Reading(now, simulation.content(kind, now)))
        snapshot = tracker.snapshot(now)
        known = {(one.trip_id, one.stop_sequence): one for one in snapshot.predictions}
        for run in simulation.runs:
            if run.canceled:
                continue
            for call in np.flatnonzero((run.departure > at) & (run.departure <= at + HORIZON_S)):
                planned = simulation.origin + run.trip.departure_s[call]
                one = known.get((run.trip.trip_id, int(run.trip.sequence[call])))
                has = one is not None and one.predicted is not None and one.status is CallStatus.PREDICTED
                value = one.predicted.timestamp() if has and one and one.predicted else planned
                told.append(has)
                timetable.append(abs(planned - run.departure[call]))
                predicted.append(abs(value - run.departure[call]))
    errors, known_errors = np.array(timetable), np.array(predicted)
    gain = 1 - known_errors[told].mean() / errors[told].mean()
    means = float(errors.mean()), float(known_errors.mean())
    return Judgement(*means, len(errors), float(np.mean(told)), float(gain), tracker)
