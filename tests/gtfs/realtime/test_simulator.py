"""The simulated day is the judge: its truth is hidden from the predictions, which must beat the timetable."""

from datetime import date, datetime, timedelta

import numpy as np
import pytest

from gtfs import DateOutsideError, Feed, read_feed
from gtfs.realtime.observation import observation_table
from gtfs.realtime.running import learn_running_times
from gtfs.realtime.simulator import Conditions, Fault, FaultKind, Kind, simulate_day
from gtfs.realtime.state import Quality
from gtfs.realtime.tracker import FeedTracker
from gtfs.realtime.trip_times import TripTimes
from gtfs.realtime.watch import Reading
from tests.gtfs.realtime.judge import judge
from tests.gtfs.realtime.street import DAY, at
from tests.shared_data import shared_data

LEAST_GAIN = 0.3
"""What the project promises."""
ONLY = {"updates": [Kind.UPDATES], "positions": [Kind.POSITIONS], "both": [Kind.UPDATES, Kind.POSITIONS]}


@pytest.mark.parametrize("kinds", ONLY)
def test_predictions_beat_the_timetable_of_a_street_by_30_percent(feed: Feed, schedule: TripTimes, kinds: str) -> None:
    judged = judge(simulate_day(feed, DAY), schedule, ONLY[kinds], (7.25, 8.25), every_s=60)
    assert judged.calls > 5_000
    assert judged.gain_where_predicted >= LEAST_GAIN, judged
    # A ride takes 21 minutes here: of the next half hour's calls half belong to buses that nobody has seen yet.
    assert judged.gain >= 0.2, judged


@pytest.mark.parametrize("kinds", ["updates", "positions"])
def test_predictions_beat_a_real_citys_timetable_by_30_percent(kinds: str) -> None:
    feed = read_feed(shared_data("gtfs/donan_2020"))
    judged = judge(simulate_day(feed, date(2020, 6, 1)), TripTimes(feed), ONLY[kinds], (7.5, 8.5), every_s=120)
    assert judged.gain >= LEAST_GAIN, judged


def test_what_is_observed_is_what_happened_and_makes_better_predictions(feed: Feed, schedule: TripTimes) -> None:
    observed = []
    for shift in range(1, 5):
        day = simulate_day(feed, DAY - timedelta(days=shift))
        truth = {run.trip.trip_id: run for run in day.runs}
        seen = judge(day, schedule, ONLY["positions"], (7.25, 8.25)).tracker.observations()
        errors = [one.observed_s + day.origin - truth[one.trip_id].departure[one.call] for one in seen]
        assert np.median(np.abs(errors)) < 15
        observed += seen
    learned = learn_running_times(observation_table(observed))
    today = simulate_day(feed, DAY)
    plain, better = (
        judge(today, schedule, ONLY["positions"], (7.25, 8.25), every_s=60, running=running)
        for running in (None, learned)
    )
    assert better.predicted_s < plain.predicted_s


def test_the_same_seed_makes_the_same_bytes_and_another_seed_others(feed: Feed) -> None:
    def bytes_of(seed: int) -> list[bytes | None]:
        day = simulate_day(feed, DAY, Conditions(seed=seed))
        return [day.content(kind, at(8, 5)) for kind in Kind]

    assert bytes_of(1) == bytes_of(1)
    assert bytes_of(1) != bytes_of(2)


FAULTS = {
    FaultKind.SILENT: Quality.SILENT,
    FaultKind.GARBAGE: Quality.GARBAGE,
    FaultKind.STALE: Quality.STALE,
    FaultKind.LATE: Quality.LATE,
    FaultKind.WRONG_CLOCK: Quality.WRONG_CLOCK,
    FaultKind.JUMPING: Quality.JUMPING,
}


@pytest.mark.parametrize("kind", FAULTS)
def test_each_fault_is_recognised_silences_the_feed_and_ends(feed: Feed, schedule: TripTimes, kind: FaultKind) -> None:
    begins, ends = 7 * 3600 + 600, 7 * 3600 + 1_200
    day = simulate_day(feed, DAY, Conditions(faults=(Fault(kind, begins, ends),)))
    tracker = FeedTracker("bus", schedule, ["positions"], at(7, 5))

    def looked_at(moment: datetime) -> tuple[Quality, bool]:
        content = day.content(Kind.POSITIONS, moment)
        tracker.take("positions", Reading(moment, content))
        snapshot = tracker.snapshot(moment)
        return snapshot.state.quality, bool(snapshot.predictions)

    qualities = {n: looked_at(at(7, 5) + timedelta(seconds=15 * n)) for n in range(90)}
    assert qualities[19] == (Quality.LIVE, True)
    assert {qualities[n] for n in range(35, 60)} == {(FAULTS[kind], False)}
    assert qualities[89] == (Quality.LIVE, True)


def test_a_date_without_a_timetable_can_not_be_played(feed: Feed) -> None:
    with pytest.raises(DateOutsideError):
        simulate_day(feed, date(2030, 1, 1))
