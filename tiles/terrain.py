"""Terrain tiles for maps that stand on the ground: heights in the colours of a PNG, as Terrarium encodes them.

Height in metres = red x 256 + green + blue / 256 - 32,768; rounding loses at most 1/512 m. Every pixel is sampled at
its own centre, bilinearly between the cells of the grid, so nothing is shifted by a warp.
"""

from functools import cache
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rio_tiler.models import ImageData

from geo import Bounds, GeoError
from geo.grid import GridFile
from tiles.coord import EQUATOR_M, TileCoord, ZoomRange, pixel_zoom
from tiles.errors import UnreadableGridError
from tiles.tile import Tile, TileFormat

TILE_SIZE = 256
_HIGHEST_ZOOM = 17
_STEPS = 256
"""Of one metre."""
_LOWEST = 32_768
SEA_LEVEL_M = 0.0
"""What tiles say where the grid has no data: the format has no word for it, and maps take missing tiles as 0, too."""


class TerrainTiles:
    """A `TileSource` over a Cloud Optimized GeoTIFF of heights in metres that threads may share."""

    def __init__(self, cog: Path) -> None:
        self.path = cog
        try:
            self._grid = GridFile(cog)
        except GeoError as error:
            raise UnreadableGridError(cog, str(error)) from error
        self._bounds = self._grid.frame.bounds
        middle = (self._bounds.south + self._bounds.north) / 2
        finest = ceil(pixel_zoom(self._grid.resolution_m, middle, tile_size=TILE_SIZE) - 0.1)
        self._zooms = ZoomRange(0, min(max(finest, 0), _HIGHEST_ZOOM))

    @property
    def zooms(self) -> ZoomRange:
        """Up to the one whose pixels are no larger than the grid's cells; maps stretch it beyond."""
        return self._zooms

    @property
    def bounds(self) -> Bounds:
        return self._bounds

    def tile(self, coord: TileCoord) -> Tile:
        """256 x 256 pixels; never None, since maps can't draw ground that is missing."""
        heights = self._heights(coord)
        if not np.isfinite(heights).any():
            return _flat()
        return Tile(_encoded(np.where(np.isfinite(heights), heights, SEA_LEVEL_M)), TileFormat.PNG)

    def close(self) -> None:
        """Nothing is held between tiles."""

    def _heights(self, coord: TileCoord) -> NDArray[np.float64]:
        """Metres, NaN where the grid has no data, shape (256, 256)."""
        try:
            grid = self._grid.read(coord.bounds, coarser=self._coarser(coord))
        except GeoError as error:
            raise UnreadableGridError(self.path, str(error)) from error
        if grid is None:
            return np.full((TILE_SIZE, TILE_SIZE), np.nan)
        return grid.sample(pixel_centres(coord)).reshape(TILE_SIZE, TILE_SIZE)

    def _coarser(self, coord: TileCoord) -> int:
        """The smallest copy whose cells are still no larger than the tile's pixels."""
        middle = np.radians((coord.bounds.south + coord.bounds.north) / 2)
        pixel_m = EQUATOR_M * float(np.cos(middle)) / (TILE_SIZE << coord.z)
        fitting = [one for one in self._grid.overviews if one * self._grid.resolution_m <= pixel_m]
        return max(fitting, default=1)


def pixel_centres(coord: TileCoord, size: int = TILE_SIZE) -> NDArray[np.float64]:
    """Degrees east and north of every pixel's centre, shape (size * size, 2), row by row from the north."""
    across = (np.arange(size) + 0.5) / size
    lon = (coord.x + across) / 2**coord.z * 360 - 180
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (coord.y + across) / 2**coord.z))))
    return np.column_stack([np.tile(lon, size), np.repeat(lat, size)])


def _encoded(heights: NDArray[np.float64]) -> bytes:
    steps = np.round((np.clip(heights, -_LOWEST, _LOWEST - 1) + _LOWEST) * _STEPS).astype(np.int64)
    pixels = np.stack([steps >> 16, (steps >> 8) & 255, steps & 255]).astype(np.uint8)
    encoded: bytes = ImageData(pixels).render(img_format="PNG", add_mask=False, zlevel=6)
    return encoded


@cache
def _flat() -> Tile:
    return Tile(_encoded(np.full((TILE_SIZE, TILE_SIZE), SEA_LEVEL_M)), TileFormat.PNG)
