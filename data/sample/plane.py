"""The metric plane of the sample city: metres east and north of its station square's corner of the map."""

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

ORIGIN = (138.86, 35.08)
"""Degrees east, degrees north; (0, 0) of the local plane. Everything built around it is invented."""
PLANE_CRS = "EPSG:6676"
"""JGD2011 plane rectangular CS VIII."""
PLANE_AND_HEIGHT_CRS = "EPSG:6676+6695"
"""With heights above T.P. (JGD2011 vertical), so that a reader of the grid need not guess what they start from."""
DEGREE_DIGITS = 8
"""1e-8 degrees is about 1 mm; the rounding hides the last digits in which mathematical libraries differ."""

Points = NDArray[np.float64]
"""Shape (n, 2): metres east, metres north."""


class Plane:
    """Local metres to longitude, latitude and back."""

    def __init__(self) -> None:
        self._forward = Transformer.from_crs("EPSG:6668", PLANE_CRS, always_xy=True)
        self._origin = np.array(self._forward.transform(*ORIGIN))

    @property
    def origin(self) -> tuple[float, float]:
        """East and north of the local (0, 0) in `PLANE_CRS`, metres."""
        return float(self._origin[0]), float(self._origin[1])

    def to_lonlat(self, points: Points) -> Points:
        """Degrees, shape (n, 2), rounded to 1e-8."""
        moved = points + self._origin
        lon, lat = self._forward.transform(moved[:, 0], moved[:, 1], direction="INVERSE")
        return np.round(np.column_stack([lon, lat]), DEGREE_DIGITS)

    def from_lonlat(self, lonlat: Points) -> Points:
        east, north = self._forward.transform(lonlat[:, 0], lonlat[:, 1])
        moved: Points = np.column_stack([east, north]) - self._origin
        return moved

    def geometry_to_lonlat(self, geometry: BaseGeometry) -> BaseGeometry:
        return shapely.transform(geometry, self.to_lonlat)
