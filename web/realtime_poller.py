"""`machinami realtime`: asks all sources in turn, follows the buses, writes snapshots and observations."""

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

import httpx

from data import DataError, Store, Viewer
from data.feed import stored_feed
from data.realtime import Binding, Realtime
from geo import GeoError, Text
from gtfs.errors import GtfsError
from gtfs.realtime.observation import Observation
from gtfs.realtime.running import RunningTimes, learn_running_times
from gtfs.realtime.snapshot import FeedSnapshot, Snapshot
from gtfs.realtime.state import Quality, feed_state
from gtfs.realtime.tracker import FeedTracker
from gtfs.realtime.trip_times import TripTimes
from gtfs.realtime.watch import Reading
from web.realtime_source import Clock, Source, http_client, utc_now

_log = logging.getLogger(__name__)

EVERY_S: Final = 15.0
KEEP_S: Final = 60.0
"""Observations wait so long in memory for their file."""
LEARNED_DAYS: Final = 28
_AT_ONCE: Final = 16


class Line:
    """One binding at work: a tracker of the current version of its timetable, and its sources."""

    def __init__(self, store: Store, binding: Binding, every_s: float, clock: Clock) -> None:
        self.binding = binding
        self.sources = [
            Source(address, name, every_s, Random(), clock)
            for address, name in zip(binding.addresses, binding.names(), strict=True)
        ]
        self.tracker: FeedTracker | None = None
        self._store, self._realtime, self._clock = store, Realtime(store), clock
        self._version = ""
        self._learned: date | None = None
        self._waiting: list[Observation] = []
        self._trouble: Text | None = None
        self._since = clock()

    def follow_timetable(self) -> None:
        """Reads the timetable anew when its layer has another version; what goes wrong is told in the snapshot."""
        try:
            version = self._store.layer(self.binding.layer, Viewer.SYSTEM).version
            if version != self._version:
                schedule = TripTimes(stored_feed(self._store, self.binding.layer, Viewer.SYSTEM))
                names = [source.name for source in self.sources]
                self.tracker = FeedTracker(self.binding.layer, schedule, names, self._clock())
                self._version, self._learned, self._trouble = version, None, None
            self._learn()
        except (DataError, GeoError, GtfsError) as error:
            text = getattr(error, "text", None)
            self._trouble = text if isinstance(text, Text) else Text("時刻表を読めません", str(error) or "no timetable")
            self.tracker, self._version = None, ""

    def _learn(self) -> None:
        """Once a day, from the weeks before."""
        if self.tracker is not None and self._learned != (today := self._clock().date()):
            first, last = today - timedelta(days=LEARNED_DAYS), today
            observed = self._realtime.observations(self.binding.layer, first, last, Viewer.SYSTEM)
            self.tracker.running = learn_running_times(observed) if len(observed) else RunningTimes()
            self._learned = today

    def take(self, readings: Mapping[str, Reading]) -> None:
        if self.tracker is not None:
            for name, reading in readings.items():
                self.tracker.take(name, reading)

    def snapshot(self, now: datetime) -> FeedSnapshot:
        if self.tracker is None:
            reason = self._trouble or Text("時刻表がありません", "no timetable")
            return FeedSnapshot(self.binding.layer, feed_state(Quality.SILENT, self._since, reason=reason))
        made = self.tracker.snapshot(now)
        self._waiting += self.tracker.observations()
        return made

    def keep_observations(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._realtime.observe(self.binding.layer, waiting)


class Poller:
    def __init__(
        self,
        store: Store,
        bindings: Sequence[Binding],
        *,
        every_s: float = EVERY_S,
        client: httpx.Client | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._realtime = Realtime(store)
        self._clock = clock
        self._every_s, self._valid_s = every_s, max(90.0, 3 * every_s)
        self._client = client or http_client()
        self._lines = [Line(store, binding, every_s, clock) for binding in bindings]
        self._number = self._realtime.next_number()
        self._kept = time.monotonic()

    def run(self, stop: threading.Event) -> None:
        """Until `stop`; the caller holds `Realtime.only_poller`."""
        with ThreadPoolExecutor(_AT_ONCE, "realtime") as pool:
            while not stop.is_set():
                began = time.monotonic()
                self.turn(pool)
                stop.wait(max(self._every_s - (time.monotonic() - began), 0.1))
        self.keep_observations()
        self._client.close()

    def turn(self, pool: ThreadPoolExecutor) -> Snapshot:
        """One look at every source whose time has come, and a new snapshot."""
        for line in self._lines:
            line.follow_timetable()
        due = [(line, source) for line in self._lines for source in line.sources if source.due <= time.monotonic() + 1]
        readings = list(pool.map(lambda one: one[1].read(self._client), due))
        for (line, source), reading in zip(due, readings, strict=True):
            line.take({source.name: reading})
        now = self._clock()
        snapshot = Snapshot(now, self._number, tuple(line.snapshot(now) for line in self._lines), self._valid_s)
        self._write(snapshot)
        self._number += 1
        if time.monotonic() - self._kept > KEEP_S:
            self.keep_observations()
        return snapshot

    def _write(self, snapshot: Snapshot) -> None:
        """A full disk passes; readers see by its time that the snapshot is old."""
        try:
            self._realtime.write(snapshot)
        except OSError as error:
            _log.warning("the snapshot can't be written: %s", error)

    def keep_observations(self) -> None:
        self._kept = time.monotonic()
        for line in self._lines:
            try:
                line.keep_observations()
            except OSError as error:
                _log.warning("observations can't be written: %s", error)
