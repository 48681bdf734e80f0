"""Do buildings of one file stand in each other? Then one of them may be drawn twice, or stand there no longer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.problem import Problem

LEAST_SHARE = 0.01
"""Of the smaller outline. Walls that are drawn twice, a hand's breadth apart, stay below it."""

_PIECE = 100
_MOST = 200_000
"""Pairs that meet, of one file; no city has so many, and whoever draws all buildings in one place has been told."""


@dataclass
class Overlaps:
    """The outlines of a file's buildings, batch by batch, and what is wrong with them in the end."""

    name: str
    _outlines: list[NDArray[Any]] = field(default_factory=list)
    _ids: list[str] = field(default_factory=list)
    _lines: list[int] = field(default_factory=list)

    def add(self, outlines: NDArray[Any], ids: Sequence[str], lines: Sequence[int]) -> None:
        """`outlines` in degrees."""
        self._outlines.append(outlines)
        self._ids += ids
        self._lines += lines

    def problems(self) -> list[Problem]:
        """One for each building that stands in one before it, with the first of those; forgets the outlines."""
        if not self._outlines:
            return []
        outlines = np.concatenate(self._outlines)
        self._outlines.clear()
        one, two, share = _pairs(outlines)
        first = np.unique(two, return_index=True)[1]
        return [
            self._problem(outlines, *pair)
            for pair in zip(one[first].tolist(), two[first].tolist(), share[first].tolist(), strict=True)
        ]

    def _problem(self, outlines: NDArray[Any], one: int, two: int, share: float) -> Problem:
        place = shapely.point_on_surface(shapely.intersection(outlines[one], outlines[two]))
        lonlat = round(float(place.x), 7), round(float(place.y), 7)
        told = {"other": self._ids[one], "share": f"{100 * share:.3g}"}
        return Problem("citygml.footprints_overlap", self.name, self._ids[two], self._lines[two], lonlat, told)


def _pairs(outlines: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Rows of outlines that overlap, the earlier first, in the order of the later; and the share of the smaller area.

    Of outlines that are the same only the first is held against others, so that a file of copies takes no longer.
    """
    kinds, first, same = np.unique(
        np.column_stack([shapely.bounds(outlines), shapely.area(outlines)]),
        axis=0,
        return_index=True,
        return_inverse=True,
    )
    one, two, share = _pairs_of_different(outlines[first], kinds[:, 4])
    one, two = np.sort([first[one], first[two]], axis=0)
    original = first[same.ravel()]
    copies = np.flatnonzero(original != np.arange(len(outlines)))
    one, two = np.append(one, original[copies]), np.append(two, copies)
    share = np.append(share, np.ones(len(copies)))
    order = np.lexsort((one, two))
    return one[order], two[order], share[order]


def _pairs_of_different(
    outlines: NDArray[Any], area: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Piece by piece, until there are more than anybody looks at."""
    tree = shapely.STRtree(outlines)
    found: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]] = []
    met = 0
    for begin in range(0, len(outlines), _PIECE):
        two, one = tree.query(outlines[begin : begin + _PIECE], predicate="intersects")
        two = two + begin
        one, two = one[one < two], two[one < two]
        met += len(one)
        share = shapely.area(shapely.intersection(outlines[one], outlines[two])) / np.minimum(area[one], area[two])
        wrong = share > LEAST_SHARE
        found.append((one[wrong], two[wrong], share[wrong]))
        if met > _MOST:
            break
    one, two, share = (np.concatenate(column) for column in zip(*found, strict=True))
    return one, two, share
