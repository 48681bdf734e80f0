"""Streets as a network: lines that share a node wherever a walker can go from one to the other."""

from array import array
from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from data.sample.centre_line import CentreLine
from data.sample.geography import Geography
from data.sample.plane import Points
from data.sample.shelf import Shelf

_MEET_M = 0.3
"""An end this near to a line lies on it."""
_SAME_M = 0.5
"""Junctions nearer to each other than this are one."""
_LEVEL_CROSSING_M = 15.0
"""Narrower roads cross the railway on the level; wider ones on a bridge."""
_AT_ONCE = 5000
"""Of lines or pairs of lines, so few that their shapes take little memory."""


@dataclass(slots=True)
class Way:
    nodes: list[int]
    tags: dict[str, str]


class StreetNetwork:
    def __init__(self, folder: Path) -> None:
        """`folder`: where the ways may lie while they are needed."""
        self.node_tags: dict[int, dict[str, str]] = {}
        self.ways: Shelf[Way] = Shelf(folder)
        self._points = array("d")

    @property
    def points(self) -> Points:
        """Metres of the local plane, shape (n, 2); a node's number is its place here."""
        return np.array(self._points).reshape(-1, 2)

    def point(self, node: int) -> tuple[float, float]:
        return self._points[2 * node], self._points[2 * node + 1]

    def tag(self, node: int, tags: dict[str, str]) -> None:
        self.node_tags.setdefault(node, {}).update(tags)

    def add_point(self, point: tuple[float, float]) -> int:
        self._points.extend(point)
        return len(self._points) // 2 - 1

    def pairs(self, kinds: Container[str]) -> NDArray[np.int64]:
        """Neighbouring nodes of the ways whose `highway` is one of these, shape (n, 2)."""
        flat = array("q")
        for way in self.ways:
            if way.tags.get("highway", "") in kinds:
                flat.extend(node for pair in pairwise(way.nodes) for node in pair)
        return np.array(flat, dtype=np.int64).reshape(-1, 2)


@dataclass(frozen=True)
class _Events:
    """Places where lines meet: which line, where, and which junction it is; shapes (n,), (n, 2), (n,)."""

    line: NDArray[np.int64]
    place: Points
    junction: NDArray[np.int64]


_Stop = tuple[float, tuple[float, float], int]
"""Metres along a line, place, junction (-1: none)."""


def build_network(lines: Sequence[CentreLine], geography: Geography, folder: Path) -> StreetNetwork:
    rail = CentreLine(geography.railway, 0.0, {"railway": "rail", "name": "みほん線", "name:ja": "みほん線",
                                               "name:en": "Mihon Line", "gauge": "1067"}, above=True)  # fmt: skip
    every = [*lines, rail]
    events = _events(every, geography)
    network = StreetNetwork(folder)
    junctions = array("q", [-1]) * (int(events.junction.max()) + 1)
    starts = np.searchsorted(events.line, np.arange(len(every) + 1)).tolist()
    meetings = np.bincount(np.unique(np.column_stack([events.junction, events.line]), axis=0)[:, 0])
    for k, one in enumerate(every):
        mine = slice(starts[k], starts[k + 1])
        stops = _stops(one.line, events.place[mine], events.junction[mine])
        if one.line.length > 0 and _is_main(one):
            stops = _with_crossings(stops, every, events, meetings, k, geography)
        nodes = [_node(network, junctions, stop) for stop in stops]
        _tag_nodes(network, one, stops, nodes)
        for way in _ways(one, stops, nodes, geography):
            network.ways.append(way)
    _tag_level_crossings(network, geography, len(network.ways) - 1)
    return network


def _is_main(one: CentreLine) -> bool:
    return one.tags.get("highway") in ("trunk", "secondary", "tertiary")


def _events(lines: Sequence[CentreLine], geography: Geography) -> _Events:
    shapes = np.array([one.line for one in lines], dtype=object)
    met = [*_crossings(lines, shapes), *_ends(shapes), _level_crossings(lines, shapes, geography)]
    line = np.concatenate([one for one, _ in met])
    junction, place = _clustered(np.vstack([one for _, one in met]))
    order = np.lexsort((junction, line))
    return _Events(line[order], place[order], junction[order])


def _crossings(lines: Sequence[CentreLine], shapes: NDArray[np.object_]) -> list[tuple[NDArray[np.int64], Points]]:
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    above = np.array([one.above for one in lines])
    kept = np.flatnonzero((first < second) & ~above[first] & ~above[second])
    found = [_meetings(shapes, first[k], second[k]) for k in np.array_split(kept, len(kept) // _AT_ONCE + 1)]
    one, other, places = (np.concatenate(part) for part in zip(*found, strict=True))
    return [(one, places), (other, places)]


def _meetings(
    shapes: NDArray[np.object_], first: NDArray[np.int64], second: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], Points]:
    places, pair = shapely.get_coordinates(shapely.intersection(shapes[first], shapes[second]), return_index=True)
    return first[pair], second[pair], places


def _ends(shapes: NDArray[np.object_]) -> list[tuple[NDArray[np.int64], Points]]:
    """Every end is a junction, with all lines it lies on."""
    tree = shapely.STRtree(shapes)
    owners, others = [], []
    for which in (0, -1):
        for some in np.array_split(np.arange(len(shapes)), len(shapes) // _AT_ONCE + 1):
            ends = shapely.get_point(shapes[some], which)
            places = shapely.get_coordinates(ends)
            end, other = tree.query(ends, predicate="dwithin", distance=_MEET_M)
            owners.append((some, places))
            others.append((other, places[end]))
    return [*owners, *others]


def _level_crossings(
    lines: Sequence[CentreLine], shapes: NDArray[np.object_], geography: Geography
) -> tuple[NDArray[np.int64], Points]:
    """On the road and on the railway, which is the last line."""
    found: list[int] = []
    places: list[tuple[float, float]] = []
    for k, one in enumerate(lines[:-1]):
        if not one.above and one.width_m < _LEVEL_CROSSING_M and one.line.intersects(geography.railway):
            for x, y in shapely.get_coordinates(one.line.intersection(geography.railway)).tolist():
                found += [k, len(lines) - 1]
                places += [(x, y), (x, y)]
    return np.array(found, dtype=np.int64), np.array(places, dtype=float).reshape(-1, 2)


def _clustered(places: Points) -> tuple[NDArray[np.int64], Points]:
    """Junction of each place, numbered as they first appear, and its own place: that of its first member."""
    # Most places are there several times, to the last bit: as one they make far fewer pairs.
    _, where, which = np.unique(places[:, 0] + 1j * places[:, 1], return_index=True, return_inverse=True)
    pairs = cKDTree(places[where]).query_pairs(_SAME_M, output_type="ndarray")
    links = coo_array((np.ones(len(pairs), dtype=np.int8), pairs.T), shape=(len(where), len(where)))
    label = connected_components(links, directed=False)[1][which]
    _, first, group = np.unique(label, return_index=True, return_inverse=True)
    junction = np.argsort(np.argsort(first))[group]
    return junction.astype(np.int64), places[first[group]]


def _stops(line: LineString, places: Points, junction: NDArray[np.int64]) -> list[_Stop]:
    """Vertices and junctions in order; a vertex that all but lies on a junction gives way to it."""
    at = np.atleast_1d(shapely.line_locate_point(line, shapely.points(places)))
    coordinates = shapely.get_coordinates(line)
    along = np.concatenate([[0.0], np.cumsum(np.sqrt((np.diff(coordinates, axis=0) ** 2).sum(axis=1)))])
    free = np.abs(along[:, None] - at[None, :]).min(axis=1) > _SAME_M
    stops = [(a, (x, y), -1) for a, (x, y) in zip(along[free].tolist(), coordinates[free].tolist(), strict=True)]
    stops += [(a, (x, y), j) for a, (x, y), j in zip(at.tolist(), places.tolist(), junction.tolist(), strict=True)]
    stops.sort()
    return [stop for k, stop in enumerate(stops) if k == 0 or stop[2] < 0 or stop[2] != stops[k - 1][2]]


def _node(network: StreetNetwork, junctions: "array[int]", stop: _Stop) -> int:
    _, place, junction = stop
    if junction < 0:
        return network.add_point(place)
    if junctions[junction] < 0:
        junctions[junction] = network.add_point(place)
    return junctions[junction]


_SIGNALS = {"highway": "crossing", "crossing": "traffic_signals", "crossing:markings": "zebra", "tactile_paving": "yes"}
_ZEBRA = {"highway": "crossing", "crossing": "uncontrolled", "crossing:markings": "zebra"}
_BESIDE_M = 4.0


def _with_crossings(
    stops: list[_Stop], lines: Sequence[CentreLine], events: _Events, meetings: NDArray[np.int64], k: int,
    geography: Geography,
) -> list[_Stop]:  # fmt: skip
    """Zebra crossings on both sides of each meeting with another main road, and now and then where a lane joins."""
    bare = _bridged(lines[k], geography)
    wanted: list[tuple[float, int]] = []
    last = -1e9
    for at, place, junction in stops:
        if junction < 0 or meetings[junction] < 2 or bare.distance(shapely.Point(place)) < 12:
            continue
        others = [lines[j] for j in events.line[events.junction == junction].tolist() if j != k]
        major = [one for one in others if _is_main(one)]
        if major:
            beside = max(one.width_m for one in major) / 2 + _BESIDE_M
            wanted += [(at - beside, -2), (at + beside, -2)]
        elif at - last > 130:
            wanted.append((at + max(one.width_m for one in others) / 2 + _BESIDE_M, -3))
            last = at
    return _inserted(stops, wanted, lines[k].line)


def _inserted(stops: list[_Stop], wanted: list[tuple[float, int]], line: LineString) -> list[_Stop]:
    found = list(stops)
    for at, kind in wanted:
        if 2 < at < line.length - 2 and all(abs(at - stop[0]) > 1.5 for stop in found):
            place = line.interpolate(at)
            found.append((at, (round(place.x, 3), round(place.y, 3)), kind))
    return sorted(found)


def _tag_nodes(network: StreetNetwork, one: CentreLine, stops: list[_Stop], nodes: list[int]) -> None:
    for (_, _, kind), node in zip(stops, nodes, strict=True):
        if kind == -2:
            network.tag(node, _SIGNALS)
        elif kind == -3:
            network.tag(node, _ZEBRA)
    points = shapely.get_coordinates(one.line)
    for vertex, tags in one.node_tags.items():
        place = points[vertex].tolist()
        nearest = min(nodes, key=lambda node: _squared(network.point(node), place))
        network.tag(nearest, tags)


def _squared(a: Sequence[float], b: Sequence[float]) -> float:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2


def _bridged(one: CentreLine, geography: Geography) -> BaseGeometry:
    """Where a road needs a bridge: over the river, and over the railway when it is wide."""
    river = geography.water.buffer(4, quad_segs=2)
    if one.width_m < _LEVEL_CROSSING_M or not _is_main(one):
        return river
    return shapely.union_all([river, geography.railway.buffer(22, quad_segs=2)])


def _ways(one: CentreLine, stops: list[_Stop], nodes: list[int], geography: Geography) -> list[Way]:
    """A street is one way, or several where it passes a bridge."""
    if not _is_main(one):
        kept = [node for k, node in enumerate(nodes) if k == 0 or node != nodes[k - 1]]
        return [Way(kept, one.tags)] if len(kept) > 1 else []
    bare = _bridged(one, geography)
    shapely.prepare(bare)
    over = [bool(bare.intersects(LineString([a[1], b[1]]))) for a, b in pairwise(stops)]
    found: list[Way] = []
    start = 0
    for end in range(1, len(over) + 1):
        if end == len(over) or over[end] != over[start]:
            tags = {**one.tags, "bridge": "yes", "layer": "1"} if over[start] else one.tags
            found.append(Way(nodes[start : end + 1], tags))
            start = end
    return found


def _tag_level_crossings(network: StreetNetwork, geography: Geography, railway: int) -> None:
    track = set(network.ways[railway].nodes)
    for way in islice(network.ways, railway):
        for node in way.nodes:
            if node in track:
                network.tag(node, {"railway": "level_crossing", "crossing:barrier": "full"})
