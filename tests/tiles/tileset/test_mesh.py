"""Welded places and vertices, held against dictionaries in plain Python."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tiles.tileset.mesh import Corners, Steps, Vertices, boxes, extents, ranges, vertices, weld


def some_bodies(seed: int, bodies: int = 40) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Points of which many are equal, in their body and in others, and where each body begins."""
    random = np.random.default_rng(seed)
    sizes = random.integers(0, 60, bodies)
    sizes[:2] = 0, 1
    xyz = random.integers(-2, 3, (sizes.sum(), 3)) * 0.1
    return xyz, np.concatenate([[0], np.cumsum(sizes)])


@pytest.mark.parametrize("seed", range(5))
def test_equal_points_of_a_body_are_one_place_and_those_of_others_are_not(seed: int) -> None:
    xyz, first = some_bodies(seed)
    welded = weld(xyz, first)
    np.testing.assert_array_equal(xyz[welded.point][welded.place], xyz)
    for body in range(len(first) - 1):
        own = [tuple(row) for row in xyz[first[body] : first[body + 1]].tolist()]
        places = welded.point[welded.first_place[body] : welded.first_place[body + 1]]
        assert [tuple(row) for row in xyz[places].tolist()] == list(dict.fromkeys(own))


def some_triangles(seed: int) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
    """Places, where each body begins among them, triangles, and where each body begins among these."""
    random = np.random.default_rng(seed)
    places, triangles = random.integers(3, 20, 30), random.integers(0, 40, 30)
    first_place, first_triangle = (np.concatenate([[0], np.cumsum(one)]) for one in (places, triangles))
    of = [random.integers(a, b, (n, 3)) for a, b, n in zip(first_place, first_place[1:], triangles, strict=False)]
    xyz = random.uniform(0, 10, (places.sum(), 3)).round(1)
    return xyz, first_place, np.concatenate(of).astype(np.int32), first_triangle


def by_hand(
    seed: int, bodies: NDArray[np.int64], steps: Steps, wanted: NDArray[np.bool_], word: NDArray[np.uint32]
) -> tuple[list[tuple[object, ...]], list[int]]:
    """Each vertex as position, body and word, and the indices."""
    xyz, _, triangle, first = some_triangles(seed)
    known: dict[tuple[object, ...], int] = {}
    index: list[int] = []
    at = 0
    for number, body in enumerate(bodies):
        for places in triangle[first[body] : first[body + 1]]:
            moved = (xyz[places] - steps.low) / steps.length
            stepped = np.rint(moved).astype(np.uint16) if steps.is_whole else moved.astype(np.float32)
            keys = [(*stepped[k].tolist(), number, int(word[at, k])) for k in range(3)]
            if wanted[at] and len(set(keys)) == 3:
                index += [known.setdefault(key, len(known)) for key in keys]
            at += 1
    return list(known), index


def told(made: Vertices) -> list[tuple[object, ...]]:
    both = zip(made.position.tolist(), made.owner.tolist(), made.word.tolist(), strict=True)
    return [(*position, owner, word) for position, owner, word in both]


COARSE = Steps(np.zeros(3), np.full(3, 1.5), is_whole=True)
METRES = Steps(np.full(3, -1.0), np.ones(3), is_whole=False)


@pytest.mark.parametrize("steps", [COARSE, METRES])
@pytest.mark.parametrize("seed", range(3))
def test_vertices_are_numbered_as_triangles_use_them_and_lines_are_left_out(seed: int, steps: Steps) -> None:
    xyz, first_place, triangle, first_triangle = some_triangles(seed)
    bodies = np.array([4, 0, 17, 29, 8])
    count = int(sum(first_triangle[body + 1] - first_triangle[body] for body in bodies))
    every, none = np.ones(count, dtype=bool), np.zeros((count, 3), dtype=np.uint32)
    made = vertices(xyz, first_place, triangle, first_triangle, bodies, steps)
    assert (told(made), made.index.tolist()) == by_hand(seed, bodies, steps, every, none)


@pytest.mark.parametrize("steps", [COARSE, METRES])
def test_a_place_with_two_words_is_two_vertices(steps: Steps) -> None:
    xyz, first_place, triangle, first_triangle = some_triangles(7)
    bodies = np.array([3, 11, 2])
    random = np.random.default_rng(7)
    count = int(sum(first_triangle[body + 1] - first_triangle[body] for body in bodies))
    wanted, word = random.random(count) < 0.6, random.integers(0, 3, (count, 3)).astype(np.uint32)
    made = vertices(xyz, first_place, triangle, first_triangle, bodies, steps, Corners(wanted, word))
    assert (told(made), made.index.tolist()) == by_hand(7, bodies, steps, wanted, word)


def test_boxes_and_ranges_are_those_of_numpy() -> None:
    xyz, first = some_bodies(3)
    first = np.unique(first)  # bodies of one point or more
    found = boxes(xyz, first)
    np.testing.assert_array_equal(found[:, :3], np.minimum.reduceat(xyz, first[:-1]))
    np.testing.assert_array_equal(found[:, 3:], np.maximum.reduceat(xyz, first[:-1]))
    rows = np.random.default_rng(3).permutation(len(xyz)).astype(np.int32)
    np.testing.assert_array_equal(extents(xyz, rows, first), boxes(xyz[rows], first))
    chosen = np.array([5, 0, 9])
    wanted = [index for one in chosen for index in range(first[one], first[one + 1])]
    assert ranges(first[chosen], first[chosen + 1]).tolist() == wanted
