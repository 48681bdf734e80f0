"""Bus location in a store: bindings, one poller, snapshots for those who may see them, observations by day."""

import multiprocessing
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from data import ImportOptions, InvalidQueryError, NotAllowedError, Store, UnknownLayerError, Viewer, import_paths
from data.realtime import Binding, BindingError, PollerRunsError, Realtime, parse_binding
from geo import Text
from gtfs.realtime.observation import NO_START, Observation
from gtfs.realtime.snapshot import FeedSnapshot, Snapshot
from gtfs.realtime.state import Quality, feed_state
from tests.gtfs.feeds import zip_feed

DAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, tzinfo=UTC)
URL = "https://user:word@bus.example.lg.jp:8443/rt/trip_updates.pb?key=secret"


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("loop")
    opened = Store.open(folder / "store")
    import_paths(opened, [zip_feed(folder / "loop.zip")], viewer=Viewer.SYSTEM, options=ImportOptions())
    opened.close()
    return folder / "store"


@pytest.fixture
def store(imported: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of one import for each test."""
    opened = Store.open(shutil.copytree(imported, tmp_path / "store"))
    yield opened
    opened.close()


@pytest.fixture
def realtime(store: Store) -> Realtime:
    return Realtime(store)


def seen(call: int, observed_s: int, day: date = DAY) -> Observation:
    return Observation(day, "1a", NO_START, "1", "B", call, call, 25_200, observed_s, "positions")


def test_a_binding_is_a_layer_and_addresses() -> None:
    assert parse_binding(f"loop-stops={URL},/var/alerts.pb") == Binding("loop-stops", (URL, "/var/alerts.pb"))
    for wrong in ("", "loop-stops", "=x", "loop-stops=", "loop-stops=ftp://x/y", "loop-stops=http:///x"):
        with pytest.raises(BindingError):
            parse_binding(wrong)


def test_names_of_addresses_tell_no_secrets_and_are_different() -> None:
    names = Binding("x", (URL, URL.replace("secret", "other"), "/home/someone/alerts.pb")).names()
    assert names == (
        "https://bus.example.lg.jp:8443/rt/trip_updates.pb (1)",
        "https://bus.example.lg.jp:8443/rt/trip_updates.pb (2)",
        "alerts.pb",
    )


def test_bindings_are_kept_for_the_owner_only(realtime: Realtime) -> None:
    assert realtime.bindings() == ()
    realtime.bind([Binding("loop-stops", (URL,)), Binding("loop-stops", ("/a.pb", URL))], Viewer.SYSTEM)
    assert realtime.bindings() == (Binding("loop-stops", (URL, "/a.pb")),)
    assert (realtime.folder / "feeds.json").stat().st_mode & 0o077 == 0


def test_only_layers_with_a_timetable_can_be_bound(realtime: Realtime) -> None:
    with pytest.raises(InvalidQueryError):
        realtime.bind([Binding("loop-routes", (URL,))], Viewer.SYSTEM)
    with pytest.raises(UnknownLayerError):
        realtime.bind([Binding("nothing", (URL,))], Viewer.SYSTEM)
    with pytest.raises(NotAllowedError):
        realtime.bind([], Viewer.STAFF)


def _poll(store: Path, started: "multiprocessing.synchronize.Event", end: "multiprocessing.synchronize.Event") -> None:
    with Realtime(Store.open(store)).only_poller():
        started.set()
        end.wait(30)


def test_there_is_one_poller_per_store_and_its_death_makes_room(store: Store) -> None:
    context = multiprocessing.get_context("spawn")
    started, end = context.Event(), context.Event()
    other = context.Process(target=_poll, args=(store.path, started, end))
    other.start()
    assert started.wait(30)
    realtime = Realtime(store)
    assert realtime.is_polled()
    with pytest.raises(PollerRunsError), realtime.only_poller():
        pass
    other.kill()
    other.join()
    with realtime.only_poller():
        assert realtime.is_polled()
    assert not realtime.is_polled()


def test_a_snapshot_is_seen_by_those_who_see_the_layer(realtime: Realtime, store: Store) -> None:
    state = feed_state(Quality.SILENT, NOW, reason=Text("試験", "test"))
    assert realtime.snapshot(Viewer.SYSTEM) is None
    assert realtime.next_number() == 1
    realtime.write(Snapshot(NOW, 7, (FeedSnapshot("loop-stops", state),)))
    assert realtime.next_number() == 8

    def feeds(viewer: Viewer) -> list[str]:
        snapshot = realtime.snapshot(viewer)
        return [feed.feed for feed in snapshot.feeds] if snapshot else []

    assert (feeds(Viewer.STAFF), feeds(Viewer.PUBLIC)) == (["loop-stops"], [])
    store.publish("loop-stops", Viewer.SYSTEM)
    assert feeds(Viewer.PUBLIC) == ["loop-stops"]


def test_observations_are_kept_by_day_and_the_last_word_on_a_call_counts(realtime: Realtime) -> None:
    after = DAY + timedelta(days=1)
    realtime.observe("loop-stops", [seen(1, 25_300), seen(2, 25_600)])
    realtime.observe("loop-stops", [seen(1, 25_310), seen(1, 25_200, after)])
    assert realtime.days_observed("loop-stops", Viewer.SYSTEM) == [DAY, after]
    table = realtime.observations("loop-stops", DAY, after, Viewer.SYSTEM)
    rows = table[["service_date", "call", "observed_s"]].to_numpy().tolist()
    assert rows == [[DAY, 1, 25_310], [DAY, 2, 25_600], [after, 1, 25_200]]
    assert len(realtime.observations("loop-stops", after, after, Viewer.SYSTEM)) == 1
    with pytest.raises(UnknownLayerError):
        realtime.observations("loop-stops", DAY, DAY, Viewer.PUBLIC)
