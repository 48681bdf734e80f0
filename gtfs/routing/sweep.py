"""Compiled: from one origin after the other to all destinations, over the minutes of the window from the last on."""

import numpy as np

from geo.network.compiled import compiled
from gtfs.routing.raptor import NEVER, clear, depart

UNREACHED = np.int16(32_767)


@compiled
def sweep(plan, state, spare, access, direct, egress, also, minutes, max_trip, draws, ranks, times, out, every):  # type: ignore[no-untyped-def]
    """Fills `out` (origins, destinations, percentiles), and `every` (origins, destinations, samples) if it has rows.

    `access`: for each origin its stops, nearest first, as (start, stop, seconds); `direct`: the same for destinations
    in a walk; `egress`: for each stop its destinations. `minutes` ascending; `draws` (minutes, draws, Q), without
    draws where nothing is drawn. `times` (samples, destinations) is a workspace.
    """
    access_start, access_stop, access_s = access
    best = np.empty(out.shape[1], np.int32)
    best_drawn = np.empty(out.shape[1], np.int32)
    for o in range(len(out)):
        clear(state)
        best[:] = NEVER
        rows = slice(access_start[o], access_start[o + 1])
        _window(
            plan, state, spare, access_stop[rows], access_s[rows], egress, also, minutes, max_trip, draws,
            best, best_drawn, times,
        )  # fmt: skip
        walk_instead(times, direct[0][o], direct[0][o + 1], direct[1], direct[2], max_trip)
        if len(every):
            every[o] = times.T
        if len(ranks):
            percentiles(times, ranks, out[o])


@compiled
def _window(  # type: ignore[no-untyped-def]
    plan, state, spare, stops, seconds, egress, also, minutes, max_trip, draws, best, best_drawn, times
):  # fmt: skip
    drawn = draws.shape[1]
    half = np.empty(0, np.int32)
    for i in range(len(minutes) - 1, -1, -1):
        minute = minutes[i]
        deadline = minute + max_trip
        if drawn == 0:
            changed = depart(plan, state, stops, seconds, minute, deadline, half, also[:0])
            _arrive(state, changed, egress, deadline, best)
            _keep(best, minute, max_trip, times[i])
            continue
        none = np.full(len(plan.trips), NEVER, np.int32)
        changed = depart(plan, state, stops, seconds, minute, deadline, none, also[:0])
        _arrive(state, changed, egress, deadline, best)
        for d in range(drawn):
            spare.arrived[:], spare.ready[:], spare.reached[:] = state.arrived, state.ready, state.reached
            best_drawn[:] = best
            changed = depart(plan, spare, stops, seconds, minute, deadline, draws[i, d], also)
            _arrive(spare, changed, egress, deadline, best_drawn)
            _keep(best_drawn, minute, max_trip, times[i * drawn + d])


@compiled
def _arrive(state, changed, egress, deadline, best):  # type: ignore[no-untyped-def]
    """Walks from the stops with a new arrival to the destinations near them."""
    start, place, seconds = egress
    arrived, changes = state.arrived[-1], state.change_list
    for c in range(changed):
        s = changes[c]
        now = arrived[s]
        for x in range(start[s], start[s + 1]):
            then = now + seconds[x]
            if then < best[place[x]] and then <= deadline:
                best[place[x]] = then


@compiled
def _keep(best, minute, max_trip, times):  # type: ignore[no-untyped-def]
    for j in range(len(best)):
        took = best[j] - minute
        times[j] = took if took <= max_trip else UNREACHED


@compiled
def walk_instead(times, begin, end, place, seconds, max_trip):  # type: ignore[no-untyped-def]
    for x in range(begin, end):
        if seconds[x] <= max_trip:
            for i in range(len(times)):
                times[i, place[x]] = min(times[i, place[x]], seconds[x])


@compiled
def percentiles(times, ranks, out):  # type: ignore[no-untyped-def]
    """The sample of each rank: times are counted by minutes, and only those of the minute in question are sorted."""
    samples = len(times)
    last = int(UNREACHED) // 60
    count = np.zeros(last + 1, np.int32)
    same = np.empty(samples, np.int16)
    column = np.empty(samples, np.int16)
    for j in range(times.shape[1]):
        least, most = last, 0
        for i in range(samples):
            column[i] = times[i, j]
            minute = column[i] // 60
            count[minute] += 1
            least, most = min(least, minute), max(most, minute)
        before, minute = 0, least
        for p in range(len(ranks)):
            while before + count[minute] <= ranks[p]:
                before += count[minute]
                minute += 1
            out[j, p] = _nth(column, minute, ranks[p] - before, same)
        count[least : most + 1] = 0


@compiled
def _nth(column, minute, rank, same):  # type: ignore[no-untyped-def]
    """Of the times within the minute the one of the rank."""
    size = 0
    for i in range(len(column)):
        if column[i] // 60 == minute:
            at = size
            while at > 0 and same[at - 1] > column[i]:
                same[at] = same[at - 1]
                at -= 1
            same[at] = column[i]
            size += 1
    return same[rank]
