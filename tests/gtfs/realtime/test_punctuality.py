"""Punctuality counted by hand, with what was not observed told beside it."""

from datetime import date, timedelta
from math import isnan

import pytest

from gtfs import DateOutsideError
from gtfs.realtime.observation import NO_START, Observation, observation_table, parse_observations
from gtfs.realtime.punctuality import punctuality
from gtfs.realtime.running import learn_running_times
from gtfs.realtime.trip_times import TripTimes
from tests.gtfs.realtime.street import DAY


def seen(call: int, late_s: int, *, trip: str = "東0700", begins: int = 7 * 3600, day: date = DAY) -> Observation:
    due = begins + 90 * call
    return Observation(day, trip, NO_START, "line", f"s{call}", call + 1, call, due, due + late_s, "positions")


def test_shares_and_means_are_those_counted_by_hand(schedule: TripTimes) -> None:
    observed = observation_table([seen(0, 0), seen(1, 300), seen(2, 301), seen(3, -61)])
    found = punctuality(schedule, observed, [DAY], "route")
    (row,) = found.rows.to_dict("records")
    # 24 trips each way, 15 calls each.
    assert (row["scheduled"], row["observed"], row["mean_s"]) == (720, 4, 135)
    assert (row["on_time"], row["early"], row["late"]) == (0.5, 0.25, 0.25)
    assert found.completeness == pytest.approx(4 / 720)


def test_every_scheduled_stop_and_hour_is_listed_also_those_nobody_saw(schedule: TripTimes) -> None:
    observed = observation_table([seen(0, 10), seen(1, 20)])
    stops = punctuality(schedule, observed, [DAY], "stop").rows.set_index("stop_id")
    assert (len(stops), stops.loc["s1", "observed"], stops.loc["s9", "observed"]) == (15, 1, 0)
    assert isnan(stops.loc["s9", "on_time"])
    hours = punctuality(schedule, observed, [DAY], "hour").rows.set_index("hour")
    assert hours["scheduled"].sum() == 720
    assert hours["observed"].to_dict() == {6: 0, 7: 2, 8: 0, 9: 0, 10: 0}


def test_days_without_observations_count_against_completeness(schedule: TripTimes) -> None:
    days = [DAY, DAY + timedelta(days=1)]
    found = punctuality(schedule, observation_table([seen(0, 0)]), days, "route")
    assert (found.days, found.scheduled, found.observed) == (2, 1_440, 1)


def test_a_date_outside_the_calendar_is_an_error(schedule: TripTimes) -> None:
    with pytest.raises(DateOutsideError):
        punctuality(schedule, observation_table([]), [date(2030, 1, 1)], "route")


def test_observations_are_the_same_after_their_table() -> None:
    rows = [seen(1, 20), seen(0, 10)]
    assert parse_observations(observation_table(rows)) == sorted(rows, key=lambda one: one.key)
    assert parse_observations(observation_table([])) == []


def test_running_times_are_learned_from_late_buses_only() -> None:
    def run(day: date, late: int) -> list[Observation]:
        return [seen(0, late, day=day), seen(1, late + 30, day=day)]

    days = [DAY - timedelta(days=n) for n in range(6)]
    late = observation_table([one for day in days for one in run(day, 120)])
    assert learn_running_times(late).mean_s == {("s0", "s1", 7): 120.0}
    waiting = observation_table([one for day in days for one in run(day, 0)])
    assert learn_running_times(waiting).mean_s == {}
    assert learn_running_times(observation_table([])).mean_s == {}
