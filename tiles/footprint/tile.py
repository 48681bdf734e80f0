"""One vector tile of the polygons that touch it."""

import gzip
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tiles.coord import TileCoord
from tiles.footprint.encode import Place, encode_features, most_bytes
from tiles.footprint.outline import EXTENT
from tiles.footprint.table import GRID_BITS, Footprints
from tiles.footprint.value import bytes_field, field_names

_EXTENT_BITS = EXTENT.bit_length() - 1
_SQUARE = 4
"""Cells, half a pixel: smaller polygons become squares of this width below the highest zoom."""
_FEW = 5_000
"""Polygons of a layer that are all drawn at every zoom; of more, small ones are gathered."""
_TOLERANCE = 2.0
"""Cells, a quarter of a pixel, that outlines may move below the highest zoom."""
_LAYERS, _NAME = 3, 1
_VERSION = b"\x78\x02"
_EXTENT = b"\x28\x80\x20"
_EFFORT = 6
"""Of compression: the highest, 9, takes three times as long for 1 %."""


class TileMaker:
    """Makes the tiles of one layer; every one is gzip, and no bytes where nothing is to be drawn."""

    def __init__(self, footprints: Footprints, layer: str, attributes: Sequence[str]) -> None:
        self._columns = footprints.columns
        self._opening = _VERSION + bytes_field(_NAME, layer.encode())
        self._names = field_names(attributes)
        self._values = footprints.values.fields()
        self._local = np.full(len(self._values), -1, dtype=np.int32)

    def whole(self, coord: TileCoord, fids: NDArray[np.int32]) -> bytes:
        """With every polygon; what has no area on the grid is a square of one cell."""
        return _compressed(self._layer(coord, fids, 0, gathers=False))

    def light(self, coord: TileCoord, fids: NDArray[np.int32], limit: int) -> bytes:
        """Below `limit` bytes; `fids` go from neighbour to neighbour."""
        square, gathers = _SQUARE, len(self._columns.area) > _FEW
        while len(made := _compressed(self._layer(coord, fids, square, gathers=gathers))) > limit:
            square, gathers = 2 * square, True
        return made

    def _layer(self, coord: TileCoord, fids: NDArray[np.int32], square: int, *, gathers: bool) -> bytes:
        columns = self._columns
        place = Place(GRID_BITS - _EXTENT_BITS - coord.z, coord.x * EXTENT, coord.y * EXTENT)
        tolerance = _TOLERANCE if square else 0.0
        out = np.empty(most_bytes(fids, columns), np.uint8)
        length, used = encode_features(fids, columns, place, tolerance, square, gathers, self._local, out)
        if not length:
            return b""
        values = [self._values[number] for number in used]
        return b"".join([self._opening, out[:length].tobytes(), self._names, *values, _EXTENT])


def _compressed(layer: bytes) -> bytes:
    return gzip.compress(bytes_field(_LAYERS, layer), _EFFORT, mtime=0) if layer else b""
