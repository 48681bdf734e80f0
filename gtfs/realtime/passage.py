"""Calls that are over, as observations: told by an update, or seen between two positions."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from gtfs.realtime.estimate import AT_STOP_M, LEFT_M, Estimate, Progress
from gtfs.realtime.matching import Run
from gtfs.realtime.observation import NO_START, Observation
from gtfs.realtime.prediction import CallStatus, PredictionSource

GAP_S: Final = 120
"""Between positions that lie farther apart nobody knows when a stop was passed."""


def passages_from_update(run: Run, estimate: Estimate, told_at: float) -> Iterator[Observation]:
    """What the operator itself says of calls that lay behind when it said so."""
    for at in np.flatnonzero(estimate.told & (estimate.departure <= told_at)):
        if estimate.status[at] in (CallStatus.PASSED, CallStatus.PREDICTED):
            yield _observation(run, int(at), float(estimate.departure[at]), PredictionSource.UPDATES)


def passages_from_progress(run: Run, last: Progress, progress: Progress) -> Iterator[Observation]:
    """The stops that were left, and the end that was reached, between two places: in proportion to the way."""
    if not 0 < progress.seen - last.seen <= GAP_S:
        return
    stops = run.trip.path.stops_m
    marks = stops + LEFT_M
    marks[-1] = stops[-1] - AT_STOP_M
    step = progress.along_m - last.along_m
    for at in np.flatnonzero((marks > last.along_m) & (marks <= progress.along_m)):
        share = (marks[at] - last.along_m) / step
        yield _observation(run, int(at), last.seen + share * (progress.seen - last.seen), PredictionSource.POSITIONS)


def _observation(run: Run, at: int, when: float, source: PredictionSource) -> Observation:
    trip = run.trip
    return Observation(
        service_date=run.day,
        trip_id=trip.trip_id,
        start_s=NO_START if run.start_s is None else run.start_s,
        route_id=trip.route_id,
        stop_id=trip.stop_ids[at],
        stop_sequence=int(trip.sequence[at]),
        call=at,
        scheduled_s=round(float(trip.departure_s[at])),
        observed_s=round(when - run.origin),
        source=source.value,
    )
