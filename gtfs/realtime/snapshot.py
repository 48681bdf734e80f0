"""Everything known from all feeds at one time, as one file that a reader sees whole or not at all."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from geo import Text
from gtfs.realtime.prediction import CallKey, Prediction
from gtfs.realtime.state import FeedState, Quality, feed_state


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One bus on the map."""

    id: str
    """The vehicle's own id, else its trip's."""
    lonlat: tuple[float, float]
    """Degrees east, degrees north."""
    seen: datetime
    """When it was there, in UTC."""
    trip_id: str | None = None
    route_id: str | None = None
    label: str | None = None
    """What stands on the bus."""
    bearing: float | None = None
    """Degrees clockwise from north."""
    speed_kmh: float | None = None
    delay_s: int | None = None
    next_stop_id: str | None = None
    occupancy: str | None = None
    """GTFS-Realtime's OccupancyStatus."""
    trusted: bool = True
    """False: it jumped, or its report is old; nothing is predicted from it."""


@dataclass(frozen=True, slots=True)
class Selector:
    """What an alert is about: all that is not None must fit."""

    agency_id: str | None = None
    route_id: str | None = None
    stop_id: str | None = None
    trip_id: str | None = None
    direction_id: int | None = None
    route_type: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """An alert in both languages; where one is missing the other stands in."""

    id: str
    header: Text
    description: Text | None = None
    url: Text | None = None
    periods: tuple[tuple[datetime | None, datetime | None], ...] = ()
    """[from, to) in UTC, None: open; without any it always holds."""
    selectors: tuple[Selector, ...] = ()
    cause: str = "UNKNOWN_CAUSE"
    effect: str = "UNKNOWN_EFFECT"
    severity: str = "UNKNOWN_SEVERITY"

    @property
    def suspends(self) -> bool:
        """What it is about has no service."""
        return self.effect == "NO_SERVICE"

    def holds(self, at: datetime) -> bool:
        inside = ((start is None or start <= at) and (end is None or at < end) for start, end in self.periods)
        return not self.periods or any(inside)

    def concerns(
        self,
        *,
        stop_id: str | None = None,
        route_id: str | None = None,
        trip_id: str | None = None,
        agency_id: str | None = None,
    ) -> bool:
        """Whether any selector fits a call of which so much is known. Pass the station of a pole too, on its own."""
        known = {"stop_id": stop_id, "route_id": route_id, "trip_id": trip_id, "agency_id": agency_id}
        return any(_fits(selector, known) for selector in self.selectors)


def _fits(selector: Selector, known: Mapping[str, str | None]) -> bool:
    asked = {name: getattr(selector, name) for name in known if getattr(selector, name) is not None}
    return bool(asked) and all(known[name] == value for name, value in asked.items())


@dataclass(frozen=True)
class SourceSnapshot:
    """One URL or file of a feed."""

    name: str
    """Without what a URL keeps secret: no user, password or query."""
    state: FeedState


@dataclass(frozen=True)
class FeedSnapshot:
    """What is known of one timetable's buses."""

    feed: str
    """Id of the layer that keeps the timetable."""
    state: FeedState
    """Of what predictions are made from; where it does not predict, `predictions` is empty."""
    sources: tuple[SourceSnapshot, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    vehicles: tuple[Vehicle, ...] = ()
    notices: tuple[Notice, ...] = ()


_STOPPED = Text("受信プロセスが止まっています", "the receiving process has stopped")


@dataclass(frozen=True)
class Snapshot:
    """Written by `machinami realtime`, read by everybody else."""

    made_at: datetime
    """In UTC."""
    number: int
    """Grows with every snapshot of a store."""
    feeds: tuple[FeedSnapshot, ...] = ()
    valid_s: float = 90.0
    """When it is older than this, whoever wrote it has stopped."""

    def as_of(self, now: datetime) -> "Snapshot":
        """The same while it is valid; afterwards one in which every feed is silent and nothing is predicted."""
        if (now - self.made_at).total_seconds() <= self.valid_s:
            return self
        since = self.made_at + timedelta(seconds=self.valid_s)
        state = feed_state(Quality.SILENT, since, reason=_STOPPED)
        feeds = (FeedSnapshot(feed.feed, state, notices=feed.notices) for feed in self.feeds)
        return replace(self, feeds=tuple(feeds))

    def feed(self, feed: str) -> FeedSnapshot | None:
        return next((one for one in self.feeds if one.feed == feed), None)

    def of_feeds(self, seen: Collection[str]) -> "Snapshot":
        """The part that somebody may see who sees these layers."""
        return replace(self, feeds=tuple(one for one in self.feeds if one.feed in seen))

    def prediction(
        self, feed: str, service_date: date, trip_id: str, stop_sequence: int, *, start_s: int | None = None
    ) -> Prediction | None:
        """None: nothing is known, so the timetable stands."""
        return self._by_call.get((feed, service_date, trip_id, start_s, stop_sequence))

    def suspensions(
        self,
        feed: str,
        at: datetime,
        *,
        stop_id: str,
        route_id: str | None = None,
        trip_id: str | None = None,
        agency_id: str | None = None,
    ) -> tuple[Notice, ...]:
        """The alerts by which a call at that time has no service."""
        found = self.feed(feed)
        known = {"stop_id": stop_id, "route_id": route_id, "trip_id": trip_id, "agency_id": agency_id}
        notices = found.notices if found else ()
        return tuple(one for one in notices if one.suspends and one.holds(at) and one.concerns(**known))

    @cached_property
    def _by_call(self) -> Mapping[CallKey, Prediction]:
        return {one.key: one for feed in self.feeds for one in feed.predictions}
