"""Homes from which no facility is reached in time, however many homes there are."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo import InvalidLayerError
from gtfs.accessibility.cumulative import BLOCK, CYCLING_BLOCK, with_id
from gtfs.accessibility.cycling import cycled, travel_times
from gtfs.accessibility.explanation import PAIRS, explain, spread, travel_of
from gtfs.accessibility.left_out import Deserts, desert_totals
from gtfs.accessibility.reason import Reason, linked, reasons
from gtfs.accessibility.site import sites
from gtfs.routing import UNREACHED, TransitNetwork, TravelQuery
from gtfs.routing.walk import on_streets
from gtfs.scenario.change import ChangeAccess


class HomesAt(StrEnum):
    """Where trips begin."""

    DOORS = "doors"
    """At each place itself."""
    STREET_ENDS = "street_ends"
    """At both ends of its street, which is many times faster for all buildings of a city.

    Whoever walks w seconds to an end goes on at the next full minute, ceil(w / 60), as somebody who sets out there at
    that minute. With a timetable in whole minutes nothing is lost by it; the window begins as much later, and whoever
    walks all the way is told up to a minute too much.
    """


@dataclass(frozen=True, eq=False)
class _Starts:
    """Places that the router is asked for, and how homes come to them."""

    lonlat: NDArray[np.float64]
    """Shape (starts, 2)."""
    start: NDArray[np.int64]
    """Shape (homes, ways): row of `lonlat`."""
    walk_s: NDArray[np.float64]
    """Shape (homes, ways); infinite where there is no such way."""


@dataclass(frozen=True, eq=False)
class _Reached:
    """What the router says of the starts."""

    nearest: NDArray[np.int16]
    """Seconds to the nearest facility, UNREACHED where there is none."""
    facility: NDArray[np.int64]
    reason: NDArray[Any]


def out_of_reach(
    network: TransitNetwork,
    homes: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    query: TravelQuery,
    *,
    within: timedelta,
    people: str = "population",
    by: ChangeAccess | None = None,
    homes_at: HomesAt = HomesAt.DOORS,
) -> Deserts:
    """Homes from which no facility is reached in less than `within`, by the query's middle percentile.

    `table`: the homes with `minutes` to the nearest facility (blank where none is reached), served, left_out, reason.
    `by`: a bicycle to the first stop. Without a street network homes are always asked for at their doors.
    InvalidLayerError without homes or facilities.
    """
    places, goals = sites(homes), sites(facilities)
    if not len(places) or not len(goals):
        raise InvalidLayerError("there are no homes, or no facilities")
    starts = _starts(network, places.lonlat, query, homes_at)
    found = _asked(network, starts, goals.lonlat, query, by)
    seconds = _of_homes(starts, found.nearest, query)
    reached = seconds < within.total_seconds()
    why = _reasons(starts, found, reached)
    amount = places.amounts(people)
    minutes = np.floor(np.where(np.isfinite(seconds), seconds, np.nan) / 60)
    table = places.features.assign(
        minutes=pd.array(minutes, dtype="Int16"),
        served=reached,
        left_out=np.where(reached, 0.0, amount),
        reason=why,
    )
    chosen = spread(np.flatnonzero(found.nearest < within.total_seconds()), PAIRS)
    pairs = [(starts.lonlat[row], goals.lonlat[found.facility[row]]) for row in chosen]
    snapped = on_streets(network.streets, network.person, places.lonlat)
    totals = desert_totals(amount, reached, network.streets, snapped)
    explanation = explain(
        "out_of_reach",
        network,
        query,
        travel=travel_of(network, pairs, query),
        origin_snap_m=snapped.distance_m,
        destination_snap_m=on_streets(network.streets, network.person, goals.lonlat).distance_m,
        rules={
            "within_min": within.total_seconds() / 60,
            "rule": "t < within (R5)",
            "homes_at": homes_at.value,
            "searched_places": len(starts.lonlat),
            "distinct_nodes": totals.distinct_nodes,
        },
        unreached=why,
        notes=cycled(by),
    )
    return Deserts(with_id(table, places.ids), explanation, totals)


def _asked(
    network: TransitNetwork,
    starts: _Starts,
    goals: NDArray[np.float64],
    query: TravelQuery,
    by: ChangeAccess | None,
) -> _Reached:
    """Block by block."""
    end, size = linked(network, goals, query), CYCLING_BLOCK if by else BLOCK
    parts = []
    for first in range(0, len(starts.lonlat), size):
        start = linked(network, starts.lonlat[first : first + size], query)
        times = travel_times(network, start, end, query, by).seconds[:, :, len(query.percentiles) // 2]
        parts.append((times.min(axis=1), times.argmin(axis=1), reasons(network, start, query, leaving=True)))
    return _Reached(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _starts(network: TransitNetwork, lonlat: NDArray[np.float64], query: TravelQuery, homes_at: HomesAt) -> _Starts:
    if network.streets is None or homes_at is HomesAt.DOORS:
        distinct, row = np.unique(np.round(lonlat, 7), axis=0, return_inverse=True)
        return _Starts(distinct, row.reshape(-1, 1), np.zeros((len(lonlat), 1)))
    snapped = on_streets(network.streets, network.person, lonlat)
    edge = np.where(snapped.found, snapped.edge, 0)
    ends, length = network.streets.edge_nodes[edge], network.streets.length_m[edge]
    metres = np.column_stack([snapped.offset_m, length - snapped.offset_m]) + snapped.distance_m[:, np.newaxis]
    nodes, rows = np.unique(ends, return_inverse=True)
    minutes = np.ceil(np.round(metres / query.walk_speed_ms / 60, 6))
    walk_s = np.where(snapped.found[:, np.newaxis], minutes * 60, np.inf)
    return _Starts(np.asarray(network.streets.node_lonlat)[nodes], rows.reshape(-1, 2), walk_s)


def _of_homes(starts: _Starts, nearest: NDArray[np.int16], query: TravelQuery) -> NDArray[np.float64]:
    """Seconds to the nearest facility, infinite where none is reached."""
    onward = np.where(nearest == UNREACHED, np.inf, nearest.astype(np.float64))
    best = (starts.walk_s + onward[starts.start]).min(axis=1)
    return np.where(best <= query.max_trip_s, best, np.inf)


def _reasons(starts: _Starts, found: _Reached, reached: NDArray[np.bool_]) -> NDArray[Any]:
    """Of the nearer start of each home."""
    of_start = np.where(found.nearest != UNREACHED, Reason.TOO_LONG.value, found.reason)
    nearer = np.argmin(starts.walk_s, axis=1)
    rows = np.arange(len(nearer))
    why = of_start[starts.start[rows, nearer]]
    why = np.where(np.isinf(starts.walk_s[rows, nearer]), Reason.OFF_STREETS.value, why)
    return np.where(reached, Reason.REACHED.value, why).astype(object)
