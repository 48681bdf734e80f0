"""Paths from the last street up into the hills: steps where it is steep, a trail where it is not."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely import LineString

from data.sample.geography import Geography
from data.sample.plane import Points
from data.sample.terrain import Terrain

_STEP_M = 12.0
_STEEP = 0.22
_HIGHEST_M = 75.0


@dataclass(frozen=True)
class HillPath:
    line: LineString
    tags: dict[str, str]
    node_tags: dict[int, dict[str, str]] = field(default_factory=dict)


def hill_paths(geography: Geography, terrain: Terrain, streets: Sequence[LineString]) -> list[HillPath]:
    """One every few hundred metres along the foot of the hills, each from the street nearest to it."""
    tree = shapely.STRtree(streets)
    found: list[HillPath] = []
    number = 0
    for hill in geography.hills.geoms:
        foot = hill.exterior.intersection(geography.municipality.buffer(-40 * geography.scale))
        for line in shapely.get_parts(foot).tolist():
            for at in np.arange(120.0 * geography.scale, line.length, 420 * geography.scale).tolist():
                start = line.interpolate(at)
                street = streets[int(tree.nearest(start))]
                if street.distance(start) < 110:
                    number += 1
                    low = shapely.get_coordinates(street.interpolate(street.project(start)))[0]
                    found += _climb(low, np.array([start.x, start.y]), geography, terrain, number)
    return found


def _climb(low: Points, foot: Points, geography: Geography, terrain: Terrain, number: int) -> list[HillPath]:
    """Straight up the slope, a little sideways each time, cut where it turns from trail to steps."""
    points: list[Points] = [low, foot]
    ground = terrain.ground
    turn = 0.5 if number % 2 else -0.5
    start_m = float(ground.at(foot[None])[0])
    for k in range(40):
        here = points[-1]
        slope = _gradient(terrain, here)
        course = slope + turn * (1 if k % 4 < 2 else -1) * np.array([-slope[1], slope[0]])
        ahead = here + course * _STEP_M
        if not geography.municipality.contains(shapely.Point(*ahead)):
            break
        risen = float(ground.at(ahead[None])[0]) - start_m
        if risen > _HIGHEST_M or risen <= float(ground.at(here[None])[0]) - start_m:
            break
        points.append(ahead)
    rounded = np.asarray(np.vstack(points).round(2), dtype=np.float64)
    return _pieces(rounded, terrain, number) if len(points) > 4 else []


def _gradient(terrain: Terrain, here: Points) -> Points:
    """Unit vector uphill."""
    span = 10.0
    around = here + span * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    east, west, north, south = terrain.ground.at(around).tolist()
    slope = np.array([east - west, north - south])
    length: float = float(np.sqrt((slope**2).sum()))
    uphill: Points = slope / max(length, 1e-9)
    return uphill


def _pieces(points: Points, terrain: Terrain, number: int) -> list[HillPath]:
    heights = terrain.height(points)
    steep = np.diff(heights) / np.maximum(np.sqrt((np.diff(points, axis=0) ** 2).sum(axis=1)), 1) > _STEEP
    found = []
    start = 0
    for end in range(1, len(steep) + 1):
        if end == len(steep) or steep[end] != steep[start]:
            rise = float(heights[end] - heights[start])
            top = {end - start: _viewpoint(number)} if end == len(steep) else {}
            found.append(HillPath(LineString(points[start : end + 1]), _tags(bool(steep[start]), rise), top))
            start = end
    return found


def _tags(steep: bool, rise_m: float) -> dict[str, str]:
    if not steep:
        return {"highway": "path", "surface": "ground", "width": "1.5", "bicycle": "no"}
    steps = max(3, round(rise_m / 0.16))
    return {"highway": "steps", "step_count": str(steps), "incline": "up", "handrail": "yes", "width": "1.5"}


def _viewpoint(number: int) -> dict[str, str]:
    return {"tourism": "viewpoint", "name": f"第{number}見晴台", "name:ja": f"第{number}見晴台",
            "name:en": f"Viewpoint {number}"}  # fmt: skip
