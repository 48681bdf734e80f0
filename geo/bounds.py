"""A rectangle on the ground."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from math import isfinite

from geo.errors import InvalidBoundsError


@dataclass(frozen=True, slots=True)
class Bounds:
    """West, south, east, north in degrees (CRS84 order). A point has west == east. Never crosses 180°."""

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        if not all(map(isfinite, astuple(self))):
            raise InvalidBoundsError(f"bounds must be finite, got {astuple(self)}")
        if not (-180 <= self.west <= self.east <= 180 and -90 <= self.south <= self.north <= 90):
            raise InvalidBoundsError(f"bounds must be west <= east and south <= north in degrees, got {astuple(self)}")

    @classmethod
    def around(cls, parts: Iterable["Bounds"]) -> "Bounds":
        """The smallest bounds that hold all parts; ValueError for none."""
        west, south, east, north = zip(*(astuple(part) for part in parts), strict=True)
        return cls(min(west), min(south), max(east), max(north))

    def as_tuple(self) -> tuple[float, float, float, float]:
        return self.west, self.south, self.east, self.north

    @property
    def centre(self) -> tuple[float, float]:
        """Longitude, latitude in degrees."""
        return (self.west + self.east) / 2, (self.south + self.north) / 2
