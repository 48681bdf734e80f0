import numpy as np
import pytest
import shapely

from geo import GeometryType
from tiles import ZoomRange
from tiles.zoom import choose_zooms

METRE = 1 / 111_000
"""Degrees, near enough."""


def squares(side_m: float) -> np.ndarray:
    side = side_m * METRE
    return np.array([shapely.box(139, 35, 139 + side / 0.82, 35 + side)] * 10)


@pytest.mark.parametrize(
    ("side_m", "count", "expected"),
    [
        (15, 100_000, ZoomRange(10, 16)),
        (250, 4_000, ZoomRange(6, 15)),
        (3_000, 12, ZoomRange(4, 15)),
        (600_000, 1, ZoomRange(4, 13)),
        (0.000001, 3, ZoomRange(12, 16)),
    ],
)
def test_polygons_get_the_zooms_at_which_they_can_be_seen(side_m: float, count: int, expected: ZoomRange) -> None:
    assert choose_zooms(GeometryType.POLYGON, squares(side_m), count) == expected


@pytest.mark.parametrize("kind", [GeometryType.POINT, GeometryType.LINE])
def test_points_and_lines_are_seen_from_afar(kind: GeometryType) -> None:
    assert choose_zooms(kind, np.array([shapely.Point(139, 35)]), 1) == ZoomRange(4, 15)
