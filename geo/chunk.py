"""From features as a file holds them to batches: collections, reprojection, the gate, one batch for each kind."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from geo.batch import Batch, Count, GeometryType
from geo.crs import crs_name, reproject, vertical_datum
from geo.problem import Problem
from geo.repair import check_geometries
from geo.rule import RULES, Severity

KINDS = {
    "Point": GeometryType.POINT,
    "MultiPoint": GeometryType.POINT,
    "LineString": GeometryType.LINE,
    "LinearRing": GeometryType.LINE,
    "MultiLineString": GeometryType.LINE,
    "Polygon": GeometryType.POLYGON,
    "MultiPolygon": GeometryType.POLYGON,
}
_MULTI: dict[GeometryType, Callable[[Any], Any]] = {
    GeometryType.POINT: shapely.multipoints,
    GeometryType.LINE: shapely.multilinestrings,
    GeometryType.POLYGON: shapely.multipolygons,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a feature, before it has a name."""

    rule: str
    parameters: dict[str, str]

    @property
    def keeps_out(self) -> bool:
        return RULES[self.rule].severity is Severity.ERROR


@dataclass(frozen=True)
class Part:
    """What holds for all features of one layer of the file."""

    name: str
    layer: str
    """The layer's own name; empty where the file has only one."""
    crs: CRS
    warnings: tuple[Problem, ...]
    kinds: tuple[GeometryType, ...]
    """Those that occur; each becomes a part."""

    @property
    def label(self) -> str:
        return self.layer or PurePosixPath(self.name).stem

    def part(self, kind: GeometryType) -> str:
        return self.layer if len(self.kinds) == 1 else f"{self.label}-{kind.value}"


@dataclass
class Chunk:
    """Some features in the order of the file; all lists have one entry for each."""

    frame: pd.DataFrame
    geometries: NDArray[Any]
    """In the coordinates of the file."""
    ids: list[str]
    lines: list[int] | None = None
    faults: list[Fault | None] = field(default_factory=list)


class Batches:
    """Turns chunks of one layer into batches, each kind of geometry into its own."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._told: set[GeometryType] = set()

    def of(self, chunk: Chunk) -> Iterator[Batch]:
        geometries, faults = _without_collections(chunk)
        kinds = _kinds_of(geometries)
        main = self._part.kinds[0]
        readable = np.array([fault is None or not fault.keeps_out for fault in faults], dtype=bool)
        told = [(index, fault) for index, fault in enumerate(faults) if fault is not None]
        stray = readable & np.array([kind is not None and kind not in self._part.kinds for kind in kinds], dtype=bool)
        told += [(int(index), self._other_type(geometries[index])) for index in np.flatnonzero(stray)]
        problems = self._problems(chunk, geometries, told)
        good = np.flatnonzero(readable & ~stray)
        checked = check_geometries(
            reproject(geometries[good], self._part.crs),
            name=self._part.name,
            feature_ids=[chunk.ids[i] for i in good],
            lines=[chunk.lines[i] for i in good] if chunk.lines else None,
        )
        geometries[good] = checked.geometries
        stored = np.zeros(len(geometries), dtype=bool)
        stored[good] = checked.keep
        belongs = np.array([kind if kind in self._part.kinds else main for kind in kinds], dtype=object)
        kind_of = dict(zip(chunk.ids, belongs, strict=True))
        for kind in self._part.kinds:
            own = np.asarray(belongs == kind)
            if own.any():
                about = [p for p in [*problems, *checked.problems] if kind_of.get(p.feature or "", main) is kind]
                yield self._batch(chunk, geometries, kind, own, own & stored, about)

    def missing(self, number: int, expected: int) -> Iterator[Batch]:
        """Features that the file counts and the reader did not give."""
        if number <= 0:
            return
        told = {"missing": str(number), "expected": str(expected)}
        empty = gpd.GeoDataFrame({"feature_id": pd.Series([], dtype=object)}, geometry=[], crs="EPSG:4326")
        kind = self._part.kinds[0]
        yield Batch(
            self._part.part(kind),
            kind,
            empty,
            problems=(Problem("file.features_missing", self._part.name, parameters=told),),
            counts=(Count(self._part.label, "", number, 0, number),),
            crs=crs_name(self._part.crs),
        )

    def _batch(
        self,
        chunk: Chunk,
        geometries: NDArray[Any],
        kind: GeometryType,
        own: NDArray[np.bool_],
        stored: NDArray[np.bool_],
        problems: list[Problem],
    ) -> Batch:
        rows = np.flatnonzero(stored)
        frame = chunk.frame.iloc[rows].reset_index(drop=True)
        frame.insert(0, "feature_id", pd.Series([chunk.ids[i] for i in rows], dtype=object))
        warnings = () if kind in self._told else self._part.warnings
        self._told.add(kind)
        read, kept = int(own.sum()), len(rows)
        return Batch(
            self._part.part(kind),
            kind,
            gpd.GeoDataFrame(frame, geometry=geometries[rows], crs="EPSG:4326"),
            problems=(*warnings, *problems),
            counts=(Count(self._part.label, "", read, kept, read - kept),),
            crs=crs_name(self._part.crs),
            vertical_datum=vertical_datum(self._part.crs),
        )

    def _problems(self, chunk: Chunk, geometries: NDArray[Any], told: list[tuple[int, Fault]]) -> list[Problem]:
        places = self._places(geometries, sorted({index for index, _ in told}))
        lines: Sequence[int | None] = chunk.lines or [None] * len(chunk.ids)
        return [
            Problem(fault.rule, self._part.name, chunk.ids[at], lines[at], places.get(at), fault.parameters)
            for at, fault in told
        ]

    def _places(self, geometries: NDArray[Any], rows: list[int]) -> dict[int, tuple[float, float]]:
        """The first point of each that has one on the Earth, degrees east and north."""
        moved = reproject(geometries[rows], self._part.crs)
        points, own = shapely.get_coordinates(moved, return_index=True)
        firsts = zip(*np.unique(own, return_index=True), strict=True)
        lonlats = {rows[at]: (float(points[first][0]), float(points[first][1])) for at, first in firsts}
        return {row: lonlat for row, lonlat in lonlats.items() if abs(lonlat[0]) <= 180 and abs(lonlat[1]) <= 90}

    def _other_type(self, geometry: Any) -> Fault:
        expected = ", ".join(kind.value for kind in self._part.kinds)
        return Fault("geometry.other_type", {"found": geometry.geom_type, "expected": expected})


def _kinds_of(geometries: NDArray[Any]) -> list[GeometryType | None]:
    return [None if geometry is None else KINDS.get(geometry.geom_type) for geometry in geometries]


def _without_collections(chunk: Chunk) -> tuple[NDArray[Any], list[Fault | None]]:
    """A collection of one kind becomes a multi-geometry; one that mixes kinds is a fault."""
    geometries, faults = chunk.geometries.copy(), list(chunk.faults) or [None] * len(chunk.ids)
    for index in np.flatnonzero(shapely.get_type_id(geometries) == shapely.GeometryType.GEOMETRYCOLLECTION):
        parts = _parts(geometries[index])
        kinds = dict.fromkeys(KINDS[part.geom_type] for part in parts)
        if len(kinds) > 1:
            faults[index] = Fault("geometry.mixed", {"found": ", ".join(kind.value for kind in kinds)})
        geometries[index] = _MULTI[next(iter(kinds))](parts) if len(kinds) == 1 else None
    return geometries, faults


def _parts(geometry: Any) -> list[Any]:
    parts = shapely.get_parts(geometry)
    while (shapely.get_type_id(parts) >= shapely.GeometryType.MULTIPOINT).any():
        parts = shapely.get_parts(parts)
    return [part for part in parts if not part.is_empty]


def kinds_among(geometries: Iterable[Any]) -> set[GeometryType]:
    """Kinds as `_without_collections` would leave them."""
    kinds: set[GeometryType] = set()
    for geometry in geometries:
        if geometry is None or geometry.is_empty:
            continue
        one = {KINDS[part.geom_type] for part in _parts(geometry)} if geometry.geom_type not in KINDS else set()
        one = one or {KINDS[geometry.geom_type]}
        kinds |= one if len(one) == 1 else set()
    return kinds


def ordered_kinds(kinds: Iterable[GeometryType]) -> tuple[GeometryType, ...]:
    """In the order of the enum; points where nothing has a geometry."""
    found = set(kinds)
    return tuple(kind for kind in GeometryType if kind in found) or (GeometryType.POINT,)
