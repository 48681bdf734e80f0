"""Everything below /tiles, as plain ASGI: a tile passes no router and no middleware.

    /tiles/{layer}/tilejson.json
    /tiles/{layer}/{version}/{z}/{x}/{y}.pbf | .webp | .png
    /tiles/{layer}/terrain.json                 of a terrain: heights for maps, Terrarium-encoded
    /tiles/{layer}/{version}/dem/{z}/{x}/{y}.png
    /tiles/{layer}/{version}.pmtiles            the archive itself, with ranges

Addresses with a version never change what they answer, so browsers may keep it for ever.
"""

import asyncio
import gzip
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from data import UnknownLayerError
from geo import Text
from tiles import PmtilesReader, Tile, TileCoord, TileFormat, TileSource
from tiles.terrain import TILE_SIZE
from web.byte_range import ByteRange, NotSatisfiableError, parse_range
from web.status import error_response, known_error, unexpected_error
from web.tile_source import ARCHIVE, OpenSources, ServedLayer, TileCatalogue

__all__ = ["ServedLayer", "TileApp", "TileCatalogue"]

_TILE = re.compile(r"/tiles/([^/]+)/([^/]+)/(0|[1-9]\d?)/(0|[1-9]\d{0,7})/(0|[1-9]\d{0,7})\.([a-z]+)", re.ASCII)
_DEM = re.compile(r"/tiles/([^/]+)/([^/]+)/dem/(0|[1-9]\d?)/(0|[1-9]\d{0,7})/(0|[1-9]\d{0,7})\.png", re.ASCII)
_TERRAIN = re.compile(r"/tiles/([^/]+)/terrain\.json")
_ARCHIVE = re.compile(r"/tiles/([^/]+)/([^/]+)\.pmtiles")
_TILEJSON = re.compile(r"/tiles/([^/]+)/tilejson\.json")

_YEAR = b"max-age=31536000, immutable"
_CACHE = {"public": (b"cache-control", b"public, " + _YEAR), "internal": (b"cache-control", b"private, " + _YEAR)}
_FORMATS = {format.value: format for format in TileFormat}
_TYPES = {format: (b"content-type", format.media_type.encode()) for format in TileFormat}
_GZIP = (b"content-encoding", b"gzip")
_VARY = (b"vary", b"accept-encoding")
_VARY_ORIGIN = (b"vary", b"accept-encoding, origin")
_CHUNK = 256 * 1024
_ALLOW = "GET, HEAD"
_THREADS = 4
"""Grids drawn at once by one process; more only wait for each other's cores."""

_Headers = list[tuple[bytes, bytes]]


class _RefusedError(Exception):
    """Why there is no tile, ready to be sent."""

    def __init__(self, response: Response) -> None:
        self.response = response


class TileApp:
    """Serves the layers of one catalogue. `cors_origins`: pages that may read the tiles, `*` for all."""

    def __init__(self, catalogue: TileCatalogue, *, cors_origins: Sequence[str] = ()) -> None:
        self._catalogue = catalogue
        self._sources = OpenSources()
        self._origins = frozenset(origin.encode() for origin in cors_origins)
        self._vary = _VARY_ORIGIN if self._origins and b"*" not in self._origins else _VARY
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="raster-tile")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"tiles are served over http, not over {scope['type']}")
        asked = dict(scope["headers"])
        exchange = _Exchange(scope, receive, send, asked, self._allowed_origin(asked))
        try:
            await self._answer(exchange)
        except _RefusedError as refused:
            await exchange.send_response(refused.response)
        except Exception as error:
            if exchange.has_started:
                raise
            await exchange.send_response(unexpected_error(error))

    async def _answer(self, exchange: "_Exchange") -> None:
        method, path = exchange.scope["method"], exchange.path
        if method not in ("GET", "HEAD"):
            await self._other_method(exchange)
        elif match := _TILE.fullmatch(path):
            await self._tile(exchange, *match.groups())
        elif match := _DEM.fullmatch(path):
            await self._dem(exchange, *match.groups())
        elif match := _TERRAIN.fullmatch(path):
            await self._terrain(exchange, *match.groups())
        elif match := _ARCHIVE.fullmatch(path):
            await self._archive(exchange, *match.groups())
        elif match := _TILEJSON.fullmatch(path):
            await self._tilejson(exchange, *match.groups())
        else:
            raise _missing("not_found", _NOTHING)

    # One tile

    async def _tile(self, exchange: "_Exchange", id: str, version: str, z: str, x: str, y: str, ending: str) -> None:
        layer, folder = self._served(id, version)
        format = _FORMATS.get(ending)
        if format not in layer.formats:
            raise _missing("tile.unknown", _NO_FORMAT)
        zoom, column, row = int(z), int(x), int(y)
        tile = await self._find(layer, version, folder, format, zoom, column, row)
        headers = [_CACHE[layer.visibility], self._vary]
        if tile is None:
            await exchange.send(204, headers)
            return
        data, etag = tile.data, tile.etag
        if tile.encoding:
            if exchange.takes_gzip():
                headers.append(_GZIP)
            else:
                # Another representation needs another tag.
                data, etag = gzip.decompress(data), f'{etag[:-1]}-plain"'
        headers.append((b"etag", etag.encode()))
        if exchange.has_already(etag):
            await exchange.send(304, headers)
        else:
            await exchange.send(200, [_TYPES[format], *headers], bytes(data))

    async def _find(
        self, layer: ServedLayer, version: str, folder: Path, format: TileFormat, z: int, x: int, y: int
    ) -> Tile | None:
        def find() -> Tile | None:
            source = self._source(layer, version, folder, format)
            # Below the lowest zoom the map is empty; above the highest it is not, but the tiles end.
            if z > source.zooms.maximum or x >> z or y >> z:
                raise _missing("tile.unknown", _OFF_THE_GRID)
            return source.tile(TileCoord(z, x, y))

        if format is TileFormat.MVT:
            return find()
        return await asyncio.get_running_loop().run_in_executor(self._threads, find)

    # The ground

    async def _dem(self, exchange: "_Exchange", id: str, version: str, z: str, x: str, y: str) -> None:
        layer, folder = self._served(id, version)
        self._require_terrain(layer)

        def find() -> Tile | None:
            source = self._heights(layer, version, folder)
            if int(z) > source.zooms.maximum or int(x) >> int(z) or int(y) >> int(z):
                raise _missing("tile.unknown", _OFF_THE_GRID)
            return source.tile(TileCoord(int(z), int(x), int(y)))

        tile = await asyncio.get_running_loop().run_in_executor(self._threads, find)
        assert tile is not None, "terrain tiles are never missing"
        headers = [_CACHE[layer.visibility], self._vary, (b"etag", tile.etag.encode())]
        if exchange.has_already(tile.etag):
            await exchange.send(304, headers)
        else:
            await exchange.send(200, [_TYPES[tile.format], *headers], bytes(tile.data))

    async def _terrain(self, exchange: "_Exchange", id: str) -> None:
        layer = self._layer(id)
        self._require_terrain(layer)
        source = await asyncio.to_thread(self._heights, layer, layer.version, layer.folder)
        place = f"{exchange.base_url}/tiles/{quote(layer.id, safe='')}/{quote(layer.version, safe='')}"
        described = {
            **_plain_description(layer.record, f"{place}/dem/{{z}}/{{x}}/{{y}}.png"),
            "bounds": list(source.bounds.as_tuple()),
            "minzoom": source.zooms.minimum,
            "maxzoom": source.zooms.maximum,
            "encoding": "terrarium",
            "tileSize": TILE_SIZE,
        }
        await self._send_json(exchange, described)

    def _require_terrain(self, layer: ServedLayer) -> None:
        if not layer.is_terrain:
            raise _missing("not_found", _NOTHING)

    def _heights(self, layer: ServedLayer, version: str, folder: Path) -> TileSource:
        try:
            return self._sources.terrain(layer, version, folder)
        except FileNotFoundError:
            raise _missing("version.unknown", _NO_VERSION) from None

    def _served(self, id: str, version: str) -> tuple[ServedLayer, Path]:
        layer = self._layer(id, version)
        folder = layer.folder_of(version)
        if folder is None:
            raise _missing("version.unknown", _NO_VERSION)
        return layer, folder

    def _layer(self, id: str, version: str | None = None) -> ServedLayer:
        layer = self._catalogue.layer(id, version)
        if layer is None:
            self._sources.forget(id)
            raise _RefusedError(known_error(UnknownLayerError(id)))
        return layer

    def _source(self, layer: ServedLayer, version: str, folder: Path, format: TileFormat) -> TileSource:
        try:
            return self._sources.source(layer, version, folder, format)
        except FileNotFoundError:
            raise _missing("version.unknown", _NO_VERSION) from None

    # The archive

    async def _archive(self, exchange: "_Exchange", id: str, version: str) -> None:
        layer, folder = self._served(id, version)
        if layer.kind != "vector":
            raise _missing("not_found", _NOTHING)
        path = folder / ARCHIVE
        try:
            status = path.stat()
        except FileNotFoundError:
            raise _missing("version.unknown", _NO_VERSION) from None
        size, etag = status.st_size, f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
        kept = [_CACHE[layer.visibility], self._vary, (b"etag", etag.encode()), (b"accept-ranges", b"bytes")]
        headers = [(b"content-type", b"application/vnd.pmtiles"), *kept]
        if exchange.has_already(etag):
            await exchange.send(304, kept)
            return
        try:
            part = exchange.range(size, etag)
        except NotSatisfiableError:
            await exchange.send(416, [*kept, (b"content-range", b"bytes */%d" % size)])
            return
        if part is None:
            await exchange.send_file(200, headers, path, ByteRange(0, size))
            return
        place = b"bytes %d-%d/%d" % (part.start, part.stop - 1, size)
        await exchange.send_file(206, [*headers, (b"content-range", place)], path, part)

    # The description

    async def _tilejson(self, exchange: "_Exchange", id: str) -> None:
        layer = self._layer(id)
        await self._send_json(exchange, self._describe(layer, exchange.base_url))

    async def _send_json(self, exchange: "_Exchange", described: dict[str, Any]) -> None:
        body = orjson.dumps(described)
        etag = Tile(body, TileFormat.MVT).etag
        headers = [(b"cache-control", b"no-cache"), self._vary, (b"etag", etag.encode())]
        if exchange.has_already(etag):
            await exchange.send(304, headers)
        else:
            await exchange.send(200, [(b"content-type", b"application/json"), *headers], body)

    def _describe(self, layer: ServedLayer, base_url: str) -> dict[str, Any]:
        """TileJSON 3.0.0 (https://github.com/mapbox/tilejson-spec/tree/master/3.0.0)."""
        record, format = layer.record, layer.formats[0]
        place = f"{base_url}/tiles/{quote(layer.id, safe='')}/{quote(layer.version, safe='')}"
        source = self._source(layer, layer.version, layer.folder, format)
        described = {
            **_plain_description(record, f"{place}/{{z}}/{{x}}/{{y}}.{format.value}"),
            "bounds": record["bounds"],
            "minzoom": record["zooms"]["min"],
            "maxzoom": record["zooms"]["max"],
        }
        if isinstance(source, PmtilesReader):
            labels = {column["name"]: _both(column["label"]) for column in record.get("columns", ())}
            described["vector_layers"] = [_vector_layer(one, labels) for one in source.metadata["vector_layers"]]
        return described

    # Everything else

    async def _other_method(self, exchange: "_Exchange") -> None:
        if exchange.scope["method"] == "OPTIONS" and exchange.allowed:
            asked = [
                (b"access-control-allow-methods", _ALLOW.encode()),
                (b"access-control-allow-headers", b"range, if-none-match, if-range"),
                (b"access-control-max-age", b"86400"),
            ]
            await exchange.send(204, [self._vary, *asked])
            return
        text = Text("このメソッドは使えません", "this method can't be used here")
        raise _RefusedError(error_response(405, "method_not_allowed", text, {"Allow": _ALLOW}))

    def _allowed_origin(self, asked: dict[bytes, bytes]) -> _Headers:
        """Headers that let the asking page read the answer; empty where it may not."""
        if not self._origins:
            return []
        origin = asked.get(b"origin", b"")
        if b"*" in self._origins:
            origin = b"*"
        elif origin not in self._origins:
            return []
        exposed = b"etag, content-range, accept-ranges"
        return [(b"access-control-allow-origin", origin), (b"access-control-expose-headers", exposed)]


class _Exchange:
    """One question and the way to answer it."""

    __slots__ = ("_receive", "_send", "allowed", "asked", "has_started", "scope")

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, asked: dict[bytes, bytes], allowed: _Headers
    ) -> None:
        self.scope = scope
        self.asked = asked
        self.allowed = allowed
        self.has_started = False
        self._receive = receive
        self._send = send

    @property
    def path(self) -> str:
        """Without the prefix under which a proxy shows us."""
        path: str = self.scope["path"]
        return path.removeprefix(self.scope.get("root_path", ""))

    @property
    def base_url(self) -> str:
        """As the asking side sees us."""
        host = self.asked.get(b"host", b"").decode("latin-1") or ":".join(map(str, self.scope["server"]))
        return f"{self.scope['scheme']}://{host}{self.scope.get('root_path', '')}"

    def takes_gzip(self) -> bool:
        header = self.asked.get(b"accept-encoding", b"")
        if b"q=" not in header:
            return b"gzip" in header or b"*" in header
        weights = dict(map(_weight, header.decode("latin-1").split(",")))
        return weights.get("gzip", weights.get("*", 0.0)) > 0

    def has_already(self, etag: str) -> bool:
        """The asking side keeps this very answer (If-None-Match, compared weakly)."""
        header = self.asked.get(b"if-none-match")
        if header is None:
            return False
        kept = header.decode("latin-1")
        return kept.strip() == "*" or etag in {one.strip().removeprefix("W/") for one in kept.split(",")}

    def range(self, size: int, etag: str) -> ByteRange | None:
        """The asked part of a file; None for all of it, also when the asking side has a part of another file."""
        header = self.asked.get(b"range")
        condition = self.asked.get(b"if-range")
        is_other = condition is not None and condition.decode("latin-1").strip() != etag
        if header is None or is_other or self.scope["method"] != "GET":
            return None
        return parse_range(header.decode("latin-1"), size)

    async def send(self, status: int, headers: _Headers, body: bytes = b"") -> None:
        await self._start(status, headers, None if status in (204, 304) else len(body))
        await self._send({"type": "http.response.body", "body": body if self.scope["method"] != "HEAD" else b""})

    async def send_file(self, status: int, headers: _Headers, path: Path, part: ByteRange) -> None:
        """In chunks, read in a thread, for as long as somebody listens."""
        file = await asyncio.to_thread(path.open, "rb")
        with file:
            await self._start(status, headers, part.length)
            left = part.length if self.scope["method"] != "HEAD" else 0
            file.seek(part.start)
            gone = asyncio.ensure_future(self._gone())
            try:
                while left and not gone.done():
                    chunk = await asyncio.to_thread(file.read, min(_CHUNK, left))
                    left -= len(chunk)
                    await self._send({"type": "http.response.body", "body": chunk, "more_body": left > 0})
                if part.length and self.scope["method"] == "HEAD":
                    await self._send({"type": "http.response.body", "body": b""})
            finally:
                gone.cancel()

    async def send_response(self, response: Response) -> None:
        response.raw_headers.extend(self.allowed)
        await response(self.scope, self._receive, self._send)

    async def _start(self, status: int, headers: _Headers, length: int | None) -> None:
        self.has_started = True
        size = [] if length is None else [(b"content-length", b"%d" % length)]
        await self._send({"type": "http.response.start", "status": status, "headers": [*size, *headers, *self.allowed]})

    async def _gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


_NOTHING = Text("ページがありません", "there is nothing at this address")
_NO_VERSION = Text("この版はありません", "there is no such version")
_NO_FORMAT = Text("この形式のタイルはありません", "there are no tiles in this format")
_OFF_THE_GRID = Text("このズームと番号のタイルはありません", "there is no tile with this zoom and these numbers")


def _missing(code: str, text: Text) -> _RefusedError:
    return _RefusedError(error_response(404, code, text))


def _weight(part: str) -> tuple[str, float]:
    """`gzip;q=0.5` as a name and its weight."""
    name, _, parameter = part.partition(";")
    weight = parameter.strip().removeprefix("q=") if parameter else "1"
    try:
        return name.strip().lower(), float(weight)
    except ValueError:
        return name.strip().lower(), 0.0


def _both(text: dict[str, str]) -> str:
    return text["ja"] if text["ja"] == text["en"] else f"{text['ja']} / {text['en']}"


def _plain_description(record: Mapping[str, Any], template: str) -> dict[str, Any]:
    described = {"tilejson": "3.0.0", "name": _both(record["title"]), "tiles": [template], "scheme": "xyz"}
    if record.get("attribution"):
        # Map libraries show it as HTML.
        described["attribution"] = escape(record["attribution"])
    return described


def _vector_layer(stored: dict[str, Any], labels: dict[str, str]) -> dict[str, Any]:
    fields = {name: labels.get(name, kind) for name, kind in stored["fields"].items()}
    return {"id": stored["id"], "fields": fields, "minzoom": stored["minzoom"], "maxzoom": stored["maxzoom"]}
