"""Stops of a scenario: existing ones found, new ones made, and metres between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo import Problem
from gtfs.feed import Feed
from gtfs.measure.plane import in_metres
from gtfs.scenario.change import LineStop, LonLat
from gtfs.scenario.errors import InvalidScenarioError
from gtfs.scenario.rows import with_rows

_SHOWN = 5


@dataclass(frozen=True)
class Place:
    """Where a change stands in the scenario, for its problems."""

    file: str
    path: str

    def error(self, rule: str, key: str = "", **parameters: str) -> InvalidScenarioError:
        at = f"{self.path}.{key}" if key else self.path
        return InvalidScenarioError([Problem(f"scenario.{rule}", self.file, at, parameters=parameters)])


def route_row(feed: Feed, route_id: str, place: Place) -> "pd.Series[Any]":
    """InvalidScenarioError where the feed has no such route."""
    routes = feed.table("routes")
    found = routes[(routes["route_id"] == route_id).fillna(False).to_numpy(dtype=bool)]
    if not len(found):
        known = ", ".join(str(one) for one in routes["route_id"].dropna()[:_SHOWN])
        raise place.error("unknown_route", "route", id=route_id, known=known)
    return found.iloc[0]


def stop_row(feed: Feed, stop_id: str, place: Place, key: str) -> "pd.Series[Any]":
    stops = feed.table("stops")
    found = stops[(stops["stop_id"] == stop_id).fillna(False).to_numpy(dtype=bool)]
    if not len(found):
        raise place.error("unknown_stop", key, id=stop_id)
    return found.iloc[0]


def stop_lonlat(feed: Feed, stop_id: str, place: Place, key: str) -> LonLat:
    row = stop_row(feed, stop_id, place, key)
    if pd.isna(row["stop_lon"]) or pd.isna(row["stop_lat"]):
        raise place.error("unknown_stop", key, id=stop_id)
    return float(row["stop_lon"]), float(row["stop_lat"])


def with_stops(
    feed: Feed, stops: Sequence[LineStop], place: Place, *, key: str, prefix: str
) -> tuple[Feed, list[str], list[LonLat]]:
    """The feed with the new stops, and the ids and places of all in order. A stop named twice at one place is one."""
    known = set(feed.table("stops")["stop_id"].dropna())
    made: dict[LineStop, str] = {}
    rows, ids, places = [], [], []
    for at, stop in enumerate(stops):
        if stop.stop_id is not None:
            ids.append(stop.stop_id)
            places.append(stop_lonlat(feed, stop.stop_id, place, f"{key}[{at}]"))
            continue
        lonlat = stop.at or (0.0, 0.0)
        if stop not in made:
            made[stop] = _free(f"{prefix}-{len(made) + 1}", known)
            rows.append({"stop_id": made[stop], "stop_name": stop.name, "stop_lon": lonlat[0], "stop_lat": lonlat[1]})
        ids.append(made[stop])
        places.append(lonlat)
    return with_rows(feed, "stops", rows), ids, places


def distances(stops: Sequence[LonLat], path: Sequence[LonLat] = ()) -> NDArray[np.float64]:
    """Metres from the first stop to each, along the drawn path, or straight from stop to stop without one.

    On the path a stop is at its nearest place after the stop before; the way from the path to the stop is not counted.
    """
    if len(path) < 2:
        (xy,) = in_metres(np.array(stops))
        return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    xy, line = in_metres(np.array(stops), np.array(path))
    along, begin = [], 0.0
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    for one in xy:
        begin = _nearest_along(line, lengths, one, begin)
        along.append(begin)
    return np.array(along) - along[0]


def _nearest_along(line: NDArray[np.float64], lengths: NDArray[np.float64], point: Any, begin: float) -> float:
    """The first of the nearest places of the path that is not before `begin`."""
    best, best_m = begin, float("inf")
    for (ax, ay), (bx, by), start, end in zip(line[:-1], line[1:], lengths[:-1], lengths[1:], strict=True):
        length = end - start
        if end < begin or not length:
            continue
        share = ((point[0] - ax) * (bx - ax) + (point[1] - ay) * (by - ay)) / length**2
        share = min(max(share, (begin - start) / length, 0.0), 1.0)
        away = hypot(point[0] - ax - share * (bx - ax), point[1] - ay - share * (by - ay))
        if away < best_m - 1e-6:
            best, best_m = start + share * length, away
    return float(best)


def _free(wanted: str, known: set[Any]) -> str:
    found, number = wanted, 2
    while found in known:
        found, number = f"{wanted}-{number}", number + 1
    known.add(found)
    return found
