"""CityGML dem: the triangles of `dem:TINRelief` become cells of a grid.

Triangles go to a temporary file first, since only the last one tells how large the grid is. Then strips of the grid
are filled, each with its own triangles.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import numpy as np
from numpy.typing import NDArray

from geo.batch import Count
from geo.citygml.document import ENVELOPE, check_document, release, stream
from geo.citygml.element import GML_ID, POS, POS_LIST, TRIANGLE, Element, local_name
from geo.citygml.reference import Axes, Reference
from geo.errors import UnreadableError
from geo.grid import Frame
from geo.problem import Problem
from geo.terrain.canvas import TerrainPiece, lattice_frame, open_canvas

FINE, COARSE = 0.04, 0.2
"""Seconds of arc, some 1 m and 5 m: the lattices of GSI's DEM1A and DEM5A."""
_FINE_M, _COARSE_M = 1.0, 5.0
"""The same for a plane in metres."""
_DENSE_M2 = 5.0
"""A TIN of half of these triangles smaller than this has points every 1 to 3 m, so cells of 5 m would lose them."""
_BATCH = 50_000
_STRIP_CELLS = 16_000_000
_RELIEF = "{http://www.opengis.net/citygml/relief/2.0}"
_FEATURE = f"{_RELIEF}ReliefFeature"
_UNREAD = frozenset(f"{_RELIEF}{name}" for name in ("MassPointRelief", "BreaklineRelief", "RasterRelief"))

Triangles = NDArray[np.float64]
"""x east, y north, height of three corners each, shape (n, 3, 3)."""


def read_tin(path: Path, target: Path, *, name: str, resolution: float | None = None) -> TerrainPiece:
    """Writes `target`; `name` is what problems call the file.

    `resolution` is the side of a cell: seconds of arc where the file is in degrees, else metres. Without it about
    5 m, or about 1 m where the TIN is denser than that. UnreadableError when nothing of the file can be used.
    """
    check_document(path, name)
    with TemporaryFile(dir=target.parent) as kept:
        reading = _Reading(path, name, kept)
        reading.run()
        if not reading.count:
            raise UnreadableError(Problem("terrain.no_triangle", name))
        kept.flush()
        triangles = np.memmap(kept, np.float64, "r", shape=(reading.count, 3, 3))
        axes = reading.reference.axes(None)
        frame = _frame(triangles, axes, resolution)
        _rasterise(triangles, frame, target, name)
    return TerrainPiece(target, tuple(reading.counts()), (*reading.reference.problems, *reading.problems))


@dataclass
class _Reading:
    """One pass over one file."""

    path: Path
    name: str
    kept: IO[bytes]
    count: int = 0
    read: int = 0
    stored: int = 0
    problems: list[Problem] = field(default_factory=list)
    _texts: list[str] = field(default_factory=list)
    _of_feature: int = 0
    _wrong: int = 0
    _unread: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reference = Reference(self.name, None)

    def run(self) -> None:
        for element in stream(self.path, self.name, frozenset({ENVELOPE, TRIANGLE, _FEATURE, *_UNREAD})):
            if element.tag == TRIANGLE:
                self._texts.append(_text(element))
                release(element)
                if len(self._texts) >= _BATCH:
                    self._keep()
            elif element.tag == ENVELOPE:
                self.reference.declare(element)
            elif element.tag == _FEATURE:
                self._end_feature(element)
                release(element)
            else:
                kind = local_name(element.tag)
                self._unread[kind] = self._unread.get(kind, 0) + 1
        for kind, count in sorted(self._unread.items()):
            told = {"component": kind, "count": str(count)}
            self.problems.append(Problem("terrain.component_not_read", self.name, parameters=told))

    def counts(self) -> Iterator[Count]:
        yield Count("dem:ReliefFeature", "", self.read, self.stored, self.read - self.stored)

    def _end_feature(self, element: Element) -> None:
        self._keep()
        feature = element.get(GML_ID) or f"ReliefFeature-{self.read + 1}"
        self.read += 1
        self.stored += self._of_feature > 0
        if not self._of_feature:
            self.problems.append(Problem("terrain.feature_empty", self.name, feature, element.sourceline))
        if self._wrong:
            told = {"count": str(self._wrong)}
            self.problems.append(Problem("terrain.triangle", self.name, feature, element.sourceline, parameters=told))
        self._of_feature = self._wrong = 0

    def _keep(self) -> None:
        if not self._texts:
            return
        corners = _parse(self._texts)
        axes = self.reference.axes(None)
        good = _usable(corners, axes)
        self._wrong += len(corners) - int(good.sum())
        self._texts.clear()
        usable = corners[good]
        if axes.north_first:
            usable = usable[:, :, [1, 0, 2]]
        self.kept.write(np.ascontiguousarray(usable).tobytes())
        self.count += len(usable)
        self._of_feature += len(usable)


def _text(triangle: Element) -> str:
    lists = next(triangle.iter(POS_LIST), None)
    if lists is not None:
        return lists.text or ""
    return " ".join(one.text or "" for one in triangle.iter(POS))


def _parse(texts: Sequence[str]) -> Triangles:
    """Three corners of every text as they stand; NaN for one that is no closed ring of three corners with heights."""
    numbers = " ".join(texts).split()
    if len(numbers) == 12 * len(texts):
        try:
            return _closed(np.array(numbers, dtype=np.float64).reshape(-1, 4, 3))
        except ValueError:
            pass
    return np.concatenate([_parse_one(text) for text in texts])


def _parse_one(text: str) -> Triangles:
    try:
        return _closed(np.array(text.split(), dtype=np.float64).reshape(1, 4, 3))
    except ValueError:
        return np.full((1, 3, 3), np.nan)


def _closed(rings: NDArray[np.float64]) -> Triangles:
    corners = rings[:, :3].copy()
    corners[(rings[:, 0] != rings[:, 3]).any(axis=1)] = np.nan
    return corners


def _usable(corners: Triangles, axes: Axes) -> NDArray[np.bool_]:
    """Finite, on the earth, and no -9999 for a height that is not known."""
    good = np.isfinite(corners).all(axis=(1, 2)) & (np.abs(corners[:, :, 2]) < 9_000).all(axis=1)
    if axes.crs.is_geographic:
        good &= (np.abs(corners[:, :, :2]) <= 180).all(axis=(1, 2))
    return np.asarray(good)


def _frame(triangles: Triangles, axes: Axes, resolution: float | None) -> Frame:
    degrees = axes.crs.is_geographic
    if resolution is None:
        is_dense = _median_area_m2(triangles, axes) < _DENSE_M2
        resolution = (FINE if is_dense else COARSE) if degrees else (_FINE_M if is_dense else _COARSE_M)
    step = resolution / 3600 if degrees else resolution
    lowest, highest = _extent(triangles)
    return lattice_frame((lowest[0], highest[0]), (lowest[1], highest[1]), (step, step), axes.crs)


def _extent(triangles: Triangles) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    lowest, highest = np.full(3, np.inf), np.full(3, -np.inf)
    for start in range(0, len(triangles), _BATCH):
        part = triangles[start : start + _BATCH]
        lowest = np.minimum(lowest, part.min(axis=(0, 1)))
        highest = np.maximum(highest, part.max(axis=(0, 1)))
    return lowest, highest


def _median_area_m2(triangles: Triangles, axes: Axes) -> float:
    """Of a sample of the triangles, seen from above."""
    seen = np.array(triangles[:: max(1, len(triangles) // 10_000)])
    one, two = seen[:, 1, :2] - seen[:, 0, :2], seen[:, 2, :2] - seen[:, 0, :2]
    areas = np.abs(one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]) / 2
    if axes.crs.is_geographic:
        areas = areas * 111_000**2 * np.cos(np.radians(seen[:, 0, 1]))
    return float(np.median(areas))


def _rasterise(triangles: Triangles, frame: Frame, target: Path, name: str) -> None:
    from geo.terrain.rasterise import fill  # numba takes a second to import

    first, last = _rows(triangles, frame)
    height = max(1, min(_STRIP_CELLS // frame.cols, frame.rows))
    height = height // 512 * 512 or height
    with open_canvas(target, frame, name=name) as canvas:
        for top in range(0, frame.rows, height):
            rows = min(height, frame.rows - top)
            values = np.full((rows, frame.cols), np.nan, np.float32)
            of_strip = np.flatnonzero((last >= top) & (first < top + rows))
            for start in range(0, len(of_strip), _BATCH):
                fill(_in_cells(triangles[of_strip[start : start + _BATCH]], frame), values, top)
            canvas.write(values, top, 0)


def _rows(triangles: Triangles, frame: Frame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    parts = [
        _row_range(_in_cells(triangles[start : start + _BATCH], frame)) for start in range(0, len(triangles), _BATCH)
    ]
    return np.concatenate([first for first, _ in parts]), np.concatenate([last for _, last in parts])


def _row_range(triangles: Triangles) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last row that each triangle may reach."""
    rows = triangles[:, :, 1]
    return np.floor(rows.min(axis=1)).astype(np.int64), np.ceil(rows.max(axis=1)).astype(np.int64)


def _in_cells(triangles: Triangles, frame: Frame) -> Triangles:
    """Columns and rows instead of x and y, 0 at a cell's centre."""
    step, cells = frame.transform, np.array(triangles)
    cells[:, :, 0] = (cells[:, :, 0] - step.c) / step.a - 0.5
    cells[:, :, 1] = (cells[:, :, 1] - step.f) / step.e - 0.5
    return cells
