"""Travel times between places, door to door, by minute and as percentiles over the window."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gtfs.routing.network import TransitNetwork
from gtfs.routing.place import LinkedPlaces
from gtfs.routing.query import TravelQuery

UNREACHED: Final = 32_767
"""Larger than any time: `seconds < cutoff` needs no second look."""
Places = NDArray[np.float64] | LinkedPlaces
"""(n, 2) longitude and latitude, or places linked before (`link_places`), which saves the walks of destinations."""
Progress = Callable[[int, int], None]
"""Called with how many origins are done and of how many."""


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
    """Every minute of the window, for some of the origins."""

    origins: slice
    """Which of the origins."""
    seconds: NDArray[np.int16]
    """(origins, m, minutes): minutes of the window ascending (`TravelQuery.minutes`), each repeated for its draws
    where the network has headways; UNREACHED beyond max_trip_s."""


def travel_times(
    network: TransitNetwork,
    origins: Places,
    destinations: Places,
    query: TravelQuery,
    *,
    progress: Progress | None = None,
) -> TravelTimes:
    """Percentiles of the travel time from every origin to every destination; the same answer on any number of cores.

    Few destinations and many origins are searched backward from the destinations, with the same result.
    InvalidQueryError when the network is of another day, or `transfer_s` reaches further than its transfers.
    """
    raise NotImplementedError


def minute_times(
    network: TransitNetwork, origins: Places, destinations: Places, query: TravelQuery
) -> Iterator[MinuteTimes]:
    """The time of every minute, some origins at a time: memory stays flat however many there are."""
    raise NotImplementedError


def warm() -> None:
    """Compiles or loads the searches, so that the first question of a person doesn't wait for it."""
    raise NotImplementedError
