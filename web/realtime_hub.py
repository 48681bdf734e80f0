"""The latest snapshot in one web process: read once however many ask, and told on to everybody who listens."""

import asyncio
import hashlib
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any, Final

import orjson

from data import Store, Viewer
from data.realtime import Realtime
from gtfs.realtime.snapshot import Snapshot, Vehicle
from gtfs.realtime.snapshot_file import read_snapshot
from gtfs.realtime.state import FeedState
from web.parcel import GZIP_HEAD, Parcel, parcel
from web.realtime_source import Clock, utc_now

_log = logging.getLogger(__name__)

LOOK_S: Final = 0.1
"""How often the file is looked at, at most: that costs microseconds."""
ASK_S: Final = 0.5
"""How often the store is asked who may see what, at most."""
HEARTBEAT_S: Final = 15.0
"""Proxies close what is silent for a minute."""
_KEPT: Final = 20
"""Changes that a client that comes back is sent instead of everything."""

_TOLD_AT_ONCE: Final = 20
_RETRY: Final = parcel(b"retry: 3000\n\n")
_HEARTBEAT: Final = parcel(b": still here\n\n")

Features = Mapping[str, dict[str, Any]]


class SiteRealtime:
    """What this server's viewer may see; threads may share it."""

    def __init__(self, store: Store, viewer: Viewer, clock: Clock = utc_now) -> None:
        self._store, self._viewer, self._clock = store, viewer, clock
        self.realtime = Realtime(store)
        self._lock = Lock()
        self._looked = self._asked = float("-inf")
        self._stamp: tuple[int, ...] = ()
        self._whole: Snapshot | None = None
        self._seen: Snapshot | None = None
        self._generation = -1
        self._encoded: dict[str, tuple[Snapshot | None, bytes, str]] = {}

    def latest(self) -> Snapshot | None:
        """The same object until something changes; None where nothing was ever received."""
        with self._lock:
            if time.monotonic() - self._looked > LOOK_S:
                self._looked = time.monotonic()
                self._look()
            return self._seen

    def encoded(self, name: str, snapshot: Snapshot | None, make: Callable[[], bytes]) -> tuple[bytes, str]:
        """An answer and its ETag, made once for each snapshot."""
        kept = self._encoded.get(name)
        if kept is None or kept[0] is not snapshot:
            body = make()
            kept = snapshot, body, f'"{hashlib.sha256(body).hexdigest()[:20]}"'
            self._encoded[name] = kept
        return kept[1], kept[2]

    def _look(self) -> None:
        """The file, who may see it, and whether it is still valid: any of them may have changed."""
        stamp = _stamp(self.realtime)
        if stamp != self._stamp:
            self._stamp, self._whole = stamp, read_snapshot(self.realtime.snapshot_path) if stamp else None
            self._seen = None
        if self._seen is None or time.monotonic() - self._asked > ASK_S:
            self._asked, generation = time.monotonic(), self._store.generation()
            if generation != self._generation:
                self._generation, self._seen = generation, None
        if self._whole is None:
            self._seen = None
            return
        valid = self._whole.as_of(self._clock())
        if self._seen is None or valid is not self._whole:
            seen = self.realtime.seen_by(valid, self._viewer)
            self._seen = seen if seen != self._seen else self._seen


def _stamp(realtime: Realtime) -> tuple[int, ...]:
    try:
        found = realtime.snapshot_path.stat()
    except FileNotFoundError:
        return ()
    return found.st_ino, found.st_mtime_ns, found.st_size


@dataclass(frozen=True, slots=True)
class Frame:
    """One state of all vehicles, and what changed since the one before, as events ready to be sent."""

    id: str
    whole: Parcel
    change: Parcel


class Hub:
    """One watch of the snapshot for all streams of a process: each event is made once, and sent to everybody."""

    def __init__(self, site: SiteRealtime, *, heartbeat_s: float = HEARTBEAT_S, look_s: float = LOOK_S) -> None:
        self._site = site
        self._heartbeat_s, self._look_s = heartbeat_s, look_s
        self._frames: deque[Frame] = deque(maxlen=_KEPT)
        self._features: Features = {}
        self._told: Snapshot | None = None
        self._waiting: set[asyncio.Future[None]] = set()
        self._ready = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None
        self.clients = 0
        self.reads = 0

    async def stream(self, last_id: str | None, *, packed: bool = False) -> AsyncIterator[bytes]:
        """Everything or, for a client that comes back, what it missed; then changes, and heartbeats between them.

        `packed`: as one gzip stream, whose parts are shared too.
        """
        self.clients += 1
        try:
            await self._watched()
            yield (GZIP_HEAD if packed else b"") + _RETRY.bytes(packed)
            while True:
                await self._watched()
                events = self._since(last_id, packed)
                if events:
                    last_id = self._frames[-1].id
                    yield events
                    continue  # while it was sent more may have come
                news: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._waiting.add(news)
                try:
                    await asyncio.wait_for(news, self._heartbeat_s)
                except TimeoutError:
                    yield _HEARTBEAT.bytes(packed)
                finally:
                    self._waiting.discard(news)
        finally:
            self.clients -= 1

    def _since(self, last_id: str | None, packed: bool) -> bytes:
        if not self._frames or last_id == self._frames[-1].id:
            return b""
        ids = [frame.id for frame in self._frames]
        if last_id not in ids:
            return self._frames[-1].whole.bytes(packed)
        missed = [frame.change.bytes(packed) for frame in list(self._frames)[ids.index(last_id) + 1 :]]
        return missed[0] if len(missed) == 1 else b"".join(missed)

    async def _watched(self) -> None:
        """Until somebody has looked: whoever comes first starts the one watch, as does the first after it failed."""
        if self._watch is None or self._watch.done():
            self._ready = asyncio.Event()
            self._watch = asyncio.create_task(self._follow(self._ready))
            self._watch.add_done_callback(_log_failure)
        await self._ready.wait()

    async def _follow(self, ready: asyncio.Event) -> None:
        """As long as anybody listens."""
        try:
            await self._advance()
            ready.set()
            while self.clients:
                await asyncio.sleep(self._look_s)
                await self._advance()
        finally:
            ready.set()

    async def _advance(self) -> None:
        snapshot = await asyncio.to_thread(self._site.latest)
        self.reads += 1
        if snapshot is None or snapshot is self._told:
            return
        frame, features = await asyncio.to_thread(make_frame, snapshot, self._features)
        self._told, self._features = snapshot, features
        if not self._frames or frame.id != self._frames[-1].id:
            self._frames.append(frame)
        await self._tell()

    async def _tell(self) -> None:
        """Some at a time: between them the process answers others, such as signs."""
        waiting = list(self._waiting)
        for first in range(0, len(waiting), _TOLD_AT_ONCE):
            for news in waiting[first : first + _TOLD_AT_ONCE]:
                if not news.done():
                    news.set_result(None)
            await asyncio.sleep(0)


def _log_failure(watch: "asyncio.Task[None]") -> None:
    if not watch.cancelled() and (error := watch.exception()) is not None:
        _log.error("the watch of the snapshot failed", exc_info=error)


def make_frame(snapshot: Snapshot, before: Features) -> tuple[Frame, Features]:
    """The events of a snapshot, and its features by id for the next one."""
    features = {feature["id"]: feature for feature in vehicle_features(snapshot)}
    states = {feed.feed: state_json(feed.state) for feed in snapshot.feeds}
    told = {"made_at": moment(snapshot.made_at), "feeds": states}
    changed = [feature for id, feature in features.items() if before.get(id) != feature]
    removed = [id for id in before if id not in features]
    # A snapshot that has become invalid keeps its number, and is another state all the same.
    qualities = "".join(feed.state.quality[:2] for feed in snapshot.feeds)
    id = f"{snapshot.number}-{int(snapshot.made_at.timestamp())}-{qualities}"
    whole = _event("vehicles", id, {**told, "type": "FeatureCollection", "features": list(features.values())})
    return Frame(id, whole, _event("changes", id, {**told, "changed": changed, "removed": removed})), features


def _event(name: str, id: str, data: Mapping[str, Any]) -> Parcel:
    return parcel(b"event: %b\nid: %b\ndata: %b\n\n" % (name.encode(), id.encode(), orjson.dumps(data)))


def vehicle_features(snapshot: Snapshot) -> list[dict[str, Any]]:
    """GeoJSON, one point for each vehicle; its id names its feed too."""
    return [_feature(feed.feed, vehicle) for feed in snapshot.feeds for vehicle in feed.vehicles]


def _feature(feed: str, vehicle: Vehicle) -> dict[str, Any]:
    rest = {
        "feed": feed,
        "vehicle": vehicle.id,
        "label": vehicle.label,
        "trip_id": vehicle.trip_id,
        "route_id": vehicle.route_id,
        "bearing": vehicle.bearing,
        "speed_kmh": vehicle.speed_kmh,
        "delay_s": vehicle.delay_s,
        "next_stop_id": vehicle.next_stop_id,
        "occupancy": vehicle.occupancy,
        "seen": moment(vehicle.seen),
        "trusted": vehicle.trusted,
    }
    return {
        "type": "Feature",
        "id": f"{feed}/{vehicle.id}",
        "geometry": {"type": "Point", "coordinates": list(vehicle.lonlat)},
        "properties": rest,
    }


def state_json(state: FeedState) -> dict[str, Any]:
    return {
        "quality": state.quality.value,
        "reason": state.reason.as_json(),
        "since": moment(state.since),
        "feed_time": moment(state.feed_time),
        "received": moment(state.received),
        "unknown_trips": list(state.unknown_trips),
        "unknown_count": state.unknown_count,
    }


def moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds").replace("+00:00", "Z")
