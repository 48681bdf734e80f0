"""Access: what can be reached from each place."""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from gtfs.accessibility.answer import Answer
from gtfs.accessibility.cycling import cycled, minute_times, travel_times
from gtfs.accessibility.explanation import PAIRS, Travel, explain, spread, travel_of
from gtfs.accessibility.reason import Reason, linked, reasons
from gtfs.accessibility.site import Sites, sites
from gtfs.measure.decay import Decay, weights
from gtfs.measure.opportunity import Access, Definition, access_of_percentile, opportunities_within, time_to_nth
from gtfs.measure.percentile import nearest_rank
from gtfs.routing import UNREACHED, LinkedPlaces, TransitNetwork, TravelQuery, TravelTimes
from gtfs.scenario.change import ChangeAccess

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
    by: ChangeAccess | None = None,
) -> Answer:
    """`origins` with what each reaches: a column `{column}_p50` for each column and percentile (`{column}_mean` for a
    mean), `nearest_{n}_p50` minutes to the nth nearest, `snap_m`, and `reason` where nothing is reached.

    Without `columns` every place counts 1 (`places_p50`). Percentiles of access per minute count from little to much.
    `by`: a bicycle to the first stop (`Scenario.access`).
    """
    homes, goals = sites(origins), sites(opportunities)
    amounts = np.stack([goals.amounts(column) for column in columns], axis=1) if columns else np.ones((len(goals), 1))
    start = linked(network, homes.lonlat, query)
    end = linked(network, goals.lonlat, query)
    times = travel_times(network, start, end, query, by)
    found = _access(network, start, end, query, times, amounts, decay, definition, by)
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
        notes=cycled(by),
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
    by: ChangeAccess | None,
) -> Access:
    if definition is Definition.OF_PERCENTILE:
        return access_of_percentile(times.minutes, query.percentiles, amounts, decay)
    every: NDArray[np.float64] = np.zeros((len(start), 0, 0))
    for block in minute_times(network, start, end, query, by):
        count = block.seconds.shape[2]
        every = every if every.size else np.zeros((len(start), count, amounts.shape[1]))
        for minute in range(count):
            minutes = whole_minutes(block.seconds[:, :, minute])
            every[block.origins, minute] += opportunities_within(minutes, amounts[block.destinations], decay)
    if definition is Definition.MEAN_PER_MINUTE:
        return Access(every.mean(axis=1, keepdims=True), definition, ())
    return Access(nearest_rank(every, query.percentiles, axis=1), definition, query.percentiles)


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
    """Of some homes, the trip to the place that adds most to what they reach, times its minutes: not the next door."""
    middle = len(query.percentiles) // 2
    pairs = []
    for row in spread(np.flatnonzero((times.seconds[:, :, middle] != UNREACHED).any(axis=1)), PAIRS):
        minutes = whole_minutes(times.seconds[row, :, middle])
        value = weights(decay, minutes) * amounts.sum(axis=1) * (1 + minutes)
        if value.max() > 0:
            pairs.append((homes.lonlat[row], goals.lonlat[int(np.argmax(value))]))
    return travel_of(network, pairs, query)
