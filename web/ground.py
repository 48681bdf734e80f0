"""Everything below /ground, as plain ASGI: all terrains that the viewer may see as one surface for maps.

    /ground/terrain.json                    TileJSON of a raster-dem, Terrarium-encoded
    /ground/{version}/{z}/{x}/{y}.png

A version stands for the versions of all layers that take part, so its tiles never change.
"""

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from html import escape
from threading import Lock

import orjson

from data import Store, Viewer, Visibility
from data.ground import GroundMosaic, ground
from geo import Text
from tiles import Tile, TileCoord, TileFormat, UnreadableGridError
from tiles.terrain import DRAWN, TILE_SIZE, TerrainTiles
from web.exchange import CACHE, Exchange, ExchangeApp, missing

_TERRAIN = "/ground/terrain.json"
_TILE = re.compile(r"/ground/([^/]+)/(0|[1-9]\d?)/(0|[1-9]\d{0,7})/(0|[1-9]\d{0,7})\.png", re.ASCII)
_POLL_S = 0.5
_DAY_S = 86_400.0
_KEPT = 4
"""Grounds of before, so that pages opened before an import go on working."""
_THREADS = 4


class SiteGround:
    """The ground of one viewer, always that of the store's current layers; threads may share it."""

    def __init__(self, store: Store, viewer: Viewer, order: Sequence[str] = ()) -> None:
        self._store = store
        self._viewer = viewer
        self._order = tuple(order)
        self._lock = Lock()
        self._generation: int | None = None
        self._asked_at = float("-inf")
        self._latest: GroundMosaic | None = None

    def latest(self) -> GroundMosaic | None:
        """None where there is no terrain. The very first question may wait until the ground is put together; while a
        later one is, the one before it answers.

        Asked for again each day, so that a clean-up doesn't take what is in use for forgotten.
        """
        generation = self._store.generation()
        if not self._lock.acquire(blocking=False):
            if self._is_still_seen(before := self._latest):
                return before
            self._lock.acquire()
        try:
            if generation != self._generation or time.monotonic() - self._asked_at > _DAY_S:
                self._latest = ground(self._store, self._viewer, order=self._order)
                self._generation, self._asked_at = generation, time.monotonic()
            return self._latest
        finally:
            self._lock.release()

    def _is_still_seen(self, mosaic: GroundMosaic | None) -> bool:
        return mosaic is not None and self.visible_ids().issuperset(record.id for record in mosaic.records)

    def visible_ids(self) -> frozenset[str]:
        return frozenset(record.id for record in self._store.layers(self._viewer))

    def generation(self) -> int:
        return self._store.generation()


class GroundApp(ExchangeApp):
    def __init__(self, ground: SiteGround, *, cors_origins: Sequence[str] = ()) -> None:
        super().__init__(cors_origins)
        self._kept = _KeptTiles(ground)
        self._looking = ThreadPoolExecutor(1, thread_name_prefix="ground")
        self._drawing = ThreadPoolExecutor(_THREADS, thread_name_prefix="ground-tile")

    async def answer(self, exchange: Exchange) -> None:
        if exchange.path == _TERRAIN:
            await self._terrain(exchange)
        elif match := _TILE.fullmatch(exchange.path):
            version, z, x, y = match.groups()
            await self._tile(exchange, version, int(z), int(x), int(y))
        else:
            raise missing("not_found", _NOTHING)

    async def _terrain(self, exchange: Exchange) -> None:
        body = await asyncio.get_running_loop().run_in_executor(self._looking, self._described, exchange.base_url)
        etag = Tile(body, TileFormat.MVT).etag
        headers = [(b"cache-control", b"no-cache"), self.vary, (b"etag", etag.encode())]
        if exchange.has_already(etag):
            await exchange.send(304, headers)
        else:
            await exchange.send(200, [(b"content-type", b"application/json"), *headers], body)

    def _described(self, base_url: str) -> bytes:
        drawn = self._kept.latest()
        if drawn is None:
            raise missing("terrain.none", _NO_TERRAIN)
        sources = dict.fromkeys(record.attribution for record in drawn.mosaic.records if record.attribution)
        described = {
            "tilejson": "3.0.0",
            "name": "地面 / Ground",
            "tiles": [f"{base_url}/ground/{drawn.version}/{{z}}/{{x}}/{{y}}.png"],
            "scheme": "xyz",
            # Map libraries show it as HTML.
            **({"attribution": ", ".join(map(escape, sources))} if sources else {}),
            "bounds": drawn.tiles.bounds.as_tuple(),
            "minzoom": drawn.tiles.zooms.minimum,
            "maxzoom": drawn.tiles.zooms.maximum,
            "encoding": "terrarium",
            "tileSize": TILE_SIZE,
        }
        return orjson.dumps(described)

    async def _tile(self, exchange: Exchange, version: str, z: int, x: int, y: int) -> None:
        loop = asyncio.get_running_loop()
        drawn = self._kept.of(version) or await loop.run_in_executor(self._looking, self._kept.latest)
        if drawn is None or drawn.version != version:
            raise missing("version.unknown", _NO_VERSION)
        if z > drawn.tiles.zooms.maximum or x >> z or y >> z:
            raise missing("tile.unknown", _OFF_THE_GRID)
        try:
            tile = await loop.run_in_executor(self._drawing, drawn.tiles.tile, TileCoord(z, x, y))
        except UnreadableGridError:
            if await loop.run_in_executor(self._looking, self._kept.is_gone, drawn):
                raise missing("version.unknown", _NO_VERSION) from None
            raise
        headers = [CACHE[drawn.visibility], self.vary, (b"etag", tile.etag.encode())]
        if exchange.has_already(tile.etag):
            await exchange.send(304, headers)
        else:
            await exchange.send(200, [(b"content-type", tile.format.media_type.encode()), *headers], bytes(tile.data))


class _Drawn:
    """A ground and its tiles."""

    def __init__(self, mosaic: GroundMosaic) -> None:
        self.mosaic = mosaic
        self.version = f"{mosaic.version}-{DRAWN}"
        self.tiles = TerrainTiles(mosaic.surface)
        self.visibility = (
            "public" if all(record.visibility is Visibility.PUBLIC for record in mosaic.records) else "internal"
        )


class _KeptTiles:
    """Tiles of the ground, and of a few grounds before it, as long as the viewer may see every layer in them."""

    def __init__(self, ground: SiteGround) -> None:
        self._ground = ground
        self._kept: OrderedDict[str, _Drawn] = OrderedDict()
        self._generation: int | None = None
        self._looked_at = float("-inf")

    def latest(self) -> _Drawn | None:
        mosaic = self._ground.latest()
        if mosaic is None:
            return None
        drawn = self._kept.get(f"{mosaic.version}-{DRAWN}")
        if drawn is None or drawn.mosaic.records != mosaic.records:
            drawn = _Drawn(mosaic)
            self._kept[drawn.version] = drawn
        self._kept.move_to_end(drawn.version)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return drawn

    def of(self, version: str) -> _Drawn | None:
        """None: not known, or not any more."""
        self._drop_hidden()
        return self._kept.get(version)

    def is_gone(self, drawn: _Drawn) -> bool:
        """Whether its files may have been removed because it isn't the ground any more."""
        latest = self.latest()
        return latest is None or latest.version != drawn.version

    def _drop_hidden(self) -> None:
        if time.monotonic() - self._looked_at < _POLL_S:
            return
        self._looked_at = time.monotonic()
        generation = self._ground.generation()
        if generation != self._generation:
            visible = self._ground.visible_ids()
            for version, drawn in list(self._kept.items()):
                if not visible.issuperset(record.id for record in drawn.mosaic.records):
                    del self._kept[version]
            self._generation = generation


_NOTHING = Text("ページがありません", "there is nothing at this address")
_NO_VERSION = Text("この版はありません", "there is no such version")
_NO_TERRAIN = Text("標高のデータがありません", "there is no terrain")
_OFF_THE_GRID = Text("このズームと番号のタイルはありません", "there is no tile with this zoom and these numbers")
