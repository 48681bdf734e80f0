"""Places on the streets with the stops in walking distance: made once, asked often."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.network import Snapped
from gtfs.routing.network import TransitNetwork


@dataclass(frozen=True, eq=False)
class LinkedPlaces:
    """`n` places. Made with `link_places`; belongs to the network it was made with."""

    lonlat: NDArray[np.float64]
    """(n, 2)"""
    snapped: Snapped
    limit_m: float
    """Walks are known up to here: enough for 1,800 s at 1.3 m/s unless asked otherwise."""
    walk_start: NDArray[np.int64]
    """(S + 1,): on foot between stop s and the places walk_place[walk_start[s]:walk_start[s + 1]]."""
    walk_place: NDArray[np.int32]
    walk_m: NDArray[np.float32]
    """Metres from the stop to the place, the ways between door and street included."""

    def __len__(self) -> int:
        return len(self.lonlat)


def link_places(network: TransitNetwork, lonlat: NDArray[np.float64], *, limit_m: float = 2_340.0) -> LinkedPlaces:
    """Places (n, 2), longitude and latitude, with the walks from every served stop to them."""
    raise NotImplementedError
