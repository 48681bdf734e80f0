"""One multi-line for each route: every stretch that its trips run along, drawn once.

Trips with a shape run along it; trips without one go straight from stop to stop, except between stops that a trip
with a shape already joins.
"""

from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo import Problem
from gtfs.call import calls
from gtfs.feed import Feed

Segments = NDArray[np.float64]
"""Shape (n, 4): longitude and latitude of one end, then of the other."""


def route_lines(feed: Feed) -> tuple[pd.DataFrame, list[Problem]]:
    """Index route_id, columns `line` (MultiLineString, degrees) and `source` (`shapes`, `stops`, `mixed`).

    Routes of which nothing can be drawn are not in it.
    """
    shapes, problems = _shape_segments(feed)
    along = _along_shapes(feed, shapes)
    straight = _stop_to_stop(feed, set(shapes))
    ids = list(dict.fromkeys([*along, *straight]))
    lines = [_line([*along.get(id, []), *straight.get(id, [])]) for id in ids]
    sources = ["mixed" if id in along and id in straight else "shapes" if id in along else "stops" for id in ids]
    return pd.DataFrame({"line": lines, "source": sources}, index=pd.Index(ids, dtype=object)), problems


def _shape_segments(feed: Feed) -> tuple[dict[str, Segments], list[Problem]]:
    """By shape_id, those with any length only."""
    points = feed.table("shapes")
    used = points.dropna(subset=["shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence"])
    lost = points.index.difference(used.index)
    told = {"count": str(len(lost))}
    problems = (
        [Problem("gtfs.shape_point", feed.place("shapes"), line=int(lost[0]), parameters=told)] if len(lost) else []
    )
    codes, ids = pd.factorize(used["shape_id"])
    order = np.lexsort([used["shape_pt_sequence"].to_numpy(dtype="float64"), codes])
    segments, owner = _joined(used[["shape_pt_lon", "shape_pt_lat"]].to_numpy(dtype="float64")[order], codes[order])
    cuts = np.searchsorted(owner, np.arange(len(ids) + 1))
    return {str(id): segments[cuts[i] : cuts[i + 1]] for i, id in enumerate(ids) if cuts[i] < cuts[i + 1]}, problems


def _joined(lonlat: Segments, owner: NDArray[np.intp]) -> tuple[Segments, NDArray[np.intp]]:
    """Segments between neighbouring points of the same owner, without those of no length; and whose they are."""
    segments = np.hstack([lonlat[:-1], lonlat[1:]])
    real = (owner[:-1] == owner[1:]) & (lonlat[:-1] != lonlat[1:]).any(axis=1)
    return segments[real], owner[:-1][real]


def _along_shapes(feed: Feed, shapes: dict[str, Segments]) -> dict[str, list[Segments]]:
    used = feed.table("trips")[["route_id", "shape_id"]].dropna().drop_duplicates()
    along: dict[str, list[Segments]] = {}
    for route_id, shape_id in zip(used["route_id"], used["shape_id"], strict=True):
        if shape_id in shapes:
            along.setdefault(route_id, []).append(shapes[shape_id])
    return along


def _stop_to_stop(feed: Feed, shapes: set[str]) -> dict[str, list[Segments]]:
    stops = feed.table("stops").drop_duplicates("stop_id").set_index("stop_id")[["stop_lon", "stop_lat"]].dropna()
    run = calls(feed)
    place = pd.Index(stops.index).get_indexer(pd.Index(run["stop_id"]))
    run = run[place >= 0]
    pairs = _pairs(run, place[place >= 0], run["shape_id"].isin(shapes).to_numpy(dtype=bool))
    lonlat = stops.to_numpy(dtype="float64")
    straight: dict[str, list[Segments]] = {}
    for route_id, rows in pairs.groupby("route_id"):
        ends = np.hstack([lonlat[rows["one"].to_numpy()], lonlat[rows["other"].to_numpy()]])
        real = ends[(ends[:, :2] != ends[:, 2:]).any(axis=1)]
        if len(real):
            straight[str(route_id)] = [real]
    return straight


def _pairs(run: pd.DataFrame, place: NDArray[np.intp], shaped: NDArray[np.bool_]) -> pd.DataFrame:
    """Neighbouring stops by route (columns one, other: rows of the stops) that no trip with a shape joins."""
    trip = pd.factorize(run["trip_id"])[0]
    next_in_trip = np.flatnonzero(trip[:-1] == trip[1:])
    one, other = place[next_in_trip], place[next_in_trip + 1]
    pairs = pd.DataFrame(
        {
            "route_id": run["route_id"].to_numpy()[next_in_trip],
            "one": np.minimum(one, other),
            "other": np.maximum(one, other),
            "shaped": shaped[next_in_trip],
        }
    )
    drawn = pairs.groupby(["route_id", "one", "other"])["shaped"].any().reset_index()
    return drawn[~drawn["shaped"]]


def _line(parts: list[Segments]) -> Any:
    """Segments in either direction once, joined to lines as long as they can be without a fork."""
    segments = np.concatenate(parts)
    first, second = segments[:, :2], segments[:, 2:]
    backward = (first[:, 0] > second[:, 0]) | ((first[:, 0] == second[:, 0]) & (first[:, 1] > second[:, 1]))
    segments[backward] = np.hstack([second, first])[backward]
    distinct = np.unique(segments, axis=0)
    lines = np.asarray(shapely.linestrings(distinct.reshape(-1, 2, 2)), dtype=object)
    merged = shapely.line_merge(shapely.multilinestrings(lines))
    return shapely.multilinestrings(shapely.get_parts(merged))
