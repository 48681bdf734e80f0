"""The list of layers, encoded once for each generation of the store: the answer that every page begins with."""

import hashlib
from dataclasses import dataclass

import orjson

from data import Store, Viewer
from web.link import layer_json


@dataclass(frozen=True, slots=True)
class Listed:
    generation: int
    body: bytes
    etag: str
    count: int


class Listing:
    def __init__(self, store: Store, viewer: Viewer) -> None:
        self._store = store
        self._viewer = viewer
        self._latest: Listed | None = None

    def latest(self) -> Listed:
        """Reads the generation first: what changes meanwhile is newer than it says, and is read again next time."""
        generation = self._store.generation()
        latest = self._latest
        if latest is None or latest.generation != generation:
            latest = self._latest = self._read(generation)
        return latest

    def _read(self, generation: int) -> Listed:
        records = self._store.layers(self._viewer)
        visible = frozenset(record.id for record in records)
        body = orjson.dumps({"layers": [layer_json(record, visible) for record in records]})
        # Of the body, not of the generation: a store made anew counts from 0 again.
        return Listed(generation, body, f'"{hashlib.sha256(body).hexdigest()[:20]}"', len(records))
