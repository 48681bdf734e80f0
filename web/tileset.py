"""Everything below /tilesets, as plain ASGI: 3D Tiles out of a version's archive.

    /tilesets/{layer}/{version}/tileset.json, and whatever that refers to

Addresses have a version, so they never change what they answer.
"""

import re
from collections import OrderedDict
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from threading import Lock

from data import UnknownLayerError
from data.staged import TILESET
from geo import Text
from tiles.tileset.archive import TilesetArchive
from web.exchange import CACHE, GZIP, Exchange, ExchangeApp, RefusedError, missing
from web.status import known_error
from web.tile_source import TileCatalogue

_FILE = re.compile(r"/tilesets/([^/]+)/([^/]+)/((?:[\w-]+/)*[\w-]+\.(?:json|glb))", re.ASCII)
_TYPES = {"json": b"application/json", "glb": b"model/gltf-binary"}
_OPEN = 64
"""Archives kept open; each is a mapping of a file, and its index."""


class TilesetApp(ExchangeApp):
    def __init__(self, catalogue: TileCatalogue, *, cors_origins: Sequence[str] = ()) -> None:
        super().__init__(cors_origins)
        self._catalogue = catalogue
        self._open: OrderedDict[tuple[str, str], TilesetArchive] = OrderedDict()
        self._lock = Lock()

    async def answer(self, exchange: Exchange) -> None:
        match = _FILE.fullmatch(exchange.path)
        if match is None:
            raise missing("not_found", _NOTHING)
        id, version, name = match.groups()
        layer = self._catalogue.layer(id, version)
        if layer is None:
            self._forget(id)
            raise RefusedError(known_error(UnknownLayerError(id)))
        folder = layer.folder_of(version)
        if folder is None:
            raise missing("version.unknown", _NO_VERSION)
        try:
            archive = self._archive(id, version, folder)
            is_packed = exchange.takes_gzip()
            body = archive.read_gzip(name) if is_packed else archive.read(name)
        except (FileNotFoundError, KeyError):
            raise missing("not_found", _NOTHING) from None
        await self._send(exchange, layer.visibility, name, body, is_packed=is_packed)

    async def _send(self, exchange: Exchange, visibility: str, name: str, body: bytes, *, is_packed: bool) -> None:
        headers = [CACHE[visibility], self.vary, (b"content-type", _TYPES[name.rpartition(".")[2]])]
        headers += [GZIP] if is_packed else []
        etag = f'"{sha256(body).hexdigest()[:20]}"'
        headers.append((b"etag", etag.encode()))
        if exchange.has_already(etag):
            await exchange.send(304, headers)
        else:
            await exchange.send(200, headers, body)

    def _archive(self, id: str, version: str, folder: Path) -> TilesetArchive:
        with self._lock:
            archive = self._open.get((id, version))
            if archive is None:
                archive = self._open[id, version] = TilesetArchive(folder / TILESET)
            self._open.move_to_end((id, version))
            while len(self._open) > _OPEN:
                self._open.popitem(last=False)
            return archive

    def _forget(self, id: str) -> None:
        """The disk space of a layer that is gone comes free."""
        with self._lock:
            for key in [key for key in self._open if key[0] == id]:
                del self._open[key]


_NOTHING = Text("ページがありません", "there is nothing at this address")
_NO_VERSION = Text("この版はありません", "there is no such version")
