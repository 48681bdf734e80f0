"""Rings as bad files have them: whatever they are, triangles stay within their face and everything ends."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.tiles.tileset.test_triangle import arrays, vector_areas
from tiles.tileset.triangle import triangulate


def newell(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    """Vector area of a ring."""
    return np.asarray(np.cross(ring, np.roll(ring, -1, axis=0)).sum(axis=0) / 2)


@pytest.mark.parametrize("corners", [3, 5, 12, 63, 64, 65, 200])
def test_random_rings_that_cross_themselves_end_and_use_their_own_points(corners: int) -> None:
    """On a grid of a few points, so that many coincide or lie in one line."""
    random = np.random.default_rng(corners)
    faces = [[random.integers(0, 5, (corners, 3)).astype(np.float64)] for _ in range(300)]
    xyz, first_ring, first_point = arrays(faces)
    index, owner = triangulate(xyz, first_ring, first_point)
    assert (np.diff(owner) >= 0).all()
    assert (index >= first_point[owner][:, None]).all()
    assert (index < first_point[owner + 1][:, None]).all()
    assert (np.bincount(owner, minlength=300) <= corners - 2).all()


def test_points_twice_and_in_one_line_do_not_change_the_area() -> None:
    random = np.random.default_rng(1)
    square = np.array([[0, 0, 0], [10, 0, 0], [10, 10, 0], [0, 10, 0]], dtype=np.float64)
    for _ in range(100):
        shares = np.sort(random.integers(0, 5, (4, 6)) / 4, axis=1)
        sides = zip(square, np.roll(square, -1, axis=0), shares, strict=True)
        ring = np.concatenate([begin + share[:, None] * (end - begin) for begin, end, share in sides])
        index, _ = triangulate(*arrays([[ring]]))
        areas = vector_areas(ring, index)[:, 2]
        assert areas.sum() == pytest.approx(newell(ring)[2])
        assert areas.min() > 0


def test_a_face_that_is_not_flat_keeps_its_vector_area() -> None:
    """Corners up to 3 cm off the plane, as surveys have them."""
    random = np.random.default_rng(2)
    for size in (5, 12, 80):
        angle = np.linspace(0, 2 * np.pi, size, endpoint=False)
        ring = np.column_stack([10 * np.cos(angle), 10 * np.sin(angle), random.uniform(-0.03, 0.03, size)])
        index, _ = triangulate(*arrays([[ring]]))
        assert vector_areas(ring, index).sum(axis=0) == pytest.approx(newell(ring), abs=1e-6)


def test_a_hole_outside_of_its_face_and_one_that_crosses_it_end() -> None:
    square = np.array([[0, 0, 0], [10, 0, 0], [10, 10, 0], [0, 10, 0]], dtype=np.float64)
    faces = [[square, square[::-1] + shift] for shift in (20.0, 5.0, 0.0)]
    index, owner = triangulate(*arrays(faces))
    assert np.isin(owner, range(3)).all()
    assert index.max() < 24
