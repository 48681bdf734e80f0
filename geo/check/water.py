"""Water of LOD1 is surfaces: the product specification of PLATEAU has solids of water from LOD2 on (wtr:WaterBody)."""

from collections.abc import Sequence

import numpy as np

from geo.check.plane import place_of
from geo.problem import Problem
from geo.surface import Surfaces


def check_water(surfaces: Surfaces, ids: Sequence[str], *, name: str) -> list[Problem]:
    """`ids`: of the rows that `surfaces.row` counts."""
    solids = np.unique(surfaces.face_body[surfaces.solid >= 0])
    return [
        Problem("citygml.solid_of_water", name, ids[int(surfaces.row[body])], None, place_of(surfaces, body))
        for body in solids[surfaces.lod[solids] == 1].tolist()
    ]
