"""Solids made of unit cubes and what is wrong with them; the codes are val3dity's for the same cases."""

from collections.abc import Sequence

import numpy as np
import pytest

from geo.check import check_surfaces
from tests.geo.check.solid import Face, cube, hole, square, surfaces, turned

BOTTOM, TOP, SOUTH, EAST, NORTH, WEST = cube()
TOP_RING = TOP[0]
PYRAMID = [[[*TOP_RING[k : k + 1], TOP_RING[(k + 1) % 4], (0.5, 0.5, 12)]] for k in range(4)]
TRIANGLES = [[[TOP_RING[0], TOP_RING[1], TOP_RING[2]]], [[TOP_RING[0], TOP_RING[2], TOP_RING[3]]]]
IN_THE_TOP = square(0.25, 0.25, 0.5, 11)


def _moved(faces: Sequence[Face], by: Sequence[float]) -> list[Face]:
    return [[[tuple(np.add(point, by)) for point in ring] for ring in face] for face in faces]


def _with_corner(faces: Sequence[Face], corner: Sequence[float], to: Sequence[float]) -> list[Face]:
    return [
        [[tuple(to) if tuple(point) == tuple(corner) else point for point in ring] for ring in face] for face in faces
    ]


def _shaft(depth: float) -> list[Face]:
    """A square hole in the top of the cube, and walls down from it; turned inwards to the hole."""
    walls = _moved(turned(cube(0.25, 0.25, 11 - depth, 0.5)), (0, 0, 0))
    return [_scaled(face, depth) for face in walls[2:]]


def _scaled(face: Face, depth: float) -> Face:
    return [[(x, y, 11.0 if z > 11 - depth else z) for x, y, z in ring] for ring in face]


TORUS = [
    [BOTTOM[0], list(reversed(hole(0.25, 0.25, 0.5, 10)))],
    [TOP[0], hole(0.25, 0.25, 0.5, 11)],
    SOUTH,
    EAST,
    NORTH,
    WEST,
    *_shaft(1.0),
]
CASES: dict[str, tuple[list[Face], set[str]]] = {
    "a cube": (cube(), set()),
    "a cube of 300 m": (cube(size=300.0), set()),
    "a cube with a pyramid for a roof": ([BOTTOM, SOUTH, EAST, NORTH, WEST, *PYRAMID], set()),
    "a cube whose top is two triangles": ([BOTTOM, *TRIANGLES, SOUTH, EAST, NORTH, WEST], set()),
    "a hole in the top that another face fills": (
        [BOTTOM, [TOP[0], hole(0.25, 0.25, 0.5, 11)], [IN_THE_TOP], SOUTH, EAST, NORTH, WEST],
        set(),
    ),
    "a torus": (TORUS, set()),
    "a cube with a cavity": ([*cube(size=10), *turned(cube(3, 3, 13, 2))], set()),
    "snapping: a vertex off by half a millimetre": (
        [BOTTOM, *_with_corner([TOP], (1, 1, 11), (1, 1, 11.0005)), SOUTH, EAST, NORTH, WEST],
        set(),
    ),
    "301: three faces": ([BOTTOM, TOP, SOUTH], {"solid.no_volume", "solid.open"}),
    "301: a cube without height": (
        [
            [[(0, 0, 10), (0, 1, 10), (1, 1, 10)]],
            [[(0, 0, 10), (1, 1, 10), (1, 0, 10)]],
            [[(0, 0, 10), (1, 0, 10), (0, 1, 10)]],
            [[(1, 0, 10), (1, 1, 10), (0, 1, 10)]],
        ],
        {"solid.no_volume"},
    ),
    "302: no bottom": ([TOP, SOUTH, EAST, NORTH, WEST], {"solid.open"}),
    "302: a hole in the top that nothing fills": (
        [BOTTOM, [TOP[0], hole(0.25, 0.25, 0.5, 11)], SOUTH, EAST, NORTH, WEST],
        {"solid.open"},
    ),
    "302: a vertex of the top off by a centimetre": (
        [BOTTOM, *_with_corner([TOP], (1, 1, 11), (1, 1, 11.01)), SOUTH, EAST, NORTH, WEST],
        {"solid.open"},
    ),
    "302/304: a vertex on an edge that only one face knows": (
        [BOTTOM, [[*TOP_RING[:1], (0.5, 0, 11), *TOP_RING[1:]]], SOUTH, EAST, NORTH, WEST],
        {"solid.open"},
    ),
    "303: a triangle that dangles from a vertex": (
        [*cube(), [[(1, 1, 11), (2, 1, 11), (2, 2, 12)]]],
        {"solid.open"},
    ),
    "303: two cubes that touch at a vertex": ([*cube(), *cube(1, 1, 11)], {"solid.non_manifold"}),
    "304: two cubes that touch along an edge": ([*cube(), *cube(1, 1, 10)], {"solid.non_manifold"}),
    "304: a face between, that splits the cube": (
        [*cube(), *_moved(cube(1), (0, 0, 0))],
        {"solid.non_manifold", "solid.face_twice"},
    ),
    "a face twice": ([*cube(), TOP], {"solid.face_twice", "solid.non_manifold"}),
    "a face twice, the second turned over": ([*cube(), *turned([TOP])], {"solid.face_twice", "solid.non_manifold"}),
    "305: a face that floats": ([*cube(), [square(0, 0, 1, 13)]], {"solid.open"}),
    "305: two cubes apart": ([*cube(), *cube(0, 0, 13)], {"solid.not_connected"}),
    "306: the tip of the roof below the ground": (
        _with_corner([BOTTOM, SOUTH, EAST, NORTH, WEST, *PYRAMID], (0.5, 0.5, 12), (0.5, 0.5, 9)),
        {"solid.self_intersection"},
    ),
    "306: the tip of the roof touches the ground": (
        _with_corner([BOTTOM, SOUTH, EAST, NORTH, WEST, *PYRAMID], (0.5, 0.5, 12), (0.5, 0.5, 10)),
        {"solid.self_intersection"},
    ),
    "307: a face turned over": ([BOTTOM, *turned([TOP]), SOUTH, EAST, NORTH, WEST], {"solid.face_orientation"}),
    "308: all faces turned inwards": (turned(cube()), {"solid.inside_out"}),
    "403: a cavity outside of the cube": ([*cube(size=4), *turned(cube(6, 1, 11))], {"solid.not_connected"}),
    "403: a cavity that is higher than the cube": (
        [*cube(), *turned(cube(0.2, 0.2, 12, 0.5))],
        {"solid.not_connected"},
    ),
    "405: a cube turned inwards around one turned outwards": (
        [*turned(cube(size=4)), *cube(1, 1, 11)],
        {"solid.inside_out"},
    ),
}


def rules_of(faces: Sequence[Face]) -> set[str]:
    return {one.rule for one in check_surfaces(surfaces([faces]), ["a"], name="f.gml")}


@pytest.mark.parametrize("case", CASES)
def test_a_solid_breaks_exactly_its_rules(case: str) -> None:
    faces, rules = CASES[case]
    assert rules_of(faces) == rules


@pytest.mark.parametrize("case", CASES)
def test_the_order_of_the_faces_and_where_their_rings_begin_do_not_matter(case: str) -> None:
    faces, rules = CASES[case]
    shuffled = [[[*ring[1:], ring[0]] for ring in face] for face in reversed(faces)]
    assert rules_of(shuffled) == rules


def test_faces_of_no_solid_need_not_be_closed() -> None:
    assert check_surfaces(surfaces([cube()[1:]], solid=False), ["a"], name="f.gml") == []


def test_solids_of_one_feature_are_judged_one_by_one() -> None:
    made = surfaces([[*cube(), *cube(1)]])
    made.solid[6:] = 1
    assert check_surfaces(made, ["a"], name="f.gml") == []


def test_a_solid_says_how_many_edges_are_open_and_where() -> None:
    (problem,) = check_surfaces(surfaces([cube(), cube(50)[1:]]), ["a", "b"], name="f.gml")
    assert (problem.rule, problem.feature, problem.parameters) == ("solid.open", "b", {"lod": "LOD1", "count": "4"})


@pytest.mark.parametrize("sides", [6, 90, 1_500])
def test_a_large_prism_is_as_sound_as_a_small_one(sides: int) -> None:
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    ring = np.column_stack([50 * np.cos(angle), 50 * np.sin(angle)]).tolist()
    top, bottom = [(x, y, 30.0) for x, y in ring], [(x, y, 10.0) for x, y in ring]
    walls = [[[bottom[k - 1], bottom[k], top[k], top[k - 1]]] for k in range(sides)]
    assert rules_of([[list(reversed(bottom))], [top], *walls]) == set()
    assert rules_of([[list(reversed(bottom))], [top], *walls[1:]]) == {"solid.open"}
