"""From degrees to metres around each body, so that distances, areas and angles can be measured."""

import numpy as np
from numpy.typing import NDArray

from geo.check.compiled import compiled
from geo.surface import Surfaces

_A, _E2 = 6_378_137.0, 0.006694380022900788
"""GRS80: semi-major axis in metres, first eccentricity squared (GSI, 測地成果2011)."""


def metres(surfaces: Surfaces) -> NDArray[np.float64]:
    """East, north, up from each body's own first point, shape (points, 3).

    A plane that touches the ellipsoid there: over a building's size exact to well below a millimetre.
    """
    out = np.empty_like(surfaces.xyz)
    _metres(np.ascontiguousarray(surfaces.xyz), surfaces.body_first_point, out, _A, _E2)
    return out


@compiled
def _metres(
    xyz: NDArray[np.float64], first_point: NDArray[np.int64], out: NDArray[np.float64], a: float, e2: float
) -> None:
    for body in range(len(first_point) - 1):
        first, end = first_point[body], first_point[body + 1]
        if first == end:
            continue
        lon, lat = xyz[first, 0], xyz[first, 1]
        sine, cosine = np.sin(np.radians(lat)), np.cos(np.radians(lat))
        w = 1.0 - e2 * sine * sine
        east = np.radians(a / np.sqrt(w) * cosine)
        north = np.radians(a * (1.0 - e2) / (w * np.sqrt(w)))
        for point in range(first, end):
            out[point, 0] = (xyz[point, 0] - lon) * east
            out[point, 1] = (xyz[point, 1] - lat) * north
            out[point, 2] = xyz[point, 2]
