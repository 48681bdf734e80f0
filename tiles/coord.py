"""Cells of the web's map grid: Web Mercator, y from the north."""

from dataclasses import dataclass
from math import asinh, atan, cos, degrees, log2, pi, radians, sinh, tan

from geo import Bounds, Text
from tiles.errors import InvalidTileCoordError

MAX_ZOOM = 24
"""At zoom 24 a tile is 2.4 m wide: nothing here is finer."""

MAX_LATITUDE = degrees(atan(sinh(pi)))
"""Degrees; the square map ends there."""

EQUATOR_M = 2 * pi * 6_378_137


@dataclass(frozen=True, slots=True)
class ZoomRange:
    """Zoom levels `minimum` .. `maximum`, both included."""

    minimum: int
    maximum: int

    def __post_init__(self) -> None:
        if not 0 <= self.minimum <= self.maximum <= MAX_ZOOM:
            raise InvalidTileCoordError(
                Text(
                    f"ズームの範囲 {self.minimum}..{self.maximum} が正しくありません",
                    f"zooms must be 0 <= minimum <= maximum <= {MAX_ZOOM}, got {self.minimum}..{self.maximum}",
                )
            )

    def __contains__(self, zoom: int) -> bool:
        return self.minimum <= zoom <= self.maximum


@dataclass(frozen=True, slots=True)
class TileCoord:
    """Column `x` from 180° W eastwards, row `y` from the north southwards, both 0 .. 2^z - 1."""

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        if not 0 <= self.z <= MAX_ZOOM:
            raise InvalidTileCoordError(
                Text(f"ズームは0..{MAX_ZOOM}です({self.z})", f"zoom must be 0..{MAX_ZOOM}, got {self.z}")
            )
        size = 1 << self.z
        if not (0 <= self.x < size and 0 <= self.y < size):
            raise InvalidTileCoordError(
                Text(
                    f"ズーム{self.z}の列と行は0..{size - 1}です({self.x}, {self.y})",
                    f"x and y must be 0..{size - 1} at zoom {self.z}, got {self.x}, {self.y}",
                )
            )

    @classmethod
    def at(cls, longitude: float, latitude: float, zoom: int) -> "TileCoord":
        """The cell that holds a place in degrees; places beyond the square map fall into its edge."""
        size = 1 << zoom
        y = 0.5 - asinh(tan(radians(max(-MAX_LATITUDE, min(MAX_LATITUDE, latitude))))) / (2 * pi)
        column, row = int((longitude + 180) / 360 * size), int(y * size)
        return cls(zoom, min(max(column, 0), size - 1), min(max(row, 0), size - 1))

    @property
    def bounds(self) -> Bounds:
        """The cell without any buffer, in degrees."""
        size = 1 << self.z
        west, east = (column / size * 360 - 180 for column in (self.x, self.x + 1))
        north, south = (degrees(atan(sinh(pi * (1 - 2 * row / size)))) for row in (self.y, self.y + 1))
        return Bounds(west, south, east, north)


def pixel_zoom(metres: float, latitude: float, *, tile_size: int = 256) -> float:
    """The (fractional) zoom at which one pixel is `metres` wide on the ground at `latitude`."""
    return log2(EQUATOR_M * cos(radians(latitude)) / (tile_size * metres))
