"""The area in which a surface is below a value: marching squares on a regular grid."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

_APART = 1e-3
"""A crossing keeps this share of the step from the grid's points, so that rings never touch in one."""


def area_below(surface: NDArray[np.float64], level: float) -> Any:
    """Multi-polygon in grid units (x: column, y: row) where `surface` (rows, columns) is less than `level`.

    Between two points the border is where the line between their values crosses the level; halfway where one of them
    has no value (infinity, NaN). Where diagonal points face each other (a saddle), the mean of the four decides. The
    grid's outside is not below: the area ends half a step beyond its points.
    """
    values = np.pad(np.where(np.isnan(surface), np.inf, surface), 1, constant_values=np.inf)
    crossings = _segments(values, level)
    if not len(crossings):
        return shapely.MultiPolygon()
    pieces = np.asarray(shapely.linestrings(crossings - 1.0), dtype=object)
    area = shapely.build_area(shapely.multilinestrings(pieces))
    return shapely.multipolygons(shapely.get_parts(area))


def _segments(values: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    """Shape (n, 2, 2): pieces of the border, by cell."""
    inside = values < level
    across, down = _crossings(values, inside, level)
    # Corners of a cell: 0 top left, 1 top right, 2 bottom right, 3 bottom left. Its sides: 0 top, 1 right, 2 bottom,
    # 3 left; side s lies between corners s and s + 1.
    corners = (inside[:-1, :-1], inside[:-1, 1:], inside[1:, 1:], inside[1:, :-1])
    case = sum(one.astype(np.int64) << at for at, one in enumerate(corners))
    with np.errstate(invalid="ignore"):
        mean = (values[:-1, :-1] + values[:-1, 1:] + values[1:, 1:] + values[1:, :-1]) / 4
    case = np.where(np.isin(case, (5, 10)) & (mean < level), 15 - case, case)
    sides = (across[:-1], down[:, 1:], across[1:], down[:, :-1])
    pieces = []
    for number, pairs in _CASES.items():
        rows, columns = np.nonzero(case == number)
        for one, other in pairs:
            pieces.append(np.stack([sides[one][rows, columns], sides[other][rows, columns]], axis=1))
    return np.concatenate(pieces)


_CASES = {
    1: ((3, 0),),
    2: ((0, 1),),
    3: ((3, 1),),
    4: ((1, 2),),
    5: ((3, 0), (1, 2)),
    6: ((0, 2),),
    7: ((3, 2),),
    8: ((2, 3),),
    9: ((2, 0),),
    10: ((0, 1), (2, 3)),
    11: ((2, 1),),
    12: ((1, 3),),
    13: ((1, 0),),
    14: ((0, 3),),
}
"""By corners that are inside (bits 0 to 3): which sides the border joins."""


def _crossings(
    values: NDArray[np.float64], inside: NDArray[np.bool_], level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where the border crosses each step along rows (rows, columns - 1, 2) and along columns (rows - 1, columns, 2)."""
    row, column = np.meshgrid(*(np.arange(one, dtype=np.float64) for one in values.shape), indexing="ij")
    along = _share(values[:, :-1], values[:, 1:], level)
    beside = _share(values[:-1], values[1:], level)
    across = np.stack([column[:, :-1] + along, row[:, :-1]], axis=-1)
    down = np.stack([column[:-1], row[:-1] + beside], axis=-1)
    return across, down


def _share(first: NDArray[np.float64], second: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (level - first) / (second - first)
    share = np.where(np.isfinite(first) & np.isfinite(second), share, 0.5)
    return np.clip(np.nan_to_num(share, nan=0.5), _APART, 1 - _APART)
