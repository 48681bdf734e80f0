"""Walks that nobody needs: where staying on board and getting off later is never slower, on any trip of the day.

Whoever can get off at a stop can stay on the same trip, and has the same number of rides. So a walk from a stop to
some place is left out when for every trip that calls at the stop a later stop of that trip has a walk with which one
is there as early. Nothing changes but the number of walks; the rest are those a best journey may use.
"""

import numpy as np
from numpy.typing import NDArray

from geo.network.compiled import compiled
from gtfs.routing.walk import Walks


def needed_walks(
    alight: NDArray[np.int32],
    first: NDArray[np.int32],
    call: NDArray[np.int64],
    stop: NDArray[np.int32],
    leave: NDArray[np.bool_],
    walks: Walks,
    places: int,
    *,
    again_s: NDArray[np.int32] | None = None,
) -> Walks:
    """Of `walks` (by stop, nearest first, to so many places) the needed ones; the arrays are those of a Plan.

    `again_s`: the places are the stops themselves, and boarding at the same stop, which takes so much, goes without
    saying.
    """
    start, place, seconds = walks
    by_stop = np.repeat(np.arange(len(start) - 1, dtype=np.int32), np.diff(start))
    order = np.argsort(place, kind="stable")
    by_place = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=places))]).astype(np.int64)
    leaving = np.flatnonzero(leave)
    leaving = leaving[np.argsort(stop[leaving], kind="stable")].astype(np.int32)
    leaving_start = np.searchsorted(stop[leaving], np.arange(len(start))).astype(np.int64)
    pattern = np.repeat(np.arange(len(first) - 1, dtype=np.int32), np.diff(first))
    keep = np.zeros(len(place), np.bool_)
    keep[order] = _needed(
        alight,
        first,
        call,
        stop,
        pattern,
        leaving_start,
        leaving,
        by_place,
        by_stop[order],
        seconds[order],
        np.zeros(0, np.int32) if again_s is None else again_s,
    )
    before = np.concatenate([[0], np.cumsum(keep)])
    return before[start].astype(np.int64), place[keep], seconds[keep]


@compiled
def _needed(alight, first, call, stop, pattern, leaving_start, leaving, start, walk_stop, walk_s, again_s):  # type: ignore[no-untyped-def]
    """By place; for each trip from its last call on, the calls from which one is there before those after them."""
    keep = np.zeros(len(walk_stop), np.bool_)
    row = np.full(len(leaving_start), -2, np.int64)
    near = np.empty(len(leaving), np.int32)
    for j in range(len(start) - 1):
        count = 0
        for x in range(start[j], start[j + 1]):
            row[walk_stop[x]] = x
            count = _leave(leaving_start, leaving, walk_stop[x], near, count)
        if len(again_s):
            row[j] = -1
            count = _leave(leaving_start, leaving, j, near, count)
        positions = np.sort(near[:count])
        end = count
        while end > 0:
            q = pattern[positions[end - 1]]
            begin = end - 1
            while begin > 0 and pattern[positions[begin - 1]] == q:
                begin -= 1
            stops = first[q + 1] - first[q]
            for t in range((call[q + 1] - call[q]) // stops):
                best = np.int64(2**40)
                for i in range(end - 1, begin - 1, -1):
                    x = row[stop[positions[i]]]
                    there = alight[call[q] + t * stops + positions[i] - first[q]]
                    there += np.int64(walk_s[x] if x >= 0 else again_s[j])
                    if there < best:
                        best = there
                        if x >= 0:
                            keep[x] = True
            end = begin
        for x in range(start[j], start[j + 1]):
            row[walk_stop[x]] = -2
        if len(again_s):
            row[j] = -2
    return keep


@compiled
def _leave(leaving_start, leaving, stop, near, count):  # type: ignore[no-untyped-def]
    for y in range(leaving_start[stop], leaving_start[stop + 1]):
        near[count] = leaving[y]
        count += 1
    return count
