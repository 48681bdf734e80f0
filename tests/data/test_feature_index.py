"""A feature is found by its own id and by its place, without a scan; judged by a scan."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely

from data import Store, UnknownFeatureError, UnknownLayerError, Viewer
from data.feature_index import BOUNDS, IDS, FeatureIndex, FeatureIndexWriter, hash_of
from data.feature_table import ROW_GROUP, FeatureTable, FeatureTableWriter
from data.staged import FEATURES


def write_table(path: Path, ids: list[str | None], names: list[str] | None = None) -> FeatureTable:
    places = np.random.default_rng(7).random((len(ids), 2)) * 0.1 + [138.8, 35.0]
    wkb = shapely.to_wkb(shapely.buffer(shapely.points(places), 0.0001, quad_segs=1))
    columns = {"feature_id": pa.array(ids, pa.string()), "name": names or [f"n{i}" for i in range(len(ids))]}
    table = pa.table({**columns, "geometry": pa.array(wkb, pa.binary())})
    writer = FeatureTableWriter(path / FEATURES, table.schema)
    for first in range(0, len(table), 777):
        writer.write(table.slice(first, 777))
    writer.close()
    return FeatureTable(path / FEATURES)


def test_every_id_of_a_table_of_many_row_groups_is_found_in_its_row(tmp_path: Path) -> None:
    ids: list[str | None] = [f"bldg_{i:05d}" for i in range(2 * ROW_GROUP + 5)]
    table = write_table(tmp_path, ids)
    for fid in (0, 1, 776, 777, ROW_GROUP - 1, ROW_GROUP, 2 * ROW_GROUP + 4):
        found, row = table.find(ids[fid] or "")
        assert (found, row["feature_id"], row["name"]) == (fid, ids[fid], f"n{fid}")


def test_all_candidates_are_those_of_a_dictionary(tmp_path: Path) -> None:
    ids = [f"{i * 7919 % 5000}" for i in range(6000)]
    index = write_table(tmp_path, list(ids)).index()
    assert index is not None
    for one in {*ids[:500], "5000", ""}:
        assert index.candidates(one) == [fid for fid, other in enumerate(ids) if other == one]


def test_the_first_of_several_features_with_one_id_answers(tmp_path: Path) -> None:
    assert write_table(tmp_path, ["a", "b", "a"]).find("a")[0] == 0


def test_features_without_an_id_are_passed_over(tmp_path: Path) -> None:
    table = write_table(tmp_path, [None, "b", None])
    assert table.find("b")[0] == 1
    with pytest.raises(KeyError):
        table.find("None")


def test_a_shared_hash_is_settled_by_the_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.feature_index.hash_of", lambda _: 42)
    table = write_table(tmp_path, ["a", "b", "c"])
    assert table.find("c")[0] == 2
    with pytest.raises(KeyError):
        table.find("d")


def test_a_version_without_an_index_answers_by_a_scan(tmp_path: Path) -> None:
    table = write_table(tmp_path, ["a", "b", "c"])
    (tmp_path / IDS).unlink()
    (tmp_path / BOUNDS).unlink()
    assert table.find("c")[0] == 2
    with pytest.raises(KeyError):
        table.find("d")


def test_the_features_in_a_box_are_those_whose_bounds_meet_it(tmp_path: Path) -> None:
    table = write_table(tmp_path, [str(i) for i in range(3000)])
    index = table.index()
    assert index is not None
    geometries = table.features().geometry
    box = (138.82, 35.01, 138.85, 35.06)
    expected = np.flatnonzero(shapely.intersects(shapely.box(*geometries.bounds.to_numpy().T), shapely.box(*box)))
    assert index.within(box).tolist() == expected.tolist()


def test_a_feature_without_a_place_lies_in_no_box(tmp_path: Path) -> None:
    writer = FeatureIndexWriter(tmp_path)
    writer.write(["a", "b"], np.array([[np.nan] * 4, [1.0, 2.0, 3.0, 4.0]]))
    writer.close()
    assert FeatureIndex(tmp_path).within((-180, -90, 180, 90)).tolist() == [1]


def test_an_empty_table_has_an_empty_index(tmp_path: Path) -> None:
    FeatureIndexWriter(tmp_path).close()
    index = FeatureIndex(tmp_path)
    assert index.candidates("a") == []
    assert index.within((-180, -90, 180, 90)).tolist() == []


def test_the_hash_is_blake2b_of_64_bits() -> None:
    # As `printf bldg_1 | b2sum -l 64` prints it.
    assert hash_of("bldg_1").to_bytes(8, "little").hex() == "eb40dfca7c3c0dcb"


def test_a_feature_answers_to_its_id_as_to_its_fid(store: Store, put: Callable[..., str]) -> None:
    version = put("parks", ["a", "b", "c"])
    expected = store.feature("parks", 1, Viewer.SYSTEM)
    assert store.feature_by_id("parks", "p1", Viewer.SYSTEM) == expected
    assert store.feature_by_id("parks", "p1", Viewer.SYSTEM, version) == expected


def test_an_unknown_id_and_a_layer_one_may_not_see_are_told_apart_from_nothing_else(
    store: Store, put: Callable[..., str]
) -> None:
    put("parks", ["a"])
    with pytest.raises(UnknownFeatureError, match="p9"):
        store.feature_by_id("parks", "p9", Viewer.SYSTEM)
    with pytest.raises(UnknownLayerError):
        store.feature_by_id("parks", "p0", Viewer.PUBLIC)
