"""Predictions from TripUpdates only: what the specification says of delays, worked out by hand."""

from collections.abc import Mapping
from typing import Any

import pytest

from gtfs import read_feed
from gtfs.realtime.prediction import CallStatus, Prediction, PredictionSource
from gtfs.realtime.snapshot import FeedSnapshot
from gtfs.realtime.trip_times import TripTimes
from tests.gtfs.feeds import folder_feed
from tests.gtfs.realtime.street import DAY, at, message, stamp, tracker, update

SKIPPED = {"scheduleRelationship": "SKIPPED"}
NO_DATA = {"scheduleRelationship": "NO_DATA"}


def snapshot(schedule: TripTimes, *entities: Mapping[str, Any]) -> FeedSnapshot:
    return tracker(schedule, at(6, 59), message(at(6, 59), *entities)).snapshot(at(6, 59))


def told(schedule: TripTimes, *stops: Mapping[str, Any], **more: Any) -> dict[int, Prediction]:
    found = snapshot(schedule, update("東0700", *stops, **more)).predictions
    return {one.stop_sequence: one for one in found}


def delays(schedule: TripTimes, *stops: Mapping[str, Any]) -> list[int | None]:
    found = told(schedule, *stops)
    return [found[number].delay_s if number in found else None for number in range(1, 16)]


def test_a_delay_carries_on_until_the_next_update_and_nothing_is_said_of_stops_before_it(schedule: TripTimes) -> None:
    # The specification's own example: 5 s from stop 3, 1 s from stop 8, on time from stop 10.
    first, second = ({"stopSequence": n, "arrival": {"delay": d}} for n, d in ((3, 5), (8, 1)))
    found = delays(schedule, first, second, {"stopSequence": 10})
    assert found == [None] * 2 + [5] * 5 + [1] * 2 + [0] * 6


def test_a_time_counts_before_a_delay(schedule: TripTimes) -> None:
    event = {"time": stamp(at(7, 4)), "delay": 7}
    assert delays(schedule, {"stopSequence": 1, "departure": event})[:3] == [240] * 3


def test_a_stop_is_found_by_its_id_too(schedule: TripTimes) -> None:
    assert delays(schedule, {"stopId": "s4", "departure": {"delay": 30}})[3:6] == [None, 30, 30]


def test_a_skipped_stop_has_no_time_and_the_delay_goes_past_it(schedule: TripTimes) -> None:
    found = told(schedule, {"stopSequence": 2, "departure": {"delay": 60}}, {"stopSequence": 4, **SKIPPED})
    assert (found[4].status, found[4].predicted, found[4].status.stops) == (CallStatus.SKIPPED, None, False)
    assert (found[5].status, found[5].delay_s) == (CallStatus.PREDICTED, 60)


def test_no_data_ends_what_is_known(schedule: TripTimes) -> None:
    found = told(schedule, {"stopSequence": 2, "departure": {"delay": 60}}, {"stopSequence": 5, **NO_DATA})
    assert found[4].delay_s == 60
    assert (found[5].status, found[5].predicted) == (CallStatus.NO_DATA, None)
    assert 6 not in found


def test_a_canceled_trip_is_canceled_at_every_stop(schedule: TripTimes) -> None:
    found = told(schedule, scheduleRelationship="CANCELED")
    assert {one.status for one in found.values()} == {CallStatus.CANCELED}
    assert len(found) == 15


def test_an_added_trip_is_told_with_its_own_times(schedule: TripTimes) -> None:
    call = {"stopId": "s3", "departure": {"time": stamp(at(7, 30))}}
    found = snapshot(schedule, update("臨時", call, scheduleRelationship="ADDED")).predictions
    assert [(one.trip_id, one.stop_id, one.status, one.predicted, one.scheduled_s) for one in found] == [
        ("臨時", "s3", CallStatus.ADDED, at(7, 30), None)
    ]


def test_the_predicted_instant_is_the_timetables_plus_the_delay(schedule: TripTimes) -> None:
    one = told(schedule, {"stopSequence": 1, "departure": {"delay": 45}})[3]
    assert (one.predicted, one.scheduled_s, one.source) == (at(7, 3, 45), 7 * 3600 + 180, PredictionSource.UPDATES)
    assert (one.service_date, one.stop_id, one.feed) == (DAY, "s2", "bus")


def test_unknown_trips_are_told_and_harm_nobody(schedule: TripTimes) -> None:
    known = update("東0700", {"stopSequence": 1, "departure": {"delay": 45}})
    strange = [update(f"?{n}", {"stopSequence": 1}) for n in range(12)]
    other_day = update("西0700", {"stopSequence": 1}, startDate="20300101")
    found = snapshot(schedule, *strange, known, other_day)
    assert found.state.unknown_count == 13
    assert found.state.unknown_trips[:2] == ("?0", "?1")
    assert len(found.predictions) == 15


def test_another_pole_than_the_timetables_is_told(schedule: TripTimes) -> None:
    moved = {"stopSequence": 3, "departure": {"delay": 0}, "stopTimeProperties": {"assignedStopId": "s2_temporary"}}
    assert told(schedule, moved)[3].stop_id == "s2_temporary"


def test_a_bus_after_midnight_belongs_to_the_day_before(tmp_path: Any) -> None:
    schedule = TripTimes(read_feed(folder_feed(tmp_path / "feed")))
    now = at(10).replace(day=23, hour=16, minute=12)  # 01:12 of the 24th in Japan: 25:12 of the 23rd
    content = message(now, update("1b", {"stopSequence": 2, "departure": {"delay": 120}}))
    found = tracker(schedule, now, content).snapshot(now).predictions
    assert {one.service_date.day for one in found} == {23}
    assert found[0].predicted is not None
    assert found[0].predicted.isoformat() == "2026-11-23T16:17:00+00:00"


def test_an_alert_without_service_suspends_the_calls_of_its_hours(schedule: TripTimes) -> None:
    period = {"start": stamp(at(7)), "end": stamp(at(7, 30))}
    alert = {"alert": {"activePeriod": [period], "informedEntity": [{"stopId": "s5"}], "effect": "NO_SERVICE"}}
    found = snapshot(schedule, update("東0700", {"stopSequence": 1, "departure": {"delay": 60}}), alert).predictions
    suspended = {(one.trip_id, one.stop_id) for one in found if one.status is CallStatus.SUSPENDED}
    # 東: s5 at x:07:30; 西: s5 at x:13:30 after each departure.
    expected = {"東0700", "東0710", "東0720", "西0650", "西0700", "西0710"}
    assert suspended == {(trip, "s5") for trip in expected}


@pytest.mark.parametrize("relationship", ["UNSCHEDULED", "DUPLICATED", "NEW"])
def test_other_trips_beside_the_timetable_never_overwrite_it(schedule: TripTimes, relationship: str) -> None:
    call = {"stopId": "s3", "departure": {"time": stamp(at(7, 30))}}
    found = snapshot(schedule, update("東0700", call, scheduleRelationship=relationship)).predictions
    assert [one.trip_id for one in found] == ["東0700+"]
