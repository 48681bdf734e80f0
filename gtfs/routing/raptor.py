"""Compiled range-RAPTOR: labels by stop and number of rides, kept from the later departures to the earlier ones.

After Delling, Pajor and Werneck, "Round-Based Public Transit Routing" (2015), with two changes. A position of a
pattern remembers the earliest trip that passes it for every number of rides, as in trip-based routing (Witt 2015): a
boarding that brings no earlier trip costs one look, and a ride ends where an earlier one has been. And a label holds
for all larger numbers of rides, so that nothing is copied between rounds or minutes.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.network.compiled import compiled

NEVER = np.int32(2**30)


class State(NamedTuple):
    """Labels and lists of one search; K is the largest number of rides. By rounds: one round's labels fit the cache."""

    arrived: NDArray[np.int32]
    """(K, S): earliest arrival by vehicle with at most k + 1 rides."""
    ready: NDArray[np.int32]
    """(K, S): earliest moment at the stop, on foot from the origin or after at most k rides and a walk."""
    reached: NDArray[np.int32]
    """(K, P): earliest trip that passes the position with at most k + 1 rides; of a headway, when it began."""
    board_list: NDArray[np.int32]
    """(S,): stops where `ready` is new in this round."""
    arrive_list: NDArray[np.int32]
    """(S,): stops where `arrived` is new in this round."""
    change_list: NDArray[np.int32]
    """(S,): stops where the best arrival is new since the minute began."""
    marks: NDArray[np.bool_]
    """(3, S): who is in which of the lists."""


def new_state(stops: int, positions: int, rides: int) -> State:
    stations = [np.full((rides, stops), NEVER, np.int32) for _ in range(2)]
    lists = [np.zeros(stops, np.int32) for _ in range(3)]
    reached = np.full((rides, positions), NEVER, np.int32)
    return State(stations[0], stations[1], reached, lists[0], lists[1], lists[2], np.zeros((3, stops), np.bool_))


@compiled
def clear(state):  # type: ignore[no-untyped-def]
    state.arrived[:] = NEVER
    state.ready[:] = NEVER
    state.reached[:] = NEVER


@compiled
def depart(plan, state, access_stop, access_s, minute, deadline, draw, also):  # type: ignore[no-untyped-def]
    """Everything reached by leaving at `minute`, on top of what later departures reached; nothing after `deadline`.

    `draw` (Q,): the moment from which a headway's trips are counted, NEVER where it doesn't run; empty: wait half a
    headway. `also`: stops where trips are new, so that they are boarded even if nobody comes earlier. Returns how many
    stops of `change_list` have a new best arrival.
    """
    standing = _set_out(state, access_stop, access_s, minute, deadline)
    return _rounds(plan, state, 0, standing, 0, deadline, draw, also)


@compiled
def take(plan, state, q, position, trip, deadline):  # type: ignore[no-untyped-def]
    """The same for one boarding only, of a trip as the first ride."""
    arrivals = _ride(
        plan.alight, plan.call[q] - plan.first[q] + np.int64(trip) * (plan.first[q + 1] - plan.first[q]), 0, plan.stop,
        plan.leave, position, plan.first[q + 1], np.int32(trip), 0, deadline, state.arrived, state.reached,
        state.marks, state.arrive_list, 0,
    )  # fmt: skip
    changed = _changes(state, arrivals, 0)
    standing = _walk(plan, state, 0, deadline, arrivals) if len(state.ready) > 1 else 0
    none = np.empty(0, np.int32)
    return _rounds(plan, state, 1, standing, changed, deadline, none, none)


@compiled
def _rounds(plan, state, k, standing, changed, deadline, draw, also):  # type: ignore[no-untyped-def]
    """Ride after ride from the stops of `board_list`. Returns the size of `change_list`, whose marks it takes away."""
    rides = len(state.ready)
    while k < rides and (standing > 0 or len(also) > 0):
        standing = _marked(state, also, k, deadline, standing)
        arrivals = _board(plan, state, k, deadline, draw, standing)
        changed = _changes(state, arrivals, changed)
        standing = _walk(plan, state, k, deadline, arrivals) if k + 1 < rides else 0
        k += 1
    for i in range(changed):
        state.marks[2, state.change_list[i]] = False
    return changed


@compiled
def _set_out(state, access_stop, access_s, minute, deadline):  # type: ignore[no-untyped-def]
    """From the origin to the stops near it. Returns the size of `board_list`."""
    ready, board_list, marks = state.ready, state.board_list, state.marks
    count = 0
    for i in range(len(access_stop)):
        s = access_stop[i]
        now = minute + access_s[i]
        if now > deadline:
            break
        if now < ready[0, s]:
            _lower(ready, 0, s, now)
            marks[0, s] = True
            board_list[count] = s
            count += 1
    return count


@compiled
def _lower(labels, k, column, value):  # type: ignore[no-untyped-def]
    """What holds for k holds for all larger numbers."""
    for r in range(k, len(labels)):
        if labels[r, column] <= value:
            break
        labels[r, column] = value


@compiled
def _marked(state, also, k, deadline, count):  # type: ignore[no-untyped-def]
    for s in also:
        if state.ready[k, s] <= deadline and not state.marks[0, s]:
            state.marks[0, s] = True
            state.board_list[count] = s
            count += 1
    return count


@compiled
def _board(plan, state, k, deadline, draw, standing):  # type: ignore[no-untyped-def]
    """Boards at every stop of `board_list` what is earlier than the trips known there. Returns the size of
    `arrive_list`."""
    ready, arrived, reached = state.ready, state.arrived, state.reached
    board_list, arrive_list, marks = state.board_list, state.arrive_list, state.marks
    start, boarding, pattern, alight = plan.boarding_start, plan.boarding, plan.boarding_pattern, plan.alight
    first, call, headway, stop, leave = plan.first, plan.call, plan.headway, plan.stop, plan.leave
    board, trips, span = plan.board, plan.trips, plan.span
    arrivals = 0
    for b in range(standing):
        at = board_list[b]
        marks[0, at] = False
        now = ready[k, at]
        for x in range(start[at], start[at + 1]):
            position, q = boarding[x], pattern[x]
            known = reached[k, position]
            begin, last = first[q], first[q + 1]
            row, later = call[q] - begin, 0
            if headway[q] == 0:
                trip = _trip(board, call[q] + np.int64(position - begin) * trips[q], trips[q], now, known)
                row += np.int64(trip) * (last - begin)
            else:
                earliest = now - board[call[q] + position - begin]
                later = trip = _begin(earliest, headway[q], span[q, 0], span[q, 1], draw, q)
            if trip >= known:
                continue
            arrivals = _ride(
                alight, row, later, stop, leave, position, last, trip, k, deadline, arrived, reached, marks,
                arrive_list, arrivals,
            )  # fmt: skip
    return arrivals


@compiled
def _ride(  # type: ignore[no-untyped-def]
    alight, row, later, stop, leave, position, last, trip, k, deadline, arrived, reached, marks, arrive_list, arrivals
):  # fmt: skip
    """From a position on until an earlier trip has been there or it is too late. Returns the size of `arrive_list`."""
    _lower(reached, k, position, trip)
    for i in range(position + 1, last):
        arrival = alight[row + i] + later
        if arrival > deadline:
            break
        s = stop[i]
        if arrival < arrived[k, s] and leave[i]:
            _lower(arrived, k, s, arrival)
            if not marks[1, s]:
                marks[1, s] = True
                arrive_list[arrivals] = s
                arrivals += 1
        if reached[k, i] <= trip:
            break
        _lower(reached, k, i, trip)
    return arrivals


@compiled
def _trip(board, column, trips, now, known):  # type: ignore[no-untyped-def]
    """The first trip of those before `known` that can be boarded; NEVER when there is none."""
    if known < trips:
        trip = known
        while trip > 0 and board[column + trip - 1] >= now:
            trip -= 1
        return trip
    if board[column + trips - 1] < now:
        return NEVER
    low, high = np.int32(0), trips - np.int32(1)
    while low < high:
        middle = (low + high) >> 1
        if board[column + middle] >= now:
            high = middle
        else:
            low = middle + np.int32(1)
    return low


@compiled
def _begin(earliest, headway, opens, closes, draw, q):  # type: ignore[no-untyped-def]
    """When the first vehicle of a headway that can be boarded leaves (or left) its first stop."""
    if len(draw) == 0:
        begin = max(earliest, opens) + headway // 2
    elif draw[q] == NEVER:
        return NEVER
    else:
        begin = draw[q]
        if earliest > begin:
            begin += (earliest - begin + headway - 1) // headway * headway
    return begin if begin < closes else NEVER


@compiled
def _changes(state, arrivals, changed):  # type: ignore[no-untyped-def]
    for i in range(arrivals):
        s = state.arrive_list[i]
        state.marks[1, s] = False
        if not state.marks[2, s]:
            state.marks[2, s] = True
            state.change_list[changed] = s
            changed += 1
    return changed


@compiled
def _walk(plan, state, k, deadline, arrivals):  # type: ignore[no-untyped-def]
    """From every stop of `arrive_list` to itself and to those near it. Returns the size of `board_list`."""
    arrived, ready = state.arrived[k], state.ready
    arrive_list, board_list, marks = state.arrive_list, state.board_list, state.marks
    start, stop, seconds, again = plan.walk_start, plan.walk_stop, plan.walk_s, plan.again_s
    there = ready[k + 1]
    count = 0
    for i in range(arrivals):
        at = arrive_list[i]
        now = arrived[at]
        here = now + again[at]
        if here < there[at] and here <= deadline:
            _lower(ready, k + 1, at, here)
            if not marks[0, at]:
                marks[0, at] = True
                board_list[count] = at
                count += 1
        for x in range(start[at], start[at + 1]):
            then = now + seconds[x]
            s = stop[x]
            if then < there[s] and then <= deadline:
                _lower(ready, k + 1, s, then)
                if not marks[0, s]:
                    marks[0, s] = True
                    board_list[count] = s
                    count += 1
    return count
