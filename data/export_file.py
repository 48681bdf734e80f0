"""An export as bytes to send, or as a file."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from data.errors import InvalidQueryError
from data.export import Export, Format
from data.export_binary import parquet_chunks, write_geopackage
from data.export_text import csv_chunks, csv_metadata, geojson_chunks
from geo import Text
from geo.crs import CRS84

_CHUNK = 256 * 1024


def export_chunks(export: Export, format: Format) -> Iterator[bytes]:
    """The file's bytes as they come; a GeoPackage is a database, so it is complete before its first byte.

    InvalidQueryError, at once, for a format that can't have the coordinate reference system.
    """
    _check(export, format)
    return _CHUNKS[format](export)


def _check(export: Export, format: Format) -> None:
    if format is Format.GEOJSON and export.crs != CRS84:
        words = Text("GeoJSON は経緯度(WGS 84)だけです(RFC 7946)", "GeoJSON is in WGS 84 degrees only (RFC 7946)")
        raise InvalidQueryError(words)


def _geopackage_chunks(export: Export) -> Iterator[bytes]:
    with TemporaryDirectory(prefix="machinami-") as folder:
        path = Path(folder) / "export.gpkg"
        write_geopackage(export, path)
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk


_CHUNKS: Mapping[Format, Callable[[Export], Iterator[bytes]]] = {
    Format.GEOPACKAGE: _geopackage_chunks,
    Format.GEOPARQUET: parquet_chunks,
    Format.GEOJSON: geojson_chunks,
    Format.CSV: csv_chunks,
}


def write_export(export: Export, format: Format, path: Path) -> list[Path]:
    """Writes the file, beside its place first; a CSV's terms go into a file of their own. The files written."""
    _check(export, format)
    partial = path.with_name(f".{uuid4().hex}.partial{path.suffix}")
    try:
        if format is Format.GEOPACKAGE:
            write_geopackage(export, partial)
        else:
            with partial.open("wb") as file:
                file.writelines(_CHUNKS[format](export))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return [path, *_beside(export, format, path)]


def _beside(export: Export, format: Format, path: Path) -> list[Path]:
    if format is not Format.CSV:
        return []
    metadata = path.with_name(f"{path.name}-metadata.json")
    metadata.write_bytes(csv_metadata(export, path.name))
    return [metadata]
