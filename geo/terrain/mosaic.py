"""Several grids of heights as one: wherever the first has no data, the next one is asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from geo.bounds import Bounds
from geo.crs import project_points, reproject_points
from geo.errors import UnreadableError
from geo.grid import Frame, Grid, GridFile
from geo.problem import Problem
from geo.raster import RasterSummary, write_cog
from geo.terrain.canvas import lattice_frame, open_canvas

_SIDE = 1_024
"""Cells of the squares that are filled one after the other: whole blocks."""
_ALIGNED = 1e-3
"""Cells by which two lattices may differ and still be the same one."""


def mosaic(sources: Sequence[Path], target: Path, *, name: str) -> RasterSummary:
    """Writes `target`, a Cloud Optimized GeoTIFF with the cells of the finest source, over all of them.

    `sources` are GeoTIFFs of heights in metres, the most trusted one first. Cells on the same lattice are taken over
    as they are, others interpolated. All must be measured from the same level: UnreadableError else.
    """
    opened = [_Placed(GridFile(path)) for path in sources]
    _check_datum([one.file for one in opened], name)
    frame = _joined(opened)
    with TemporaryDirectory(dir=target.parent) as folder:
        plain = Path(folder) / "mosaic.tif"
        with open_canvas(plain, frame, name=name) as canvas:
            for top, left, part in squares(frame):
                values, _ = blend(part, [one.file for one in opened])
                if np.isfinite(values).any():
                    canvas.write(values, top, left)
        return write_cog(plain, target, name=name)


@dataclass(frozen=True)
class _Placed:
    file: GridFile

    def extent(self, crs: CRS) -> tuple[float, float, float, float]:
        """Least x, least y, greatest x, greatest y in `crs`, of the whole outline."""
        frame = self.file.frame
        across, down = np.linspace(0, frame.cols, 17), np.linspace(0, frame.rows, 17)
        step = frame.transform
        x, y = (one.ravel() for one in np.meshgrid(step.c + step.a * across, step.f + step.e * down))
        if not _same_system(frame.crs, crs):
            x, y = project_points(reproject_points(x, y, frame.crs), crs).T
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _check_datum(files: Sequence[GridFile], name: str) -> None:
    datums = {file.vertical_datum for file in files}
    if len(datums) > 1:
        told = {"datums": ", ".join(sorted(str(one or "-") for one in datums))}
        raise UnreadableError(Problem("terrain.datums", name, parameters=told))


def _joined(sources: Sequence[_Placed]) -> Frame:
    finest = min(sources, key=lambda one: one.file.resolution_m).file.frame
    extents = np.array([one.extent(finest.crs) for one in sources])
    step = finest.transform
    if len(sources) == 1:
        return finest
    # The finest source's own lattice, whatever its origin is.
    west, south = extents[:, :2].min(axis=0) - (step.c, step.f)
    east, north = extents[:, 2:].max(axis=0) - (step.c, step.f)
    around = lattice_frame((west, east), (south, north), (step.a, -step.e), finest.crs)
    row, column = round(around.transform.f / step.e), round(around.transform.c / step.a)
    return finest.part(row, column, around.rows, around.cols)


def squares(frame: Frame) -> Iterator[tuple[int, int, Frame]]:
    """All of `frame`, a square of whole blocks after the other: its first row, first column, and cells."""
    for top in range(0, frame.rows, _SIDE):
        for left in range(0, frame.cols, _SIDE):
            yield top, left, frame.part(top, left, min(_SIDE, frame.rows - top), min(_SIDE, frame.cols - left))


def blend(part: Frame, files: Sequence[GridFile]) -> tuple[NDArray[np.float64], NDArray[np.int16]]:
    """Heights of the cells of `part`, and which of `files`, the most trusted one first, gave each; NaN and -1: none."""
    values = np.full((part.rows, part.cols), np.nan)
    givers = np.full(values.shape, -1, dtype=np.int16)
    bounds = part.bounds
    for number, file in enumerate(files):
        if not np.isnan(values).any():
            break
        grid = file.read(bounds) if meets(file.frame, bounds) else None
        if grid is not None:
            _fill(values, part, grid)
            givers[(givers < 0) & np.isfinite(values)] = number
    return values, givers


def _fill(values: NDArray[np.float64], part: Frame, grid: Grid) -> None:
    offset = _offset(part, grid.frame)
    if offset is None:
        centres = part.centres()
        empty = np.isnan(values).ravel()
        values.reshape(-1)[empty] = grid.sample(centres[empty])
        return
    row, column = offset
    top, left = max(0, row), max(0, column)
    bottom, right = min(part.rows, row + grid.frame.rows), min(part.cols, column + grid.frame.cols)
    if top < bottom and left < right:
        inside = values[top:bottom, left:right]
        own = grid.values[top - row : bottom - row, left - column : right - column]
        np.copyto(inside, own, where=np.isnan(inside))


def _offset(part: Frame, other: Frame) -> tuple[int, int] | None:
    """Row and column of `other`'s first cell in `part`; None where their cells are not the same."""
    ours, theirs = part.transform, other.transform
    drift = max(abs(theirs.a / ours.a - 1), abs(theirs.e / ours.e - 1)) * max(other.rows, other.cols)
    if drift > _ALIGNED or not _same_system(part.crs, other.crs):
        return None
    column, row = (theirs.c - ours.c) / ours.a, (theirs.f - ours.f) / ours.e
    if abs(column - round(column)) > _ALIGNED or abs(row - round(row)) > _ALIGNED:
        return None
    return round(row), round(column)


def _same_system(one: CRS, other: CRS) -> bool:
    return one == other or one.equals(other, ignore_axis_order=True)


def meets(frame: Frame, bounds: Bounds) -> bool:
    own = frame.bounds
    west, south, east, north = bounds.as_tuple()
    return own.west <= east and west <= own.east and own.south <= north and south <= own.north
