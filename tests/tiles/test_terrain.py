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
from geo.terrain import Ground, GroundSheet
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


def steepest(drawn: np.ndarray[Any, Any], coord: TileCoord) -> float:
    """Metres up for each metre across."""
    middle = np.radians((coord.bounds.south + coord.bounds.north) / 2)
    pixel_m = 2 * np.pi * 6_378_137 * np.cos(middle) / 2**coord.z / 256
    return float(max(np.abs(np.diff(drawn, axis=axis)).max() for axis in (0, 1)) / pixel_m)


@pytest.mark.parametrize("zoom", [11, 13, 14, 15])
def test_beyond_the_known_ground_the_drawn_one_sinks_slowly_and_never_falls_off(tmp_path: Path, zoom: int) -> None:
    values = np.full((600, 600), 40.0)
    values[:, 300:] = np.nan
    cog = write(tmp_path, values, Affine(STEP, 0, WEST, 0, -STEP, NORTH), CRS.from_epsg(6697))
    tiles = TerrainTiles(cog)
    coord = TileCoord.at(WEST + 300 * STEP, NORTH - 0.015, zoom)
    row = [heights(tiles.tile(TileCoord(zoom, coord.x + n, coord.y))) for n in (-1, 0, 1)]
    drawn = np.hstack(row)
    assert drawn.min() >= 0
    assert drawn.max() < 40.1
    assert steepest(drawn, coord) < 0.3
    known = np.isfinite(GridFile(cog).sample(pixel_centres(coord))).reshape(256, 256)
    if zoom > 13:
        assert set(np.unique(row[1][known])) == {40.0}


def test_far_from_known_ground_the_drawn_one_is_the_sea(tmp_path: Path) -> None:
    cog = write(tmp_path, np.full((600, 600), 40.0), Affine(STEP, 0, WEST, 0, -STEP, NORTH), CRS.from_epsg(6697))
    tiles = TerrainTiles(cog)
    assert set(np.unique(heights(tiles.tile(TileCoord.at(0, 0, 10))))) == {0.0}
    beside = TileCoord.at(tiles.bounds.east + 0.02, NORTH, 13)
    assert set(np.unique(heights(tiles.tile(beside)))) == {0.0}
    last = TileCoord.at(tiles.bounds.east, NORTH - 0.015, 15)
    drawn, east = heights(tiles.tile(last)), pixel_centres(last)[:, 0].reshape(256, 256)
    assert set(np.unique(drawn[east > tiles.bounds.east])) == {0.0}
    assert steepest(drawn, last) < 0.1


def test_low_ground_at_a_coast_does_not_rise_out_of_the_sea(tmp_path: Path) -> None:
    """A slope down to a quay of 1.5 m: what is drawn offshore is no higher than the quay."""
    values = np.tile(np.concatenate([np.linspace(120, 1.5, 300), np.full(300, np.nan)]), (600, 1))
    cog = write(tmp_path, values, Affine(STEP, 0, WEST, 0, -STEP, NORTH), CRS.from_epsg(6697))
    coord = TileCoord.at(WEST + 301 * STEP, NORTH - 300 * STEP, 15)
    drawn = heights(TerrainTiles(cog).tile(coord))
    east = pixel_centres(coord)[:, 0].reshape(256, 256) > WEST + 300 * STEP
    assert drawn[east].min() >= -1e-9
    assert drawn[east].max() < 3


def test_a_steep_coast_of_a_prefecture_stays_a_coast(tmp_path: Path) -> None:
    """60 km of 50 m cells: mountains of 900 m where the survey ends inland, slopes of 20 % down to the sea."""
    cell = 50 / 111_000
    inland = np.minimum(np.arange(1_200)[::-1] * 10.0, 900)
    values = np.tile(inland[:, None], (1, 1_200))
    values = np.vstack([values, np.full((200, 1_200), np.nan)])
    cog = write(tmp_path, values, Affine(cell, 0, 138, 0, -cell, 35.6), CRS.from_epsg(6697))
    tiles, shore = TerrainTiles(cog), 35.6 - 1_200 * cell
    for away in (0.002, 0.01, 0.03):
        coord = TileCoord.at(138.25, shore - away, 14)
        south = pixel_centres(coord)[:, 1].reshape(256, 256) < shore - cell
        assert heights(tiles.tile(coord))[south].max() < 12
    beyond = heights(tiles.tile(TileCoord.at(138.25, 35.605, 14)))
    assert steepest(beyond, TileCoord.at(138.25, 35.605, 14)) < 0.25


def test_a_pit_below_the_sea_is_not_filled_from_beside_it(tmp_path: Path) -> None:
    values = np.full((600, 600), -4.0)
    values[250:350, 250:350] = np.nan
    cog = write(tmp_path, values, Affine(STEP, 0, WEST, 0, -STEP, NORTH), CRS.from_epsg(6697))
    drawn = heights(TerrainTiles(cog).tile(TileCoord.at(WEST + 300 * STEP, NORTH - 300 * STEP, 15)))
    assert drawn.min() >= -4
    assert drawn.max() < -1


def test_neighbours_meet_without_a_step_beyond_the_edge_too(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    values = np.repeat(np.repeat(random.uniform(20, 60, (30, 30)), 20, axis=0), 20, axis=1)
    values[:, 300:] = np.nan
    cog = write(tmp_path, values, Affine(STEP, 0, WEST, 0, -STEP, NORTH), CRS.from_epsg(6697))
    tiles = TerrainTiles(cog)
    for zoom in (13, 15):
        coord = TileCoord.at(WEST + 310 * STEP, NORTH - 0.015, zoom)
        one, below = (heights(tiles.tile(TileCoord(zoom, coord.x, coord.y + n))) for n in (0, 1))
        unknown = np.isnan(GridFile(cog).sample(pixel_centres(coord))).reshape(256, 256)[-1]
        inside = np.abs(np.diff(one[-64:], axis=0))[:, unknown].max()
        assert np.abs(below[0] - one[-1])[unknown].max() <= inside + 0.1


def test_the_data_stay_without_a_height_where_tiles_draw_one(tmp_path: Path) -> None:
    values = np.full((600, 600), 40.0)
    values[:, 300:] = np.nan
    cog = write(tmp_path, values, Affine(STEP, 0, WEST, 0, -STEP, NORTH), CRS.from_epsg(6697))
    TerrainTiles(cog).tile(TileCoord.at(WEST + 300 * STEP, NORTH - 0.015, 14))
    assert np.isnan(Ground.of(cog).sample(np.array([[WEST + 400 * STEP, NORTH - 0.01]]))).all()


def test_two_terrains_far_apart_have_an_edge_each(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = write(tmp_path / "a", np.full((600, 600), 40.0), Affine(STEP, 0, WEST, 0, -STEP, NORTH), CRS.from_epsg(6697))
    two = write(tmp_path / "b", np.full((600, 600), 90.0), Affine(STEP, 0, -51.2, 0, -STEP, -30), CRS.from_epsg(4326))
    files = GridFile(one), GridFile(two)
    tiles = TerrainTiles(Ground(files, (GroundSheet(files[0], 0), GroundSheet(files[1], 1))))
    for lon, lat, height in ((WEST, NORTH, 40), (-51.2, -30, 90)):
        coord = TileCoord.at(lon + 0.001, lat - 0.001, 14)
        drawn = heights(tiles.tile(coord))
        assert drawn.max() == pytest.approx(height, abs=0.01)
        assert steepest(drawn, coord) < 0.4


def test_zooms_end_where_pixels_are_as_small_as_cells(slope: Path) -> None:
    """6.2 m cells at 35 N: a pixel of zoom 14 is 7.8 m, of zoom 15 3.9 m."""
    tiles = TerrainTiles(slope)
    assert (tiles.zooms.minimum, tiles.zooms.maximum) == (0, 15)
    drawn = tiles.bounds
    assert drawn.west < WEST < WEST + 1_100 * STEP < drawn.east
    assert drawn.south < NORTH - 1_200 * STEP < NORTH < drawn.north


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
