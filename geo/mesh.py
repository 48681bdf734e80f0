"""Grid square codes (地域メッシュコード, JIS X 0410): which square a code names, and which code a place has."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.bounds import Bounds
from geo.errors import GeoError


class InvalidMeshCodeError(GeoError, ValueError):
    def __init__(self, code: str) -> None:
        super().__init__(f"{code!r} is not a grid square code of 4, 6, 8, 9, 10 or 11 digits")
        self.code = code


class MeshLevel(IntEnum):
    """The value is the number of digits."""

    PRIMARY = 4
    """第1次地域区画, 40 minutes by 1 degree, about 80 km."""
    SECONDARY = 6
    """第2次地域区画, 5 by 7.5 minutes, about 10 km."""
    STANDARD = 8
    """基準地域メッシュ (3次), 30 by 45 seconds, about 1 km."""
    HALF = 9
    """About 500 m."""
    QUARTER = 10
    """About 250 m."""
    EIGHTH = 11
    """About 125 m."""

    @property
    def per_degree(self) -> tuple[float, float]:
        """Squares in a degree of longitude, of latitude."""
        return _PER_PRIMARY[self], _PER_PRIMARY[self] * 1.5


_PER_PRIMARY = {
    MeshLevel.PRIMARY: 1,
    MeshLevel.SECONDARY: 8,
    MeshLevel.STANDARD: 80,
    MeshLevel.HALF: 160,
    MeshLevel.QUARTER: 320,
    MeshLevel.EIGHTH: 640,
}
"""Squares along one side of a square of the first level."""

_WEST, _EAST, _SOUTH, _NORTH = 100, 180, 0, 66
"""The codes' own limits: two digits of latitude times 1.5, two of longitude minus 100."""
_EDGE = 1e-9
"""Share of a square that floating point may take from a place on its southern or western edge."""


@dataclass(frozen=True)
class Squares:
    """What codes say, one entry for each."""

    bounds: NDArray[np.float64]
    """Shape (n, 4): west, south, east, north in degrees; NaN where the code is none."""
    valid: NDArray[np.bool_]


def parse_codes(codes: Sequence[str] | NDArray[Any]) -> Squares:
    """Codes of any levels, mixed."""
    texts = np.asarray(codes, dtype="U12")
    # Superscripts and full-width digits are digits to Python, not to the standard.
    length = np.array([len(text) if text.isascii() and text.isdigit() else 0 for text in texts.tolist()], dtype=int)
    bounds = np.full((len(texts), 4), np.nan)
    for level in MeshLevel:
        rows = np.flatnonzero(length == level)
        if len(rows):
            bounds[rows] = _bounds(texts[rows], level)
    return Squares(bounds, ~np.isnan(bounds[:, 0]))


def mesh_bounds(code: str) -> Bounds:
    """InvalidMeshCodeError where the digits name no square."""
    squares = parse_codes([code])
    if not squares.valid[0]:
        raise InvalidMeshCodeError(code)
    west, south, east, north = squares.bounds[0].tolist()
    return Bounds(west, south, east, north)


def mesh_polygons(codes: Sequence[str] | NDArray[Any]) -> NDArray[Any]:
    """One polygon in degrees for each code; InvalidMeshCodeError for the first that is none."""
    squares = parse_codes(codes)
    if not squares.valid.all():
        raise InvalidMeshCodeError(str(codes[int(np.argmin(squares.valid))]))
    return square_polygons(squares.bounds)


def square_polygons(bounds: NDArray[np.float64]) -> NDArray[Any]:
    """Anticlockwise rectangles of bounds with shape (n, 4)."""
    west, south, east, north = bounds.T
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    rings = np.stack([np.stack(corner, axis=-1) for corner in corners], axis=1)
    return np.asarray(shapely.polygons(rings), dtype=object)


def mesh_code(lon: float, lat: float, level: MeshLevel) -> str:
    """The square that holds a place; one on an edge belongs to the square north or east of it.

    InvalidMeshCodeError outside 100..180 east, 0..66 north, where there are no codes.
    """
    if not (_WEST <= lon < _EAST and _SOUTH <= lat < _NORTH):
        raise InvalidMeshCodeError(f"{lon}, {lat}")
    across, up = level.per_degree
    x, y = int((lon - _WEST) * across + _EDGE), int(lat * up + _EDGE)
    side = _PER_PRIMARY[level]
    (column, x), (row, y) = divmod(x, side), divmod(y, side)
    code = f"{row:02d}{column:02d}"
    for finer in MeshLevel:
        if MeshLevel.PRIMARY < finer <= level:
            side = _PER_PRIMARY[level] // _PER_PRIMARY[finer]
            (column, x), (row, y) = divmod(x, side), divmod(y, side)
            code += f"{row}{column}" if finer <= MeshLevel.STANDARD else str(1 + 2 * row + column)
    return code


def _bounds(texts: NDArray[np.str_], level: MeshLevel) -> NDArray[np.float64]:
    """West, south, east, north; NaN where a digit is not one of its level."""
    digits = texts.astype(f"U{level}").view("U1").reshape(len(texts), level).astype(np.int64)
    row, column = digits[:, 0] * 10 + digits[:, 1], digits[:, 2] * 10 + digits[:, 3]
    valid = column < _EAST - _WEST
    if level >= MeshLevel.SECONDARY:
        valid &= (digits[:, 4:6] < 8).all(axis=1)
        row, column = row * 8 + digits[:, 4], column * 8 + digits[:, 5]
    if level >= MeshLevel.STANDARD:
        row, column = row * 10 + digits[:, 6], column * 10 + digits[:, 7]
    for quadrant in digits[:, 8:].T:
        valid &= (quadrant >= 1) & (quadrant <= 4)
        row, column = row * 2 + (quadrant - 1) // 2, column * 2 + (quadrant - 1) % 2
    across, up = level.per_degree
    edges = [_WEST + column / across, row / up, _WEST + (column + 1) / across, (row + 1) / up]
    return np.where(valid[:, None], np.stack(edges, axis=1), np.nan)
