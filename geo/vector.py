"""Reads GeoPackage, Shapefile, GeoJSON and FlatGeobuf.

Every feature of the file is accounted for: it is stored, or a problem says why not. A file that mixes points, lines
and polygons becomes one part for each.
"""

import sqlite3
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from geo import shapefile
from geo.attribute import Identifiers, columns_of, text_of
from geo.batch import Batch, GeometryType
from geo.chunk import KINDS, Batches, Chunk, Part, kinds_among, ordered_kinds
from geo.crs import CRS84, is_projected, resolve_crs
from geo.errors import UnreadableError
from geo.geojson import GeoJsonFile, JsonFeature, parse_geometries
from geo.ogr import read_ogr
from geo.problem import Problem

BATCH = 5_000
"""Features held at once."""


_DAMAGE = (
    *(DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError, CRSError),
    *(OSError, pa.ArrowException, sqlite3.Error, UnicodeError),
    UnboundLocalError,  # pyogrio 0.13 on a reference system that is not UTF-8
)


def read_vector(path: Path, *, name: str, crs: str | None = None) -> Iterator[Batch]:
    """The features of the file, called `name` in problems; `crs` is the user's word on its coordinates."""
    if path.suffix.lower() in (".geojson", ".json"):
        yield from _read_geojson(path, name, crs)
        return
    try:
        if path.suffix.lower() == ".shp":
            shapefile.check_parts(path, name=name)
        yield from read_ogr(path, name, crs)
    except _DAMAGE as error:
        reason = str(error).replace(str(path.parent), "").strip()[:200]
        raise UnreadableError(Problem("file.unreadable", name, parameters={"reason": reason})) from error


def _read_geojson(path: Path, name: str, override: str | None) -> Iterator[Batch]:
    file = GeoJsonFile(path, name=name)
    survey = _Survey(file)
    # RFC 7946: WGS 84, unless somebody says otherwise; who names a plane does not mean a file in degrees.
    is_wgs84 = not override or (survey.is_degrees and is_projected(override))
    declared = file.crs or (CRS84 if is_wgs84 else None)
    crs, warnings = resolve_crs(declared, override, name=name)
    batches = Batches(Part(name, "", crs, warnings, ordered_kinds(survey.kinds)))
    features, first = file.features(), 1
    while chunk := list(islice(features, BATCH)):
        yield from batches.of(_json_chunk(chunk, first, survey))
        first += len(chunk)


class _Survey:
    """A first walk through a GeoJSON file: its kinds of geometry, its columns, and which of them identifies."""

    def __init__(self, file: GeoJsonFile) -> None:
        self.kinds: set[GeometryType] = set()
        self.is_degrees = True
        """Every geometry begins where degrees can be."""
        self.columns: dict[str, None] = {}
        ids = Identifiers()
        for count, feature in enumerate(file.features(), 1):
            self.columns.update(dict.fromkeys(feature.properties))
            self._note(feature.geometry)
            ids.note("", feature.id, count)
            for column, value in feature.properties.items():
                ids.note(column, value, count)
        self.id_column = ids.best(["", *self.columns])

    def _note(self, geometry: Any) -> None:
        kind = KINDS.get(str(geometry.get("type"))) if isinstance(geometry, dict) else None
        if kind is not None:
            self.kinds.add(kind)
            self.is_degrees &= _begins_in_degrees(geometry.get("coordinates"))
        elif isinstance(geometry, dict) and geometry.get("type") == "GeometryCollection":
            self.kinds |= kinds_among(parse_geometries([geometry])[0])


def _begins_in_degrees(coordinates: Any) -> bool:
    while isinstance(coordinates, list) and coordinates and isinstance(coordinates[0], list):
        coordinates = coordinates[0]
    match coordinates:
        case [int() | float() as x, int() | float() as y, *_]:
            return abs(x) <= 180 and abs(y) <= 90
        case _:
            return True


def _json_chunk(features: list[JsonFeature], first: int, survey: _Survey) -> Chunk:
    geometries, faults = parse_geometries([feature.geometry for feature in features])
    frame = columns_of(
        {name: [feature.properties.get(name) for feature in features] for name in survey.columns}, rows=len(features)
    )
    ids = [str(number) for number in range(first, first + len(features))]
    if survey.id_column == "":
        ids = [str(feature.id) for feature in features]
    elif survey.id_column is not None:
        ids = [text_of(feature.properties[survey.id_column]) for feature in features]
    return Chunk(frame, geometries, ids, [feature.line for feature in features], faults)
