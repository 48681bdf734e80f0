"""From the labels of a search back to the rides that made them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtfs.routing.plan import Plan
from gtfs.routing.raptor import NEVER, State


@dataclass(frozen=True, slots=True)
class Ride:
    """In the plan's own direction."""

    pattern: int
    board: int
    """Position."""
    alight: int
    trip: int
    """Row of the pattern's trips; of a headway, when its vehicle left its first stop."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Rides with the walks before, between and after them: one walk more than there are rides."""

    rides: tuple[Ride, ...]
    walks_s: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Trace:
    plan: Plan
    state: State
    access: dict[int, int]
    """Seconds from the origin to the stops near it."""
    minute: int

    def chain(self, stop: int, walk_s: int, arrival: int) -> Chain:
        """The rides of which the last ends at the stop, from where a walk leads to the destination by `arrival`."""
        rides: list[Ride] = []
        walks = [walk_s]
        k, time = self._fewest(len(self.state.arrived) - 1, stop), arrival - walk_s
        while True:
            ride, walk, before = self._ride(k, stop, time)
            rides.append(ride)
            walks.append(walk)
            if before < 0:
                return Chain(tuple(reversed(rides)), tuple(reversed(walks)))
            k, stop, time = self._fewest(k - 1, before), before, int(self.state.arrived[k - 1, before])

    def _fewest(self, k: int, stop: int) -> int:
        """The smallest number of rides, less one, with which the stop is reached as early as with k + 1."""
        labels = self.state.arrived[: k + 1, stop]
        return int(np.argmax(labels == labels[-1]))

    def _ride(self, k: int, stop: int, time: int) -> tuple[Ride, int, int]:
        """A ride that ends at the stop at that time, of all the one with the shortest walk to it: that walk, and the
        stop it comes from, -1 for the origin."""
        plan = self.plan
        found: list[tuple[int, int, Ride, int]] = []
        for alight in np.flatnonzero((plan.stop == stop) & plan.leave).tolist():
            q = int(np.searchsorted(plan.first, alight, side="right")) - 1
            for trip in self._trips(q, alight, time):
                for board in range(int(plan.first[q]), alight):
                    if self._boards(board):
                        by = self._walk_to(k, int(plan.stop[board]), self._latest(q, board, trip))
                        if by is not None:
                            found.append((by[0], -board, Ride(q, board, alight, trip), by[1]))
        walk, _, ride, before = min(found, key=lambda one: one[:2])
        return ride, walk, before

    def _boards(self, position: int) -> bool:
        stop = self.plan.stop[position]
        return position in self.plan.boarding[self.plan.boarding_start[stop] : self.plan.boarding_start[stop + 1]]

    def _trips(self, q: int, position: int, time: int) -> list[int]:
        """Of the pattern, those that are at the position at that time."""
        plan = self.plan
        first, last = int(plan.first[q]), int(plan.first[q + 1])
        if plan.headway[q]:
            return [time - int(plan.alight[plan.call[q] + position - first])]
        times = plan.alight[plan.call[q] : plan.call[q + 1]].reshape(-1, last - first)[:, position - first]
        return [int(trip) for trip in np.flatnonzero(times == time)]

    def _latest(self, q: int, position: int, trip: int) -> int:
        """When one must stand at the position for the trip."""
        plan = self.plan
        at = int(plan.call[q]) + (position - int(plan.first[q])) * int(plan.trips[q])
        if not plan.headway[q]:
            return int(plan.board[at + trip])
        half = int(plan.headway[q]) // 2
        begins = int(plan.span[q, 0]) + half <= trip < int(plan.span[q, 1])
        return trip - half + int(plan.board[at]) if begins else -int(NEVER)

    def _walk_to(self, k: int, stop: int, latest: int) -> tuple[int, int] | None:
        """Seconds of the shortest walk that is there in time, and the stop it comes from (-1: the origin)."""
        ways: list[tuple[int, int]] = []
        if stop in self.access and self.minute + self.access[stop] <= latest:
            ways.append((self.access[stop], -1))
        if k > 0:
            near = self._near[stop]
            ways += [(walk, other) for other, walk in near if int(self.state.arrived[k - 1, other]) + walk <= latest]
        return min(ways, default=None)

    @property
    def _near(self) -> "_Near":
        return _Near(self.plan)


@dataclass(frozen=True, slots=True)
class _Near:
    plan: Plan

    def __getitem__(self, stop: int) -> list[tuple[int, int]]:
        """Stops from which one walks to this one, itself included, with the seconds."""
        rows = np.flatnonzero(self.plan.walk_stop == stop)
        origin = np.searchsorted(self.plan.walk_start, rows, side="right") - 1
        return [
            (stop, int(self.plan.again_s[stop])),
            *zip(origin.tolist(), self.plan.walk_s[rows].tolist(), strict=True),
        ]


def best_stop(arrived: NDArray[np.int32], stops: NDArray[np.int64], seconds: NDArray[np.int32]) -> tuple[int, int]:
    """Row of `stops` from which the destination is reached first, with fewest rides among equals; and the arrival."""
    if not len(stops):
        return -1, int(NEVER)
    total = arrived[:, stops].astype(np.int64) + seconds
    first = int(total[-1].min())
    k = int(np.argmax((total == first).any(axis=1)))
    return int(np.argmax(total[k] == first)), first
