"""A grid of heights or depths: in memory (`Grid`), or in a file that is never read whole (`GridFile`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import CRS, Geod
from rasterio.errors import RasterioError
from rasterio.transform import Affine
from rasterio.windows import Window

from geo.bounds import Bounds
from geo.crs import project_points, reproject_points, vertical_datum
from geo.errors import InvalidGridError, UnreadableError
from geo.problem import Problem

Heights = NDArray[np.float64]

_ON_A_CENTRE = 1e-6
"""Cells: a place so near a cell's centre is at it, whatever the last digits of a projection say."""
_BLOCK = 512
_CACHE_BYTES = 64 * 2**20
_GEOD = Geod(ellps="GRS80")
_METRE = "m"
_METRES = frozenset({None, "", "m", "metre", "metres", "meter", "meters"})


@dataclass(frozen=True, eq=False)
class Frame:
    """Where the cells of a north-up grid lie."""

    rows: int
    cols: int
    transform: Affine
    """From (column, row), counted from the north-west corner of the grid, to x and y in `crs`."""
    crs: CRS

    def __post_init__(self) -> None:
        step = self.transform
        if step.b or step.d or step.a <= 0 or step.e >= 0:
            raise InvalidGridError(f"a grid is north-up: east to the right, north above; got {tuple(step)[:6]}")
        if self.rows < 1 or self.cols < 1:
            raise InvalidGridError(f"a grid has cells, got {self.rows} rows and {self.cols} columns")

    @cached_property
    def resolution_m(self) -> float:
        """Metres on the ground of the longer side of the cell in the middle."""
        column, row = self.cols / 2, self.rows / 2
        step = self.transform
        x = step.c + step.a * np.array([column, column + 1, column])
        y = step.f + step.e * np.array([row, row, row + 1])
        lon, lat = reproject_points(x, y, self.crs).T
        _, _, sides = _GEOD.inv([lon[0], lon[0]], [lat[0], lat[0]], lon[1:], lat[1:])
        return float(max(sides))

    @cached_property
    def bounds(self) -> Bounds:
        """In degrees, of the whole outline: a straight edge of a plane is none on the earth."""
        step = self.transform
        x = step.c + step.a * np.linspace(0, self.cols, 9)
        y = step.f + step.e * np.linspace(0, self.rows, 9)
        lon, lat = reproject_points(np.tile(x, 9), np.repeat(y, 9), self.crs).T
        return Bounds(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))

    def part(self, row: int, column: int, rows: int, cols: int) -> "Frame":
        """The `rows` x `cols` cells from (row, column) on."""
        step = self.transform
        moved = Affine(step.a, 0, step.c + step.a * column, 0, step.e, step.f + step.e * row)
        return Frame(rows, cols, moved, self.crs)

    def cell_of(self, lonlat: NDArray[np.float64]) -> tuple[Heights, Heights]:
        """Column and row of places, 0 at the centre of the first cell; NaN where the projection has no such place."""
        x, y = project_points(lonlat, self.crs).T
        step = self.transform
        return (x - step.c) / step.a - 0.5, (y - step.f) / step.e - 0.5

    def centres(self) -> NDArray[np.float64]:
        """Longitude and latitude of all cells, shape (rows * cols, 2), row by row from the north."""
        step = self.transform
        x = step.c + step.a * (np.arange(self.cols) + 0.5)
        y = step.f + step.e * (np.arange(self.rows) + 0.5)
        return reproject_points(np.tile(x, self.rows), np.repeat(y, self.cols), self.crs)


@dataclass(frozen=True, eq=False)
class Grid:
    """Values at the centres of square-ish cells, and everything needed to know what they mean."""

    values: NDArray[np.floating]
    """Shape (rows, cols), the first row in the north; NaN: no data."""
    transform: Affine
    """From (column, row), counted from the north-west corner of the grid, to x and y in `crs`."""
    crs: CRS
    unit: str = _METRE
    vertical_datum: str | None = None
    """What heights are measured from, such as `JGD2011 (vertical) / T.P.`; None for depths, or where nobody says."""

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or not np.issubdtype(self.values.dtype, np.floating):
            raise InvalidGridError(f"values are floats in rows and columns, got {self.values.dtype}{self.values.shape}")
        self.frame  # noqa: B018 - a grid that is not north-up must not exist

    @cached_property
    def frame(self) -> Frame:
        rows, cols = self.values.shape
        return Frame(rows, cols, self.transform, self.crs)

    @property
    def resolution_m(self) -> float:
        """Metres on the ground of the longer side of the cell in the middle."""
        return self.frame.resolution_m

    def sample(self, lonlat: NDArray[np.float64]) -> Heights:
        """Bilinear between the four centres around each place, shape (n, 2): degrees east, degrees north.

        NaN outside the outermost centres and wherever one of the cells that count has no data; never 0.
        """
        columns, rows = self.frame.cell_of(np.atleast_2d(np.asarray(lonlat, dtype=np.float64)))
        return bilinear(self.values, columns, rows)


class GridFile:
    """The first band of a GeoTIFF, read by windows. Threads may share it; UnreadableError for a file that can't be."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._opened() as opened:
            self.frame = Frame(opened.height, opened.width, opened.transform, CRS.from_wkt(opened.crs.to_wkt()))
            self.unit = _METRE if opened.units[0] in _METRES else opened.units[0]
            self.overviews: tuple[int, ...] = tuple(opened.overviews(1))
            """By how much each smaller copy is coarser."""

    @property
    def vertical_datum(self) -> str | None:
        return vertical_datum(self.frame.crs)

    @property
    def resolution_m(self) -> float:
        return self.frame.resolution_m

    def sample(self, lonlat: NDArray[np.float64], *, nearest: bool = False) -> Heights:
        """As `Grid.sample`; places are looked up block by block, so that no block is unpacked twice.

        `nearest`: the value of the cell whose centre is nearest, for what can't be interpolated.
        """
        places = np.atleast_2d(np.asarray(lonlat, dtype=np.float64))
        columns, rows = self.frame.cell_of(places)
        if nearest:
            columns, rows = np.round(columns), np.round(rows)
        heights = np.full(len(places), np.nan)
        with self._opened() as opened:
            for block, inside in self._blocks(columns, rows):
                values = _read(opened, block)
                heights[inside] = bilinear(values, columns[inside] - block.col_off, rows[inside] - block.row_off)
        return heights

    def read(self, bounds: Bounds | None = None, *, coarser: int = 1) -> Grid | None:
        """The cells around `bounds` (all without it) with one more on each side; None where there are none.

        `coarser`: 1, or one of `overviews`, whose cells are so many times larger.
        """
        level = {} if coarser == 1 else {"overview_level": self.overviews.index(coarser)}
        with self._opened(**level) as opened:
            frame = Frame(opened.height, opened.width, opened.transform, self.frame.crs)
            window = _around(bounds, frame) if bounds else Window(0, 0, frame.cols, frame.rows)
            if window is None:
                return None
            part = frame.part(window.row_off, window.col_off, window.height, window.width)
            return Grid(_read(opened, window), part.transform, frame.crs, self.unit, self.vertical_datum)

    def _blocks(self, columns: Heights, rows: Heights) -> Iterator[tuple[Window, NDArray[np.intp]]]:
        """Windows with the places inside them: what is needed of a block, and of the first cells of the next ones."""
        inside = np.flatnonzero(_within(columns, self.frame.cols) & _within(rows, self.frame.rows))
        left = np.maximum(columns[inside], 0).astype(np.int64) // _BLOCK
        top = np.maximum(rows[inside], 0).astype(np.int64) // _BLOCK
        across = -(-self.frame.cols // _BLOCK)
        number = top * across + left
        order = np.argsort(number, kind="stable")
        _, starts = np.unique(number[order], return_index=True)
        for start, end in zip(starts, [*starts[1:], len(order)], strict=False):
            places = inside[order[start:end]]
            west, width = _span(columns[places], self.frame.cols)
            north, height = _span(rows[places], self.frame.rows)
            yield Window(west, north, width, height), places

    @contextmanager
    def _opened(self, **options: Any) -> Iterator[Any]:
        """Opened for each call, which costs a millisecond: what rasterio opens belongs to its thread."""
        try:
            # Without a limit GDAL would keep blocks in a twentieth of the machine's memory.
            limit = rasterio.Env(GDAL_CACHEMAX=_CACHE_BYTES)
            with limit, rasterio.open(self.path, driver="GTiff", **options) as opened:
                yield opened
        except RasterioError as error:
            told = {"reason": str(error).replace(str(self.path), self.path.name)[:200]}
            raise UnreadableError(Problem("file.unreadable", self.path.name, parameters=told)) from error


def bilinear(values: NDArray[np.floating], columns: Heights, rows: Heights) -> Heights:
    """Between the centres around each (column, row); cells of weight 0 don't count, so a centre has its own value."""
    height, width = values.shape
    heights = np.full(len(columns), np.nan)
    inside = np.flatnonzero(_within(columns, width) & _within(rows, height))
    left, right, x = _neighbours(columns[inside], width)
    above, below, y = _neighbours(rows[inside], height)
    total = np.zeros(len(inside))
    for row, column, weight in (
        (above, left, (1 - y) * (1 - x)),
        (above, right, (1 - y) * x),
        (below, left, y * (1 - x)),
        (below, right, y * x),
    ):
        total += np.where(weight > 0, weight * values[row, column].astype(np.float64), 0)
    heights[inside] = total
    return heights


def _within(places: Heights, size: int) -> NDArray[np.bool_]:
    return (places >= -_ON_A_CENTRE) & (places <= size - 1 + _ON_A_CENTRE)


def _span(places: Heights, size: int) -> tuple[int, int]:
    """First cell and number of cells around all places; a place at a centre may be a digit short of it."""
    first = max(0, floor(places.min() - _ON_A_CENTRE))
    return first, min(size, floor(places.max() + _ON_A_CENTRE) + 2) - first


def _neighbours(places: Heights, size: int) -> tuple[NDArray[np.intp], NDArray[np.intp], Heights]:
    """The cells before and after each place, and how far it is from the former to the latter, 0..1."""
    whole = np.round(places)
    exact = np.clip(np.where(np.abs(places - whole) < _ON_A_CENTRE, whole, places), 0, size - 1)
    before = np.floor(exact).astype(np.intp)
    return before, np.minimum(before + 1, size - 1), exact - before


def _read(opened: Any, window: Window) -> NDArray[np.float64]:
    """The values as they are meant: without the numbers that stand for no data, scaled as the file says."""
    pixels = opened.read(1, window=window, masked=True)
    values = np.ma.filled(pixels.astype(np.float64), np.nan)
    values[~np.isfinite(values)] = np.nan
    scale, offset = opened.scales[0], opened.offsets[0]
    return np.asarray(values if (scale, offset) == (1, 0) else values * scale + offset, dtype=np.float64)


def _around(bounds: Bounds, frame: Frame) -> Window | None:
    """Cells whose centres enclose `bounds`: along its whole outline, since straight edges bend in other systems."""
    west, south, east, north = bounds.as_tuple()
    lon, lat = np.linspace(west, east, 9), np.linspace(south, north, 9)
    outline = np.array([(x, y) for x in lon for y in lat])
    columns, rows = frame.cell_of(outline)
    if not (np.isfinite(columns).all() and np.isfinite(rows).all()):
        return Window(0, 0, frame.cols, frame.rows)
    left, right = max(0, floor(columns.min()) - 1), min(frame.cols, ceil(columns.max()) + 2)
    top, bottom = max(0, floor(rows.min()) - 1), min(frame.rows, ceil(rows.max()) + 2)
    return Window(left, top, right - left, bottom - top) if left < right and top < bottom else None
