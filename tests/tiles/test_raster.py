from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.enums import ColorInterp
from rasterio.io import MemoryFile
from rasterio.transform import from_bounds

from geo import Bounds, StyleClass, Text, Theme
from tests.shared_data import shared_data
from tiles import RasterTiles, Tile, TileCoord, TileFormat, UnreadableGridError

CELL = TileCoord(14, 14511, 6483)
NODATA = -9999

pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning", "ignore:Dataset has no geotransform")

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes bands (bands, rows, columns) as a COG that covers exactly the tile CELL."""

    def write_cog(
        values: NDArray[Any], nodata: float | None = None, colormap: Any = None, is_rgba: bool = False
    ) -> Path:
        path = tmp_path / "grid.tif"
        count, height, width = values.shape
        place = from_bounds(*in_metres(CELL.bounds), width, height)
        profile = {"driver": "COG", "width": width, "height": height, "count": count, "dtype": values.dtype}
        with rasterio.open(path, "w", crs="EPSG:3857", transform=place, nodata=nodata, **profile) as dataset:
            dataset.write(values)
            if colormap:
                dataset.write_colormap(1, colormap)
            if is_rgba:
                dataset.colorinterp = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
        return path

    return write_cog


def in_metres(bounds: Bounds) -> tuple[float, float, float, float]:
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
    return (*to_metres.transform(bounds.west, bounds.south), *to_metres.transform(bounds.east, bounds.north))


def pixels(tile: Tile | None) -> NDArray[np.uint8]:
    """Red, green, blue and opacity as GDAL reads them from the image; shape (4, 256, 256)."""
    assert tile is not None
    with MemoryFile(bytes(tile.data)) as file, file.open() as image:
        colours = image.read()
    if len(colours) == 3:
        colours = np.concatenate([colours, np.full((1, 256, 256), 255, np.uint8)])
    return colours


def ramp(dtype: str = "float32") -> NDArray[Any]:
    """Values 0 to 255 from west to east, one a column."""
    return np.tile(np.arange(256, dtype=dtype), (1, 256, 1))


@pytest.mark.parametrize("format", [TileFormat.WEBP, TileFormat.PNG])
def test_one_band_is_drawn_from_black_to_white_pixel_by_pixel(write: Write, format: TileFormat) -> None:
    drawn = pixels(RasterTiles(write(ramp() * 10), format=format).tile(CELL))
    for band in range(3):
        assert (drawn[band] == ramp("uint8")[0]).all()
    assert (drawn[3] == 255).all()


def test_what_has_no_data_is_transparent(write: Write) -> None:
    values = ramp()
    values[0, :100, :50] = NODATA
    values[0, 200:, 200:] = np.nan
    opacity = pixels(RasterTiles(write(values, NODATA), format=TileFormat.PNG).tile(CELL))[3]
    assert not opacity[:100, :50].any()
    assert not opacity[200:, 200:].any()
    assert (opacity[101:199] == 255).all()


def test_three_bands_of_bytes_are_drawn_as_they_are(write: Write) -> None:
    photo = np.random.default_rng(1).integers(0, 256, (3, 256, 256), np.uint8)
    drawn = pixels(RasterTiles(write(photo), format=TileFormat.PNG).tile(CELL))
    assert (drawn[:3] == photo).all()


def test_the_fourth_band_of_a_photo_is_its_opacity(write: Write) -> None:
    photo = np.full((4, 256, 256), 77, np.uint8)
    photo[3] = 255
    photo[3, :128] = 0
    drawn = pixels(RasterTiles(write(photo, is_rgba=True), format=TileFormat.PNG).tile(CELL))
    assert not drawn[3, :127].any()
    assert (drawn[:, 129:] == np.array([77, 77, 77, 255])[:, None, None]).all()


def depth_classes() -> Theme:
    text = Text("深さ", "Depth")
    classes = [
        StyleClass("#F7F5A9", text, maximum=50),
        StyleClass("#FFB7B7", text, minimum=50, maximum=100),
        StyleClass("#DC7ADC", text, minimum=100, maximum=200),
    ]
    return Theme.steps("depth", text, "value", classes, StyleClass("#808080", text))


def test_steps_are_drawn_in_the_colours_of_their_classes_and_what_is_in_none_is_not_drawn(write: Write) -> None:
    drawn = pixels(RasterTiles(write(ramp()), format=TileFormat.PNG, theme=depth_classes()).tile(CELL))
    assert drawn[:, 0, 0].tolist() == [0xF7, 0xF5, 0xA9, 255]
    assert drawn[:, 9, 49].tolist() == [0xF7, 0xF5, 0xA9, 255]
    assert drawn[:, 9, 50].tolist() == [0xFF, 0xB7, 0xB7, 255]
    assert drawn[:, 255, 199].tolist() == [0xDC, 0x7A, 0xDC, 255]
    assert not drawn[3, :, 200:].any()


def test_categories_are_never_mixed_between_neighbours(write: Write) -> None:
    text = Text("土地利用", "Land use")
    classes = [StyleClass("#112233", text, value=1), StyleClass("#AABBCC", text, value=3)]
    theme = Theme.categories("use", text, "value", classes, StyleClass("#808080", text))
    board = (np.indices((64, 64)).sum(axis=0) % 2 * 2 + 1)[None].astype(np.uint8)
    drawn = pixels(RasterTiles(write(board), format=TileFormat.WEBP, theme=theme).tile(CELL))
    colours = {tuple(colour) for colour in drawn.reshape(4, -1).T.tolist()}
    assert colours == {(0x11, 0x22, 0x33, 255), (0xAA, 0xBB, 0xCC, 255)}


def test_a_palette_of_the_file_itself_is_used(write: Write) -> None:
    numbers = np.ones((1, 256, 256), np.uint8)
    numbers[0, :, 128:] = 2
    path = write(numbers, colormap={1: (10, 20, 30), 2: (200, 100, 50)})
    drawn = pixels(RasterTiles(path, format=TileFormat.PNG).tile(CELL))
    assert drawn[:, 5, 5].tolist() == [10, 20, 30, 255]
    assert drawn[:, 5, 130].tolist() == [200, 100, 50, 255]


def test_a_pixel_is_drawn_where_pyproj_says_it_lies(tmp_path: Path) -> None:
    """One white square of 10 m in a grid in the plane of zone VIII, at 138.87° E, 35.10° N."""
    to_plane = Transformer.from_crs("EPSG:4326", "EPSG:6676", always_xy=True)
    east, north = to_plane.transform(138.87, 35.10)
    values = np.zeros((1, 201, 201), np.float32)
    values[0, 100, 100] = 1
    place = from_bounds(east - 1005, north - 1005, east + 1005, north + 1005, 201, 201)
    path = tmp_path / "plane.tif"
    profile = {"driver": "COG", "width": 201, "height": 201, "count": 1, "dtype": "float32"}
    with rasterio.open(path, "w", crs="EPSG:6676", transform=place, **profile) as dataset:
        dataset.write(values)
    coord = TileCoord.at(138.87, 35.10, 16)
    drawn = pixels(RasterTiles(path, format=TileFormat.PNG).tile(coord))
    rows, columns = np.nonzero(drawn[0] > 127)
    bounds = coord.bounds
    longitude = bounds.west + (columns.mean() + 0.5) / 256 * (bounds.east - bounds.west)
    latitude = bounds.north - (rows.mean() + 0.5) / 256 * (bounds.north - bounds.south)
    assert longitude == pytest.approx(138.87, abs=2e-5)
    assert latitude == pytest.approx(35.10, abs=2e-5)


def test_outside_of_the_grid_and_where_it_has_no_data_there_is_no_tile(write: Write) -> None:
    values = np.full((1, 256, 256), NODATA, np.float32)
    values[0, 0, 0] = 1
    grid = RasterTiles(write(values, NODATA))
    assert grid.tile(TileCoord(14, 0, 0)) is None
    assert grid.tile(TileCoord(15, 2 * CELL.x + 1, 2 * CELL.y + 1)) is None
    assert grid.tile(TileCoord(15, 2 * CELL.x, 2 * CELL.y)) is not None


def test_the_bounds_of_a_grid_are_in_degrees(write: Write) -> None:
    assert RasterTiles(write(ramp())).bounds.as_tuple() == pytest.approx(CELL.bounds.as_tuple(), abs=1e-6)


def test_real_heights_are_drawn_at_every_zoom() -> None:
    grid = RasterTiles(shared_data("access/porto_alegre/poa_elevation.tif"))
    for zoom in range(8, 17, 2):
        drawn = pixels(grid.tile(TileCoord.at(*grid.bounds.centre, zoom)))
        assert (drawn[0] == drawn[1]).all()


def test_threads_share_a_grid(write: Write) -> None:
    grid = RasterTiles(write(ramp()), format=TileFormat.PNG)
    coords = [TileCoord(17, 8 * CELL.x + x, 8 * CELL.y) for x in range(8)] * 8
    alone = [tile and tile.data for tile in map(grid.tile, coords)]
    with ThreadPoolExecutor(8) as pool:
        assert [tile and tile.data for tile in pool.map(grid.tile, coords)] == alone


def test_a_file_that_is_no_grid_is_refused_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "grid.tif"
    path.write_bytes(b"II*\0 is not enough")
    with pytest.raises(UnreadableGridError, match=r"grid\.tif"):
        RasterTiles(path)


def test_a_grid_that_is_cut_off_is_told_when_its_pixels_are_read(write: Write) -> None:
    noise = np.random.default_rng(2).random((1, 1024, 1024), np.float32)
    path = write(noise)
    path.write_bytes(path.read_bytes()[:-2_000_000])
    with pytest.raises(UnreadableGridError, match=r"grid\.tif"):
        RasterTiles(path).tile(CELL)
