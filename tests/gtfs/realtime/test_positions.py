"""Predictions from VehiclePositions only, on a street whose distances and times can be worked out by hand."""

from pathlib import Path

import pytest

from gtfs import read_feed
from gtfs.realtime.prediction import CallStatus, Prediction, PredictionSource
from gtfs.realtime.running import RunningTimes
from gtfs.realtime.trip_times import TripTimes
from gtfs.realtime.watch import Reading
from tests.gtfs.feeds import folder_feed
from tests.gtfs.realtime.street import at, lonlat, message, street_feed, tracker, update, vehicle


def told(schedule: TripTimes, content: bytes) -> dict[int, Prediction]:
    now = at(7, 10)
    found = tracker(schedule, now, content).snapshot(now).predictions
    return {one.stop_sequence: one for one in found}


def test_a_late_bus_between_two_stops_takes_the_rest_of_the_running_time(schedule: TripTimes) -> None:
    # Half-way between the 4th and the 5th stop at 07:10: 45 s to the 5th, whose time is 07:06.
    found = told(schedule, message(at(7, 10), vehicle("東0700", 1_750, at(7, 10))))
    assert [found[number].status for number in (1, 4, 5)] == [CallStatus.PASSED] * 2 + [CallStatus.PREDICTED]
    assert found[5].predicted == at(7, 10, 45)
    assert found[5].delay_s == 285
    assert found[15].delay_s == 285
    assert found[5].source is PredictionSource.POSITIONS


def test_an_early_bus_waits_at_its_timing_points(tmp_path: Path) -> None:
    waiting = TripTimes(street_feed(tmp_path / "waiting", timepoint=1))
    going = TripTimes(street_feed(tmp_path / "going", timepoint=0))
    # Before the 11th stop (due 07:15) at 07:10: five minutes early.
    content = message(at(7, 10), vehicle("東0700", 4_750, at(7, 10)))
    held = told(waiting, content)
    assert (held[11].predicted, held[11].arrival) == (at(7, 15), at(7, 10, 45))
    assert held[12].delay_s == 0
    assert told(going, content)[12].delay_s == -255


def test_a_bus_that_has_not_begun_leaves_on_time_and_never_in_the_past(schedule: TripTimes) -> None:
    ready = told(schedule, message(at(7, 10), vehicle("東0720", 0, at(7, 10))))
    assert ready[1].predicted == at(7, 20)
    overdue = told(schedule, message(at(7, 10), vehicle("東0700", 0, at(7, 8))))
    assert overdue[1].predicted == at(7, 10)


def test_what_was_learned_counts_before_the_timetable(schedule: TripTimes) -> None:
    now = at(7, 10)
    made = tracker(schedule, now, message(now, vehicle("東0700", 1_500, now, currentStatus="STOPPED_AT")))
    made.running = RunningTimes({("s3", "s4", 7): 150.0})
    found = {one.stop_sequence: one for one in made.snapshot(now).predictions}
    assert (found[5].predicted, found[6].predicted) == (at(7, 12, 30), at(7, 14))


def test_updates_and_positions_together_take_the_better_of_each(schedule: TripTimes) -> None:
    now = at(7, 10)
    said = update(
        "東0700", {"stopSequence": 4, "departure": {"delay": 60}}, {"stopSequence": 8, "arrival": {"delay": 200}}
    )
    made = tracker(schedule, now, message(now, said), message(now, vehicle("東0700", 1_750, now)))
    found = {one.stop_sequence: one for one in made.snapshot(now).predictions}
    assert (found[8].delay_s, found[8].source) == (200, PredictionSource.UPDATES)
    assert (found[5].delay_s, found[5].source) == (285, PredictionSource.BOTH)


def test_each_source_counts_for_itself_when_the_other_fails(schedule: TripTimes) -> None:
    now = at(7, 10)
    made = tracker(schedule, now, b"garbage", message(now, vehicle("東0700", 1_750, now)))
    snapshot = made.snapshot(now)
    assert snapshot.state.quality.predicts
    assert [source.state.quality.value for source in snapshot.sources] == ["garbage", "live"]
    assert {one.source for one in snapshot.predictions} == {PredictionSource.POSITIONS}


def test_a_bus_off_its_route_is_shown_and_predicts_nothing(schedule: TripTimes) -> None:
    strayed = vehicle("東0700", 1_750, at(7, 10))
    strayed["vehicle"]["position"]["latitude"] += 0.01
    snapshot = tracker(schedule, at(7, 10), message(at(7, 10), strayed)).snapshot(at(7, 10))
    assert (len(snapshot.vehicles), snapshot.vehicles[0].delay_s, snapshot.predictions) == (1, None, ())


def test_an_old_report_is_shown_as_such_and_predicts_nothing(schedule: TripTimes) -> None:
    snapshot = tracker(schedule, at(7, 10), message(at(7, 10), vehicle("東0700", 1_750, at(7, 3)))).snapshot(at(7, 10))
    assert (snapshot.vehicles[0].trusted, snapshot.predictions) == (False, ())


def test_the_vehicle_says_where_it_goes_and_how_late_it_is(schedule: TripTimes) -> None:
    content = message(at(7, 10), vehicle("東0700", 1_750, at(7, 10)))
    (bus,) = tracker(schedule, at(7, 10), content).snapshot(at(7, 10)).vehicles
    assert (bus.route_id, bus.next_stop_id, bus.delay_s, bus.trusted) == ("line", "s4", 285, True)
    assert bus.lonlat == pytest.approx(lonlat(1_750), abs=1e-5)


def test_a_loop_that_calls_twice_at_one_stop_is_followed_by_time(tmp_path: Path) -> None:
    # LOOP: S_1 07:00, B 07:05, C 07:10, S_1 07:15: the same place begins and ends it.
    schedule = TripTimes(read_feed(folder_feed(tmp_path / "feed")))
    start = {"vehicle": {"trip": {"tripId": "1a"}, "vehicle": {"id": "x"},
                         "position": {"longitude": 138.90, "latitude": 35.00}}}  # fmt: skip
    for minute, passed in ((0, 0), (15, 4)):
        now = at(7, minute)
        found = tracker(schedule, now, message(now, start)).snapshot(now).predictions
        assert sum(one.status is CallStatus.PASSED for one in found) == passed


def test_stops_passed_between_two_positions_are_observed(schedule: TripTimes) -> None:
    made = tracker(schedule, at(7, 10), message(at(7, 10), vehicle("東0700", 1_400, at(7, 10))))
    made.snapshot(at(7, 10))
    made.take("source 0", Reading(at(7, 11), message(at(7, 11), vehicle("東0700", 2_100, at(7, 11)))))
    made.snapshot(at(7, 11))
    seen = [(one.stop_id, one.observed_s - 7 * 3600, one.scheduled_s - 7 * 3600) for one in made.observations()]
    # 25 m behind the stops at 1,500 and 2,000 m, of 700 m in 60 s.
    assert [(stop, due) for stop, _, due in seen] == [("s3", 270), ("s4", 360)]
    assert [observed for _, observed, _ in seen] == pytest.approx([610.7, 653.6], abs=1.5)
    assert made.observations() == []


def test_a_vehicle_without_a_trip_is_matched_where_only_one_fits(schedule: TripTimes) -> None:
    now = at(6, 0, 45)
    # Both directions are symmetrical only in the middle: near an end at the first bus's time one trip is likely.
    bus = vehicle("", 250, now, id="nameless")
    del bus["vehicle"]["trip"]
    snapshot = tracker(schedule, now, message(now, bus)).snapshot(now)
    assert snapshot.vehicles[0].trip_id in ("東0600", None)


def test_route_direction_and_start_name_a_trip_too(schedule: TripTimes) -> None:
    bus = vehicle("", 1_750, at(7, 10))
    bus["vehicle"]["trip"] = {"routeId": "line", "directionId": 0, "startTime": "07:00:00", "startDate": "20261124"}
    snapshot = tracker(schedule, at(7, 10), message(at(7, 10), bus)).snapshot(at(7, 10))
    assert snapshot.vehicles[0].trip_id == "東0700"
