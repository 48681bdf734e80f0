"""One ground of several grids: each source becomes a sheet whose gaps the others fill, stored where that is needed.

A sheet has the cells of its source, so nothing is blown up to the finest source's cells, and nothing loses any. Heights
measured from different levels never stand in one sheet: nothing is interpolated between them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.windows import Window

from geo.grid import Frame, GridFile
from geo.raster import write_cog
from geo.terrain.canvas import BLOCK, open_canvas
from geo.terrain.mosaic import blend, meets, squares

NOBODY = 65_535
"""In the grid of givers: no source has a height here."""


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """A sheet of the ground; `heights` and `givers` are None where the source itself is it."""

    own: int
    """Number of the source whose cells it has."""
    heights: Path | None = None
    givers: Path | None = None
    """For each cell the number of the source that gave its height (16 bits)."""


def write_sheets(sources: Sequence[GridFile], folder: Path) -> list[SheetPlan]:
    """The sheets of a ground, the finest one first; what has to be stored is written into `folder`.

    `sources`: the most trusted one first. Squares are read and written one after the other.
    """
    finest_first = sorted(range(len(sources)), key=lambda n: (round(sources[n].resolution_m, 2), n))
    return [_sheet(own, sorted(finest_first[place:]), sources, folder) for place, own in enumerate(finest_first)]


def _sheet(own: int, among: Sequence[int], sources: Sequence[GridFile], folder: Path) -> SheetPlan:
    """`among`: the sources that may take part, by trust; finer ones have sheets of their own, which are asked first."""
    frame = sources[own].frame
    mixed = _Mixed(own, [n for n in among if meets(sources[n].frame, frame.bounds)], sources)
    if not mixed.differs():
        return SheetPlan(own)
    plan = SheetPlan(own, folder / f"{own}.tif", folder / f"{own}-givers.tif")
    mixed.write(plan, folder)
    return plan


class _Mixed:
    def __init__(self, own: int, among: Sequence[int], sources: Sequence[GridFile]) -> None:
        self._frame = sources[own].frame
        self._place = among.index(own)
        self._numbers = np.array([*among, NOBODY])
        self._files = [sources[n] for n in among]
        datum = sources[own].vertical_datum
        self._same_level = np.array([*(one.vertical_datum == datum for one in self._files), False])

    def differs(self) -> bool:
        """Whether any cell is another's than the source's own."""
        if len(self._files) == 1:
            return False
        if self._place == 0 and not self._same_level[:-1].sum() > 1:
            return False
        givers = (blend(part, self._files)[1] for _, _, part in squares(self._frame))
        return any(((one != self._place) & (one >= 0)).any() for one in givers)

    def write(self, plan: SheetPlan, folder: Path) -> None:
        assert plan.heights is not None
        assert plan.givers is not None
        with TemporaryDirectory(dir=folder) as beside:
            heights, givers = Path(beside) / "heights.tif", Path(beside) / "givers.tif"
            with (
                open_canvas(heights, self._frame, name="ground") as canvas,
                rasterio.open(givers, "w", **_profile(self._frame)) as given,
            ):
                for top, left, part in squares(self._frame):
                    values, numbers = self._cells(part)
                    canvas.write(values, top, left)
                    given.write(numbers, 1, window=Window(left, top, part.cols, part.rows))
            write_cog(heights, plan.heights, name="ground")
            write_cog(givers, plan.givers, name="ground")

    def _cells(self, part: Frame) -> tuple[NDArray[np.float64], NDArray[np.uint16]]:
        """A cell that belongs to a source of another level stays empty here: that source's sheet answers."""
        values, givers = blend(part, self._files)
        values[~self._same_level[givers]] = np.nan
        numbers = np.where(self._same_level[givers], self._numbers[givers], NOBODY)
        return values, numbers.astype(np.uint16)


def _profile(frame: Frame) -> dict[str, Any]:
    return {
        "driver": "GTiff",
        "dtype": "uint16",
        "count": 1,
        "width": frame.cols,
        "height": frame.rows,
        "transform": frame.transform,
        "crs": rasterio.CRS.from_wkt(frame.crs.to_wkt()),
        "nodata": NOBODY,
        "tiled": True,
        "blockxsize": BLOCK,
        "blockysize": BLOCK,
        "compress": "deflate",
        "zlevel": 1,
        "bigtiff": "if_safer",
    }
