"""Earliest arrivals the slow way: Dijkstra over every event, one departure at a time, nothing kept between them."""

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

NEVER = math.inf


@dataclass(frozen=True)
class Call:
    stop: int
    arrival: int
    departure: int
    board: bool = True
    alight: bool = True


@dataclass(frozen=True)
class PlainTown:
    """Stops and places stand at metres along a street."""

    stops: Sequence[float]
    trips: Sequence[Sequence[Call]]
    speed: float = 1.3
    wait: int = 60
    access: int = 1800
    egress: int = 1800
    transfer: int = 770
    direct: int = 1800
    max_rides: int = 8
    max_trip: int = 7200
    least: Mapping[tuple[int, int], float] = field(default_factory=dict)
    """Seconds from arrival at one stop to departure at another or the same, NEVER where one can't change."""

    def arrival(self, origin: float, destination: float, minute: int) -> float:
        """When somebody who leaves at `minute` is there; NEVER beyond the longest trip."""
        walk = self._walk(origin, destination)
        best: float = minute + walk if walk <= self.direct else NEVER
        heap: list[tuple[float, int, int]] = []

        def ride(ready: float, stop: int, rides: int) -> None:
            if rides < self.max_rides:
                for there in self._rides(ready, stop):
                    heapq.heappush(heap, (there.arrival, rides + 1, there.stop))

        for stop, x in enumerate(self.stops):
            if self._walk(origin, x) <= self.access:
                ride(minute + self._walk(origin, x) + self.wait, stop, 0)
        seen = set()
        while heap:
            now, rides, stop = heapq.heappop(heap)
            if (rides, stop) in seen:
                continue
            seen.add((rides, stop))
            out = self._walk(self.stops[stop], destination)
            best = min(best, now + out) if out <= self.egress else best
            for other, x in enumerate(self.stops):
                walk = self._walk(self.stops[stop], x)
                if other == stop or walk <= self.transfer:
                    ride(now + max(walk + self.wait, self.least.get((stop, other), 0)), other, rides)
        return best if best - minute <= self.max_trip else NEVER

    def departure(self, origin: float, destination: float, deadline: int) -> float:
        """The last moment to leave so as to be there by `deadline`; -NEVER when it is too long before."""
        moments = {deadline - self._walk(origin, destination)}
        for trip in self.trips:
            for call in trip:
                moments.add(call.departure - self.wait - self._walk(origin, self.stops[call.stop]))
        good = [
            m for m in moments if deadline - m <= self.max_trip and self.arrival(origin, destination, m) <= deadline
        ]
        return max(good, default=-NEVER)

    def _rides(self, ready: float, stop: int) -> list[Call]:
        """Where one gets with what leaves the stop then or later."""
        return [
            there
            for trip in self.trips
            for at, call in enumerate(trip)
            if call.stop == stop and call.board and ready <= call.departure
            for there in trip[at + 1 :]
            if there.alight
        ]

    def _walk(self, start: float, end: float) -> int:
        return math.floor(abs(end - start) / self.speed + 0.5)
