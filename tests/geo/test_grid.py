"""Sampling against analytic surfaces and scipy, in memory and from files."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from pyproj import CRS, Transformer
from rasterio.transform import Affine
from scipy.interpolate import RegularGridInterpolator

from geo import Bounds, UnreadableError
from geo.errors import InvalidGridError
from geo.grid import Grid, GridFile

DEGREES = CRS.from_epsg(6697)
PLANE = CRS.from_epsg(6676)
STEP = 0.2 / 3600
NUMAZU = Affine(STEP, 0, 138.85, 0, -STEP, 35.11)
RANDOM = np.random.default_rng(7)


def centres(transform: Affine, rows: int, cols: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    x = transform.c + transform.a * (np.arange(cols) + 0.5)
    y = transform.f + transform.e * (np.arange(rows) + 0.5)
    return x, y


def rough(rows: int = 700, cols: int = 900) -> np.ndarray[Any, Any]:
    return RANDOM.normal(50, 20, (rows, cols))


def inside(transform: Affine, rows: int, cols: int, count: int = 5_000) -> np.ndarray[Any, Any]:
    x, y = centres(transform, rows, cols)
    return np.column_stack([RANDOM.uniform(x[0], x[-1], count), RANDOM.uniform(y[-1], y[0], count)])


def write(path: Path, values: np.ndarray[Any, Any], transform: Affine, crs: CRS, **more: Any) -> Path:
    profile = {"driver": "GTiff", "dtype": values.dtype, "count": 1, "tiled": True, "blockxsize": 256, **more}
    profile |= {"blockysize": 256, "height": values.shape[0], "width": values.shape[1], "transform": transform}
    with rasterio.open(path, "w", crs=rasterio.CRS.from_wkt(crs.to_wkt()), **profile) as file:
        file.write(values, 1)
    return path


def test_a_plane_is_sampled_exactly() -> None:
    x, y = centres(NUMAZU, 300, 400)
    slope = 10 + 500 * (x[None, :] - 138.85) - 300 * (y[:, None] - 35.11)
    places = inside(NUMAZU, 300, 400)
    expected = 10 + 500 * (places[:, 0] - 138.85) - 300 * (places[:, 1] - 35.11)
    assert Grid(slope, NUMAZU, DEGREES).sample(places) == pytest.approx(expected, abs=1e-9)


def test_any_surface_is_sampled_as_scipy_does() -> None:
    values = rough()
    x, y = centres(NUMAZU, *values.shape)
    judge = RegularGridInterpolator((y[::-1], x), values[::-1])
    places = inside(NUMAZU, *values.shape)
    assert Grid(values, NUMAZU, DEGREES).sample(places) == pytest.approx(judge(places[:, ::-1]), abs=1e-4)


def test_a_file_gives_what_the_grid_in_memory_gives(tmp_path: Path) -> None:
    values = rough().astype(np.float32)
    values[100:140, 500:530] = np.nan
    file = GridFile(write(tmp_path / "a.tif", values, NUMAZU, DEGREES, nodata=np.nan))
    places = inside(NUMAZU, *values.shape, count=20_000)
    in_memory = Grid(values, NUMAZU, DEGREES).sample(places)
    assert np.array_equal(np.isnan(in_memory), np.isnan(file.sample(places)))
    assert file.sample(places) == pytest.approx(in_memory, abs=1e-9, nan_ok=True)
    assert file.vertical_datum == "JGD2011 (vertical) / T.P."


def test_every_centre_has_its_own_value_in_every_block(tmp_path: Path) -> None:
    values = rough(1_100, 1_050).astype(np.float32)
    grid = Grid(values, NUMAZU, DEGREES)
    file = GridFile(write(tmp_path / "a.tif", values, NUMAZU, DEGREES))
    assert np.array_equal(file.sample(grid.frame.centres()).reshape(values.shape), values)


def test_a_plane_rectangular_grid_is_asked_in_degrees(tmp_path: Path) -> None:
    transform = Affine(10, 0, 28_000, 0, -10, -98_000)
    x, y = centres(transform, 300, 400)
    values = 0.01 * x[None, :] + 0.02 * y[:, None] + 3_000
    places = inside(transform, 300, 400)
    lonlat = np.column_stack(Transformer.from_crs(6676, 6668, always_xy=True).transform(*places.T))
    expected = 0.01 * places[:, 0] + 0.02 * places[:, 1] + 3_000
    assert Grid(values, transform, PLANE).sample(lonlat) == pytest.approx(expected, abs=1e-6)
    file = GridFile(write(tmp_path / "a.tif", values, transform, PLANE))
    assert file.sample(lonlat) == pytest.approx(expected, abs=1e-6)
    assert file.vertical_datum is None


@pytest.mark.parametrize("place", [(138.0, 35.1), (138.8505, 36.0), (0.0, 0.0), (np.nan, 35.1)])
def test_outside_is_nan_and_never_0(tmp_path: Path, place: tuple[float, float]) -> None:
    values = np.zeros((50, 60))
    asked = np.array([place])
    assert np.isnan(Grid(values, NUMAZU, DEGREES).sample(asked)).all()
    assert np.isnan(GridFile(write(tmp_path / "a.tif", values, NUMAZU, DEGREES)).sample(asked)).all()


def test_beside_no_data_is_nan_but_a_centre_has_its_own_value(tmp_path: Path) -> None:
    values = np.full((5, 5), 7, np.int16)
    values[2, 2] = -9999
    file = GridFile(write(tmp_path / "a.tif", values, NUMAZU, DEGREES, nodata=-9999))
    x, y = centres(NUMAZU, 5, 5)
    beside = file.sample(np.array([[(x[1] + x[2]) / 2, y[2]], [x[2], y[2]], [x[2] - STEP * 0.99, y[2] + STEP * 0.01]]))
    assert np.isnan(beside).all()
    assert file.sample(np.array([[x[1], y[2]], [x[2], y[1]], [x[0], y[0]], [x[4], y[4]]])).tolist() == [7, 7, 7, 7]


def test_the_scale_that_a_file_states_is_heeded(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.full((5, 5), 123, np.int16), NUMAZU, CRS.from_epsg(6668))
    with rasterio.open(path, "r+") as file:
        file.scales, file.offsets = (0.1,), (5.0,)
    x, y = centres(NUMAZU, 5, 5)
    assert GridFile(path).sample(np.array([[x[2], y[2]]])) == pytest.approx([17.3])


def test_a_window_is_a_grid_that_covers_what_was_asked(tmp_path: Path) -> None:
    values = rough().astype(np.float32)
    file = GridFile(write(tmp_path / "a.tif", values, NUMAZU, DEGREES))
    around = Bounds(138.86, 35.085, 138.87, 35.09)
    part = file.read(around)
    assert part is not None
    places = np.column_stack([RANDOM.uniform(138.86, 138.87, 99), RANDOM.uniform(35.085, 35.09, 99)])
    assert part.values.size < values.size / 10
    assert part.sample(places) == pytest.approx(file.sample(places), abs=1e-6)
    assert file.read(Bounds(140, 35, 141, 36)) is None


def test_the_resolution_is_told_in_metres_of_the_ground() -> None:
    assert Grid(np.zeros((10, 10)), NUMAZU, DEGREES).resolution_m == pytest.approx(6.16, abs=0.01)
    plane = Grid(np.zeros((10, 10)), Affine(5, 0, 0, 0, -5, -98_000), PLANE)
    assert plane.resolution_m == pytest.approx(5, rel=2e-4)
    # Web Mercator at 60 degrees north stretches everything twofold.
    mercator = Grid(np.zeros((10, 10)), Affine(10, 0, 0, 0, -10, 8_399_738), CRS.from_epsg(3857))
    assert mercator.resolution_m == pytest.approx(5, rel=5e-3)


@pytest.mark.parametrize(
    "transform", [Affine(1, 0, 0, 0, 1, 0), Affine(1, 0.1, 0, 0, -1, 0), Affine(-1, 0, 0, 0, -1, 0)]
)
def test_a_grid_that_is_not_north_up_cant_be_made(transform: Affine) -> None:
    with pytest.raises(InvalidGridError):
        Grid(np.zeros((2, 2)), transform, DEGREES)


def test_a_file_that_is_no_grid_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_text("no")
    with pytest.raises(UnreadableError):
        GridFile(tmp_path / "a.tif")
