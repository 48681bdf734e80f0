"""The timetables and the latest realtime snapshot of one server, kept ready for the routes that ask them."""

import time
from collections.abc import Callable
from threading import Lock

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
        """The first question after an import may wait until its timetable is built.

        Asked for again each day, so that a clean-up doesn't take what is in use for forgotten.
        """
        generation = self._store.generation()
        with self._lock:
            outdated = generation != self._generation or time.monotonic() - self._asked_at > _DAY_S
            if self._latest is None or outdated:
                self._latest = timetables(self._store, self._viewer)
                self._generation, self._asked_at = generation, time.monotonic()
            return self._latest

    def live(self) -> Live | None:
        """None where nothing has been received: then the timetable stands."""
        snapshot = self.read_snapshot()
        if snapshot is None:
            self._live = None
        elif self._live is None or self._live.snapshot is not snapshot:
            self._live = Live(snapshot)
        return self._live
