"""Calls: one trip at one stop, in the order of the trip."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gtfs.feed import Feed
from gtfs.specification import NO_PICKUP, STATION


def calls(feed: Feed) -> pd.DataFrame:
    """Columns trip_id, stop_id, route_id, shape_id, departs; by trip and stop_sequence, trips as in trips.txt.

    Calls of trips that trips.txt does not know are left out: they belong to no route.
    """
    trips = feed.table("trips").drop_duplicates("trip_id")[["trip_id", "route_id", "shape_id"]]
    times = feed.table("stop_times")[["trip_id", "stop_id", "stop_sequence", "pickup_type"]]
    trip: NDArray[np.intp] = pd.Index(trips["trip_id"]).get_indexer(pd.Index(times["trip_id"]))
    sequence = times["stop_sequence"].to_numpy(dtype="float64", na_value=np.inf)
    order = np.lexsort([sequence, trip])
    order = order[(trip[order] >= 0) & times["stop_id"].notna().to_numpy()[order]]
    trip = trip[order]
    last = np.append(trip[1:] != trip[:-1], True)[: len(trip)]
    boarding = (times["pickup_type"] != NO_PICKUP).fillna(True).to_numpy(dtype=bool)[order]
    known = trips.iloc[trip].reset_index(drop=True)
    return known.assign(stop_id=times["stop_id"].iloc[order].to_numpy(), departs=boarding & ~last)


def departures(feed: Feed) -> pd.DataFrame:
    """Calls where somebody may board, once at the platform and once at its station: columns stop_id, route_id."""
    boarding = calls(feed).query("departs")[["stop_id", "route_id"]]
    stops = feed.table("stops").drop_duplicates("stop_id").set_index("stop_id")
    stations = stops.index[stops["location_type"].eq(STATION).fillna(False).to_numpy(dtype=bool)]
    parent: pd.Series[Any] = boarding["stop_id"].map(stops["parent_station"])
    at_station = boarding.assign(stop_id=parent)[parent.isin(stations).to_numpy(dtype=bool)]
    return pd.concat([boarding, at_station], ignore_index=True)
