"""Triangles of relief: turned, without area, or not edge to edge."""

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import Delaunay

from data.inspection import inspect_paths
from geo import Problem
from geo.check.mesh_edge import unshared_edges
from geo.check.relief import check_relief
from tests.geo.citygml.city import HEAD, IUR, write
from tests.shared_data import shared_data

Point = tuple[float, float]
Corners = list[Point]
STEP = 1e-4


def grid(columns: int, rows: int) -> list[Corners]:
    """Two triangles for each square, anticlockwise; in steps."""
    squares = [(x, y) for x in range(columns) for y in range(rows)]
    lower: list[Corners] = [[(x, y), (x + 1, y), (x + 1, y + 1)] for x, y in squares]
    upper: list[Corners] = [[(x, y), (x + 1, y + 1), (x, y + 1)] for x, y in squares]
    return [*lower, *upper]


def text(triangles: list[Corners], id: str = "d1") -> str:
    def ring(corners: Corners) -> str:
        return " ".join(f"{35.1 + y * STEP:.8f} {138.86 + x * STEP:.8f} 5" for x, y in [*corners, corners[0]])

    patches = "".join(
        f"<gml:Triangle><gml:exterior><gml:LinearRing><gml:posList>{ring(one)}</gml:posList></gml:LinearRing>"
        "</gml:exterior></gml:Triangle>"
        for one in triangles
    )
    surface = f"<gml:TriangulatedSurface><gml:trianglePatches>{patches}</gml:trianglePatches></gml:TriangulatedSurface>"
    relief = f'<dem:reliefComponent><dem:TINRelief gml:id="t"><dem:tin>{surface}</dem:tin></dem:TINRelief>'
    return f'<dem:ReliefFeature gml:id="{id}">{relief}</dem:reliefComponent></dem:ReliefFeature>'


def model(*features: str) -> str:
    head = HEAD.format(iur=IUR).replace("xmlns:gml", 'xmlns:dem="http://www.opengis.net/citygml/relief/2.0" xmlns:gml')
    srs = "http://www.opengis.net/def/crs/EPSG/0/6697"
    bounds = f'<gml:boundedBy><gml:Envelope srsName="{srs}" srsDimension="3"/></gml:boundedBy>'
    members = "".join(f"<core:cityObjectMember>{one}</core:cityObjectMember>" for one in features)
    return f"{head}{bounds}{members}</core:CityModel>"


def told(folder: Path, *features: str) -> list[Problem]:
    return check_relief(write(folder, model(*features), "52385628_dem_6697_op.gml"), name="f.gml")


def rules(folder: Path, triangles: list[Corners]) -> dict[str, str]:
    return {one.rule: one.parameters["count"] for one in told(folder, text(triangles))}


def test_a_grid_of_triangles_is_right(tmp_path: Path) -> None:
    assert rules(tmp_path, grid(6, 5)) == {}


def test_triangles_that_look_down_are_told_with_their_feature_and_place(tmp_path: Path) -> None:
    triangles = [one[::-1] if number == 7 else one for number, one in enumerate(grid(6, 5))]
    (problem,) = told(tmp_path, text(grid(2, 2), "d1"), text(triangles, "d2"))
    assert (problem.rule, problem.feature, problem.parameters) == ("terrain.triangle_turned", "d2", {"count": "1"})
    x, y = np.mean(triangles[7], axis=0)
    assert problem.lonlat == pytest.approx((138.86 + x * STEP, 35.1 + y * STEP), abs=2e-7)


@pytest.mark.parametrize("corners", [[(1, 1), (3, 3), (2, 2)], [(1, 1), (1, 1), (2, 2)], [(1, 1), (1, 1), (1, 1)]])
def test_a_line_or_a_point_is_told(tmp_path: Path, corners: Corners) -> None:
    assert rules(tmp_path, [*grid(4, 4), corners])["terrain.triangle_flat"] == "1"
    assert rules(tmp_path, [corners]) == {"terrain.triangle_flat": "1"}


def test_a_narrow_triangle_has_an_area(tmp_path: Path) -> None:
    assert rules(tmp_path, [[(0, 0), (100, 0), (100, 0.001)]]) == {}


def test_a_missing_triangle_leaves_three_edges_alone(tmp_path: Path) -> None:
    triangles = grid(6, 5)
    triangles.remove([(2, 2), (3, 2), (3, 3)])
    assert rules(tmp_path, triangles) == {"terrain.edge_unshared": "3"}


def test_a_mesh_smaller_than_a_gap_has_a_rim(tmp_path: Path) -> None:
    def without(*corners: Point) -> list[Corners]:
        return [one for one in grid(3, 3) if one != [*corners]]

    for columns in (1, 2, 3, 4):
        assert rules(tmp_path, grid(columns, 2)) == {}
    assert rules(tmp_path, without((0, 1), (1, 2), (0, 2))) == {}
    assert rules(tmp_path, without((0, 1), (1, 1), (1, 2))) == {"terrain.edge_unshared": "3"}


def test_a_corner_on_an_edge_leaves_three_edges_alone(tmp_path: Path) -> None:
    triangles = grid(6, 5)
    triangles.remove([(2, 2), (3, 2), (3, 3)])
    triangles += [[(2, 2), (3, 2), (2.5, 2.5)], [(2.5, 2.5), (3, 2), (3, 3)]]
    assert rules(tmp_path, triangles) == {"terrain.edge_unshared": "3"}


def test_a_triangle_on_others_is_told(tmp_path: Path) -> None:
    assert rules(tmp_path, [*grid(6, 5), [(1.1, 1.1), (2.3, 1.2), (1.9, 2.2)]]) == {"terrain.edge_unshared": "3"}


def test_a_lake_is_no_gap(tmp_path: Path) -> None:
    def without(side: int) -> list[Corners]:
        return [one for one in grid(20, 20) if not all(2 <= c <= 2 + side for point in one for c in point)]

    assert rules(tmp_path, without(13)) == {}
    assert rules(tmp_path, without(3)) == {"terrain.edge_unshared": "12"}


def test_features_are_judged_each_for_itself(tmp_path: Path) -> None:
    apart = [[(x + 0.5, y - 5) for x, y in one] for one in grid(6, 5)]
    assert told(tmp_path, text(grid(6, 5), "d1"), text(apart, "d2")) == []


def test_a_triangulation_by_another_library_meets_edge_to_edge() -> None:
    generator = np.random.default_rng(11)
    points = np.column_stack([generator.uniform(0, 500, (2_000, 2)), generator.uniform(0, 30, 2_000)])
    simplices = Delaunay(points[:, :2]).simplices
    assert len(unshared_edges(points[simplices])) == 0
    inner = simplices[(np.abs(points[simplices][:, :, :2] - 250) < 100).all(axis=(1, 2))]
    gone = inner[generator.choice(len(inner), 20, replace=False)]
    kept = simplices[~(simplices[:, None] == gone[None]).all(axis=2).any(axis=1)]
    edges: dict[frozenset[int], int] = {}
    for one in kept.tolist():
        for pair in ((one[0], one[1]), (one[1], one[2]), (one[2], one[0])):
            edges[frozenset(pair)] = edges.get(frozenset(pair), 0) + 1
    removed = {
        frozenset(pair) for one in gone.tolist() for pair in ((one[0], one[1]), (one[1], one[2]), (one[2], one[0]))
    }
    assert len(unshared_edges(points[kept])) == sum(count == 1 for edge, count in edges.items() if edge in removed)


def test_a_check_tells_of_triangles_of_relief(tmp_path: Path) -> None:
    triangles = [one[::-1] if number == 7 else one for number, one in enumerate(grid(6, 5))]
    write(tmp_path, model(text(triangles)), "udx/dem/52385628_dem_6697_op.gml")
    found = inspect_paths([tmp_path])
    assert [(one.rule, one.feature) for one in found.problems] == [("terrain.triangle_turned", "d1")]
    assert found.exit_status == 3


@pytest.mark.parametrize("number", ["x", "", "NaN", "-1e400", "1e308", "1 2"])
def test_rings_that_are_no_triangles_are_left_to_the_reader(tmp_path: Path, number: str) -> None:
    broken = text(grid(4, 4)).replace("138.86010000", number, 1)
    assert {one.rule for one in told(tmp_path, broken)} <= {"terrain.edge_unshared"}
    assert told(tmp_path, text([])) == []


def test_published_relief_has_one_triangle_with_two_corners_in_one_place() -> None:
    (path,) = shared_data("plateau/yokosuka_iur/udx/dem").glob("*.gml")
    found = [(one.rule, one.parameters["count"]) for one in check_relief(path, name=path.name)]
    assert found == [("terrain.triangle_flat", "1")]
