"""The timetables and the latest realtime snapshot of one server, kept ready for the routes that ask them."""

import time
from collections.abc import Callable
from threading import Lock
from typing import TypeGuard

from data import Store, Viewer
from data.feed import Timetables, timetables
from gtfs.board import Live
from gtfs.realtime.snapshot import Snapshot

_DAY_S = 86_400.0


class SiteTimetables:
    """Always those of the store's current layers; threads may share it."""

    def __init__(
        self, store: Store, viewer: Viewer, read_snapshot: Callable[[], Snapshot | None] | None = None
    ) -> None:
        self._store, self._viewer = store, viewer
        self.read_snapshot = read_snapshot or (lambda: None)
        self._lock = Lock()
        self._generation: int | None = None
        self._asked_at = float("-inf")
        self._latest: Timetables | None = None
        self._live: Live | None = None

    def latest(self) -> Timetables:
        """The very first question may wait until timetables are built; while later ones are, those before answer.

        Asked for again each day, so that a clean-up doesn't take what is in use for forgotten.
        """
        generation = self._store.generation()
        if not self._lock.acquire(blocking=False):
            if self._is_still_seen(before := self._latest):
                return before
            self._lock.acquire()
        try:
            outdated = generation != self._generation or time.monotonic() - self._asked_at > _DAY_S
            if self._latest is None or outdated:
                self._latest = timetables(self._store, self._viewer)
                self._generation, self._asked_at = generation, time.monotonic()
            return self._latest
        finally:
            self._lock.release()

    def _is_still_seen(self, before: Timetables | None) -> TypeGuard[Timetables]:
        """What has become internal meanwhile must not be told any more."""
        seen = {record.id for record in self._store.layers(self._viewer)}
        return before is not None and seen.issuperset(before.layers)

    def live(self) -> Live | None:
        """None where nothing has been received: then the timetable stands."""
        snapshot = self.read_snapshot()
        if snapshot is None:
            self._live = None
        elif self._live is None or self._live.snapshot is not snapshot:
            self._live = Live(snapshot)
        return self._live
