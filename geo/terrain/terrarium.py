"""Elevation tiles (z/x/y.png) in Web Mercator, in one of two encodings.

Terrarium: height = red x 256 + green + blue / 256 - 32,768 metres.
GSI (標高タイル PNG, https://maps.gsi.go.jp/development/demtile.html): x = red x 65,536 + green x 256 + blue; height =
x / 100 metres below 2^23, (x - 2^24) / 100 above it; x = 2^23 has no data. Low heights are black and slightly negative
ones white there, as in many a picture, so only folders that bear the name of such tiles (`dem5a_png`) are taken for it.
"""

import re
from collections.abc import Callable, Iterator
from math import pi
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.errors import RasterioError
from rasterio.transform import Affine

from geo.batch import Count
from geo.crs import with_heights
from geo.errors import UnreadableError
from geo.grid import Frame
from geo.problem import Problem
from geo.terrain.canvas import TerrainPiece, open_canvas

_HALF_M = pi * 6_378_137
_WEB_MERCATOR = CRS.from_epsg(3857)
_LOOKED_AT = 5
_LOWEST, _HIGHEST = -11_000, 9_000
_GSI_NAME = re.compile(r"dem(?:1a|5[abc]|10[ab]|gm)?_?png|標高タイル", re.IGNORECASE)
_GSI_NO_DATA, _GSI_TURN = 2**23, 2**24

Decode = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""From red, green and blue, shape (3, rows, cols), to metres; NaN: no data."""


class _Tile(NamedTuple):
    z: int
    x: int
    y: int
    path: Path


def is_terrarium(folder: Path) -> bool:
    """Tiles of z/x/y.png whose colours, read as heights, are those of the earth; tiles of a picture are not."""
    return _encoding(folder) is not None


def _encoding(folder: Path) -> Decode | None:
    """No height of the earth is plausible in both: Terrarium's are where GSI has -83 km, and the other way round."""
    tiles = [tile for _, tile in zip(range(_LOOKED_AT), _tiles(folder), strict=False)]
    decoders: list[Decode] = [_terrarium, _gsi] if _GSI_NAME.search(folder.name) else [_terrarium]
    for decode in decoders:
        try:
            if tiles and all(_is_plausible(_decoded(tile.path, decode)) for tile in tiles):
                return decode
        except (RasterioError, ValueError):
            return None
    return None


def _terrarium(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    red, green, blue = colours
    heights = red * 256 + green + blue / 256 - 32_768
    # Black is how some tiles say that they know nothing.
    heights[heights == -32_768] = np.nan
    return np.asarray(heights)


def _gsi(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    red, green, blue = colours
    steps = red * 65_536 + green * 256 + blue
    heights = np.where(steps < _GSI_NO_DATA, steps, steps - _GSI_TURN) / 100
    heights[steps == _GSI_NO_DATA] = np.nan
    return np.asarray(heights)


def read_terrarium(folder: Path, target: Path, *, name: str, crs: str | None = None) -> TerrainPiece:
    """Writes the tiles of the highest zoom, all of one size, to `target`. Transparent pixels have no data.

    The format does not say what heights are measured from; where `crs` has a vertical datum, it is that.
    """
    tiles = list(_tiles(folder))
    if not tiles:
        raise UnreadableError(Problem("file.no_features", name))
    decode = _encoding(folder) or _terrarium
    zoom = max(tile.z for tile in tiles)
    finest = [tile for tile in tiles if tile.z == zoom]
    try:
        frame = _frame(finest, _side(finest[0].path), with_heights(_WEB_MERCATOR, crs))
    except RasterioError as error:
        told = {"reason": str(error).replace(str(finest[0].path), finest[0].path.name)[:200]}
        raise UnreadableError(Problem("file.unreadable", name, parameters=told)) from error
    problems: list[Problem] = []
    west, north = min(tile.x for tile in finest), min(tile.y for tile in finest)
    side = frame.rows // (max(tile.y for tile in finest) - north + 1)
    with open_canvas(target, frame, name=name) as canvas:
        for tile in finest:
            try:
                heights = _whole_tile(tile.path, side, decode)
            except (RasterioError, ValueError) as error:
                told = {"reason": str(error).replace(str(tile.path), tile.path.name)[:200]}
                file = f"{name}/{tile.path.relative_to(folder).as_posix()}"
                problems.append(Problem("file.unreadable", file, parameters=told))
                continue
            canvas.write(heights, (tile.y - north) * side, (tile.x - west) * side)
    lost = len(problems)
    return TerrainPiece(target, (Count("tile", "", len(finest), len(finest) - lost, lost),), tuple(problems))


def _whole_tile(path: Path, side: int, decode: Decode) -> NDArray[np.float64]:
    """ValueError for a tile that can't be trusted: GDAL reads what is missing of a cut one as black."""
    if b"IEND" not in path.read_bytes()[-16:]:
        raise ValueError("PNG: IEND")
    heights = _decoded(path, decode)
    if heights.shape != (side, side):
        raise ValueError("x".join(map(str, heights.shape)))
    if not _is_plausible(heights):
        raise ValueError(f"{np.nanmin(heights):,.0f}..{np.nanmax(heights):,.0f} m")
    return heights


def _tiles(folder: Path) -> Iterator[_Tile]:
    for zoom in _numbered(folder):
        for column in _numbered(zoom):
            for path in sorted(column.glob("*.png")):
                if path.stem.isdecimal() and not path.is_symlink():
                    yield _Tile(int(zoom.name), int(column.name), int(path.stem), path)


def _numbered(folder: Path) -> list[Path]:
    """Folders whose names are numbers."""
    return sorted(path for path in folder.iterdir() if path.name.isdecimal() and path.is_dir())


def _decoded(path: Path, decode: Decode) -> NDArray[np.float64]:
    """Heights in metres, shape (rows, cols)."""
    with _opened(path) as opened:
        if opened.count < 3 or opened.dtypes[0] != "uint8":
            raise ValueError(f"{opened.count} x {opened.dtypes[0]}")
        heights = decode(opened.read((1, 2, 3)).astype(np.float64))
        if opened.count == 4:
            heights[opened.read(4) == 0] = np.nan
    return heights


def _side(path: Path) -> int:
    with _opened(path) as opened:
        return int(opened.width)


def _opened(path: Path) -> Any:
    return rasterio.open(path, driver="PNG")


def _is_plausible(heights: NDArray[np.float64]) -> bool:
    known = heights[np.isfinite(heights)]
    return bool(known.size == 0 or (known.min() >= _LOWEST and known.max() <= _HIGHEST))


def _frame(tiles: list[_Tile], side: int, crs: CRS) -> Frame:
    west, east = min(tile.x for tile in tiles), max(tile.x for tile in tiles) + 1
    north, south = min(tile.y for tile in tiles), max(tile.y for tile in tiles) + 1
    width = 2 * _HALF_M / 2 ** tiles[0].z
    step = width / side
    transform = Affine(step, 0, west * width - _HALF_M, 0, -step, _HALF_M - north * width)
    return Frame((south - north) * side, (east - west) * side, transform, crs)
