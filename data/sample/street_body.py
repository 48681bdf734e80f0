"""Streets in space: carriageway, footways behind a kerb, the crossing; bridges that rise over the river."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from data.sample.block import Street
from data.sample.body import Corner, Ring
from data.sample.plane import Points
from data.sample.subdivision import polygons
from data.sample.surface import Values
from data.sample.terrain import Terrain

KERB_M = 0.15
_CROWN_M = 2.5
"""How much a bridge rises over its ends."""
_EDGE_M = 10.0
"""Longest edge of the faces that follow the ground."""
_SHORTEST_M = 0.03
CARRIAGEWAY, CROSSING, FOOTWAY, KERB = "1000", "1020", "2000", "2000"
"""Codes of TrafficArea_function; the kerb's is of AuxiliaryTrafficArea_function."""


@dataclass(frozen=True)
class Lane:
    """A part of a street."""

    function: str
    area: Polygon
    raised_m: float = 0.0


def lanes(street: Street) -> list[Lane]:
    """Streets of nine metres and more have footways on both sides."""
    whole = polygons(shapely.set_precision(street.area, 0.01))
    if street.section == "4":
        return [Lane(CROSSING, part) for part in whole]
    side = 3.0 if street.width_m >= 14 else 2.0
    if street.width_m < 9:
        return [Lane(CARRIAGEWAY, part) for part in whole]
    strip = street.line.buffer(street.width_m / 2 - side, cap_style="flat", quad_segs=4)
    road = polygons(shapely.intersection(street.area, strip, grid_size=0.01))
    walk = polygons(shapely.difference(street.area, strip, grid_size=0.01))
    found = [Lane(CARRIAGEWAY, part) for part in road if part.area > 1]
    return found + [Lane(FOOTWAY, part, KERB_M) for part in walk if part.area > 1]


Heights = Callable[[Points], Values]


def deck(street: Street, terrain: Terrain) -> Heights:
    """Heights of a street's surface: the ground, or on a bridge a curve between the ground at both ends."""
    if street.section != "3":
        return terrain.height
    line = axis_of(street)
    ends = terrain.height(shapely.get_coordinates(line)[[0, -1]])

    def heights(points: Points) -> Values:
        t = shapely.line_locate_point(line, shapely.points(points), normalized=True)
        over: Values = np.round(ends[0] + (ends[1] - ends[0]) * t + 4 * _CROWN_M * t * (1 - t), 2)
        return over

    return heights


def axis_of(street: Street) -> LineString:
    """The part of the centre line in the street's area."""
    parts = [one for one in shapely.get_parts(street.line.intersection(street.area)) if isinstance(one, LineString)]
    if parts:
        return max(parts, key=lambda one: one.length)
    corners = shapely.get_coordinates(shapely.oriented_envelope(street.area))
    return LineString([(corners[0] + corners[1]) / 2, (corners[2] + corners[3]) / 2])


def faces(lane: Lane, heights: Heights) -> list[list[Corner]]:
    """Triangles on the ground, turned upwards."""
    fine = shapely.segmentize(lane.area, _EDGE_M)
    found: list[list[Corner]] = []
    for triangle in shapely.get_parts(shapely.constrained_delaunay_triangles(fine)):
        ring = shapely.get_coordinates(shapely.orient_polygons(triangle))[:3]
        sides = ((ring - np.roll(ring, 1, axis=0)) ** 2).sum(axis=1)
        if triangle.area > 0.01 and sides.min() > _SHORTEST_M**2:
            found.append(raised(ring, heights, lane.raised_m))
    return found


def raised(points: Points, heights: Heights, by_m: float = 0.0) -> list[Corner]:
    lifted = np.round(heights(points) + by_m, 2)
    return [(x, y, z) for (x, y), z in zip(points.tolist(), lifted.tolist(), strict=True)]


def kerbs(found: Sequence[Lane], heights: Heights) -> list[list[Corner]]:
    """Upright faces between the footway and what lies lower beside it, seen from the carriageway."""
    walks = [lane.area for lane in found if lane.raised_m > 0]
    roads = [lane.area for lane in found if lane.raised_m == 0]
    if not walks or not roads:
        return []
    shared = shapely.union_all(walks).boundary.intersection(shapely.union_all(roads).boundary.buffer(0.03))
    return [face for line in _lines(shared) for face in _upright(line, walks, heights)]


def _lines(geometry: BaseGeometry) -> list[LineString]:
    merged = shapely.line_merge(geometry) if geometry.geom_type != "LineString" else geometry
    return [one for one in shapely.get_parts(merged) if isinstance(one, LineString) and one.length > 1]


def _upright(line: LineString, walks: Sequence[Polygon], heights: Heights) -> list[list[Corner]]:
    points = shapely.get_coordinates(shapely.segmentize(line.simplify(_SHORTEST_M), _EDGE_M))
    if _on_left(points, walks):
        points = points[::-1]
    low, high = raised(points, heights), raised(points, heights, KERB_M)
    # The footway is on the right of the line now: walking along it, the carriageway sees it from the left.
    return [[low[k + 1], low[k], high[k], high[k + 1]] for k in range(len(points) - 1)]


def _on_left(points: Points, walks: Sequence[Polygon]) -> bool:
    middle, course = (points[0] + points[1]) / 2, points[1] - points[0]
    left = middle + np.array([-course[1], course[0]]) / max(float(np.sqrt((course**2).sum())), 1e-9) * 0.3
    return any(one.contains(shapely.Point(*left)) for one in walks)


def bridge_faces(street: Street, terrain: Terrain, thick_m: float) -> dict[str, list[Ring]]:
    """A closed body from bank to bank: deck, underside, sides and both ends, by the class of surface."""
    line, heights = axis_of(street), deck(street, terrain)
    count = max(4, round(line.length / 8))
    stations = [line.interpolate(k / count, normalized=True) for k in range(count + 1)]
    tops, lefts, rights = heights(np.array([(p.x, p.y) for p in stations])).tolist(), [], []
    half = street.width_m / 2
    points = np.array([(p.x, p.y) for p in stations])
    courses = np.gradient(points, axis=0)
    normals = np.column_stack([-courses[:, 1], courses[:, 0]]) / np.sqrt((courses**2).sum(axis=1))[:, None]
    lefts, rights = (points + half * normals).round(2).tolist(), (points - half * normals).round(2).tolist()
    upper = [[(x, y, z) for (x, y), z in zip(side, tops, strict=True)] for side in (lefts, rights)]
    lower = [[(x, y, round(z - thick_m, 2)) for x, y, z in side] for side in upper]
    (tl, tr), (bl, br) = upper, lower
    found: dict[str, list[Ring]] = {"OuterFloorSurface": [], "OuterCeilingSurface": [], "WallSurface": []}
    for k in range(count):
        found["OuterFloorSurface"] += [[tr[k], tr[k + 1], tl[k + 1]], [tr[k], tl[k + 1], tl[k]]]
        found["OuterCeilingSurface"] += [[bl[k], bl[k + 1], br[k + 1]], [bl[k], br[k + 1], br[k]]]
        found["WallSurface"] += [[br[k], br[k + 1], tr[k + 1], tr[k]], [bl[k + 1], bl[k], tl[k], tl[k + 1]]]
    found["WallSurface"] += [[bl[0], br[0], tr[0], tl[0]], [br[-1], bl[-1], tl[-1], tr[-1]]]
    return found
