"""Which pieces of street lie near a place: a regular grid of cells over the city."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from geo.network.compiled import compiled
from geo.network.geodesy import metres_per_degree

CELL_M = 100.0
_MOST_CELLS = 4_000_000


@dataclass(frozen=True, eq=False)
class SnapGrid:
    """Cell (row, column) holds the pieces cell_piece[cell_start[i]:cell_start[i + 1]], i = row * columns + column.

    A piece is the straight line from vertex v to vertex v + 1, and is named by v.
    """

    west: float
    south: float
    cell_lon: float
    """Degrees."""
    cell_lat: float
    columns: int
    rows: int
    cell_start: NDArray[np.int64]
    cell_piece: NDArray[np.int32]
    vertex_edge: NDArray[np.int32]
    """(k,): the edge of every vertex."""

    def __post_init__(self) -> None:
        for name in _ARRAYS:
            getattr(self, name).flags.writeable = False

    def save(self, folder: Path) -> None:
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))
        record = {name: getattr(self, name) for name in _NUMBERS}
        (folder / "grid.json").write_text(json.dumps(record), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        arrays: dict[str, Any] = {n: np.asarray(np.load(folder / f"{n}.npy", mmap_mode="r")) for n in _ARRAYS}
        return cls(**json.loads((folder / "grid.json").read_text(encoding="utf-8")), **arrays)


_ARRAYS = ("cell_start", "cell_piece", "vertex_edge")
_NUMBERS = ("west", "south", "cell_lon", "cell_lat", "columns", "rows")


def build_snap_grid(shape_start: NDArray[np.int64], lonlat: NDArray[np.float64]) -> SnapGrid:
    edges = np.arange(len(shape_start) - 1, dtype=np.int32)
    vertex_edge = np.repeat(edges, np.diff(shape_start))
    if not len(lonlat):
        return SnapGrid(0, 0, 1, 1, 1, 1, np.zeros(2, np.int64), np.zeros(0, np.int32), vertex_edge)
    (west, south), (east, north) = lonlat.min(axis=0), lonlat.max(axis=0)
    per_lon, per_lat = metres_per_degree((south + north) / 2)
    size = max(CELL_M, math.sqrt((east - west) * per_lon * (north - south) * per_lat / _MOST_CELLS))
    cell_lon, cell_lat = size / per_lon, size / per_lat
    columns, rows = int((east - west) / cell_lon) + 1, int((north - south) / cell_lat) + 1
    pieces = np.flatnonzero(vertex_edge[:-1] == vertex_edge[1:]).astype(np.int32)
    column = np.clip(((lonlat[:, 0] - west) / cell_lon).astype(np.int64), 0, columns - 1)
    row = np.clip(((lonlat[:, 1] - south) / cell_lat).astype(np.int64), 0, rows - 1)
    cell_start, cell_piece = _fill(pieces, column, row, columns, rows)
    return SnapGrid(float(west), float(south), cell_lon, cell_lat, columns, rows, cell_start, cell_piece, vertex_edge)


@compiled
def _fill(pieces, column, row, columns, rows):  # type: ignore[no-untyped-def]
    """Every piece in every cell of its bounding box: counted first, then written."""
    start = np.zeros(columns * rows + 1, np.int64)
    for v in pieces:
        for r in range(min(row[v], row[v + 1]), max(row[v], row[v + 1]) + 1):
            for c in range(min(column[v], column[v + 1]), max(column[v], column[v + 1]) + 1):
                start[r * columns + c + 1] += 1
    for i in range(columns * rows):
        start[i + 1] += start[i]
    cell_piece = np.empty(start[-1], np.int32)
    place = start[:-1].copy()
    for v in pieces:
        for r in range(min(row[v], row[v + 1]), max(row[v], row[v + 1]) + 1):
            for c in range(min(column[v], column[v + 1]), max(column[v], column[v + 1]) + 1):
                cell_piece[place[r * columns + c]] = v
                place[r * columns + c] += 1
    return start, cell_piece
