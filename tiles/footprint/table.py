"""Polygons as columns on the grid of the finest tiles, in files that are mapped: memory does not grow with them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from tiles.feature_file import drawable, read_geometries
from tiles.footprint.value import Values

GRID_BITS = 32
"""The world is 2^32 cells wide and high, 9 mm at the equator, counted from its north-western corner."""


class Columns(NamedTuple):
    """Of n polygons, some of which have several parts."""

    xy: NDArray[np.uint32]
    """Shape (points, 2): east, south. Rings are not closed; outer ones run clockwise as one looks at a map."""
    first_point: NDArray[np.int64]
    """Of each ring; one more than there are rings."""
    is_hole: NDArray[np.bool_]
    first_ring: NDArray[np.int64]
    """Shape (n + 1,)."""
    box: NDArray[np.uint32]
    """Shape (n, 4): west, north, east, south."""
    area: NDArray[np.float64]
    """In cells."""
    code: NDArray[np.int32]
    """Shape (n, attributes): numbers of values."""


class Footprints(NamedTuple):
    columns: Columns
    values: Values


def read_footprints(
    batches: Iterable[pa.RecordBatch], attributes: Sequence[str], cell: float, folder: Path
) -> Footprints:
    """`batches` have `attributes` and polygons as WKB in `geometry` (EPSG:4326); the files are written into `folder`.

    `cell`: width in degrees of longitude of a cell of the finest tiles; what is narrower is widened.
    """
    values = Values()
    files = {name: _Column(folder / name, *kind) for name, kind in _COLUMNS.items()}
    files["code"] = _Column(folder / "code", np.int32, (len(attributes),))
    row = 0
    for batch in batches:
        geometries = drawable(read_geometries(batch, row), cell)
        for name, part in _polygons(geometries).items():
            files[name].add(part)
        codes = [values.codes(batch[name]) for name in attributes]
        files["code"].add(np.column_stack(codes) if codes else np.empty((len(batch), 0), np.int32))
        row += len(batch)
    mapped = {name: file.mapped() for name, file in files.items()}
    columns = Columns(
        xy=mapped["xy"],
        first_point=_sums(mapped["points"]),
        is_hole=mapped["is_hole"],
        first_ring=_sums(mapped["rings"]),
        box=mapped["box"],
        area=mapped["area"],
        code=mapped["code"],
    )
    return Footprints(columns, values)


_COLUMNS: dict[str, tuple[Any, tuple[int, ...]]] = {
    "xy": (np.uint32, (2,)),
    "points": (np.int32, ()),
    "is_hole": (np.bool_, ()),
    "rings": (np.int32, ()),
    "box": (np.uint32, (4,)),
    "area": (np.float64, ()),
}


class _Column:
    """Values of one kind, written one after the other."""

    def __init__(self, path: Path, kind: Any, shape: tuple[int, ...]) -> None:
        self._path, self._kind, self._shape = path, kind, shape
        self._file = path.open("wb")

    def add(self, values: NDArray[Any]) -> None:
        np.ascontiguousarray(values, dtype=self._kind).tofile(self._file)

    def mapped(self) -> NDArray[Any]:
        self._file.close()
        if not self._path.stat().st_size:
            return np.empty((0, *self._shape), self._kind)
        return np.asarray(np.memmap(self._path, self._kind, "r")).reshape(-1, *self._shape)


def _sums(sizes: NDArray[np.int32]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64)


def _polygons(geometries: NDArray[np.object_]) -> dict[str, NDArray[Any]]:
    """The columns of some polygons."""
    _, lonlat, offsets = shapely.to_ragged_array(shapely.orient_polygons(geometries, exterior_cw=True))
    first = [np.asarray(one, dtype=np.int64) for one in offsets]
    of_rings, of_polygons = first[0], first[1]
    rings = np.diff(of_polygons if len(first) == 2 else of_polygons[first[2]])
    xy = _on_grid(lonlat)
    closing = np.ones(len(xy), dtype=bool)
    closing[of_rings[1:] - 1] = False
    is_hole = np.ones(len(of_rings) - 1, dtype=bool)
    is_hole[of_polygons[:-1]] = False
    first_of_feature = of_rings[np.concatenate([[0], np.cumsum(rings)[:-1]])]
    box = np.column_stack([np.minimum.reduceat(xy, first_of_feature), np.maximum.reduceat(xy, first_of_feature)])
    area = np.add.reduceat(_areas(xy, of_rings), np.concatenate([[0], np.cumsum(rings)[:-1]]))
    return {
        "xy": xy[closing],
        "points": np.diff(of_rings) - 1,
        "is_hole": is_hole,
        "rings": rings,
        "box": box,
        "area": area,
    }


def _on_grid(lonlat: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Web Mercator (EPSG:3857): every cell in which a point lies, so that coarser grids round as from the point."""
    x = lonlat[:, 0] / 360 + 0.5
    y = 0.5 - np.arcsinh(np.tan(np.radians(lonlat[:, 1]))) / (2 * np.pi)
    cells = np.floor(np.column_stack([x, y]) * 2.0**GRID_BITS)
    return np.clip(cells, 0, 2**GRID_BITS - 1).astype(np.uint32)


def _areas(xy: NDArray[np.uint32], first: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of closed rings, by the surveyor's formula from a ring's first point; holes below 0."""
    begins = first[:-1]
    local = xy.astype(np.float64) - np.repeat(xy[begins].astype(np.float64), np.diff(first), axis=0)
    steps = np.zeros(len(xy))
    steps[:-1] = local[:-1, 0] * local[1:, 1] - local[1:, 0] * local[:-1, 1]
    steps[first[1:] - 1] = 0.0  # from one ring's last point to the next one's first
    return np.asarray(np.add.reduceat(steps, begins) / 2)
