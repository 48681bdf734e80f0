"""Access: what can be reached from each place."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from gtfs.accessibility.answer import Answer
from gtfs.accessibility.explanation import Travel, explain, spread, travel_of
from gtfs.accessibility.reason import Reason, linked, reasons
from gtfs.accessibility.site import Sites, sites
from gtfs.measure.decay import Decay, weights
from gtfs.measure.opportunity import (
    Access,
    Definition,
    access_of_percentile,
    access_per_minute,
    mean_access,
    time_to_nth,
)
from gtfs.routing import UNREACHED, LinkedPlaces, TransitNetwork, TravelQuery, TravelTimes, minute_times, travel_times

_ONE = "places"


def access(
    network: TransitNetwork,
    origins: gpd.GeoDataFrame,
    opportunities: gpd.GeoDataFrame,
    query: TravelQuery,
    *,
    decay: Decay,
    columns: Sequence[str] = (),
    definition: Definition = Definition.OF_PERCENTILE,
    nth: Sequence[int] = (1,),
) -> Answer:
    """`origins` with what each reaches: a column `{column}_p50` for each column and percentile (`{column}_mean` for a
    mean), `nearest_{n}_p50` minutes to the nth nearest, `snap_m`, and `reason` where nothing is reached.

    Without `columns` every place counts 1 (`places_p50`). Percentiles of access per minute count from little to much.
    """
    homes, goals = sites(origins), sites(opportunities)
    amounts = np.stack([goals.amounts(column) for column in columns], axis=1) if columns else np.ones((len(goals), 1))
    start = linked(network, homes.lonlat, query)
    end = linked(network, goals.lonlat, query)
    times = travel_times(network, start, end, query)
    found = _access(network, start, end, query, times, amounts, decay, definition)
    table = homes.features.assign(
        **_columns(found, columns or (_ONE,)), **_nearest(times, query, nth), snap_m=times.origin_snap_m
    )
    table["reason"] = _reasons(network, start, query, times)
    explanation = explain(
        "access",
        network,
        query,
        travel=_travel(network, query, homes, goals, times, amounts, decay),
        origin_snap_m=times.origin_snap_m,
        destination_snap_m=times.destination_snap_m,
        rules={**decay.as_json(), "definition": definition.value, "columns": list(columns or (_ONE,))},
        unreached=table["reason"],
    )
    return Answer(with_id(table, homes.ids), explanation)


def with_id(table: gpd.GeoDataFrame, ids: NDArray[Any]) -> gpd.GeoDataFrame:
    """`feature_id` as the first column."""
    rest = table.drop(columns="feature_id", errors="ignore")
    rest.insert(0, "feature_id", ids)
    return rest


def _access(
    network: TransitNetwork,
    start: LinkedPlaces,
    end: LinkedPlaces,
    query: TravelQuery,
    times: TravelTimes,
    amounts: NDArray[np.float64],
    decay: Decay,
    definition: Definition,
) -> Access:
    if definition is Definition.OF_PERCENTILE:
        return access_of_percentile(times.minutes, query.percentiles, amounts, decay)
    parts = [
        access_per_minute(_by_minute(block.seconds), amounts, decay, percentiles=query.percentiles)
        if definition is Definition.PER_MINUTE
        else mean_access(_by_minute(block.seconds), amounts, decay)
        for block in minute_times(network, start, end, query)
    ]
    return replace(parts[0], values=np.concatenate([part.values for part in parts]))


def _by_minute(seconds: NDArray[np.int16]) -> Iterator[NDArray[np.int16]]:
    for at in range(seconds.shape[2]):
        yield whole_minutes(seconds[:, :, at])


def whole_minutes(seconds: NDArray[np.int16]) -> NDArray[np.int16]:
    """As R5 counts: 14:59 is 14; -1 where not reached."""
    return np.where(seconds == UNREACHED, -1, seconds // 60).astype(np.int16)


def _columns(found: Access, names: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    labels = [f"p{one:g}" for one in found.percentiles] or ["mean"]
    return {
        f"{name}_{label}": found.values[:, at, kind]
        for kind, name in enumerate(names)
        for at, label in enumerate(labels)
    }


def _nearest(times: TravelTimes, query: TravelQuery, nth: Sequence[int]) -> dict[str, NDArray[np.float64]]:
    minutes = whole_minutes(times.seconds)
    return {
        f"nearest_{count}_p{percentile}": time_to_nth(minutes[:, :, at], count)
        for count in nth
        for at, percentile in enumerate(query.percentiles)
    }


def _reasons(network: TransitNetwork, start: LinkedPlaces, query: TravelQuery, times: TravelTimes) -> NDArray[Any]:
    """Of places from which nothing is reached at the lowest percentile."""
    reached = (times.seconds != UNREACHED).any(axis=(1, 2))
    return np.where(reached, Reason.REACHED.value, reasons(network, start, query, leaving=True)).astype(object)


def _travel(
    network: TransitNetwork,
    query: TravelQuery,
    homes: Sites,
    goals: Sites,
    times: TravelTimes,
    amounts: NDArray[np.float64],
    decay: Decay,
) -> Travel:
    """Of some homes, the trip to the place that adds most to what they reach."""
    middle = len(query.percentiles) // 2
    pairs = []
    for row in spread(np.flatnonzero((times.seconds[:, :, middle] != UNREACHED).any(axis=1))):
        value = weights(decay, whole_minutes(times.seconds[row, :, middle])) * amounts.sum(axis=1)
        if value.max() > 0:
            pairs.append((homes.lonlat[row], goals.lonlat[int(np.argmax(value))]))
    return travel_of(network, pairs, query)
