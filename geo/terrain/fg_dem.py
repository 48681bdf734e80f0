"""GSI's DEM in FG-GML (基盤地図情報 数値標高モデル): DEM1A, DEM5A/B/C, DEM10A/B, one mesh a file.

Format: 基盤地図情報ダウンロードデータ ファイル仕様書 5.0. Values run from the north-west corner eastwards, and begin at
`gml:startPoint`; what is missing before and after has no data, as -9999 has. Heights are metres above T.P.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.transform import Affine

from geo.batch import Count
from geo.citygml.document import release, root_of, stream
from geo.citygml.element import local_name
from geo.crs import with_heights
from geo.errors import UnreadableError
from geo.grid import Frame
from geo.problem import Problem
from geo.terrain.canvas import TerrainPiece, open_canvas
from geo.terrain.kind import FG_DEM_SCHEMA

_GML = "{http://www.opengis.net/gml/3.2}"
_WANTED = ("Envelope", "lowerCorner", "upperCorner", "low", "high", "tupleList", "sequenceRule", "startPoint")
_NO_DATA = -9_990.0
_EAST_THEN_SOUTH = "+x-y"
JGD2024 = """VERTCRS["JGD2024 (vertical) height", VDATUM["Japanese Geodetic Datum 2024 (vertical)"],
    CS[vertical, 1], AXIS["gravity-related height (H)", up], LENGTHUNIT["metre", 1]]"""
"""PROJ 9.5 doesn't know it. Horizontally JGD2024 is JGD2011; its heights are measured from another level."""


def read_fg_dem(path: Path, target: Path, *, name: str) -> TerrainPiece:
    """Writes `target`; UnreadableError for a file that does not say what the format promises."""
    root = root_of(path, name)
    if root != f"{{{FG_DEM_SCHEMA}}}Dataset":
        raise UnreadableError(Problem("terrain.fg_dem", name, parameters={"reason": local_name(root)}))
    coverage = _Coverage(name)
    for element in stream(path, name, frozenset(f"{_GML}{tag}" for tag in _WANTED)):
        coverage.take(local_name(element.tag), element.text or "", element.get("srsName") or element.get("order"))
        release(element)
    frame, values = coverage.frame(), coverage.values()
    with open_canvas(target, frame, name=name) as canvas:
        canvas.write(values, 0, 0)
    return TerrainPiece(target, (Count("DEM", "", 1, 1, 0),), coverage.doubts())


@dataclass
class _Coverage:
    """What the elements of one file say; each is looked at when all are there."""

    name: str

    def __post_init__(self) -> None:
        self._said: dict[str, str] = {}
        self._srs: str | None = None
        self._order: str | None = None
        self._heights = np.empty(0)

    def take(self, tag: str, text: str, told: str | None) -> None:
        """`told`: the envelope's reference system, or the rule's order."""
        if tag == "Envelope":
            self._srs = told or self._srs
        elif tag == "tupleList":
            self._heights = self._parsed(text)
        else:
            self._said[tag] = text.strip()
            self._order = told if tag == "sequenceRule" else self._order

    def frame(self) -> Frame:
        south, west = self._numbers("lowerCorner")
        north, east = self._numbers("upperCorner")
        rows, cols = self._size()
        if not (west < east <= 180 and south < north <= 90):
            raise self._wrong(f"gml:lowerCorner {west} {south}")
        transform = Affine((east - west) / cols, 0, west, 0, -(north - south) / rows, north)
        return Frame(rows, cols, transform, self._crs())

    def doubts(self) -> tuple[Problem, ...]:
        is_old = "jgd2000" in (self._srs or "").lower()
        return (Problem("crs.jgd2000", self.name, parameters={"crs": "EPSG:4612"}),) if is_old else ()

    def values(self) -> NDArray[np.float64]:
        """Shape (rows, cols)."""
        rule = self._said.get("sequenceRule", "Linear")
        if rule != "Linear" or self._order not in (None, _EAST_THEN_SOUTH):
            raise self._wrong(f"gml:sequenceRule {self._order or ''} {rule}")
        rows, cols = self._size()
        column, row = (int(one) for one in self._numbers("startPoint")) if "startPoint" in self._said else (0, 0)
        begin = row * cols + column
        if not 0 <= begin <= rows * cols - len(self._heights):
            raise self._wrong(f"gml:tupleList: {len(self._heights):,} > {rows * cols - begin:,}")
        values = np.full(rows * cols, np.nan)
        values[begin : begin + len(self._heights)] = self._heights
        return values.reshape(rows, cols)

    def _parsed(self, text: str) -> NDArray[np.float64]:
        """`地表面,12.34` a line: what lies there, and how high."""
        numbers = [line.rpartition(",")[2] for line in text.split()]
        try:
            heights = np.array(numbers, dtype=np.float64)
        except ValueError as error:
            raise self._wrong(f"gml:tupleList: {str(error)[:60]}") from error
        heights[~np.isfinite(heights) | (heights < _NO_DATA)] = np.nan
        return heights

    def _size(self) -> tuple[int, int]:
        """Rows and columns: `gml:high` is the last column and row."""
        (left, top), (right, bottom) = self._numbers("low"), self._numbers("high")
        rows, cols = int(bottom - top) + 1, int(right - left) + 1
        if not (1 <= rows <= 100_000 and 1 <= cols <= 100_000):
            raise self._wrong(f"gml:high {self._said['high']}")
        return rows, cols

    def _numbers(self, tag: str) -> tuple[float, float]:
        try:
            first, second = map(float, self._said[tag].split())
        except (KeyError, ValueError) as error:
            raise self._wrong(f"gml:{tag} {self._said.get(tag, '-')[:60]}") from error
        return first, second

    def _crs(self) -> CRS:
        stated = (self._srs or "").lower()
        if "jgd2024" in stated:
            return with_heights(CRS.from_epsg(6668), CRS.from_wkt(JGD2024))
        if "jgd2011" in stated:
            return CRS.from_epsg(6697)
        if "jgd2000" in stated:
            return CRS("EPSG:4612+6694")
        raise UnreadableError(Problem("crs.unknown", self.name, parameters={"crs": str(self._srs)[:100]}))

    def _wrong(self, reason: str) -> UnreadableError:
        return UnreadableError(Problem("terrain.fg_dem", self.name, parameters={"reason": reason}))
