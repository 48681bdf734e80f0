"""Exports in binary: GeoParquet 1.1 and GeoPackage 1.3."""

import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely

from data.export import GEOMETRY, Export

# GeoParquet


class _Sink(io.RawIOBase):
    """Takes what a writer writes and gives it on, piece by piece."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting.append(bytes(data))
        self._written += len(self._waiting[-1])
        return len(self._waiting[-1])

    def tell(self) -> int:
        return self._written

    def taken(self) -> bytes:
        waiting, self._waiting = self._waiting, []
        return b"".join(waiting)


_GROUP = 10_000
"""Rows of a row group: other programs read whole columns."""


def parquet_chunks(export: Export) -> Iterator[bytes]:
    """The terms are in the file's key-value metadata, beside `geo`."""
    sink, seen = _Sink(), _Seen()
    writer = pq.ParquetWriter(pa.PythonFile(sink, mode="w"), export.schema(), compression="zstd")
    for table in _grouped(export.tables()):
        seen.note(table)
        writer.write_table(table, row_group_size=_GROUP)
        yield sink.taken()
    writer.add_key_value_metadata({"geo": orjson.dumps(_geo(export, seen)).decode(), **export.terms()})
    writer.close()
    yield sink.taken()


def _grouped(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table)
        if sum(map(len, waiting)) >= _GROUP:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)


class _Seen:
    """Kinds of geometry, and the box around all."""

    def __init__(self) -> None:
        self.kinds: set[str] = set()
        self.box = np.array([np.inf, np.inf, -np.inf, -np.inf])

    def note(self, table: pa.Table) -> None:
        shapes = shapely.from_wkb(table[GEOMETRY].to_numpy(zero_copy_only=False))
        self.kinds.update(shape.geom_type for shape in shapes)
        west, south, east, north = shapely.total_bounds(shapes)
        self.box = np.append(np.fmin(self.box[:2], [west, south]), np.fmax(self.box[2:], [east, north]))


def _geo(export: Export, seen: _Seen) -> dict[str, Any]:
    column = {"encoding": "WKB", "geometry_types": sorted(seen.kinds), "crs": export.crs.to_json_dict()}
    if np.isfinite(seen.box).all():
        column["bbox"] = seen.box.tolist()
    return {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}


# GeoPackage


def write_geopackage(export: Export, path: Path) -> None:
    """One layer, named after ours; the terms are in gpkg_contents, and one by one in gpkg_metadata. Rows keep their
    fid. Polygons and multipolygons together become multipolygons."""
    kind = _kind(export)
    schema = export.schema()
    batches = (batch for table in export.tables() for batch in _promoted(table, kind).to_batches())
    terms = export.terms()
    pyogrio.raw.write_arrow(
        pa.RecordBatchReader.from_batches(schema, batches),
        path,
        layer=export.record.id,
        driver="GPKG",
        geometry_name=GEOMETRY,
        geometry_type=kind,
        crs=f"EPSG:{export.crs.to_epsg() or 4326}",
        layer_metadata=terms,
        layer_options={
            "FID": "fid",
            "GEOMETRY_NAME": "geom",
            "IDENTIFIER": export.record.title.ja,
            "DESCRIPTION": "\n".join(f"{name}: {term}" for name, term in terms.items()),
        },
    )


def _kind(export: Export) -> str:
    """One for all features, as GeoPackage wants it."""
    kinds = set(export.table.geometry_types)
    whole = {kind.removeprefix("Multi") for kind in kinds}
    if len(kinds) == 1:
        return kinds.pop()
    return f"Multi{whole.pop()}" if len(whole) == 1 else "Unknown"


_MULTI: Mapping[str, Callable[[Any], Any]] = {
    "MultiPoint": shapely.multipoints,
    "MultiLineString": shapely.multilinestrings,
    "MultiPolygon": shapely.multipolygons,
}


def _promoted(table: pa.Table, kind: str) -> pa.Table:
    if kind not in _MULTI:
        return table
    shapes = shapely.from_wkb(table[GEOMETRY].to_numpy(zero_copy_only=False))
    single = np.array([not shape.geom_type.startswith("Multi") for shape in shapes])
    if not single.any():
        return table
    shapes[single] = _MULTI[kind](shapes[single][:, None])
    place = table.column_names.index(GEOMETRY)
    return table.set_column(place, table.schema.field(place), pa.array(shapely.to_wkb(shapes), pa.binary()))
