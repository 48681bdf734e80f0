"""The timetables of the store: the layer of a feed's stops keeps the feed itself, every file, beside its features."""

from pathlib import Path

from data.errors import InvalidQueryError, UnknownLayerError
from data.record import LayerRecord
from data.store import FEED, Store
from data.viewer import Viewer
from geo import Text, UnreadableError
from gtfs import Feed, read_feed

_TRIES = 5


def feeds(store: Store, viewer: Viewer) -> list[LayerRecord]:
    """The layers of stops that keep a feed, in the order of the layer tree."""
    return [record for record in store.layers(viewer) if feed_path(store, record).exists()]


def stored_feed(store: Store, layer_id: str, viewer: Viewer) -> Feed:
    """The feed of a layer's current version, read anew.

    UnknownLayerError for a layer the viewer may not see; InvalidQueryError for one that keeps no feed.
    """
    for _ in range(_TRIES):
        record = feed_layer(store, layer_id, viewer)
        try:
            return read_feed(feed_path(store, record), name=record.title.ja)
        except UnreadableError:
            # Another process has changed the layer and cleaned up meanwhile.
            if store.layer(layer_id, viewer).version == record.version:
                raise
    raise UnknownLayerError(layer_id)


def feed_layer(store: Store, layer_id: str, viewer: Viewer) -> LayerRecord:
    """The layer, when it keeps a feed; errors as `stored_feed`."""
    record = store.layer(layer_id, viewer)
    if not feed_path(store, record).exists():
        raise InvalidQueryError(
            Text(
                f"レイヤー「{record.title.ja}」は時刻表を持っていません。GTFSの停留所のレイヤーを選んでください",
                f"the layer {record.title.en!r} keeps no timetable: choose the stops of a GTFS feed",
            )
        )
    return record


def feed_path(store: Store, record: LayerRecord) -> Path:
    """The zip, which may be missing: few layers have one."""
    return store.folder(record) / FEED
