"""The snapshot survives its file whole, and an old one says so."""

from datetime import timedelta
from pathlib import Path

from geo import Text
from gtfs.realtime.snapshot import Notice, Selector, Snapshot
from gtfs.realtime.snapshot_file import parse_snapshot, read_snapshot, snapshot_bytes, write_snapshot
from gtfs.realtime.state import Quality
from gtfs.realtime.trip_times import TripTimes
from tests.gtfs.realtime.street import DAY, at, message, stamp, tracker, update, vehicle


def snapshot(schedule: TripTimes) -> Snapshot:
    alert = {
        "alert": {
            "activePeriod": [{"start": stamp(at(6))}],
            "informedEntity": [{"stopId": "s5"}],
            "headerText": {"translation": [{"text": "工事", "language": "ja"}]},
            "url": {"translation": [{"text": "https://example.lg.jp/"}]},
            "effect": "NO_SERVICE",
        }
    }
    content = message(
        at(7), update("東0700"), update("西0700", {"stopSequence": 2}), vehicle("東0650", 700, at(7)), alert
    )
    return Snapshot(at(7), 3, (tracker(schedule, at(7), content).snapshot(at(7)),))


def test_a_snapshot_is_the_same_after_its_file(schedule: TripTimes, tmp_path: Path) -> None:
    made = snapshot(schedule)
    assert made.feeds[0].predictions
    assert parse_snapshot(snapshot_bytes(made)) == made
    write_snapshot(made, tmp_path / "snapshot.json")
    assert read_snapshot(tmp_path / "snapshot.json") == made
    assert [path.name for path in tmp_path.iterdir()] == ["snapshot.json"]


def test_no_file_half_a_file_and_another_format_are_no_snapshot(schedule: TripTimes, tmp_path: Path) -> None:
    path = tmp_path / "snapshot.json"
    assert read_snapshot(path) is None
    whole = snapshot_bytes(snapshot(schedule))
    for content in (b"", whole[:500], b"[]", b"{}", whole.replace(b'"format":1', b'"format":99')):
        path.write_bytes(content)
        assert read_snapshot(path) is None


def test_a_call_is_found_by_its_trip_and_sequence(schedule: TripTimes) -> None:
    made = snapshot(schedule)
    found = made.prediction("bus", DAY, "西0700", 5)
    assert found is not None
    assert found.stop_id == "s10"
    assert made.prediction("bus", DAY, "西0700", 99) is None


def test_suspensions_name_the_alert(schedule: TripTimes) -> None:
    made = snapshot(schedule)
    assert [notice.header.ja for notice in made.suspensions("bus", at(7), stop_id="s5")] == ["工事"]
    assert made.suspensions("bus", at(5), stop_id="s5") == ()
    assert made.suspensions("bus", at(7), stop_id="s6") == ()


def test_an_old_snapshot_predicts_nothing_and_says_that_nobody_receives(schedule: TripTimes) -> None:
    made = snapshot(schedule)
    assert made.as_of(at(7) + timedelta(seconds=80)) is made
    (feed,) = made.as_of(at(7) + timedelta(seconds=100)).feeds
    assert (feed.state.quality, feed.predictions, feed.vehicles) == (Quality.SILENT, (), ())
    assert "stopped" in feed.state.reason.en


def test_only_what_a_viewer_may_see_is_left(schedule: TripTimes) -> None:
    made = snapshot(schedule)
    assert made.of_feeds({"bus"}) == made
    assert made.of_feeds({"other"}).feeds == ()


def test_a_selector_fits_only_where_all_it_names_fits() -> None:
    notice = Notice("1", snapshot_text(), selectors=(Selector(route_id="r", stop_id="s"), Selector(trip_id="t")))
    assert notice.concerns(stop_id="s", route_id="r")
    assert not notice.concerns(stop_id="s", route_id="q")
    assert notice.concerns(trip_id="t")


def snapshot_text() -> Text:
    return Text("工事", "Works")
