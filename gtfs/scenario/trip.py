"""The trips of one route as times from stop to stop, and how they are written back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gtfs.clock import NO_TIME, clock_text, parse_seconds
from gtfs.feed import Feed
from gtfs.scenario.rows import with_rows, without_rows


@dataclass(frozen=True)
class Trip:
    """One row of trips.txt with its calls in order."""

    row: "pd.Series[Any]"
    calls: pd.DataFrame
    """Rows of stop_times in order."""
    arrival: NDArray[np.int64]
    """Seconds of the service day; NO_TIME where blank."""
    departure: NDArray[np.int64]

    @property
    def trip_id(self) -> str:
        return str(self.row["trip_id"])

    @property
    def start(self) -> int:
        known = self.departure[self.departure != NO_TIME]
        return int(known[0]) if len(known) else NO_TIME

    @property
    def stop_ids(self) -> list[str]:
        return [str(one) for one in self.calls["stop_id"]]

    def at(self, start: int, trip_id: str) -> "Trip":
        """The same trip at another time of day."""
        shift = start - self.start
        return self.timed(_shifted(self.arrival, shift), _shifted(self.departure, shift), trip_id)

    def timed(self, arrival: NDArray[np.int64], departure: NDArray[np.int64], trip_id: str | None = None) -> "Trip":
        row = self.row if trip_id is None else pd.concat([self.row.drop("trip_id"), pd.Series({"trip_id": trip_id})])
        return Trip(row, self.calls, arrival, departure)


def trips_of(feed: Feed, route_id: str) -> list[Trip]:
    """In the order of trips.txt, those without a call left out; trips of frequencies.txt one by one."""
    trips = feed.table("trips").drop_duplicates("trip_id")
    trips = trips[(trips["route_id"] == route_id).fillna(False).to_numpy(dtype=bool)]
    times = feed.table("stop_times")
    times = times[times["trip_id"].isin(trips["trip_id"]).to_numpy(dtype=bool)]
    order = np.lexsort([times["stop_sequence"].to_numpy(dtype="float64", na_value=np.inf)])
    times = times.iloc[order]
    arrival, departure = (parse_seconds(times[f"{name}_time"]).astype(np.int64) for name in ("arrival", "departure"))
    arrival, departure = (
        np.where(arrival == NO_TIME, departure, arrival),
        np.where(departure == NO_TIME, arrival, departure),
    )
    rows = times.groupby("trip_id", sort=False).indices
    found = [
        Trip(row, times.iloc[at], arrival[at], departure[at])
        for _, row in trips.iterrows()
        if (at := rows.get(row["trip_id"])) is not None
    ]
    return _repeated(found, feed.table("frequencies"))


def without_trips(feed: Feed, trip_ids: Iterable[str]) -> Feed:
    """Trips, their calls and what frequencies and transfers say of them."""
    gone = set(trip_ids)
    for name in ("trips", "stop_times", "frequencies"):
        feed = without_rows(feed, name, feed.table(name)["trip_id"].isin(gone))
    if "transfers" in feed.tables:
        for column in ("from_trip_id", "to_trip_id"):
            if column in feed.tables["transfers"]:
                feed = without_rows(feed, "transfers", feed.tables["transfers"][column].isin(gone))
    return feed


def with_trips(feed: Feed, trips: Sequence[Trip]) -> Feed:
    """Trips added with their calls."""
    if not trips:
        return feed
    feed = with_rows(feed, "trips", pd.DataFrame([trip.row for trip in trips]))
    return with_rows(feed, "stop_times", _calls(trips))


def ways(trips: Sequence[Trip]) -> dict[tuple[str, str], list[Trip]]:
    """By service and direction, each in the order of departure; a direction is direction_id, else the ends."""
    groups: dict[tuple[str, str], list[Trip]] = {}
    for trip in trips:
        groups.setdefault((str(trip.row["service_id"]), _direction(trip)), []).append(trip)
    return {key: sorted(one, key=lambda trip: (trip.start, trip.trip_id)) for key, one in groups.items()}


def _direction(trip: Trip) -> str:
    given = trip.row.get("direction_id")
    if given is not None and not pd.isna(given):
        return str(int(given))
    return str(int(trip.stop_ids[0] > trip.stop_ids[-1]))


def _shifted(seconds: NDArray[np.int64], by: int) -> NDArray[np.int64]:
    return np.where(seconds == NO_TIME, NO_TIME, seconds + by)


def _repeated(trips: list[Trip], frequencies: pd.DataFrame) -> list[Trip]:
    if not len(frequencies):
        return trips
    starts, ends = parse_seconds(frequencies["start_time"]), parse_seconds(frequencies["end_time"])
    headways = frequencies["headway_secs"].to_numpy(dtype="float64", na_value=0)
    of_trip: dict[str, list[int]] = {}
    for trip_id, start, end, headway in zip(frequencies["trip_id"], starts, ends, headways, strict=True):
        if start != NO_TIME and headway > 0:
            of_trip.setdefault(str(trip_id), []).extend(int(one) for one in np.arange(start, end, headway))
    found: list[Trip] = []
    for trip in trips:
        again = of_trip.get(trip.trip_id)
        found += [trip] if again is None else [trip.at(one, f"{trip.trip_id}@{clock_text(one)}") for one in again]
    return found


def _calls(trips: Sequence[Trip]) -> pd.DataFrame:
    calls = pd.concat([trip.calls for trip in trips], ignore_index=True)
    calls["trip_id"] = np.repeat([trip.trip_id for trip in trips], [len(trip.calls) for trip in trips])
    calls["arrival_time"] = _texts(np.concatenate([trip.arrival for trip in trips]))
    calls["departure_time"] = _texts(np.concatenate([trip.departure for trip in trips]))
    return calls


def _texts(seconds: NDArray[np.int64]) -> list[str | None]:
    """None for a blank time."""
    return [None if second == NO_TIME else clock_text(second) for second in seconds.tolist()]
