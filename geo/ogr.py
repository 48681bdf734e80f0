"""Reads what GDAL reads well: GeoPackage, Shapefile, FlatGeobuf; with an independent count of the features."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from numpy.typing import NDArray

from geo import shapefile
from geo.attribute import Identifiers, columns_of, id_column, own_name, text_of
from geo.batch import Batch, GeometryType
from geo.chunk import Batches, Chunk, Fault, Part, kinds_among, ordered_kinds
from geo.crs import resolve_crs
from geo.errors import UnreadableError
from geo.problem import Problem

BATCH = 5_000
"""Features held at once."""


def read_ogr(path: Path, name: str, override: str | None) -> Iterator[Batch]:
    layers = [(str(layer), kind) for layer, kind in pyogrio.list_layers(path)]
    spatial = [layer for layer, kind in layers if kind is not None]
    notes = tuple(
        Problem("file.layer_without_geometry", name, parameters={"layer": layer})
        for layer, kind in layers
        if kind is None
    )
    if not spatial:
        raise UnreadableError(Problem("file.unreadable", name, parameters={"reason": "no layer with geometry"}))
    for layer in spatial:
        source = OgrLayer(path, layer, name)
        part = source.part(layer if len(spatial) > 1 else "", override)
        batches, read = Batches(replace(part, warnings=(*notes, *part.warnings))), 0
        notes = ()
        for chunk in source.chunks():
            read += len(chunk.ids)
            yield from batches.of(chunk)
        yield from batches.missing(source.count - read, source.count)


class OgrLayer:
    """One layer of a GeoPackage or FlatGeobuf, or a shapefile."""

    def __init__(self, path: Path, layer: str, name: str) -> None:
        self._path, self._layer, self._name = path, layer, name
        self._is_shapefile = path.suffix.lower() == ".shp"
        self._encoding = shapefile.text_encoding(path) if self._is_shapefile else "utf-8"
        info = pyogrio.read_info(path, layer=layer, encoding=self._read_encoding)
        self._info = info
        self.count = self._counted(int(info["features"]))
        self._id_column = self._unique_column()

    @property
    def _read_encoding(self) -> str | None:
        return shapefile.AS_BYTES if self._is_shapefile else None

    def part(self, layer: str, override: str | None) -> Part:
        crs, warnings = resolve_crs(self._info["crs"], override, name=self._name)
        return Part(self._name, layer, crs, warnings, self._kinds())

    def chunks(self) -> Iterator[Chunk]:
        first = 1
        for batch in self._tables(None, read_geometry=True):
            yield self._chunk(batch, first)
            first += len(batch)

    def _chunk(self, table: pa.Table, first: int) -> Chunk:
        wkb = table["\0geometry"].to_numpy()
        geometries, faults = _from_wkb(wkb)
        fids = table["\0fid"].to_pylist()
        frame, undecoded = self._frame(table.drop_columns(["\0geometry", "\0fid"]))
        ids = [str(number) for number in range(first, first + len(fids))]
        if self._id_column is not None:
            ids = [text_of(value) for value in frame[self._id_column]]
        elif self._path.suffix.lower() == ".gpkg":
            ids = [str(fid) for fid in fids]
        frame.columns = pd.Index([own_name(str(column)) for column in frame.columns])
        chunk = Chunk(frame, geometries, ids, None, faults)
        for row, column in undecoded.items():
            chunk.faults[row] = chunk.faults[row] or Fault("file.text", {"column": column, "encoding": self._encoding})
        return chunk

    def _frame(self, table: pa.Table) -> tuple[pd.DataFrame, dict[int, str]]:
        """Attributes, and the column of a text that can't be decoded by its row."""
        undecoded: dict[int, str] = {}
        values: dict[str, Any] = {}
        for stored in table.column_names:
            name = self._decoded(stored)[0]
            column = table[stored]
            if self._is_shapefile and pa.types.is_string(column.type):
                decoded = [None if text is None else self._decoded(text) for text in column.to_pylist()]
                undecoded.update({row: name for row, one in enumerate(decoded) if one and not one[1]})
                column = pa.chunked_array([pa.array([one[0] if one else None for one in decoded], pa.string())])
            values[name] = column
        return columns_of(values, rows=len(table), rename=False), undecoded

    def _decoded(self, text: str) -> tuple[str, bool]:
        if not self._is_shapefile or text.isascii():
            return text, True
        return shapefile.decode_text(text, self._encoding)

    def _tables(self, columns: list[str] | None, *, read_geometry: bool) -> Iterator[pa.Table]:
        """Arrow tables whose own columns are called `\\0geometry` and `\\0fid`, which no attribute can be."""
        with pyogrio.raw.open_arrow(
            self._path,
            layer=self._layer,
            encoding=self._read_encoding,
            columns=columns,
            read_geometry=read_geometry,
            return_fids=True,
            batch_size=BATCH,
            use_pyarrow=True,
            datetime_as_string=True,
        ) as (meta, reader):
            own = {meta["geometry_name"] or "wkb_geometry": "\0geometry", meta["fid_column"] or "OGC_FID": "\0fid"}
            for batch in reader:
                table = pa.Table.from_batches([batch])
                yield table.rename_columns([own.get(column, column) for column in table.column_names])

    def _kinds(self) -> tuple[GeometryType, ...]:
        declared = str(self._info["geometry_type"])
        for kind, word in zip(GeometryType, ("Point", "Line", "Polygon"), strict=True):
            if word in declared:
                return (kind,)
        tables = self._tables([], read_geometry=True)
        return ordered_kinds(
            kind for table in tables for kind in kinds_among(_from_wkb(table["\0geometry"].to_numpy())[0])
        )

    def _unique_column(self) -> str | None:
        """The decoded name of the best column whose values are all different."""
        names = {self._decoded(str(stored))[0]: str(stored) for stored in self._info["fields"]}
        candidates = [name for name in names if id_column([name])]
        if not candidates:
            return None
        ids, count = Identifiers(), 0
        for table in self._tables([names[name] for name in candidates], read_geometry=False):
            rows = zip(*(table[names[name]].to_pylist() for name in candidates), strict=True)
            for count, row in enumerate(rows, count + 1):  # noqa: B020
                for name, value in zip(candidates, row, strict=True):
                    ids.note(name, value, count)
        return ids.best(candidates)

    def _counted(self, told: int) -> int:
        """Features by the file's own account, not by what the reader is willing to give."""
        if self._is_shapefile:
            return shapefile.feature_count(self._path)
        if self._path.suffix.lower() == ".gpkg":
            return _rows_of_geopackage(self._path, self._layer)
        return max(told, 0)


def _rows_of_geopackage(path: Path, layer: str) -> int:
    quoted = layer.replace('"', '""')
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        return int(connection.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0])


def _from_wkb(wkb: NDArray[Any]) -> tuple[NDArray[Any], list[Fault | None]]:
    """None with a fault where there is a geometry that can't be read; an open ring is closed, and told."""
    geometries: NDArray[Any] = np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), dtype=object)
    faults: list[Fault | None] = [None] * len(wkb)
    for index in np.flatnonzero(shapely.is_missing(geometries)):
        if wkb[index] is None:
            continue
        geometries[index] = shapely.from_wkb(wkb[index], on_invalid="fix")
        if geometries[index] is None:
            faults[index] = Fault("geometry.unreadable", {"reason": "WKB"})
        else:
            faults[index] = Fault("geometry.repaired", {"reason": "Ring not closed", "change": "0"})
    return geometries, faults
