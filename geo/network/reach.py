"""Questions to a street network: the nearest facility, distances, paths, and what lies within a distance.

Costs are per arc: `arc_metres` or `arc_minutes`; barriers and what a person can't pass are infinite there. Places lie
on edges at an offset (`snap`), and every cost is exact to that offset. The way from a place to its street is not part
of any cost: `Snapped.distance_m` has it.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from geo.crs import metric_crs
from geo.network import search
from geo.network.snapping import Snapped, point_along
from geo.network.street_network import StreetNetwork

Costs = NDArray[np.float64]
"""(2m,)"""
SERVICE_WIDTH_M = 30.0
"""How far from a reached street people live on it: half the depth of a block, roughly."""


@dataclass(frozen=True, eq=False)
class Nearest:
    cost: NDArray[np.float64]
    """(n,): from the node to its nearest facility, infinite where there is none."""
    facility: NDArray[np.int32]
    """(n,): row of that facility, -1 where there is none."""


@dataclass(frozen=True, eq=False)
class StreetPath:
    cost: float
    length_m: float
    edges: NDArray[np.int32]
    """In the order they are walked; the first and the last may be walked in part."""
    lonlat: NDArray[np.float64]
    """(v, 2): from the one place to the other."""


@dataclass(frozen=True, eq=False)
class ServiceEdges:
    """Rows: the part of `edge` between `start_m` and `end_m` is within reach of `place`."""

    place: NDArray[np.int32]
    edge: NDArray[np.int32]
    start_m: NDArray[np.float64]
    end_m: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.edge)


def nearest_facility(network: StreetNetwork, facilities: Snapped, costs: Costs) -> Nearest:
    """For every node, how far it is *to* the nearest of the facilities: one search on the reversed graph."""
    found = np.flatnonzero(facilities.found)
    edge = facilities.edge[found]
    ahead, back = _parts(network, facilities, costs)
    # To a facility at an offset one comes from the edge's start as drawn, and from its end against it.
    seed_node = np.r_[network.edge_nodes[edge, 0], network.edge_nodes[edge, 1]]
    seed_cost = np.r_[ahead[found], back[found]]
    usable = np.isfinite(seed_cost)
    label = np.r_[found, found].astype(np.int32)
    return Nearest(
        *search.nearest_source(
            network.in_start,
            network.in_node,
            network.in_arc,
            costs,
            seed_node[usable],
            seed_cost[usable],
            label[usable],
            network.node_count,
        )
    )


def nearest_from_places(
    network: StreetNetwork, places: Snapped, facilities: Snapped, nearest: Nearest, costs: Costs
) -> Nearest:
    """For places on edges, from the answer for the nodes; facilities on the same edge are looked at themselves."""
    cost, facility = np.full(len(places), np.inf), np.full(len(places), -1, np.int32)
    found = np.flatnonzero(places.found)
    edge, offset = places.edge[found], places.offset_m[found]
    length = network.length_m[edge]
    share = np.divide(offset, length, out=np.zeros(len(edge)), where=length > 0)
    for side, part in ((1, 1 - share), (0, share)):
        node = network.edge_nodes[edge, side]
        arc = costs[2 * edge.astype(np.int64) + (1 - side)]
        total = np.where(np.isfinite(arc), np.where(np.isfinite(arc), arc, 0) * part, np.inf) + nearest.cost[node]
        better = total < cost[found]
        cost[found[better]], facility[found[better]] = total[better], nearest.facility[node[better]]
    by_edge, place = places_by_edge(network, facilities)
    for row in found[by_edge[edge + 1] > by_edge[edge]]:
        e = places.edge[row]
        for other in place[by_edge[e] : by_edge[e + 1]]:
            direct = search.along(costs, e, places.offset_m[row], facilities.offset_m[other], network.length_m[e])
            if direct < cost[row]:
                cost[row], facility[row] = direct, other
    return Nearest(cost, facility)


def travel_costs(
    network: StreetNetwork, origins: Snapped, destinations: Snapped, costs: Costs, *, limit: float = np.inf
) -> NDArray[np.float64]:
    """(origins, destinations): cost from each to each, infinite beyond `limit` or where there is no way."""
    out = np.full((len(origins), len(destinations)), np.inf)
    by_edge, place = places_by_edge(network, destinations)

    def part(rows: slice) -> None:
        search.many_to_many(
            *arcs_forward(network, costs), origins.edge[rows], origins.offset_m[rows], by_edge, place,
            destinations.offset_m, float(limit), out[rows],
        )  # fmt: skip

    in_threads(part, len(origins))
    return out


def shortest_path(network: StreetNetwork, origin: Snapped, destination: Snapped, costs: Costs) -> StreetPath | None:
    """Between two places, each a Snapped of length 1; None where there is no way."""
    if not (origin.found.all() and destination.found.all()):
        return None
    e, f = int(origin.edge[0]), int(destination.edge[0])
    a, b = float(origin.offset_m[0]), float(destination.offset_m[0])
    ahead, back = _leaving(network, origin, costs)
    to_ahead, to_back = _parts(network, destination, costs)
    ends = network.edge_nodes
    arcs, cost, goal = search.path_arcs(
        network.out_start, network.out_node, network.out_arc, costs,
        np.array([ends[e, 1], ends[e, 0]]), np.r_[ahead, back],
        np.array([ends[f, 0], ends[f, 1]]), np.r_[to_ahead, to_back],
    )  # fmt: skip
    direct = search.along(costs, e, a, b, network.length_m[e]) if e == f else np.inf
    if not np.isfinite(min(direct, cost)):
        return None
    if direct <= cost:
        return StreetPath(float(direct), abs(b - a), np.array([e], np.int32), _piece(network, e, a, b))
    return _path(network, (e, a), (f, b), arcs, float(cost), int(goal), bool(ahead[0] <= back[0]))


def service_edges(network: StreetNetwork, places: Snapped, costs: Costs, limit: float) -> ServiceEdges:
    """The streets within `limit` *from* each place, cut exactly where the limit is reached."""

    def part(rows: slice) -> tuple[NDArray[Any], ...]:
        who, edge, begin, end = search.service_rows(
            *arcs_forward(network, costs), places.edge[rows], places.offset_m[rows], float(limit)
        )
        return who + np.int32(rows.start), edge, begin, end

    parts = in_threads(part, len(places))
    if not parts:
        return ServiceEdges(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0), np.zeros(0))
    return ServiceEdges(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def service_lines(network: StreetNetwork, reached: ServiceEdges) -> NDArray[Any]:
    """(rows,): a line in EPSG:4326 for every row."""
    rows = zip(reached.edge, reached.start_m, reached.end_m, strict=True)
    return np.array([shapely.LineString(_piece(network, int(e), float(a), float(b))) for e, a, b in rows], dtype=object)


def service_polygons(
    network: StreetNetwork, reached: ServiceEdges, count: int, *, width_m: float = SERVICE_WIDTH_M
) -> NDArray[Any]:
    """(count,): for each place, its reached streets widened to both sides and joined, in EPSG:4326.

    The method: what is within `width_m` of a reached street is in, nothing else; so a river or a railway between two
    streets stays out, and no area is claimed that no street leads to.
    """
    lines = service_lines(network, reached)
    polygons = np.full(count, shapely.Polygon(), dtype=object)
    if not len(lines):
        return polygons
    plane = metric_crs(*network.shape_lonlat[0])
    there: Any = Transformer.from_crs(4326, plane, always_xy=True).transform
    back: Any = Transformer.from_crs(plane, 4326, always_xy=True).transform
    wide = shapely.buffer(shapely.transform(lines, there, interleaved=False), width_m, quad_segs=4)
    order = np.argsort(reached.place, kind="stable")
    places, first = np.unique(reached.place[order], return_index=True)
    for place, group in zip(places, np.split(wide[order], first[1:]), strict=True):
        polygons[place] = shapely.transform(shapely.union_all(group), back, interleaved=False)
    return polygons


def arcs_forward(network: StreetNetwork, costs: Costs) -> tuple[NDArray[Any], ...]:
    return network.out_start, network.out_node, network.out_arc, costs, network.edge_nodes, network.length_m


def _shares(network: StreetNetwork, places: Snapped) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    edge = np.where(places.found, places.edge, 0).astype(np.int64)
    length = network.length_m[edge] if network.edge_count else np.zeros(len(edge))
    share = np.divide(places.offset_m, length, out=np.zeros(len(edge)), where=length > 0)
    return edge, share


def _parts(network: StreetNetwork, places: Snapped, costs: Costs) -> tuple[Costs, Costs]:
    """Cost of coming to each place from the start of its edge as drawn, and from the end against it."""
    edge, share = _shares(network, places)
    return _times(costs[2 * edge], share), _times(costs[2 * edge + 1], 1 - share)


def _leaving(network: StreetNetwork, places: Snapped, costs: Costs) -> tuple[Costs, Costs]:
    """Cost of leaving each place to the end of its edge as drawn, and to the start against it."""
    edge, share = _shares(network, places)
    return _times(costs[2 * edge], 1 - share), _times(costs[2 * edge + 1], share)


def _times(price: Costs, share: NDArray[np.float64]) -> Costs:
    closed = ~np.isfinite(price)
    return np.where(closed, np.inf, np.where(closed, 0, price) * share)


def places_by_edge(network: StreetNetwork, places: Snapped) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """The places on edge e are the second array's [first[e]:first[e + 1]]."""
    found = np.flatnonzero(places.found)
    start = np.zeros(network.edge_count + 1, np.int64)
    np.cumsum(np.bincount(places.edge[found], minlength=network.edge_count), out=start[1:])
    return start, found[np.argsort(places.edge[found], kind="stable")].astype(np.int32)


def _path(
    network: StreetNetwork, origin: tuple[int, float], goal: tuple[int, float],
    arcs: NDArray[np.int32], cost: float, goal_side: int, ahead: bool,
) -> StreetPath:  # fmt: skip
    e, a = origin
    f, b = goal
    ends, lengths = network.edge_nodes, network.length_m
    last = int(ends[f, goal_side])
    first = int(ends[arcs[0] >> 1, arcs[0] & 1]) if len(arcs) else last
    # Which end the path left by: where both are the same node, the cheaper way.
    leaves_ahead = first == ends[e, 1] and (ends[e, 0] != ends[e, 1] or ahead)
    pieces = [_piece(network, e, a, float(lengths[e]) if leaves_ahead else 0.0)]
    pieces += [network.line(int(arc) >> 1)[:: -1 if arc & 1 else 1] for arc in arcs]
    pieces.append(_piece(network, f, 0.0 if goal_side == 0 else float(lengths[f]), b))
    line = np.concatenate(pieces)
    line = line[np.r_[True, (line[1:] != line[:-1]).any(axis=1)]]
    part = (lengths[e] - a if leaves_ahead else a) + (b if goal_side == 0 else lengths[f] - b)
    edges = np.r_[e, arcs >> 1, f].astype(np.int32)
    return StreetPath(cost, float(part + lengths[arcs >> 1].sum()), edges, line)


def _piece(network: StreetNetwork, edge: int, start: float, end: float) -> NDArray[np.float64]:
    """(v, 2): the line of an edge from one offset to the other, backwards when `end` comes first."""
    low, high = min(start, end), max(start, end)
    rows = slice(network.shape_start[edge], network.shape_start[edge + 1])
    along = network.shape_along_m[rows]
    inside = network.shape_lonlat[rows][(along > low) & (along < high)]
    line = np.vstack([point_along(network, edge, low), inside, point_along(network, edge, high)])
    return line if start <= end else line[::-1]


def in_threads(work: Callable[[slice], Any], count: int) -> list[Any]:
    """`work` on about as many runs of rows as there are cores, in the order of the rows."""
    threads = max(
        1, min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, count)
    )
    bounds = np.linspace(0, count, threads + 1).astype(int)
    runs = [slice(int(a), int(b)) for a, b in pairwise(bounds) if b > a]
    if len(runs) < 2:
        return [work(run) for run in runs]
    with ThreadPoolExecutor(len(runs)) as pool:
        return list(pool.map(work, runs))
