"""The nearest point on a street for any place: on an edge, not only at its ends, with the distance kept."""

import math
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from geo.network.compiled import compiled
from geo.network.geodesy import local_scale
from geo.network.street_network import StreetNetwork


@dataclass(frozen=True, eq=False)
class Snapped:
    """`p` places on the network. Where no street is near enough, edge is -1 and the other values are NaN."""

    edge: NDArray[np.int32]
    """(p,)"""
    offset_m: NDArray[np.float64]
    """(p,): metres from the start of the edge."""
    distance_m: NDArray[np.float64]
    """(p,): metres from the place to the street, in a straight line. Not part of any walking distance."""
    lonlat: NDArray[np.float64]
    """(p, 2): the point on the street."""

    def __len__(self) -> int:
        return len(self.edge)

    def __getitem__(self, rows: slice | NDArray[Any]) -> Self:
        return type(self)(self.edge[rows], self.offset_m[rows], self.distance_m[rows], self.lonlat[rows])

    @property
    def found(self) -> NDArray[np.bool_]:
        return self.edge >= 0


def snap(
    network: StreetNetwork,
    lonlat: NDArray[np.float64],
    *,
    allowed: NDArray[np.bool_] | None = None,
    within_m: float = 500.0,
    islands: bool = False,
) -> Snapped:
    """The nearest point on any street of the main part of the network, for places (p, 2): longitude, latitude.

    `allowed` (m,): edges to choose from, such as `passable(network, person)`; None: those open to walking.
    `islands`: also onto streets that are not connected with the main part, when they are nearer.
    """
    chosen = network.walk if allowed is None else allowed
    if not islands:
        chosen = chosen & network.main_edges
    places = np.ascontiguousarray(lonlat, dtype=np.float64).reshape(-1, 2)
    grid = network.grid
    edge, offset, distance, on = _snap(
        places,
        np.ascontiguousarray(chosen),
        within_m,
        network.shape_lonlat,
        network.shape_along_m,
        (grid.west, grid.south, grid.cell_lon, grid.cell_lat, grid.columns, grid.rows),
        grid.cell_start,
        grid.cell_piece,
        grid.vertex_edge,
    )
    return Snapped(edge, offset, distance, on)


def place_on_edges(network: StreetNetwork, edge: NDArray[np.int32], offset_m: NDArray[np.float64]) -> Snapped:
    """Places that are known by edge and offset, as `snap` would give them; offsets are held within the edge."""
    edge = np.asarray(edge, dtype=np.int32)
    offset = np.clip(np.asarray(offset_m, dtype=np.float64), 0, network.length_m[edge])
    lonlat = np.array([point_along(network, int(e), float(o)) for e, o in zip(edge, offset, strict=True)])
    return Snapped(edge, offset, np.zeros(len(edge)), lonlat.reshape(-1, 2))


def point_along(network: StreetNetwork, edge: int, offset_m: float) -> NDArray[np.float64]:
    """(2,): longitude and latitude of the point so many metres along an edge."""
    rows = slice(network.shape_start[edge], network.shape_start[edge + 1])
    along, line = network.shape_along_m[rows], network.shape_lonlat[rows]
    return np.array([np.interp(offset_m, along, line[:, axis]) for axis in (0, 1)])


@compiled
def _snap(places, chosen, within, lonlat, along, frame, cell_start, cell_piece, vertex_edge):  # type: ignore[no-untyped-def]
    """Rings of cells around each place, until the next ring can't hold anything nearer."""
    west, south, cell_lon, cell_lat, columns, rows = frame
    count = len(places)
    edges = np.full(count, -1, np.int32)
    offsets = np.full(count, np.nan)
    distances = np.full(count, np.nan)
    on = np.full((count, 2), np.nan)
    for p in range(count):
        lon, lat = places[p, 0], places[p, 1]
        if not (math.isfinite(lon) and math.isfinite(lat) and abs(lat) < 90):
            continue
        per_lon, per_lat = local_scale(lat)
        column, row = math.floor((lon - west) / cell_lon), math.floor((lat - south) / cell_lat)
        step = min(cell_lon * per_lon, cell_lat * per_lat)
        best = within
        # Places outside the grid: the rings before the one that touches it are empty.
        outside = max(-column, column - columns + 1, -row, row - rows + 1, 0)
        ring = int(min(outside, within / step + 2))
        while (ring - 1) * step <= best:
            for r in range(row - ring, row + ring + 1):
                if r < 0 or r >= rows:
                    continue
                hop = 1 if abs(r - row) == ring else max(2 * ring, 1)
                for c in range(column - ring, column + ring + 1, hop):
                    if c < 0 or c >= columns:
                        continue
                    cell = r * columns + c
                    for i in range(cell_start[cell], cell_start[cell + 1]):
                        v = cell_piece[i]
                        e = vertex_edge[v]
                        if not chosen[e]:
                            continue
                        ax, ay = (lonlat[v, 0] - lon) * per_lon, (lonlat[v, 1] - lat) * per_lat
                        dx, dy = (
                            (lonlat[v + 1, 0] - lonlat[v, 0]) * per_lon,
                            (lonlat[v + 1, 1] - lonlat[v, 1]) * per_lat,
                        )
                        square = dx * dx + dy * dy
                        t = 0.0 if square == 0 else min(max(-(ax * dx + ay * dy) / square, 0.0), 1.0)
                        distance = math.hypot(ax + t * dx, ay + t * dy)
                        # Of pieces equally near, the lowest edge: the answer does not depend on the cells.
                        if distance < best or (distance == best and (edges[p] < 0 or e < edges[p])):
                            best = distance
                            edges[p] = e
                            offsets[p] = along[v] + t * (along[v + 1] - along[v])
                            distances[p] = distance
                            on[p, 0] = lonlat[v, 0] + t * (lonlat[v + 1, 0] - lonlat[v, 0])
                            on[p, 1] = lonlat[v, 1] + t * (lonlat[v + 1, 1] - lonlat[v, 1])
            ring += 1
    return edges, offsets, distances, on
