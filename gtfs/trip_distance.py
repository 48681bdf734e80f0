"""How far trips run: as told in stop_times.txt, or along their shapes in the UTM zone of the feed."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from gtfs.feed import Feed

_SPARE_M: Final = 100.0
"""As gtfs-kit: so much longer than the shape a way along it may seem."""
_KM: Final = {"ft": 0.000_304_8, "m": 0.001, "mi": 1.609_344, "km": 1.0}
_MILES: Final = {"ft": 1 / 5280, "m": 1 / 1609.344, "mi": 1.0, "km": 1 / 1.609_344}


@dataclass(frozen=True)
class Plane:
    """The UTM zone of the middle, which is the one that geopandas estimates for gtfs-kit."""

    to_metres: Transformer

    @classmethod
    def of_stops(cls, feed: Feed) -> "Plane":
        return cls.around(_lonlat(feed.table("stops"), "stop"))

    @classmethod
    def around(cls, lonlat: NDArray[np.float64]) -> "Plane":
        inside = lonlat[~np.isnan(lonlat).any(axis=1)]
        lon, lat = (inside.min(axis=0) + inside.max(axis=0)) / 2 if len(inside) else np.zeros(2)
        zone = (32600 if lat >= 0 else 32700) + int((lon + 180) // 6) % 60 + 1
        return cls(Transformer.from_crs(4326, zone, always_xy=True))

    def metres(self, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(self.to_metres.transform(lonlat[:, 0], lonlat[:, 1]))

    def places(self, feed: Feed, stop_ids: "pd.Index[Any]") -> NDArray[np.float64]:
        """Metres east and north of stops; NaN of those that stops.txt does not know."""
        stops = feed.table("stops").drop_duplicates("stop_id")
        at = pd.Index(stops["stop_id"]).get_indexer(stop_ids)
        xy = self.metres(_lonlat(stops, "stop"))[at] if len(stops) else np.empty((len(at), 2))
        return np.where((at >= 0)[:, None] & np.isfinite(xy), xy, np.nan)


def told_distances(feed: Feed, furthest: NDArray[np.float64]) -> NDArray[np.float64]:
    """shape_dist_traveled of last calls in km, or in miles where the feed measures in feet or miles."""
    from gtfs_kit.shapes import infer_dist_units

    shapes = feed.table("shapes")
    units = str(infer_dist_units(shapes)) if len(shapes) else "km"
    return furthest * (_KM if units in ("m", "km") else _MILES)[units]


def shape_distances_m(feed: Feed, ends: pd.DataFrame) -> NDArray[np.float64]:
    """Of trips (columns shape_id, first, last: stop_ids): from one stop to the other along the shape, else all of it.

    All of it where the shape crosses itself or the last stop lies before the first; NaN without a shape.
    """
    unique = ends.drop_duplicates()
    lines = _lines(feed)
    if lines.empty:
        return np.full(len(ends), np.nan)
    shape = pd.Index(lines.index).get_indexer(pd.Index(unique["shape_id"]))
    line = lines.to_numpy()[shape]
    length = shapely.length(line)
    plane = Plane.of_stops(feed)
    along = [_located(line, plane.places(feed, pd.Index(unique[end]))) for end in ("first", "last")]
    way = along[1] - along[0]
    simple = shapely.is_simple(lines.to_numpy())[shape]
    with np.errstate(invalid="ignore"):
        plausible = simple & (way > 0) & (way < length + _SPARE_M)
    metres = np.where(shape >= 0, np.where(plausible, way, length), np.nan)
    return ends.merge(unique.assign(metres=metres), how="left")["metres"].to_numpy(dtype=np.float64)


def _located(line: NDArray[Any], xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Metres along each line to the place on it nearest to `xy`; NaN for a place that nobody knows."""
    known = ~np.isnan(xy).any(axis=1)
    along = np.full(len(line), np.nan)
    along[known] = shapely.line_locate_point(line[known], shapely.points(xy[known]))
    return along


def _lines(feed: Feed) -> "pd.Series[Any]":
    """By shape_id, in metres."""
    shapes = feed.table("shapes").dropna(subset=["shape_id"]).sort_values(["shape_id", "shape_pt_sequence"])
    lonlat = _lonlat(shapes, "shape_pt")
    code, ids = pd.factorize(shapes["shape_id"])
    keep = np.bincount(code, minlength=len(ids))[code] > 1
    xy = Plane.around(lonlat).metres(lonlat[keep])
    numbers, kept = pd.factorize(code[keep])
    lines = np.asarray(shapely.linestrings(xy, indices=numbers)) if len(kept) else np.empty(0, dtype=object)
    return pd.Series(lines, index=pd.Index(ids)[kept], dtype=object)


def _lonlat(rows: pd.DataFrame, name: str) -> NDArray[np.float64]:
    lonlat: NDArray[np.float64] = rows[[f"{name}_lon", f"{name}_lat"]].to_numpy(dtype="float64")
    return lonlat
