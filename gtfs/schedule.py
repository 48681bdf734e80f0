"""A feed made ready for questions about stops and dates: flat arrays that are saved and memory-mapped, no parsing.

Calls lie twice: by trip in order, and by stop by the time of departure. A trip of frequencies.txt is written out as one
run for each departure, so that everything after this knows only runs with times.
"""

import json
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gtfs.pole import Poles
from gtfs.text_column import TextColumn

FORMAT = "2"
"""Raised when the same feed gives other arrays."""
NO_START = -1
_META = "schedule.json"
_HALF_DAY_S = 43_200


@dataclass(frozen=True, eq=False)
class Schedule:
    """Built with `build_schedule`. Texts are empty where the feed tells nothing."""

    zone: str
    """Of all agencies of the feed, such as Asia/Tokyo."""
    first: date
    """First date of the calendar."""
    service_runs: NDArray[np.bool_]
    """(services, days from `first` on)"""

    stop_id: TextColumn
    stop_name: TextColumn
    stop_kana: TextColumn
    stop_english: TextColumn
    stop_platform: TextColumn
    stop_named: NDArray[np.bool_]
    stop_lonlat: NDArray[np.float64]
    """(stops, 2): degrees east, degrees north; NaN without a place."""
    stop_parent: NDArray[np.int32]
    stop_boards: NDArray[np.bool_]

    route_id: TextColumn
    route_short: TextColumn
    route_name: TextColumn
    """Short and long name as a person says them."""
    route_english: TextColumn
    route_via: TextColumn
    """経由, of routes_jp."""
    route_colour: TextColumn
    """#RRGGBB"""
    route_text_colour: TextColumn
    route_agency: TextColumn
    route_agency_id: TextColumn
    route_agency_english: TextColumn

    trip_id: TextColumn
    """By run; the runs of one trip of frequencies.txt share it."""
    trip_route: NDArray[np.int32]
    trip_service: NDArray[np.int32]
    trip_direction: NDArray[np.int8]
    """direction_id, -1 where the feed tells none."""
    trip_shape: NDArray[np.int32]
    """Row of the shapes, -1 for none."""
    trip_start_s: NDArray[np.int32]
    """When a run of frequencies.txt starts; NO_START for a trip of its own times."""
    trip_headway_s: NDArray[np.int32]
    """Above 0: the bus comes about that often, and its time is no promise (exact_times 0)."""
    trip_call: NDArray[np.int64]
    """(runs + 1,): the calls of run i are trip_call[i]:trip_call[i + 1]."""

    call_trip: NDArray[np.int32]
    call_stop: NDArray[np.int32]
    call_arrival: NDArray[np.int32]
    """ServiceSeconds; NO_TIME where it can't be told. Blank interior times lie evenly between their neighbours."""
    call_departure: NDArray[np.int32]
    call_sequence: NDArray[np.int32]
    call_headsign: NDArray[np.int32]
    """Row of the headsigns."""
    call_pickup: NDArray[np.int8]
    """pickup_type; 1 nobody may board, 2 by telephone, 3 by sign to the driver."""

    headsign: TextColumn
    headsign_english: TextColumn

    stop_first: NDArray[np.int64]
    """(stops + 1,): departures of stop i are the rows stop_first[i]:stop_first[i + 1] of the three below."""
    stop_departure: NDArray[np.int32]
    """Ascending within a stop; calls where nobody may board, and last stops, are not there."""
    stop_call: NDArray[np.int64]
    stop_service: NDArray[np.int32]

    shape_point: NDArray[np.int64]
    """(shapes + 1,): points of shape i"""
    shape_lonlat: NDArray[np.float64]

    @property
    def last(self) -> date:
        return date.fromordinal(self.first.toordinal() + self.service_runs.shape[1] - 1)

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last

    def active(self, day: date) -> NDArray[np.bool_]:
        """(services,) which run on `day`; nothing runs on a date outside of the calendar: ask `covers` first."""
        if not self.covers(day):
            return np.zeros(len(self.service_runs), dtype=bool)
        return np.asarray(self.service_runs[:, day.toordinal() - self.first.toordinal()])

    @cached_property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @cached_property
    def latest_s(self) -> int:
        return int(self.stop_departure.max(initial=0))

    @cached_property
    def _epochs(self) -> dict[date, float]:
        return {}

    @cached_property
    def route_texts(self) -> dict[int, dict[str, str]]:
        """What departures say of a route, by its row; filled as they ask."""
        return {}

    def epoch(self, day: date) -> float:
        """Unix time of ServiceSeconds 0 of `day`: its noon minus 12 hours."""
        if (known := self._epochs.get(day)) is None:
            known = datetime.combine(day, time(12), self.timezone).timestamp() - _HALF_DAY_S
            self._epochs[day] = known
        return known

    def poles(self) -> Poles:
        return Poles(
            stop_ids=list(self.stop_id),
            names=list(self.stop_name),
            kana=list(self.stop_kana),
            english=list(self.stop_english),
            platforms=list(self.stop_platform),
            named=self.stop_named,
            lonlat=self.stop_lonlat,
            parents=self.stop_parent,
            boards=self.stop_boards,
        )

    def save(self, folder: Path) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, TextColumn):
                np.save(folder / f"{field.name}.start.npy", value.start)
                np.save(folder / f"{field.name}.content.npy", value.content)
            elif isinstance(value, np.ndarray):
                np.save(folder / f"{field.name}.npy", value)
        meta = {"format": FORMAT, "zone": self.zone, "first": self.first.isoformat()}
        (folder / _META).write_text(json.dumps(meta), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Memory-mapped: nothing is read until it is asked for."""
        meta = json.loads((folder / _META).read_text(encoding="utf-8"))
        arrays: dict[str, Any] = {"zone": meta["zone"], "first": date.fromisoformat(meta["first"])}
        for field in fields(cls):
            if field.name not in arrays:
                arrays[field.name] = _column(folder, field.name)
        return cls(**arrays)


def _column(folder: Path, name: str) -> "NDArray[Any] | TextColumn":
    if (folder / f"{name}.npy").exists():
        return _mapped(folder / f"{name}.npy")
    return TextColumn(_mapped(folder / f"{name}.start.npy"), _mapped(folder / f"{name}.content.npy"))


def _mapped(path: Path) -> "NDArray[Any]":
    """As a plain array: a memmap's own slicing costs microseconds each time."""
    return np.asarray(np.load(path, mmap_mode="r"))
