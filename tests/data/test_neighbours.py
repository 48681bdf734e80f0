"""Buildings of several files in one check: IDs that two files have, and outlines across the border of grid squares."""

from pathlib import Path

from data.inspection import inspect_paths
from geo import Problem
from tests.geo.citygml.city import building, city_model, footprint, polygon, surfaces, write
from tests.shared_data import shared_data

WEST, EAST = "53394600_bldg_6697_op.gml", "53394601_bldg_6697_op.gml"
"""Two grid squares side by side in Chiyoda; they meet at 139.7625 degrees east."""
BORDER = 139.7625
SIDE = 1e-4


def house(west: float, *, id: str, number: int = 0, branch: str = "") -> str:
    """About 9 m by 11 m; `west` in its own widths from the border."""
    x, y = BORDER + west * SIDE, 35.67
    shape = f"{y} {x} 0 {y} {x + SIDE} 0 {y + SIDE} {x + SIDE} 0 {y + SIDE} {x} 0 {y} {x} 0"
    more = f"<uro:branchID>{branch}</uro:branchID>" if branch else ""
    named = f"<uro:BuildingIDAttribute><uro:buildingID>13101-bldg-{number}</uro:buildingID>{more}"
    attribute = f"<uro:buildingIDAttribute>{named}</uro:BuildingIDAttribute></uro:buildingIDAttribute>"
    return building(attribute if number else "", id=id, shape=footprint(shape))


def told(folder: Path, west: list[str], east: list[str]) -> list[Problem]:
    write(folder / "udx" / "bldg", city_model(*west), WEST)
    write(folder / "udx" / "bldg", city_model(*east), EAST)
    rules = ("citygml.footprints_overlap", "citygml.building_id_in_files", "citygml.building_id_twice")
    return [one for one in inspect_paths([folder]).problems if one.rule in rules]


def test_buildings_that_meet_at_the_border_of_grid_squares_are_right(tmp_path: Path) -> None:
    assert told(tmp_path, [house(-1, id="a", number=1)], [house(0, id="b", number=2)]) == []


def test_a_building_in_one_of_another_file_is_told_with_both_and_the_place(tmp_path: Path) -> None:
    (problem,) = told(tmp_path, [house(-3, id="c"), house(-0.75, id="a")], [house(0, id="b"), house(3, id="d")])
    assert (problem.rule, problem.feature) == ("citygml.footprints_overlap", "b")
    assert problem.file.endswith(EAST)
    assert problem.parameters["other"].endswith(f"{WEST}#a")
    assert problem.parameters["share"] == "25"
    assert problem.lonlat is not None
    assert BORDER < problem.lonlat[0] < BORDER + SIDE / 4


def test_one_building_in_two_files_is_a_gml_id_twice_and_no_overlap(tmp_path: Path) -> None:
    one = house(-0.5, id="a", number=1)
    assert told(tmp_path, [one], [one]) == []
    assert [one.rule for one in inspect_paths([tmp_path]).problems].count("citygml.duplicate_id") == 1


def test_a_building_id_of_another_file_is_told_with_it(tmp_path: Path) -> None:
    west = [house(-3, id="a", number=1), house(-6, id="c", number=3)]
    (problem,) = told(tmp_path, west, [house(3, id="b", number=1), house(6, id="d", number=4)])
    assert (problem.rule, problem.feature) == ("citygml.building_id_in_files", "b")
    assert problem.parameters["id"] == "13101-bldg-1"
    assert problem.parameters["other"].endswith(WEST)
    assert problem.lonlat is not None


def test_branches_of_one_building_may_stand_in_two_files(tmp_path: Path) -> None:
    west, east = house(-3, id="a", number=1, branch="1"), house(3, id="b", number=1, branch="2")
    assert told(tmp_path, [west], [east]) == []


def test_an_id_twice_in_one_file_is_told_of_that_file_only(tmp_path: Path) -> None:
    (problem,) = told(tmp_path, [house(-3, id="a", number=1), house(-6, id="b", number=1)], [house(3, id="c")])
    assert (problem.rule, problem.feature) == ("citygml.building_id_twice", "b")


def test_the_code_of_a_city_of_wards_is_told_once_for_a_file(tmp_path: Path) -> None:
    def coded(code: str, id: str, number: int) -> str:
        city = f"<uro:city>{code}</uro:city></uro:BuildingIDAttribute>"
        return house(number, id=id, number=number).replace("</uro:BuildingIDAttribute>", city)

    told(tmp_path, [coded("01100", "a", 1), coded("01100", "b", 3)], [coded("01101", "c", 5), coded("22203", "d", 7)])
    (problem,) = [one for one in inspect_paths([tmp_path]).problems if one.rule == "citygml.city_of_wards"]
    assert (problem.feature, dict(problem.parameters)) == ("a", {"code": "01100", "count": "2"})
    assert problem.lonlat is not None


def test_the_underground_mall_of_hiroshima_has_the_code_of_its_city() -> None:
    found = inspect_paths([shared_data("plateau/mixed_iur30/udx/ubld")]).problems
    told = [(one.feature, one.parameters["code"]) for one in found if one.rule == "citygml.city_of_wards"]
    assert told == [("ubld_dacdbd4b-d044-452c-80da-222e4cfb0282", "34100")]


def test_what_is_below_the_ground_stands_in_no_building(tmp_path: Path) -> None:
    below = house(0, id="u").replace("bldg:Building", "uro:UndergroundBuilding")
    write(tmp_path / "udx" / "ubld", city_model(below), "53394601_ubld_6697_op.gml")
    assert told(tmp_path, [house(-3, id="a")], [house(0, id="b")]) == []


def test_an_outline_of_several_polygons_is_judged_as_a_whole(tmp_path: Path) -> None:
    corner = f"35.67 {BORDER} 0 35.67 {BORDER + SIDE} 0 35.6701 {BORDER + SIDE} 0 35.67 {BORDER} 0"
    far = corner.replace("35.67", "35.68")
    two = building(
        id="two", shape=f"<bldg:lod0FootPrint>{surfaces(polygon(far), polygon(corner))}</bldg:lod0FootPrint>"
    )
    (problem,) = told(tmp_path, [two], [house(0, id="b")])
    assert problem.feature == "b"
