"""Every reader on files that our own generator did not write: what is stored is counted against the files."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from data import CoverageQuery, ImportOptions, ImportSummary, Store, Viewer, import_paths, rerun, save_coverage
from geo import Severity
from tests.shared_data import shared_data


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "store")
    yield opened
    opened.close()


def imported(store: Store, path: str) -> ImportSummary:
    return import_paths(store, [shared_data(path)], viewer=Viewer.SYSTEM)


def stored_by_part(summary: ImportSummary, part: str) -> int:
    return sum(layer.record.current.feature_count for layer in summary.layers if f"-{part}" in f"-{layer.record.id}-")


def grep(path: str, pattern: str) -> int:
    """How often a pattern occurs in a file or in all .gml files of a folder: the outside count."""
    files = [shared_data(path)] if shared_data(path).is_file() else sorted(shared_data(path).rglob("*.gml"))
    return sum(len(re.findall(pattern, file.read_text(encoding="utf-8", errors="replace"))) for file in files)


def rows_of_csv(path: str) -> int:
    raw = shared_data(path).read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp932")
    return sum(1 for _ in csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("plateau/numazu_2021_iur15", {"tnm": 230, "fld": 12, "lsld": 234}),
        ("plateau/komatsu_2024", {"bldg": 192}),
        ("plateau/bldg_lod1", {"bldg": 657 + 329 + 225}),
        ("plateau/numazu_bldg_2020", {"bldg": 16}),
        ("plateau/numazu_iur30", {"luse": 225, "urf": 44, "lsld": 81, "fld": 3, "tnm": 3}),
        ("plateau/yokosuka_iur", {"bldg": 13}),
        ("plateau/tsukuba_tran", {"tran": 253 + 210}),
        ("plateau/citygml3_iur40", {"bldg": 1, "tran": 1}),
        (
            "plateau/mixed_iur30",
            {
                **{"area": 6, "brid": 1, "cons": 3, "rwy": 4, "squr": 1, "trk": 125, "ubld": 1, "unf": 22, "veg": 28},
                # With the two storeys of the underground mall.
                **{"gen": 4 + 2, "wwy": 2},
            },
        ),
    ],
)
def test_every_feature_of_a_plateau_folder_is_stored_or_has_a_problem(
    store: Store, folder: str, expected: dict[str, int]
) -> None:
    summary = imported(store, folder)
    for part, count in expected.items():
        layers = [layer for layer in summary.layers if f"-{part}" in layer.record.id]
        assert sum(layer.record.current.read for layer in layers) == count, part
        assert sum(layer.record.current.feature_count for layer in layers) == count, part
    for layer in summary.layers:
        current = layer.record.current
        assert current.read == current.feature_count + current.kept_out


def test_each_file_of_a_dataset_has_its_own_account(store: Store) -> None:
    summary = imported(store, "plateau/bldg_lod1")
    (layer,) = summary.layers
    counted = {file.name: file.stored for file in layer.record.current.files}
    for file in shared_data("plateau/bldg_lod1").glob("*.gml"):
        assert counted[file.name] == grep(f"plateau/bldg_lod1/{file.name}", r"<bldg:Building ")
    assert sorted(counted.values()) == [225, 329, 657]


def test_komatsu_buildings_keep_their_flood_ranks(store: Store) -> None:
    imported(store, "plateau/komatsu_2024")
    (record,) = store.layers(Viewer.SYSTEM)
    ranks = store.column(record.id, "flood_rank", Viewer.SYSTEM)["flood_rank"].drop_null().to_pylist()
    assert ranks, "no building has a rank"
    assert set(ranks) <= set(range(1, 7))
    feature = store.feature(record.id, 0, Viewer.SYSTEM)
    assert any(node["name"].startswith("bldg:") for node in feature["attributes"])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("municipal/yaizu_22212/公衆無線LAN一覧/222127_public_wireless_lan.csv", 17),
        ("municipal/yaizu_22212/AED設置箇所一覧/222127_aed.csv", 82),
        ("municipal/yaizu_22212/要配慮者利用施設/yohairyosya.csv", 277),
    ],
)
def test_every_row_of_a_municipal_table_is_stored(store: Store, path: str, expected: int) -> None:
    assert rows_of_csv(path) == expected
    summary = imported(store, path)
    (layer,) = summary.layers
    assert layer.record.current.read == expected
    assert layer.record.current.feature_count == expected


def test_yaizus_cameras_and_bus_stops_are_stored_whole(store: Store) -> None:
    cameras = "municipal/yaizu_22212/河川・海岸_監視カメラ/CameraInfo.geojson"
    assert len(json.loads(shared_data(cameras).read_bytes())["features"]) == 20
    (layer,) = imported(store, cameras).layers
    assert layer.record.current.feature_count == 20
    (layer,) = imported(store, "municipal/yaizu_22212/焼津市自主運行バス路線図_停留所").layers
    assert layer.record.current.feature_count == 164


def test_a_whole_municipal_folder_comes_in_one_go(store: Store) -> None:
    summary = imported(store, "municipal/yaizu_22212")
    assert len(summary.layers) >= 20
    for layer in summary.layers:
        current = layer.record.current
        assert current.read == current.feature_count + current.kept_out, layer.record.id
        errors = [one for one in store.problems(layer.record.id, Viewer.SYSTEM) if one.severity is Severity.ERROR]
        assert len({(one.file, one.feature, one.line) for one in errors}) >= current.kept_out
    assert len({layer.record.id for layer in summary.layers}) == len(summary.layers)


def test_a_gtfs_feed_becomes_stops_and_routes(store: Store) -> None:
    summary = imported(store, "gtfs/donan_2020")
    counted = {layer.record.id: layer.record.current.feature_count for layer in summary.layers}
    assert counted["donan-2020-stops"] == rows_of_csv("gtfs/donan_2020/stops.txt") == 706
    assert counted["donan-2020-routes"] == rows_of_csv("gtfs/donan_2020/routes.txt")


def test_a_terrain_grid_becomes_a_raster_layer(store: Store) -> None:
    (layer,) = imported(store, "access/porto_alegre/poa_elevation.tif").layers
    assert layer.record.current.kind == "raster"
    assert (store.folder(layer.record) / "grid.tif").exists()


def test_tokens_of_an_older_datum_are_told_and_stored(store: Store) -> None:
    summary = imported(store, "hazard/development_permission/flood_assumption")
    (layer,) = summary.layers
    assert layer.record.current.crs == "EPSG:2450"
    assert "crs.jgd2000" in {one.rule for one in store.problems(layer.record.id, Viewer.SYSTEM)}
    assert summary.exit_status == 3


def test_a_file_that_is_not_well_formed_is_refused_and_the_store_stays_as_it_was(store: Store) -> None:
    imported(store, "plateau/numazu_bldg_2020")
    before = [(layer.id, layer.version) for layer in store.layers(Viewer.SYSTEM)]
    summary = imported(store, "plateau/not_well_formed")
    assert summary.exit_status == 1
    (failure,) = summary.failures
    assert failure.rule == "xml.not_well_formed"
    assert failure.file.endswith(".gml")
    assert failure.line is not None
    assert [(layer.id, layer.version) for layer in store.layers(Viewer.SYSTEM)] == before


def test_the_same_bytes_again_make_no_new_version(store: Store) -> None:
    first = imported(store, "plateau/komatsu_2024")
    second = imported(store, "plateau/komatsu_2024")
    assert [layer.unchanged for layer in second.layers] == [True]
    assert [layer.record.version for layer in second.layers] == [layer.record.version for layer in first.layers]
    assert second.exit_status == first.exit_status


def test_coverage_of_yaizus_aeds_is_kept_with_its_recipe(store: Store) -> None:
    path = shared_data("municipal/yaizu_22212/AED設置箇所一覧/222127_aed.csv")
    options = ImportOptions(licence="CC BY 4.0", attribution="焼津市")
    aed = import_paths(store, [path], viewer=Viewer.SYSTEM, options=options).layers[0].record
    record = save_coverage(store, CoverageQuery(aed.id, 300.0), Viewer.SYSTEM)
    recipe = record.current.recipe
    assert recipe is not None
    assert recipe["inputs"] == {aed.id: aed.version}
    assert (record.licence, record.attribution) == ("CC BY 4.0", "焼津市")
    # 82 discs of 300 m, some overlapping.
    assert 1.0 < recipe["figures"]["area_km2"] < 82 * 0.283
    assert rerun(store, record.id, Viewer.SYSTEM).version == record.version
