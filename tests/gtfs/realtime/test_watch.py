"""What is said of a feed that is not as it should be; each quality with a reason in both languages."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from geo import Text
from gtfs.realtime.state import Quality
from gtfs.realtime.tracker import FeedTracker
from gtfs.realtime.trip_times import TripTimes
from gtfs.realtime.watch import Reading, Watch
from tests.gtfs.realtime.street import at, message, tracker, update, vehicle


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def watched(readings: Iterable[Reading]) -> Watch:
    watch = Watch.begun(at(7))
    for reading in readings:
        watch = watch.after(reading)
    return watch


def told(moment: datetime, *, clock_s: float = 0, metres: float = 100.0) -> Reading:
    seen = moment + seconds(clock_s)
    return Reading(moment, message(seen, vehicle("東0700", metres, seen)))


def test_a_feed_is_silent_until_it_answers_and_then_live() -> None:
    assert Watch.begun(at(7)).state.quality is Quality.SILENT
    assert watched([told(at(7))]).state.quality is Quality.LIVE


def test_a_lost_answer_changes_nothing_and_many_make_it_silent() -> None:
    failed = [Reading(at(7) + seconds(15 * n), failure=Text("届かない", "out of reach")) for n in range(1, 9)]
    assert watched([told(at(7)), *failed[:3]]).state.quality is Quality.LIVE
    silent = watched([told(at(7)), *failed]).state
    assert silent.quality is Quality.SILENT
    assert "out of reach" in silent.reason.en
    assert "timetable stands" in silent.reason.en
    assert "時刻表で案内しています" in silent.reason.ja


def test_a_feed_whose_content_stands_still_is_stale_even_when_it_answers() -> None:
    same = told(at(7)).content
    readings = [Reading(at(7) + seconds(15 * n), same) for n in range(20)]
    assert watched(readings[:8]).state.quality is Quality.LIVE
    assert watched(readings).state.quality is Quality.STALE
    unchanged = [told(at(7)), *(Reading(at(7) + seconds(15 * n), unchanged=True) for n in range(1, 20))]
    assert watched(unchanged).state.quality is Quality.STALE


def test_a_feed_that_moves_and_comes_minutes_after_is_late() -> None:
    assert watched([told(at(7, n), clock_s=-300) for n in range(3)]).state.quality is Quality.LATE


def test_a_clock_in_the_future_or_hours_behind_is_wrong() -> None:
    assert watched([told(at(7), clock_s=600)]).state.quality is Quality.WRONG_CLOCK
    assert watched([told(at(7, n), clock_s=-9 * 3600) for n in range(3)]).state.quality is Quality.WRONG_CLOCK


def test_an_old_file_seen_for_the_first_time_is_stale_and_no_wrong_clock() -> None:
    assert watched([told(at(7), clock_s=-9 * 3600)]).state.quality is Quality.STALE


def test_vehicles_that_fly_make_a_feed_jumping_until_they_are_calm_again() -> None:
    calm = [told(at(7) + seconds(15 * n), metres=100 + 100 * n) for n in range(3)]
    jump = told(at(7) + seconds(45), metres=6_900)
    assert watched(calm).state.quality is Quality.LIVE
    assert watched([*calm, jump]).state.quality is Quality.JUMPING
    after = [told(at(7) + seconds(60 + 15 * n), metres=6_900) for n in range(4)]
    assert watched([*calm, jump, *after[:2]]).state.quality is Quality.JUMPING
    assert watched([*calm, jump, *after]).state.quality is Quality.LIVE


def test_garbage_is_told_and_the_next_good_message_ends_it() -> None:
    bad = Reading(at(7, 1), b"<html>")
    assert watched([told(at(7)), bad]).state.quality is Quality.GARBAGE
    assert "HTML" in watched([told(at(7)), bad]).state.reason.ja
    assert watched([told(at(7)), bad, told(at(7, 2))]).state.quality is Quality.LIVE


def test_the_time_since_when_it_is_so_stays_while_it_is_so() -> None:
    bad = [Reading(at(7, n), b"<html>%d" % n) for n in range(1, 5)]
    assert watched([told(at(7)), *bad]).state.since == at(7, 1)


def test_what_is_not_live_predicts_nothing_and_says_why(schedule: TripTimes) -> None:
    def looked_at(made: FeedTracker, moment: datetime) -> tuple[Quality, int]:
        snapshot = made.snapshot(moment)
        return snapshot.state.quality, len(snapshot.predictions)

    late = message(at(7, 10), update("東0700", {"stopSequence": 4, "departure": {"delay": 120}}))
    made = tracker(schedule, at(7, 10), late)
    assert looked_at(made, at(7, 10)) == (Quality.LIVE, 12)
    made.take("source 0", Reading(at(7, 11), b"garbage"))
    assert looked_at(made, at(7, 11)) == (Quality.GARBAGE, 0)
    made.take("source 0", Reading(at(7, 11, 15), message(at(7, 30), update("東0700"))))
    assert looked_at(made, at(7, 11, 15)) == (Quality.WRONG_CLOCK, 0)
    made.take("source 0", Reading(at(7, 11, 30), message(at(7, 11, 30), update("東0700"))))
    assert looked_at(made, at(7, 20)) == (Quality.SILENT, 0)
