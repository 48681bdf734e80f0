"""Features as files that tippecanoe reads: FlatGeobuf, which takes a third of the time of text, and one as GeoJSON."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
import shapely
from numpy.typing import NDArray

from geo import Text
from tiles.errors import TilingError

ID = "__row__"
"""Attribute of the FlatGeobuf file that tippecanoe takes as the feature's id."""
_THIN = 1.25
"""Cells: narrower polygons may vanish when their corners move to the grid (seen up to 0.97)."""
_SHORT = 2.0


def write_features(batches: Iterable[pa.RecordBatch], columns: Sequence[str], cell: float, folder: Path) -> list[str]:
    """The names of the files in `folder`. Ids are the rows' numbers over all `batches`, which have `columns` and WKB in
    `geometry`; values that are missing or not finite are left out.

    `cell`: width in degrees of longitude of a cell of the finest tiles; see `drawable`.
    """
    stream = iter(batches)
    first = next(stream)
    (folder / _FIRST).write_bytes(_line(first.slice(0, 1), columns, cell))
    prepared = _prepared(first, stream, columns, cell)
    head = next(prepared)
    feed = _Feed(head, prepared)
    try:
        pyogrio.write_arrow(
            pa.RecordBatchReader.from_batches(head.schema, feed),
            folder / _REST,
            driver="FlatGeobuf",
            geometry_name="geometry",
            geometry_type="Unknown",
            crs="EPSG:4326",
            SPATIAL_INDEX="NO",
        )
    except Exception:
        if feed.failure is None:
            raise
    if feed.failure is not None:
        raise feed.failure
    return [_FIRST, _REST] if feed.rows else [_FIRST]


_FIRST, _REST = "first.geojson", "features.fgb"
"""Tippecanoe takes no id 0 from an attribute, so the first feature is a file of its own."""


def _prepared(
    first: pa.RecordBatch, stream: Iterator[pa.RecordBatch], columns: Sequence[str], cell: float
) -> Iterator[pa.RecordBatch]:
    yield _prepare(first.slice(1), 1, columns, cell)
    row = len(first)
    for batch in stream:
        yield _prepare(batch, row, columns, cell)
        row += len(batch)


class _Feed:
    """Hands on batches. What goes wrong on the way is kept: between here and its caller is C, without exceptions."""

    def __init__(self, head: pa.RecordBatch, rest: Iterator[pa.RecordBatch]) -> None:
        self._head, self._rest = head, rest
        self.rows = 0
        self.failure: BaseException | None = None

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        self.rows += len(self._head)
        yield self._head
        try:
            for batch in self._rest:
                self.rows += len(batch)
                yield batch
        except BaseException as failure:
            self.failure = failure
            raise


def _prepare(batch: pa.RecordBatch, row: int, columns: Sequence[str], cell: float) -> pa.RecordBatch:
    geometry = shapely.to_wkb(drawable(read_geometries(batch, row), cell))
    return pa.record_batch(
        {
            **{name: plain_values(batch[name]) for name in columns},
            ID: pa.array(np.arange(row, row + len(batch), dtype=np.uint64)),
            "geometry": pa.array(geometry, pa.binary()),
        }
    )


def plain_values(array: pa.Array) -> pa.Array:
    """Booleans, doubles or texts: signed and short integers of a FlatGeobuf file would become texts in tippecanoe."""
    kind = array.type
    if pa.types.is_boolean(kind):
        return array
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        numbers = array.cast(pa.float64(), safe=False)
        return pc.if_else(pc.is_finite(numbers), numbers, pa.scalar(None, pa.float64()))
    return array.cast(pa.string())


def _line(feature: pa.RecordBatch, columns: Sequence[str], cell: float) -> bytes:
    values = {name: value for name in columns if (value := plain_values(feature[name])[0].as_py()) is not None}
    geometry = shapely.to_geojson(drawable(read_geometries(feature, 0), cell)[0])
    return b'{"type":"Feature","id":0,"properties":%b,"geometry":%b}\n' % (orjson.dumps(values), geometry.encode())


def read_geometries(batch: pa.RecordBatch, first_fid: int) -> NDArray[np.object_]:
    """Column `geometry` without heights; TilingError for a feature that has none."""
    geometries: NDArray[np.object_] = shapely.force_2d(
        shapely.from_wkb(batch["geometry"].to_numpy(zero_copy_only=False))
    )
    missing = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    if missing.any():
        fid = first_fid + int(np.argmax(missing))
        raise TilingError(Text(f"地物{fid}に形状がありません", f"feature {fid} has no geometry"))
    return geometries


def drawable(geometries: NDArray[np.object_], cell: float) -> NDArray[np.object_]:
    """Widens what would collapse on a grid of cells `cell` degrees of longitude wide: polygons by a cell all around,
    lines to two cells. Everything else is returned as it is.
    """
    kinds = shapely.get_dimensions(geometries)
    thin = (kinds == 2) & (2 * shapely.area(geometries) < _THIN * cell * shapely.length(geometries))
    short = (kinds == 1) & (shapely.length(geometries) < _SHORT * cell)
    if not (thin.any() or short.any()):
        return geometries
    widened = geometries.copy()
    widened[thin] = shapely.buffer(geometries[thin], cell, quad_segs=1, join_style="mitre")
    starts = shapely.bounds(geometries[short])[:, :2]
    widened[short] = shapely.linestrings(np.stack([starts, starts + np.array([_SHORT * cell, 0])], axis=1))
    return widened
