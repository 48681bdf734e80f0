"""What a file holds against its name, its features' heights, and the files beside it."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from geo import RULES
from geo.check import check_elements, missing_images
from geo.check.counterpart import COUNTERPARTS
from geo.check.height import check_heights
from geo.check.place import check_mesh, mesh_of_file
from geo.mesh import mesh_bounds
from tests.geo.check.solid import cube, surfaces

MESH = "52385628"
NAME = f"udx/bldg/{MESH}_bldg_6697_op.gml"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<core:CityModel xmlns:core="http://www.opengis.net/citygml/2.0"'
    ' xmlns:bldg="http://www.opengis.net/citygml/building/2.0" xmlns:gml="http://www.opengis.net/gml"'
    ' xmlns:uro="https://www.geospatial.jp/iur/uro/3.1" xmlns:own="https://example.com/own">\n'
)


def _file(folder: Path, inside: str) -> Path:
    path = folder / f"{MESH}_bldg_6697_op.gml"
    path.write_text(f"{HEAD}{inside}\n</core:CityModel>\n", encoding="utf-8")
    return path


def _told(folder: Path, inside: str) -> list[tuple[str, dict[str, str]]]:
    return [(one.rule, dict(one.parameters)) for one in check_elements(_file(folder, inside), name=NAME)]


@pytest.mark.parametrize(
    ("name", "mesh"),
    [
        (NAME, MESH),
        ("udx/fld/pref/523856_fld_6697_l2_op.gml", "523856"),
        ("hodokyo_51324378_brid_6697.gml", "51324378"),
        ("buildings.gml", None),
        ("52999999_bldg_6697_op.gml", None),
    ],
)
def test_the_grid_square_of_a_file_is_in_its_name(name: str, mesh: str | None) -> None:
    assert mesh_of_file(name) == mesh


def _boxes(*moves: float) -> np.ndarray:
    square = mesh_bounds(MESH)
    boxes = [shapely.box(square.west + by, square.south, square.east + by, square.south + 0.001) for by in moves]
    return np.array(boxes, dtype=object)


def test_features_that_reach_into_the_square_of_their_file_are_right() -> None:
    assert check_mesh(_boxes(0.0, 0.012, -0.0125), ["a", "b", "c"], name=NAME) == []


def test_a_feature_outside_of_the_square_is_told_with_its_place() -> None:
    (problem,) = check_mesh(_boxes(0.0, 0.013), ["a", "b"], name=NAME, lines=[1, 2])
    assert (problem.rule, problem.feature, problem.line) == ("citygml.outside_mesh", "b", 2)
    assert problem.parameters["mesh"] == MESH
    assert problem.lonlat is not None


def test_a_file_with_another_squares_name_is_one_problem() -> None:
    (problem,) = check_mesh(_boxes(0.1, 0.2), ["a", "b"], name=NAME)
    assert (problem.rule, problem.feature, problem.parameters["count"]) == ("citygml.file_outside_mesh", None, "2")


@pytest.mark.parametrize(
    ("height", "measured", "is_told"),
    [(30.0, 29.0, False), (30.0, 11.0, False), (30.0, 9.0, True), (9.0, 30.0, True), (9.0, 2.0, False)],
)
def test_a_measured_height_far_from_the_bodys_is_told(height: float, measured: float, is_told: bool) -> None:
    made = surfaces([cube(size=height)])
    found = check_heights(made, np.array([measured]), ["a"], name=NAME)
    assert [one.rule for one in found] == ["citygml.height_differs"] * is_told


def test_features_without_a_measured_height_are_not_judged() -> None:
    assert check_heights(surfaces([cube(size=50)]), np.array([np.nan]), ["a"], name=NAME) == []


def test_missing_texture_images_are_one_problem(tmp_path: Path) -> None:
    (tmp_path / "52385628_appearance").mkdir()
    (tmp_path / "52385628_appearance" / "here.jpg").touch()
    images = [f"udx/bldg/52385628_appearance/{image}.jpg" for image in ("here", "gone", "lost")]
    (problem,) = missing_images(images, name=NAME, path=tmp_path / "52385628.gml")
    assert problem.rule == "citygml.texture_missing"
    assert problem.parameters == {"count": "2", "image": images[1]}
    assert missing_images(images[:1], name=NAME, path=tmp_path / "52385628.gml") == []


def test_elements_of_citygml_and_i_ur_are_known(tmp_path: Path) -> None:
    inside = '<core:cityObjectMember><bldg:Building gml:id="a"><bldg:lod1Solid/><uro:anything/></bldg:Building>'
    assert _told(tmp_path, f"{inside}</core:cityObjectMember>") == []


def test_a_name_that_citygml_does_not_know_is_told_once_with_its_line(tmp_path: Path) -> None:
    inside = "<bldg:Building/>\n<bldg:Bilding/>\n<bldg:Bilding></bldg:Bilding>"
    assert _told(tmp_path, inside) == [
        ("citygml.element_unknown", {"element": "bldg:Bilding", "count": "2", "first": "4"})
    ]


def test_an_element_of_a_namespace_that_nobody_knows_is_told(tmp_path: Path) -> None:
    assert [rule for rule, _ in _told(tmp_path, "<own:Thing/>")] == ["citygml.element_unknown"]


def test_gml_ids_that_stand_twice_inside_of_features_are_told_but_not_those_of_features(tmp_path: Path) -> None:
    path = _file(tmp_path, '<a gml:id="f"/><a gml:id="f"/><a gml:id="p"/><a gml:id="p"/><a gml:id="q"/>')
    (problem,) = check_elements(path, name=NAME, told={"f"})
    assert (problem.rule, problem.parameters) == ("citygml.inner_id_twice", {"count": "1", "id": "p"})


def test_a_tag_is_not_cut_where_a_large_file_is_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo.check.element._PIECE", 7)
    assert _told(tmp_path, "<bldg:Building/>" * 5) == []
    assert [told["count"] for _, told in _told(tmp_path, "<bldg:Bilding/>" * 5)] == ["5"]


def test_counterparts_are_told_of_rules_that_exist_and_of_every_rule_about_solids() -> None:
    assert set(COUNTERPARTS) <= set(RULES)
    assert {rule for rule in RULES if rule.startswith("solid.")} <= set(COUNTERPARTS)
