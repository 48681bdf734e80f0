from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from geo.grid import GridFile
from geo.terrain import is_terrarium, read_terrarium


def write_tile(path: Path, heights: np.ndarray[Any, Any], opaque: np.ndarray[Any, Any] | None = None) -> None:
    """By the published formula, from heights."""
    path.parent.mkdir(parents=True, exist_ok=True)
    value = heights + 32_768
    bands = [np.floor(value / 256), np.floor(value % 256), np.floor((value - np.floor(value)) * 256)]
    bands += [] if opaque is None else [opaque * 255]
    pixels = np.stack(bands).astype(np.uint8)
    size = {"width": pixels.shape[2], "height": pixels.shape[1], "count": len(pixels)}
    with rasterio.open(path, "w", driver="PNG", dtype="uint8", **size) as file:
        file.write(pixels)


pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
SLOPE = np.arange(256 * 256, dtype=np.float64).reshape(256, 256) / 256


def test_tiles_lie_where_their_numbers_say(tmp_path: Path) -> None:
    folder = tmp_path / "tiles"
    write_tile(folder / "14" / "14515" / "6470.png", SLOPE)
    write_tile(folder / "14" / "14516" / "6471.png", SLOPE + 1_000)
    write_tile(folder / "13" / "7257" / "3235.png", SLOPE)
    assert is_terrarium(folder)
    piece = read_terrarium(folder, tmp_path / "a.tif", name="tiles", crs="EPSG:6697")
    file = GridFile(piece.path)
    grid = file.read()
    assert grid is not None
    assert grid.values.shape == (512, 512)
    assert np.array_equal(grid.values[:256, :256], SLOPE)
    assert np.array_equal(grid.values[256:, 256:], SLOPE + 1_000)
    assert np.isnan(grid.values[:256, 256:]).all()
    # mercantile's bounds of 14/14515/6470
    assert grid.frame.bounds.west == pytest.approx(14515 / 2**14 * 360 - 180, abs=1e-9)
    assert grid.frame.bounds.north == pytest.approx(
        np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * 6470 / 2**14)))), abs=1e-9
    )
    assert file.vertical_datum == "JGD2011 (vertical) / T.P."


def test_transparent_pixels_have_no_data(tmp_path: Path) -> None:
    opaque = np.ones((256, 256))
    opaque[:, :100] = 0
    write_tile(tmp_path / "t" / "5" / "28" / "12.png", SLOPE, opaque)
    grid = GridFile(read_terrarium(tmp_path / "t", tmp_path / "a.tif", name="t").path).read()
    assert grid is not None
    assert np.isnan(grid.values[:, :100]).all()
    assert np.array_equal(grid.values[:, 100:], SLOPE[:, 100:])
    assert grid.vertical_datum is None


def test_tiles_of_a_picture_are_no_terrain(tmp_path: Path) -> None:
    path = tmp_path / "t" / "5" / "28" / "12.png"
    path.parent.mkdir(parents=True)
    pixels = np.random.default_rng(1).integers(0, 255, (3, 256, 256), dtype=np.uint8)
    with rasterio.open(path, "w", driver="PNG", dtype="uint8", width=256, height=256, count=3) as file:
        file.write(pixels)
    assert not is_terrarium(tmp_path / "t")
    assert not is_terrarium(tmp_path)


def write_gsi_tile(path: Path, colours: "list[tuple[int, int, int]]") -> None:
    """256 x 256 pixels of the colours, one after the other, again and again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.resize(np.array(colours, dtype=np.uint8), (256 * 256, 3)).T.reshape(3, 256, 256)
    with rasterio.open(path, "w", driver="PNG", dtype="uint8", width=256, height=256, count=3) as file:
        file.write(pixels)


GSI = [
    ((0, 3, 255), 10.23),
    ((0, 0, 0), 0.0),
    ((128, 0, 0), np.nan),
    ((255, 255, 255), -0.01),
    ((0, 0, 255), 2.55),
    ((0, 1, 0), 2.56),
    ((5, 195, 0), 3776.0),
]
"""Colours and heights that descriptions of GSI's tiles give (3,776 m: 377,600 = 5 x 65,536 + 195 x 256)."""


@pytest.mark.parametrize("name", ["dem_png", "dem5a_png", "dem10b_png", "demgm_png", "標高タイル"])
def test_gsis_own_elevation_tiles_are_read_by_their_own_formula(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    write_gsi_tile(folder / "14" / "14515" / "6470.png", [colour for colour, _ in GSI])
    assert is_terrarium(folder)
    grid = GridFile(read_terrarium(folder, tmp_path / "a.tif", name=name).path).read()
    assert grid is not None
    expected = np.array([height for _, height in GSI])
    assert grid.values.ravel()[: len(GSI)] == pytest.approx(expected, abs=1e-3, nan_ok=True)


def test_without_its_name_a_dark_picture_is_not_taken_for_gsis_tiles(tmp_path: Path) -> None:
    write_gsi_tile(tmp_path / "night" / "14" / "14515" / "6470.png", [(0, 3, 255), (0, 0, 0)])
    assert not is_terrarium(tmp_path / "night")


def test_terrarium_tiles_stay_terrarium_whatever_their_folder_is_called(tmp_path: Path) -> None:
    folder = tmp_path / "dem_png"
    write_tile(folder / "14" / "14515" / "6470.png", SLOPE)
    grid = GridFile(read_terrarium(folder, tmp_path / "a.tif", name="t").path).read()
    assert grid is not None
    assert np.array_equal(grid.values, SLOPE)


def test_a_damaged_tile_is_told_and_the_others_stay(tmp_path: Path) -> None:
    folder = tmp_path / "t"
    for number in range(6):
        write_tile(folder / "14" / "14515" / f"{6470 + number}.png", SLOPE)
    damaged = folder / "14" / "14515" / "6475.png"
    damaged.write_bytes(damaged.read_bytes()[:200])
    piece = read_terrarium(folder, tmp_path / "a.tif", name="t")
    assert [(one.rule, one.file) for one in piece.problems] == [("file.unreadable", "t/14/14515/6475.png")]
    assert [(one.read, one.stored, one.kept_out) for one in piece.counts] == [(6, 5, 1)]
