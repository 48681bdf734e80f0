"""The timetables of the store: the layer of a feed's stops keeps the feed itself, every file, beside its features.

derived/timetable-<key>/     arrays of a gtfs.schedule.Schedule
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from data.errors import InvalidQueryError, UnknownLayerError
from data.record import LayerRecord
from data.staged import FEED
from data.store import Store
from data.viewer import Viewer
from geo import Text, UnreadableError
from gtfs import Feed, NoServiceError, read_feed
from gtfs.schedule import FORMAT, Schedule
from gtfs.schedule_build import build_schedule
from gtfs.stop_area import StopAreas, group_poles

KIND = "timetable"
CODE = f"1.{FORMAT}"
"""Raised when the same feed gives another timetable."""
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


def schedule(store: Store, layer_id: str, viewer: Viewer) -> Schedule:
    """The timetable of a layer's current version, memory-mapped; built when nobody has asked for it yet.

    Errors as `stored_feed`, and NoServiceError for a feed whose calendars tell no date.
    """

    def build(folder: Path) -> None:
        build_schedule(stored_feed(store, layer_id, viewer)).save(folder)

    feed_layer(store, layer_id, viewer)
    return Schedule.load(store.derived(KIND, [layer_id], viewer, code=CODE, build=build))


@dataclass(frozen=True)
class Timetables:
    """Everything that departs, as one viewer may know it."""

    layers: Mapping[str, LayerRecord]
    """Layers of stops by id: only those whose timetable can be used."""
    schedules: Mapping[str, Schedule]
    areas: StopAreas
    """Stops of all feeds together; `Pole.feed` is the layer's id."""


def timetables(store: Store, viewer: Viewer) -> Timetables:
    """All feeds the viewer may see. A feed without any date of service is left out."""
    layers: dict[str, LayerRecord] = {}
    schedules: dict[str, Schedule] = {}
    for record in feeds(store, viewer):
        with suppress(NoServiceError, UnknownLayerError, UnreadableError):
            schedules[record.id] = schedule(store, record.id, viewer)
            layers[record.id] = record
    return Timetables(layers, schedules, group_poles({id: one.poles() for id, one in schedules.items()}))
