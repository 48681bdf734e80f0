"""What the tree must know of every body, small enough to be kept of a whole city."""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numba import njit
from numpy.typing import NDArray

from geo.memory import give_memory_back
from geo.surface import Surfaces
from tiles.tileset.body_file import BodyWriter
from tiles.tileset.mesh import boxes

MEASURED = ["row", "lod", "rings", "points", "xyz", "texture"]
"""Columns that `measure_group` needs of a table by `SURFACES_SCHEMA`."""
_M_PER_DEGREE = 111_000.0
_GROUPS = 50
"""Row groups after which memory is given back: reading leaves holes in it."""


@dataclass(frozen=True)
class Measured:
    """Arrays of shape (bodies,)."""

    row: NDArray[np.uint32]
    lod: NDArray[np.int8]
    points: NDArray[np.int32]
    textured_m2: NDArray[np.float64]
    """Area of the faces with a texture, within one per cent."""
    box: NDArray[np.float64]
    """Shape (bodies, 6): west, south, lowest, east, north, highest."""

    @classmethod
    def empty(cls, bodies: int, box: NDArray[np.float64] | None = None) -> "Measured":
        """To be filled: 17 bytes a body, and 48 in `box`, which may lie in a file."""
        return cls(
            row=np.empty(bodies, dtype=np.uint32),
            lod=np.empty(bodies, dtype=np.int8),
            points=np.empty(bodies, dtype=np.int32),
            textured_m2=np.empty(bodies),
            box=np.empty((bodies, 6)) if box is None else box,
        )

    def fill(self, begin: int, group: "Measured") -> None:
        """Writes what was measured of some bodies from `begin` on."""
        for column in fields(self):
            getattr(self, column.name)[begin : begin + len(group.row)] = getattr(group, column.name)


def measure_surfaces(path: Path, bodies: BodyWriter | None = None) -> Measured:
    """What stands where in a Parquet file by `SURFACES_SCHEMA`, row group by row group; all of it goes to `bodies`."""
    file = pq.ParquetFile(path)
    count, begin = file.metadata.num_rows, 0
    measured = Measured.empty(count, bodies.boxes(count) if bodies else None)
    for number in range(file.num_row_groups):
        columns = None if bodies else MEASURED
        table = file.read_row_group(number, columns=columns, use_threads=False).combine_chunks()
        group = measure_group(table)
        measured.fill(begin, group)
        begin += len(group.row)
        if bodies:
            bodies.write(Surfaces.from_table(table))
        del table, group
        if number % _GROUPS == _GROUPS - 1:
            give_memory_back()
    return measured


def measure_group(table: pa.Table) -> Measured:
    table = table.combine_chunks()
    row, lod = table["row"].to_numpy().astype(np.uint32), table["lod"].to_numpy()
    if not len(row):
        return Measured.empty(0)
    ends, numbers = _lists(table["xyz"])
    places, first = numbers.reshape(-1, 3), ends // 3
    points = np.diff(first).astype(np.int32)
    return Measured(row, lod, points, _textured_m2(table, places), boxes(places, first))


def _textured_m2(table: pa.Table, places: NDArray[np.float64]) -> NDArray[np.float64]:
    bodies = np.asarray(table["texture"].is_valid())
    if not bodies.any():
        return np.zeros(len(bodies))
    faces, rings = _lists(table["rings"])
    textured = np.zeros(len(rings), dtype=bool)
    textured[np.repeat(bodies, np.diff(faces))] = table["texture"].combine_chunks().flatten().is_valid()
    points = _lists(table["points"])[1]
    scale = np.array([_M_PER_DEGREE * np.cos(np.radians(places[0, 1])), _M_PER_DEGREE, 1.0])
    area = _exterior_areas((places - places[0]) * scale, rings, points, textured)
    return np.asarray(np.diff(np.concatenate([[0.0], np.cumsum(area)])[faces]))


def _lists(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Where each list begins, from 0, and all their values."""
    values = column.combine_chunks()
    offsets = values.offsets.to_numpy().astype(np.int64)
    return offsets - offsets[0], values.flatten().to_numpy(zero_copy_only=False)


@njit(cache=True)
def _exterior_areas(xyz, rings, points, wanted):  # type: ignore[no-untyped-def]
    """Area of the first ring of each wanted face (half of Newell's normal), 0 for the others."""
    area = np.zeros(len(rings))
    ring = begin = 0
    for face in range(len(rings)):
        size = points[ring] if rings[face] else 0
        if wanted[face]:
            x = y = z = 0.0
            for i in range(size):
                a, b = begin + i, begin + (i + 1) % size
                x += (xyz[a, 1] - xyz[b, 1]) * (xyz[a, 2] + xyz[b, 2] - 2 * xyz[begin, 2])
                y += (xyz[a, 2] - xyz[b, 2]) * (xyz[a, 0] + xyz[b, 0] - 2 * xyz[begin, 0])
                z += (xyz[a, 0] - xyz[b, 0]) * (xyz[a, 1] + xyz[b, 1] - 2 * xyz[begin, 1])
            area[face] = np.sqrt(x * x + y * y + z * z) / 2
        for _ in range(rings[face]):
            begin += points[ring]
            ring += 1
    return area
