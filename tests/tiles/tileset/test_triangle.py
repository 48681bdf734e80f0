"""Triangles of polygons, judged by shapely and by areas in space."""

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from tiles.tileset.triangle import triangulate

Rings = list[NDArray[np.float64]]


def star(random: np.random.Generator, corners: int, middle: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
    """A simple polygon around `middle`, counter-clockwise, with dents; shape (corners, 2)."""
    angles = 2 * np.pi * (np.arange(corners) + random.uniform(0, 0.8, corners)) / corners
    reach = random.uniform(0.4, 1.0, corners) * radius
    return middle + np.column_stack([np.cos(angles), np.sin(angles)]) * reach[:, None]


def flat_face(random: np.random.Generator, corners: int, holes: int) -> Rings:
    """An exterior and clockwise holes inside of it."""
    outer = star(random, corners, np.zeros(2), 10.0) if not holes else _square(10.0)
    spots = [np.array([x, y]) for x in (-5.0, 0.0, 5.0) for y in (-5.0, 0.0, 5.0)]
    chosen = random.choice(len(spots), holes, replace=False)
    return [outer, *(star(random, 6, spots[spot], 2.0)[::-1] for spot in chosen)]


def _square(half: float) -> NDArray[np.float64]:
    return np.array([[-half, -half], [half, -half], [half, half], [-half, half]])


def plane(random: np.random.Generator) -> NDArray[np.float64]:
    """Two directions at right angles in space, as rows."""
    turned, _ = np.linalg.qr(random.normal(size=(3, 3)))
    return np.asarray(turned[:2])


def arrays(faces: list[Rings]) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Points, first ring of each face, first point of each ring."""
    rings = [ring for face in faces for ring in face]
    first_ring = np.concatenate([[0], np.cumsum([len(face) for face in faces])])
    first_point = np.concatenate([[0], np.cumsum([len(ring) for ring in rings])])
    return np.concatenate(rings), first_ring, first_point


def vector_areas(xyz: NDArray[np.float64], corners: NDArray[np.int64]) -> NDArray[np.float64]:
    a, b, c = xyz[corners[:, 0]], xyz[corners[:, 1]], xyz[corners[:, 2]]
    return np.asarray(np.cross(b - a, c - a) / 2)


@pytest.mark.parametrize("holes", [0, 1, 4, 9])
def test_triangles_cover_the_polygon_and_nothing_else(holes: int) -> None:
    random = np.random.default_rng(holes)
    flats = [flat_face(random, int(random.integers(3, 90)), holes) for _ in range(60)]
    axes = [plane(random) for _ in flats]
    faces = [[ring @ axis + 100 for ring in flat] for flat, axis in zip(flats, axes, strict=True)]
    xyz, first_ring, first_point = arrays(faces)
    corners, owner = triangulate(xyz, first_ring, first_point)
    assert (np.diff(owner) >= 0).all()
    for number, (flat, axis) in enumerate(zip(flats, axes, strict=True)):
        polygon = shapely.Polygon(flat[0], flat[1:])
        assert polygon.is_valid
        own = corners[owner == number]
        drawn = shapely.polygons((xyz[own] - 100) @ axis.T)
        assert shapely.area(drawn).sum() == pytest.approx(polygon.area, rel=1e-9)
        assert shapely.union_all(drawn, grid_size=1e-6).symmetric_difference(polygon).area < 1e-3
        outward = np.cross(*axis)
        assert (vector_areas(xyz, own) @ outward > 0).all()


def test_a_ring_the_other_way_round_gives_triangles_the_other_way_round() -> None:
    random = np.random.default_rng(5)
    ring = np.column_stack([star(random, 12, np.zeros(2), 5.0), np.zeros(12)])
    one, other = (triangulate(*arrays([[points]])) for points in (ring, ring[::-1]))
    assert vector_areas(ring, one[0])[:, 2].min() > 0 > vector_areas(ring[::-1], other[0])[:, 2].max()


@pytest.mark.parametrize(
    "ring",
    [
        [[0, 0, 0], [1, 1, 1]],
        [[0, 0, 0], [1, 1, 1], [2, 2, 2]],
        [[3, 3, 3]] * 5,
        [[0, 0, 0], [1, 0, 0], [0, 0, 0], [1, 0, 0]],
    ],
)
def test_faces_without_an_area_give_no_triangles_and_harm_no_other(ring: list[list[float]]) -> None:
    good = np.array([[0, 0, 5], [4, 0, 5], [4, 3, 5], [0, 3, 5]], dtype=np.float64)
    bad = np.array(ring, dtype=np.float64)
    corners, owner = triangulate(*arrays([[good], [bad], [good]]))
    assert set(owner) == {0, 2}
    assert len(corners) == 4


def test_a_keyhole_has_the_area_of_its_ring() -> None:
    """An older way to draw a hole: the exterior goes in along a cut and comes back on it."""
    outer, hole = _square(10.0), _square(3.0)[::-1]
    flat = np.concatenate([outer, outer[:1], hole, hole[:1]])
    ring = np.column_stack([flat, np.zeros(len(flat))])
    corners, _ = triangulate(*arrays([[ring]]))
    assert vector_areas(ring, corners)[:, 2].sum() == pytest.approx(400 - 36)


def test_a_bow_tie_still_gives_triangles() -> None:
    ring = np.array([[0, 0, 0], [4, 4, 0], [4, 0, 0], [0, 3, 0]], dtype=np.float64)
    corners, _ = triangulate(*arrays([[ring]]))
    assert len(corners) >= 1


def test_no_faces_give_no_triangles() -> None:
    corners, owner = triangulate(np.zeros((0, 3)), np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64))
    assert corners.shape == (0, 3)
    assert owner.shape == (0,)
