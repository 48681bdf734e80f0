"""Our rule about shapes: stops that lie far from the line of a trip that calls there."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gtfs.distance import scale
from gtfs.feed import Feed
from gtfs.validation.finding import Finding
from gtfs.validation.rule import found

LIMIT_M: Final = 100.0
"""As the canonical rules have it."""


def shape_findings(feed: Feed) -> Iterator[Finding]:
    """One finding for each stop: the shape that it is farthest from."""
    pairs = _pairs(feed)
    stops = feed.table("stops").drop_duplicates("stop_id").reset_index().set_index("stop_id")
    lonlat: NDArray[np.float64] = stops[["stop_lon", "stop_lat"]].reindex(pairs["stop_id"]).to_numpy(dtype="float64")
    if np.isnan(lonlat).any(axis=1).all():
        return
    pairs = pairs.assign(metres=_distances(feed, pairs["shape_id"], lonlat))
    far = pairs[pairs["metres"] > LIMIT_M].sort_values("metres", ascending=False).drop_duplicates("stop_id")
    for stop_id, shape_id, metres in far.sort_index().itertuples(index=False):
        stop = stops.loc[stop_id]
        told = {"name": stop["stop_name"], "shape": shape_id, "metres": f"{metres:,.0f}", "limit": f"{LIMIT_M:g}"}
        yield found(
            "stop_far_from_shape", told, file="stops.txt", line=int(stop["line"]), feature=str(stop_id),
            lonlat=(float(stop["stop_lon"]), float(stop["stop_lat"])),
        )  # fmt: skip


def _pairs(feed: Feed) -> pd.DataFrame:
    """Which stops trips of a shape call at, each pair once: columns stop_id, shape_id."""
    shapes = feed.table("trips").drop_duplicates("trip_id").set_index("trip_id")["shape_id"].dropna()
    times = feed.table("stop_times")[["trip_id", "stop_id"]]
    pairs = times.assign(shape_id=times["trip_id"].map(shapes))[["stop_id", "shape_id"]]
    return pairs.dropna().drop_duplicates().reset_index(drop=True)


def _distances(feed: Feed, shape_ids: "pd.Series[Any]", lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Metres from each place to the shape beside it; NaN where either is missing."""
    lines = _lines(feed, float(np.nanmean(lonlat[:, 1])))
    line = np.array([lines.get(shape) for shape in shape_ids.tolist()], dtype=object)
    known = ~np.isnan(lonlat).any(axis=1)
    metres = np.full(len(lonlat), np.nan)
    points = shapely.points(lonlat[known] * _scale(float(np.nanmean(lonlat[:, 1]))))
    metres[known] = shapely.distance(points, line[known])
    return metres


def _lines(feed: Feed, latitude: float) -> dict[str, shapely.LineString]:
    """In metres of the plane at `latitude`: within 1 % some 70 km north or south of it."""
    rows = feed.table("shapes").dropna(subset=["shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence"])
    rows = rows.sort_values(["shape_id", "shape_pt_sequence"], kind="stable")
    xy = rows[["shape_pt_lon", "shape_pt_lat"]].to_numpy(dtype="float64") * _scale(latitude)
    numbers, ids = pd.factorize(rows["shape_id"])
    keep = np.bincount(numbers, minlength=len(ids))[numbers] > 1 if len(ids) else np.empty(0, dtype=bool)
    codes, kept = pd.factorize(numbers[keep])
    if not len(kept):
        return {}
    return dict(zip(ids[kept].tolist(), np.asarray(shapely.linestrings(xy[keep], indices=codes)), strict=True))


def _scale(latitude: float) -> NDArray[np.float64]:
    east, north = scale(np.array([latitude]))
    return np.array([east[0], north[0]])
