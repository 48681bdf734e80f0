"""Areas of roads that lie on each other, and faces that their road does not refer to (L-tran-01 to L-tran-03)."""

from pathlib import Path

import pytest

from data.inspection import inspect_paths
from geo import Problem
from geo.check.road import check_roads
from tests.geo.citygml.city import city_model, polygon, surfaces, write
from tests.shared_data import shared_data

SIDE = 1e-5
"""Degrees: 0.91 m to the east, 1.11 m to the north."""
SQUARE_M2 = 0.912 * 1.109


def face(west: float, south: float, *, z: float = 5, size: float = 1, id: str = "") -> str:
    """A square, in its own sides from a corner in Numazu."""
    x, y, a = 138.86 + west * SIDE, 35.1 + south * SIDE, size * SIDE
    ring = f"{y:.8f} {x:.8f} {z} {y:.8f} {x + a:.8f} {z} {y + a:.8f} {x + a:.8f} {z} {y + a:.8f} {x:.8f} {z}"
    return polygon(f"{ring} {y:.8f} {x:.8f} {z}", id=id)


def area(id: str, *faces: str, lod: int = 3, kind: str = "TrafficArea") -> str:
    shape = f"<tran:lod{lod}MultiSurface>{surfaces(*faces)}</tran:lod{lod}MultiSurface>"
    holder = kind[0].lower() + kind[1:]
    return f'<tran:{holder}><tran:{kind} gml:id="{id}">{shape}</tran:{kind}></tran:{holder}>'


def road(id: str, *inside: str, links: str = "", lod: int = 3, kind: str = "Road") -> str:
    linked = "".join(f'<gml:surfaceMember xlink:href="#{one}"/>' for one in links.split())
    own = f"<tran:lod{lod}MultiSurface><gml:MultiSurface>{linked}</gml:MultiSurface></tran:lod{lod}MultiSurface>"
    return f'<tran:{kind} gml:id="{id}">{"".join(inside)}{own if links else ""}</tran:{kind}>'


def plain(id: str, *faces: str, lod: int = 1, kind: str = "Road") -> str:
    shape = f"<tran:lod{lod}MultiSurface>{surfaces(*faces)}</tran:lod{lod}MultiSurface>"
    return f'<tran:{kind} gml:id="{id}">{shape}</tran:{kind}>'


def told(folder: Path, *roads: str) -> list[Problem]:
    return check_roads(write(folder, city_model(*roads), "52385628_tran_6697_op.gml"), name="f.gml")


@pytest.mark.parametrize("lod", [1, 2, 3])
def test_roads_that_share_an_edge_are_right(tmp_path: Path, lod: int) -> None:
    assert told(tmp_path, plain("r1", face(0, 0), lod=lod), plain("r2", face(1, 0), lod=lod)) == []


@pytest.mark.parametrize("lod", [1, 2, 3])
def test_a_road_on_its_neighbour_is_told_with_both_the_place_and_the_area(tmp_path: Path, lod: int) -> None:
    (problem,) = told(tmp_path, plain("r1", face(0, 0), lod=lod), plain("r2", face(0.5, 0), lod=lod))
    assert (problem.rule, problem.feature, problem.file) == ("citygml.roads_overlap", "r2", "f.gml")
    assert (problem.parameters["lod"], problem.parameters["other"]) == (f"LOD{lod}", "r1")
    assert float(problem.parameters["area"]) == pytest.approx(SQUARE_M2 / 2, rel=0.01)
    assert problem.lonlat is not None
    assert 0.5 * SIDE < problem.lonlat[0] - 138.86 < SIDE
    assert 0 < problem.lonlat[1] - 35.1 < SIDE
    assert problem.line == 11


def test_a_strip_of_two_centimetres_is_no_overlap(tmp_path: Path) -> None:
    assert told(tmp_path, plain("r1", face(0, 0)), plain("r2", face(1 - 0.022, 0))) == []
    assert len(told(tmp_path, plain("r1", face(0, 0)), plain("r2", face(1 - 0.06, 0)))) == 1


def test_roads_without_heights_that_cross_may_pass_over_one_another(tmp_path: Path) -> None:
    across = [face(number, 0, z=0) for number in range(-2, 3)]
    along = [face(0, number + 0.5, z=0) for number in range(-2, 2)]
    assert told(tmp_path, plain("r1", *across), plain("r2", *along)) == []


def test_heights_tell_whether_a_road_passes_over_another(tmp_path: Path) -> None:
    low = plain("r1", face(0, 0, z=5), lod=3)
    assert told(tmp_path, low, plain("r2", face(0.5, 0.3, z=10), lod=3)) == []
    assert len(told(tmp_path, low, plain("r2", face(0.5, 0.3, z=6), lod=3))) == 1


def test_railways_lie_on_each_other(tmp_path: Path) -> None:
    assert told(tmp_path, *(plain(id, face(0, 0), kind="Railway") for id in ("r1", "r2"))) == []


def test_traffic_areas_of_one_road_that_overlap_are_told_once(tmp_path: Path) -> None:
    lanes = area("t1", face(0, 0, id="p1")), area("t2", face(1, 0, id="p2"), kind="AuxiliaryTrafficArea")
    assert told(tmp_path, road("r1", *lanes, links="p1 p2")) == []
    wide = area("t3", face(0.75, 0, id="p3"))
    (problem,) = told(tmp_path, road("r1", *lanes, wide, links="p1 p2 p3"))
    assert (problem.rule, problem.feature) == ("citygml.traffic_areas_overlap", "r1")
    assert (problem.parameters["count"], problem.parameters["one"], problem.parameters["other"]) == ("2", "t1", "t3")
    assert float(problem.parameters["area"]) == pytest.approx(SQUARE_M2, rel=0.01)
    assert problem.lonlat is not None


def test_faces_of_one_traffic_area_may_stand_upright(tmp_path: Path) -> None:
    x, y = 138.86, 35.1
    kerb = polygon(f"{y} {x} 5 {y} {x + SIDE} 5 {y} {x + SIDE} 5.2 {y} {x} 5.2 {y} {x} 5", id="p2")
    assert told(tmp_path, road("r1", area("t1", face(0, 0, id="p1")), area("t2", kerb), links="p1 p2")) == []


@pytest.mark.parametrize("kind", ["Road", "Track", "Square"])
@pytest.mark.parametrize("lod", [2, 3])
def test_a_face_that_its_road_does_not_refer_to_is_told(tmp_path: Path, kind: str, lod: int) -> None:
    faces = area("t1", face(0, 0, id="p1"), lod=lod), area("t2", face(1, 0, id="p2"), face(2, 0, id="p3"), lod=lod)
    assert told(tmp_path, road("r1", *faces, links="p1 p2 p3", lod=lod, kind=kind)) == []
    (problem,) = told(tmp_path, road("r1", *faces, links="p1", lod=lod, kind=kind))
    assert (problem.rule, problem.feature) == ("citygml.area_unreferenced", "r1")
    assert dict(problem.parameters) == {"lod": f"LOD{lod}", "count": "2", "id": "p2"}
    assert problem.lonlat == pytest.approx((138.86 + 1.5 * SIDE, 35.1 + 0.5 * SIDE), abs=2e-7)


def test_a_road_without_a_surface_of_its_own_need_not_refer_to_any(tmp_path: Path) -> None:
    assert told(tmp_path, road("r1", area("t1", face(0, 0, id="p1")))) == []


def test_a_road_may_refer_to_a_whole_surface_or_repeat_its_faces(tmp_path: Path) -> None:
    whole = area("t1", face(0, 0), face(1, 0)).replace("<gml:MultiSurface>", '<gml:MultiSurface gml:id="m1">')
    assert told(tmp_path, road("r1", whole, links="m1")) == []
    own = f"<tran:lod3MultiSurface>{surfaces(face(0, 0))}</tran:lod3MultiSurface>"
    assert told(tmp_path, road("r1", area("t1", face(0, 0)), own)) == []


@pytest.mark.parametrize("number", ["x", "", "NaN", "-1e400", "1e308", "1 2"])
def test_a_face_that_cannot_be_read_is_left_to_the_reader(tmp_path: Path, number: str) -> None:
    broken = face(0, 0).replace("35.10000000", number, 1)
    assert told(tmp_path, plain("r1", broken), plain("r2", face(0, 0)), plain("r3", face(1, 0))) == []
    assert len(told(tmp_path, plain("r1", broken), plain("r2", face(0, 0)), plain("r3", face(0, 0)))) == 1
    assert told(tmp_path) == []


def test_a_check_tells_of_roads_and_an_import_need_not(tmp_path: Path) -> None:
    text = city_model(plain("r1", face(0, 0)), plain("r2", face(0.5, 0)))
    write(tmp_path, text, "udx/tran/52385628_tran_6697_op.gml")
    assert [one.feature for one in inspect_paths([tmp_path]).problems if one.rule == "citygml.roads_overlap"] == ["r2"]


@pytest.mark.parametrize("folder", ["tsukuba_tran", "mixed_iur30/udx/trk", "mixed_iur30/udx/squr", "citygml3_iur40"])
def test_published_roads_are_right(folder: str) -> None:
    for path in shared_data(f"plateau/{folder}").rglob("*.gml"):
        assert check_roads(path, name=path.name) == []
