"""Patterns: trips of one route with the same stops, in rows that never overtake each other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtfs.routing.call_time import Calls
from gtfs.routing.run import Run


@dataclass(frozen=True, eq=False)
class Pattern:
    route: int
    runs: tuple[Run, ...]
    """In the order of time; one run where it has a headway."""
    stop: NDArray[np.int32]
    board: NDArray[np.bool_]
    alight: NDArray[np.bool_]
    arrival: NDArray[np.int32]
    """(runs, stops)"""
    departure: NDArray[np.int32]
    """(runs, stops)"""


def patterns(told: Iterable[Run], route: NDArray[np.int32], calls: Calls) -> list[Pattern]:
    """`route`: of every trip. In the order in which the first run of each is told."""
    groups: dict[tuple[int, bytes], list[Run]] = {}
    for run in told:
        rows = _rows(calls, run)
        same = calls.stop[rows].tobytes() + calls.board[rows].tobytes() + calls.alight[rows].tobytes()
        groups.setdefault((int(route[run.trip]), same), []).append(run)
    made: list[Pattern] = []
    for (line, _), group in groups.items():
        timed = [run for run in group if not run.headway_s]
        made += (_pattern(line, chain, calls) for chain in _chains(timed, calls))
        made += (_pattern(line, [run], calls) for run in group if run.headway_s)
    return made


def _rows(calls: Calls, run: Run) -> slice:
    return slice(int(calls.trip_start[run.trip]), int(calls.trip_start[run.trip + 1]))


def _times(run: Run, calls: Calls) -> NDArray[np.int32]:
    """(2 * stops,): arrivals, then departures."""
    rows = _rows(calls, run)
    return np.concatenate([calls.arrival[rows], calls.departure[rows]]) + np.int32(run.shift_s)


def _chains(runs: Sequence[Run], calls: Calls) -> list[list[Run]]:
    """As few rows as first fit finds in which every trip is nowhere earlier than the trip before it."""
    times = [_times(run, calls) for run in runs]
    chains: list[list[Run]] = []
    last: list[NDArray[np.int32]] = []
    for row in sorted(range(len(runs)), key=lambda row: times[row].tolist()):
        for chain, before in enumerate(last):
            if (before <= times[row]).all():
                chains[chain].append(runs[row])
                last[chain] = times[row]
                break
        else:
            chains.append([runs[row]])
            last.append(times[row])
    return chains


def _pattern(route: int, chain: Sequence[Run], calls: Calls) -> Pattern:
    rows = _rows(calls, chain[0])
    times = np.stack([_times(run, calls) for run in chain])
    count = rows.stop - rows.start
    board, alight = calls.board[rows].copy(), calls.alight[rows].copy()
    board[-1] = alight[0] = False
    return Pattern(route, tuple(chain), calls.stop[rows], board, alight, times[:, :count], times[:, count:])
