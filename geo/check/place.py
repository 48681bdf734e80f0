"""Where features must lie: in the grid square (地域メッシュ) that their file is named after."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.mesh import parse_codes
from geo.problem import Problem

TOLERANCE_DEGREES = 0.0001
"""About 10 m. A feature on the border of two squares stands in one of their files and reaches into the other."""

_CODE = re.compile(r"(?<!\d)\d{6}(?:\d{2,5})?(?!\d)")
"""Six digits and more: four are EPSG codes."""


def mesh_of_file(name: str) -> str | None:
    """`52385628` of `udx/bldg/52385628_bldg_6697_op.gml`; None for a file that is named otherwise."""
    codes = _CODE.findall(PurePosixPath(name).name)
    valid = parse_codes(codes).valid.tolist() if codes else []
    return next((code for code, is_code in zip(codes, valid, strict=True) if is_code), None)


def check_mesh(
    geometries: NDArray[Any], ids: Sequence[str], *, name: str, lines: Sequence[int | None] | None = None
) -> list[Problem]:
    """Features that don't reach into their file's grid square; the file itself where none of several does.

    `geometries` in degrees east and north.
    """
    mesh = mesh_of_file(name)
    if mesh is None or not len(geometries):
        return []
    west, south, east, north = parse_codes([mesh]).bounds[0] + TOLERANCE_DEGREES * np.array([-1, -1, 1, 1])
    box = shapely.bounds(geometries)
    outside = np.flatnonzero((box[:, 2] < west) | (box[:, 0] > east) | (box[:, 3] < south) | (box[:, 1] > north))
    if len(outside) == len(geometries) > 1:
        told = {"mesh": mesh, "count": str(len(outside))}
        return [Problem("citygml.file_outside_mesh", name, lonlat=_middle(box[0]), parameters=told)]
    return [
        Problem(
            "citygml.outside_mesh",
            name,
            ids[row],
            lines[row] if lines else None,
            _middle(box[row]),
            {"mesh": mesh},
        )
        for row in outside.tolist()
    ]


def _middle(box: NDArray[np.float64]) -> tuple[float, float]:
    return round(float(box[0] + box[2]) / 2, 7), round(float(box[1] + box[3]) / 2, 7)
