"""Access: what can be reached from each place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from geo import InvalidLayerError
from gtfs.accessibility.answer import Answer
from gtfs.accessibility.cycling import cycled, minute_times, travel_times
from gtfs.accessibility.explanation import PAIRS, explain, spread, travel_of
from gtfs.accessibility.reason import Reason, linked, reasons
from gtfs.accessibility.site import sites
from gtfs.measure.decay import Decay, weights
from gtfs.measure.opportunity import Access, Definition, access_of_percentile, opportunities_within, time_to_nth
from gtfs.measure.percentile import nearest_rank
from gtfs.routing import UNREACHED, LinkedPlaces, TransitNetwork, TravelQuery, TravelTimes
from gtfs.scenario.change import ChangeAccess

_ONE = "places"
BLOCK: Final = 25_000
"""Places at a time, so that memory stays flat; fewer with a bicycle, which reaches many stops."""
CYCLING_BLOCK: Final = 2_000
Pair = tuple[NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class _Question:
    """What is asked of each block of homes."""

    network: TransitNetwork
    end: LinkedPlaces
    amounts: NDArray[np.float64]
    """Shape (places, kinds)."""
    names: Sequence[str]
    """Of the kinds."""
    query: TravelQuery
    decay: Decay
    definition: Definition
    nth: Sequence[int]
    by: ChangeAccess | None


@dataclass(frozen=True, eq=False)
class _Part:
    columns: dict[str, NDArray[Any]]
    pairs: list[Pair]
    """Trips to look at."""
    end_snap_m: NDArray[np.float64]


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
    `by`: a bicycle to the first stop (`Scenario.access`). InvalidLayerError without places, or for a column that is
    not there.
    """
    homes, goals = sites(origins), sites(opportunities)
    if not len(homes) or not len(goals):
        raise InvalidLayerError("there are no homes, or nothing to reach")
    names = tuple(columns) or (_ONE,)
    amounts = np.stack([goals.amounts(column) for column in columns], axis=1) if columns else np.ones((len(goals), 1))
    end = linked(network, goals.lonlat, query)
    question = _Question(network, end, amounts, names, query, decay, definition, nth, by)
    size = CYCLING_BLOCK if by else BLOCK
    parts = [_part(question, homes.lonlat[first : first + size]) for first in range(0, len(homes), size)]
    found = {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns}
    pairs = [pair for part in parts for pair in part.pairs]
    looked_at = [pairs[row] for row in spread(np.arange(len(pairs)), PAIRS)]
    explanation = explain(
        "access",
        network,
        query,
        travel=travel_of(network, looked_at, query),
        origin_snap_m=found["snap_m"],
        destination_snap_m=parts[0].end_snap_m,
        rules={**decay.as_json(), "definition": definition.value, "columns": list(names)},
        unreached=found["reason"],
        notes=cycled(by),
    )
    return Answer(with_id(homes.features.assign(**found), homes.ids), explanation)


def _part(question: _Question, lonlat: NDArray[np.float64]) -> _Part:
    network, query = question.network, question.query
    start = linked(network, lonlat, query)
    times = travel_times(network, start, question.end, query, question.by)
    found = _access(question, start, times)
    columns = {**_columns(found, question.names), **_nearest(times, query, question.nth)}
    columns |= {"snap_m": times.origin_snap_m, "reason": _reasons(network, start, query, times)}
    return _Part(columns, _pairs(question, start, times), times.destination_snap_m)


def with_id(table: gpd.GeoDataFrame, ids: NDArray[Any]) -> gpd.GeoDataFrame:
    """`feature_id` as the first column."""
    rest = table.drop(columns="feature_id", errors="ignore")
    rest.insert(0, "feature_id", ids)
    return rest


def _access(question: _Question, start: LinkedPlaces, times: TravelTimes) -> Access:
    query, amounts, decay, definition = question.query, question.amounts, question.decay, question.definition
    if definition is Definition.OF_PERCENTILE:
        return access_of_percentile(times.minutes, query.percentiles, amounts, decay)
    every: NDArray[np.float64] = np.zeros((len(start), 0, 0))
    for block in minute_times(question.network, start, question.end, query, question.by):
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


def _pairs(question: _Question, start: LinkedPlaces, times: TravelTimes) -> list[Pair]:
    """Some homes, and of each the place that adds most to what they reach, times its minutes: not the next door."""
    middle = times.seconds[:, :, len(question.query.percentiles) // 2]
    pairs = []
    for row in spread(np.flatnonzero((middle != UNREACHED).any(axis=1)), PAIRS):
        minutes = whole_minutes(middle[row])
        value = weights(question.decay, minutes) * question.amounts.sum(axis=1) * (1.0 + minutes)
        if value.max() > 0:
            pairs.append((start.lonlat[row], question.end.lonlat[int(np.argmax(value))]))
    return pairs
