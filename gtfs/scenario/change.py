"""The changes that a scenario can hold; `gtfs.scenario.document` checks their values and builds them."""

from dataclasses import dataclass
from typing import Final

from geo import Text

LonLat = tuple[float, float]
"""Degrees east, degrees north."""
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ROUTE_TYPES: Final = {"tram": 0, "subway": 1, "rail": 2, "bus": 3, "ferry": 4, "aerial_lift": 6, "monorail": 12}


@dataclass(frozen=True)
class LineStop:
    """An existing stop by `stop_id`, or a new one with a name and a place."""

    stop_id: str | None = None
    name: str | None = None
    at: LonLat | None = None


@dataclass(frozen=True)
class Headway:
    """A departure each `headway_min` from `start_s` (with) to `end_s` (without), seconds of the service day."""

    headway_min: float
    start_s: int
    end_s: int

    def departures(self) -> tuple[int, ...]:
        step = self.headway_min * 60
        count = max(0, int(-(-(self.end_s - self.start_s) // step)))
        return tuple(self.start_s + round(at * step) for at in range(count))


@dataclass(frozen=True)
class AddLine:
    feed: str | None
    """None where there is but one."""
    route_id: str
    name: str
    mode: str
    """Key of ROUTE_TYPES."""
    autonomous: bool
    stops: tuple[LineStop, ...]
    path: tuple[LonLat, ...]
    """As drawn; empty: straight from stop to stop."""
    speed_kmh: float
    """From stop to stop; with no `dwell_s` it is the speed of the timetable, stops included (表定速度)."""
    dwell_s: float
    service: Headway | tuple[int, ...]
    """Or departures from the first stop one by one, seconds of the service day."""
    both_ways: bool
    days: tuple[str, ...]


@dataclass(frozen=True)
class ChangeFrequency:
    """Twice the trips with factor 2, half with 0.5; or one each headway in the times given, as the old ones run."""

    feed: str | None
    route_id: str
    factor: float | None
    headway: Headway | None


@dataclass(frozen=True)
class ChangeSpeed:
    """Journey times divided by `factor`: 1.25 is a quarter faster, and takes a fifth less."""

    feed: str | None
    route_id: str
    factor: float


@dataclass(frozen=True)
class RemoveRoute:
    feed: str | None
    route_id: str


@dataclass(frozen=True)
class Reroute:
    """Between two stops the trips run by other ones; what comes later moves by the difference."""

    feed: str | None
    route_id: str
    from_stop: str
    to_stop: str
    via: tuple[LineStop, ...]
    speed_kmh: float
    dwell_s: float
    both_ways: bool
    """Trips that go from `to_stop` to `from_stop` too."""


@dataclass(frozen=True)
class MoveStop:
    feed: str | None
    stop_id: str
    to: LonLat


@dataclass(frozen=True)
class AddFacility:
    layer: str | None
    """None: whatever facilities are asked about."""
    feature_id: str
    name: str
    at: LonLat
    amount: float


@dataclass(frozen=True)
class CloseFacility:
    layer: str | None
    feature_id: str


@dataclass(frozen=True)
class MergeFacility:
    """The first ones close; what they offer moves to `into`."""

    layer: str | None
    feature_ids: tuple[str, ...]
    into: str


@dataclass(frozen=True)
class ChangeAccess:
    """How people come to the stops: `cycle` everywhere, or `shared_cycle` where there is a port at both ends."""

    mode: str
    speed_kmh: float
    limit_min: float
    ports: tuple[LonLat, ...]
    """Of `shared_cycle`."""


FeedChange = AddLine | ChangeFrequency | ChangeSpeed | RemoveRoute | Reroute | MoveStop
FacilityChange = AddFacility | CloseFacility | MergeFacility
Change = FeedChange | FacilityChange | ChangeAccess


@dataclass(frozen=True)
class Scenario:
    """Read with `read_scenario` or `parse_scenario`. Changes are made in their order."""

    name: Text
    changes: tuple[Change, ...]
    file: str = "scenario"
    """What problems call it."""

    @property
    def feed_changes(self) -> tuple[FeedChange, ...]:
        return tuple(change for change in self.changes if isinstance(change, FeedChange))

    @property
    def facility_changes(self) -> tuple[FacilityChange, ...]:
        return tuple(change for change in self.changes if isinstance(change, FacilityChange))

    @property
    def access(self) -> ChangeAccess | None:
        """The last word on how people come to the stops."""
        return next((one for one in reversed(self.changes) if isinstance(one, ChangeAccess)), None)
