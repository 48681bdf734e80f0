"""`machinami sample` and `machinami demo`."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from data import Store, Viewer, import_paths
from data.realtime import Binding, Realtime
from data.sample import SAMPLE_SOURCES
from tests.gtfs.feeds import zip_feed
from tests.web.conftest import Outcome
from web.cli.demo_bus import played_buses
from web.cli.main import run

Machinami = Callable[..., Outcome]


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "city"
    assert run(["--lang", "en", "sample", str(folder), "--buildings", "20"]) == 0
    return folder


@pytest.fixture
def city(made: Path, tmp_path: Path) -> Path:
    """A sample of 20 buildings, just made."""
    return shutil.copytree(made, tmp_path / "city")


def test_a_sample_is_made_once_and_then_left_alone(machinami: Machinami, city: Path) -> None:
    times = {path: path.stat().st_mtime_ns for path in city.rglob("*")}
    again = machinami("sample", city, "--buildings", 20)
    assert again.status == 0
    assert "Making" not in again.err
    assert {path: path.stat().st_mtime_ns for path in city.rglob("*")} == times


def test_another_seed_makes_another_city_in_its_place(machinami: Machinami, city: Path, tmp_path: Path) -> None:
    first = _contents(city)
    assert machinami("sample", city, "--buildings", 20, "--seed", 2).status == 0
    assert _contents(city) != first
    assert not list(tmp_path.glob(".*"))


def test_a_folder_with_other_things_in_it_is_not_touched(machinami: Machinami, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "thesis.txt").write_text("years", encoding="utf-8")
    outcome = machinami("sample", tmp_path / "work", "--buildings", 300)
    assert outcome.status == 2
    assert "is not empty" in outcome.err
    assert _contents(tmp_path / "work") == {"thesis.txt": b"years"}


def test_faulty_files_are_made_only_when_asked_for(machinami: Machinami, city: Path) -> None:
    assert not (city / "faults").exists()
    assert machinami("sample", city, "--buildings", 20, "--faults").status == 0
    assert (city / "faults" / "faults.csv").is_file()


@pytest.mark.slow
def test_the_demo_imports_and_publishes_its_city_and_is_quick_the_second_time(
    machinami: Machinami, tmp_path: Path
) -> None:
    demo = ["--store", tmp_path / "store", "demo", "--buildings", 800, "--no-serve"]
    first = machinami(*demo)
    assert first.status == 0, first.out + first.err
    layers = Store.open(tmp_path / "store").layers(Viewer.PUBLIC)
    titles = {layer.title.ja for layer in layers}
    assert {"建物", "AED設置箇所", "公衆無線LAN", "人口(町丁目・年齢別)"} <= titles
    assert len(layers) > len(SAMPLE_SOURCES)
    versions = {layer.id: layer.version for layer in layers}

    second = machinami(*demo)
    assert second.status == 0
    assert "new version" not in second.out
    again = Store.open(tmp_path / "store").layers(Viewer.PUBLIC)
    assert {layer.id: layer.version for layer in again} == versions


def test_simulated_buses_are_named_to_the_store_only_while_the_demo_runs(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store")
    import_paths(store, [zip_feed(tmp_path / "mihon-bus.zip")], viewer=Viewer.SYSTEM)
    realtime = Realtime(store)
    with played_buses(store) as commands:
        layers = [binding.layer for binding in realtime.bindings()]
        assert [command[:3] for command in commands] == [("realtime", "simulate", layer) for layer in layers]
        assert layers in ([], ["mihon-bus-stops"])  # the feed's calendar ends in March 2027
    assert realtime.bindings() == ()


def test_feeds_that_somebody_has_named_are_left_alone(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store")
    import_paths(store, [zip_feed(tmp_path / "mihon-bus.zip")], viewer=Viewer.SYSTEM)
    realtime = Realtime(store)
    own = Binding("mihon-bus-stops", ("https://example.lg.jp/trips.pb",))
    realtime.bind([own], Viewer.SYSTEM)
    with played_buses(store) as commands:
        assert commands == []
    assert realtime.bindings() == (own,)
