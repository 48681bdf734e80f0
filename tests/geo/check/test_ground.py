"""Faces on the ground: which way they look, and that floods are triangles."""

import pytest

from geo.check import check_surfaces
from tests.geo.check.solid import Face, cube, square, surfaces, turned

SQUARE: Face = [square(0, 0, 5, 3)]
TRIANGLE: Face = [[(0, 0, 3), (5, 0, 3), (0, 5, 3)]]


def rules_of(*faces: Face, package: str, solid: bool = False) -> list[str]:
    return [one.rule for one in check_surfaces(surfaces([faces], solid=solid), ["a"], name="f.gml", package=package)]


@pytest.mark.parametrize("package", ["tran", "squr", "luse", "urf", "lsld"])
def test_an_area_that_is_seen_from_below_is_told(package: str) -> None:
    assert rules_of(SQUARE, package=package) == []
    assert rules_of(*turned([SQUARE]), package=package) == ["face.turned_down"]


@pytest.mark.parametrize("package", ["bldg", "brid", "veg", "wtr", ""])
def test_other_things_have_faces_that_look_down(package: str) -> None:
    assert rules_of(*turned([SQUARE]), package=package) == []


def test_faces_of_a_solid_on_the_ground_may_look_down() -> None:
    assert rules_of(*cube(), package="tran", solid=True) == []


def test_a_kerb_may_stand_upright() -> None:
    kerb: Face = [[(0, 0, 3), (5, 0, 3), (5, 0, 3.2), (0, 0, 3.2)]]
    assert rules_of(kerb, package="tran") == []
    assert rules_of(*turned([kerb]), package="tran") == []


def test_a_face_without_sides_is_not_called_turned_down() -> None:
    assert rules_of([[(0, 0, 3), (5, 0, 3), (2, 0, 3)]], package="tran") == ["face.degenerate"]
    bow_tie: Face = [[(0, 0, 3), (3, 1.5, 3), (3, 0, 3), (0, 1, 3)]]
    assert rules_of(bow_tie, package="tran") == ["face.self_intersection"]


@pytest.mark.parametrize("package", ["fld", "tnm", "htd", "ifld", "rfld"])
def test_flooded_land_consists_of_triangles_that_look_up(package: str) -> None:
    assert rules_of(TRIANGLE, package=package) == []
    assert rules_of(TRIANGLE, SQUARE, package=package) == ["face.not_triangle"]
    assert rules_of(*turned([TRIANGLE]), package=package) == ["face.turned_down"]


def test_roads_are_no_triangles() -> None:
    assert rules_of(SQUARE, package="tran") == []
