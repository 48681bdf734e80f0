"""The lie of the land of みほん市: coast, river, hills, railway and main roads, drawn by hand.

All numbers are kilometres on a drawing board whose (0, 0) is the origin of the plane. A city of 8,000 buildings
is built at scale 1; smaller and larger cities stretch the board, while streets, lots and houses keep their size.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import shapely
import shapely.ops
from shapely import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from data.sample.curve import Pair, curve, line, straight
from data.sample.plane import Points
from geo import Text

_COAST_WEST: list[Pair] = [
    (-2.15, 2.4), (-2.06, 1.6), (-1.93, 1.1), (-1.77, 0.6), (-1.55, 0.12), (-1.27, -0.28), (-1.02, -0.52),
]  # fmt: skip
_PORT: list[Pair] = [
    (-1.08, -0.60), (-0.98, -0.67), (-0.885, -0.535), (-0.64, -0.705), (-0.735, -0.84), (-0.65, -0.90),
    (-0.58, -0.80), (-0.375, -0.94),
]  # fmt: skip
_MOUTH: list[Pair] = [(-0.375, -0.94), (-0.24, -1.02), (-0.08, -1.06), (0.06, -1.10)]
_WHARF: list[Pair] = [
    (0.10, -1.25), (0.78, -1.43), (0.82, -1.30), (0.90, -1.32), (0.87, -1.455), (1.55, -1.62), (1.60, -1.44),
]  # fmt: skip
_COAST_EAST: list[Pair] = [(1.60, -1.44), (1.80, -1.50), (2.20, -1.66), (2.8, -1.95)]

_RIVER: list[Pair] = [
    (1.60, 2.5), (1.32, 1.9), (1.06, 1.5), (1.04, 1.12), (0.78, 0.84), (0.40, 0.66), (0.29, 0.34), (0.50, 0.02),
    (0.43, -0.34), (0.08, -0.55), (-0.05, -0.85), (0.0, -1.35),
]  # fmt: skip
_EAST_RIVER: list[Pair] = [
    (2.5, 0.95), (2.12, 0.66), (1.80, 0.46), (1.52, 0.30), (1.30, 0.08), (1.20, -0.22), (1.19, -0.52), (1.24, -0.84),
    (1.16, -1.14), (1.19, -1.36), (1.24, -1.75),
]  # fmt: skip
_FOOT_NORTH: list[Pair] = [
    (-1.45, 2.5), (-1.28, 1.9), (-1.02, 1.60), (-0.62, 1.66), (-0.2, 1.46), (0.28, 1.42), (0.60, 1.46), (0.80, 1.78),
    (1.08, 2.5),
]  # fmt: skip
_FOOT_EAST: list[Pair] = [
    (1.85, 2.5), (1.52, 1.85), (1.36, 1.42), (1.68, 1.06), (1.86, 0.6), (1.98, 0.1), (2.18, -0.3), (2.4, -0.55),
    (2.9, -0.75),
]  # fmt: skip
_BOUNDARY: list[Pair] = [
    (-2.4, 2.02), (-1.6, 2.0), (-1.0, 2.12), (-0.3, 1.97), (0.4, 2.1), (1.0, 2.0), (1.7, 2.12), (2.3, 1.78),
    (2.48, 1.2), (2.36, 0.6), (2.56, 0.0), (2.48, -0.6), (2.40, -1.1), (2.47, -1.9),
]  # fmt: skip
_RAILWAY: list[Pair] = [
    (-2.03, 2.5), (-1.86, 1.9), (-1.60, 1.12), (-1.25, 0.62), (-0.86, 0.36), (-0.45, 0.22), (-0.05, 0.12),
    (0.46, 0.08), (0.92, -0.06), (1.35, -0.32), (1.72, -0.64), (2.12, -0.96), (2.9, -1.3),
]  # fmt: skip
STATION: Pair = (-0.45, 0.22)


@dataclass(frozen=True, slots=True)
class RoadPlan:
    """A main road as drawn: name, points, width and who looks after it (PLATEAU's Road_function)."""

    name: Text
    points: tuple[Pair, ...]
    width_m: float
    function: str


def _plan(ja: str, en: str, width_m: float, function: str, *points: Pair) -> RoadPlan:
    return RoadPlan(Text(ja, en), points, width_m, function)


_ROADS = (
    _plan("国道みほんバイパス", "National Route Mihon Bypass", 22, "2",
          (-1.98, 2.5), (-1.76, 1.98), (-1.52, 1.45), (-1.2, 1.04), (-0.65, 0.92), (-0.05, 0.95), (0.5, 1.02),
          (0.98, 1.06), (1.33, 0.88), (1.56, 0.5), (1.70, 0.06), (1.88, -0.40), (2.2, -0.75), (2.8, -1.02)),
    _plan("県道海岸線", "Coast Road", 14, "3",
          (-1.93, 2.5), (-1.89, 2.0), (-1.80, 1.5), (-1.72, 1.1), (-1.53, 0.62), (-1.31, 0.15), (-1.02, -0.22),
          (-0.70, -0.48), (-0.35, -0.72), (-0.05, -0.84), (0.4, -0.96), (0.95, -1.08), (1.5, -1.20), (2.0, -1.36),
          (2.8, -1.62)),
    _plan("旧街道", "Old Highway", 13, "3",
          (-1.54, 0.64), (-1.12, 0.36), (-0.78, 0.10), (-0.40, -0.03), (0.02, -0.12), (0.47, -0.18), (0.95, -0.40),
          (1.35, -0.68), (1.75, -0.98), (2.02, -1.37)),
    _plan("駅前通り", "Station Avenue", 25, "4",
          (-0.452, 0.165), (-0.465, 0.0), (-0.52, -0.25), (-0.63, -0.53)),
    _plan("北口通り", "North Gate Avenue", 18, "4",
          (-0.448, 0.275), (-0.41, 0.52), (-0.36, 0.93), (-0.31, 1.2), (-0.22, 1.42)),
    _plan("西環状線", "West Ring Road", 16, "4",
          (-1.03, -0.21), (-0.97, 0.15), (-0.93, 0.46), (-0.84, 0.72), (-0.74, 0.935)),
    _plan("東環状線", "East Ring Road", 16, "4",
          (0.14, 0.97), (0.09, 0.6), (0.04, 0.25), (0.0, -0.12), (-0.12, -0.4), (-0.22, -0.78)),
    _plan("中央通り", "Central Avenue", 14, "4",
          (-1.69, 1.02), (-1.2, 0.70), (-0.86, 0.56), (-0.42, 0.52), (0.06, 0.48), (0.32, 0.46), (0.8, 0.42),
          (1.2, 0.40), (1.60, 0.42)),
    _plan("東部縦貫線", "Eastern Artery", 14, "3",
          (1.2, 0.97), (0.98, 0.62), (0.90, 0.2), (0.92, -0.2), (0.94, -0.4), (0.86, -0.75), (0.90, -1.07)),
    _plan("臨港道路", "Harbour Road", 15, "4",
          (0.22, -0.91), (0.30, -1.13), (0.85, -1.235), (1.4, -1.39), (1.66, -1.26)),
    _plan("西浜通り", "Nishihama Street", 11, "4",
          (-1.32, 0.17), (-1.24, 0.45), (-1.19, 0.70), (-1.21, 1.05)),
    _plan("県道みほん谷線", "Mihon Valley Road", 10, "3",
          (0.72, 1.04), (0.84, 1.4), (1.05, 1.78), (1.38, 2.5)),
    _plan("山手通り", "Yamate Street", 11, "4",
          (-1.22, 1.04), (-1.02, 1.38), (-0.65, 1.45), (-0.29, 1.24), (0.15, 1.22), (0.5, 1.2), (0.76, 1.17)),
    _plan("東浦通り", "Higashiura Street", 11, "4", (0.91, -0.1), (1.3, 0.02), (1.70, 0.12)),
    _plan("新浜通り", "Shinhama Street", 11, "4", (1.35, -0.66), (1.40, -0.95), (1.38, -1.18)),
    _plan("漁港通り", "Fishing Port Street", 11, "4", (-0.78, 0.10), (-0.80, -0.12), (-0.86, -0.38)),
    _plan("北部幹線", "Northern Trunk Road", 12, "4", (-1.56, 1.52), (-1.36, 1.62), (-1.02, 1.4)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Road:
    name: Text
    line: LineString
    width_m: float
    function: str


@dataclass(frozen=True, slots=True)
class River:
    name: Text
    kana: str
    slug: str
    """In paths of files."""
    line: LineString
    """From the hills to the sea."""
    area: Polygon


@dataclass(frozen=True)
class Geography:
    """Everything in metres of the local plane."""

    scale: float
    municipality: Polygon
    sea: Polygon
    rivers: tuple[River, ...]
    """The large one through the middle of the city first."""
    coast: LineString
    hills: MultiPolygon
    mountains: MultiPolygon
    """The hills with what lies beyond the municipality."""
    railway: LineString
    roads: tuple[Road, ...]
    station: Point

    @property
    def river_line(self) -> LineString:
        return self.rivers[0].line

    @property
    def water(self) -> MultiPolygon:
        """All rivers."""
        return MultiPolygon([river.area for river in self.rivers])

    @property
    def board_m(self) -> float:
        """Metres of one kilometre on the drawing board."""
        return 1000 * self.scale


def build_geography(scale: float) -> Geography:
    board = 1000 * scale
    coast = _coast(board)
    land, sea = _land_and_sea(coast, board)
    municipality = _municipality(land, board)
    return Geography(
        scale=scale,
        municipality=municipality,
        sea=sea,
        rivers=_rivers(board, scale, municipality),
        coast=LineString(coast),
        hills=_polygons(_mountains(board).intersection(municipality)),
        mountains=_polygons(_mountains(board)),
        railway=_longest(line(_RAILWAY, board).intersection(municipality)),
        roads=_roads(board, municipality),
        station=Point(STATION[0] * board, STATION[1] * board),
    )


def _coast(board: float) -> Points:
    return np.vstack([
        curve(_COAST_WEST, board), straight(_PORT[:-1], board), curve(_MOUTH, board), straight(_WHARF[:-1], board),
        curve(_COAST_EAST, board),
    ])  # fmt: skip


def _land_and_sea(coast: Points, board: float) -> tuple[Polygon, Polygon]:
    inland = np.array([[3.2, -1.95], [3.2, 2.8], [-2.15, 2.8]]) * board
    # The open sea: farther out than a map of the city looks.
    offshore = np.array([[16.0, -8.3], [16.0, -16.0], [-16.0, -16.0], [-16.0, 14.0], [-9.0, 14.0]]) * board
    return Polygon(np.vstack([coast, inland])), Polygon(np.vstack([coast, offshore]))


def _municipality(land: Polygon, board: float) -> Polygon:
    inside = np.vstack([curve(_BOUNDARY, board), np.array([[2.47, -2.4], [-2.4, -2.4]]) * board])
    return _largest(land.intersection(Polygon(inside)))


def _rivers(board: float, scale: float, municipality: Polygon) -> tuple[River, ...]:
    large = line(_RIVER, board)
    small = line(_EAST_RIVER, board)
    return (
        River(Text("みほん川", "Mihon River"), "みほんがわ", "mihongawa", large,
              _largest(_river(large, scale, (14, 38)).intersection(municipality))),
        River(Text("みほん東川", "Mihon Higashi River"), "みほんひがしがわ", "mihonhigashigawa", small,
              _largest(_river(small, scale, (4, 9)).intersection(municipality))),
    )  # fmt: skip


def _river(river_line: LineString, scale: float, half_m: tuple[float, float]) -> Polygon:
    """Widens towards the sea; `half_m`: half of its width above and at the mouth."""
    steps = 40
    factor = sqrt(scale)
    pieces = []
    low, high = half_m
    for k in range(steps):
        part = shapely.ops.substring(river_line, k / steps, (k + 1) / steps, normalized=True)
        pieces.append(part.buffer(factor * (low + (high - low) * (k + 0.5) / steps), quad_segs=4))
    joined = shapely.union_all(pieces).buffer(factor * 6, quad_segs=4).buffer(-factor * 6, quad_segs=4)
    return _largest(joined.simplify(0.3))


def _mountains(board: float) -> BaseGeometry:
    north = Polygon(curve(_FOOT_NORTH, board))
    east = Polygon(np.vstack([curve(_FOOT_EAST, board), np.array([[3.2, 2.8]]) * board]))
    return shapely.union(north, east)


def _polygons(geometry: BaseGeometry) -> MultiPolygon:
    return MultiPolygon([part for part in shapely.get_parts(geometry) if isinstance(part, Polygon)])


def _roads(board: float, municipality: Polygon) -> tuple[Road, ...]:
    lines = [_longest(line(plan.points, board).intersection(municipality)) for plan in _ROADS]
    joined = [_join_ends(k, lines, 0.045 * board) for k in range(len(lines))]
    return tuple(Road(p.name, one, p.width_m, p.function) for p, one in zip(_ROADS, joined, strict=True))


def _join_ends(k: int, lines: list[LineString], reach_m: float) -> LineString:
    """A road that ends near another ends on it: hand-drawn ends never meet by themselves."""
    others = shapely.multilinestrings([other for i, other in enumerate(lines) if i != k])
    points = [Point(p) for p in lines[k].coords]
    for _ in range(2):
        points.reverse()
        if others.distance(points[-1]) < reach_m:
            target = shapely.ops.nearest_points(others, points[-1])[0]
            near = [p for p in points if p.distance(target) > reach_m]
            points = [*near, _beyond(near[-1], target)]
    return LineString([(p.x, p.y) for p in points])


def _beyond(start: Point, end: Point) -> Point:
    """10 cm past the end, so that the lines really cross."""
    stretch = 1 + 0.1 / start.distance(end)
    return Point(start.x + (end.x - start.x) * stretch, start.y + (end.y - start.y) * stretch)


def _longest(geometry: BaseGeometry) -> LineString:
    parts = [part for part in shapely.get_parts(geometry) if isinstance(part, LineString)]
    return max(parts, key=lambda part: part.length)


def _largest(geometry: BaseGeometry) -> Polygon:
    parts = [part for part in shapely.get_parts(geometry) if isinstance(part, Polygon)]
    return max(parts, key=lambda part: part.area)
