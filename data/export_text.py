"""Exports as text: GeoJSON (RFC 7946) and CSV for spreadsheets. Chunks of bytes, one for a thousand features or so."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import shapely

from data.export import GEOMETRY, Export
from data.feature_table import ATTRIBUTES
from geo.crs import CRS84, crs_name

# GeoJSON


def geojson_chunks(export: Export) -> Iterator[bytes]:
    """A FeatureCollection whose foreign members (`licence` ...) tell where it is from."""
    head = orjson.dumps({"type": "FeatureCollection", "name": export.record.id, **export.terms()})
    yield head[:-1] + b',"features":['
    separator = b"\n"
    for table in export.tables():
        yield separator + b",\n".join(_features(table))
        separator = b",\n"
    yield b"\n]}\n"


def _features(table: pa.Table) -> Iterator[bytes]:
    shapes = shapely.from_wkb(table[GEOMETRY].to_numpy(zero_copy_only=False))
    places = shapely.to_geojson(shapely.orient_polygons(shapes))
    for row, place in zip(table.drop_columns([GEOMETRY]).to_pylist(), places, strict=True):
        if row.get(ATTRIBUTES):
            row[ATTRIBUTES] = orjson.Fragment(row[ATTRIBUTES])
        geometry = orjson.Fragment(place) if place else None
        yield orjson.dumps({"type": "Feature", "id": row["feature_id"], "geometry": geometry, "properties": row})


# CSV

_BOM = b"\xef\xbb\xbf"
"""By it Excel knows UTF-8."""
_FORMULA = "^[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
"""Signs by which a spreadsheet knows a formula; the wide ones too, which some turn into narrow ones."""
_NUMBER = "^[+-]?[0-9]+([.][0-9]+)?$"


def csv_chunks(export: Export) -> Iterator[bytes]:
    """Columns, a point in the feature in degrees, and the geometry as WKT; the tree of attributes is left out.

    A text that a spreadsheet would take for a formula begins with an apostrophe (CWE-1236).
    """
    yield _BOM + ",".join(_quoted(name) for name in csv_columns(export)).encode() + b"\r\n"
    options = pa.csv.WriteOptions(include_header=False, eol="\r\n")
    for table in export.tables(tree=False):
        sink = io.BytesIO()
        pa.csv.write_csv(_flat(export, table), sink, options)
        yield sink.getvalue()


def csv_columns(export: Export) -> list[str]:
    """`wkt_epsg6676` says in what plane it is; without a code it is in degrees."""
    wkt = f"wkt_{crs_name(export.crs).replace(':', '').lower()}" if export.is_plane else "wkt"
    return ["fid", "feature_id", *map(_harmless_name, export.columns), "lon", "lat", wkt]


def _flat(export: Export, table: pa.Table) -> pa.Table:
    shapes = shapely.from_wkb(table[GEOMETRY].to_numpy(zero_copy_only=False))
    arrays = [_harmless(table[name]) for name in table.column_names if name != GEOMETRY]
    lonlat = _inner_points(export, table, shapes)
    wkt = shapely.to_wkt(shapes, rounding_precision=4 if export.is_plane else 8)
    places = [pa.array(lonlat[:, 0]), pa.array(lonlat[:, 1]), pa.array(wkt, pa.string())]
    return pa.table([*arrays, *places], names=csv_columns(export))


def _inner_points(export: Export, table: pa.Table, shapes: Any) -> Any:
    """Degrees, shape (n, 2): a point that lies in the feature."""
    if export.crs != CRS84:
        stored = next(rows for _, rows in export.table.pieces([GEOMETRY], table["fid"].to_numpy().astype(np.uint32)))
        shapes = shapely.from_wkb(stored[GEOMETRY].to_numpy(zero_copy_only=False))
    points = shapely.point_on_surface(shapes)
    return np.round(np.column_stack([shapely.get_x(points), shapely.get_y(points)]), 8)


def _harmless(column: pa.ChunkedArray) -> Any:
    if not pa.types.is_string(column.type):
        return column
    is_formula = pc.and_(
        pc.match_substring_regex(column, _FORMULA), pc.invert(pc.match_substring_regex(column, _NUMBER))
    )
    return pc.if_else(is_formula, pc.binary_join_element_wise("'", column, ""), column)


def _harmless_name(name: str) -> str:
    harmless: str = _harmless(pa.chunked_array([[name]]))[0].as_py()
    return harmless


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if any(sign in name for sign in ',"\r\n') else name


def csv_metadata(export: Export, file: str) -> bytes:
    """What belongs beside the CSV `file`, which has no room for it: CSV on the Web (W3C tabular metadata)."""
    told = {"title": "dc:title", "attribution": "dc:rights", "licence": "dc:license", "version": "dc:identifier"}
    terms = export.terms()
    about: dict[str, Any] = {"@context": ["http://www.w3.org/ns/csvw", {"@language": "ja"}], "url": file}
    about |= {own: terms[name] for name, own in told.items() if name in terms}
    about["dialect"] = {"encoding": "utf-8", "lineTerminators": ["\r\n", "\n"]}
    about["tableSchema"] = {"columns": _described(export)}
    return orjson.dumps(about, option=orjson.OPT_INDENT_2)


def _described(export: Export) -> list[dict[str, Any]]:
    known = {column.name: column for column in export.record.current.columns}
    columns: list[dict[str, Any]] = []
    for name in csv_columns(export):
        described = known.get(export.columns.get(name, ""))
        titles = (
            {"titles": name} if described is None else {"titles": name, "dc:description": described.label.as_json()}
        )
        columns.append(
            {"name": name, **titles, **({"dc:format": described.unit} if described and described.unit else {})}
        )
    return columns
