"""Landslide hazard zones at the foot of the hills: steep slopes and debris flows, each with its special zone."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.random import PCG64, Generator
from shapely import LineString, Polygon

from data.sample.geography import Geography
from data.sample.plane import Points
from data.sample.subdivision import polygons

SLOPE, DEBRIS_FLOW = "1", "2"
"""Codes of LandSlideRiskAttribute_description."""
WARNING_ZONE, SPECIAL_ZONE = "1", "2"
"""Codes of LandSlideRiskAttribute_areaType."""


@dataclass(frozen=True)
class Zone:
    number: str
    disaster: str
    kind: str
    area: Polygon


class Landslides:
    def __init__(self, zones: tuple[Zone, ...]) -> None:
        self.zones = zones
        self._tree = shapely.STRtree([zone.area for zone in zones])

    def at(self, points: Points) -> list[tuple[str, str] | None]:
        """Disaster type and area type at each point; a special zone goes before the zone around it."""
        found: list[tuple[str, str] | None] = [None] * len(points)
        which, zones = self._tree.query(shapely.points(points), predicate="within")
        for point, k in sorted(zip(which.tolist(), zones.tolist(), strict=True)):
            zone, known = self.zones[k], found[point]
            if known is None or known[1] < zone.kind:
                found[point] = (zone.disaster, zone.kind)
        return found


def build_landslides(geography: Geography, seed: int) -> Landslides:
    random = Generator(PCG64([seed, 7]))
    zones: list[Zone] = []
    for hill in geography.hills.geoms:
        foot = hill.exterior.intersection(geography.municipality.buffer(-30 * geography.scale))
        for line in shapely.get_parts(foot):
            for at in np.arange(60.0, line.length - 60, 150 * geography.scale).tolist():
                zones += _zones(hill, line, at, len(zones) // 2 + 1, random, min(1.0, 1.2 * geography.scale))
    return Landslides(tuple(zones))


def _zones(hill: Polygon, foot: LineString, at: float, number: int, random: Generator, size: float) -> list[Zone]:
    """A zone and its special zone, or none: not every slope is dangerous."""
    draws = random.random(26).tolist()
    if draws[0] < 0.35:
        return []
    here, there = foot.interpolate(at), foot.interpolate(at + 2)
    course = np.array([there.x - here.x, there.y - here.y]) / max(here.distance(there), 1e-9)
    down = np.array([course[1], -course[0]])
    middle = np.array([here.x, here.y])
    if hill.contains(shapely.Point(*(middle + 5 * down))):
        down = -down
    disaster = DEBRIS_FLOW if draws[1] < 0.3 else SLOPE
    flow = disaster == DEBRIS_FLOW
    reach, width = (120 + 70 * draws[2], 46 + 22 * draws[3]) if flow else (26 + 20 * draws[2], 52 + 40 * draws[3])
    reach, width = reach * size, width * size
    outer = _fan(middle, course, down, reach, width, draws[4:15])
    inner = _fan(middle, course, down, reach * 0.45, width * 0.55, draws[15:26])
    inner = max(polygons(inner.intersection(outer)), key=lambda part: part.area)
    name = f"{'D' if disaster == DEBRIS_FLOW else 'K'}-{number:03d}"
    return [Zone(name, disaster, WARNING_ZONE, outer), Zone(name, disaster, SPECIAL_ZONE, inner)]


def _fan(middle: Points, course: Points, down: Points, reach: float, width: float, draws: list[float]) -> Polygon:
    """A lobe from the slope down onto the plain, with an uneven edge."""
    shape = ((-0.45, -0.9), (-0.7, -0.3), (-0.95, 0.2), (-0.9, 0.6), (-0.55, 0.9), (0.0, 1.0), (0.5, 0.92),
             (0.92, 0.62), (0.95, 0.15), (0.7, -0.35), (0.4, -0.95))  # fmt: skip
    ring = []
    for (s, t), draw in zip(shape, draws, strict=True):
        sideways, downwards = s * width * (0.86 + 0.28 * draw), t * (reach if t > 0 else 0.8 * width)
        ring.append(middle + course * sideways + down * (downwards * (0.9 + 0.2 * draw)))
    return max(polygons(shapely.make_valid(Polygon(np.round(np.array(ring), 2)))), key=lambda part: part.area)
