"""GET /api/layers/{id}/export: a layer, or what a search finds in it, as a file."""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from threading import BoundedSemaphore
from typing import Annotated, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Header, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from data import Export, Format, csv_metadata, export_chunks
from web.errors import BusyError
from web.feature import UNKNOWN, WAIT_S, WRONG_FILTER, Box, Filter, FilterLang, Words, asked_search, held
from web.layer import LayerId, Version
from web.model import WRONG_PARAMETER
from web.site import SiteOf

router = APIRouter(prefix="/api/layers", tags=["layers"], responses=WRONG_PARAMETER)

MEDIA: Mapping[Format, str] = {
    Format.GEOPACKAGE: "application/geopackage+sqlite3",
    Format.GEOPARQUET: "application/vnd.apache.parquet",
    Format.GEOJSON: "application/geo+json",
    Format.CSV: "text/csv; charset=utf-8; header=present",
}
HEAD_ONLY = "machinami.head_only"
"""Key of a scope whose request wants no body, though its method says GET."""
_CSVW = "application/csvm+json"
_FILES: dict[str, dict[str, str]] = {media.partition(";")[0]: {} for media in (*MEDIA.values(), _CSVW)}


@router.get(
    "/{layer_id}/export",
    summary="Export features",
    response_class=Response,
    responses={
        **UNKNOWN,
        **WRONG_FILTER,
        200: {"description": "The file, under a name with its version and licence", "content": _FILES},
    },
)
def export_features(
    request: Request,
    site: SiteOf,
    layer_id: LayerId,
    format: Annotated[
        Literal["gpkg", "parquet", "geojson", "csv", "csvw"],
        Query(
            description="GeoPackage, GeoParquet, GeoJSON, CSV; csvw: what the CSV's columns and terms are (W3C CSVW)"
        ),
    ],
    filter: Filter = None,
    q: Words = None,
    bbox: Box = None,
    crs: Annotated[
        str | None,
        Query(
            max_length=40,
            description="EPSG:4326 (default), 6668, 6669 to 6692, or `plane`: the plane rectangular system that fits",
        ),
    ] = None,
    version: Version = None,
    filter_lang: FilterLang = "cql2-text",
    accept_encoding: Annotated[str, Header(description="gzip: texts are compressed on the way")] = "",
) -> Response:
    """The features that the search finds, or all, with their columns, the tree of attributes (not in CSV) and the
    outline that the map shows. Every file states source, licence and version. Shapes in space are in the 3D tiles."""
    asked = asked_search(filter, q, bbox)
    with held(site.searches, WAIT_S):
        export = site.store.export(layer_id, asked, site.viewer, crs=crs, version=version)
    if format == "csvw":
        return _description(export)
    kind = Format(format)
    chunks = export_chunks(export, kind)
    headers = _headers(export, kind.value)
    if kind is Format.CSV:
        named = {**request.query_params, "format": "csvw"}
        beside = f"/api/layers/{quote(layer_id)}/export?{urlencode(named)}"
        headers["Link"] = f'<{beside}>; rel="describedby"; type="{_CSVW}"'
    packed = kind in (Format.CSV, Format.GEOJSON) and "gzip" in accept_encoding
    # An encoding of our own keeps the middleware from compressing in the event loop.
    headers["Content-Encoding"] = "gzip" if packed else "identity"
    if HEAD_ONLY in request.scope:
        return StreamingResponse(iter(()), headers=headers, media_type=MEDIA[kind])  # no length: nobody knows it yet
    if not site.exports.acquire(blocking=False):
        raise BusyError
    body = _Held(_gzipped(chunks) if packed else chunks, site.exports)
    return StreamingResponse(body, headers=headers, media_type=MEDIA[kind])


def _description(export: Export) -> Response:
    name = export.file_name("csv")
    return Response(csv_metadata(export, name), headers=_headers(export, "csv-metadata.json"), media_type=_CSVW)


def _headers(export: Export, ending: str) -> dict[str, str]:
    name = export.file_name(ending)
    plain = "".join(sign if sign.isascii() else "_" for sign in name)
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-cache",
        "Vary": "Accept-Encoding",
    }


class _Held:
    """Chunks, and the right to one export, given back when they end, fail, or nobody wants them any more."""

    def __init__(self, chunks: Iterator[bytes], right: BoundedSemaphore) -> None:
        self._chunks = chunks
        self._right: BoundedSemaphore | None = right

    def __iter__(self) -> "_Held":
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._chunks)
        except BaseException:
            self._give_back()
            raise

    def _give_back(self) -> None:
        right, self._right = self._right, None
        if right is not None:
            right.release()

    def __del__(self) -> None:
        self._give_back()


def _gzipped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(5, wbits=31)
    for chunk in chunks:
        if packed := packer.compress(chunk):
            yield packed
    yield packer.flush()
