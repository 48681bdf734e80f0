"""One timetable and the sources that tell of its buses: readings go in, a snapshot and observations come out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from gtfs.realtime.estimate import Estimate, Progress, estimate_from_progress, estimate_from_update, next_call_of
from gtfs.realtime.matching import Run, active_runs, find_run, guess_run, place_of, progress_of
from gtfs.realtime.message import TripUpdate, VehiclePosition
from gtfs.realtime.observation import Observation
from gtfs.realtime.outlook import added_calls, canceled_calls, combine, predictions_of, suspended_calls
from gtfs.realtime.passage import passages_from_progress, passages_from_update
from gtfs.realtime.prediction import Prediction
from gtfs.realtime.running import RunningTimes
from gtfs.realtime.snapshot import FeedSnapshot, Notice, SourceSnapshot, Vehicle
from gtfs.realtime.state import FeedState, Quality
from gtfs.realtime.trip_times import TripTimes
from gtfs.realtime.watch import Reading, Watch

RunKey = tuple[str, date, int | None]

VEHICLE_OLD_S: Final = 300
"""A vehicle whose own report is older tells nothing."""
UPDATE_OLD_S: Final = 900
_AHEAD_S: Final = 60
_NOT_IN_TIMETABLE: Final = ("ADDED", "NEW", "UNSCHEDULED", "DUPLICATED")
_TOLD_TRIPS: Final = 10
_GONE: Final = timedelta(hours=2)


@dataclass
class Track:
    """One vehicle's way so far."""

    run: Run
    progress: Progress


@dataclass
class _Look:
    """What one look at all messages gathers."""

    now: datetime
    unknown: list[str] = field(default_factory=list)
    runs: dict[RunKey, Run] = field(default_factory=dict)
    from_updates: dict[RunKey, Estimate] = field(default_factory=dict)
    from_positions: dict[RunKey, Estimate] = field(default_factory=dict)
    predictions: list[Prediction] = field(default_factory=list)
    vehicles: list[Vehicle] = field(default_factory=list)
    canceled: set[RunKey] = field(default_factory=set)


class FeedTracker:
    def __init__(
        self,
        feed: str,
        schedule: TripTimes,
        sources: Sequence[str],
        at: datetime,
        *,
        running: RunningTimes | None = None,
    ) -> None:
        """`feed`: id of the layer that keeps the timetable; `sources`: names of what will be read."""
        self.feed = feed
        self.schedule = schedule
        self.running = running or RunningTimes()
        self.watches: dict[str, Watch] = {name: Watch.begun(at) for name in sources}
        self._tracks: dict[str, Track] = {}
        self._observed: list[Observation] = []
        self._active: tuple[float, list[Run]] = (0.0, [])

    def take(self, source: str, reading: Reading) -> None:
        self.watches[source] = self.watches[source].after(reading)

    def observations(self) -> list[Observation]:
        """Those since the last call."""
        taken, self._observed = self._observed, []
        return taken

    def snapshot(self, now: datetime) -> FeedSnapshot:
        """What is known now; only live sources count, each for what it tells."""
        self.watches = {name: watch.looked_at(now) for name, watch in self.watches.items()}
        look = _Look(now)
        live = [watch for watch in self.watches.values() if watch.state.quality.predicts]
        for watch in live:
            self._read_updates(watch, look)
        for watch in self.watches.values():
            self._read_vehicles(watch, look)
        self._predict(look)
        self._forget(now)
        state = self._feed_state(look)
        return FeedSnapshot(
            feed=self.feed,
            state=state,
            sources=tuple(SourceSnapshot(name, watch.state) for name, watch in self.watches.items()),
            predictions=tuple(look.predictions) if state.quality.predicts else (),
            vehicles=tuple(look.vehicles),
            notices=tuple(self._notices(now)),
        )

    # Updates

    def _read_updates(self, watch: Watch, look: _Look) -> None:
        message = watch.message
        assert message is not None
        told_at = message.time or watch.received or look.now
        for update in message.trip_updates:
            age_s = (look.now - update.time).total_seconds() if update.time else 0
            if -_AHEAD_S <= age_s <= UPDATE_OLD_S:
                self._read_update(update, look, told_at)

    def _read_update(self, update: TripUpdate, look: _Look, told_at: datetime) -> None:
        told = update.trip
        if told.relationship in _NOT_IN_TIMETABLE:
            look.predictions += added_calls(self.feed, self.schedule, update, look.now)
            return
        run = find_run(self.schedule, told, look.now)
        if run is None:
            look.unknown.append(told.trip_id or f"{told.route_id} {told.start_s}")
            return
        look.runs[run.key] = run
        if told.relationship in ("CANCELED", "DELETED"):
            look.canceled.add(run.key)
            return
        estimate = estimate_from_update(run.trip, update, run.origin, look.now.timestamp())
        look.from_updates[run.key] = estimate
        self._observed += passages_from_update(run, estimate, told_at.timestamp())

    # Positions

    def _read_vehicles(self, watch: Watch, look: _Look) -> None:
        """Vehicles are shown whatever their feed is worth, but only a live one's are believed."""
        message = watch.message
        if message is None or watch.state.quality in (Quality.GARBAGE, Quality.SILENT):
            return
        at = message.time or watch.received or look.now
        for vehicle in message.vehicles:
            seen = vehicle.time or at
            age_s = (look.now - seen).total_seconds()
            fresh = -_AHEAD_S <= age_s <= VEHICLE_OLD_S
            if fresh and watch.state.quality.predicts and watch.trusts(vehicle):
                self._follow(vehicle, seen, look)
            elif age_s <= VEHICLE_OLD_S * 3:
                look.vehicles.append(_vehicle(vehicle, seen, None, None, self.schedule, trusted=False))

    def _follow(self, vehicle: VehiclePosition, seen: datetime, look: _Look) -> None:
        key, at = vehicle.id or str(vehicle.lonlat), seen.timestamp()
        run = self._run_of(vehicle, key, at, look)
        track = self._tracks.get(key)
        last = track.progress if track and run and track.run.key == run.key else None
        progress = last if last and last.seen == at else None
        if run is not None and progress is None:
            place = place_of(self.schedule, vehicle)
            progress = progress_of(run, vehicle, place, at, last)
            if progress is not None and last is not None:
                self._observed += passages_from_progress(run, last, progress)
        if run is None or progress is None:
            look.vehicles.append(_vehicle(vehicle, seen, run, None, self.schedule, trusted=True))
            return
        self._tracks[key] = Track(run, progress)
        look.runs[run.key] = run
        estimate = estimate_from_progress(run.trip, progress, run.origin, look.now.timestamp(), self.running)
        look.from_positions[run.key] = estimate
        look.vehicles.append(_vehicle(vehicle, seen, run, progress, self.schedule, trusted=True, estimate=estimate))

    def _run_of(self, vehicle: VehiclePosition, key: str, at: float, look: _Look) -> Run | None:
        told = vehicle.trip
        if told.trip_id or (told.route_id and told.start_s is not None):
            run = find_run(self.schedule, told, look.now)
            if run is None:
                look.unknown.append(told.trip_id or f"{told.route_id} {told.start_s}")
            return run
        track = self._tracks.get(key)
        if track is not None and next_call_of(track.run.trip, track.progress) < len(track.run.trip.stop_ids):
            return track.run
        taken = [one.run.key for one in self._tracks.values()]
        return guess_run(self.schedule, self._active_runs(look.now), vehicle, at, taken)

    def _active_runs(self, now: datetime) -> list[Run]:
        """Asked for only where vehicles tell no trip; a minute old at most."""
        if not 0 <= now.timestamp() - self._active[0] < 60:
            self._active = now.timestamp(), active_runs(self.schedule, now)
        return self._active[1]

    def _forget(self, now: datetime) -> None:
        oldest = (now - _GONE).timestamp()
        self._tracks = {key: track for key, track in self._tracks.items() if track.progress.seen > oldest}

    # Together

    def _predict(self, look: _Look) -> None:
        notices = [one for one in self._notices(look.now) if one.suspends]
        for key, run in look.runs.items():
            if key in look.canceled:
                look.predictions += canceled_calls(self.feed, run)
                continue
            updates, positions = look.from_updates.get(key), look.from_positions.get(key)
            estimate, sources = combine(updates, positions)
            look.predictions += predictions_of(self.feed, run, estimate, sources, notices, self.schedule)
        if notices:
            known = {one.key for one in look.predictions}
            look.predictions += suspended_calls(self.feed, self.schedule, notices, look.now, known)

    def _notices(self, now: datetime) -> Iterator[Notice]:
        """What the feeds told last while they could be read; alerts carry their own times."""
        for watch in self.watches.values():
            if watch.message is not None and watch.state.quality not in (Quality.GARBAGE, Quality.SILENT):
                day = timedelta(days=1)
                yield from (one for one in watch.message.notices if _is_near(one, now, day))

    def _feed_state(self, look: _Look) -> FeedState:
        """Live where any source that tells of trips is; else the first of those that does not predict."""
        states = [watch.state for watch in self.watches.values() if not _alerts_only(watch)]
        states = states or [watch.state for watch in self.watches.values()]
        live = [state for state in states if state.quality.predicts]
        chosen = (live or states)[0]
        unknown = list(dict.fromkeys(look.unknown))
        return replace(chosen, unknown_trips=tuple(unknown[:_TOLD_TRIPS]), unknown_count=len(unknown))


def _alerts_only(watch: Watch) -> bool:
    message = watch.message
    return message is not None and bool(message.notices) and not message.trip_updates and not message.vehicles


def _is_near(notice: Notice, now: datetime, ahead: timedelta) -> bool:
    """Holds now or begins soon: a sign may announce it."""
    ends = [(start, end) for start, end in notice.periods if end is None or end > now]
    return not notice.periods or any(start is None or start < now + ahead for start, _ in ends)


def _vehicle(
    vehicle: VehiclePosition,
    seen: datetime,
    run: Run | None,
    progress: Progress | None,
    schedule: TripTimes,
    *,
    trusted: bool,
    estimate: Estimate | None = None,
) -> Vehicle:
    at = next_call_of(run.trip, progress) if run and progress else None
    is_under_way = run is not None and at is not None and at < len(run.trip.stop_ids)
    delay = None
    if is_under_way and estimate is not None and run is not None and at is not None:
        delay = round(estimate.departure[at] - run.origin - run.trip.departure_s[at])
    trip_id = run.trip.trip_id if run else vehicle.trip.trip_id
    return Vehicle(
        id=vehicle.id or f"{vehicle.lonlat[0]},{vehicle.lonlat[1]}",
        lonlat=vehicle.lonlat,
        seen=seen.astimezone(UTC),
        trip_id=trip_id,
        route_id=run.trip.route_id
        if run
        else vehicle.trip.route_id or (schedule.route_of(trip_id) if trip_id else None),
        label=vehicle.label,
        bearing=vehicle.bearing,
        speed_kmh=None if vehicle.speed_ms is None else round(vehicle.speed_ms * 3.6, 1),
        delay_s=delay,
        next_stop_id=run.trip.stop_ids[at] if is_under_way and run is not None and at is not None else None,
        occupancy=vehicle.occupancy,
        trusted=trusted,
    )
