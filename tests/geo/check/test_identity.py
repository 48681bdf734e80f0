"""Names in a file that uses i-UR: building IDs, gml:ids, reference systems."""

from pathlib import Path

import pytest

from geo.check import check_identity
from tests.geo.citygml.city import building, city_model, write

UUIDS = [f"bldg_0d3a1f5e-7c1b-4e0a-9a53-5f6f1c2b7e{number:02d}" for number in range(4)]


def identified(text: str, *, branch: str = "", id: str = "b1") -> str:
    more = f"<uro:branchID>{branch}</uro:branchID>" if branch else ""
    attribute = f"<uro:BuildingIDAttribute><uro:buildingID>{text}</uro:buildingID>{more}</uro:BuildingIDAttribute>"
    return building(f"<uro:buildingIDAttribute>{attribute}</uro:buildingIDAttribute>", id=id)


def told(folder: Path, text: str, *ids: str) -> list[tuple[str, str | None, str]]:
    path = write(folder, text)
    found = check_identity(path, ids, name="f.gml")
    return [(one.rule, one.feature, one.parameters.get("id") or one.parameters["crs"]) for one in found]


def test_a_building_id_that_stands_twice_is_told_of_the_second_building(tmp_path: Path) -> None:
    text = city_model(*(identified(f"22203-bldg-{number}", id=f"b{number}") for number in (1, 2)))
    assert told(tmp_path, text) == []
    twice = text.replace("22203-bldg-2", "22203-bldg-1")
    assert told(tmp_path, twice) == [("citygml.building_id_twice", "b2", "22203-bldg-1")]
    (problem,) = check_identity(write(tmp_path, twice), (), name="f.gml")
    assert problem.line == 1 + twice[: twice.rindex("<uro:buildingID>")].count("\n")


def test_branches_of_one_building_share_its_id(tmp_path: Path) -> None:
    members = [identified("22203-bldg-1", branch=branch, id=f"b{branch}") for branch in ("1", "2", "2")]
    assert told(tmp_path, city_model(*members[:2])) == []
    assert told(tmp_path, city_model(*members)) == [("citygml.building_id_twice", "b2", "22203-bldg-1")]


@pytest.mark.parametrize(("text", "is_told"), [("2220-bldg-1", True), ("22203-bldg-", True), ("22203-ubld-1", False)])
def test_a_building_id_has_a_city_code_of_five_digits_and_a_number(tmp_path: Path, text: str, is_told: bool) -> None:
    assert told(tmp_path, city_model(identified(text))) == [("citygml.building_id_form", None, text)] * is_told


def test_gml_ids_that_are_no_uuids_are_told_where_the_others_are(tmp_path: Path) -> None:
    assert told(tmp_path, city_model(), *UUIDS) == []
    assert told(tmp_path, city_model(), *UUIDS, "bldg_1") == [("citygml.id_form", None, "bldg_1")]
    assert told(tmp_path, city_model(), UUIDS[0], "bldg_1", "bldg_2") == []


@pytest.mark.parametrize(
    ("code", "is_told"), [(6697, False), (6668, False), (10169, False), (4326, True), (6677, True)]
)
def test_the_reference_system_is_one_of_the_specification(tmp_path: Path, code: int, is_told: bool) -> None:
    text = city_model(srs=f"http://www.opengis.net/def/crs/EPSG/0/{code}")
    assert told(tmp_path, text) == [("citygml.crs", None, f"EPSG:{code}")] * is_told


def test_files_of_other_countries_are_not_judged(tmp_path: Path) -> None:
    text = city_model(identified("a"), identified("a", id="b2"), srs="EPSG:25832", iur="https://example.com")
    assert told(tmp_path, text, *UUIDS, "bldg_1") == []
