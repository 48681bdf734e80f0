"""The account of levels of detail of a layer is what its files hold, also after a resumed import."""

from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from data import ImportOptions, LayerRecord, Store, Viewer, import_paths
from data.archive import ArchiveLimits
from data.detect import detect
from data.input import build_inputs
from data.inspection import inspect_paths
from data.level_ledger import find_unaccounted
from data.reading import read_source
from data.record import SourceFile
from data.shard import kept_result
from data.staged import FEATURES, SURFACES
from geo import LevelCount
from tests.geo.citygml.city import SQUARE, box, building, city_model, footprint, polygon, surfaces, write
from tests.shared_data import shared_data


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store")


def layers(store: Store) -> list[LayerRecord]:
    return list(store.layers(Viewer.SYSTEM))


def add(store: Store, path: Path, into: str | None = None) -> None:
    import_paths(store, [path], viewer=Viewer.SYSTEM, options=ImportOptions(into=into))


def numbers(levels: tuple[LevelCount, ...]) -> dict[tuple[str, int], tuple[int, int, int, int]]:
    """Read, stored, kept out, set aside."""
    return {(one.feature_type, one.lod): (one.read, one.stored, one.kept_out, one.set_aside) for one in levels}


def stored(folder: Path) -> Counter[tuple[str, int]]:
    """Levels in the files of a version: outlines, and bodies of the same features."""
    features = pq.read_table(folder / FEATURES, columns=["feature_type", "lod"]).to_pylist()
    found = {(fid, int(one["lod"][3:])) for fid, one in enumerate(features)}
    if (folder / SURFACES).exists():
        bodies = pq.read_table(folder / SURFACES, columns=["row", "lod"]).to_pylist()
        found |= {(one["row"], one["lod"]) for one in bodies}
    return Counter((features[fid]["feature_type"], lod) for fid, lod in found)


def towers(*ids: str) -> str:
    shape = footprint() + f"<bldg:lod1Solid>{box(1, 9)}</bldg:lod1Solid>"
    return city_model(*(building(id=id, shape=shape) for id in ids))


@pytest.mark.parametrize("folder", ["tsukuba_tran", "numazu_iur30"])
def test_what_a_layer_counts_as_stored_lies_in_its_files(store: Store, folder: str) -> None:
    add(store, shared_data(f"plateau/{folder}"))
    known = [record for record in layers(store) if record.current.levels]
    assert known
    for record in known:
        levels = record.current.levels
        assert not find_unaccounted("", levels)
        expected = stored(store.folder(record))
        assert Counter({(one.feature_type, one.lod): one.stored for one in levels if one.stored}) == expected


def test_a_feature_that_two_files_hold_is_kept_out_of_one_in_all_its_levels(store: Store, tmp_path: Path) -> None:
    write(tmp_path / "in", towers("b1", "b2"), "52385628_bldg_6697_op.gml")
    write(tmp_path / "in", towers("b2", "b3"), "52385629_bldg_6697_op.gml")
    add(store, tmp_path / "in")
    (record,) = layers(store)
    assert numbers(record.current.levels) == {("bldg:Building", lod): (4, 3, 1, 0) for lod in (0, 1)}
    assert [numbers(file.levels)["bldg:Building", 1] for file in record.current.files] == [(2, 2, 0, 0), (2, 1, 1, 0)]


def test_bodies_of_low_roads_with_heights_are_set_aside(store: Store, tmp_path: Path) -> None:
    high = SQUARE.replace(" 0 ", " 7 ").removesuffix("0") + "7"
    lod2 = f"<tran:lod2MultiSurface>{surfaces(polygon(high))}</tran:lod2MultiSurface>"
    lod1 = f"<tran:lod1MultiSurface>{surfaces(polygon(SQUARE))}</tran:lod1MultiSurface>"
    road = f'<tran:Road gml:id="r1">{lod1}{lod2}</tran:Road>'
    write(tmp_path / "in", city_model(road), "52385628_tran_6697_op.gml")
    add(store, tmp_path / "in")
    (record,) = layers(store)
    assert numbers(record.current.levels) == {("tran:Road", 1): (1, 1, 0, 0), ("tran:Road", 2): (1, 0, 0, 1)}
    assert inspect_paths([tmp_path / "in"]).levels == record.current.levels


def test_a_year_that_takes_the_place_of_another_takes_its_account_along(store: Store, tmp_path: Path) -> None:
    old, new = "22203_numazu-shi_city_2022_citygml_1_op", "22203_numazu-shi_city_2023_citygml_1_op"
    write(tmp_path / old, towers("b1", "b2"), "52385628_bldg_6697_op.gml")
    write(tmp_path / old, towers("b3"), "52385629_bldg_6697_op.gml")
    write(tmp_path / new, towers("b4", "b3"), "52385628_bldg_6697_op.gml")
    add(store, tmp_path / old, into="city")
    add(store, tmp_path / new, into="city")
    (record,) = layers(store)
    # b3 stands in both: the newer file keeps it.
    assert numbers(record.current.levels) == {("bldg:Building", lod): (3, 2, 1, 0) for lod in (0, 1)}
    levels = record.current.levels
    assert Counter({(one.feature_type, one.lod): one.stored for one in levels}) == stored(store.folder(record))


def test_what_was_read_by_a_killed_import_keeps_its_account(tmp_path: Path) -> None:
    path = write(tmp_path / "in", towers("b1", "b1"))
    (one,) = build_inputs(detect(path, tmp_path / "scratch", ArchiveLimits()).sources, "", lambda read: None)
    (source,) = one.sources
    found = read_source(source, tmp_path / "shard", None)
    kept = kept_result(source, tmp_path / "shard")
    assert kept is not None
    assert [part.levels for part in kept.parts] == [part.levels for part in found.parts] != [[]]


def test_the_account_comes_back_from_the_catalogue_and_older_records_have_none() -> None:
    file = SourceFile("a.gml", "0" * 64, 1, (), (LevelCount("bldg:Building", 2, 3, 1, 1, 1),))
    assert SourceFile.from_json(file.as_json()) == file
    older = {key: value for key, value in file.as_json().items() if key != "levels"}
    assert SourceFile.from_json(older).levels == ()


def test_a_level_that_is_lost_on_the_way_is_an_error() -> None:
    (told,) = find_unaccounted("a.gml", [LevelCount("bldg:Building", 2, 3, 1, 1, 0)])
    assert (told.rule, told.parameters["count"], told.keeps_out) == ("citygml.level_unaccounted", "1", True)
