"""A layer of stops keeps the feed that it was read from, and who may see the layer may ask the feed."""

from pathlib import Path

import pytest

from data import ImportOptions, InvalidQueryError, Store, UnknownLayerError, Viewer, import_paths
from data.feed import feed_path, feeds, schedule, stored_feed, timetables
from gtfs import read_feed
from tests.gtfs.feeds import LOOP, folder_feed, zip_feed


def imported(store: Store, path: Path) -> str:
    layers = import_paths(store, [path], viewer=Viewer.SYSTEM, options=ImportOptions()).layers
    return next(layer.record.id for layer in layers if layer.record.id.endswith("stops"))


def test_every_file_of_an_imported_feed_is_kept(store: Store, tmp_path: Path) -> None:
    path = folder_feed(tmp_path / "loop", {"licence.md": "CC BY 4.0", "未知.txt": "a,b\n1,2\n"})
    feed = stored_feed(store, imported(store, path), Viewer.SYSTEM)
    assert set(feed.tables) == {*(name.removesuffix(".txt") for name in LOOP), "未知"}
    assert feed.files == {"licence.md": b"CC BY 4.0"}
    original = read_feed(path)
    for name, rows in original.tables.items():
        assert feed.tables[name].equals(rows)


def test_only_layers_of_stops_keep_a_feed(store: Store, tmp_path: Path) -> None:
    layer_id = imported(store, zip_feed(tmp_path / "loop.zip"))
    assert [record.id for record in feeds(store, Viewer.SYSTEM)] == [layer_id]
    assert feed_path(store, store.layer(layer_id, Viewer.SYSTEM)).read_bytes() == (tmp_path / "loop.zip").read_bytes()
    routes = next(record.id for record in store.layers(Viewer.SYSTEM) if record.id != layer_id)
    with pytest.raises(InvalidQueryError):
        stored_feed(store, routes, Viewer.SYSTEM)


def test_a_feed_is_as_public_as_its_stops(store: Store, tmp_path: Path) -> None:
    layer_id = imported(store, zip_feed(tmp_path / "loop.zip"))
    assert feeds(store, Viewer.PUBLIC) == []
    with pytest.raises(UnknownLayerError):
        stored_feed(store, layer_id, Viewer.PUBLIC)
    store.publish(layer_id, Viewer.SYSTEM)
    assert [record.id for record in feeds(store, Viewer.PUBLIC)] == [layer_id]
    assert len(stored_feed(store, layer_id, Viewer.PUBLIC).table("trips")) == 3


def test_a_timetable_is_built_once_for_a_version_and_then_mapped(store: Store, tmp_path: Path) -> None:
    layer_id = imported(store, zip_feed(tmp_path / "loop.zip"))
    first = schedule(store, layer_id, Viewer.SYSTEM)
    (folder,) = (store.path / "derived").glob("timetable-*/")
    feed_path(store, store.layer(layer_id, Viewer.SYSTEM)).write_bytes(b"")
    again = schedule(store, layer_id, Viewer.SYSTEM)
    assert list(again.trip_id) == list(first.trip_id) == ["1a", "1b", "2a"]
    assert (folder / "schedule.json").exists()
    with pytest.raises(UnknownLayerError):
        schedule(store, layer_id, Viewer.PUBLIC)


def test_a_feed_without_any_date_of_service_does_not_stop_the_others(store: Store, tmp_path: Path) -> None:
    never = LOOP["calendar.txt"].splitlines()[0] + "\n"
    imported(store, folder_feed(tmp_path / "never", {"calendar.txt": never}))
    layer_id = imported(store, folder_feed(tmp_path / "loop"))
    known = timetables(store, Viewer.SYSTEM)
    assert list(known.schedules) == [layer_id]
    assert {pole.feed for area in known.areas.areas for pole in area.poles} == {layer_id}
