"""Faces of a unit cube and what is wrong with them; the codes are val3dity's for the same cases."""

from collections.abc import Sequence

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.check import check_surfaces
from tests.geo.check.solid import LAT, LON, Face, cube, hole, square, surfaces


def rules_of(*faces: Face) -> set[str]:
    """Of faces that bound no solid."""
    return {one.rule for one in check_surfaces(surfaces([faces], solid=False), ["a"], name="f.gml")}


def tilted(face: Face) -> Face:
    """Stood up and turned: what holds of a roof holds of a wall."""
    turn = np.array([[0.36, 0.48, -0.8], [-0.8, 0.6, 0.0], [0.48, 0.64, 0.6]])
    return [[tuple(turn @ np.array(point) + [0, 0, 50]) for point in ring] for ring in face]


TOP = square(0, 0, 1, 11)
CASES: dict[str, tuple[Face, set[str]]] = {
    "a square": ([TOP], set()),
    "a square with a hole": ([TOP, hole(0.25, 0.25, 0.5, 11)], set()),
    "101: a ring of two points": ([[(0, 0, 11), (1, 0, 11)]], {"face.too_few_points"}),
    "101: three points in two places": ([[(0, 0, 11), (1, 0, 11), (1, 0, 11)]], {"face.too_few_points"}),
    "102: a vertex twice": ([[*TOP[:2], TOP[1], *TOP[2:]]], {"face.repeated_point"}),
    "102: the first vertex again before the end": ([[*TOP, TOP[0]]], {"face.repeated_point"}),
    "102: two vertices 5 mm apart": ([[*TOP[:2], (1.0, 0.005, 11), *TOP[2:]]], {"face.repeated_point"}),
    "102: a triangle of 5 mm": ([[(0, 0, 11), (0.005, 0, 11), (0, 0.005, 11)]], {"face.repeated_point"}),
    "104: a bow tie": ([[(0, 0, 11), (1, 1, 11), (1, 0, 11), (0, 1, 11)]], {"face.self_intersection"}),
    "104: a lopsided bow tie": ([[(0, 0, 11), (3, 1, 11), (3, 0, 11), (0, 1.5, 11)]], {"face.self_intersection"}),
    "104: a spike": ([[*TOP[:3], (0.5, 1, 11), (0.5, 2, 11), (0.5, 1, 11), TOP[3]]], {"face.self_intersection"}),
    "104: a vertex that touches an edge": (
        [[(0, 0, 11), (2, 0, 11), (2, 2, 11), (1, 0, 11), (0, 2, 11)]],
        {"face.self_intersection"},
    ),
    "104: two squares that meet in a vertex": (
        [[(0, 0, 11), (1, 0, 11), (1, 1, 11), (2, 1, 11), (2, 2, 11), (1, 2, 11), (1, 1, 11), (0, 1, 11)]],
        {"face.self_intersection"},
    ),
    "105: all points on a line": ([[(0, 0, 11), (1, 0, 11), (3, 0, 11), (2, 0, 11)]], {"face.degenerate"}),
    "105: a triangle without area": ([[(0, 0, 11), (1, 1, 11), (2, 2, 11)]], {"face.degenerate"}),
    "105: a hole that is a line": ([TOP, [(0.2, 0.2, 11), (0.5, 0.2, 11), (0.8, 0.2, 11)]], {"face.degenerate"}),
    "201: a hole across the outline": ([TOP, hole(0.5, 0.25, 1, 11)], {"face.rings_cross"}),
    "201: two holes that cross": (
        [TOP, hole(0.2, 0.2, 0.4, 11), hole(0.4, 0.4, 0.4, 11)],
        {"face.rings_cross"},
    ),
    "202: the outline again as a hole": ([TOP, hole(0, 0, 1, 11)], {"face.rings_cross"}),
    "202: a hole twice": ([TOP, hole(0.2, 0.2, 0.4, 11), hole(0.2, 0.2, 0.4, 11)], {"face.rings_cross"}),
    "205: a hole that cuts the face in two": (
        [TOP, [(0.5, 0, 11), (0.25, 0.5, 11), (0.5, 1, 11), (0.75, 0.5, 11)]],
        {"face.rings_cross"},
    ),
    "205: a chain of two holes from corner to corner": (
        [TOP, [(0, 0, 11), (0.5, 0.4, 11), (0.5, 0.2, 11)], [(1, 1, 11), (0.5, 0.4, 11), (0.5, 0.8, 11)]],
        {"face.rings_cross"},
    ),
    "205: four holes in a circle": (
        [
            TOP,
            [(0.5, 0.1, 11), (0.1, 0.5, 11), (0.2, 0.2, 11)][::-1],
            [(0.1, 0.5, 11), (0.5, 0.9, 11), (0.2, 0.8, 11)][::-1],
            [(0.5, 0.9, 11), (0.9, 0.5, 11), (0.8, 0.8, 11)][::-1],
            [(0.9, 0.5, 11), (0.5, 0.1, 11), (0.8, 0.2, 11)][::-1],
        ],
        {"face.rings_cross"},
    ),
    "three holes that touch in one point": (
        [
            TOP,
            [(0.5, 0.5, 11), (0.1, 0.4, 11), (0.1, 0.6, 11)],
            [(0.5, 0.5, 11), (0.9, 0.6, 11), (0.9, 0.4, 11)],
            [(0.5, 0.5, 11), (0.4, 0.9, 11), (0.6, 0.9, 11)],
        ],
        set(),
    ),
    "a hole that touches the outline at one point": (
        [TOP, [(0.5, 0, 11), (0.25, 0.5, 11), (0.5, 0.75, 11), (0.75, 0.5, 11)]],
        set(),
    ),
    "206: a hole outside": ([TOP, hole(3, 3, 0.5, 11)], {"face.hole_outside"}),
    "207: a hole in a hole": ([TOP, hole(0.1, 0.1, 0.8, 11), hole(0.3, 0.3, 0.2, 11)], {"face.hole_outside"}),
    "208: a hole the same way round": ([TOP, square(0.25, 0.25, 0.5, 11)], {"face.hole_orientation"}),
    "203: a corner 10 cm too high": ([[*TOP[:2], (1, 1, 11.1), TOP[3]]], {"face.not_planar"}),
    "203: a hole that floats": ([TOP, hole(0.25, 0.25, 0.5, 11.2)], {"face.not_planar"}),
    "203: within the tolerance": ([[*TOP[:2], (1, 1, 11.04), TOP[3]]], set()),
    "204: folded, but crossing nothing": (
        [[(0, 0, 11), (1, 0, 11), (1, 0.5, 12), (1, 1, 11), (0, 1, 11), (0, 0.5, 12)]],
        {"face.not_planar"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_lying_face_breaks_exactly_its_rules(case: str) -> None:
    face, rules = CASES[case]
    assert rules_of(face) == rules


@pytest.mark.parametrize("case", CASES)
def test_the_same_holds_of_a_face_that_stands(case: str) -> None:
    face, rules = CASES[case]
    assert rules_of(tilted(face)) == rules


def test_coordinates_that_are_no_numbers_are_told_without_a_place() -> None:
    (problem,) = check_surfaces(surfaces([[[[(0, 0, np.nan), (1, 0, 11), (1, 1, 11)]]]], solid=False), ["a"], name="f")
    assert problem.rule == "face.not_finite"


@pytest.mark.parametrize("height", [-9999.0, 9999.0, 4000.5])
def test_heights_that_are_nowhere_in_japan_are_told(height: float) -> None:
    (problem,) = check_surfaces(surfaces([[[square(0, 0, 1, height)]]], solid=False), ["a"], name="f")
    assert problem.rule == "face.height"
    assert problem.parameters["height"] == f"{height:.6g}"


def test_a_feature_has_one_problem_for_each_rule_with_the_worst_face_and_how_many() -> None:
    wavy = [[[*TOP[:2], (1, 1, 11 + lift), TOP[3]]] for lift in (0.1, 0.4, 0.2, 0.0)]
    problems = check_surfaces(surfaces([cube(), wavy], rows=[0, 1], solid=False), ["a", "b"], name="f", lines=[3, 7])
    assert [(one.rule, one.feature, one.line, one.parameters["count"]) for one in problems] == [
        ("face.not_planar", "b", 7, "3")
    ]
    assert float(problems[0].parameters["worst"]) == pytest.approx(0.2, abs=0.02)
    assert problems[0].lonlat == pytest.approx((LON, LAT), abs=1e-4)


def test_two_levels_of_detail_of_a_feature_share_a_row() -> None:
    made = surfaces([[[TOP[:2]]], [[TOP[:2]]]], rows=[0, 0], solid=False)
    made.lod[:] = [1, 2]
    (problem,) = check_surfaces(made, ["a"], name="f")
    assert problem.parameters == {"lod": "LOD1, LOD2", "count": "2"}


points = st.tuples(st.integers(0, 8), st.integers(0, 8))


@settings(max_examples=300, deadline=None)
@given(st.lists(points, min_size=4, max_size=9, unique=True))
def test_rings_that_meet_themselves_are_those_that_shapely_calls_not_simple(ring: Sequence[tuple[int, int]]) -> None:
    outline = shapely.LinearRing(ring)
    found = rules_of([[(float(x), float(y), 11.0) for x, y in ring]])
    if "face.degenerate" in found:
        assert shapely.Polygon(ring).area == 0
    else:
        assert ("face.self_intersection" in found) is not outline.is_simple


@settings(max_examples=200, deadline=None)
@given(st.lists(points, min_size=3, max_size=6, unique=True), st.lists(points, min_size=3, max_size=6, unique=True))
def test_a_hole_is_right_where_shapely_calls_the_polygon_valid(
    outline: Sequence[tuple[int, int]], inner: Sequence[tuple[int, int]]
) -> None:
    rings = [shapely.Polygon(ring) for ring in (outline, inner)]
    if not all(ring.is_valid and ring.area for ring in rings):
        return
    one, two = (shapely.geometry.polygon.orient(ring).exterior.coords[:-1] for ring in rings)
    found = rules_of([[(x, y, 11.0) for x, y in one], [(x, y, 11.0) for x, y in reversed(two)]])
    assert (not found) == shapely.Polygon(outline, [inner]).is_valid
