"""Terrain tiles for maps that stand on the ground: heights in the colours of a PNG, as Terrarium encodes them.

Height in metres = red x 256 + green + blue / 256 - 32,768; rounding loses at most 1/512 m. Every pixel is sampled at
its own centre, bilinearly between the cells of the grid, so nothing is shifted by a warp. Where no height is known the
format has no word for it: there the drawn surface goes on without a step and sinks to 0 (see `tiles.apron`).
"""

from functools import cache, cached_property
from math import ceil
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from rio_tiler.models import ImageData

from geo import Bounds, GeoError
from geo.terrain import Ground
from tiles.apron import Apron, aprons, extend, meet
from tiles.coord import EQUATOR_M, TileCoord, ZoomRange, pixel_zoom
from tiles.errors import UnreadableGridError
from tiles.tile import Tile, TileFormat

TILE_SIZE = 256
DRAWN = "2"
"""Raised when the same heights become other tiles; part of addresses that promise never to change."""
_HIGHEST_ZOOM = 17
_STEPS = 256
"""Of one metre."""
_LOWEST = 32_768
_MARGIN = 32
"""Pixels around a tile that are looked at where it has unknown ground, and over which a step is smoothed."""


class TerrainTiles:
    """A `TileSource` over a ground, or a Cloud Optimized GeoTIFF of heights in metres; threads may share it."""

    def __init__(self, ground: Ground | Path) -> None:
        self.path = ground if isinstance(ground, Path) else ground.sources[0].path
        try:
            self._ground = Ground.of(ground) if isinstance(ground, Path) else ground
        except GeoError as error:
            raise UnreadableGridError(self.path, str(error)) from error
        self._making = Lock()

    @cached_property
    def zooms(self) -> ZoomRange:
        """Up to the one whose pixels are no larger than the finest cells; maps stretch it beyond."""
        finest = max(_finest_zoom(source.resolution_m, source.frame.bounds) for source in self._ground.sources)
        return ZoomRange(0, min(max(finest, 0), _HIGHEST_ZOOM))

    @property
    def bounds(self) -> Bounds:
        """Of all that is drawn: beyond them every tile is flat at 0."""
        return Bounds.around(apron.bounds for apron in self._aprons)

    def tile(self, coord: TileCoord) -> Tile:
        """256 x 256 pixels; never None, since maps can't draw ground that is missing."""
        if not meet(self.bounds, coord.bounds):
            return _flat()
        try:
            heights = self._heights(coord)
        except GeoError as error:
            raise UnreadableGridError(self.path, str(error)) from error
        return Tile(_encoded(heights), TileFormat.PNG)

    def close(self) -> None:
        """Nothing is held between tiles."""

    def _heights(self, coord: TileCoord) -> NDArray[np.float64]:
        """Metres, known or drawn, shape (256, 256)."""
        heights = self._known(coord, 0)
        if np.isfinite(heights).all():
            return heights
        # What is drawn beside an edge depends on the edge alone, so that neighbours and their tiles agree.
        around = self._known(coord, _MARGIN)
        places = pixel_centres(coord, margin=_MARGIN)
        beyond = sum((apron.sample(places) for apron in self._aprons), np.zeros(len(places))).reshape(around.shape)
        whole = extend(around, beyond, _MARGIN)
        return whole[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]

    def _known(self, coord: TileCoord, margin: int) -> NDArray[np.float64]:
        """Metres, NaN where none is known, with so many more pixels on each side."""
        middle = np.radians((coord.bounds.south + coord.bounds.north) / 2)
        pixel_m = EQUATOR_M * float(np.cos(middle)) / (TILE_SIZE << coord.z)
        places = pixel_centres(coord, margin=margin)
        west, south = np.maximum(places.min(axis=0), (-180, -90))
        east, north = np.minimum(places.max(axis=0), (180, 90))
        side = TILE_SIZE + 2 * margin
        within = Bounds(float(west), float(south), float(east), float(north))
        return self._ground.draw(places, within, pixel_m).reshape(side, side)

    @property
    def _aprons(self) -> list[Apron]:
        with self._making:
            return self._made

    @cached_property
    def _made(self) -> list[Apron]:
        """Looked at once, which takes some tenths of a second."""
        made = aprons(self._ground)
        for apron in made:
            apron.sample(np.zeros((1, 2)))
        return made


def pixel_centres(coord: TileCoord, size: int = TILE_SIZE, *, margin: int = 0) -> NDArray[np.float64]:
    """Degrees east and north of every pixel's centre, shape (n, 2), row by row from the north.

    n = (size + 2 * margin)^2: `margin` more pixels on each side.
    """
    across = (np.arange(-margin, size + margin) + 0.5) / size
    lon = (coord.x + across) / 2**coord.z * 360 - 180
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (coord.y + across) / 2**coord.z))))
    return np.column_stack([np.tile(lon, len(across)), np.repeat(lat, len(across))])


def _finest_zoom(resolution_m: float, bounds: Bounds) -> int:
    return ceil(pixel_zoom(resolution_m, (bounds.south + bounds.north) / 2, tile_size=TILE_SIZE) - 0.1)


def _encoded(heights: NDArray[np.float64]) -> bytes:
    steps = np.round((np.clip(heights, -_LOWEST, _LOWEST - 1) + _LOWEST) * _STEPS).astype(np.int64)
    pixels = np.stack([steps >> 16, (steps >> 8) & 255, steps & 255]).astype(np.uint8)
    encoded: bytes = ImageData(pixels).render(img_format="PNG", add_mask=False, zlevel=6)
    return encoded


@cache
def _flat() -> Tile:
    return Tile(_encoded(np.zeros((TILE_SIZE, TILE_SIZE))), TileFormat.PNG)
