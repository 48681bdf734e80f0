"""Timetables and streets of a store as one network of a date, ready for the router: built once, then memory-mapped.

derived/transit-<date>-<key>/     arrays of a gtfs.routing.TransitNetwork
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from data.errors import InvalidQueryError
from data.feed import feed_layer, feeds, schedule, stored_feed
from data.network import network_layers, street_network
from data.record import LayerRecord
from data.store import Store
from data.viewer import Viewer
from geo import Bounds, Text
from gtfs.routing import TransitNetwork, build_transit_network
from gtfs.routing.network import FORMAT as NETWORK_FORMAT
from gtfs.routing.timetable import FORMAT as TIMETABLE_FORMAT

KIND = "transit"
CODE = f"1.{NETWORK_FORMAT}.{TIMETABLE_FORMAT}"
"""Raised when the same layers give another network."""
STRAIGHT = "none"
"""In the place of a layer of streets: walks are straight lines."""


@dataclass(frozen=True, slots=True)
class TransitLayers:
    """What a network is made of."""

    feeds: tuple[str, ...]
    """Layers of stops that keep a feed, at least one."""
    streets: str | None
    """None: walks are straight lines."""

    @property
    def ids(self) -> tuple[str, ...]:
        return (*self.feeds, self.streets) if self.streets else self.feeds


def transit_layers(
    store: Store, viewer: Viewer, *, feed_ids: Sequence[str] = (), streets: str | None = None
) -> TransitLayers:
    """The layers named, and where none is named all feeds and the streets that they lie on.

    `streets` may be STRAIGHT. UnknownLayerError for a layer the viewer may not see, InvalidQueryError for one that
    keeps no feed, and where there is no feed at all.
    """
    records = [feed_layer(store, one, viewer) for one in feed_ids] or feeds(store, viewer)
    if not records:
        raise InvalidQueryError(
            Text(
                "時刻表(GTFS)のレイヤーがありません。まずGTFSを取り込んでください",
                "there is no timetable: import a GTFS feed first",
            )
        )
    named = tuple(record.id for record in records)
    if streets == STRAIGHT:
        return TransitLayers(named, None)
    return TransitLayers(named, streets or _streets_under(store, viewer, records))


def _streets_under(store: Store, viewer: Viewer, records: Sequence[LayerRecord]) -> str | None:
    """Of the layers with streets the one that has most of the stops' area in it."""
    area = Bounds.around(record.current.bounds for record in records if record.current.bounds)
    known = [record for record in network_layers(store, viewer) if record.current.bounds]
    shares = {record.id: _shared(area, record.current.bounds) for record in known}
    best = max(shares, key=lambda id: shares[id], default=None)
    return best if best and shares[best] > 0 else None


def _shared(one: Bounds, other: Bounds | None) -> float:
    if other is None:
        return 0.0
    width = min(one.east, other.east) - max(one.west, other.west)
    height = min(one.north, other.north) - max(one.south, other.south)
    return max(width, 0.0) * max(height, 0.0)


def transit_network(store: Store, layers: TransitLayers, day: date, viewer: Viewer) -> TransitNetwork:
    """The network of a date.

    DateOutsideError when no feed knows the date; otherwise errors as `stored_feed` and `street_network`.
    """
    streets = street_network(store, layers.streets, viewer, slopes=False) if layers.streets else None

    def build(folder: Path) -> None:
        read = {one: stored_feed(store, one, viewer) for one in layers.feeds}
        build_transit_network(read, day, streets).save(folder)

    folder = store.derived(f"{KIND}-{day:%Y%m%d}", layers.ids, viewer, code=CODE, build=build)
    return TransitNetwork.load(folder, streets)


def usual_day(store: Store, layers: TransitLayers, viewer: Viewer, today: date) -> date:
    """The Tuesday, Wednesday or Thursday nearest to `today` that most feeds know: weeks have few holidays on them."""
    ranges = []
    for one in layers.feeds:
        timetable = schedule(store, one, viewer)
        ranges.append((timetable.first, timetable.first + timedelta(timetable.service_runs.shape[1] - 1)))
    edges = [edge + timedelta(step) for pair in ranges for edge in pair for step in range(-6, 7)]
    days = {day for day in [*edges, *(today + timedelta(step) for step in range(7))] if day.weekday() in (1, 2, 3)}
    known = {day: sum(first <= day <= last for first, last in ranges) for day in days}
    return min(known, key=lambda day: (-known[day], abs((day - today).days), day))
