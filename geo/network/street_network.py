"""The streets of a city as a graph in plain arrays, which lie memory-mapped in a folder when they are kept."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from geo.bounds import Bounds
from geo.errors import InvalidLayerError
from geo.network.geodesy import distances
from geo.network.snap_grid import SnapGrid, build_snap_grid

Heights = Callable[[NDArray[np.float64]], NDArray[np.floating[Any]]]
"""Longitude and latitude (n, 2) to heights in metres (n,), NaN where unknown."""

FORMAT = 1
"""Raised when the arrays of a kept network change, so that an old folder is built again."""


@dataclass(frozen=True, eq=False)
class StreetNetwork:
    """`n` nodes, `m` edges, `k` vertices of the edges' lines. An edge has two arcs: 2e as drawn, 2e+1 against it.

    Every array is read-only. Lengths are geodesic (WGS 84), in metres.
    """

    node_lonlat: NDArray[np.float64]
    """(n, 2): longitude, latitude."""
    node_id: NDArray[np.int64]
    """(n,): OpenStreetMap's node id; 0 where there is none."""
    node_crossing: NDArray[np.bool_]
    """(n,): a crossing for people on foot is marked here."""
    component: NDArray[np.int32]
    """(n,): which part connected for walking a node is in, 0 the one with the most nodes."""
    edge_nodes: NDArray[np.int32]
    """(m, 2): from, to."""
    length_m: NDArray[np.float64]
    """(m,)"""
    shape_start: NDArray[np.int64]
    """(m + 1,): the line of edge e is the vertices shape_start[e]:shape_start[e + 1]."""
    shape_lonlat: NDArray[np.float64]
    """(k, 2): longitude, latitude."""
    shape_along_m: NDArray[np.float64]
    """(k,): metres from the start of the edge."""
    kind: NDArray[np.uint8]
    """(m,): WayKind."""
    steps: NDArray[np.bool_]
    crossing: NDArray[np.bool_]
    walk: NDArray[np.bool_]
    wheelchair: NDArray[np.bool_]
    bicycle: NDArray[np.bool_]
    direction: NDArray[np.int8]
    """(m,): on foot 0 both ways, 1 only as drawn, -1 only against it."""
    slope: NDArray[np.float32]
    """(m,): rise over length from start to end, NaN where no height is known."""
    way_id: NDArray[np.int64]
    """(m,): OpenStreetMap's way id; 0 where there is none."""
    name_index: NDArray[np.int32]
    """(m,): row of the table of names, -1: no name."""
    name_start: NDArray[np.int64]
    name_bytes: NDArray[np.uint8]
    """The names in UTF-8, one after the other; name i is the bytes name_start[i]:name_start[i + 1]."""
    out_start: NDArray[np.int64]
    """(n + 1,): the arcs that leave node i are out_arc[out_start[i]:out_start[i + 1]], and lead to out_node."""
    out_node: NDArray[np.int32]
    out_arc: NDArray[np.int32]
    in_start: NDArray[np.int64]
    """(n + 1,): the same reversed: arcs that arrive at node i, and where they come from."""
    in_node: NDArray[np.int32]
    in_arc: NDArray[np.int32]
    grid: SnapGrid
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Ways that are no part of the network: LeftOut -> how many."""

    def __post_init__(self) -> None:
        for name in _ARRAYS:
            getattr(self, name).flags.writeable = False

    @property
    def node_count(self) -> int:
        return len(self.node_lonlat)

    @property
    def edge_count(self) -> int:
        return len(self.edge_nodes)

    @cached_property
    def main_edges(self) -> NDArray[np.bool_]:
        """(m,): edges of the largest connected part."""
        main: NDArray[np.bool_] = self.component[self.edge_nodes[:, 0]] == 0
        return main

    @cached_property
    def bounds(self) -> Bounds:
        west, south = self.shape_lonlat.min(axis=0)
        east, north = self.shape_lonlat.max(axis=0)
        return Bounds(float(west), float(south), float(east), float(north))

    def island_sizes(self) -> NDArray[np.int64]:
        """Nodes of every part connected for walking, the largest first; nodes only bicycles reach are in none."""
        walked = np.unique(self.component[self.edge_nodes[self.walk]])
        return np.bincount(self.component)[walked]

    def line(self, edge: int) -> NDArray[np.float64]:
        """(v, 2): longitude and latitude of an edge's vertices, from its start to its end."""
        return self.shape_lonlat[self.shape_start[edge] : self.shape_start[edge + 1]]

    def name(self, edge: int) -> str | None:
        index = int(self.name_index[edge])
        if index < 0:
            return None
        return bytes(self.name_bytes[self.name_start[index] : self.name_start[index + 1]]).decode()

    def with_slopes(self, heights: Heights) -> Self:
        """The same streets with the slope of each edge, from the heights of its two ends.

        On bridges and in tunnels the ground is not the street: those slopes are the ground's.
        """
        ends = np.asarray(heights(np.asarray(self.node_lonlat)), dtype=np.float64)
        rise = ends[self.edge_nodes[:, 1]] - ends[self.edge_nodes[:, 0]]
        slope = np.full(self.edge_count, np.nan)
        np.divide(rise, self.length_m, out=slope, where=self.length_m > 0)
        changed = {one.name: getattr(self, one.name) for one in fields(self)}
        return type(self)(**{**changed, "slope": slope.astype(np.float32)})

    def save(self, folder: Path) -> None:
        """One .npy file an array, and `network.json`, written last: without it the folder is not complete."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))
        self.grid.save(folder)
        record = {"format": FORMAT, "left_out": dict(self.left_out)}
        (folder / "network.json").write_text(json.dumps(record), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Memory-mapped: nothing is read before it is used. InvalidLayerError when it was kept by another version."""
        record = json.loads((folder / "network.json").read_text(encoding="utf-8"))
        if record["format"] != FORMAT:
            raise InvalidLayerError(f"network of format {record['format']}, this is {FORMAT}")
        arrays = {name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in _ARRAYS}
        return cls(**arrays, grid=SnapGrid.load(folder), left_out=record["left_out"])


_ARRAYS = tuple(one.name for one in fields(StreetNetwork) if one.name not in ("grid", "left_out"))


def build_network(
    *,
    node_lonlat: NDArray[np.float64],
    edge_nodes: NDArray[np.int32],
    shape_start: NDArray[np.int64] | None = None,
    shape_lonlat: NDArray[np.float64] | None = None,
    names: Sequence[str | None] = (),
    left_out: Mapping[str, int] | None = None,
    **given: NDArray[Any],
) -> StreetNetwork:
    """A network from nodes and edges: straight edges when no lines are given, open to everybody unless said.

    `given`: any of node_id, node_crossing, kind, steps, crossing, walk, wheelchair, bicycle, direction, slope, way_id.
    `names`: the name of each edge.
    """
    n, m = len(node_lonlat), len(edge_nodes)
    edge_nodes = np.ascontiguousarray(edge_nodes, dtype=np.int32).reshape(m, 2)
    if shape_start is None or shape_lonlat is None:
        shape_start = np.arange(m + 1, dtype=np.int64) * 2
        shape_lonlat = np.asarray(node_lonlat)[edge_nodes.ravel()]
    shape_lonlat = np.ascontiguousarray(shape_lonlat, dtype=np.float64).reshape(-1, 2)
    along, length = _measure(shape_start, shape_lonlat)
    arrays = {name: np.ascontiguousarray(given.get(name, default(n, m))) for name, default in _DEFAULTS.items()}
    return StreetNetwork(
        node_lonlat=np.ascontiguousarray(node_lonlat, dtype=np.float64).reshape(n, 2),
        edge_nodes=edge_nodes,
        length_m=length,
        shape_start=np.ascontiguousarray(shape_start, dtype=np.int64),
        shape_lonlat=shape_lonlat,
        shape_along_m=along,
        component=_components(n, edge_nodes[arrays["walk"]]),
        **arrays,
        **_name_table(names, m),
        **_arcs(n, edge_nodes),
        grid=build_snap_grid(shape_start, shape_lonlat),
        left_out=dict(left_out or {}),
    )


_DEFAULTS: dict[str, Callable[[int, int], NDArray[Any]]] = {
    "node_id": lambda n, m: np.zeros(n, np.int64),
    "node_crossing": lambda n, m: np.zeros(n, np.bool_),
    "kind": lambda n, m: np.full(m, 18, np.uint8),
    "steps": lambda n, m: np.zeros(m, np.bool_),
    "crossing": lambda n, m: np.zeros(m, np.bool_),
    "walk": lambda n, m: np.ones(m, np.bool_),
    "wheelchair": lambda n, m: np.ones(m, np.bool_),
    "bicycle": lambda n, m: np.ones(m, np.bool_),
    "direction": lambda n, m: np.zeros(m, np.int8),
    "slope": lambda n, m: np.full(m, np.nan, np.float32),
    "way_id": lambda n, m: np.zeros(m, np.int64),
}


def _measure(start: NDArray[np.int64], lonlat: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Metres along each edge up to each of its vertices, and the length of each edge."""
    if len(start) < 2:
        return np.zeros(len(lonlat)), np.zeros(0)
    steps = np.zeros(len(lonlat))
    steps[1:] = distances(lonlat[:-1], lonlat[1:])
    steps[start[:-1]] = 0  # not from the end of the edge before
    # A running sum over all edges: 100,000 km of streets leave 1e-8 m to the digits of a double.
    run = np.cumsum(steps)
    along = run - np.repeat(run[start[:-1]], np.diff(start))
    return along, np.ascontiguousarray(along[start[1:] - 1])


def _components(n: int, edge_nodes: NDArray[np.int32]) -> NDArray[np.int32]:
    """Numbered by size, the largest 0; among equals the one whose first node comes first."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ones = np.ones(len(edge_nodes), np.bool_)
    graph = coo_array((ones, (edge_nodes[:, 0], edge_nodes[:, 1])), shape=(n, n))
    _, label = connected_components(graph, directed=False)
    order = np.argsort(-np.bincount(label, minlength=1), kind="stable")
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    component: NDArray[np.int32] = rank[label]
    return component


def _arcs(n: int, edge_nodes: NDArray[np.int32]) -> dict[str, NDArray[Any]]:
    """Arc 2e leads from edge_nodes[e, 0] to edge_nodes[e, 1], arc 2e + 1 back."""
    tail = edge_nodes.ravel()
    head = edge_nodes[:, ::-1].ravel()
    out_start, out_arc = _sorted_by(tail, n)
    in_start, in_arc = _sorted_by(head, n)
    return {
        "out_start": out_start,
        "out_node": head[out_arc],
        "out_arc": out_arc,
        "in_start": in_start,
        "in_node": tail[in_arc],
        "in_arc": in_arc,
    }


def _sorted_by(node: NDArray[np.int32], n: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    start = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(node, minlength=n), out=start[1:])
    return start, np.argsort(node, kind="stable").astype(np.int32)


def _name_table(names: Sequence[str | None], m: int) -> dict[str, NDArray[Any]]:
    if not len(names):
        names = [None] * m
    table = {name: row for row, name in enumerate(dict.fromkeys(name for name in names if name))}
    encoded = [name.encode() for name in table]
    start = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum([len(one) for one in encoded], out=start[1:])
    return {
        "name_index": np.array([table[name] if name else -1 for name in names], dtype=np.int32),
        "name_start": start,
        "name_bytes": np.frombuffer(b"".join(encoded), dtype=np.uint8).copy(),
    }
