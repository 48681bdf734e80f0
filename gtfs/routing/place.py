"""Places on the streets with the stops in walking distance: made once, asked often."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.network import Links, Snapped
from gtfs.routing.network import TransitNetwork
from gtfs.routing.plan import Plan
from gtfs.routing.walk import Walks, nearest_first, on_streets, timed, turned, walks

LIMIT_M: Final = 2_340.0
"""1,800 s at 1.3 m/s."""
_AT_ONCE: Final = 512


@dataclass(frozen=True, eq=False)
class LinkedPlaces:
    """`n` places. Made with `link_places`; belongs to the network it was made with."""

    network: TransitNetwork
    lonlat: NDArray[np.float64]
    """(n, 2): longitude, latitude."""
    snapped: Snapped
    limit_m: float
    """Walks are known up to here."""

    def __len__(self) -> int:
        return len(self.lonlat)

    @cached_property
    def from_stops(self) -> Links:
        """(S + 1 rows): from each stop of the network to places, nearest first; metres, the ways between door and
        street included. Stops that nobody serves on the day have none."""
        return self._links(backward=False)

    @cached_property
    def to_stops(self) -> Links:
        """(S + 1 rows): the same walks the other way, to each stop; they differ only where streets lead one way."""
        streets = self.network.streets
        one_way = streets is not None and bool(np.any(streets.direction))
        return self._links(backward=True) if one_way else self.from_stops

    def walked(self, plan: Plan, speed_ms: float, limit_s: int, *, to_stops: bool = False) -> Walks:
        """(start, place, seconds) of `from_stops`, or with a plan in the mirror of `to_stops`: as far as the limit, and
        only those that a best journey may use."""
        key = (speed_ms, limit_s, to_stops)
        found = self._walked.get(key)
        if found is None:
            links = self.to_stops if to_stops else self.from_stops
            found = plan.needed(timed(links, speed_ms, limit_s), len(self))
            self._walked.clear()
            self._walked[key] = found
        return found

    @cached_property
    def _walked(self) -> dict[tuple[float, int, bool], Walks]:
        """The last one asked for: a person who clicks about asks with the same speed."""
        return {}

    def _links(self, *, backward: bool) -> Links:
        """Searched from the side that has fewer; some at a time, since the workspace is many times the result."""
        network, stops = self.network, self.network.stop_places
        served = np.flatnonzero(network.timetable.served)
        if len(self) < len(served):
            rows = self._walks(self.snapped, stops[served], not backward)
            found = nearest_first(turned(rows, len(served)))
        else:
            found = self._walks(stops[served], self.snapped, backward)
        counts = np.zeros(len(stops), np.int64)
        counts[served] = np.diff(found.start)
        return Links(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), found.place, found.cost)

    def _walks(self, origins: Snapped, destinations: Snapped, backward: bool) -> Links:
        """Nearest first."""
        ways = self.network.streets, self.network.person
        parts = [
            nearest_first(walks(*ways, origins[at : at + _AT_ONCE], destinations, self.limit_m, backward=backward))
            for at in range(0, max(len(origins), 1), _AT_ONCE)
        ]
        counts = np.concatenate([np.diff(part.start) for part in parts])
        start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return Links(start, *(np.concatenate([getattr(part, name) for part in parts]) for name in ("place", "cost")))


Places = NDArray[np.float64] | LinkedPlaces
"""(n, 2) longitude and latitude, or places linked before (`link_places`), which saves the walks of destinations."""


def link_places(network: TransitNetwork, lonlat: NDArray[np.float64], *, limit_m: float = LIMIT_M) -> LinkedPlaces:
    """Places (n, 2), longitude and latitude, with the walks between them and every served stop."""
    lonlat = np.ascontiguousarray(lonlat, dtype=np.float64).reshape(-1, 2)
    places = LinkedPlaces(network, lonlat, on_streets(network.streets, network.person, lonlat), limit_m)
    places.from_stops  # noqa: B018 - walked now, so that the first question doesn't wait
    return places
