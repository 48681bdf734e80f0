import numpy as np
import pytest
import shapely

from gtfs.accessibility.contour import area_below


def test_a_cone_has_the_circle_of_its_level() -> None:
    row, column = np.mgrid[0:101, 0:101].astype(float)
    area = area_below(np.hypot(row - 50, column - 50), 30)
    assert len(area.geoms) == 1
    assert area.area == pytest.approx(np.pi * 30**2, rel=2e-3)
    assert area.centroid.coords[0] == pytest.approx((50, 50))
    assert shapely.hausdorff_distance(area, shapely.Point(50, 50).buffer(30, quad_segs=64)) < 0.05


def test_a_plain_is_cut_where_the_value_is_reached_between_two_points() -> None:
    surface = np.tile(np.array([0.0, 10, 20, 30]), (3, 1))
    west, south, east, north = area_below(surface, 14).bounds
    # The grid's own edge is half a step beyond its points.
    assert (west, south, east, north) == pytest.approx((-0.5, -0.5, 1.4, 2.5), abs=2e-3)


def test_a_hole_stays_a_hole_and_an_island_in_it_is_another_part() -> None:
    row, column = np.mgrid[0:41, 0:41]
    away = np.maximum(abs(row - 20), abs(column - 20))
    surface = np.where((away > 3) & (away < 12), 99.0, 1.0)
    area = area_below(surface, 5)
    assert sorted(len(part.interiors) for part in area.geoms) == [0, 1]
    assert area.is_valid


def test_a_place_that_is_not_reached_is_outside_and_the_border_lies_halfway() -> None:
    surface = np.full((5, 5), np.inf)
    surface[2, 2] = 0
    surface[0, 0] = np.nan
    area = area_below(surface, 30)
    assert area.area == pytest.approx(0.5)
    assert area.bounds == pytest.approx((1.5, 1.5, 2.5, 2.5))


def test_nothing_below_and_everything_below() -> None:
    assert area_below(np.full((3, 4), 60.0), 30).is_empty
    assert area_below(np.zeros((3, 4)), 30).area == pytest.approx(3 * 4 - 4 / 8)


@pytest.mark.parametrize(("value", "parts"), [(19.0, 1), (40.0, 2)])
def test_diagonal_points_are_joined_where_the_mean_of_the_four_is_below(value: float, parts: int) -> None:
    surface = np.full((4, 4), 100.0)
    surface[1:3, 1:3] = [[0, value], [value, 0]]
    assert len(area_below(surface, 10.0).geoms) == parts


def test_random_surfaces_give_valid_areas_that_hold_exactly_the_points_below() -> None:
    random = np.random.default_rng(11)
    for _ in range(20):
        surface = random.integers(0, 60, size=(15, 17)).astype(float)
        surface[random.random(surface.shape) < 0.2] = np.inf
        area = area_below(surface, 30)
        assert area.is_valid
        row, column = np.mgrid[0:15, 0:17]
        inside = shapely.contains_xy(area, column.ravel(), row.ravel()).reshape(surface.shape)
        assert np.array_equal(inside, surface < 30)
