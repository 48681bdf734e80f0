"""Metres between places that are near each other."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

_A: Final = 6_378_137.0
_E2: Final = 0.006_694_379_990_141_316
"""WGS 84."""


def metres_between(lonlat: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of pairs of places, both (n, 2) degrees east and north; NaN where one has none.

    On the plane that touches the ellipsoid between the two: within 0.1 % up to 100 km.
    """
    east, north = scale(0.5 * (lonlat[:, 1] + other[:, 1]))
    away = (lonlat - other) * np.column_stack([east, north])
    return np.asarray(np.hypot(away[:, 0], away[:, 1]))


def scale(latitude: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Metres in one degree of longitude and in one of latitude: the ellipsoid's radii of curvature."""
    sine = np.sin(np.radians(latitude))
    w = np.sqrt(1 - _E2 * sine * sine)
    east = _A / w * np.cos(np.radians(latitude)) * np.pi / 180
    return east, _A * (1 - _E2) / (w * w * w) * np.pi / 180
