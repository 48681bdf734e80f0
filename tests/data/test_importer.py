"""What comes of bad input: a clear word about it, and nothing lost of what was stored."""

import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from data import ArchiveLimits, ImportOptions, ImportSummary, NotAllowedError, Store, Viewer, import_paths
from tests.data.conftest import points
from tests.shared_data import shared_data


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "store")
    yield opened
    opened.close()


@pytest.fixture
def drawer(tmp_path: Path) -> Path:
    """An empty folder to put files in."""
    folder = tmp_path / "drawer"
    folder.mkdir()
    return folder


def import_into(store: Store, *paths: Path, **options: object) -> ImportSummary:
    return import_paths(store, paths, viewer=Viewer.SYSTEM, options=ImportOptions(**options))  # type: ignore[arg-type]


def shelters(folder: Path, count: int = 3, name: str = "shelters.geojson") -> Path:
    path = folder / name
    points([f"避難所{i}" for i in range(count)]).to_file(path, driver="GeoJSON")
    return path


def test_an_import_becomes_a_layer_with_tiles_and_lineage(store: Store, drawer: Path) -> None:
    summary = import_into(store, shelters(drawer), licence="CC BY 4.0", attribution="みほん市", group="safety")
    (layer,) = summary.layers
    record = layer.record
    assert summary.exit_status == 0
    assert (record.licence, record.attribution, record.group.id) == ("CC BY 4.0", "みほん市", "safety")
    assert record.current.feature_count == record.current.read == 3
    assert [file.name for file in record.current.files] == ["shelters.geojson"]
    assert len(record.current.files[0].sha256) == 64
    assert (store.folder(record) / "tiles.pmtiles").stat().st_size > 0


def test_the_same_bytes_make_no_new_version_and_other_bytes_do(store: Store, drawer: Path) -> None:
    first = import_into(store, shelters(drawer)).layers[0]
    again = import_into(store, shelters(drawer)).layers[0]
    other = import_into(store, shelters(drawer, 4)).layers[0]
    assert (first.unchanged, again.unchanged, other.unchanged) == (False, True, False)
    assert again.record.version == first.record.version != other.record.version
    assert other.record.previous == (first.record.version,)


def test_a_known_file_still_takes_a_new_licence(store: Store, drawer: Path) -> None:
    version = import_into(store, shelters(drawer)).layers[0].record.version
    record = import_into(store, shelters(drawer), licence="CC0 1.0").layers[0].record
    assert (record.version, record.licence) == (version, "CC0 1.0")


def test_a_removed_layer_comes_back_from_the_same_file(store: Store, drawer: Path) -> None:
    record = import_into(store, shelters(drawer)).layers[0].record
    store.remove(record.id, Viewer.SYSTEM)
    assert import_into(store, shelters(drawer)).layers[0].unchanged is False


def test_one_file_of_a_folder_that_is_broken_does_not_stop_the_others(store: Store, drawer: Path) -> None:
    shelters(drawer)
    (drawer / "broken.geojson").write_text('{"type": "FeatureCollection", "features": [')
    (drawer / "empty.csv").touch()
    (drawer / "README.md").write_text("data of the city")
    summary = import_into(store, drawer)
    assert [layer.record.id for layer in summary.layers] == ["shelters"]
    assert summary.exit_status == 3
    assert {failure.file for failure in summary.failures} == {"broken.geojson", "empty.csv"}
    assert list(summary.ignored) == ["README.md"]


def _zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_zip_is_read_and_a_zip_inside_a_zip_too(store: Store, drawer: Path) -> None:
    geojson = shelters(drawer).read_bytes()
    inner = _zip(drawer / "inner.zip", {"wifi.geojson": geojson})
    outer = _zip(drawer / "outer.zip", {"shelters.geojson": geojson, "inner.zip": inner.read_bytes()})
    assert {layer.record.id for layer in import_into(store, outer).layers} == {"shelters", "wifi"}


BAD = {
    "file.not_found": lambda folder: folder / "nothing.csv",
    "file.no_data": lambda folder: _folder(folder / "nothing"),
    "file.empty": lambda folder: _write(folder / "a.geojson", b""),
    "file.unknown": lambda folder: _write(folder / "a.xyz", b"?"),
    "file.encoding": lambda folder: _write(folder / "a.csv", b"name,lat,lon\n\x81\xff\xff,35,138\n"),
    "csv.no_coordinates": lambda folder: _write(folder / "a.csv", b"name,floor\nA,1\n"),
    "zip.damaged": lambda folder: _write(
        folder / "a.zip", _zip(folder / "b.zip", {"x": b"1" * 999}).read_bytes()[:-30]
    ),
    "zip.outside": lambda folder: _zip(folder / "a.zip", {"../evil.csv": b"lat,lon\n35,138\n"}),
    "zip.too_large": lambda folder: _zip(folder / "a.zip", {"a.csv": b"0" * 2_000_000}),
    "xml.not_well_formed": lambda folder: _write(folder / "a.gml", _CITYGML[:-10]),
    "xml.entity": lambda folder: _write(folder / "a.gml", b'<!DOCTYPE x [<!ENTITY a "b">]>' + _CITYGML),
    "xml.not_citygml": lambda folder: _write(folder / "a.gml", b"<html/>"),
    "crs.missing": lambda folder: _shapefile(folder, None),
    "crs.tokyo_datum": lambda folder: _shapefile(folder, "EPSG:4301"),
    "file.no_features": lambda folder: _write(folder / "a.gml", _CITYGML),
}

_CITYGML = b'<core:CityModel xmlns:core="http://www.opengis.net/citygml/2.0"></core:CityModel>'


def _folder(path: Path) -> Path:
    path.mkdir()
    (path / "README.md").write_text("no data yet")
    return path


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _shapefile(folder: Path, crs: str | None) -> Path:
    path = folder / "a.shp"
    points(["a"]).set_crs(crs, allow_override=True).to_file(path, encoding="utf-8")
    if crs is None:
        path.with_suffix(".prj").unlink(missing_ok=True)
    return path


@pytest.mark.parametrize("rule", sorted(BAD))
def test_a_file_that_cannot_be_used_is_refused_by_name_and_rule(store: Store, drawer: Path, rule: str) -> None:
    import_into(store, shelters(drawer, name="kept.geojson"))
    before = [(layer.id, layer.version) for layer in store.layers(Viewer.SYSTEM)]
    path = BAD[rule](drawer)
    summary = import_into(store, path, limits=ArchiveLimits(max_bytes=1_000_000))
    assert summary.exit_status == 1
    assert [failure.rule for failure in summary.failures] == [rule]
    assert path.name in summary.failures[0].message("ja")
    assert [(layer.id, layer.version) for layer in store.layers(Viewer.SYSTEM)] == before
    assert list((store.path / "staging").iterdir()) == []
    json.dumps(summary.as_json(), ensure_ascii=False)


def test_a_table_whose_rows_are_all_bad_stores_nothing_and_names_each_line(store: Store, drawer: Path) -> None:
    path = _write(drawer / "aed.csv", "名称,緯度,経度\nA,,\nB,x,138\nC,NaN,138\n".encode("cp932"))
    summary = import_into(store, path)
    assert summary.exit_status == 1
    assert [failure.line for failure in summary.failures] == [2, 3, 4]


def test_a_row_without_coordinates_becomes_a_problem_with_its_line(store: Store, drawer: Path) -> None:
    text = '名称,備考,緯度,経度\r\n役所,"二行の\r\n備考",35.1,138.8\r\n公園,,,\r\n'
    summary = import_into(store, _write(drawer / "aed.csv", text.encode("utf-8-sig")))
    (layer,) = summary.layers
    assert summary.exit_status == 3
    assert (layer.record.current.read, layer.record.current.feature_count, layer.record.current.kept_out) == (2, 1, 1)
    (problem,) = store.problems(layer.record.id, Viewer.SYSTEM)
    assert (problem.rule, problem.line) == ("csv.coordinates_missing", 4)


def test_only_who_may_change_layers_imports(store: Store, drawer: Path) -> None:
    for viewer in (Viewer.PUBLIC, Viewer.STAFF):
        with pytest.raises(NotAllowedError):
            import_paths(store, [shelters(drawer)], viewer=viewer)


def test_a_dataset_that_lost_a_whole_file_says_so_again_when_nothing_has_changed(store: Store, drawer: Path) -> None:
    city = drawer / "city"
    shutil.copytree(shared_data("plateau/yokosuka_iur/udx/bldg"), city / "bldg")
    shutil.copytree(shared_data("plateau/not_well_formed"), city / "broken")
    first = import_into(store, city)
    again = import_into(store, city)
    assert [layer.unchanged for layer in again.layers] == [True] * len(first.layers)
    assert first.exit_status == again.exit_status == 3
    assert [one.rule for one in again.failures] == [one.rule for one in first.failures] != []


def test_only_what_is_wanted_of_a_folder_is_read(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "city"
    for name in ("wifi/a.csv", "other/b.csv", "other/strange.bin"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("名称,緯度,経度\n市役所,35.1,138.9\n", encoding="utf-8")
    summary = import_paths(store, [folder], viewer=Viewer.SYSTEM, options=ImportOptions(only=("wifi/",)))
    assert [file.name for layer in summary.layers for file in layer.record.current.files] == ["wifi/a.csv"]
    assert summary.exit_status == 0


def test_two_files_of_one_name_in_one_folder_become_two_layers(store: Store, drawer: Path) -> None:
    shelters(drawer, 3)
    (drawer / "shelters.csv").write_text("name,緯度,経度\n一,35,138\n二,35.1,138.1\n", encoding="utf-8")
    summary = import_into(store, drawer)
    assert sorted(layer.record.current.feature_count for layer in summary.layers) == [2, 3]


def test_a_file_that_two_paths_lead_to_is_imported_once(store: Store, drawer: Path) -> None:
    path = shelters(drawer)
    summary = import_into(store, path, drawer)
    assert [layer.record.id for layer in summary.layers] == ["shelters"]


def test_links_that_lead_in_a_circle_are_no_such_file(store: Store, drawer: Path) -> None:
    (drawer / "a").symlink_to(drawer / "b")
    (drawer / "b").symlink_to(drawer / "a")
    (problem,) = import_into(store, drawer / "a").failures
    assert problem.rule == "file.not_found"


def test_an_import_of_the_folder_around_the_store_leaves_the_store_out(tmp_path: Path) -> None:
    shelters(tmp_path)
    store = Store.open(tmp_path / "machinami-store")
    for _ in range(2):
        summary = import_into(store, tmp_path)
        assert summary.exit_status == 0
        assert [layer.record.id for layer in summary.layers] == ["shelters"]
    store.close()


def test_a_problem_that_a_layer_counts_is_not_counted_again(store: Store, drawer: Path) -> None:
    (drawer / "a.csv").write_text("name,緯度,経度\n一,35,138\n二,,\n", encoding="utf-8")
    (drawer / "b.csv").write_text("", encoding="utf-8")
    summary = import_into(store, drawer)
    assert summary.layers[0].record.current.problem_count == 1
    assert summary.as_json()["problems"] == 2
