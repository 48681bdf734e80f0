"""An import that was killed is taken up again where it was; the result is that of an import nobody disturbed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import data.reading
from data import ImportSummary, Store, Viewer, import_paths
from data.detect import Source
from data.input import build_inputs
from data.shard import SourceResult, keep_result, kept_result

_KILLED_WHILE_BUILDING = """
import os, signal, sys
from pathlib import Path
from data import Store, Viewer, import_paths
from data.import_building import ImportBuilding
ImportBuilding.build = lambda *rest: os.kill(os.getpid(), signal.SIGKILL)
import_paths(Store.open(Path(sys.argv[1])), [Path(sys.argv[2])], viewer=Viewer.SYSTEM)
"""


@pytest.fixture
def city(tmp_path: Path) -> Path:
    folder = tmp_path / "city"
    folder.mkdir()
    for number in range(3):
        rows = "".join(f"{name},{35 + name / 100},{138.8 + number / 10}\n" for name in range(20))
        (folder / f"list_{number}.csv").write_text(f"name,緯度,経度\n{rows}bad,,\n", encoding="utf-8")
    return folder


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the sources that are really read."""
    names: list[str] = []
    read = data.reading.read_source

    def note(source: Source, folder: Path, crs: str | None, places: None) -> SourceResult:
        names.append(source.name)
        return read(source, folder, crs, places)

    monkeypatch.setattr(data.reading, "read_source", note)
    return names


def import_city(store: Store, city: Path) -> ImportSummary:
    return import_paths(store, [city], viewer=Viewer.SYSTEM)


def kill_an_import(store: Path, city: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", _KILLED_WHILE_BUILDING, store, city], check=False, env=os.environ)
    assert ended.returncode == -signal.SIGKILL


def told(store: Store) -> list[dict[str, object]]:
    """Everything about the layers but the moment."""
    records = [record.as_full_json() for record in store.layers(Viewer.SYSTEM)]
    return [{key: value for key, value in record.items() if key != "imported_at"} for record in records]


def test_files_that_a_killed_import_had_finished_are_not_read_again(
    tmp_path: Path, city: Path, reads: list[str]
) -> None:
    kill_an_import(tmp_path / "store", city)
    store = Store.open(tmp_path / "store")
    assert store.layers(Viewer.SYSTEM) == []
    import_city(store, city)
    assert reads == []
    assert [record.feature_count for record in (layer.current for layer in store.layers(Viewer.SYSTEM))] == [20, 20, 20]


def test_the_result_is_that_of_an_import_nobody_disturbed(tmp_path: Path, city: Path) -> None:
    kill_an_import(tmp_path / "store", city)
    resumed, undisturbed = Store.open(tmp_path / "store"), Store.open(tmp_path / "other")
    import_city(resumed, city)
    import_city(undisturbed, city)
    assert told(resumed) == told(undisturbed)
    for record in resumed.layers(Viewer.SYSTEM):
        one, other = (pq.read_table(store.folder(record) / "features.parquet") for store in (resumed, undisturbed))
        assert one.equals(other)
        assert resumed.problems(record.id, Viewer.SYSTEM) == undisturbed.problems(record.id, Viewer.SYSTEM)


def test_a_file_that_changed_since_is_read_again(tmp_path: Path, city: Path, reads: list[str]) -> None:
    kill_an_import(tmp_path / "store", city)
    with (city / "list_1.csv").open("a", encoding="utf-8") as file:
        file.write("new,35.5,138.5\n")
    store = Store.open(tmp_path / "store")
    import_city(store, city)
    assert [Path(name).name for name in reads] == ["list_1.csv"]
    assert sorted(layer.current.feature_count for layer in store.layers(Viewer.SYSTEM)) == [20, 20, 21]


def test_a_folder_without_its_result_is_read_again(tmp_path: Path, city: Path, reads: list[str]) -> None:
    kill_an_import(tmp_path / "store", city)
    next((tmp_path / "store").glob("staging/*/shards/*/read.json")).unlink()
    import_city(Store.open(tmp_path / "store"), city)
    assert len(reads) == 1


def test_what_a_killed_import_left_is_cleared_where_nobody_takes_it_up(tmp_path: Path, city: Path) -> None:
    kill_an_import(tmp_path / "store", city)
    store = Store.open(tmp_path / "store")
    assert store.gc(Viewer.SYSTEM).folders == 1
    assert store.abandoned() == []


def test_an_import_that_is_at_work_is_not_robbed(tmp_path: Path, city: Path, reads: list[str]) -> None:
    kill_an_import(tmp_path / "store", city)
    store = Store.open(tmp_path / "store")
    (left,) = store.abandoned()
    with (left / ".lock").open("w") as lock:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX)
        import_city(store, city)
    assert len(reads) == 3


def test_a_result_comes_back_as_it_was_kept(tmp_path: Path, city: Path) -> None:
    from data.archive import ArchiveLimits
    from data.detect import detect
    from data.reading import read_source

    source = detect(city, tmp_path / "scratch", ArchiveLimits()).sources[0]
    result = read_source(source, tmp_path / "shards", None)
    assert result.parts[0].problems, "the sample has a row without a place"
    assert kept_result(source, tmp_path / "shards") == result
    keep_result(result, tmp_path / "shards")
    assert kept_result(source, tmp_path / "shards") == result


def test_a_dataset_with_other_codelists_is_another_input(tmp_path: Path) -> None:
    from data.detect import SourceKind

    file = tmp_path / "udx" / "bldg" / "52383622_bldg_6697.gml"
    file.parent.mkdir(parents=True)
    file.write_text("<CityModel/>")
    source = Source(SourceKind.CITYGML, file, "udx/bldg/52383622_bldg_6697.gml", "city")

    def content() -> str:
        return build_inputs([source], "", lambda read: None)[0].content_hash

    without = content()
    (tmp_path / "codelists").mkdir()
    (tmp_path / "codelists" / "Building_usage.xml").write_text("<Dictionary/>")
    with_codelists = content()
    appearance = file.with_name("52383622_bldg_6697_appearance")
    appearance.mkdir()
    (appearance / "wall.jpg").write_bytes(b"picture")
    assert len({without, with_codelists, content()}) == 3
