import json

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, MultiPolygon, Point, Polygon, box

from geo.repair import Checked, check_geometries
from tests.shared_data import shared_data

NAN, INF = float("nan"), float("inf")


def check(*geometries: object, lines: list[int] | None = None) -> Checked:
    array = np.empty(len(geometries), dtype=object)
    array[:] = geometries
    return check_geometries(array, name="a.shp", feature_ids=[f"f{n}" for n in range(len(geometries))], lines=lines)


def rules(checked: Checked) -> list[str]:
    return [problem.rule for problem in checked.problems]


def test_what_is_sound_passes_unchanged_and_in_its_order() -> None:
    sound = [Point(138, 35), box(138, 35, 139, 36), LineString([(138, 35), (139, 36)])]

    checked = check(*sound)

    assert list(checked.geometries) == sound
    assert checked.keep.tolist() == [True, True, True]
    assert checked.problems == ()


def test_heights_are_dropped() -> None:
    assert not check(Point(138, 35, 12)).geometries[0].has_z


def test_a_height_that_is_no_number_does_not_matter() -> None:
    assert check(Point(138, 35, NAN)).problems == ()


@pytest.mark.parametrize(
    ("geometry", "rule"),
    [
        (None, "geometry.missing"),
        (Point(), "geometry.missing"),
        (MultiPolygon(), "geometry.missing"),
        (shapely.from_wkt("POINT (138 NaN)"), "geometry.not_finite"),
        (shapely.linestrings([(138, 35), (INF, 35)]), "geometry.not_finite"),
        (Point(35, 138), "geometry.outside"),
        (Point(-16638, -125264), "geometry.outside"),
        (box(179, 0, 181, 1), "geometry.outside"),
        (LineString([(138, 35), (138, 35)]), "geometry.degenerate"),
        (Polygon([(138, 35), (139, 35), (140, 35)]), "geometry.degenerate"),
    ],
)
def test_what_can_not_be_drawn_is_kept_out_with_one_problem(geometry: object, rule: str) -> None:
    checked = check(Point(138, 35), geometry)

    assert checked.keep.tolist() == [True, False]
    assert [(p.rule, p.feature) for p in checked.problems] == [(rule, "f1")]


def test_the_problem_names_the_line_and_the_place() -> None:
    far = LineString([(138, 35), (500, 35)])

    (problem,) = check(Point(138, 35), far, lines=[2, 7]).problems

    assert (problem.line, problem.lonlat) == (7, (138.0, 35.0))


def test_a_bow_tie_is_kept_out_because_its_area_as_drawn_is_nothing() -> None:
    checked = check(Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]))

    (problem,) = checked.problems
    assert problem.rule == "geometry.invalid"
    assert problem.lonlat == (0.5, 0.5)
    assert problem.parameters == {"reason": "Self-intersection", "change": ">1000"}


def test_a_spike_is_cut_off() -> None:
    spiked = Polygon([(0, 0), (1, 0), (1, 1), (1, 5), (1, 1), (0, 1)])

    checked = check(spiked)

    assert rules(checked) == ["geometry.repaired"]
    assert checked.geometries[0].equals(box(0, 0, 1, 1))


def test_a_tiny_loop_is_repaired_and_the_change_is_told() -> None:
    """The loop has 0.25 % of the square's area and runs the wrong way round: as drawn 1 - 0.0025."""
    looped = Polygon([(0, 0), (1, 0), (1, 1), (0.05, 1), (-0.05, 0.95), (-0.05, 1), (0, 0.95)])

    checked = check(looped)

    assert rules(checked) == ["geometry.repaired"]
    assert 0 < float(checked.problems[0].parameters["change"]) <= 1
    assert checked.geometries[0].is_valid


def test_the_same_ground_drawn_twice_is_kept_out() -> None:
    assert rules(check(MultiPolygon([box(0, 0, 1, 1), box(0, 0, 1, 1)]))) == ["geometry.invalid"]


def test_parts_that_share_an_edge_become_one_without_changing_the_area() -> None:
    checked = check(MultiPolygon([box(0, 0, 1, 1), box(1, 0, 2, 1)]))

    assert rules(checked) == ["geometry.repaired"]
    assert checked.geometries[0].area == 2


def test_a_hole_outside_its_shell_is_kept_out() -> None:
    assert rules(check(Polygon(box(0, 0, 1, 1).exterior, [box(2, 2, 3, 3).exterior]))) == ["geometry.invalid"]


def test_a_loop_that_cancels_a_double_cover_does_not_pass_as_unchanged() -> None:
    """Signed area 4 = repaired area 4, though one square is covered twice and one runs the wrong way round."""
    twice = [(0, 0), (2, 0), (2, 1), (1, 1), (1, 0), (2, 0), (2, 1), (0, 1)]
    wrong_way = [(0, 1), (-1, 1), (-1, 2), (0, 2), (0, 1)]

    checked = check(Polygon([*twice, *wrong_way]))

    assert rules(checked) == ["geometry.invalid"]


def test_a_line_loses_only_its_parts_without_length() -> None:
    checked = check(MultiLineString([[(0, 0), (1, 1)], [(2, 2), (2, 2)]]))

    assert rules(checked) == ["geometry.repaired"]
    assert checked.geometries[0].equals(LineString([(0, 0), (1, 1)]))


def test_no_geometry_at_all_gives_nothing() -> None:
    assert len(check().geometries) == 0


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=3, max_size=9))
def test_what_is_kept_is_valid_and_within_one_percent_of_the_shoelace_area(ring: list[tuple[int, int]]) -> None:
    x, y = np.array([*ring, ring[0]], dtype=float).T
    shoelace = abs(float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())) / 2

    checked = check(Polygon(ring))

    assert len([p for p in checked.problems if p.keeps_out]) == int(not checked.keep[0])
    if checked.keep[0]:
        assert checked.geometries[0].is_valid
        assert checked.geometries[0].area == pytest.approx(shoelace, rel=0.01)


def test_real_invalid_flood_polygons_are_repaired_or_named() -> None:
    path = shared_data("municipal/yaizu_22212/内水浸水想定区域(公共下水道区域内)/内水浸水想定区域.geojson")
    features = json.loads(path.read_text())["features"]
    drawn = [shapely.from_geojson(json.dumps(feature["geometry"])) for feature in features]

    checked = check(*drawn)

    broken = int((~shapely.is_valid(np.array(drawn, dtype=object))).sum())
    assert len(checked.problems) == broken
    assert shapely.is_valid(checked.geometries[checked.keep]).all()
