import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from tiles import InvalidTileCoordError, TileCoord, ZoomRange
from tiles.coord import MAX_LATITUDE, pixel_zoom

TO_METRES = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
HALF_M = 20037508.342789244
"""Published half width of the square map of EPSG:3857."""

zooms = st.integers(0, 24)


@st.composite
def coords(draw: st.DrawFn) -> TileCoord:
    zoom = draw(zooms)
    cell = st.integers(0, 2**zoom - 1)
    return TileCoord(zoom, draw(cell), draw(cell))


@given(coords())
def test_the_bounds_of_a_tile_are_those_of_a_square_in_web_mercator(coord: TileCoord) -> None:
    side = 2 * HALF_M / 2**coord.z
    west, south, east, north = coord.bounds.as_tuple()
    left, bottom = TO_METRES.transform(west, south)
    right, top = TO_METRES.transform(east, north)
    expected = [coord.x * side - HALF_M, HALF_M - (coord.y + 1) * side, side, side]
    assert [left, bottom, right - left, top - bottom] == pytest.approx(expected, abs=1e-6)


@given(coords())
def test_the_centre_of_a_tile_lies_in_it(coord: TileCoord) -> None:
    assert TileCoord.at(*coord.bounds.centre, coord.z) == coord


@given(st.floats(-180, 179.999), st.floats(-85, 85), st.integers(0, 22))
def test_a_place_lies_in_the_tile_that_pyproj_puts_it_in(longitude: float, latitude: float, zoom: int) -> None:
    x, y = TO_METRES.transform(longitude, latitude)
    found = TileCoord.at(longitude, latitude, zoom)
    side = 2 * HALF_M / 2**zoom
    assert found.x == pytest.approx((x + HALF_M) / side - 0.5, abs=0.5001)
    assert found.y == pytest.approx((HALF_M - y) / side - 0.5, abs=0.5001)


@pytest.mark.parametrize("place", [(180.0, 90.0), (-180.0, -90.0), (180.0, MAX_LATITUDE)])
def test_the_edges_of_the_map_belong_to_its_outer_tiles(place: tuple[float, float]) -> None:
    found = TileCoord.at(*place, 3)
    assert found.x in (0, 7)
    assert found.y in (0, 7)


@pytest.mark.parametrize("wrong", [(-1, 0, 0), (25, 0, 0), (1, 2, 0), (1, 0, 2), (3, -1, 0), (0, 0, -1)])
def test_a_cell_off_the_grid_cannot_be_named(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(InvalidTileCoordError):
        TileCoord(*wrong)


@pytest.mark.parametrize("wrong", [(-1, 3), (4, 3), (0, 25)])
def test_zooms_run_upwards_within_the_grid(wrong: tuple[int, int]) -> None:
    with pytest.raises(InvalidTileCoordError):
        ZoomRange(*wrong)


def test_a_pixel_at_zoom_0_is_156_km_wide_at_the_equator_and_half_of_that_at_60_degrees() -> None:
    assert pixel_zoom(156_543.034, 0) == pytest.approx(0, abs=1e-6)
    assert pixel_zoom(156_543.034 / 2, 60) == pytest.approx(0, abs=1e-6)
