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

from data import UnknownLayerError
from geo import Text
from tiles import PmtilesReader, Tile, TileCoord, TileFormat, TileSource
from tiles.terrain import TILE_SIZE
from web.byte_range import ByteRange, NotSatisfiableError
from web.exchange import CACHE, GZIP, Exchange, ExchangeApp, RefusedError, missing
from web.status import known_error
from web.tile_source import ARCHIVE, OpenSources, ServedLayer, TileCatalogue

__all__ = ["ServedLayer", "TileApp", "TileCatalogue"]

_TILE = re.compile(r"/tiles/([^/]+)/([^/]+)/(0|[1-9]\d?)/(0|[1-9]\d{0,7})/(0|[1-9]\d{0,7})\.([a-z]+)", re.ASCII)
_DEM = re.compile(r"/tiles/([^/]+)/([^/]+)/dem/(0|[1-9]\d?)/(0|[1-9]\d{0,7})/(0|[1-9]\d{0,7})\.png", re.ASCII)
_TERRAIN = re.compile(r"/tiles/([^/]+)/terrain\.json")
_ARCHIVE = re.compile(r"/tiles/([^/]+)/([^/]+)\.pmtiles")
_TILEJSON = re.compile(r"/tiles/([^/]+)/tilejson\.json")

_FORMATS = {format.value: format for format in TileFormat}
_TYPES = {format: (b"content-type", format.media_type.encode()) for format in TileFormat}
_THREADS = 4
"""Grids drawn at once by one process; more only wait for each other's cores."""


class TileApp(ExchangeApp):
    """Serves the layers of one catalogue. `cors_origins`: pages that may read the tiles, `*` for all."""

    def __init__(self, catalogue: TileCatalogue, *, cors_origins: Sequence[str] = ()) -> None:
        super().__init__(cors_origins)
        self._catalogue = catalogue
        self._sources = OpenSources()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="raster-tile")

    async def answer(self, exchange: Exchange) -> None:
        path = exchange.path
        if match := _TILE.fullmatch(path):
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
            raise missing("not_found", _NOTHING)

    # One tile

    async def _tile(self, exchange: Exchange, id: str, version: str, z: str, x: str, y: str, ending: str) -> None:
        layer, folder = self._served(id, version)
        format = _FORMATS.get(ending)
        if format not in layer.formats:
            raise missing("tile.unknown", _NO_FORMAT)
        zoom, column, row = int(z), int(x), int(y)
        tile = await self._find(layer, version, folder, format, zoom, column, row)
        headers = [CACHE[layer.visibility], self.vary]
        if tile is None:
            await exchange.send(204, headers)
            return
        data, etag = tile.data, tile.etag
        if tile.encoding:
            if exchange.takes_gzip():
                headers.append(GZIP)
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
                raise missing("tile.unknown", _OFF_THE_GRID)
            return source.tile(TileCoord(z, x, y))

        if format is TileFormat.MVT:
            return find()
        return await asyncio.get_running_loop().run_in_executor(self._threads, find)

    # The ground

    async def _dem(self, exchange: Exchange, id: str, version: str, z: str, x: str, y: str) -> None:
        layer, folder = self._served(id, version)
        self._require_terrain(layer)

        def find() -> Tile | None:
            source = self._heights(layer, version, folder)
            if int(z) > source.zooms.maximum or int(x) >> int(z) or int(y) >> int(z):
                raise missing("tile.unknown", _OFF_THE_GRID)
            return source.tile(TileCoord(int(z), int(x), int(y)))

        tile = await asyncio.get_running_loop().run_in_executor(self._threads, find)
        assert tile is not None, "terrain tiles are never missing"
        headers = [CACHE[layer.visibility], self.vary, (b"etag", tile.etag.encode())]
        if exchange.has_already(tile.etag):
            await exchange.send(304, headers)
        else:
            await exchange.send(200, [_TYPES[tile.format], *headers], bytes(tile.data))

    async def _terrain(self, exchange: Exchange, id: str) -> None:
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
            raise missing("not_found", _NOTHING)

    def _heights(self, layer: ServedLayer, version: str, folder: Path) -> TileSource:
        try:
            return self._sources.terrain(layer, version, folder)
        except FileNotFoundError:
            raise missing("version.unknown", _NO_VERSION) from None

    def _served(self, id: str, version: str) -> tuple[ServedLayer, Path]:
        layer = self._layer(id, version)
        folder = layer.folder_of(version)
        if folder is None:
            raise missing("version.unknown", _NO_VERSION)
        return layer, folder

    def _layer(self, id: str, version: str | None = None) -> ServedLayer:
        layer = self._catalogue.layer(id, version)
        if layer is None:
            self._sources.forget(id)
            raise RefusedError(known_error(UnknownLayerError(id)))
        return layer

    def _source(self, layer: ServedLayer, version: str, folder: Path, format: TileFormat) -> TileSource:
        try:
            return self._sources.source(layer, version, folder, format)
        except FileNotFoundError:
            raise missing("version.unknown", _NO_VERSION) from None

    # The archive

    async def _archive(self, exchange: Exchange, id: str, version: str) -> None:
        layer, folder = self._served(id, version)
        if layer.kind != "vector":
            raise missing("not_found", _NOTHING)
        path = folder / ARCHIVE
        try:
            status = path.stat()
        except FileNotFoundError:
            raise missing("version.unknown", _NO_VERSION) from None
        size, etag = status.st_size, f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
        kept = [CACHE[layer.visibility], self.vary, (b"etag", etag.encode()), (b"accept-ranges", b"bytes")]
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

    async def _tilejson(self, exchange: Exchange, id: str) -> None:
        layer = self._layer(id)
        await self._send_json(exchange, self._describe(layer, exchange.base_url))

    async def _send_json(self, exchange: Exchange, described: dict[str, Any]) -> None:
        body = orjson.dumps(described)
        etag = Tile(body, TileFormat.MVT).etag
        headers = [(b"cache-control", b"no-cache"), self.vary, (b"etag", etag.encode())]
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


_NOTHING = Text("ページがありません", "there is nothing at this address")
_NO_VERSION = Text("この版はありません", "there is no such version")
_NO_FORMAT = Text("この形式のタイルはありません", "there are no tiles in this format")
_OFF_THE_GRID = Text("このズームと番号のタイルはありません", "there is no tile with this zoom and these numbers")


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
