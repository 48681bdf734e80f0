"""The trips behind a travel time: legs, waits, lines, stops."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gtfs.routing.network import TransitNetwork
from gtfs.routing.query import TravelQuery


class LegKind(StrEnum):
    WALK = "walk"
    WAIT = "wait"
    RIDE = "ride"


@dataclass(frozen=True, slots=True)
class Leg:
    kind: LegKind
    start_s: int
    """ServiceSeconds."""
    end_s: int
    from_stop: int | None = None
    """Row of the timetable's stops; None is the place where the journey begins or ends. A wait has only this one."""
    to_stop: int | None = None
    from_name: str = ""
    to_name: str = ""
    feed: str = ""
    """Of a ride: name of the feed, then its ids and what passengers read."""
    route_id: str = ""
    route_name: str = ""
    trip_id: str = ""
    headsign: str = ""
    distance_m: float | None = None
    """Of a walk."""


@dataclass(frozen=True, slots=True)
class Journey:
    departure_s: int
    """The minute of the window; the first leg starts then (a wait at the first stop, never at home)."""
    arrival_s: int
    legs: tuple[Leg, ...]
    minutes: tuple[int, ...] = ()
    """ServiceSeconds of all minutes of the window for which this is the best way."""

    @property
    def duration_s(self) -> int:
        return self.arrival_s - self.departure_s

    @property
    def rides(self) -> int:
        return sum(leg.kind is LegKind.RIDE for leg in self.legs)


def journeys(
    network: TransitNetwork, origin: NDArray[np.float64], destination: NDArray[np.float64], query: TravelQuery
) -> list[Journey]:
    """The best trips between two places (2,), by departure: of each minute the first to arrive, and of those that
    arrive together the one with the fewest rides. Minutes that share their rides are one journey, told for the last
    of these minutes. Empty where nothing leads there within the query's limits."""
    raise NotImplementedError
