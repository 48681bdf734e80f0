"""Homes from which no facility is reached in time, however many homes there are.

Whoever walks w seconds to the end of the street goes on at the next full minute, ceil(w / 60), as somebody who sets
out there at that minute: with a timetable in whole minutes nothing is lost. What is not quite the same: the window
begins as much later, and whoever walks all the way is told up to a minute too much.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gtfs.accessibility.cumulative import with_id
from gtfs.accessibility.cycling import cycled, travel_times
from gtfs.accessibility.explanation import PAIRS, explain, spread, travel_of
from gtfs.accessibility.left_out import Deserts, desert_totals
from gtfs.accessibility.reason import Reason, linked, reasons
from gtfs.accessibility.site import sites
from gtfs.routing import UNREACHED, TransitNetwork, TravelQuery
from gtfs.routing.walk import on_streets
from gtfs.scenario.change import ChangeAccess

DOOR_TO_DOOR: Final = 5_000
"""So many places are asked for one by one; more are grouped at the ends of their streets."""
_AT_DOORS = "each place by itself"
_AT_NODES = "by the ends of the street: walks to them in whole minutes, and what it takes from there; the better counts"


@dataclass(frozen=True, eq=False)
class _Starts:
    """Places that the router is asked for, and how homes come to them."""

    lonlat: NDArray[np.float64]
    """Shape (starts, 2)."""
    start: NDArray[np.int64]
    """Shape (homes, ways): row of `lonlat`."""
    walk_s: NDArray[np.float64]
    """Shape (homes, ways); infinite where there is no such way."""
    rule: str


def out_of_reach(
    network: TransitNetwork,
    homes: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    query: TravelQuery,
    *,
    within: timedelta,
    people: str = "population",
    by: ChangeAccess | None = None,
) -> Deserts:
    """Homes from which no facility is reached in less than `within`, by the query's middle percentile.

    Up to DOOR_TO_DOOR places are asked for one by one. More (all buildings of a city) are grouped at the ends of their
    streets: what it takes from an end is exact, the walk to it is added in whole minutes, the better end counts.
    `table`: the homes with `minutes` to the nearest facility (blank where none is reached), served, left_out, reason.
    `by`: a bicycle to the first stop.
    """
    places, goals = sites(homes), sites(facilities)
    starts = _starts(network, places.lonlat, query)
    start, end = linked(network, starts.lonlat, query), linked(network, goals.lonlat, query)
    times = travel_times(network, start, end, query, by)
    middle = times.seconds[:, :, len(query.percentiles) // 2]
    nearest = middle.min(axis=1) if len(goals) else np.full(len(start), UNREACHED, np.int16)
    seconds = _of_homes(starts, nearest, query)
    reached = seconds < within.total_seconds()
    why = _reasons(starts, nearest, reasons(network, start, query, leaving=True), reached)
    amount = places.amounts(people)
    minutes = np.floor(np.where(np.isfinite(seconds), seconds, np.nan) / 60)
    table = places.features.assign(
        minutes=pd.array(minutes, dtype="Int16"),
        served=reached,
        left_out=np.where(reached, 0.0, amount),
        reason=why,
    )
    chosen = spread(np.flatnonzero(nearest < within.total_seconds()), PAIRS)
    pairs = [(starts.lonlat[row], goals.lonlat[int(np.argmin(middle[row]))]) for row in chosen]
    snapped = on_streets(network.streets, network.person, places.lonlat)
    totals = desert_totals(amount, reached, network.streets, snapped)
    explanation = explain(
        "out_of_reach",
        network,
        query,
        travel=travel_of(network, pairs, query),
        origin_snap_m=snapped.distance_m,
        destination_snap_m=times.destination_snap_m,
        rules={
            "within_min": within.total_seconds() / 60,
            "rule": "t < within (R5)",
            "homes": starts.rule,
            "searched_places": len(starts.lonlat),
            "distinct_nodes": totals.distinct_nodes,
        },
        unreached=why,
        notes=cycled(by),
    )
    return Deserts(with_id(table, places.ids), explanation, totals)


def _starts(network: TransitNetwork, lonlat: NDArray[np.float64], query: TravelQuery) -> _Starts:
    distinct, row = np.unique(np.round(lonlat, 7), axis=0, return_inverse=True)
    row = row.reshape(-1, 1)
    if network.streets is None or len(distinct) <= DOOR_TO_DOOR:
        return _Starts(distinct, row, np.zeros(row.shape), _AT_DOORS)
    snapped = on_streets(network.streets, network.person, lonlat)
    edge = np.where(snapped.found, snapped.edge, 0)
    ends, length = network.streets.edge_nodes[edge], network.streets.length_m[edge]
    metres = np.column_stack([snapped.offset_m, length - snapped.offset_m]) + snapped.distance_m[:, np.newaxis]
    nodes, rows = np.unique(ends, return_inverse=True)
    minutes = np.ceil(np.round(metres / query.walk_speed_ms / 60, 6))
    walk_s = np.where(snapped.found[:, np.newaxis], minutes * 60, np.inf)
    return _Starts(np.asarray(network.streets.node_lonlat)[nodes], rows.reshape(-1, 2), walk_s, _AT_NODES)


def _of_homes(starts: _Starts, nearest: NDArray[np.int16], query: TravelQuery) -> NDArray[np.float64]:
    """Seconds to the nearest facility, infinite where none is reached."""
    onward = np.where(nearest == UNREACHED, np.inf, nearest.astype(np.float64))
    best = (starts.walk_s + onward[starts.start]).min(axis=1)
    return np.where(best <= query.max_trip_s, best, np.inf)


def _reasons(
    starts: _Starts, nearest: NDArray[np.int16], at_start: NDArray[Any], reached: NDArray[np.bool_]
) -> NDArray[Any]:
    """Of the nearer start of each home."""
    of_start = np.where(nearest != UNREACHED, Reason.TOO_LONG.value, at_start)
    nearer = np.argmin(starts.walk_s, axis=1)
    rows = np.arange(len(nearer))
    why = of_start[starts.start[rows, nearer]]
    why = np.where(np.isinf(starts.walk_s[rows, nearer]), Reason.OFF_STREETS.value, why)
    return np.where(reached, Reason.REACHED.value, why).astype(object)
