"""Kinds of townscape: where they lie on the drawing board, and how their streets and lots are cut."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from data.sample.curve import Pair
from data.sample.geography import Geography
from data.sample.plane import Points


class District(StrEnum):
    CORE = "core"
    OLD_TOWN = "old_town"
    PORT = "port"
    INDUSTRY = "industry"
    ROADSIDE = "roadside"
    MIXED = "mixed"
    SUBURB = "suburb"
    FARMLAND = "farmland"
    HILL = "hill"


@dataclass(frozen=True, slots=True)
class Fabric:
    """How a district is cut; lengths in metres."""

    town_ha: float
    """A town (町丁目) of the gazetteer is at most about this large at scale 1."""
    block_m: tuple[float, float]
    """Longest block along and across its long axis."""
    lane_m: float
    bend: float
    """Sideways bend of a street in shares of its length."""
    skew: float
    """Largest tangent of the angle between crossing streets and the right angle."""
    lot_m: tuple[float, float]
    """Usual frontage and depth of a lot."""
    cover: float
    """Usual share of the lot's width and depth that the house takes."""
    built: float
    """Share of the lots with a house."""


FABRIC: dict[District, Fabric] = {
    District.CORE: Fabric(14, (86, 50), 7.0, 0.01, 0.05, (14.0, 22.0), 0.90, 0.93),
    District.OLD_TOWN: Fabric(11, (56, 33), 3.8, 0.07, 0.22, (8.0, 15.0), 0.90, 0.96),
    District.PORT: Fabric(16, (100, 52), 7.0, 0.0, 0.03, (30.0, 28.0), 0.82, 0.62),
    District.INDUSTRY: Fabric(40, (190, 115), 9.0, 0.0, 0.02, (62.0, 60.0), 0.74, 0.85),
    District.ROADSIDE: Fabric(22, (110, 66), 7.0, 0.01, 0.05, (30.0, 36.0), 0.66, 0.75),
    District.MIXED: Fabric(21, (88, 41), 5.5, 0.02, 0.09, (12.0, 19.0), 0.78, 0.93),
    District.SUBURB: Fabric(28, (96, 38), 6.0, 0.03, 0.08, (12.8, 17.0), 0.68, 0.94),
    District.FARMLAND: Fabric(40, (190, 90), 4.5, 0.02, 0.08, (30.0, 32.0), 0.5, 0.055),
    District.HILL: Fabric(95, (1e9, 1e9), 4.0, 0.06, 0.2, (30.0, 30.0), 0.5, 0.0),
}

_AREAS: tuple[tuple[District, tuple[Pair, ...]], ...] = (
    (District.INDUSTRY, ((0.03, -0.86), (0.4, -0.965), (0.95, -1.085), (1.5, -1.205), (1.76, -1.28), (1.7, -1.75),
                         (0.0, -1.4))),
    (District.PORT, ((-1.3, -0.72), (-1.10, -0.30), (-0.72, -0.495), (-0.35, -0.735), (-0.28, -1.1), (-0.7, -1.1))),
    (District.OLD_TOWN, ((-1.06, -0.2), (-0.98, 0.14), (-0.78, 0.09), (-0.47, -0.02), (-0.52, -0.25), (-0.30, -0.2),
                         (-0.12, -0.4), (-0.22, -0.80), (-0.70, -0.5))),
    (District.CORE, ((-0.95, 0.2), (-0.88, 0.37), (-0.80, 0.54), (-0.42, 0.53), (0.06, 0.48), (0.04, 0.25),
                     (0.0, -0.12), (-0.13, -0.40), (-0.5, -0.25), (-0.47, -0.02), (-0.78, 0.09))),
    (District.FARMLAND, ((0.36, 0.74), (0.74, 0.92), (1.02, 1.04), (1.14, 0.92), (0.97, 0.62), (0.9, 0.42),
                         (0.46, 0.46))),
    (District.FARMLAND, ((1.06, 0.60), (1.42, 0.66), (1.58, 0.44), (1.62, 0.1), (1.3, 0.03), (1.0, 0.30))),
    (District.FARMLAND, ((1.1, -0.16), (1.66, 0.0), (1.86, -0.42), (2.4, -0.9), (2.4, -1.1), (1.72, -0.66),
                         (1.3, -0.30))),
    (District.FARMLAND, ((-1.78, 2.1), (-1.56, 1.56), (-1.38, 1.66), (-1.2, 1.55), (-1.25, 2.1))),
    (District.FARMLAND, ((0.72, 1.16), (0.95, 1.6), (1.15, 2.2), (1.7, 2.2), (1.45, 1.5), (1.34, 1.14), (1.05, 1.1))),
    (District.MIXED, ((-1.35, 0.1), (-1.25, 0.5), (-0.85, 0.96), (-0.3, 1.0), (0.16, 0.98), (0.36, 0.5),
                      (0.62, 0.25), (0.7, -0.35), (0.6, -0.95), (-0.05, -0.85), (-0.3, -0.75), (-1.1, -0.3))),
)  # fmt: skip
"""First hit counts; elsewhere: suburb."""
ROADSIDE_M = 55
"""How far the roadside shops of the bypass reach from its centre line."""


class Districts:
    """Which district a place belongs to."""

    def __init__(self, geography: Geography) -> None:
        board = geography.board_m
        self._areas: list[tuple[District, BaseGeometry]] = [(District.HILL, geography.hills)]
        self._areas += [(kind, Polygon(np.array(ring) * board)) for kind, ring in _AREAS]
        for _, area in self._areas:
            shapely.prepare(area)

    def at(self, points: Points) -> NDArray[np.object_]:
        """Districts, shape (n,)."""
        found = np.empty(len(points), dtype=object)
        found.fill(District.SUBURB)  # np.full would make a plain str of it
        for kind, area in reversed(self._areas):
            found[shapely.contains_xy(area, points[:, 0], points[:, 1])] = kind
        return found

    def of(self, area: Polygon) -> District:
        if shapely.area(shapely.intersection(area, self._areas[0][1])) > 0.5 * area.area:
            return District.HILL
        place = area.centroid if area.contains(area.centroid) else area.point_on_surface()
        kind: District = self.at(np.array([[place.x, place.y]]))[0]
        return District.SUBURB if kind is District.HILL else kind
