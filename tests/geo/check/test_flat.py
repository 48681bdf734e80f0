"""Faces that are not in space are checked too: footprints, roof edges, areas on the ground, features kept out."""

from pathlib import Path

from geo import Problem
from tests.geo.citygml.city import SQUARE, box, building, city_model, footprint, polygon, read, solid, surfaces, write

BOW_TIE = "35.10 138.86 0 35.11 138.87 0 35.11 138.86 0 35.10 138.87 0 35.10 138.86 0"
TWICE = "35.10 138.86 0 35.10 138.86 0 35.10 138.87 0 35.11 138.87 0 35.11 138.86 0 35.10 138.86 0"


def told(folder: Path, *members: str, dimension: int = 3) -> list[Problem]:
    """Of faces; the prisms of these files have one wall, so their solids are open."""
    path = write(folder, city_model(*members, dimension=dimension))
    found = [one for batch in read(path) for one in batch.problems]
    return [one for one in found if one.rule.startswith("face.")]


def test_a_footprint_is_checked_though_the_building_has_a_solid(tmp_path: Path) -> None:
    (problem,) = told(tmp_path, building(shape=f"{footprint(TWICE)}<bldg:lod1Solid>{box(10, 20)}</bldg:lod1Solid>"))
    assert (problem.rule, problem.feature) == ("face.repeated_point", "b1")
    assert problem.parameters == {"lod": "LOD0", "count": "1"}
    assert problem.lonlat == (138.86, 35.10)


def test_a_right_footprint_is_not_told(tmp_path: Path) -> None:
    assert told(tmp_path, building(shape=f"{footprint()}<bldg:lod1Solid>{box(10, 20)}</bldg:lod1Solid>")) == []


def test_a_solid_without_heights_is_checked(tmp_path: Path) -> None:
    shape = f"<bldg:lod1Solid>{solid(polygon(TWICE))}</bldg:lod1Solid>"
    assert [one.rule for one in told(tmp_path, building(shape=shape))] == ["face.repeated_point"]


def test_an_area_in_two_dimensions_is_checked(tmp_path: Path) -> None:
    flat = TWICE.replace(" 0 ", " ").removesuffix(" 0")
    area = surfaces(polygon(flat))
    member = f'<luse:LandUse gml:id="l1"><luse:lod1MultiSurface>{area}</luse:lod1MultiSurface></luse:LandUse>'
    (problem,) = told(tmp_path, member, dimension=2)
    assert (problem.rule, problem.feature, problem.parameters["lod"]) == ("face.repeated_point", "l1", "LOD1")


def test_a_feature_that_is_kept_out_says_what_is_wrong_with_its_faces(tmp_path: Path) -> None:
    across = "35.105 138.865 0 35.108 138.865 0 35.108 138.88 0 35.105 138.88 0 35.105 138.865 0"
    (problem,) = told(tmp_path, building(shape=footprint(SQUARE, across)))
    assert (problem.rule, problem.feature) == ("face.rings_cross", "b1")


def test_an_outline_that_crosses_itself_is_told_once(tmp_path: Path) -> None:
    batches = read(write(tmp_path, city_model(building(shape=footprint(BOW_TIE)))))
    assert [one.rule for batch in batches for one in batch.problems] == ["geometry.invalid"]


def test_a_fault_of_two_levels_of_detail_is_one_problem(tmp_path: Path) -> None:
    high = TWICE.replace(" 0 ", " 9 ").removesuffix(" 0") + " 9"
    roof = surfaces(polygon(high), polygon(SQUARE.replace(" 0 ", " 9 ").removesuffix(" 0") + " 9"))
    shape = f"{footprint(TWICE)}<bldg:lod2MultiSurface>{roof}</bldg:lod2MultiSurface>"
    (problem,) = told(tmp_path, building(shape=shape))
    assert problem.parameters == {"lod": "LOD0, LOD2", "count": "2"}
