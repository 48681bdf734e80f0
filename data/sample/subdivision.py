"""Cutting land into two with a street."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.random import Generator
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from data.sample.plane import Points


@dataclass(frozen=True, slots=True)
class Box:
    """The smallest rectangle around an area, at any angle. Lengths in metres, `long_m >= short_m`."""

    centre: Points
    along: Points
    """Unit vector of the long side."""
    long_m: float
    short_m: float

    @property
    def across(self) -> Points:
        return np.array([-self.along[1], self.along[0]])


def box_around(area: BaseGeometry) -> Box:
    corners = shapely.get_coordinates(shapely.oriented_envelope(area))
    first, second = corners[1] - corners[0], corners[2] - corners[1]
    lengths = np.sqrt((first**2).sum()), np.sqrt((second**2).sum())
    along, long_m, short_m = (first, *lengths) if lengths[0] >= lengths[1] else (second, *lengths[::-1])
    return Box((corners[0] + corners[2]) / 2, along / long_m, float(long_m), float(short_m))


def cutting_line(
    box: Box, *, crosswise: bool, bend: float, skew: float, random: Generator, share: float = 0.5
) -> LineString:
    """From beyond one side to beyond the other, near `share` of the long side (crosswise) or of the short one."""
    along, across = (box.along, box.across) if crosswise else (box.across, box.along)
    reach = 0.75 * (box.short_m if crosswise else box.long_m) + 5
    span = box.long_m if crosswise else box.short_m
    shift, tilt, bow = random.random(3) * 2 - 1
    middle = box.centre + along * ((share - 0.5 + 0.06 * shift) * span)
    course = across + along * (skew * tilt)
    side = along * (bend * bow * reach)
    return LineString([middle - course * reach, middle - course * reach * 0.3 + side, middle + course * reach * 0.35
                       + side * 0.8, middle + course * reach])  # fmt: skip


def halves(area: Polygon, cut: LineString) -> list[Polygon]:
    """The pieces on both sides of a line that crosses the whole area."""
    points = shapely.get_coordinates(cut)
    course = points[-1] - points[0]
    side = np.array([-course[1], course[0]]) * 3
    left = Polygon(np.vstack([points, points[-1] + side, points[0] + side]))
    return [*polygons(area.intersection(left)), *polygons(area.difference(left))]


def polygons(geometry: BaseGeometry) -> list[Polygon]:
    return [part for part in shapely.get_parts(geometry) if isinstance(part, Polygon)]


GRID_M = 0.01
"""Areas are written with their corners on this grid: so they stay valid when degrees are rounded to millimetres."""


def snapped(area: BaseGeometry) -> list[Polygon]:
    return polygons(shapely.set_precision(area, GRID_M))
