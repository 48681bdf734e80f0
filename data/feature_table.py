"""The features of one version: a GeoParquet file whose row number is the feature's index (fid)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from data.feature_index import FeatureIndex, FeatureIndexWriter, Fids
from geo import Column, citygml

if TYPE_CHECKING:
    # A third of a second that merging and the server need not wait.
    import geopandas as gpd
    import pandas as pd

ROW_GROUP = 1_000
"""Rows that one look at one feature reads; a compromise between that look and the size of the file's footer."""

ATTRIBUTES = "attributes"
_OWN = frozenset({"geometry", "feature_id", ATTRIBUTES})


class FeatureTable:
    """Reads from one immutable file; holds only its metadata, so threads may share it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._metadata, self.schema, self._starts = _footer(path)

    def __len__(self) -> int:
        return int(self._metadata.num_rows)

    @property
    def geometry_types(self) -> list[str]:
        """Of all features: `Polygon`, `MultiPolygon` ..."""
        geo = orjson.loads(self._metadata.metadata[b"geo"])
        types: list[str] = geo["columns"]["geometry"]["geometry_types"]
        return types

    def _file(self) -> pq.ParquetFile:
        return pq.ParquetFile(self.path, metadata=self._metadata, memory_map=True)

    def row(self, fid: int) -> dict[str, Any]:
        """What tells of one feature: id, geometry and its tree; every column where it has no tree. IndexError outside
        0 .. len - 1."""
        if ATTRIBUTES in self.schema.names:
            row = self._row(fid, ["feature_id", ATTRIBUTES, "geometry"])
            if row[ATTRIBUTES]:
                return row
        return self._row(fid, None)

    def _row(self, fid: int, columns: list[str] | None) -> dict[str, Any]:
        if not 0 <= fid < len(self):
            raise IndexError(fid)
        group = int(np.searchsorted(self._starts, fid, side="right")) - 1
        # Columns this few are read before other threads have begun.
        rows = self._file().read_row_group(group, columns=columns, use_threads=columns is None)
        row: dict[str, Any] = rows.slice(fid - int(self._starts[group]), 1).to_pylist()[0]
        return row

    def find(self, feature_id: str) -> tuple[int, dict[str, Any]]:
        """The first feature with this id: its fid, and what `row` tells; KeyError when there is none."""
        for fid in self._candidates(feature_id):
            row = self.row(fid)
            if str(row["feature_id"]) == feature_id:
                return fid, row
        raise KeyError(feature_id)

    def _candidates(self, feature_id: str) -> list[int]:
        index = self.index()
        if index is not None:
            return index.candidates(feature_id)
        ids = self.column("feature_id")["feature_id"].cast(pa.string())
        return [fid for fid in [pc.index(ids, pa.scalar(feature_id)).as_py()] if fid >= 0]

    def index(self) -> FeatureIndex | None:
        """None for a version from before there were indexes: what needs one scans instead."""
        return _index(self.path.parent)

    def pieces(
        self, columns: Sequence[str], fids: Fids | None = None, *, rows: int = ROW_GROUP
    ) -> Iterator[tuple[Fids, pa.Table]]:
        """The features of `fids` (ascending; None: all), some row groups at a time, at least `rows` rows read at once.

        Only row groups with such features are read.
        """
        file, wanted = self._file(), self._groups(fids)
        step = max(1, rows // max(1, int(self._starts[1]) if len(self._starts) > 1 else 1))
        for first in range(0, len(wanted), step):
            groups = wanted[first : first + step]
            table = file.read_row_groups(groups.tolist(), columns=list(columns))
            own = np.concatenate([np.arange(*self._starts[group : group + 2], dtype=np.uint32) for group in groups])
            if fids is None:
                yield own, table
                continue
            first_fid, last_fid = np.searchsorted(fids, [own[0], own[-1] + 1])
            asked = fids[first_fid:last_fid]
            yield asked, table.take(np.searchsorted(own, asked))

    def _groups(self, fids: Fids | None) -> NDArray[np.int64]:
        if fids is None:
            return np.arange(len(self._starts) - 1)
        return np.unique(np.searchsorted(self._starts, fids, side="right") - 1)

    def column(self, name: str) -> pa.Table:
        """One column in the order of the features; KeyError when there is none."""
        if name not in self.schema.names or name == "geometry":
            raise KeyError(name)
        return self._file().read(columns=[name])

    def features(self) -> "gpd.GeoDataFrame":
        """All features in EPSG:4326, index from 0, without the tree of attributes."""
        import geopandas as gpd

        names = [name for name in self.schema.names if name != ATTRIBUTES]
        table = self._file().read(columns=names)
        geometry = shapely.from_wkb(table["geometry"].to_numpy(zero_copy_only=False))
        frame = table.drop_columns(["geometry"]).to_pandas()
        return gpd.GeoDataFrame(frame, geometry=geometry, crs="EPSG:4326")


@lru_cache(maxsize=256)
def _footer(path: Path) -> tuple[Any, pa.Schema, NDArray[np.int64]]:
    """Metadata, schema, and the fid with which each row group starts, then the number of rows."""
    metadata = pq.read_metadata(path)
    sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    return metadata, metadata.schema.to_arrow_schema(), np.cumsum([0, *sizes], dtype=np.int64)


@lru_cache(maxsize=64)
def _index(folder: Path) -> FeatureIndex | None:
    try:
        return FeatureIndex(folder)
    except FileNotFoundError:
        return None


def attribute_nodes(row: Mapping[str, Any], columns: Iterable[Column]) -> list[dict[str, Any]]:
    """A feature's attributes as the page shows them: its own tree, or its columns with labels and units."""
    if row.get(ATTRIBUTES):
        return citygml.titled(orjson.loads(row[ATTRIBUTES]))
    known = {column.name: column for column in columns}
    names = [*(name for name in known if name in row), *(name for name in row if name not in known)]
    return [_node(name, row[name], known.get(name)) for name in names if name not in _OWN and not _is_empty(row[name])]


def _node(name: str, value: Any, column: Column | None) -> dict[str, Any]:
    node: dict[str, Any] = {"name": name, "value": value}
    if column is not None:
        node["title"] = column.label.as_json()
        if column.unit:
            node["unit"] = column.unit
    return node


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and np.isnan(value))


def arrow_table(frame: "gpd.GeoDataFrame") -> pa.Table:
    """A frame as an Arrow table with WKB geometry. A column of mixed kinds becomes text, never an error."""
    import pandas as pd

    plain = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    arrays = [_array(plain[name]) for name in plain.columns]
    wkb = pa.array(shapely.to_wkb(frame.geometry.to_numpy()), pa.binary())
    return pa.table([*arrays, wkb], names=[*map(str, plain.columns), "geometry"])


def _array(series: "pd.Series[Any]") -> pa.Array:
    try:
        array = pa.Array.from_pandas(series)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        array = pa.array([None if _is_empty(value) else str(value) for value in series], pa.string())
    if pa.types.is_temporal(array.type):
        return array.cast(pa.string())
    return array.cast(pa.string()) if pa.types.is_large_string(array.type) else array


def unified_schema(schemas: Sequence[pa.Schema]) -> pa.Schema:
    """One schema for all shards: numbers widen, and what can't be brought together becomes text."""
    types: dict[str, pa.DataType] = {}
    for schema in schemas:
        for field in schema:
            types[field.name] = _wider(types.get(field.name), field.type)
    geometry = types.pop("geometry")
    fields = [pa.field(name, pa.string() if pa.types.is_null(kind) else kind) for name, kind in types.items()]
    return pa.schema([*fields, pa.field("geometry", geometry)])


def _wider(known: pa.DataType | None, new: pa.DataType) -> pa.DataType:
    if known is None or pa.types.is_null(known) or known == new:
        return new
    if pa.types.is_null(new):
        return known
    numbers = (pa.types.is_integer(known) or pa.types.is_floating(known)) and (
        pa.types.is_integer(new) or pa.types.is_floating(new)
    )
    if numbers:
        return pa.int64() if pa.types.is_integer(known) and pa.types.is_integer(new) else pa.float64()
    return pa.string()


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """`table` with exactly the columns of `schema`; columns it lacks are empty."""
    names = frozenset(table.column_names)
    arrays = [
        _cast(table[field.name], field.type) if field.name in names else pa.nulls(len(table), field.type)
        for field in schema
    ]
    return pa.table(arrays, schema=schema)


def _cast(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    return column if column.type == kind else column.cast(kind)


_SINGLE = ("Point", "LineString", "LinearRing", "Polygon")
_TYPE_NAMES = (*_SINGLE, "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection")
"""By GEOS's numbers, as `shapely.get_type_id` gives them."""


class FeatureTableWriter:
    """Writes a version's features row group by row group; memory holds one row group and what was just given."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._schema = schema
        small = [name for name in schema.names if name not in (ATTRIBUTES, "geometry")]
        self._writer = pq.ParquetWriter(
            path,
            schema,
            compression="zstd",
            compression_level=1,
            # The least tree of attributes and the greatest would only make the footer long.
            write_statistics=small,
            use_dictionary=[name for name in small if name != "feature_id"],
        )
        self._index = FeatureIndexWriter(path.parent)
        self._waiting: list[pa.Table] = []
        self._waiting_rows = 0
        self._types: set[str] = set()
        self._box = np.array([np.inf, np.inf, -np.inf, -np.inf])
        self.rows = 0

    def write(self, table: pa.Table) -> None:
        table = conform(table, self._schema)
        self._note(table)
        self._waiting.append(table)
        self._waiting_rows += len(table)
        while self._waiting_rows >= ROW_GROUP:
            joined = pa.concat_tables(self._waiting)
            self._writer.write_table(joined.slice(0, ROW_GROUP), row_group_size=ROW_GROUP)
            self._waiting = [joined.slice(ROW_GROUP)]
            self._waiting_rows = len(self._waiting[0])

    def _note(self, table: pa.Table) -> None:
        geometries = shapely.from_wkb(table["geometry"].to_numpy(zero_copy_only=False))
        self._types.update(_TYPE_NAMES[kind] for kind in np.unique(shapely.get_type_id(geometries)))
        bounds = shapely.bounds(geometries).reshape(-1, 4)
        self._index.write(table["feature_id"].cast(pa.string()).to_pylist(), bounds)
        if len(geometries):
            low, high = np.fmin.reduce(bounds[:, :2]), np.fmax.reduce(bounds[:, 2:])
            self._box = np.concatenate([np.fmin(self._box[:2], low), np.fmax(self._box[2:], high)])
        self.rows += len(table)

    def close(self) -> None:
        if self._waiting_rows:
            self._writer.write_table(pa.concat_tables(self._waiting))
        self._writer.add_key_value_metadata({"geo": orjson.dumps(self._geoparquet()).decode()})
        self._writer.close()
        self._index.close()

    def _geoparquet(self) -> dict[str, Any]:
        """The file's metadata as GeoParquet 1.1 wants it."""
        from pyproj import CRS

        column = {
            "encoding": "WKB",
            "geometry_types": sorted(self._types),
            "crs": CRS("OGC:CRS84").to_json_dict(),
            "bbox": self._box.tolist(),
        }
        return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
