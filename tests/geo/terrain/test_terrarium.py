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


def test_a_damaged_tile_is_told_and_the_others_stay(tmp_path: Path) -> None:
    folder = tmp_path / "t"
    for number in range(6):
        write_tile(folder / "14" / "14515" / f"{6470 + number}.png", SLOPE)
    damaged = folder / "14" / "14515" / "6475.png"
    damaged.write_bytes(damaged.read_bytes()[:200])
    piece = read_terrarium(folder, tmp_path / "a.tif", name="t")
    assert [(one.rule, one.file) for one in piece.problems] == [("file.unreadable", "t/14/14515/6475.png")]
    assert [(one.read, one.stored, one.kept_out) for one in piece.counts] == [(6, 5, 1)]
