"""One page of what a search found: enough of each feature to list it, to go there and to ask for more."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from data.feature_index import Fids
from data.feature_table import FeatureTable
from data.record import LayerRecord

_NAMES = ("name", "gml:name", "名称", "施設名", "stop_name", "title")


def search_page(record: LayerRecord, table: FeatureTable, fids: Fids) -> list[dict[str, Any]]:
    """The features of `fids` (ascending) as the HTTP API lists them."""
    columns = [column.name for column in record.current.columns if column.name in table.schema.names]
    title = _title_column(record, columns)
    index = table.index()
    read = ["feature_id", *columns, *([] if index else ["geometry"])]
    found = []
    for own, rows in table.pieces(read, fids):
        bounds = index.bounds[own] if index else _bounds(rows)
        found += [
            _feature(int(fid), row, place, columns, title)
            for fid, row, place in zip(own, rows.to_pylist(), bounds, strict=True)
        ]
    return found


def _bounds(rows: pa.Table) -> np.ndarray[Any, Any]:
    return np.asarray(shapely.bounds(shapely.from_wkb(rows["geometry"].to_numpy(zero_copy_only=False))))


def _feature(
    fid: int, row: dict[str, Any], bounds: np.ndarray[Any, Any], columns: Sequence[str], title: str | None
) -> dict[str, Any]:
    values = {name: row[name] for name in columns if row[name] not in (None, "")}
    return {
        "fid": fid,
        "feature_id": row["feature_id"],
        "title": str(values[title]) if title in values else None,
        "bounds": bounds.tolist() if np.isfinite(bounds).all() else None,
        "columns": values,
    }


def _title_column(record: LayerRecord, columns: Sequence[str]) -> str | None:
    """What is written beside features on the map, else the column that by its name is a name."""
    asked = (record.current.style.label, *_NAMES)
    return next((name for name in asked if name in columns), None)
