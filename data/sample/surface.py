"""A value for every place: a grid of points whose cells are two triangles each."""

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from data.sample.plane import Points

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Raster:
    """Where the grid points lie: metres of the local plane, rows from south to north."""

    west: float
    south: float
    cell_m: float
    rows: int
    columns: int

    def points(self) -> Points:
        """Shape (rows * columns, 2)."""
        east, north = np.meshgrid(np.arange(self.columns), np.arange(self.rows))
        corner = np.array([self.west, self.south])
        points: Points = corner + self.cell_m * np.column_stack([east.ravel(), north.ravel()])
        return points


@dataclass(frozen=True)
class Surface:
    """`values` has shape (rows, columns); linear inside each triangle, so that `at` and `above` agree exactly."""

    raster: Raster
    values: Values
    _above: dict[float, MultiPolygon] = field(default_factory=dict, repr=False, compare=False)

    def at(self, points: Points) -> Values:
        """Values at points, shape (n,); outside the grid, those of its edge."""
        raster, grid = self.raster, self.values
        x = np.clip((points[:, 0] - raster.west) / raster.cell_m, 0, raster.columns - 1.001)
        y = np.clip((points[:, 1] - raster.south) / raster.cell_m, 0, raster.rows - 1.001)
        column, row = x.astype(int), y.astype(int)
        u, v = x - column, y - row
        sw, se = grid[row, column], grid[row, column + 1]
        nw, ne = grid[row + 1, column], grid[row + 1, column + 1]
        lower = sw + u * (se - sw) + v * (nw - sw)
        upper = ne + (1 - u) * (nw - ne) + (1 - v) * (se - ne)
        found: Values = np.where(u + v <= 1, lower, upper)
        return found

    def above(self, level: float) -> MultiPolygon:
        """Where the value is at least `level`; kept, for it is asked for more than once."""
        if level not in self._above:
            self._above[level] = self._found_above(level)
        return self._above[level]

    def _found_above(self, level: float) -> MultiPolygon:
        points = self.raster.points()
        flat = self.values.ravel()
        reaching = [tri[(flat[tri] >= level).any(axis=1)] for tri in self._triangles()]
        parts = [_clip(points[tri], flat[tri], level) for tri in reaching if len(tri)]
        whole = shapely.coverage_union_all(np.concatenate(parts)) if parts else MultiPolygon()
        return MultiPolygon([part for part in shapely.get_parts(whole) if isinstance(part, Polygon)])

    def _triangles(self) -> list[NDArray[np.int64]]:
        """Corner indices, shape (n, 3), of the lower and the upper triangles."""
        rows, columns = self.raster.rows, self.raster.columns
        sw = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
        se, nw, ne = sw + 1, sw + columns, sw + columns + 1
        return [np.column_stack([sw, se, nw]), np.column_stack([ne, nw, se])]


def _clip(corners: NDArray[np.float64], values: Values, level: float) -> NDArray[np.object_]:
    """The part of each triangle at or above `level`; corners (n, 3, 2), values (n, 3)."""
    inside = values >= level
    count = inside.sum(axis=1)
    full = shapely.polygons(corners[count == 3])
    parts = [full]
    for wanted in (1, 2):
        for lone in range(3):
            chosen = (count == wanted) & (inside[:, lone] == (wanted == 1))
            if chosen.any():
                parts.append(_cut(np.roll(corners[chosen], -lone, axis=1), np.roll(values[chosen], -lone, 1), level))
    return np.concatenate(parts)


def _cut(corners: NDArray[np.float64], values: Values, level: float) -> NDArray[np.object_]:
    """Triangles whose first corner alone is on its side of `level`."""
    first = _crossing(corners, values, level, 1)
    last = _crossing(corners, values, level, 2)
    if values[0, 0] >= level:
        return _polygons([corners[:, 0], first, last])
    return _polygons([first, corners[:, 1], corners[:, 2], last])


def _crossing(corners: NDArray[np.float64], values: Values, level: float, other: int) -> Points:
    """Where the level crosses the edge from corner 0: from the higher end, so that both triangles say the same."""
    up = values[:, :1] >= values[:, other : other + 1]
    high, low = np.where(up, corners[:, 0], corners[:, other]), np.where(up, corners[:, other], corners[:, 0])
    top = np.maximum(values[:, 0], values[:, other])
    bottom = np.minimum(values[:, 0], values[:, other])
    share = np.clip((top - level) / (top - bottom), 0.02, 0.98)
    crossing: Points = np.round(high + share[:, None] * (low - high), 3)
    return crossing


def _polygons(corners: list[Points]) -> NDArray[np.object_]:
    made: NDArray[np.object_] = np.asarray(shapely.polygons(np.stack(corners, axis=1)), dtype=object)
    return made
