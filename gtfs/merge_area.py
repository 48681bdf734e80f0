"""One parent_station for the poles of several operators at one place."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from gtfs.feed import Feed
from gtfs.publication.value_fix import Tables
from gtfs.stop_area import StopArea, stop_areas

Renamed = Mapping[str, Mapping[str, Mapping[str, str]]]
"""By feed and kind, old ids to new."""
_STATION: Final = "1"


def join_stops(tables: Tables, feeds: Mapping[str, Feed], renamed: Renamed) -> int:
    """Changes stops.txt in place; how many places were joined.

    The station with the most poles stands for all; where there is none, one is made at the middle of the poles.
    Stations that are left without poles, and that nothing else names, are removed.
    """
    stops = tables["stops"]
    parents = _column(stops, "parent_station")
    rows = {id: row for row, id in enumerate(stops["stop_id"].tolist())}
    made: list[dict[str, Any]] = []
    left: set[str] = set()
    joined = 0
    for area in stop_areas(feeds).areas:
        ids = _merged_ids(area, renamed)
        if len(area.feeds) < 2 or any(id not in rows for id in ids):
            continue
        known = Counter(parent for id in ids if isinstance(parent := parents[rows[id]], str) and parent in rows)
        station = min(known, key=lambda one: (-known[one], one)) if known else _new_id(area, rows)
        if not known:
            made.append(_station(area, station))
        left |= set(known) - {station}
        joined += 1
        for id in ids:
            parents[rows[id]] = station
    if joined:
        stops = stops.assign(parent_station=pd.Series(parents, index=stops.index, dtype="string"))
        tables["stops"] = _with_stations(stops, made)
        _drop_stations(tables, left)
    return joined


def _column(stops: pd.DataFrame, name: str) -> list[Any]:
    return stops[name].tolist() if name in stops else [pd.NA] * len(stops)


def _merged_ids(area: StopArea, renamed: Renamed) -> list[str]:
    return [renamed.get(pole.feed, {}).get("stop_id", {}).get(pole.stop_id, pole.stop_id) for pole in area.poles]


def _new_id(area: StopArea, rows: Mapping[str, int]) -> str:
    id = f"area:{area.id}"
    while id in rows:
        id = f"{id}_"
    return id


def _station(area: StopArea, id: str) -> dict[str, Any]:
    place = {} if np.isnan(area.lon) else {"stop_lat": f"{area.lat:.6f}", "stop_lon": f"{area.lon:.6f}"}
    return {"stop_id": id, "stop_name": area.name, "location_type": _STATION, **place}


def _with_stations(stops: pd.DataFrame, made: list[dict[str, Any]]) -> pd.DataFrame:
    if "location_type" not in stops:
        stops = stops.assign(location_type=pd.Series("0", index=stops.index, dtype="string"))
    if not made:
        return stops
    return pd.concat([stops, pd.DataFrame(made)], ignore_index=True).astype("string")


def _drop_stations(tables: Tables, candidates: set[str]) -> None:
    named = {
        value
        for table, rows in tables.items()
        for column in rows.columns
        if str(column) == "parent_station"
        or (table != "stops" and (str(column).endswith("stop_id") or str(column) == "record_id"))
        for value in rows[column].dropna().unique()
    }
    gone = candidates - named
    tables["stops"] = tables["stops"][~tables["stops"]["stop_id"].isin(gone)].reset_index(drop=True)
