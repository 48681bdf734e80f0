"""What a display at a stop shows: departures by the timetable, with what is known of the buses themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gtfs.departure import HORIZON, Departure, Span, departures
from gtfs.realtime.prediction import CallKey, CallStatus, Prediction
from gtfs.realtime.snapshot import Notice, Snapshot
from gtfs.realtime.state import FeedState
from gtfs.schedule import Schedule
from gtfs.stop_area import StopArea

LATE: Final = timedelta(hours=1)
"""A bus that should have left so long ago is still waited for when a prediction says so."""


@dataclass(frozen=True, slots=True)
class BoardRow:
    departure: Departure
    prediction: Prediction | None
    """None: the timetable is all that is known."""

    @property
    def expected(self) -> datetime:
        """When the bus leaves, as far as anybody knows."""
        told = self.prediction.predicted if self.prediction else None
        return told.astimezone(self.departure.scheduled.tzinfo) if told else self.departure.scheduled

    @property
    def runs(self) -> bool:
        """Whether somebody may wait for it."""
        return self.prediction is None or self.prediction.status.stops

    def is_gone(self, at: datetime) -> bool:
        if self.prediction is not None and self.prediction.status is CallStatus.PASSED:
            return True
        # A bus that does not come is told until the time it should have come.
        return (self.expected if self.runs else self.departure.scheduled) < at


@dataclass(frozen=True)
class Board:
    rows: tuple[BoardRow, ...]
    """By the time they are expected; those that don't run by the time they should have."""
    notices: tuple[Notice, ...]
    """Alerts that hold now and are about this stop or the routes and operators of the rows."""
    states: Mapping[str, FeedState]
    """Of those feeds of the area that have realtime data at all, good or not."""
    uncovered: Mapping[str, Span]


class Live:
    """A snapshot, to be asked call by call."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.feeds = {feed.feed: feed for feed in snapshot.feeds}
        self._predictions: dict[CallKey, Prediction] = {
            one.key: one for feed in snapshot.feeds if feed.state.quality.predicts for one in feed.predictions
        }

    def prediction(self, one: Departure) -> Prediction | None:
        """What is told of the call; nothing where the operator says that it does not know."""
        key = (one.feed, one.service_date, one.trip_id, one.start_s, one.stop_sequence)
        found = self._predictions.get(key)
        return None if found is None or found.status is CallStatus.NO_DATA else found


def board(
    schedules: Mapping[str, Schedule],
    area: StopArea,
    at: datetime,
    *,
    live: Live | None = None,
    limit: int = 20,
    horizon: timedelta = HORIZON,
) -> Board:
    """The next `limit` departures from `at` on; errors as `gtfs.departure.departures`."""
    back = LATE if live is not None else timedelta()
    found = departures(schedules, area, at - back, limit=limit + 200 * bool(back), horizon=horizon + back)
    rows = [BoardRow(one, live.prediction(one) if live else None) for one in found.departures]
    rows = [row for row in rows if not row.is_gone(at)]
    rows = sorted(rows, key=lambda row: row.expected if row.runs else row.departure.scheduled)[:limit]
    if live is None:
        return Board(tuple(rows), (), {}, found.uncovered)
    states = {feed: live.feeds[feed].state for feed in area.feeds if feed in live.feeds}
    return Board(tuple(rows), tuple(_notices(live, schedules, area, rows, at)), states, found.uncovered)


def _notices(
    live: Live, schedules: Mapping[str, Schedule], area: StopArea, rows: Iterable[BoardRow], at: datetime
) -> Iterable[Notice]:
    shown = list(rows)
    for feed in area.feeds:
        if feed not in live.feeds or feed not in schedules:
            continue
        stops = _stop_ids(schedules[feed], area, feed)
        calls = [{"stop_id": stop} for stop in sorted(stops)]
        for row in shown:
            one = row.departure
            if one.feed == feed:
                calls.append({"stop_id": one.stop_id, "route_id": one.route_id, "trip_id": one.trip_id,
                              "agency_id": one.agency_id})  # fmt: skip
        for notice in live.feeds[feed].notices:
            if notice.holds(at) and any(notice.concerns(**call) for call in calls):
                yield notice


def _stop_ids(schedule: Schedule, area: StopArea, feed: str) -> set[str]:
    """Of the poles, and of the stations they belong to."""
    rows = [pole.row for pole in area.poles if pole.feed == feed]
    parents = {int(schedule.stop_parent[row]) for row in rows}
    return {schedule.stop_id[row] for row in {*rows, *parents} if row >= 0}
