"""Terrain tiles decoded by the published formula, against analytic surfaces and the grid itself."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from pyproj import CRS, Transformer
from rasterio.io import MemoryFile
from rasterio.transform import Affine

from geo.grid import GridFile
from geo.raster import write_cog
from tiles import TerrainTiles, Tile, TileCoord, TileFormat, UnreadableGridError
from tiles.terrain import pixel_centres

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
STEP = 0.2 / 3600
WEST, NORTH = 138.85, 35.11


def write(folder: Path, values: np.ndarray[Any, Any], transform: Affine, crs: CRS) -> Path:
    size = {"height": values.shape[0], "width": values.shape[1], "count": 1}
    system = rasterio.CRS.from_wkt(crs.to_wkt())
    with rasterio.open(
        folder / "plain.tif",
        "w",
        driver="GTiff",
        dtype="float32",
        nodata=np.nan,
        transform=transform,
        crs=system,
        **size,
    ) as file:
        file.write(values.astype(np.float32), 1)
    write_cog(folder / "plain.tif", folder / "grid.tif", name="grid.tif")
    return folder / "grid.tif"


def plane(lonlat: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.asarray(2_000 * (lonlat[:, 0] - WEST) + 3_000 * (lonlat[:, 1] - NORTH) + 200)


@pytest.fixture
def slope(tmp_path: Path) -> Path:
    rows, cols = 1_200, 1_100
    x, y = WEST + (np.arange(cols) + 0.5) * STEP, NORTH - (np.arange(rows) + 0.5) * STEP
    places = np.column_stack([np.tile(x, rows), np.repeat(y, cols)])
    values = plane(places).reshape(rows, cols)
    return write(tmp_path, values, Affine(STEP, 0, WEST, 0, -STEP, NORTH), CRS.from_epsg(6697))


def heights(tile: Tile) -> np.ndarray[Any, Any]:
    """Mapzen's formula: (red * 256 + green + blue / 256) - 32768."""
    assert tile.format is TileFormat.PNG
    with MemoryFile(bytes(tile.data)) as memory, memory.open() as opened:
        assert (opened.count, opened.width, opened.height) == (3, 256, 256)
        red, green, blue = opened.read().astype(np.float64)
    return np.asarray((red * 256 + green + blue / 256) - 32_768)


@pytest.mark.parametrize("zoom", [14, 15])
def test_a_plane_comes_back_within_a_256th_of_a_metre(slope: Path, zoom: int) -> None:
    coord = TileCoord.at(WEST + 0.03, NORTH - 0.03, zoom)
    tile = heights(TerrainTiles(slope).tile(coord))
    assert np.abs(tile.ravel() - plane(pixel_centres(coord))).max() <= 1 / 256


def test_pixel_centres_are_those_of_web_mercator() -> None:
    coord = TileCoord(14, 14_512, 6_470)
    side = 2 * np.pi * 6_378_137 / 2**14
    x = (coord.x + (np.arange(256) + 0.5) / 256) * side - np.pi * 6_378_137
    y = np.pi * 6_378_137 - (coord.y + (np.arange(256) + 0.5) / 256) * side
    lon, lat = Transformer.from_crs(3857, 4326, always_xy=True).transform(np.tile(x, 256), np.repeat(y, 256))
    assert pixel_centres(coord) == pytest.approx(np.column_stack([lon, lat]), abs=1e-9)


def test_every_pixel_is_the_grids_own_height(slope: Path) -> None:
    coord = TileCoord.at(WEST + 0.02, NORTH - 0.01, 15)
    sampled = GridFile(slope).sample(pixel_centres(coord)).reshape(256, 256)
    assert np.abs(heights(TerrainTiles(slope).tile(coord)) - sampled).max() <= 1 / 512 + 1e-9


def test_neighbours_meet_without_a_step(slope: Path) -> None:
    tiles = TerrainTiles(slope)
    west = TileCoord.at(WEST + 0.03, NORTH - 0.03, 15)
    left, right = (heights(tiles.tile(TileCoord(15, x, west.y))) for x in (west.x, west.x + 1))
    step = right[:, 0] - left[:, -1]
    inside = np.diff(left, axis=1)
    assert step == pytest.approx(inside.mean(axis=1), abs=2 / 256)


def test_from_afar_heights_are_off_by_less_than_a_pixel_of_slope(slope: Path) -> None:
    """Overviews take one of the cells that they stand for, at most a pixel away."""
    tiles = TerrainTiles(slope)
    for zoom in (12, 13):
        coord = TileCoord.at(WEST + 0.03, NORTH - 0.03, zoom)
        expected = plane(pixel_centres(coord)).reshape(256, 256)
        known = np.isfinite(GridFile(slope).sample(pixel_centres(coord))).reshape(256, 256)
        known[:-2, :-2] &= known[2:, 2:]
        known[2:, 2:] &= known[:-2, :-2]
        pixel = 360 / 2**zoom / 256
        drawn = heights(tiles.tile(coord))
        assert np.abs(drawn - expected)[known & (drawn != 0)].max() < pixel * 5_000


def test_negative_heights_and_fractions_are_kept(tmp_path: Path) -> None:
    values = np.full((600, 600), -3.515625)
    cog = write(tmp_path, values, Affine(STEP, 0, WEST, 0, -STEP, NORTH), CRS.from_epsg(6697))
    tile = heights(TerrainTiles(cog).tile(TileCoord.at(WEST + 0.015, NORTH - 0.015, 15)))
    assert set(np.unique(tile)) == {-3.515625}


def test_what_has_no_data_is_drawn_as_sea_level_and_never_as_a_pit(tmp_path: Path) -> None:
    values = np.full((600, 600), 40.0)
    values[:, 300:] = np.nan
    cog = write(tmp_path, values, Affine(STEP, 0, WEST, 0, -STEP, NORTH), CRS.from_epsg(6697))
    tiles = TerrainTiles(cog)
    tile = heights(tiles.tile(TileCoord.at(WEST + 300 * STEP, NORTH - 0.015, 14)))
    assert set(np.unique(tile)) == {0.0, 40.0}
    far = heights(tiles.tile(TileCoord.at(0, 0, 10)))
    assert set(np.unique(far)) == {0.0}


def test_zooms_end_where_pixels_are_as_small_as_cells(slope: Path) -> None:
    """6.2 m cells at 35 N: a pixel of zoom 14 is 7.8 m, of zoom 15 3.9 m."""
    tiles = TerrainTiles(slope)
    assert (tiles.zooms.minimum, tiles.zooms.maximum) == (0, 15)
    assert tiles.bounds.as_tuple() == pytest.approx((WEST, NORTH - 1_200 * STEP, WEST + 1_100 * STEP, NORTH), abs=1e-9)


def test_a_plane_rectangular_grid_makes_the_same_tiles(tmp_path: Path) -> None:
    crs = CRS("EPSG:6676+6695")
    x, y = Transformer.from_crs(6668, 6676, always_xy=True).transform(138.86, 35.1)
    transform = Affine(5, 0, x - 2_500, 0, -5, y + 2_500)
    east, north = x - 2_500 + 5 * (np.arange(1_000) + 0.5), y + 2_500 - 5 * (np.arange(1_000) + 0.5)
    cog = write(tmp_path, 0.02 * east[None, :] - 0.03 * north[:, None], transform, crs)
    coord = TileCoord.at(138.86, 35.1, 15)
    px, py = Transformer.from_crs(6668, 6676, always_xy=True).transform(*pixel_centres(coord).T)
    drawn = heights(TerrainTiles(cog).tile(coord)).ravel()
    assert np.abs(drawn - (0.02 * px - 0.03 * py)).max() <= 1 / 256


def test_a_broken_grid_is_told(tmp_path: Path) -> None:
    (tmp_path / "grid.tif").write_text("no")
    with pytest.raises(UnreadableGridError):
        TerrainTiles(tmp_path / "grid.tif")
