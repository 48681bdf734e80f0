"""Which zooms a layer gets: as few as show it well, as many as keep its precision."""

from math import cos, floor, log2, radians

import numpy as np
import shapely
from numpy.typing import NDArray

from geo import GeometryType
from tiles.coord import EQUATOR_M, ZoomRange, pixel_zoom

POINTS = ZoomRange(4, 15)
LINES = ZoomRange(4, 15)

_LOWEST, _HIGHEST_LOWEST = 4, 12
FINE, COARSE = 16, 15
_FINE_BELOW_M = 100
_TELLING = 90
"""Percentile of widths that decides from where on a layer is worth drawing."""
_VISIBLE_PIXELS = 0.15
_FULL_TILES = 50_000
"""About how many tiles polygons may fill at the highest zoom."""

_DEGREE_M = EQUATOR_M / 360


def choose_zooms(geometry_type: GeometryType, sample: NDArray[np.object_], count: int) -> ZoomRange:
    """For `count` features of which `sample` (EPSG:4326, not empty) is a fair part.

    Points and lines: 4..15. Polygons begin where the larger tenth of them is a seventh of a pixel wide (buildings 10,
    mesh cells of 250 m 6, flood areas 4) and end at 16 where half of them are narrower than 100 m, else at 15; lower
    only for areas so large that they would fill more than 50,000 tiles.
    """
    if geometry_type is GeometryType.POINT:
        return POINTS
    if geometry_type is GeometryType.LINE:
        return LINES
    west, south, east, north = shapely.bounds(sample).T
    latitude = float(np.median(south + north)) / 2
    squeeze = cos(radians(latitude))
    widths = np.sqrt((east - west) * squeeze * (north - south)) * _DEGREE_M
    area = float(shapely.area(sample).mean()) * count * squeeze * _DEGREE_M**2
    begin = pixel_zoom(max(float(np.percentile(widths, _TELLING)) / _VISIBLE_PIXELS, 1e-6), latitude)
    minimum = min(max(floor(begin), _LOWEST), _HIGHEST_LOWEST)
    maximum = FINE if float(np.median(widths)) < _FINE_BELOW_M else COARSE
    return ZoomRange(minimum, max(minimum, min(maximum, _zoom_filled(area, squeeze))))


def _zoom_filled(area_m2: float, squeeze: float) -> int:
    """The highest zoom at which `area_m2` fills no more tiles than allowed."""
    return floor(0.5 * log2(_FULL_TILES * (EQUATOR_M * squeeze) ** 2 / max(area_m2, 1e-6)))
