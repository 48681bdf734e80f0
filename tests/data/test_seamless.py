"""Datasets of several years and cities that join one seamless layer."""

import shutil
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from data import ChangedMeanwhileError, ImportOptions, ImportSummary, Store, Viewer, import_paths
from data.import_building import ImportBuilding
from data.piece import piece_of
from geo.surface import Surfaces

HEAD = (
    '<core:CityModel xmlns:core="http://www.opengis.net/citygml/2.0" xmlns:gml="http://www.opengis.net/gml"'
    ' xmlns:bldg="http://www.opengis.net/citygml/building/2.0"><gml:boundedBy><gml:Envelope'
    ' srsName="http://www.opengis.net/def/crs/EPSG/0/6697" srsDimension="3"/></gml:boundedBy>'
)


def ring(points: Sequence[tuple[float, float, float]]) -> str:
    places = " ".join(f"{south:.7f} {west:.7f} {height}" for west, south, height in [*points, points[0]])
    return (
        "<gml:surfaceMember><gml:Polygon><gml:exterior><gml:LinearRing>"
        f"<gml:posList>{places}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></gml:surfaceMember>"
    )


def building(id: str, west: float, height: float = 9.0) -> str:
    """A box of some 10 m on the ground at height 3."""
    w, e, s, n, low, high = west, west + 1e-4, 35.08, 35.0801, 3.0, 3.0 + height
    bottom, top = [(w, s), (w, n), (e, n), (e, s)], [(w, s), (e, s), (e, n), (w, n)]
    faces = [[(x, y, low) for x, y in bottom], [(x, y, high) for x, y in top]]
    for (x0, y0), (x1, y1) in zip(top, [*top[1:], top[0]], strict=True):
        faces.append([(x0, y0, low), (x1, y1, low), (x1, y1, high), (x0, y0, high)])
    return (
        f'<core:cityObjectMember><bldg:Building gml:id="{id}">'
        f'<bldg:measuredHeight uom="m">{height}</bldg:measuredHeight>'
        "<bldg:lod1Solid><gml:Solid><gml:exterior><gml:CompositeSurface>"
        f"{''.join(map(ring, faces))}</gml:CompositeSurface></gml:exterior></gml:Solid></bldg:lod1Solid>"
        "</bldg:Building></core:cityObjectMember>"
    )


def dataset(folder: Path, name: str, meshes: dict[str, Sequence[str]]) -> Path:
    for mesh, buildings in meshes.items():
        file = folder / name / "udx" / "bldg" / f"{mesh}_bldg_6697_op.gml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{HEAD}{''.join(buildings)}</core:CityModel>", encoding="utf-8")
    return folder / name


def join(store: Store, *paths: Path) -> ImportSummary:
    return import_paths(store, paths, viewer=Viewer.SYSTEM, options=ImportOptions(into="街"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "store")
    yield store
    store.close()


@pytest.fixture
def numazu_2021(tmp_path: Path) -> Path:
    meshes = {
        "52384698": [building("a", 138.86), building("b", 138.861)],
        "52384699": [building("c", 138.87)],
    }
    return dataset(tmp_path, "22203_numazu-shi_city_2021_citygml_1_op", meshes)


@pytest.fixture
def numazu_2023(tmp_path: Path) -> Path:
    """One mesh anew, with other ids as every year; one building is gone, one is new."""
    meshes = {"52384698": [building("a23", 138.86, 12.0), building("d23", 138.862)]}
    return dataset(tmp_path, "22203_numazu-shi_city_2023_citygml_1_op", meshes)


def ids(store: Store) -> list[str]:
    (record,) = store.layers(Viewer.SYSTEM)
    return sorted(pq.read_table(store.folder(record) / "features.parquet")["feature_id"].to_pylist())


def test_a_new_year_takes_the_place_of_the_same_meshes_and_leaves_the_others(
    store: Store, numazu_2021: Path, numazu_2023: Path
) -> None:
    join(store, numazu_2021)
    assert ids(store) == ["a", "b", "c"]
    join(store, numazu_2023)
    assert ids(store) == ["a23", "c", "d23"]


def test_every_feature_knows_the_dataset_and_file_that_it_came_from(
    store: Store, numazu_2021: Path, numazu_2023: Path
) -> None:
    join(store, numazu_2021)
    join(store, numazu_2023)
    (record,) = store.layers(Viewer.SYSTEM)
    table = pq.read_table(store.folder(record) / "features.parquet").to_pydict()
    came_from = dict(zip(table["feature_id"], table["source_file"], strict=True))
    assert came_from["c"].startswith("22203_numazu-shi_city_2021")
    assert came_from["a23"].startswith("22203_numazu-shi_city_2023")
    assert {file.name for file in record.current.files} == set(came_from.values())
    assert sum(file.stored for file in record.current.files) == record.current.feature_count == 3
    assert record.current.read == 3


def test_features_in_space_follow_their_features(store: Store, numazu_2021: Path, numazu_2023: Path) -> None:
    join(store, numazu_2021)
    join(store, numazu_2023)
    (record,) = store.layers(Viewer.SYSTEM)
    folder = store.folder(record)
    names = pq.read_table(folder / "features.parquet")["feature_id"].to_pylist()
    surfaces = Surfaces.from_table(pq.read_table(folder / "surfaces.parquet"))
    tops = [surfaces.xyz[a:b, 2].max() for a, b in pairwise(surfaces.body_first_point)]
    assert {names[row]: top for row, top in zip(surfaces.row, tops, strict=True)} == {
        "a23": 15.0,
        "c": 12.0,
        "d23": 12.0,
    }


def test_what_two_neighbouring_cities_both_have_is_one(store: Store, tmp_path: Path, numazu_2021: Path) -> None:
    mishima = dataset(
        tmp_path,
        "22206_mishima-shi_city_2021_citygml_1_op",
        {"52384699": [building("c", 138.87), building("m2", 138.874)], "52384698": [building("m1", 138.861)]},
    )
    join(store, numazu_2021)
    summary = join(store, mishima)
    (record,) = store.layers(Viewer.SYSTEM)
    assert len(ids(store)) == 4, "c by its id and m1 by its place are Numazu's c and b"
    assert record.current.read == 6
    assert record.current.kept_out == 2
    assert [problem.rule for problem in store.problems(record.id, Viewer.SYSTEM)] == ["citygml.overlap"] * 2
    assert summary.exit_status == 0, "nothing was lost"


def test_two_datasets_of_one_command_join_as_one_after_the_other(
    store: Store, tmp_path: Path, numazu_2021: Path
) -> None:
    fuji = dataset(tmp_path, "22210_fuji-shi_city_2022_citygml_1_op", {"52384698": [building("f", 138.8615)]})
    join(store, numazu_2021, fuji)
    assert ids(store) == ["a", "b", "c", "f"]


def test_the_same_files_again_change_nothing(store: Store, numazu_2021: Path, numazu_2023: Path) -> None:
    join(store, numazu_2021)
    join(store, numazu_2023)
    (before,) = store.layers(Viewer.SYSTEM)
    assert [layer.unchanged for layer in join(store, numazu_2023).layers] == [True]
    (after,) = store.layers(Viewer.SYSTEM)
    assert before.version == after.version


def test_an_id_twice_in_one_city_is_still_told(store: Store, tmp_path: Path) -> None:
    meshes = {"52384698": [building("a", 138.86)], "52384699": [building("a", 138.87)]}
    summary = join(store, dataset(tmp_path, "22203_numazu-shi_city_2021_citygml_1_op", meshes))
    assert [problem.rule for problem in summary.layers[0].problems] == ["citygml.duplicate_id"]
    assert summary.exit_status == 3


def test_problems_of_a_superseded_file_go_with_it(store: Store, tmp_path: Path, numazu_2023: Path) -> None:
    meshes = {"52384698": [building("a", 138.86), building("a", 138.861)], "52384699": [building("c", 138.87)]}
    join(store, dataset(tmp_path, "22203_numazu-shi_city_2021_citygml_1_op", meshes))
    (record,) = store.layers(Viewer.SYSTEM)
    assert record.current.problem_count == 1
    join(store, numazu_2023)
    (record,) = store.layers(Viewer.SYSTEM)
    assert record.current.problem_count == 0
    assert store.problems(record.id, Viewer.SYSTEM) == []


def test_two_imports_that_join_at_once_lose_nothing(
    store: Store, numazu_2021: Path, numazu_2023: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    join(store, numazu_2021)
    build = ImportBuilding.build
    other = dataset(tmp_path, "22210_fuji-shi_city_2022_citygml_1_op", {"52384698": [building("f", 138.8615)]})

    def build_and_be_overtaken(*rest: object) -> object:
        built = build(*rest)  # type: ignore[arg-type]
        monkeypatch.undo()
        join(store, other)
        return built

    monkeypatch.setattr(ImportBuilding, "build", build_and_be_overtaken)
    with pytest.raises(ChangedMeanwhileError):
        join(store, numazu_2023)
    assert ids(store) == ["a", "b", "c", "f"]


def test_textures_outlive_the_folder_they_came_from(store: Store, numazu_2021: Path, numazu_2023: Path) -> None:
    join(store, numazu_2021)
    shutil.rmtree(numazu_2021)
    join(store, numazu_2023)
    assert ids(store) == ["a23", "c", "d23"]


@pytest.mark.parametrize(
    ("file", "piece"),
    [
        ("22203_numazu-shi_city_2023_citygml_1_op/udx/bldg/52383622_bldg_6697_op.gml", "22203/52383622"),
        ("22_shizuoka/udx/fld/pref/kano/52384698_fld_6697_l2_op.gml", "22_shizuoka/52384698"),
        ("みほん市/udx/urf/533944_urf_6668_op.gml", "みほん市/533944"),
        ("roads/trunk.gml", "roads/trunk"),
    ],
)
def test_a_piece_is_a_city_and_a_mesh(file: str, piece: str) -> None:
    assert piece_of(file) == piece
