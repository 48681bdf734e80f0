"""Features as lines of GeoJSON text, the way tippecanoe reads them."""

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geo import Text
from tiles.errors import TilingError

_THIN = 1.25
"""Cells: narrower polygons may vanish when their corners move to the grid (seen up to 0.97)."""
_SHORT = 2.0


def feature_lines(batch: pa.RecordBatch, first_fid: int, columns: Sequence[str], cell: float) -> Iterator[bytes]:
    """One line a row, ids from `first_fid`; values that are missing or not finite are left out.

    `cell`: width in degrees of longitude of a cell of the finest tiles; see `drawable`.
    """
    rows = batch.select([*columns]).to_pylist() if columns else [{}] * len(batch)
    geometries = shapely.to_geojson(drawable(read_geometries(batch, first_fid), cell))
    for fid, (row, geometry) in enumerate(zip(rows, geometries, strict=True), first_fid):
        yield b'{"type":"Feature","id":%d,"properties":%b,"geometry":%b}\n' % (fid, _properties(row), geometry.encode())


def read_geometries(batch: pa.RecordBatch, first_fid: int) -> NDArray[np.object_]:
    """Column `geometry` without heights; TilingError for a feature that has none."""
    geometries: NDArray[np.object_] = shapely.force_2d(
        shapely.from_wkb(batch["geometry"].to_numpy(zero_copy_only=False))
    )
    missing = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    if missing.any():
        fid = first_fid + int(np.argmax(missing))
        raise TilingError(Text(f"地物{fid}に形状がありません", f"feature {fid} has no geometry"))
    return geometries


def drawable(geometries: NDArray[np.object_], cell: float) -> NDArray[np.object_]:
    """Widens what would collapse on a grid of cells `cell` degrees of longitude wide: polygons by a cell all around,
    lines to two cells. Everything else is returned as it is.
    """
    kinds = shapely.get_dimensions(geometries)
    thin = (kinds == 2) & (2 * shapely.area(geometries) < _THIN * cell * shapely.length(geometries))
    short = (kinds == 1) & (shapely.length(geometries) < _SHORT * cell)
    if not (thin.any() or short.any()):
        return geometries
    widened = geometries.copy()
    widened[thin] = shapely.buffer(geometries[thin], cell, quad_segs=1, join_style="mitre")
    starts = shapely.bounds(geometries[short])[:, :2]
    widened[short] = shapely.linestrings(np.stack([starts, starts + np.array([_SHORT * cell, 0])], axis=1))
    return widened


def _properties(row: dict[str, Any]) -> bytes:
    return orjson.dumps({name: value for name, value in row.items() if not _is_missing(value)}, default=str)


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and not isfinite(value))
