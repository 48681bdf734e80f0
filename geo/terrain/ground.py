"""The ground as analyses, tiles and questions see it: one surface, whatever it was put together from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.bounds import Bounds
from geo.grid import Grid, GridFile, Heights
from geo.terrain.mosaic import meets

NO_SOURCE = -1


@dataclass(frozen=True, slots=True, eq=False)
class GroundSheet:
    heights: GridFile
    own: int
    """Number of the source whose cells these are."""
    givers: GridFile | None = None
    """For each cell the number of the source that gave it; None: all are `own`'s."""


class Traced(NamedTuple):
    """Heights at places, and where each is from."""

    heights: Heights
    """Metres, shape (n,); NaN: no source has one."""
    sources: NDArray[np.int64]
    """Numbers of the sources, shape (n,); NO_SOURCE: none."""


@dataclass(frozen=True, eq=False)
class Ground:
    """Heights of one or several grids; threads may share it. Nothing is held between questions."""

    sources: Sequence[GridFile]
    sheets: Sequence[GroundSheet]
    """The finest first: a place that one has no height for is looked up in the next."""

    @classmethod
    def of(cls, path: Path) -> "Ground":
        """One grid alone."""
        file = GridFile(path)
        return cls((file,), (GroundSheet(file, 0),))

    @property
    def resolution_m(self) -> float:
        """Metres of the finest source's cells."""
        return min(source.resolution_m for source in self.sources)

    @cached_property
    def bounds(self) -> Bounds:
        """Degrees, around all sources."""
        edges = np.array([source.frame.bounds.as_tuple() for source in self.sources])
        west, south = edges[:, :2].min(axis=0)
        east, north = edges[:, 2:].max(axis=0)
        return Bounds(float(west), float(south), float(east), float(north))

    def sample(self, lonlat: NDArray[np.float64]) -> Heights:
        """Metres at places, shape (n, 2): degrees east, degrees north; bilinear between cells of one sheet.

        Shape (n,); NaN where no source has a height, never 0.
        """
        return self.trace(lonlat).heights

    def trace(self, lonlat: NDArray[np.float64]) -> Traced:
        """As `sample`, and which source gave each height: the one that gave the nearest cell."""
        places = np.atleast_2d(np.asarray(lonlat, dtype=np.float64))
        traced = Traced(np.full(len(places), np.nan), np.full(len(places), NO_SOURCE, dtype=np.int64))
        for sheet in self.sheets:
            asked = np.flatnonzero(np.isnan(traced.heights))
            heights = sheet.heights.sample(places[asked])
            known = np.isfinite(heights)
            found = asked[known]
            traced.heights[found] = heights[known]
            traced.sources[found] = _givers(sheet, places[found])
        return traced

    def draw(self, lonlat: NDArray[np.float64], bounds: Bounds, cell_m: float) -> Heights:
        """As `sample` for many places inside `bounds`, from the copies whose cells are no larger than `cell_m`."""
        heights = np.full(len(lonlat), np.nan)
        for sheet in self.sheets:
            asked = np.flatnonzero(np.isnan(heights))
            grid = _copy(sheet.heights, bounds, cell_m) if len(asked) else None
            if grid is not None:
                heights[asked] = grid.sample(lonlat[asked])
        return heights


def _givers(sheet: GroundSheet, places: NDArray[np.float64]) -> NDArray[np.int64]:
    if sheet.givers is None or not len(places):
        return np.full(len(places), sheet.own, dtype=np.int64)
    numbers = sheet.givers.sample(places, nearest=True)
    return np.where(np.isfinite(numbers), numbers, sheet.own).astype(np.int64)


def _copy(file: GridFile, bounds: Bounds, cell_m: float) -> Grid | None:
    """Its cells around `bounds`, of the smallest copy that is still fine enough."""
    if not meets(file.frame, bounds):
        return None
    fitting = [one for one in file.overviews if one * file.resolution_m <= cell_m]
    return file.read(bounds, coarser=max(fitting, default=1))
