"""Composite surfaces whose faces don't hang together, and water that is a solid in LOD1."""

from pathlib import Path

import numpy as np
import pytest

from data.inspection import inspect_paths
from geo import Problem
from geo.check.composite import check_composites, find_composites
from geo.check.water import check_water
from tests.geo.check.solid import LAT, LON, Face, cube, square, surfaces
from tests.geo.citygml.city import box, city_model, polygon, write
from tests.shared_data import shared_data

GUTTER = [cube()[face] for face in (0, 2, 5)]
"""Bottom and two sides of a cube: each shares edges with both others."""


def far(faces: list[Face], metres: float) -> list[Face]:
    return [[[(x + metres, y, z) for x, y, z in ring] for ring in face] for face in faces]


def told(*faces: Face) -> list[Problem]:
    return check_composites(surfaces([faces], solid=False, lod=3), ["a"], {("a", 3)}, name="f.gml")


def parts(*faces: Face) -> list[str]:
    return [one.parameters["parts"] for one in told(*faces)]


def test_faces_that_share_edges_hang_together() -> None:
    assert parts(*GUTTER) == []
    assert parts(*cube()) == []
    assert parts([square(0, 0, 1, 5)]) == []


def test_two_groups_of_faces_are_told_as_two_parts_with_their_place() -> None:
    (problem,) = told(*GUTTER, *far(GUTTER, 100))
    assert (problem.rule, problem.feature, problem.file) == ("citygml.composite_not_connected", "a", "f.gml")
    assert dict(problem.parameters) == {"lod": "LOD3", "parts": "2"}
    assert problem.lonlat == pytest.approx((LON + 50 / 91_000, LAT), abs=1e-4)


def test_faces_that_touch_at_a_point_do_not_hang_together() -> None:
    assert parts([square(0, 0, 1, 5)], [square(1, 1, 1, 5)]) == ["2"]


def test_a_long_edge_may_be_shared_by_two_short_ones() -> None:
    assert parts([square(0, 0, 2, 5)], [square(2, 0, 1, 5)], [square(2, 1, 1, 5)]) == []


def test_edges_above_one_another_are_not_shared() -> None:
    assert parts([square(0, 0, 1, 5)], [square(1, 0, 1, 5.1)]) == ["2"]


def test_points_within_a_centimetre_are_one() -> None:
    assert parts([square(0, 0, 1, 5)], [square(1.005, 0, 1, 5.005)]) == []
    assert parts([square(0, 0, 1, 5)], [square(1.05, 0, 1, 5)]) == ["2"]


def test_a_hole_may_be_filled_by_another_face() -> None:
    ring = [square(0, 0, 3, 5), list(reversed(square(1, 1, 1, 5)))]
    assert parts(ring, [square(1, 1, 1, 5)]) == []


def test_faces_without_numbers_are_left_to_the_check_of_faces() -> None:
    nowhere: Face = [[(float("nan"), 0, 5), (1, 0, float("inf")), (1, 1, 5)]]
    assert parts(*GUTTER, nowhere) == []
    assert parts(nowhere) == []


def test_tiles_of_a_grid_form_as_many_parts_as_a_flood_fill_finds() -> None:
    generator = np.random.default_rng(3)
    for _ in range(5):
        filled = generator.random((6, 6)) < 0.5
        cells = [tuple(cell) for cell in np.argwhere(filled).tolist()]
        groups = 0
        left = set(cells)
        while left:
            groups, waiting = groups + 1, [left.pop()]
            while waiting:
                x, y = waiting.pop()
                near = {(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)} & left
                left -= near
                waiting += near
        assert parts(*([square(x, y, 1, 5)] for x, y in cells)) == ([str(groups)] if groups > 1 else [])


def pipe(*faces: str, shape: str = "CompositeSurface") -> str:
    members = "".join(f"<gml:surfaceMember>{one}</gml:surfaceMember>" for one in faces)
    geometry = f"<frn:lod3Geometry><gml:{shape}>{members}</gml:{shape}></frn:lod3Geometry>"
    return f'<uro:SewerPipe gml:id="p1">{geometry}</uro:SewerPipe>'


def piped(*faces: str, shape: str = "CompositeSurface") -> str:
    text = city_model(pipe(*faces, shape=shape))
    return text.replace(
        "<core:CityModel", '<core:CityModel xmlns:frn="http://www.opengis.net/citygml/cityfurniture/2.0"'
    )


ONE, OTHER = (
    polygon(f"35.1 {x} 5 35.1 {x + 1e-5} 5 35.10001 {x + 1e-5} 5 35.10001 {x} 5 35.1 {x} 5") for x in (138.86, 138.861)
)


def test_a_check_tells_of_a_composite_surface_and_not_of_a_collection(tmp_path: Path) -> None:
    found = {}
    for shape in ("CompositeSurface", "MultiSurface"):
        path = write(tmp_path / shape, piped(ONE, OTHER, shape=shape), "udx/unf/52385628_unf_6697_op.gml")
        found[shape] = [one.feature for one in inspect_paths([path]).problems if one.rule.startswith("citygml.comp")]
    assert found == {"CompositeSurface": ["p1"], "MultiSurface": []}


def test_shells_of_solids_are_no_composite_surfaces(tmp_path: Path) -> None:
    text = piped(ONE).replace("<gml:CompositeSurface>", "<gml:Solid><gml:exterior><gml:CompositeSurface>")
    text = text.replace("</gml:CompositeSurface>", "</gml:CompositeSurface></gml:exterior></gml:Solid>")
    assert list(find_composites(write(tmp_path, text), "f.gml")) == []
    assert list(find_composites(write(tmp_path, piped(ONE)), "f.gml")) == [("p1", 3)]


@pytest.mark.parametrize(("lod", "solid", "rules"), [(1, True, 1), (1, False, 0), (2, True, 0)])
def test_water_of_lod1_is_no_solid(lod: int, solid: bool, rules: int) -> None:
    found = check_water(surfaces([cube()], solid=solid, lod=lod), ["w1"], name="f.gml")
    assert [(one.rule, one.feature) for one in found] == [("citygml.solid_of_water", "w1")] * rules
    assert all(one.lonlat == pytest.approx((LON, LAT), abs=1e-4) for one in found)


def test_a_check_tells_of_water_that_is_a_solid(tmp_path: Path) -> None:
    water = f'<wtr:WaterBody gml:id="w1"><wtr:lod1Solid>{box(1, 2)}</wtr:lod1Solid></wtr:WaterBody>'
    write(tmp_path, city_model(water), "udx/wtr/52385628_wtr_6697_op.gml")
    found = [one for one in inspect_paths([tmp_path]).problems if one.rule == "citygml.solid_of_water"]
    assert [one.feature for one in found] == ["w1"]


def test_published_networks_and_waters_are_right() -> None:
    found = inspect_paths(
        [shared_data(f"plateau/{one}") for one in ("mixed_iur30/udx/unf", "numazu_2021_iur15/udx/tnm")]
    )
    assert not {one.rule for one in found.problems} & {"citygml.composite_not_connected", "citygml.solid_of_water"}
