"""From triangles to cells, exactly: each cell whose centre a triangle covers takes the triangle's plane there."""

import numba
import numpy as np
from numpy.typing import NDArray

_EDGE = 1e-9
"""Of a triangle's own size: a centre on the edge between two triangles belongs to both, never to none."""


@numba.njit(cache=True)
def fill(triangles: NDArray[np.float64], values: NDArray[np.float32], first_row: int) -> None:
    """Writes into `values`, the rows from `first_row` on of a grid; later triangles win.

    `triangles`: (column, row, height) of three corners each, shape (n, 3, 3); column and row are 0 at a centre.
    """
    rows, cols = values.shape
    for n in range(triangles.shape[0]):
        x0, y0, z0 = triangles[n, 0, 0], triangles[n, 0, 1] - first_row, triangles[n, 0, 2]
        x1, y1, z1 = triangles[n, 1, 0], triangles[n, 1, 1] - first_row, triangles[n, 1, 2]
        x2, y2, z2 = triangles[n, 2, 0], triangles[n, 2, 1] - first_row, triangles[n, 2, 2]
        double_area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if double_area == 0.0:
            continue
        left = max(0, int(np.ceil(min(x0, x1, x2) - _EDGE)))
        right = min(cols - 1, int(np.floor(max(x0, x1, x2) + _EDGE)))
        top = max(0, int(np.ceil(min(y0, y1, y2) - _EDGE)))
        bottom = min(rows - 1, int(np.floor(max(y0, y1, y2) + _EDGE)))
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                share1 = ((column - x0) * (y2 - y0) - (x2 - x0) * (row - y0)) / double_area
                share2 = ((x1 - x0) * (row - y0) - (column - x0) * (y1 - y0)) / double_area
                share0 = 1.0 - share1 - share2
                if share0 >= -_EDGE and share1 >= -_EDGE and share2 >= -_EDGE:
                    values[row, column] = share0 * z0 + share1 * z1 + share2 * z2
