from pathlib import Path

import pytest

from data.detect import Source, SourceKind
from data.naming import group_named, layer_names, slug
from geo.portrayal import HAZARD


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("donan_2020-stops", "donan-2020-stops"),
        ("222127_aed", "222127-aed"),
        ("ＡＥＤ", "aed"),
        ("../../etc/passwd", "etc-passwd"),
    ],
)
def test_an_ascii_name_stays_readable(name: str, expected: str) -> None:
    assert slug(name) == expected


def test_japanese_names_get_an_id_of_their_own_that_is_safe_in_an_address() -> None:
    ids = {slug(name) for name in ("避難所", "避難場所", "浸水履歴_令和元年", "浸水履歴_令和4年", "。", "-")}
    assert len(ids) == 6
    assert all(id.isascii() and id.replace("-", "").isalnum() for id in ids)


def _table(name: str) -> Source:
    return Source(SourceKind.TABLE, Path("/city") / name, name, "city")


def test_two_files_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    sources = []
    for name in ("a/points.csv", "b/points.csv", "b/aed.csv"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
        sources.append(Source(SourceKind.TABLE, path, name, "city"))
    assert layer_names(sources) == ["a/points", "b/points", "aed"]


def test_the_files_of_a_citygml_dataset_share_its_name() -> None:
    names = ("udx/bldg/52385628_bldg_6697_op.gml", "udx/fld/natl/kano/52385628_fld_6697_l2_op.gml")
    sources = [Source(SourceKind.CITYGML, Path("/city") / name, name, "numazu") for name in names]
    assert layer_names(sources) == ["numazu", "numazu"]


@pytest.mark.parametrize("name", ["hazard", "災害リスク", "Hazards"])
def test_a_known_group_is_found_by_id_and_by_either_title(name: str) -> None:
    assert group_named(name) is HAZARD


def test_any_other_name_makes_a_group_of_its_own() -> None:
    group = group_named("観光")
    assert group is not None
    assert group.title.ja == group.title.en == "観光"
    assert group_named(None) is None


@pytest.mark.parametrize(
    "names", [("a.csv", "a.geojson"), ("a_b.csv", "a-b.csv"), ("a/b.csv", "a-b.csv", "b.csv"), ("a.csv", "a.csv")]
)
def test_no_two_files_of_one_import_come_to_the_same_layer(names: tuple[str, ...]) -> None:
    found = layer_names([_table(name) for name in names])
    assert len({slug(name) for name in found}) == len(names)


def test_a_file_named_like_a_dataset_beside_it_is_a_layer_of_its_own() -> None:
    city = Source(SourceKind.CITYGML, Path("/city/udx/a.gml"), "udx/a.gml", "city")
    dataset, table = layer_names([city, _table("city.csv")])
    assert dataset == "city"
    assert slug(table) != "city"
