"""Timetable and streets together: where the stops lie, and who can walk from one to another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from geo import Text
from geo.network import Person, Snapped, StreetNetwork
from gtfs.feed import Feed
from gtfs.routing.timetable import RoutingTimetable

SNAP_M: Final = 500.0
"""A place or stop further from every street is not reached on foot."""
TRANSFER_M: Final = 1_200.0
"""Walks between stops are made ready up to here: 770 s at up to 1.55 m/s."""
DETOUR: Final = 1.3
"""Walked metres for one metre in a straight line where there are no streets: an assumption."""
ON_STREETS = Text("徒歩は街路網上の距離", "walks follow the street network")
STRAIGHT = Text(
    f"街路網がないため、徒歩は直線距離×{DETOUR}とした", f"no street network: walks are straight lines times {DETOUR}"
)


@dataclass(frozen=True, eq=False)
class TransitNetwork:
    """Built with `build_transit_network`. Arrays are read-only."""

    timetable: RoutingTimetable
    streets: StreetNetwork | None
    person: Person | None
    """Whose ways are open: None is anybody on foot. The speed is the query's."""
    stop_places: Snapped
    """(S,): stops on the streets; without streets `edge` is 0 wherever the stop has coordinates."""
    transfer_start: NDArray[np.int64]
    """(S + 1,): from stop s one can walk to transfer_stop[transfer_start[s]:transfer_start[s + 1]]."""
    transfer_stop: NDArray[np.int32]
    """By stop and nearest first; a stop is no transfer to itself. Only stops served on the day."""
    transfer_m: NDArray[np.float32]
    """Metres, the ways between stop and street at both ends included."""

    @property
    def walking(self) -> Text:
        """How walks were measured, for explanations."""
        return ON_STREETS if self.streets is not None else STRAIGHT

    def save(self, folder: Path) -> None:
        """Timetable and walks; the streets are kept by themselves (`StreetNetwork.save`)."""
        raise NotImplementedError

    @classmethod
    def load(cls, folder: Path, streets: StreetNetwork | None, person: Person | None = None) -> Self:
        """Memory-mapped. `streets` and `person`: what it was built with."""
        raise NotImplementedError


def build_transit_network(
    feeds: Mapping[str, Feed],
    day: date,
    streets: StreetNetwork | None,
    *,
    person: Person | None = None,
    transfer_m: float = TRANSFER_M,
) -> TransitNetwork:
    """See `build_timetable` for errors. `feeds`: any name, such as the layer's, to the feed."""
    raise NotImplementedError
