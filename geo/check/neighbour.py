"""Buildings of two files that stand in each other: at the border of their grid squares both have been surveyed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.check.overlap import LEAST_SHARE
from geo.problem import Problem


@dataclass(frozen=True)
class Neighbour:
    """Some buildings of one file."""

    name: str
    ids: Sequence[str]
    outlines: NDArray[Any]
    """In degrees east and north."""


def check_neighbours(earlier: Neighbour, later: Neighbour) -> list[Problem]:
    """One for each building of the later file that stands in one of the earlier, with the first of those.

    Buildings with the same gml:id are one building that two files have, which is told elsewhere.
    """
    two, one = shapely.STRtree(earlier.outlines).query(later.outlines, predicate="intersects")
    different = np.array([earlier.ids[a] != later.ids[b] for a, b in zip(one, two, strict=True)], dtype=bool)
    one, two = one[different], two[different]
    common = shapely.intersection(earlier.outlines[one], later.outlines[two])
    area = np.minimum(shapely.area(earlier.outlines[one]), shapely.area(later.outlines[two]))
    share = shapely.area(common) / area
    wrong = np.flatnonzero(share > LEAST_SHARE)
    order = wrong[np.lexsort((one[wrong], two[wrong]))]
    first = order[np.unique(two[order], return_index=True)[1]]
    return [_problem(earlier, later, int(one[at]), int(two[at]), float(share[at]), common[at]) for at in first.tolist()]


def _problem(earlier: Neighbour, later: Neighbour, one: int, two: int, share: float, common: Any) -> Problem:
    place = shapely.point_on_surface(common)
    lonlat = round(float(place.x), 7), round(float(place.y), 7)
    told = {"other": f"{earlier.name}#{earlier.ids[one]}", "share": f"{100 * share:.3g}"}
    return Problem("citygml.footprints_overlap", later.name, later.ids[two], None, lonlat, told)
