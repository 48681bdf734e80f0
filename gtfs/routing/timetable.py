"""One service day made ready for the router: arrays only, memory-mapped when kept."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from geo import InvalidLayerError
from gtfs.feed import Feed
from gtfs.text_column import TextColumn

FORMAT: Final = 2
"""Raised when the arrays of a kept timetable change, so that an old folder is built again."""


@dataclass(frozen=True, eq=False)
class RoutingTimetable:
    """S stops, R routes, T trips, Q patterns, P positions (a pattern's stops in order, patterns one after the other).

    A pattern has one sequence of stops with the same pickups and drop-offs, and its trips never overtake each other.
    Every array is read-only; times are ServiceSeconds of `day`, so negative ones are of the evening before.
    """

    day: date
    feeds: tuple[str, ...]
    """Feeds that the stops and routes are of, in the order given."""
    left_out: Mapping[str, tuple[date, date]]
    """Feeds whose calendar says nothing about the day, with the first and last date that it does know."""
    stop_feed: NDArray[np.int32]
    """(S,): row of `feeds`. Every stop of every feed, those without a trip on the day included."""
    stop_lonlat: NDArray[np.float64]
    """(S, 2): longitude, latitude; NaN where the feed has none."""
    stop_id: TextColumn
    stop_name: TextColumn
    route_feed: NDArray[np.int32]
    """(R,)"""
    route_type: NDArray[np.int32]
    """(R,): as GTFS counts them, -1 where blank."""
    route_id: TextColumn
    route_name: TextColumn
    """What passengers call it: the short name, the long one where there is none, else the id."""
    trip_id: TextColumn
    """(T,): by pattern, and in a pattern by time."""
    trip_headsign: TextColumn
    trip_day: NDArray[np.int8]
    """(T,): -1 and 1: the trip belongs to the service day before or after `day`."""
    pattern_route: NDArray[np.int32]
    """(Q,)"""
    pattern_position: NDArray[np.int32]
    """(Q + 1,): positions of pattern q are pattern_position[q]:pattern_position[q + 1]."""
    pattern_trip: NDArray[np.int32]
    """(Q + 1,): its trips are pattern_trip[q]:pattern_trip[q + 1]."""
    pattern_call: NDArray[np.int64]
    """(Q + 1,): its calls are pattern_call[q]:pattern_call[q + 1] of `arrival` and `departure`."""
    pattern_headway: NDArray[np.int32]
    """(Q,): 0: trips as timetabled. Else one trip that leaves every so many seconds, nobody knows when exactly
    (frequencies.txt with exact_times 0); its times count from its own first departure."""
    pattern_span: NDArray[np.int32]
    """(Q, 2): a headway's first departure, and the time from which none leaves."""
    position_stop: NDArray[np.int32]
    """(P,)"""
    position_board: NDArray[np.bool_]
    """(P,): people may get on: not the last stop, not pickup_type 1."""
    position_alight: NDArray[np.bool_]
    """(P,): people may get off: not the first stop, not drop_off_type 1."""
    arrival: NDArray[np.int32]
    """(calls,): by pattern, trip and position."""
    departure: NDArray[np.int32]
    """(calls,): by pattern, *position and trip*: where one waits, one looks through the trips of one position."""
    transfer_pair: NDArray[np.int32]
    """(n, 2): stops from and to of the rules of transfers.txt that are followed, see `gtfs.routing.transfer`."""
    transfer_least_s: NDArray[np.int32]
    """(n,): seconds from arrival to departure at least, -1 where one can't change."""
    not_followed: Mapping[str, int]
    """How many rules are not: routes_and_trips, seated, and blocks of trips between which one could stay seated."""

    def __post_init__(self) -> None:
        for name in _ARRAYS:
            getattr(self, name).flags.writeable = False

    @property
    def stop_count(self) -> int:
        return len(self.stop_feed)

    @property
    def trip_count(self) -> int:
        return len(self.trip_day)

    @cached_property
    def served(self) -> NDArray[np.bool_]:
        """(S,): stops at which a trip of the day calls."""
        served = np.zeros(self.stop_count, np.bool_)
        served[self.position_stop] = True
        return served

    def save(self, folder: Path) -> None:
        """One .npy file an array, and `timetable.json`, written last: without it the folder is not complete."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))
        for name in _TEXTS:
            column: TextColumn = getattr(self, name)
            np.save(folder / f"{name}_start.npy", column.start)
            np.save(folder / f"{name}_text.npy", column.content)
        left_out = {name: [first.isoformat(), last.isoformat()] for name, (first, last) in self.left_out.items()}
        record = {"format": FORMAT, "day": self.day.isoformat(), "feeds": self.feeds, "left_out": left_out}
        record["not_followed"] = dict(self.not_followed)
        (folder / "timetable.json").write_text(json.dumps(record), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Memory-mapped: nothing is read before it is used. InvalidLayerError when another version kept it."""
        record = json.loads((folder / "timetable.json").read_text(encoding="utf-8"))
        if record["format"] != FORMAT:
            raise InvalidLayerError(f"timetable of format {record['format']}, this is {FORMAT}")
        arrays: dict[str, Any] = {name: _mapped(folder, name) for name in _ARRAYS}
        texts: dict[str, Any] = {name: _text(folder, name) for name in _TEXTS}
        left_out = {name: _dates(told) for name, told in record["left_out"].items()}
        told = {"not_followed": record["not_followed"]}
        return cls(date.fromisoformat(record["day"]), tuple(record["feeds"]), left_out, **arrays, **texts, **told)


_TEXTS = ("stop_id", "stop_name", "route_id", "route_name", "trip_id", "trip_headsign")
_TOLD = ("day", "feeds", "left_out", "not_followed")
_ARRAYS = tuple(one.name for one in fields(RoutingTimetable) if one.name not in (*_TEXTS, *_TOLD))


def build_timetable(feeds: Mapping[str, Feed], day: date) -> RoutingTimetable:
    """Who runs on `day`, after midnight too: trips of the day before beyond 24:00, and those of the morning after.

    Feeds whose calendar doesn't know the day are left out and named in `left_out`; DateOutsideError when that is so
    for all of them. Blank times between two known ones are interpolated by straight-line distance; trips with fewer
    than two usable calls are left out. `exact_times` 1 becomes trips. Of transfers.txt the rules
    of stops and stations are followed (types 2 and 3), others counted in `not_followed`.
    """
    from gtfs.routing.build import assemble

    return assemble(feeds, day)


def _mapped(folder: Path, name: str) -> Any:
    return np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r"))


def _text(folder: Path, name: str) -> TextColumn:
    return TextColumn(_mapped(folder, f"{name}_start"), _mapped(folder, f"{name}_text"))


def _dates(told: list[str]) -> tuple[date, date]:
    first, last = told
    return date.fromisoformat(first), date.fromisoformat(last)
