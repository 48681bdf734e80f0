"""Our rules about calls: times that run backwards, and speeds that no vehicle reaches."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gtfs.clock import NO_TIME, clock_text, parse_seconds
from gtfs.distance import metres_between
from gtfs.feed import Feed
from gtfs.validation.finding import Finding
from gtfs.validation.rule import found

_ROUNDING_S: Final = 60
"""Times are whole minutes: two of them may be a minute farther apart than they look."""
_NEAR_M: Final = 300.0
"""Below it, where a pole stands in the data says more about the speed than the bus."""
_LIMIT_KMH: Final = {0: 100.0, 1: 150.0, 2: 320.0, 3: 120.0, 4: 90.0, 5: 40.0, 6: 60.0, 7: 60.0, 11: 120.0, 12: 120.0}
"""By route_type. In a straight line and with a minute to spare, so that what is above is wrong beyond doubt."""
_OTHER_KMH: Final = 320.0
_MOST: Final = 500


@dataclass(frozen=True)
class _Legs:
    """From one timed call to the next of the same trip; arrays of one length."""

    calls: pd.DataFrame
    """trip_id, stop_id; index: line in stop_times.txt; rows by trip and sequence, timed ones only."""
    start: NDArray[np.intp]
    """Position in `calls` of the first of the two."""
    departs: NDArray[np.int32]
    arrives: NDArray[np.int32]


def call_findings(feed: Feed) -> Iterator[Finding]:
    legs = _legs(feed)
    yield from _backwards(feed, legs)
    yield from _speeds(feed, legs)


def _legs(feed: Feed) -> _Legs:
    times = feed.table("stop_times")
    departure, arrival = parse_seconds(times["departure_time"]), parse_seconds(times["arrival_time"])
    departure, arrival = (
        np.where(one == NO_TIME, other, one) for one, other in ((departure, arrival), (arrival, departure))
    )
    trip = pd.factorize(times["trip_id"])[0]
    sequence = times["stop_sequence"].to_numpy(dtype="float64", na_value=np.inf)
    order = np.lexsort([sequence, trip])
    order = order[(trip[order] >= 0) & (departure[order] != NO_TIME)]
    start = np.flatnonzero(trip[order][1:] == trip[order][:-1])
    calls = times[["trip_id", "stop_id"]].iloc[order]
    return _Legs(calls, start, departure[order][start], arrival[order][start + 1])


def _backwards(feed: Feed, legs: _Legs) -> Iterator[Finding]:
    for leg in np.flatnonzero(legs.arrives < legs.departs)[:_MOST].tolist():
        row = legs.calls.iloc[legs.start[leg] + 1]
        told = {
            "trip": row["trip_id"],
            "stop": row["stop_id"],
            "time": clock_text(int(legs.arrives[leg])),
            "before": clock_text(int(legs.departs[leg])),
        }
        yield found(
            "time_runs_back", told, file="stop_times.txt", line=int(row.name), feature=str(row["trip_id"]),
            field="arrival_time",
        )  # fmt: skip


def _speeds(feed: Feed, legs: _Legs) -> Iterator[Finding]:
    """One finding for each pair of stops: the fastest trip, and how many are above the limit."""
    stops = feed.table("stops").drop_duplicates("stop_id").set_index("stop_id")
    lonlat: NDArray[np.float64] = stops[["stop_lon", "stop_lat"]].to_numpy(dtype="float64")
    at = pd.Index(stops.index).get_indexer(pd.Index(legs.calls["stop_id"]))
    if not len(legs.start) or not len(stops):
        return
    first, second = at[legs.start], at[legs.start + 1]
    metres = metres_between(lonlat[first], lonlat[second])
    metres[(first < 0) | (second < 0)] = np.nan
    seconds = np.maximum(legs.arrives - legs.departs, 0) + _ROUNDING_S
    limit = _limits(feed, legs)
    with np.errstate(invalid="ignore"):
        wrong = (metres > _NEAR_M) & (3.6 * metres / seconds > limit) & (legs.arrives >= legs.departs)
    legs_of = pd.DataFrame({"from": first, "to": second, "leg": np.arange(len(first)), "kmh": 3.6 * metres / seconds})[
        wrong
    ]
    for (start, end), group in list(legs_of.groupby(["from", "to"], sort=False))[:_MOST]:
        worst = group.loc[group["kmh"].idxmax()]
        leg = int(worst["leg"])
        row = legs.calls.iloc[legs.start[leg] + 1]
        told: dict[str, Any] = {
            "from_stop": _named(stops, start),
            "to_stop": _named(stops, end),
            "km": f"{metres[leg] / 1000:.1f}",
            "minutes": f"{(legs.arrives[leg] - legs.departs[leg]) / 60:g}",
            "speed": f"{worst['kmh']:,.0f}",
            "limit": f"{limit[leg]:g}",
            "trips": f"{len(group):,}",
        }
        yield found(
            "impossible_speed", told, file="stop_times.txt", line=int(row.name), feature=str(row["trip_id"]),
            field="arrival_time", lonlat=(float(lonlat[end][0]), float(lonlat[end][1])),
        )  # fmt: skip


def _limits(feed: Feed, legs: _Legs) -> NDArray[np.float64]:
    trips = feed.table("trips").drop_duplicates("trip_id").set_index("trip_id")["route_id"]
    types = feed.table("routes").drop_duplicates("route_id").set_index("route_id")["route_type"]
    by_trip = trips.map(types).map(lambda type: _LIMIT_KMH.get(_plain(type), _OTHER_KMH), na_action="ignore")
    trip = legs.calls["trip_id"].iloc[legs.start]
    limits = pd.to_numeric(trip.map(by_trip), errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
    return np.where(np.isnan(limits), _OTHER_KMH, limits)


def _plain(route_type: int) -> int:
    """Extended types of buses (700 to 799) are buses; other extended ones are left to the widest limit."""
    return 3 if 700 <= route_type < 800 else int(route_type)


def _named(stops: pd.DataFrame, row: int) -> str:
    name, id = stops["stop_name"].iloc[row], stops.index[row]
    return f"{name} ({id})" if isinstance(name, str) else str(id)
