"""Centre lines of all that people walk or drive on, their ends drawn out to the middle of the street they meet."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from math import sqrt

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from data.sample.block import Block, Site, Street
from data.sample.geography import Geography
from data.sample.hill_path import hill_paths
from data.sample.plane import Points
from data.sample.station_bridge import station_bridge
from data.sample.subdivision import box_around
from data.sample.terrain import Terrain
from data.sample.town import Towns
from geo import Text

_EDGE_M = 1.5
"""An end this near to the edge of a street meets it."""
_PATH_REACH_M = 25.0
"""How far a path leads on to find a street."""
_STAIRS_SLOPE = 0.17
"""A narrow lane steeper than this is a flight of steps."""
_AT_ONCE = 5000
"""Ends that look for their streets together: memory does not grow with the city."""


@dataclass(frozen=True, slots=True)
class CentreLine:
    line: LineString
    width_m: float
    tags: dict[str, str]
    meets_m: float = 0.0
    """How near its ends must come to any other line to be joined to it, besides the width of that line."""
    loose: tuple[bool, bool] = (True, True)
    """Which of its ends may be drawn out."""
    above: bool = False
    """Passes over what it crosses."""
    node_tags: dict[int, dict[str, str]] = field(default_factory=dict)
    """By vertex of the line."""


def centre_lines(
    geography: Geography, terrain: Terrain, towns: Towns, streets: Sequence[Street], blocks: Sequence[Block]
) -> list[CentreLine]:
    main = [_main(road.line, road.width_m, road.function, road.name) for road in geography.roads]
    collectors = _joined(_collectors(geography, towns), main)
    lanes = _joined(_lanes(streets, terrain), [*main, *collectors])
    roads = [*main, *collectors, *lanes]
    greenways = _promenades(geography)
    walks = [*greenways, *_park_paths(blocks), *_accesses(roads, greenways)]
    walks += [CentreLine(p.line, 1.5, p.tags, 0, (False, False), node_tags=p.node_tags) for p in
              hill_paths(geography, terrain, [one.line for one in roads])]  # fmt: skip
    walks = _joined(walks, roads)
    bridge = [CentreLine(p.line, p.width_m, p.tags, 0, (False, False), p.above, p.node_tags)
              for p in station_bridge(geography)]  # fmt: skip
    return [*roads, *walks, *bridge]


_CLASS = {"2": "trunk", "3": "secondary", "4": "tertiary"}


def _main(line: LineString, width_m: float, function: str, name: Text) -> CentreLine:
    lanes = "4" if width_m >= 16 else "2"
    tags = {"highway": _CLASS[function], "name": name.ja, "name:ja": name.ja, "name:en": name.en, "lanes": lanes,
            "width": f"{width_m:g}", "sidewalk": "both" if width_m > 10 else "left", "surface": "asphalt",
            "lit": "yes"}  # fmt: skip
    return CentreLine(line, width_m, tags)


def _collectors(geography: Geography, towns: Towns) -> list[CentreLine]:
    banks = geography.water.buffer(6 * sqrt(geography.scale), quad_segs=2)
    closed = shapely.union_all([banks, geography.railway.buffer(6, quad_segs=2)])
    found = []
    for collector in towns.collectors:
        for part in _line_parts(collector.line.difference(closed)):
            wide = collector.width_m >= 9
            tags = {"highway": "unclassified", "width": f"{collector.width_m:g}", "surface": "asphalt",
                    "sidewalk": "both" if wide else "no"}  # fmt: skip
            found.append(CentreLine(part, collector.width_m, tags))
    return found


def _lanes(streets: Sequence[Street], terrain: Terrain) -> list[CentreLine]:
    """The streets that were cut into towns; main streets and collectors have widths of their own and a long line."""
    return [CentreLine(one.line, one.width_m, _lane_tags(one, terrain)) for one in streets if _is_lane(one)]


def _is_lane(one: Street) -> bool:
    return (
        one.section == "1" and not one.name and one.line.distance(one.area) < 0.01
        and one.line.length < 1.5 * one.area.length
        and bool(one.area.buffer(0.5, quad_segs=1).contains(one.line))
    )  # fmt: skip


def _lane_tags(street: Street, terrain: Terrain) -> dict[str, str]:
    ends = terrain.height(shapely.get_coordinates(street.line)[[0, -1]])
    slope = (ends[1] - ends[0]) / max(street.line.length, 1.0)
    if abs(slope) > _STAIRS_SLOPE and street.width_m <= 6:
        steps = max(3, round(abs(float(ends[1] - ends[0])) / 0.16))
        return {"highway": "steps", "step_count": str(steps), "incline": "up" if slope > 0 else "down",
                "handrail": "yes", "width": "2"}  # fmt: skip
    return _flat_lane_tags(street.width_m)


@cache
def _flat_lane_tags(width_m: float) -> dict[str, str]:
    """Many lanes share one dictionary."""
    narrow = width_m < 4.6
    kind = "service" if width_m < 4 else "residential"
    tags = {"highway": kind, "width": f"{width_m:g}", "surface": "asphalt", "sidewalk": "no"}
    return {**tags, "service": "alley"} if kind == "service" else {**tags, "maxspeed": "30"} if narrow else tags


def _promenades(geography: Geography) -> list[CentreLine]:
    """Paths on both banks of the river, as far as there is land on both sides of them."""
    inland = geography.municipality.buffer(-12).difference(geography.sea.buffer(40, quad_segs=2))
    rim = geography.rivers[0].area.buffer(5 + 4 * sqrt(geography.scale), quad_segs=3).boundary.intersection(inland)
    lines = _line_parts(rim.difference(geography.railway.buffer(6, quad_segs=2)).simplify(1.0))
    tags = {"highway": "footway", "name": "みほん川緑道", "name:ja": "みほん川緑道",
            "name:en": "Mihon River Greenway", "foot": "designated", "bicycle": "yes", "surface": "paved",
            "width": "3"}  # fmt: skip
    return [CentreLine(line, 3.0, tags, _PATH_REACH_M) for line in lines if line.length > 40]


def _accesses(roads: list[CentreLine], greenways: list[CentreLine]) -> list[CentreLine]:
    """From each street that ends before the river to the path on its bank."""
    if not greenways:
        return []
    ends = _dots(_ends(roads)[0])
    tree = shapely.STRtree([one.line for one in roads])
    neighbours = np.bincount(tree.query(ends, predicate="dwithin", distance=1.0)[0], minlength=len(ends))
    paths = shapely.multilinestrings([one.line for one in greenways])
    gap = shapely.distance(ends, paths)
    chosen = ends[(neighbours == 1) & (gap > 0.5) & (gap < _PATH_REACH_M)]
    tags = {"highway": "footway", "surface": "paved", "width": "2"}
    return [CentreLine(line, 2.0, tags, 0, (False, False)) for line in shapely.shortest_line(chosen, paths).tolist()]


def _park_paths(blocks: Sequence[Block]) -> list[CentreLine]:
    found = []
    for block in blocks:
        if block.site is Site.PARK:
            box = box_around(block.area)
            reach = box.along * (box.long_m / 2 - 0.5)
            line = LineString([box.centre - reach, box.centre, box.centre + reach])
            for part in _line_parts(line.intersection(block.area)):
                tags = {"highway": "footway", "surface": "fine_gravel", "width": "2", "bicycle": "dismount"}
                found.append(CentreLine(part, 2.0, tags, 12.0))
    return found


def _line_parts(geometry: BaseGeometry) -> list[LineString]:
    merged = shapely.line_merge(geometry) if geometry.geom_type != "LineString" else geometry
    return [part for part in shapely.get_parts(merged) if isinstance(part, LineString) and part.length > 4]


def _joined(lines: list[CentreLine], known: list[CentreLine]) -> list[CentreLine]:
    """The same list, each line with its ends drawn out to those it meets: straight on where that hits, else to the
    nearest place. The old lines go as the new ones come: both at once would take twice the memory.
    """
    if not lines:
        return []
    ends, owners, heads = _ends(lines)
    targets = _targets(ends, owners, heads, [*lines, *known], np.array([one.meets_m for one in lines])[owners])
    for k, one in enumerate(lines):
        points = shapely.get_coordinates(one.line)
        first, last = (
            np.where(may, end, np.nan) for may, end in zip(one.loose, targets[2 * k : 2 * k + 2], strict=True)
        )
        moved = {i + int(np.isfinite(first[0])): tags for i, tags in one.node_tags.items()}
        parts = [p for p in (first[None], points, last[None]) if np.isfinite(p).all()]
        lines[k] = replace(one, line=LineString(np.round(np.vstack(parts), 3)), node_tags=moved)
    return lines


def _ends(lines: list[CentreLine]) -> tuple[Points, NDArray[np.int64], Points]:
    """First and last point of each line in turn, whose they are, and the unit vectors that lead on from there."""
    points, line = shapely.get_coordinates([one.line for one in lines], return_index=True)
    bounds = np.searchsorted(line, np.arange(len(lines) + 1))
    first, last = bounds[:-1], bounds[1:] - 1
    ends = points[np.column_stack([first, last]).ravel()]
    heads = ends - points[np.column_stack([first + 1, last - 1]).ravel()]
    heads /= np.maximum(np.sqrt((heads**2).sum(axis=1)), 1e-9)[:, None]
    return ends, np.repeat(np.arange(len(lines)), 2), heads


def _targets(
    ends: Points, owners: NDArray[np.int64], heads: Points, every: list[CentreLine], meets: NDArray[np.float64]
) -> Points:
    """Where each end leads, shape (n, 2); NaN where it meets nothing or lies there already."""
    tree = shapely.STRtree([one.line for one in every])
    half = np.array([one.width_m / 2 for one in every]) + _EDGE_M
    found = np.full((len(ends), 2), np.nan)
    for some in np.array_split(np.arange(len(ends)), len(ends) // _AT_ONCE + 1):
        found[some] = _targets_among(tree, half, ends[some], owners[some], heads[some], meets[some])
    return found


def _targets_among(
    tree: shapely.STRtree, half: NDArray[np.float64], ends: Points, owners: NDArray[np.int64], heads: Points,
    meets: NDArray[np.float64],
) -> Points:  # fmt: skip
    """`half`: how near to each line of the tree an end must come."""
    lines = tree.geometries
    points = _dots(ends)
    end, other = tree.query(points, predicate="dwithin", distance=max(half.max(), meets.max()))
    gap = np.asarray(shapely.distance(points[end], lines[other]))
    near = (owners[end] != other) & (gap <= np.maximum(half[other], meets[end]))
    end, other, gap = end[near], other[near], gap[near]
    ahead = _ahead(points[end], ends[end], heads[end], 2.2 * gap + 1, lines[other])
    along = shapely.line_locate_point(lines[other], points[end])
    nearest = shapely.get_coordinates(shapely.line_interpolate_point(lines[other], along))
    straight = np.isfinite(ahead[:, 0])
    place = np.where(straight[:, None], ahead, nearest)
    way = np.sqrt(((place - ends[end]) ** 2).sum(axis=1))
    order = np.lexsort((other, np.round(way, 3), ~straight, end))
    found = np.full((len(ends), 2), np.nan)
    first = order[np.concatenate([[True], np.diff(end[order]) > 0])] if len(order) else order
    first = first[way[first] > 0.05]
    found[end[first]] = place[first]
    return found


def _dots(points: Points) -> NDArray[np.object_]:
    return np.asarray(shapely.points(points), dtype=object)


def _ahead(
    points: NDArray[np.object_], ends: Points, heads: Points, reach: NDArray[np.float64], lines: NDArray[np.object_]
) -> Points:
    """Where the way straight on first hits the line; NaN where it does not within `reach` metres."""
    rays = shapely.linestrings(np.stack([ends, ends + heads * reach[:, None]], axis=1))
    hits = shapely.intersection(rays, lines)
    found = np.full((len(ends), 2), np.nan)
    hit = ~shapely.is_empty(hits)
    if hit.any():
        nearest = shapely.get_point(shapely.shortest_line(points[hit], hits[hit]), 1)
        found[hit] = shapely.get_coordinates(nearest)
    return found
