"""The store as a tile server sees it, looked at again twice a second, and whenever something unknown is asked for."""

import time

from data import LayerRecord, Store, Viewer
from web.link import layer_json
from web.tile_source import ServedLayer

POLL_S = 0.5


class StoreCatalogue:
    """A `TileCatalogue`: what one viewer may see. A tile costs a look into a dictionary."""

    def __init__(self, store: Store, viewer: Viewer, *, poll_s: float = POLL_S) -> None:
        self._store = store
        self._viewer = viewer
        self._poll_s = poll_s
        self._looked_at = float("-inf")
        self._generation: int | None = None
        self._layers: dict[str, ServedLayer] = {}

    def layer(self, layer_id: str, version: str | None = None) -> ServedLayer | None:
        now = time.monotonic()
        if now - self._looked_at >= self._poll_s or not self._knows(layer_id, version):
            self._look()
            self._looked_at = now
        return self._layers.get(layer_id)

    def _knows(self, layer_id: str, version: str | None) -> bool:
        known = self._layers.get(layer_id)
        return known is not None and (version is None or known.folder_of(version) is not None)

    def _look(self) -> None:
        # The generation first: what changes meanwhile is newer than it says, and is read again next time.
        generation = self._store.generation()
        if generation == self._generation:
            return
        records = self._store.layers(self._viewer)
        visible = frozenset(record.id for record in records)
        self._layers = {record.id: self._served(record, visible) for record in records}
        self._generation = generation

    def _served(self, record: LayerRecord, visible: frozenset[str]) -> ServedLayer:
        return ServedLayer(
            id=record.id,
            version=record.version,
            folder=self._store.folder(record),
            kind=record.current.kind,
            visibility=record.visibility.value,
            record=layer_json(record, visible),
            previous={version: self._store.folder(record, version) for version in record.previous},
        )
