"""Parts of a building that don't touch one another (L-bldg-02)."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.inspection import inspect_paths
from geo import Problem
from geo.check.building_part import check_parts
from geo.surface import SurfaceKind
from tests.geo.check.solid import LAT, LON, Face, cube, surfaces
from tests.geo.citygml.city import building, city_model, polygon, solid, write


def told(*parts: list[Face], lod: int = 2, kind: SurfaceKind = SurfaceKind.WALL) -> list[Problem]:
    """Each part is a solid of one building; `kind` is that of the last one's faces."""
    one = surfaces([[face for part in parts for face in part]], lod=lod)
    numbers = np.repeat(np.arange(len(parts), dtype=np.int32), [len(part) for part in parts])
    kinds = np.where(numbers == len(parts) - 1, kind, SurfaceKind.WALL).astype(np.int8)
    return check_parts(replace(one, solid=numbers, kind=kinds), ["b1"], name="f.gml")


def groups(*parts: list[Face], lod: int = 2) -> list[tuple[str, str]]:
    return [(one.parameters["parts"], one.parameters["groups"]) for one in told(*parts, lod=lod)]


@pytest.mark.parametrize("lod", [2, 3])
def test_parts_that_share_a_wall_or_a_ceiling_touch(lod: int) -> None:
    assert groups(cube(), cube(1), cube(0, 0, 11), lod=lod) == []
    assert groups(cube(), cube(0.999, 0.5, 10.5), lod=lod) == []
    assert groups(cube(), lod=lod) == []


def test_a_part_that_stands_apart_is_told_with_its_place() -> None:
    (problem,) = told(cube(), cube(1), cube(40))
    assert (problem.rule, problem.feature, problem.file) == ("citygml.parts_apart", "b1", "f.gml")
    assert dict(problem.parameters) == {"lod": "LOD2", "parts": "3", "groups": "2"}
    assert problem.lonlat == pytest.approx((LON + 40 / 91_200, LAT), abs=2e-6)


def test_parts_may_touch_by_way_of_others_in_any_order() -> None:
    assert groups(cube(0), cube(2), cube(1)) == []
    assert groups(cube(0), cube(3), cube(1), cube(4)) == [("4", "2")]


def test_a_part_in_the_air_does_not_touch() -> None:
    assert groups(cube(), cube(0, 0, 11.5)) == [("2", "2")]


def test_what_is_no_part_may_stand_apart() -> None:
    assert told(cube(), cube(40), lod=1) == []
    assert told(cube(), cube(40), kind=SurfaceKind.INSTALLATION) == []


def test_solids_without_numbers_are_left_to_the_check_of_faces() -> None:
    nowhere: list[Face] = [[[(float("nan"), 0, 5), (1, 0, 5), (1, 1, 5)]]]
    assert groups(cube(), nowhere) == []


def box(west: float) -> str:
    """A flat tetrahedron's four faces are enough of a part; `west` in 1e-5 degrees."""
    x, y, a = 138.86 + west * 1e-5, 35.1, 1e-5
    corners = [(x, y, 5.0), (x + a, y, 5.0), (x, y + a, 5.0), (x, y, 8.0)]
    faces = [(0, 2, 1), (0, 1, 3), (1, 2, 3), (2, 0, 3)]
    return solid(
        *(
            polygon(" ".join(f"{corners[i][1]:.8f} {corners[i][0]:.8f} {corners[i][2]}" for i in (*f, f[0])))
            for f in faces
        )
    )


@pytest.mark.parametrize(("west", "count"), [(1, 0), (5, 1)])
def test_a_check_tells_of_building_parts(tmp_path: Path, west: float, count: int) -> None:
    parts = "".join(
        f'<bldg:consistsOfBuildingPart><bldg:BuildingPart gml:id="p{number}"><bldg:lod2Solid>{box(at)}</bldg:lod2Solid>'
        "</bldg:BuildingPart></bldg:consistsOfBuildingPart>"
        for number, at in enumerate((0, west))
    )
    write(tmp_path, city_model(building(parts, shape="")), "udx/bldg/52385628_bldg_6697_op.gml")
    found = [one.feature for one in inspect_paths([tmp_path]).problems if one.rule == "citygml.parts_apart"]
    assert found == ["b1"] * count
