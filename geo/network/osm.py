"""Street networks from OpenStreetMap extracts (.osm.pbf), read in two passes: ways with the places of their nodes,
then the nodes that say something."""

from array import array
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import osmium
from numpy.typing import NDArray

from geo.errors import UnreadableError
from geo.network.street_network import Heights, StreetNetwork, build_network
from geo.network.way import LeftOut, Way, WayKind, judge_way
from geo.problem import Problem

_KEYS = ("highway", "railway", "public_transport", "man_made", "route")
_NOWHERE = (float("nan"), float("nan"))
_CLOSED_BARRIERS = frozenset({"no", "private", "agricultural", "forestry", "military"})


def read_osm_network(path: Path, *, name: str, heights: Heights | None = None) -> StreetNetwork:
    """The streets of an extract that people may walk or cycle on, split where they meet.

    Ways are judged by `judge_way`; areas (`area=yes`) are walked along their outline. `heights` gives slopes.
    UnreadableError when the file is no PBF, is cut off, or holds no street.
    """
    try:
        ways = _read_ways(path)
        nodes = _read_nodes(path, ways)
    except (RuntimeError, OSError) as error:
        raise UnreadableError(
            Problem("osm.unreadable", name, parameters={"reason": _reason(error, path, name)})
        ) from error
    network = _assemble(ways, nodes)
    if not network.edge_count:
        raise UnreadableError(Problem("osm.no_streets", name))
    return network.with_slopes(heights) if heights else network


def _reason(error: Exception, path: Path, name: str) -> str:
    """In the words of the reader, without the folder the file lies in."""
    told = str(error).replace(str(path), name)
    return told.splitlines()[0][:200] if told else type(error).__name__


@dataclass
class _Ways:
    """One row a way; `refs` are the node ids of all ways, one way after the other."""

    ids: "array[int]" = field(default_factory=lambda: array("q"))
    judged: list[Way] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    start: "array[int]" = field(default_factory=lambda: array("q", [0]))
    refs: "array[int]" = field(default_factory=lambda: array("q"))
    lonlat: "array[float]" = field(default_factory=lambda: array("d"))
    """Two numbers a ref, NaN where the extract lacks the node."""
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class _Nodes:
    """Sorted by id."""

    ids: NDArray[np.int64]
    lonlat: NDArray[np.float64]
    crossing: NDArray[np.bool_]
    closed: NDArray[np.bool_]
    """A locked gate: nobody passes from one side to the other."""


def _read_ways(path: Path) -> _Ways:
    ways = _Ways()
    # osmium's filter of ids would need a gigabyte, however few they are; this index has 16 bytes for each node.
    reader = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations("sparse_mem_array")
    reader = reader.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY)).with_filter(osmium.filter.KeyFilter(*_KEYS))
    way: Any
    for way in reader:
        tags = way.tags
        if "highway" not in tags and not _may_be_way(tags):
            continue
        judged = judge_way(tags)
        if isinstance(judged, LeftOut):
            ways.left_out[judged.value] += 1
            continue
        ways.ids.append(way.id)
        ways.judged.append(judged)
        ways.names.append(tags.get("name"))
        for node in way.nodes:
            place = node.location
            ways.refs.append(node.ref)
            ways.lonlat.extend((place.lon, place.lat) if place.valid() else _NOWHERE)
        ways.start.append(len(ways.refs))
    return ways


def _may_be_way(tags: Any) -> bool:
    """Rails, towers and bus routes carry the same keys and were never meant to be walked on: they aren't counted."""
    return (
        tags.get("route") == "ferry"
        or tags.get("man_made") == "pier"
        or "platform" in (tags.get("railway"), tags.get("public_transport"))
    )


def _read_nodes(path: Path, ways: _Ways) -> _Nodes:
    refs, lonlat = np.array(ways.refs, dtype=np.int64), np.array(ways.lonlat, dtype=np.float64).reshape(-1, 2)
    ids, first = np.unique(refs, return_index=True)
    placed = ~np.isnan(lonlat[first, 0])
    ids, lonlat = ids[placed], lonlat[first[placed]]
    crossing, closed = array("q"), array("q")
    reader = osmium.FileProcessor(str(path), osmium.osm.NODE).with_filter(osmium.filter.KeyFilter("highway", "barrier"))
    node: Any
    for node in reader:
        if node.tags.get("highway") == "crossing":
            crossing.append(node.id)
        if _is_closed(node.tags):
            closed.append(node.id)
    return _Nodes(ids, lonlat, np.isin(ids, crossing), np.isin(ids, closed))


def _is_closed(tags: Any) -> bool:
    """A barrier that says it is closed to people on foot; a bare gate is taken to open."""
    if "barrier" not in tags:
        return False
    return tags.get("foot", tags.get("access", "yes")) in _CLOSED_BARRIERS or tags.get("locked") == "yes"


def _assemble(ways: _Ways, nodes: _Nodes) -> StreetNetwork:
    """Splits the ways into edges: at their ends, at nodes used twice, at crossings and at closed gates."""
    vertex, way = _vertices(ways, nodes)
    first = np.r_[True, way[1:] != way[:-1]] if len(way) else np.zeros(0, np.bool_)
    last = np.r_[way[1:] != way[:-1], True] if len(way) else first
    junction = np.bincount(vertex, minlength=len(nodes.ids)) > 1
    stop = first | last | (junction | nodes.crossing | nodes.closed)[vertex]
    begin = np.flatnonzero(stop[:-1] & ~last[:-1])
    stops = np.flatnonzero(stop)
    end = stops[np.searchsorted(stops, begin, side="right")]
    return _network(ways, nodes, vertex, way[begin], begin, end)


def _vertices(ways: _Ways, nodes: _Nodes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows in `nodes` and in `ways` of every vertex; ways cut by the extract's edge go on with what is there.

    A node missing in the middle of a way breaks it: the rest counts as another way, so no line jumps a gap.
    """
    refs = np.array(ways.refs, dtype=np.int64)
    start = np.array(ways.start, dtype=np.int64)
    way = np.repeat(np.arange(len(ways.ids)), np.diff(start))
    row = np.minimum(np.searchsorted(nodes.ids, refs), max(len(nodes.ids) - 1, 0))
    known = nodes.ids[row] == refs if len(nodes.ids) else np.zeros(len(refs), np.bool_)
    twice = np.r_[False, (refs[1:] == refs[:-1]) & (way[1:] == way[:-1])] if len(refs) else known
    part = np.cumsum(~known) + way  # distinct for what lies before and after a gap
    keep = known & ~twice
    whole = _longer_than_one(part, keep)
    ways.left_out[LeftOut.BROKEN.value] += len(ways.ids) - len(np.unique(way[whole]))
    ways.left_out += Counter()  # drops zeros
    return _by_part(row[whole], way[whole], part[whole], ways)


def _longer_than_one(part: NDArray[np.int64], keep: NDArray[np.bool_]) -> NDArray[np.bool_]:
    count = np.bincount(part[keep], minlength=int(part.max()) + 1 if len(part) else 0)
    return keep & (count[part] > 1)


def _by_part(
    row: NDArray[np.int64], way: NDArray[np.int64], part: NDArray[np.int64], ways: _Ways
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Renumbers broken ways: each part takes the tags, name and id of the way it comes from."""
    if not len(part):
        return row, way
    changes = np.r_[True, part[1:] != part[:-1]]
    number = np.cumsum(changes) - 1
    origin = way[changes]
    ways.ids = array("q", np.array(ways.ids, dtype=np.int64)[origin].tolist())
    ways.judged = [ways.judged[i] for i in origin]
    ways.names = [ways.names[i] for i in origin]
    return row, number


def _network(
    ways: _Ways,
    nodes: _Nodes,
    vertex: NDArray[np.int64],
    way: NDArray[np.int64],
    begin: NDArray[np.int64],
    end: NDArray[np.int64],
) -> StreetNetwork:
    ends, node_rows = _graph_nodes(np.column_stack([vertex[begin], vertex[end]]), nodes)
    size = end - begin + 1
    start = np.zeros(len(begin) + 1, np.int64)
    np.cumsum(size, out=start[1:])
    inside = np.repeat(begin - start[:-1], size) + np.arange(start[-1])
    return build_network(
        node_lonlat=nodes.lonlat[node_rows],
        node_id=nodes.ids[node_rows],
        node_crossing=nodes.crossing[node_rows],
        edge_nodes=ends,
        shape_start=start,
        shape_lonlat=nodes.lonlat[vertex[inside]],
        names=[ways.names[i] for i in way],
        way_id=np.array(ways.ids, dtype=np.int64)[way],
        left_out=dict(ways.left_out),
        **_flags(ways, way),
    )


def _graph_nodes(ends: NDArray[np.int64], nodes: _Nodes) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Edges by graph node, and the row in `nodes` of each graph node; a closed gate is one node for each edge end."""
    flat = ends.ravel()
    key = flat.copy()
    shut = nodes.closed[flat]
    key[shut] = len(nodes.ids) + np.flatnonzero(shut)
    _, where, inverse = np.unique(key, return_index=True, return_inverse=True)
    return inverse.reshape(-1, 2).astype(np.int32), flat[where]


def _flags(ways: _Ways, way: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    kind = np.array([one.kind for one in ways.judged], dtype=np.uint8)[way]
    return {
        "kind": kind,
        "steps": kind == WayKind.STEPS,
        "crossing": kind == WayKind.CROSSING,
        "walk": np.array([one.walk for one in ways.judged], dtype=np.bool_)[way],
        "wheelchair": np.array([one.wheelchair for one in ways.judged], dtype=np.bool_)[way],
        "bicycle": np.array([one.bicycle for one in ways.judged], dtype=np.bool_)[way],
        "direction": np.array([one.direction for one in ways.judged], dtype=np.int8)[way],
    }
