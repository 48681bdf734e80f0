"""Tables of towns in imports: where their areas are found, what the record tells, and when they are joined anew."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

import data.reading
from data import (
    ImportOptions,
    ImportSummary,
    LayerRecord,
    NothingToRepeatError,
    Store,
    UnknownLayerError,
    Viewer,
    import_paths,
    rerun,
)
from data.detect import Source
from data.inspection import inspect_paths
from data.places import Places
from data.reading import read_source
from data.shard import SourceResult

TABLE = "町名,人口,世帯数\n大字本町一丁目,5,2\n本町２丁目,7,3\n浜,9,4\n"


def write_table(folder: Path, text: str = TABLE, name: str = "229997_population.csv") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text.encode("cp932"))
    return folder / name


def write_areas(folder: Path, *names: str, file: str = "towns.geojson") -> Path:
    """Squares from west to east."""
    folder.mkdir(parents=True, exist_ok=True)
    shapes = [shapely.box(138.8 + k * 0.01, 35.0, 138.81 + k * 0.01, 35.01) for k in range(len(names))]
    frame = gpd.GeoDataFrame({"name": list(names)}, geometry=shapes, crs="EPSG:4326")
    frame.to_file(folder / file)
    return folder / file


TOWNS = ("本町1丁目", "本町2丁目", "浜")


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A folder with a table and the towns."""
    write_table(tmp_path / "city" / "人口")
    write_areas(tmp_path / "city", *TOWNS)
    return tmp_path / "city"


def run(store: Store, *paths: Path, **options: str) -> ImportSummary:
    return import_paths(store, paths, viewer=Viewer.SYSTEM, options=ImportOptions(**options))  # type: ignore[arg-type]


def joined(store: Store) -> LayerRecord:
    return store.layer("229997-population", Viewer.SYSTEM)


def people(store: Store) -> list[int]:
    features = store.features("229997-population", Viewer.SYSTEM).features
    order = features.geometry.bounds["minx"].argsort()
    return [int(one) for one in features["population"].iloc[order]]


def test_a_folder_with_a_table_and_its_towns_is_imported_without_a_problem(store: Store, city: Path) -> None:
    summary = run(store, city)
    assert summary.exit_status == 0
    assert people(store) == [5, 7, 9]
    assert joined(store).current.geometry == "polygon"
    assert [theme.column for theme in joined(store).current.style.themes] == ["population", "households"]
    notes = [note.rule for layer in summary.layers for note in layer.notes]
    assert notes == ["town.by_name", "town.sum"]


def test_the_record_tells_the_layer_of_areas_and_the_same_folder_again_changes_nothing(
    store: Store, city: Path
) -> None:
    run(store, city)
    recipe = joined(store).current.recipe
    assert recipe is not None
    assert recipe["kind"] == "town_join"
    assert recipe["inputs"] == {"towns": store.layer("towns", Viewer.SYSTEM).version}
    with pytest.raises(NothingToRepeatError):
        rerun(store, "229997-population", Viewer.SYSTEM)
    again = run(store, city)
    assert ([layer.unchanged for layer in again.layers], again.exit_status) == ([True] * 2, 0)
    told = json.loads(json.dumps(again.as_json()))
    assert next(one for one in told["layers"] if one["id"] == "229997-population")["recipe"] == recipe


def test_other_areas_make_another_version_of_the_table(store: Store, city: Path) -> None:
    run(store, city)
    first = joined(store).version
    write_areas(city, *TOWNS[::-1])
    summary = run(store, city)
    assert {layer.record.id for layer in summary.layers if not layer.unchanged} == {"towns", "229997-population"}
    assert joined(store).version != first
    recipe = joined(store).current.recipe
    assert recipe is not None
    assert recipe["inputs"] == {"towns": store.layer("towns", Viewer.SYSTEM).version}
    assert people(store) == [9, 7, 5]


def test_areas_of_other_things_have_no_part_in_it(store: Store, city: Path) -> None:
    write_areas(city, "みほん湾", "本町1丁目", "川", file="water.geojson")
    assert run(store, city).exit_status == 0
    write_areas(city, "みほん湾", file="water.geojson")
    summary = run(store, city)
    assert {layer.record.id for layer in summary.layers if not layer.unchanged} == {"water"}


def test_another_table_with_the_same_areas_is_joined_with_the_version_that_stands(store: Store, city: Path) -> None:
    run(store, city)
    write_table(city / "人口", TABLE.replace(",9,", ",10,"))
    run(store, city)
    recipe = joined(store).current.recipe
    assert recipe is not None
    assert recipe["inputs"] == {"towns": store.layer("towns", Viewer.SYSTEM).version}
    assert people(store) == [5, 7, 10]


def test_a_table_alone_finds_its_towns_in_the_store(store: Store, city: Path, tmp_path: Path) -> None:
    run(store, city / "towns.geojson", licence="CC BY 4.0", attribution="みほん市")
    summary = run(store, city / "人口", licence="CC0 1.0")
    assert summary.exit_status == 0
    assert people(store) == [5, 7, 9]
    # Of what it was made from; the table's own first.
    assert (joined(store).licence, joined(store).attribution) == ("CC0 1.0、CC BY 4.0", "みほん市")
    again = run(store, city / "人口", licence="CC0 1.0")
    assert again.layers[0].unchanged
    assert joined(store).licence == "CC0 1.0、CC BY 4.0"


def test_a_table_alone_says_what_to_do(store: Store, city: Path) -> None:
    summary = run(store, city / "人口")
    assert summary.exit_status == 1
    (failure,) = summary.failures
    assert failure.rule == "town.no_places"
    assert "--places" in failure.message("ja")
    assert "--places" in failure.message("en")


def test_two_layers_with_the_towns_have_to_be_chosen_from(store: Store, city: Path) -> None:
    write_areas(city, *TOWNS[::-1], file="towns_2020.geojson")
    summary = run(store, city)
    assert summary.exit_status == 3
    (failure,) = summary.failures
    assert (failure.rule, failure.parameters["layers"]) == ("town.several_places", "towns, towns-2020")
    chosen = run(store, city, places="towns-2020")
    assert chosen.exit_status == 0
    assert people(store) == [9, 7, 5]


def test_a_named_layer_is_taken_from_the_import_or_the_store(store: Store, city: Path) -> None:
    run(store, city, places="towns")
    assert people(store) == [5, 7, 9]
    run(store, city / "人口", places="towns")
    first = joined(store).version
    assert run(store, city / "人口", places="towns").layers[0].unchanged
    assert joined(store).version == first
    with pytest.raises(UnknownLayerError):
        run(store, city / "人口", places="nowhere")
    assert joined(store).version == first


def test_a_named_layer_without_any_of_the_towns_is_refused(store: Store, city: Path) -> None:
    write_areas(city, "海", "川", file="water.geojson")
    summary = run(store, city, places="water")
    assert [failure.rule for failure in summary.failures] == ["town.places_unfit"]
    assert summary.exit_status == 3


def test_a_named_layer_gives_places_to_a_table_of_anything(store: Store, city: Path, tmp_path: Path) -> None:
    crimes = write_table(tmp_path, "町名,刑法犯認知件数\n本町1丁目,3\n浜,1\n", "crime.csv")
    run(store, city / "towns.geojson")
    assert [one.rule for one in run(store, crimes).failures] == ["csv.no_coordinates"]
    assert run(store, crimes, places="towns").exit_status == 0
    assert store.features("crime", Viewer.SYSTEM).features["刑法犯認知件数"].tolist() == [3, 1]


def test_rows_without_area_are_problems_and_their_people_are_told(store: Store, city: Path) -> None:
    write_table(city / "人口", TABLE + "山,100,50\n")
    summary = run(store, city)
    assert summary.exit_status == 3
    assert not summary.failures
    assert (joined(store).current.read, joined(store).current.feature_count, joined(store).current.kept_out) == (
        4,
        3,
        1,
    )
    (lost,) = [one for one in store.problems("229997-population", Viewer.SYSTEM) if one.keeps_out]
    assert (lost.rule, lost.feature, lost.line) == ("town.unknown", "山", 5)
    told = next(one for one in store.problems("229997-population", Viewer.SYSTEM) if one.rule == "town.sum")
    assert dict(told.parameters) == {"total": "121", "joined": "21", "left": "100"}


def test_a_check_without_a_store_joins_as_well(city: Path) -> None:
    found = inspect_paths([city])
    assert found.exit_status == 0
    assert {"town.by_name", "town.sum"} <= {one.rule for one in found.problems}
    assert [one.rule for one in inspect_paths([city / "人口"]).problems] == ["town.no_places"]


def test_e_stats_text_files_are_known_as_tables_of_towns(store: Store, city: Path) -> None:
    text = "KEY_CODE,HYOSYO,CITYNAME,NAME,HTKSYORI,HTKSAKI,GASSAN,T001081001\n,,,,,,,人口総数\n"
    text += "22999001001,3,みほん市,本町一丁目,0,,,5\n229990020,2,みほん市,浜,0,,,9\n"
    write_table(city, text, "tblT001081C22.txt")
    assert run(store, city).exit_status == 0
    features = store.features("tblt001081c22", Viewer.SYSTEM).features
    assert features["population"].tolist() == [5, 9]
    assert {"T001081001": "人口総数"}.items() <= {
        one.name: one.label.ja for one in store.layer("tblt001081c22", Viewer.SYSTEM).current.columns
    }.items()


_KILLED_WHILE_BUILDING = """
import os, signal, sys
from pathlib import Path
from data import Store, Viewer, import_paths
from data.import_building import ImportBuilding

def die(*args, **named):
    os.kill(os.getpid(), signal.SIGKILL)

ImportBuilding.build = die
import_paths(Store.open(Path(sys.argv[1])), [Path(sys.argv[2])], viewer=Viewer.SYSTEM)
"""


def test_what_a_killed_import_joined_is_taken_over_only_with_the_same_areas(
    tmp_path: Path, city: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[str] = []
    read = read_source

    def note(source: Source, folder: Path, crs: str | None, places: Places | None = None) -> SourceResult:
        reads.append(source.path.name)
        return read(source, folder, crs, places)

    monkeypatch.setattr(data.reading, "read_source", note)
    for changed, expected in ((False, []), (True, ["towns.geojson", "229997_population.csv"])):
        folder = tmp_path / f"store-{changed}"
        command = [sys.executable, "-c", _KILLED_WHILE_BUILDING, str(folder), str(city)]
        assert subprocess.run(command, check=False, env=os.environ).returncode == -signal.SIGKILL
        if changed:
            write_areas(city, *TOWNS[::-1])
        reads.clear()
        store = Store.open(folder)
        run(store, city)
        assert reads == expected
        assert people(store) == ([9, 7, 5] if changed else [5, 7, 9])
        store.close()
