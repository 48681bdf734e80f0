"""Timetable and streets together: where the stops lie, and who can walk from one to another."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from geo import InvalidLayerError, Text
from geo.network import Links, Person, Snapped, StreetNetwork
from gtfs.feed import Feed
from gtfs.routing.timetable import RoutingTimetable, build_timetable
from gtfs.routing.walk import DETOUR, nearest_first, on_streets, walks

FORMAT: Final = 1

TRANSFER_M: Final = 1_200.0
"""Walks between stops are made ready up to here: 770 s at up to 1.55 m/s."""
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
    limit_m: float
    """Transfers are known up to here."""
    transfer_start: NDArray[np.int64]
    """(S + 1,): from stop s one can walk to transfer_stop[transfer_start[s]:transfer_start[s + 1]]."""
    transfer_stop: NDArray[np.int32]
    """By stop and nearest first; a stop is no transfer to itself. Only stops served on the day."""
    transfer_m: NDArray[np.float32]
    """Metres, the ways between stop and street at both ends included."""

    @cached_property
    def plans(self) -> dict[Any, Any]:
        """What earlier queries made of it (`plan_of`), so that the next one with the same walks needn't."""
        return {}

    @property
    def walking(self) -> Text:
        """How walks were measured, for explanations."""
        return ON_STREETS if self.streets is not None else STRAIGHT

    def save(self, folder: Path) -> None:
        """Timetable and walks; the streets are kept by themselves (`StreetNetwork.save`)."""
        self.timetable.save(folder / "timetable")
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))
        for name in _PLACES:
            np.save(folder / f"stop_{name}.npy", getattr(self.stop_places, name))
        record = {"format": FORMAT, "transfer_m": self.limit_m, "streets": self.streets is not None}
        (folder / "transit.json").write_text(json.dumps(record), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, streets: StreetNetwork | None, person: Person | None = None) -> Self:
        """Memory-mapped. `streets` and `person`: what it was built with. InvalidLayerError when another version kept
        it, or it was built with streets and now there are none."""
        record = json.loads((folder / "transit.json").read_text(encoding="utf-8"))
        if record["format"] != FORMAT or record["streets"] != (streets is not None):
            raise InvalidLayerError(f"transit network of format {record['format']}, this is {FORMAT}")
        arrays = {name: _mapped(folder, name) for name in _ARRAYS}
        places = Snapped(*(_mapped(folder, f"stop_{name}") for name in _PLACES))
        return cls(RoutingTimetable.load(folder / "timetable"), streets, person, places, record["transfer_m"], **arrays)


_ARRAYS = ("transfer_start", "transfer_stop", "transfer_m")
_PLACES = ("edge", "offset_m", "distance_m", "lonlat")


def build_transit_network(
    feeds: Mapping[str, Feed],
    day: date,
    streets: StreetNetwork | None,
    *,
    person: Person | None = None,
    transfer_m: float = TRANSFER_M,
) -> TransitNetwork:
    """See `build_timetable` for errors. `feeds`: any name, such as the layer's, to the feed."""
    return link_stops(build_timetable(feeds, day), streets, person=person, transfer_m=transfer_m)


def link_stops(
    timetable: RoutingTimetable,
    streets: StreetNetwork | None,
    *,
    person: Person | None = None,
    transfer_m: float = TRANSFER_M,
) -> TransitNetwork:
    """A timetable, however it was made, with its stops on the streets and the walks between them."""
    places = on_streets(streets, person, timetable.stop_lonlat)
    served = np.flatnonzero(timetable.served)
    links = walks(streets, person, places[served], places[served], transfer_m)
    origin = np.repeat(np.arange(len(served)), np.diff(links.start))
    other = origin != links.place
    counts = np.zeros(timetable.stop_count, np.int64)
    counts[served] = np.bincount(origin[other], minlength=len(served))
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    sorted_ = nearest_first(Links(start, served[links.place[other]].astype(np.int32), links.cost[other]))
    return TransitNetwork(
        timetable, streets, person, places, transfer_m, start, sorted_.place, sorted_.cost.astype(np.float32)
    )


def _mapped(folder: Path, name: str) -> Any:
    return np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r"))
