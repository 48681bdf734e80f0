import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import Bounds
from geo.mesh import InvalidMeshCodeError, MeshLevel, mesh_bounds, mesh_code, mesh_polygons, parse_codes

# Published by the libraries jismesh (PyPI) and japanmesh (npm), independent of each other and of us.
PUBLISHED = [
    (139.745433, 35.658581, MeshLevel.STANDARD, "53393599"),
    (135.759363, 34.987574, MeshLevel.STANDARD, "52353680"),
    (139.71475, 35.70078, MeshLevel.STANDARD, "53394547"),
]


@pytest.mark.parametrize(("lon", "lat", "level", "code"), PUBLISHED)
def test_codes_are_the_published_ones(lon: float, lat: float, level: MeshLevel, code: str) -> None:
    assert mesh_code(lon, lat, level) == code


def test_bounds_are_the_published_ones() -> None:
    assert mesh_bounds("53393599").as_tuple() == pytest.approx(
        (139.7375, 35.65833333333333, 139.75, 35.666666666666664)
    )
    assert mesh_bounds("53394547").as_tuple() == pytest.approx((139.7125, 35.7, 139.725, 35.70833333333333))


def test_the_first_level_is_40_minutes_by_one_degree_and_named_by_its_corner() -> None:
    assert mesh_bounds("5438").as_tuple() == pytest.approx((138, 36, 139, 36 + 40 / 60))
    assert mesh_bounds("543823").as_tuple() == pytest.approx((138 + 22.5 / 60, 36 + 10 / 60, 138.5, 36 + 15 / 60))


@pytest.mark.parametrize(
    ("code", "east", "north"),
    [("533945291", 0, 0), ("533945292", 1, 0), ("533945293", 0, 1), ("533945294", 1, 1)],
)
def test_halves_are_numbered_from_south_west_to_north_east(code: str, east: int, north: int) -> None:
    west, south, _, _ = mesh_bounds("53394529").as_tuple()
    expected = (west + east * 22.5 / 3600, south + north * 15 / 3600)
    assert mesh_bounds(code).as_tuple()[:2] == pytest.approx(expected)


@given(st.floats(122, 153.99), st.floats(20, 45.9), st.sampled_from(MeshLevel))
def test_a_place_lies_in_the_square_of_its_code(lon: float, lat: float, level: MeshLevel) -> None:
    code = mesh_code(lon, lat, level)
    bounds = mesh_bounds(code)
    assert len(code) == level
    assert bounds.west - 1e-9 <= lon <= bounds.east + 1e-9
    assert bounds.south - 1e-9 <= lat <= bounds.north + 1e-9
    assert mesh_code(*bounds.centre, level) == code
    assert mesh_code(bounds.west, bounds.south, level) == code
    assert [mesh_code(lon, lat, coarser) for coarser in MeshLevel if coarser <= min(level, 8)] == [
        code[:digits] for digits in (4, 6, 8) if digits <= level
    ]


def test_squares_of_one_level_tile_the_square_above_without_gap_or_overlap() -> None:
    squares = mesh_polygons([f"53394529{half}{quarter}" for half in range(1, 5) for quarter in range(1, 5)])
    assert shapely.union_all(squares).equals(mesh_polygons(["53394529"])[0])
    assert shapely.area(squares).sum() == pytest.approx(shapely.area(mesh_polygons(["53394529"])[0]))
    assert shapely.coverage_is_valid(squares)


def test_codes_of_several_levels_may_be_mixed() -> None:
    codes = ["5339", "533945", "53394529", "533945292", "5339452922", "53394529221"]
    polygons = mesh_polygons(codes)
    assert [Bounds(*polygon.bounds) for polygon in polygons] == [mesh_bounds(code) for code in codes]
    assert shapely.is_ccw(shapely.get_exterior_ring(polygons)).all()
    assert shapely.covers(polygons[:-1], polygons[1:]).all()


BAD = [
    *("", "5", "533", "53394", "5339452", "533945291234", "53396900", "53398529", "533945290", "533945295"),
    *("5339452922x", "５３３９", "53394529²", "5339 529", "-5339452", "5380", "53394529051"),
]


@pytest.mark.parametrize("code", BAD)
def test_what_names_no_square_is_an_error(code: str) -> None:
    with pytest.raises(InvalidMeshCodeError) as caught:
        mesh_bounds(code)
    assert caught.value.code == code
    with pytest.raises(InvalidMeshCodeError):
        mesh_polygons(["53394529", code])


def test_parsing_says_which_codes_are_none() -> None:
    squares = parse_codes(["53394529", "x", "533945295"])
    assert squares.valid.tolist() == [True, False, False]
    assert np.isnan(squares.bounds[1:]).all()
    assert len(parse_codes([]).valid) == 0


@pytest.mark.parametrize(("lon", "lat"), [(99.9, 35), (180, 35), (139, -0.1), (139, 66), (float("nan"), 35)])
def test_places_without_codes_are_an_error(lon: float, lat: float) -> None:
    with pytest.raises(InvalidMeshCodeError):
        mesh_code(lon, lat, MeshLevel.STANDARD)
