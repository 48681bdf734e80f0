"""When a bus will call at a stop, as far as anybody knows: the value that signs, maps and analyses work with."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class PredictionSource(StrEnum):
    """What a prediction was made of."""

    UPDATES = "updates"
    """The operator's own TripUpdates."""
    POSITIONS = "positions"
    """Where the vehicle is, and the running times ahead of it."""
    BOTH = "both"
    """TripUpdates; this call from the vehicle's position, since no update speaks of it."""
    ALERT = "alert"
    """An alert that says the stop, route or trip has no service."""


class CallStatus(StrEnum):
    PREDICTED = "predicted"
    PASSED = "passed"
    """The bus has been there; `predicted` is when, `delay_s` how late."""
    SKIPPED = "skipped"
    """The bus runs, and does not stop here."""
    SUSPENDED = "suspended"
    """No bus stops here now: an alert says so."""
    CANCELED = "canceled"
    """The whole trip does not run."""
    ADDED = "added"
    """A trip that the timetable lacks; `predicted` is all that is known."""
    NO_DATA = "no_data"
    """The operator says that it does not know: the timetable stands."""

    @property
    def stops(self) -> bool:
        """Whether somebody may wait for the bus."""
        return self not in (CallStatus.SKIPPED, CallStatus.SUSPENDED, CallStatus.CANCELED)


CallKey = tuple[str, date, str, int | None, int]
"""Feed, service date, trip_id, start of a trip of frequencies.txt in ServiceSeconds (else None), stop_sequence."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """One call of one trip on one service date. What a snapshot lacks runs by the timetable."""

    trip_id: str
    stop_sequence: int
    """As in stop_times.txt; of an added trip the message's own, or the place in it from 1."""
    stop_id: str
    """Where the bus really stops: another pole than the timetable's when the operator says so."""
    scheduled_s: int | None
    """ServiceSeconds of the timetable: departure, at the last stop arrival. None for an added trip."""
    predicted: datetime | None
    """When the bus leaves (at the last stop: arrives), in UTC. None where `status` says that it can't be told."""
    delay_s: int | None
    """`predicted` minus scheduled, in seconds; negative: early."""
    source: PredictionSource
    status: CallStatus
    feed: str
    """Id of the layer that keeps the timetable."""
    service_date: date
    start_s: int | None = None
    """Of a trip of frequencies.txt: when this run of it starts, in ServiceSeconds."""
    arrival: datetime | None = None
    """When the bus arrives, in UTC, where that is told apart from `predicted`."""

    @property
    def key(self) -> CallKey:
        return self.feed, self.service_date, self.trip_id, self.start_s, self.stop_sequence
