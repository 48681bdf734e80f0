"""A plane in metres around some faces of a file, so that areas and distances can be measured as seen from above."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from geo.crs import reproject
from geo.surface import Surfaces

_A, _E2 = 6_378_137.0, 0.006694380022900788
"""GRS80: semi-major axis in metres, first eccentricity squared (GSI, 測地成果2011)."""

FARTHEST = 1e8
"""No coordinate is larger, be it in degrees or in metres."""


@dataclass(frozen=True, slots=True)
class Plane:
    """Over 10 km exact to a thousandth of a length."""

    crs: CRS
    origin: tuple[float, float]
    scale: tuple[float, float]
    """Metres of one unit to the east and to the north."""

    @classmethod
    def around(cls, faces: Sequence[NDArray[Any]], crs: CRS) -> "Plane":
        """`faces`: with x east, y north in `crs`."""
        places = shapely.get_coordinates(np.concatenate([np.empty(0, dtype=object), *faces]))
        x, y = np.median(places, axis=0).tolist() if len(places) else (0.0, 0.0)
        return cls(crs, (x, y), metres_of_degrees(y) if crs.is_geographic else (1.0, 1.0))

    def flat(self, geometries: Any) -> Any:
        """In metres from the middle; heights stay as they are."""
        offset, scale = np.array([*self.origin, 0.0]), np.array([*self.scale, 1.0])
        return shapely.transform(geometries, lambda xyz: (xyz - offset) * scale, include_z=True)

    def lonlat(self, geometry: Any) -> tuple[float, float] | None:
        """Degrees east and north of a point on a geometry of this plane; None for one without place."""
        place = shapely.point_on_surface(shapely.force_2d(geometry))
        if place.is_empty or not np.isfinite([place.x, place.y]).all():
            return None
        back = shapely.transform(place, lambda xy: xy / np.array(self.scale) + np.array(self.origin))
        (point,) = reproject(np.array([back], dtype=object), self.crs)
        return round(float(point.x), 7), round(float(point.y), 7)


def metres_of_degrees(latitude: float) -> tuple[float, float]:
    sine, cosine = np.sin(np.radians(latitude)), np.cos(np.radians(latitude))
    w = 1.0 - _E2 * sine * sine
    return float(np.radians(_A / np.sqrt(w) * cosine)), float(np.radians(_A * (1.0 - _E2) / (w * np.sqrt(w))))


def place_of(surfaces: Surfaces, body: int) -> tuple[float, float] | None:
    """Degrees east and north of the middle of a body; None for one without place."""
    first, end = surfaces.body_first_point[body : body + 2]
    lonlat = surfaces.xyz[first:end, :2]
    lonlat = lonlat[np.isfinite(lonlat).all(axis=1)]
    if not len(lonlat):
        return None
    east, north = ((lonlat.min(axis=0) + lonlat.max(axis=0)) / 2).tolist()
    return round(east, 7), round(north, 7)
