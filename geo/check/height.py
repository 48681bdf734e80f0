"""Does a measured height agree with the body that stands for it?"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geo.problem import Problem
from geo.surface import Surfaces

RATIO, LEAST_M = 3.0, 10.0
"""Roofs, parapets and towers make a difference; three times as high and 10 m more is a mistake in one of the two."""


def check_heights(
    surfaces: Surfaces,
    measured: NDArray[np.float64],
    ids: Sequence[str],
    *,
    name: str,
    lines: Sequence[int | None] | None = None,
) -> list[Problem]:
    """`measured`: metres, of the rows that `surfaces.row` counts; NaN for none."""
    if not len(surfaces.row):
        return []
    first = surfaces.body_first_point[:-1]
    filled = np.flatnonzero(np.diff(surfaces.body_first_point) > 0)
    low = np.minimum.reduceat(surfaces.xyz[:, 2], first[filled])
    high = np.maximum.reduceat(surfaces.xyz[:, 2], first[filled])
    found, stated = high - low, measured[surfaces.row[filled]]
    more, less = np.maximum(found, stated), np.minimum(found, stated)
    wrong = np.flatnonzero((stated > 0) & (found > 0) & (more > RATIO * less) & (more - less > LEAST_M))
    problems = {}
    for at in wrong.tolist():
        body = filled[at]
        row, point = int(surfaces.row[body]), surfaces.xyz[first[body]]
        told = {"measured": f"{stated[at]:.1f}", "found": f"{found[at]:.1f}", "lod": f"LOD{surfaces.lod[body]}"}
        place = round(float(point[0]), 7), round(float(point[1]), 7)
        problems[row] = Problem("citygml.height_differs", name, ids[row], lines[row] if lines else None, place, told)
    return list(problems.values())
