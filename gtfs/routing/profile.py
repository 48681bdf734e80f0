"""Compiled: from all origins to one destination after the other, every minute of the window, in one search each.

The search runs in the mirror, from the destination backward, and begins anew not at whole minutes but at every moment
of arrival that a vehicle makes possible, the earliest first. The first such moment for which one may leave an origin
at a minute or later is the earliest arrival of that minute: the same seconds as a search from that origin. With the
directions changed it answers from one origin to all destinations when the minutes are those of arrival.
"""

import numpy as np

from geo.network.compiled import compiled
from gtfs.routing.raptor import NEVER, clear, take
from gtfs.routing.sweep import UNREACHED, percentiles, walk_instead


@compiled
def profile(plan, state, access, direct, egress, minutes, max_trip, ranks, times, out, every):  # type: ignore[no-untyped-def]
    """As `sweep`, of a plan without headways that runs against the `minutes`."""
    for o in range(len(out)):
        clear(state)
        times[:] = UNREACHED
        rows = slice(access[0][o], access[0][o + 1])
        _moments(plan, state, access[1][rows], access[2][rows], egress, minutes, max_trip, times)
        walk_instead(times, direct[0][o], direct[0][o + 1], direct[1], direct[2], max_trip)
        if len(every):
            every[o] = times.T
        if len(ranks):
            percentiles(times, ranks, out[o])


@compiled
def _moments(plan, state, stops, seconds, egress, minutes, max_trip, times):  # type: ignore[no-untyped-def]
    start, place, walk = egress
    changes = state.change_list
    moment, position, pattern, trip = _boardings(plan, stops, seconds, -minutes[-1] - max_trip, -minutes[0])
    served = np.zeros(times.shape[1], np.int32)
    needed = np.full(times.shape[1], -minutes[0], np.int32)
    last = state.arrived[-1]
    for x in np.argsort(-moment):
        if trip[x] >= state.reached[0, position[x]]:
            continue
        deadline = min(moment[x] + max_trip, -minutes[0])
        changed = take(plan, state, pattern[x], position[x], trip[x], deadline)
        for c in range(changed):
            s = changes[c]
            for y in range(start[s], start[s + 1]):
                there = last[s] + walk[y]
                if there > deadline:
                    break
                if there <= needed[place[y]]:
                    _serve(place[y], there, moment[x], minutes, max_trip, served, needed, times)


@compiled
def _serve(place, there, moment, minutes, max_trip, served, needed, times):  # type: ignore[no-untyped-def]
    """Gives its time to every minute that is served for the first time."""
    i = served[place]
    while i < len(minutes) and there <= -minutes[i]:
        took = -moment - minutes[i]
        times[i, place] = took if took <= max_trip else UNREACHED
        i += 1
    served[place] = i
    needed[place] = -minutes[i] if i < len(minutes) else -NEVER


@compiled
def _boardings(plan, stops, seconds, earliest, latest):  # type: ignore[no-untyped-def]
    """Every boarding near the source with the last moment to set out for it, from `earliest` to `latest`."""
    room = 0
    for s in stops:
        for x in range(plan.boarding_start[s], plan.boarding_start[s + 1]):
            room += plan.trips[plan.boarding_pattern[x]]
    moment, position = np.empty(room, np.int32), np.empty(room, np.int32)
    pattern, trip = np.empty(room, np.int32), np.empty(room, np.int32)
    count = 0
    for i in range(len(stops)):
        s = stops[i]
        for x in range(plan.boarding_start[s], plan.boarding_start[s + 1]):
            at, q = plan.boarding[x], plan.boarding_pattern[x]
            column = plan.call[q] + np.int64(at - plan.first[q]) * plan.trips[q]
            for t in range(plan.trips[q]):
                leaves = plan.board[column + t] - seconds[i]
                if earliest <= leaves <= latest:
                    moment[count], position[count], pattern[count], trip[count] = leaves, at, q, t
                    count += 1
    return moment[:count], position[:count], pattern[:count], trip[:count]
