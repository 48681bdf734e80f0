"""A timetable and its walks as the searches read them, forward in time or backward.

Backward is the same search in a mirror: times are negated and every pattern runs from its last stop to its first, so
that arrivals are departures, the walk from the last stop is the walk to the first one, and who waits still waits.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.network import Links
from gtfs.errors import InvalidQueryError
from gtfs.routing.network import TransitNetwork
from gtfs.routing.query import TravelQuery
from gtfs.routing.stay import needed_walks
from gtfs.routing.timetable import RoutingTimetable
from gtfs.routing.transfer import followed
from gtfs.routing.walk import Walks, timed

KEPT_PLANS: Final = 4


class Plan(NamedTuple):
    """Arrays only, for compiled code. Positions are those of the timetable; in a mirror each pattern's are reversed."""

    board: NDArray[np.int32]
    """(calls,), by pattern, position and trip: the latest moment to be at the stop for the trip, waiting included."""
    alight: NDArray[np.int32]
    """(calls,), by pattern, trip and position: when one stands at the stop."""
    first: NDArray[np.int32]
    """(Q + 1,): positions of pattern q are first[q]:first[q + 1]."""
    trips: NDArray[np.int32]
    """(Q,): 1 where there is a headway."""
    call: NDArray[np.int64]
    """(Q + 1,)"""
    headway: NDArray[np.int32]
    """(Q,): 0 where trips are timetabled."""
    span: NDArray[np.int32]
    """(Q, 2): with a headway, when the first leaves its first stop (at the earliest), and from when none does."""
    stop: NDArray[np.int32]
    """(P,): stop of each position."""
    leave: NDArray[np.bool_]
    """(P,): one may alight."""
    boarding_start: NDArray[np.int32]
    """(S + 1,): one may board at stop s at positions boarding[boarding_start[s]:boarding_start[s + 1]]."""
    boarding: NDArray[np.int32]
    boarding_pattern: NDArray[np.int32]
    walk_start: NDArray[np.int64]
    """(S + 1,): transfers, nearest first."""
    walk_stop: NDArray[np.int32]
    walk_s: NDArray[np.int32]
    again_s: NDArray[np.int32]
    """(S,): what boarding again at the same stop takes longer than the least wait; NEVER_S where it can't be done."""

    def needed(self, walks: Walks, places: int, *, to_stops: bool = False) -> Walks:
        """Of walks from stops to so many places those that a best journey may use."""
        calls = self.alight, self.first, self.call, self.stop, self.leave
        return needed_walks(*calls, walks, places, again_s=self.again_s if to_stops else None)


def plan_of(network: TransitNetwork, query: TravelQuery, *, backward: bool = False) -> Plan:
    """`build_plan`, or the plan of an earlier query that walked and waited alike."""
    key = (query.day, query.min_wait_s, query.walk_speed_ms, query.transfer_s, backward)
    plan: Plan | None = network.plans.get(key)
    if plan is None:
        plan = build_plan(network, query, backward=backward)
        while len(network.plans) >= KEPT_PLANS:
            network.plans.pop(next(iter(network.plans)), None)
        network.plans[key] = plan
    return plan


def build_plan(network: TransitNetwork, query: TravelQuery, *, backward: bool = False) -> Plan:
    """InvalidQueryError when the network is of another day or its transfers don't reach as far as the query's."""
    table = network.timetable
    if table.day != query.day:
        raise InvalidQueryError("day", query.day.isoformat())
    if query.transfer_s * query.walk_speed_ms > network.limit_m + 1:
        raise InvalidQueryError("transfer_s", query.transfer_s)
    transfers = Links(network.transfer_start, network.transfer_stop, network.transfer_m.astype(np.float64))
    rules = np.asarray(table.transfer_pair), np.asarray(table.transfer_least_s)
    walk, again_s = followed(timed(transfers, query.walk_speed_ms, query.transfer_s), rules, query.min_wait_s)
    if backward:
        walk = _turned(*walk)
    may_board, may_leave = table.position_board, table.position_alight
    stop, span = np.asarray(table.position_stop), np.asarray(table.pattern_span)
    if backward:
        mirror = mirrored_positions(table)
        may_board, may_leave, stop = may_leave[mirror], may_board[mirror], stop[mirror]
        span = 1 - span[:, ::-1]
    start, boarding = _by_stop(stop, np.asarray(may_board), table.stop_count)
    pattern = np.repeat(np.arange(len(table.pattern_route), dtype=np.int32), np.diff(table.pattern_position))
    arrays = (
        *_calls(table, query.min_wait_s, backward),
        *(table.pattern_position, np.diff(table.pattern_trip), table.pattern_call, table.pattern_headway, span),
        *(stop, may_leave, start, boarding, pattern[boarding], *walk, again_s),
    )
    # Copies: compiled code would know a read-only or a mapped array for another type, and be compiled again.
    plan = Plan(*(np.array(one, dtype=kind, order="C") for one, kind in zip(arrays, _KINDS, strict=True)))
    needed = plan.needed((plan.walk_start, plan.walk_stop, plan.walk_s), table.stop_count, to_stops=True)
    return plan._replace(walk_start=needed[0], walk_stop=needed[1], walk_s=needed[2])


_KINDS = (*[np.int32] * 4, np.int64, *[np.int32] * 3, np.bool_, *[np.int32] * 3, np.int64, *[np.int32] * 3)
"""Of the arrays of a Plan, in their order."""


def mirrored_positions(table: RoutingTimetable) -> NDArray[np.int64]:
    """(P,): the position at whose place each stands when every pattern is turned round."""
    first, last = np.asarray(table.pattern_position[:-1], np.int64), np.asarray(table.pattern_position[1:], np.int64)
    return np.repeat(first + last - 1, last - first) - np.arange(len(table.position_stop))


def _calls(table: RoutingTimetable, wait_s: int, backward: bool) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """`board` and `alight`. In a mirror the last trip is the first and both change places, with their layouts."""
    ready, arrival = np.asarray(table.departure) - np.int32(wait_s), np.asarray(table.arrival)
    if not backward:
        return ready, arrival
    board, alight = np.empty_like(ready), np.empty_like(arrival)
    sizes = zip(np.diff(table.pattern_position).tolist(), np.diff(table.pattern_trip).tolist(), strict=True)
    for (stops, trips), begin in zip(sizes, table.pattern_call[:-1].tolist(), strict=True):
        rows = slice(begin, begin + stops * trips)
        board[rows] = -arrival[rows].reshape(trips, stops)[::-1, ::-1].T.ravel()
        alight[rows] = -ready[rows].reshape(stops, trips)[::-1, ::-1].T.ravel()
    return board, alight


def _by_stop(stop: NDArray[np.int32], may_board: NDArray[np.bool_], count: int) -> tuple[NDArray[np.int32], ...]:
    chosen = np.flatnonzero(may_board)
    order = chosen[np.argsort(stop[chosen], kind="stable")]
    start = np.concatenate([[0], np.cumsum(np.bincount(stop[chosen], minlength=count))])
    return start.astype(np.int32), order.astype(np.int32)


def _turned(start: NDArray[np.int64], stop: NDArray[np.int32], seconds: NDArray[np.int32]) -> Walks:
    count = len(start) - 1
    origin = np.repeat(np.arange(count, dtype=np.int32), np.diff(start))
    order = np.lexsort((origin, seconds, stop))
    turned = np.concatenate([[0], np.cumsum(np.bincount(stop, minlength=count))]).astype(np.int64)
    return turned, origin[order], seconds[order]
