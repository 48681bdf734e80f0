"""A query made ready for the compiled search: who is searched from, towards whom, forward or in the mirror."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.network import Snapped
from gtfs.errors import InvalidQueryError
from gtfs.routing.draw import draw
from gtfs.routing.network import TransitNetwork
from gtfs.routing.place import LIMIT_M, LinkedPlaces, Places, link_places
from gtfs.routing.plan import Plan, plan_of
from gtfs.routing.profile import profile
from gtfs.routing.query import TravelQuery
from gtfs.routing.raptor import State, new_state
from gtfs.routing.sweep import sweep
from gtfs.routing.walk import Walks, nearest_first, timed, walks

TURNED_COST: Final = 4
"""A search from the other side costs about as much as so many."""


@dataclass(frozen=True, eq=False)
class Question:
    """Made with `question`. `sources` are searched one by one, `targets` are all reached at once."""

    network: TransitNetwork
    query: TravelQuery
    sources: LinkedPlaces
    targets: LinkedPlaces
    plan: Plan
    minutes: NDArray[np.int32]
    draws: NDArray[np.int32]
    also: NDArray[np.int32]
    """Stops where headways can be boarded."""

    backward: bool
    """The plan is the mirror and the sources are the destinations."""

    @property
    def origins(self) -> LinkedPlaces:
        return self.targets if self.backward else self.sources

    @property
    def destinations(self) -> LinkedPlaces:
        return self.sources if self.backward else self.targets

    @property
    def samples(self) -> int:
        """Times of which a percentile is taken: minutes, or minutes times draws."""
        return len(self.minutes) * max(int(self.draws.shape[1]), 1)

    def search(self, rows: slice, ranks: NDArray[np.int64], out: NDArray[np.int16], every: NDArray[np.int16]) -> None:
        """Fills `out` (sources of `rows`, targets, ranks) and, if it has rows, `every` (sources, targets, samples)."""
        sources = self.sources.snapped[rows]
        access, direct, egress = self.access(sources), self.direct(sources), self.egress()

        def part(own: slice) -> None:
            several = slice(own.start, own.stop + 1)
            walks = (access[0][several], *access[1:]), (direct[0][several], *direct[1:]), egress
            window = self.minutes, np.int32(self.query.max_trip_s)
            results = ranks, np.empty((self.samples, out.shape[1]), np.int16), out[own], every[own]
            if self.backward == self.query.arrive_by:
                sweep(self.plan, self.state(), self.state(), *walks, self.also, *window, self.draws, *results)
            else:
                profile(self.plan, self.state(), *walks, *window, *results)

        _in_threads(part, len(out))

    def state(self) -> State:
        return new_state(len(self.plan.boarding_start) - 1, len(self.plan.stop), max(self.query.max_rides, 1))

    def direct(self, sources: Snapped) -> Walks:
        """Of each source the targets it can walk to."""
        return self._walks(sources, self.targets.snapped, self.query.direct_s)

    def egress(self) -> Walks:
        """Of each stop the targets near it."""
        query = self.query
        limit = query.access_s if self.backward else query.egress_s
        return self.targets.walked(self.plan, query.walk_speed_ms, limit, to_stops=self.backward)

    def access(self, sources: Snapped) -> Walks:
        """Of each source its stops, nearest first."""
        served = np.flatnonzero(self.network.timetable.served)
        if self.query.max_rides == 0:
            served = served[:0]
        limit = self.query.egress_s if self.backward else self.query.access_s
        start, row, seconds = self._walks(sources, self.network.stop_places[served], limit)
        return start, served[row].astype(np.int32), seconds

    def _walks(self, sources: Snapped, targets: Snapped, limit_s: int) -> Walks:
        network, speed = self.network, self.query.walk_speed_ms
        reach_m = (limit_s + 1) * speed
        links = walks(network.streets, network.person, sources, targets, reach_m, backward=self.backward)
        return timed(nearest_first(links), speed, limit_s)


def question(
    network: TransitNetwork, origins: Places, destinations: Places, query: TravelQuery, *, turned: bool = False
) -> Question:
    """`turned`: searched from the other side, destinations where the minutes are those of departure; the same answer.

    InvalidQueryError when the network is of another day, or a walk of the query is longer than those known.
    """
    backward = query.arrive_by != turned
    limit_m = max(LIMIT_M, (query.access_s if backward else query.egress_s) * query.walk_speed_ms)
    sources, targets = (destinations, origins) if backward else (origins, destinations)
    here, there = _linked(network, sources, 0.0), _linked(network, targets, limit_m)
    if any(isinstance(one, LinkedPlaces) and one.network is not network for one in (origins, destinations)):
        raise InvalidQueryError("places", "of another network")
    if there.limit_m < limit_m:
        raise InvalidQueryError("access_s" if backward else "egress_s", limit_m / query.walk_speed_ms)
    minutes = -query.minutes[::-1] if query.arrive_by else query.minutes
    plan = plan_of(network, query, backward=backward)
    draws = draw(network.timetable, query, backward=query.arrive_by)
    also = np.unique(plan.stop[np.repeat(plan.headway > 0, np.diff(plan.first))]).astype(np.int32)
    return Question(network, query, here, there, plan, np.ascontiguousarray(minutes), draws, also, backward)


def is_turned(network: TransitNetwork, origins: Places, destinations: Places, query: TravelQuery) -> bool:
    """Whether the search from the other side is the faster one. With headways it can't be made."""
    if network.timetable.pattern_headway.any():
        return False
    from_sources, from_targets = (destinations, origins) if query.arrive_by else (origins, destinations)
    return len(from_targets) * TURNED_COST < len(from_sources)


def _linked(network: TransitNetwork, places: Places, limit_m: float) -> LinkedPlaces:
    return places if isinstance(places, LinkedPlaces) else link_places(network, places, limit_m=limit_m)


def _in_threads(work: Any, count: int) -> None:
    """`work` on small runs of rows side by side: far places are searched faster than those in the middle."""
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    bounds = np.linspace(0, count, min(4 * threads, count) + 1).astype(int)
    runs = [slice(int(a), int(b)) for a, b in pairwise(bounds) if b > a]
    if len(runs) < 2 or threads < 2:
        for run in runs:
            work(run)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, runs))
