"""What a map draws where the ground is not known: a surface that leaves the known edge without a step and sinks to 0.

A raster of heights for maps has a number for every pixel, so beyond the last known height something must be drawn. A
step down to sea level would be a cliff that is not there, and shaded as one. Instead the known heights go on as a
stretched skin: the solution of the screened Poisson equation (u'' = u / reach^2), equal to the known heights at their
edge and to 0 far out. Like a skin it makes no hill and no pit of its own. Drawn only: data, elevation and colours have
no value there.
"""

from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter

from geo import Bounds
from geo.grid import Heights
from geo.terrain import Ground

_SIDE = 384
"""Cells of the longer side."""
_LOOKS = 4
"""Each way in a cell, to find how high its edge is."""
_STRIP = 32
"""Rows of cells that are looked at in one go."""
_SHORE_M, _SHORE_SLOPE = 2.0, 0.25
"""An edge so low, or that may come down so low between two looks, is taken for a shore: beyond it lies water."""
_FIRST_LOOK = 128
_FALL = 8
"""Metres over which one metre of height is given up: a slope of 12 % is shaded faintly."""
_LEAST_M, _MOST_M = 800.0, 6_000.0
"""Of the way on which nearly two thirds of a height are given up."""
_WAYS = 3
"""So many of them lie between the edge and the end, where 0 is reached."""
_ROUNDS = 60
_TRACE = 1e-9
_DEGREE_M = 111_320.0


class Apron:
    """The surface around one piece of known ground, on a lattice of its own, in memory (1 MB)."""

    def __init__(self, ground: Ground, around: Bounds) -> None:
        self._ground = ground
        self._around = around

    @cached_property
    def reach_m(self) -> float:
        """By the heights at the edge: higher ground needs a longer way down."""
        lattice = _Lattice(_widened(self._around, 0.02), _FIRST_LOOK)
        heights = lattice.heights(self._ground)
        edge = np.abs(heights[_is_edge(np.isfinite(heights))])
        highest = float(np.percentile(edge, 95)) if len(edge) else 0.0
        return min(max(_FALL * highest, _LEAST_M), _MOST_M)

    @cached_property
    def bounds(self) -> Bounds:
        """Degrees; beyond them it is 0."""
        west, south, east, north = self._around.as_tuple()
        down = _WAYS * self.reach_m / _DEGREE_M
        across = down / max(float(np.cos(np.radians((south + north) / 2))), 0.05)
        return Bounds(max(west - across, -180), max(south - down, -90), min(east + across, 180), min(north + down, 90))

    def sample(self, lonlat: NDArray[np.float64]) -> Heights:
        """Metres at places, shape (n, 2); bilinear, 0 outside."""
        lattice, surface = self._surface
        return lattice.sample(surface, lonlat)

    @cached_property
    def _surface(self) -> "tuple[_Lattice, NDArray[np.float64]]":
        lattice = _Lattice(self.bounds, _SIDE)
        known = lattice.edges(self._ground)
        rim = np.isnan(known)
        rim[1:-1, 1:-1] = False
        known[rim] = 0
        return lattice, _stretched(known, lattice.cell_m / self.reach_m)


class _Lattice:
    """Points of a rectangle in degrees, about as far apart in both directions, the first row in the north."""

    def __init__(self, bounds: Bounds, side: int) -> None:
        self.bounds = bounds
        west, south, east, north = bounds.as_tuple()
        width = (east - west) * _DEGREE_M * max(float(np.cos(np.radians((south + north) / 2))), 0.05)
        height = (north - south) * _DEGREE_M
        self.cell_m = max(width, height) / (side - 1)
        self._lon = np.linspace(west, east, max(round(width / self.cell_m) + 1, 2))
        self._lat = np.linspace(north, south, max(round(height / self.cell_m) + 1, 2))

    def heights(self, ground: Ground) -> NDArray[np.float64]:
        """Shape (rows, cols); NaN where nothing is known."""
        return _drawn(ground, self._lon, self._lat, self.cell_m)

    def edges(self, ground: Ground) -> NDArray[np.float64]:
        """How high the known ground is where it ends, and anything where it doesn't; NaN where nothing is known."""
        steps = (np.arange(_LOOKS) + 0.5) / _LOOKS - 0.5
        lon = (self._lon[:, None] + steps * (self._lon[1] - self._lon[0])).ravel()
        lat = (self._lat[:, None] + steps * (self._lat[1] - self._lat[0])).ravel()
        lon, lat = np.clip(lon, -180, 180), np.clip(lat, -90, 90)
        rows = range(0, len(lat), _STRIP * _LOOKS)
        return np.vstack([self._edges(ground, lon, lat, row) for row in rows])

    def _edges(
        self, ground: Ground, lon: NDArray[np.float64], lat: NDArray[np.float64], first: int
    ) -> NDArray[np.float64]:
        """Of a strip of cells, looked at with one more row on each side."""
        begin, end = max(first - 1, 0), min(first + _STRIP * _LOOKS + 1, len(lat))
        heights = _drawn(ground, lon, lat[begin:end], self.cell_m / _LOOKS)
        edge = _is_edge(np.isfinite(heights), outside="edge")
        own = slice(first - begin, first - begin + min(_STRIP * _LOOKS, len(lat) - first))
        return _of_cells(heights[own], edge[own], _SHORE_SLOPE * self.cell_m / _LOOKS)

    def sample(self, values: NDArray[np.float64], lonlat: NDArray[np.float64]) -> Heights:
        columns = (lonlat[:, 0] - self._lon[0]) / (self._lon[1] - self._lon[0])
        rows = (lonlat[:, 1] - self._lat[0]) / (self._lat[1] - self._lat[0])
        inside = (columns >= 0) & (columns <= len(self._lon) - 1) & (rows >= 0) & (rows <= len(self._lat) - 1)
        sampled = np.zeros(len(lonlat))
        left = np.clip(columns[inside].astype(np.intp), 0, len(self._lon) - 2)
        above = np.clip(rows[inside].astype(np.intp), 0, len(self._lat) - 2)
        x, y = columns[inside] - left, rows[inside] - above
        upper = values[above, left] * (1 - x) + values[above, left + 1] * x
        lower = values[above + 1, left] * (1 - x) + values[above + 1, left + 1] * x
        sampled[inside] = upper * (1 - y) + lower * y
        return sampled


def _drawn(ground: Ground, lon: NDArray[np.float64], lat: NDArray[np.float64], cell_m: float) -> NDArray[np.float64]:
    places = np.column_stack([np.tile(lon, len(lat)), np.repeat(lat, len(lon))])
    bounds = Bounds(float(lon[0]), float(lat[-1]), float(lon[-1]), float(lat[0]))
    return ground.draw(places, bounds, cell_m).reshape(len(lat), len(lon))


def _of_cells(heights: NDArray[np.float64], edge: NDArray[np.bool_], fall: float) -> NDArray[np.float64]:
    """One height of each cell's looks: the mean of those at the edge, of all where there is no edge; at a shore the
    lowest, and lower by what it may fall until the next look.
    """
    rows, cols = (size // _LOOKS for size in heights.shape)
    looks = heights.reshape(rows, _LOOKS, cols, _LOOKS).transpose(0, 2, 1, 3).reshape(rows, cols, -1)
    edges = edge.reshape(rows, _LOOKS, cols, _LOOKS).transpose(0, 2, 1, 3).reshape(rows, cols, -1)
    counted = np.where(edges.any(axis=-1, keepdims=True), edges, np.isfinite(looks))
    mean = np.where(counted, looks, 0).sum(axis=-1) / np.maximum(counted.sum(axis=-1), 1)
    lowest = np.where(edges, looks, np.inf).min(axis=-1)
    shore = np.maximum(lowest - fall, np.minimum(lowest, 0))
    return np.where(counted.any(axis=-1), np.where(lowest <= _SHORE_M + fall, shore, mean), np.nan)


def aprons(ground: Ground) -> list[Apron]:
    """One for each piece of ground that lies apart from the others: a city and an island each get their own lattice."""
    pieces: list[Bounds] = []
    for source in ground.sources:
        grown, apart = source.frame.bounds, []
        for piece in pieces:
            if meet(_widened(piece, 0.1), grown):
                grown = Bounds.around([piece, grown])
            else:
                apart.append(piece)
        pieces = [*apart, grown]
    return [Apron(ground, piece) for piece in pieces]


def extend(heights: NDArray[np.float64], beyond: NDArray[np.float64], margin: int) -> NDArray[np.float64]:
    """`heights` with `beyond` where they are NaN, joined without a step within `margin` cells of what is known."""
    known = np.isfinite(heights)
    if not known.any():
        return beyond
    distance, (row, column) = distance_transform_edt(~known, return_indices=True)
    step = np.where(known, heights, 0) - beyond
    nearest = step[row, column]
    # Right at the edge the step of the nearest cell; further out that of all of them, without streaks.
    further = np.clip(distance / (margin / 4), 0, 1)
    closing = nearest + (_spread(step, known, margin, nearest) - nearest) * further
    near = np.clip(1 - distance / margin, 0, 1)
    return np.where(known, heights, beyond + closing * near**2 * (3 - 2 * near))


def _spread(
    step: NDArray[np.float64], known: NDArray[np.bool_], margin: int, otherwise: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The mean of the steps at the edge, weighted by how near they are."""
    edge = _is_edge(known, outside="edge").astype(np.float64)
    weight = gaussian_filter(edge, margin / 3, truncate=3, mode="constant")
    total = gaussian_filter(edge * step, margin / 3, truncate=3, mode="constant")
    enough = weight > _TRACE
    return np.where(enough, total / np.where(enough, weight, 1), otherwise)


def _stretched(known: NDArray[np.float64], cell: float) -> NDArray[np.float64]:
    """The skin over all cells: known ones stay, others settle, from coarse to fine. `cell`: its side over the reach."""
    fixed = np.isfinite(known)
    if fixed.all():
        return known
    if min(known.shape) > 8:
        surface = _doubled(_stretched(_halved(known), 2 * cell), known.shape)
    else:
        surface = np.zeros_like(known)
    surface[fixed] = known[fixed]
    for _ in range(_ROUNDS):
        around = np.pad(surface, 1)
        settled = (around[:-2, 1:-1] + around[2:, 1:-1] + around[1:-1, :-2] + around[1:-1, 2:]) / (4 + cell**2)
        surface[~fixed] = settled[~fixed]
    return surface


def _halved(known: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean of what is known of each 2 x 2 cells."""
    rows, cols = known.shape
    padded = np.pad(known, ((0, rows % 2), (0, cols % 2)), constant_values=np.nan)
    fours = padded.reshape((rows + 1) // 2, 2, (cols + 1) // 2, 2)
    count = np.isfinite(fours).sum(axis=(1, 3))
    return np.where(count > 0, np.nansum(fours, axis=(1, 3)) / np.maximum(count, 1), np.nan)


def _doubled(surface: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
    return surface.repeat(2, axis=0).repeat(2, axis=1)[: shape[0], : shape[1]].copy()


def _is_edge(known: NDArray[np.bool_], outside: Literal["constant", "edge"] = "constant") -> NDArray[np.bool_]:
    """What is known and has a neighbour that isn't; nothing is known outside, or the same as at the border."""
    around = np.pad(known, 1, mode=outside)
    return np.asarray(known & ~(around[:-2, 1:-1] & around[2:, 1:-1] & around[1:-1, :-2] & around[1:-1, 2:]))


def _widened(bounds: Bounds, share: float) -> Bounds:
    west, south, east, north = bounds.as_tuple()
    more = share * max(east - west, north - south)
    return Bounds(max(west - more, -180), max(south - more, -90), min(east + more, 180), min(north + more, 90))


def meet(one: Bounds, other: Bounds) -> bool:
    return one.west <= other.east and other.west <= one.east and one.south <= other.north and other.south <= one.north
