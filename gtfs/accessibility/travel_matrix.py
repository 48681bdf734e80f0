"""Travel times from every place to every other."""

import geopandas as gpd
import numpy as np
import pandas as pd

from gtfs.accessibility.answer import Answer
from gtfs.accessibility.cumulative import whole_minutes
from gtfs.accessibility.cycling import cycled, travel_times
from gtfs.accessibility.explanation import PAIRS, explain, spread, travel_of
from gtfs.accessibility.reason import Reason, linked, pair_reasons, reasons
from gtfs.accessibility.site import sites
from gtfs.routing import UNREACHED, TransitNetwork, TravelQuery
from gtfs.scenario.change import ChangeAccess


def matrix(
    network: TransitNetwork,
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame,
    query: TravelQuery,
    *,
    by: ChangeAccess | None = None,
) -> Answer:
    """One row for each pair: from_id, to_id, `minutes_p50` for each percentile (blank where not reached), `reason`
    where no percentile is. Minutes are whole ones that have passed, as R5 counts. `by`: a bicycle to the first stop.
    """
    homes, goals = sites(origins), sites(destinations)
    start, end = linked(network, homes.lonlat, query), linked(network, goals.lonlat, query)
    times = travel_times(network, start, end, query, by)
    minutes = whole_minutes(times.seconds).reshape(len(homes) * len(goals), -1)
    columns = {
        f"minutes_p{percentile}": pd.array(
            np.where(minutes[:, at] >= 0, minutes[:, at].astype(np.float64), np.nan), dtype="Int16"
        )
        for at, percentile in enumerate(query.percentiles)
    }
    leaving, arriving = reasons(network, start, query, leaving=True), reasons(network, end, query, leaving=False)
    why = pair_reasons(leaving[:, np.newaxis], arriving[np.newaxis, :])
    reached = (times.seconds != UNREACHED).any(axis=2)
    why = np.where(reached, Reason.REACHED.value, why).ravel()
    table = pd.DataFrame({
        "from_id": np.repeat(homes.ids, len(goals)),
        "to_id": np.tile(goals.ids, len(homes)),
        **columns,
        "reason": why.astype(object),
    })  # fmt: skip
    rows = spread(np.flatnonzero(reached.ravel()), PAIRS)
    pairs = [(homes.lonlat[row // len(goals)], goals.lonlat[row % len(goals)]) for row in rows]
    explanation = explain(
        "matrix",
        network,
        query,
        travel=travel_of(network, pairs, query),
        origin_snap_m=times.origin_snap_m,
        destination_snap_m=times.destination_snap_m,
        unreached=table["reason"],
        notes=cycled(by),
    )
    return Answer(table, explanation)
