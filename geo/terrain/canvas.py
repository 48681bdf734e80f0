"""A grid that is written piece by piece: only what is being written is in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.errors import RasterioError
from rasterio.transform import Affine
from rasterio.windows import Window

from geo.batch import Count
from geo.errors import UnreadableError
from geo.grid import Frame
from geo.problem import Problem

BLOCK = 512
_CACHE_BYTES = 64 * 2**20
_MOST_CELLS = 2**31
"""Of one piece; far beyond any city, and far below what would fill a disk by a slip of a coordinate."""


@dataclass(frozen=True)
class TerrainPiece:
    """What one source gave: a GeoTIFF of heights in metres (float32, NaN: no data), and an account of it."""

    path: Path
    counts: tuple[Count, ...]
    problems: tuple[Problem, ...] = ()


def lattice_frame(x: tuple[float, float], y: tuple[float, float], step: tuple[float, float], crs: CRS) -> Frame:
    """The cells that cover `x` and `y` (least, greatest), on a lattice that all grids of this step share.

    Cell borders lie at whole multiples of the step, so that neighbouring pieces join without being moved.
    """
    columns = floor(x[0] / step[0] + _SAME), ceil(x[1] / step[0] - _SAME)
    rows = floor(y[0] / step[1] + _SAME), ceil(y[1] / step[1] - _SAME)
    west, north = columns[0] * step[0], max(rows[1], rows[0] + 1) * step[1]
    transform = Affine(step[0], 0, west, 0, -step[1], north)
    return Frame(max(1, rows[1] - rows[0]), max(1, columns[1] - columns[0]), transform, crs)


_SAME = 1e-3
"""Cells: an edge so near a border of the lattice lies on it; GSI cuts corners to nine digits, 3e-5 of a cell."""


class Canvas:
    """An open GeoTIFF; cells nobody writes have no data and take no room on the disk."""

    def __init__(self, opened: Any, frame: Frame) -> None:
        self._opened = opened
        self.frame = frame

    def write(self, values: NDArray[np.floating], row: int, column: int) -> None:
        """Puts `values` with their north-west cell at (row, column)."""
        height, width = values.shape
        self._opened.write(values.astype(np.float32), 1, window=Window(column, row, width, height))


@contextmanager
def open_canvas(path: Path, frame: Frame, *, name: str) -> Iterator[Canvas]:
    """`name` is told where the grid can't be made."""
    if frame.rows * frame.cols > _MOST_CELLS:
        told = {"rows": f"{frame.rows:,}", "columns": f"{frame.cols:,}"}
        raise UnreadableError(Problem("terrain.too_large", name, parameters=told))
    options: dict[str, Any] = {
        "driver": "GTiff",
        "dtype": "float32",
        "count": 1,
        "width": frame.cols,
        "height": frame.rows,
        "transform": frame.transform,
        "crs": rasterio.CRS.from_wkt(frame.crs.to_wkt()),
        "nodata": np.nan,
        "tiled": True,
        "blockxsize": BLOCK,
        "blockysize": BLOCK,
        "sparse_ok": True,
        "compress": "deflate",
        "zlevel": 1,
        "predictor": 3,
        "bigtiff": "if_safer",
    }
    try:
        with rasterio.Env(GDAL_CACHEMAX=_CACHE_BYTES), rasterio.open(path, "w", **options) as opened:
            opened.set_band_unit(1, "m")
            yield Canvas(opened, frame)
    except RasterioError as error:
        told = {"reason": str(error).replace(str(path), name)[:200]}
        raise UnreadableError(Problem("file.unreadable", name, parameters=told)) from error
