"""Travel times between places, door to door, by minute and as percentiles over the window."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gtfs.routing.network import TransitNetwork
from gtfs.routing.place import Places
from gtfs.routing.query import TravelQuery
from gtfs.routing.question import is_turned, question

UNREACHED: Final = 32_767
"""Larger than any time: `seconds < cutoff` needs no second look."""
CHUNK: Final = 256
"""Origins that are searched between two words of progress."""
_CHUNK_BYTES: Final = 64_000_000
Progress = Callable[[int, int], None]
"""Called with how many of the places searched from (origins, or few destinations) are done, and of how many."""


@dataclass(frozen=True, eq=False)
class TravelTimes:
    """Of n origins to m destinations."""

    query: TravelQuery
    seconds: NDArray[np.int16]
    """(n, m, percentiles): seconds from the minute of departure to arrival; UNREACHED beyond max_trip_s."""
    origin_snap_m: NDArray[np.float64]
    """(n,): metres to the street (walked, and in the times); NaN where no street is near."""
    destination_snap_m: NDArray[np.float64]
    """(m,)"""

    @property
    def minutes(self) -> NDArray[np.int16]:
        """Whole minutes begun and completed: 14:59 is 14, so that `minutes < 15` is `seconds < 900`, as R5 counts."""
        return np.where(self.seconds == UNREACHED, UNREACHED, self.seconds // 60).astype(np.int16)


@dataclass(frozen=True, eq=False)
class MinuteTimes:
    """Every minute of the window, for some of the pairs."""

    origins: slice
    destinations: slice
    seconds: NDArray[np.int16]
    """(origins, destinations, minutes): minutes of the window ascending (`TravelQuery.minutes`), each repeated for its
    draws where the network has headways; UNREACHED beyond max_trip_s."""


def travel_times(
    network: TransitNetwork,
    origins: Places,
    destinations: Places,
    query: TravelQuery,
    *,
    progress: Progress | None = None,
) -> TravelTimes:
    """Percentiles of the travel time from every origin to every destination; the same answer on any number of cores.

    Many origins to few destinations are searched from the destinations, with the same answer.

    Where nothing runs at all this is the walk. InvalidQueryError when the network is of another day, or a walk of the
    query is longer than those known.
    """
    asked = question(network, origins, destinations, query, turned=is_turned(network, origins, destinations, query))
    out = np.full((len(asked.sources), len(asked.targets), len(query.percentiles)), UNREACHED, np.int16)
    ranks, nothing = query.ranks(asked.samples), np.empty((0, 0, 0), np.int16)
    for rows in _chunks(len(out), CHUNK):
        asked.search(rows, ranks, out[rows], nothing)
        if progress is not None:
            progress(rows.stop, len(out))
    seconds = np.ascontiguousarray(out.swapaxes(0, 1)) if asked.backward else out
    return TravelTimes(query, seconds, asked.origins.snapped.distance_m, asked.destinations.snapped.distance_m)


def minute_times(
    network: TransitNetwork, origins: Places, destinations: Places, query: TravelQuery
) -> Iterator[MinuteTimes]:
    """The time of every minute, some origins at a time: memory stays flat however many there are.

    With `arrive_by` the minutes are those of arrival, and it is the destinations that come some at a time.
    """
    asked = question(network, origins, destinations, query)
    none = np.zeros(0, np.int64)
    size = max(_CHUNK_BYTES // (2 * max(len(asked.targets), 1) * asked.samples), 1)
    for rows in _chunks(len(asked.sources), min(size, CHUNK)):
        count = rows.stop - rows.start
        every = np.full((count, len(asked.targets), asked.samples), UNREACHED, np.int16)
        asked.search(rows, none, np.empty((count, len(asked.targets), 0), np.int16), every)
        if query.arrive_by:
            # The mirror has the last minute first, but each minute's draws in their order.
            by_draw = every.swapaxes(0, 1).reshape(len(asked.targets), count, len(asked.minutes), -1)[:, :, ::-1]
            seconds = np.ascontiguousarray(by_draw).reshape(len(asked.targets), count, -1)
            yield MinuteTimes(slice(0, len(asked.targets)), rows, seconds)
        else:
            yield MinuteTimes(rows, slice(0, len(asked.targets)), every)


def _chunks(count: int, size: int) -> Iterator[slice]:
    return (slice(start, min(start + size, count)) for start in range(0, count, size))


def warm() -> None:
    """Compiles or loads the searches, so that the first question of a person doesn't wait for it."""
    from gtfs.routing.rehearsal import ask_everything

    ask_everything()
