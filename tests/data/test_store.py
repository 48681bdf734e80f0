import os
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pytest

from data.errors import NotAllowedError, StoreFormatError, UnknownColumnError, UnknownFeatureError, UnknownLayerError
from data.staged import FEATURES
from data.store import Store
from data.viewer import Viewer
from geo import Problem
from tests.data.conftest import stage

Put = Callable[..., str]


def test_a_new_layer_is_internal_until_it_is_published(store: Store, put: Put) -> None:
    put("aed", ["市役所"])
    assert store.layers(Viewer.PUBLIC) == []
    with pytest.raises(UnknownLayerError):
        store.layer("aed", Viewer.PUBLIC)
    assert [layer.id for layer in store.layers(Viewer.STAFF)] == ["aed"]

    store.publish("aed", Viewer.SYSTEM)
    assert store.layer("aed", Viewer.PUBLIC).visibility == "public"
    store.unpublish("aed", Viewer.SYSTEM)
    assert store.layers(Viewer.PUBLIC) == []


@pytest.mark.parametrize("read", ["feature", "column", "features", "problems"])
def test_every_read_of_an_internal_layer_is_refused_to_the_public(store: Store, put: Put, read: str) -> None:
    put("aed", ["市役所"])
    arguments = {"feature": ("aed", 0), "column": ("aed", "name")}.get(read, ("aed",))
    getattr(store, read)(*arguments, Viewer.STAFF)
    with pytest.raises(UnknownLayerError):
        getattr(store, read)(*arguments, Viewer.PUBLIC)


@pytest.mark.parametrize("change", ["publish", "unpublish", "remove"])
@pytest.mark.parametrize("viewer", [Viewer.PUBLIC, Viewer.STAFF], ids=lambda viewer: viewer.name)
def test_only_who_may_change_layers_changes_them(store: Store, put: Put, change: str, viewer: Viewer) -> None:
    put("aed", ["市役所"])
    with pytest.raises(NotAllowedError):
        getattr(store, change)("aed", viewer)
    with pytest.raises(NotAllowedError):
        store.gc(viewer)


def test_a_second_import_becomes_the_current_version_and_the_first_stays_readable(store: Store, put: Put) -> None:
    first = put("aed", ["a"])
    second = put("aed", ["a", "b"])
    record = store.layer("aed", Viewer.SYSTEM)
    assert (record.version, record.previous) == (second, (first,))
    assert store.feature("aed", 1, Viewer.SYSTEM)["attributes"][0]["value"] == "b"
    with pytest.raises(UnknownFeatureError):
        store.feature("aed", 1, Viewer.SYSTEM, version=first)


def test_a_new_version_of_a_published_layer_stays_published(store: Store, put: Put) -> None:
    put("aed", ["a"])
    store.publish("aed", Viewer.SYSTEM)
    put("aed", ["a", "b"])
    assert store.layer("aed", Viewer.PUBLIC).current.feature_count == 2


def test_a_feature_comes_with_labels_and_an_unknown_one_is_an_error(store: Store, put: Put) -> None:
    put("aed", ["市役所", "公民館"])
    feature = store.feature("aed", 1, Viewer.SYSTEM)
    assert feature["feature_id"] == "p1"
    assert feature["attributes"] == [{"name": "name", "value": "公民館", "title": {"ja": "名称", "en": "Name"}}]
    for wrong in (-1, 2):
        with pytest.raises(UnknownFeatureError):
            store.feature("aed", wrong, Viewer.SYSTEM)


def test_a_column_comes_in_the_order_of_the_features(store: Store, put: Put) -> None:
    put("aed", [str(i) for i in range(5_000)])
    assert store.column("aed", "name", Viewer.SYSTEM)["name"].to_pylist() == [str(i) for i in range(5_000)]
    assert store.feature("aed", 4_321, Viewer.SYSTEM)["attributes"][0]["value"] == "4321"
    for wrong in ("nothing", "geometry"):
        with pytest.raises(UnknownColumnError):
            store.column("aed", wrong, Viewer.SYSTEM)


def test_stored_features_are_a_geoparquet_file_that_geopandas_reads(store: Store, put: Put) -> None:
    put("aed", ["市役所", "公民館"])
    frame = gpd.read_parquet(store.folder(store.layer("aed", Viewer.SYSTEM)) / FEATURES)
    assert frame.crs.to_string() == "OGC:CRS84"
    assert list(frame.total_bounds.round(6)) == [138.8, 35.1, 138.8001, 35.1]
    assert list(frame["name"]) == ["市役所", "公民館"]


def test_problems_are_kept_word_for_word(store: Store, put: Put) -> None:
    problem = Problem("csv.coordinates_invalid", "aed.csv", "12", 13, None, {"latitude": "x", "longitude": "138"})
    put("aed", ["a"], [problem])
    assert store.problems("aed", Viewer.SYSTEM) == [problem]
    put("aed", ["b"])
    assert store.problems("aed", Viewer.SYSTEM) == []


def test_removing_forgets_the_layer_and_its_files(store: Store, put: Put) -> None:
    put("aed", ["a"])
    store.remove("aed", Viewer.SYSTEM)
    assert store.layers(Viewer.SYSTEM) == []
    assert not (store.path / "versions" / "aed").exists()
    with pytest.raises(UnknownLayerError):
        store.remove("aed", Viewer.SYSTEM)


def test_the_generation_grows_with_every_change_of_another_process(store: Store, put: Put) -> None:
    other = Store.open(store.path)
    seen = [other.generation()]
    for change in (lambda: put("aed", ["a"]), lambda: store.publish("aed", Viewer.SYSTEM)):
        change()
        seen.append(other.generation())
    assert seen == sorted(set(seen))
    other.close()


def test_gc_keeps_the_current_and_one_older_version(store: Store, put: Put) -> None:
    versions = [put("aed", [str(i)]) for i in range(4)]
    report = store.gc(Viewer.SYSTEM)
    assert report.folders == 2
    assert report.bytes > 0
    record = store.layer("aed", Viewer.SYSTEM)
    assert (record.version, record.previous) == (versions[3], (versions[2],))
    assert sorted(folder.name for folder in (store.path / "versions" / "aed").iterdir()) == sorted(versions[2:])
    assert store.gc(Viewer.SYSTEM).folders == 0


def test_gc_clears_what_a_killed_import_left_and_nothing_of_a_running_one(store: Store) -> None:
    abandoned = store.path / "staging" / "of-a-dead-process"
    abandoned.mkdir()
    (abandoned / ".lock").touch()
    (abandoned / "shard.parquet").write_bytes(b"x" * 1000)
    moved = store.path / "versions" / "aed" / "1-moved-but-never-committed"
    moved.mkdir(parents=True)
    with store.staging() as running:
        assert store.gc(Viewer.SYSTEM).folders == 2
        assert running.exists()
    assert not abandoned.exists()
    assert not moved.exists()


def test_an_import_that_fails_leaves_the_store_as_it_was(store: Store, put: Put) -> None:
    before = put("aed", ["a"])

    def fail_halfway() -> None:
        with store.staging() as staging:
            good, bad = staging / "good", staging / "bad"
            good.mkdir()
            bad.mkdir()
            layers = [stage(good, "aed", ["b"]), stage(bad, "wifi", ["c"])]
            shutil.rmtree(bad)
            store.commit(layers, Viewer.SYSTEM)

    with pytest.raises(FileNotFoundError):
        fail_halfway()
    assert [layer.id for layer in store.layers(Viewer.SYSTEM)] == ["aed"]
    assert store.layer("aed", Viewer.SYSTEM).version == before
    assert store.feature("aed", 0, Viewer.SYSTEM)["attributes"][0]["value"] == "a"
    assert not list((store.path / "staging").iterdir())


def test_a_process_killed_between_move_and_commit_leaves_nothing_visible(
    store: Store, put: Put, tmp_path: Path
) -> None:
    before = put("aed", ["a"])
    script = textwrap.dedent(
        f"""
        import os, signal
        import data.store
        from data.viewer import Viewer
        from tests.data.conftest import stage
        store = data.store.Store.open({str(store.path)!r})
        data.store._upsert_layer = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        with store.staging() as staging:
            folder = staging / "layer"
            folder.mkdir()
            store.commit([stage(folder, "aed", ["b"])], Viewer.SYSTEM)
        """
    )
    killed = subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parents[2], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert store.layer("aed", Viewer.SYSTEM).version == before
    assert store.gc(Viewer.SYSTEM).folders == 2
    assert put("aed", ["b"]).startswith("2-")


def test_a_store_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    import sqlite3

    Store.open(tmp_path / "store").close()
    with sqlite3.connect(tmp_path / "store" / "catalogue.sqlite") as connection:
        connection.execute("UPDATE meta SET value = 999 WHERE key = 'format'")
    with pytest.raises(StoreFormatError):
        Store.open(tmp_path / "store")


def test_a_version_that_the_layer_never_had_is_not_found(store: Store, put: Put) -> None:
    put("aed", ["a"])
    for wrong in ("../../catalogue.sqlite", "2-ffff", os.sep):
        with pytest.raises(UnknownLayerError):
            store.feature("aed", 0, Viewer.SYSTEM, version=wrong)


def test_a_file_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a letter")
    with pytest.raises(StoreFormatError, match="not a folder"):
        Store.open(tmp_path / "store")


def test_a_folder_where_we_may_not_write_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(StoreFormatError, match="no permission"):
        Store.open(tmp_path / "store")


def test_a_new_version_without_terms_keeps_those_of_the_layer(store: Store, put: Put) -> None:
    put("aed", ["a"])
    store.describe("aed", Viewer.SYSTEM, {"attribution": "みほん市", "licence": "CC0 1.0"})
    with store.staging() as staging:
        folder = staging / "layer"
        folder.mkdir()
        staged = replace(stage(folder, "aed", ["a", "b"]), attribution=None, licence=None)
        (record,) = store.commit([staged], Viewer.SYSTEM)
    assert (record.attribution, record.licence) == ("みほん市", "CC0 1.0")


_OPEN = "import sys; from pathlib import Path; from data import Store; Store.open(Path(sys.argv[1])).generation()"


def test_processes_that_open_a_new_store_at_once_all_find_it_whole(tmp_path: Path) -> None:
    for number in range(3):
        command = [sys.executable, "-c", _OPEN, str(tmp_path / str(number))]
        opening = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
        assert [process.communicate()[1] for process in opening] == [""] * 4
