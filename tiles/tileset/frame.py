"""Places on and above the ellipsoid in metres: ECEF, and the east-north-up frame of one place.

Formulas: EPSG Guidance Note 7-2, coordinate operations 9602 (geodetic to geocentric) and 9837 (to topocentric), on
the ellipsoid of WGS 84.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_A = 6_378_137.0
_F = 1 / 298.257223563
_E2 = _F * (2 - _F)


def ecef(lon_lat_height: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shape (n, 3): degrees east, degrees north, metres above the ellipsoid -> metres x, y, z."""
    lon, lat = np.radians(lon_lat_height[:, 0]), np.radians(lon_lat_height[:, 1])
    height = lon_lat_height[:, 2]
    sine, cosine = np.sin(lat), np.cos(lat)
    normal = _A / np.sqrt(1 - _E2 * sine * sine)
    out = np.empty_like(lon_lat_height)
    across = (normal + height) * cosine
    out[:, 0], out[:, 1] = across * np.cos(lon), across * np.sin(lon)
    out[:, 2] = (normal * (1 - _E2) + height) * sine
    return out


@dataclass(frozen=True)
class Frame:
    """East, north and up at one place on the ellipsoid."""

    lon: float
    lat: float

    @property
    def _axes(self) -> NDArray[np.float64]:
        """Rows: the directions east, north, up in ECEF."""
        lon, lat = np.radians(self.lon), np.radians(self.lat)
        return np.array(
            [
                [-np.sin(lon), np.cos(lon), 0.0],
                [-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)],
                [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)],
            ]
        )

    @property
    def _origin(self) -> NDArray[np.float64]:
        return np.asarray(ecef(np.array([[self.lon, self.lat, 0.0]]))[0])

    def local(self, lon_lat_height: NDArray[np.float64]) -> NDArray[np.float64]:
        """Metres east, north, up of the frame's origin, shape (n, 3), from degrees and ellipsoidal metres."""
        return np.asarray((ecef(lon_lat_height) - self._origin) @ self._axes.T)

    @property
    def transform(self) -> list[float]:
        """From the frame to ECEF: 16 numbers, column by column, as 3D Tiles has them."""
        matrix = np.eye(4)
        matrix[:3, :3] = self._axes.T
        matrix[:3, 3] = self._origin
        return [float(number) for number in matrix.T.ravel()]
