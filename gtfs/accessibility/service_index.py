"""Named indices of service around places, from walks and departures: PTAL, OeV-Gueteklassen, MLIT's measures."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gtfs.accessibility.cumulative import with_id
from gtfs.accessibility.site import sites
from gtfs.errors import DateOutsideError
from gtfs.feed import Feed
from gtfs.measure import parameter as given
from gtfs.measure.coverage import Covered, people_covered, stop_service
from gtfs.measure.departure import departures_on
from gtfs.measure.parameter import DesertRule
from gtfs.measure.ptal import access_index, band, peak_service
from gtfs.measure.quality_class import quality_class, stop_categories
from gtfs.measure.stop_place import stop_places
from gtfs.routing import TransitNetwork, link_places


@dataclass(frozen=True, eq=False)
class ServiceIndex:
    """`table`: the places with the index; `rules` says by which date, window, distances and source."""

    table: gpd.GeoDataFrame
    rules: Mapping[str, Any]


def ptal(feeds: Mapping[str, Feed], day: date, places: gpd.GeoDataFrame, *, network: TransitNetwork) -> ServiceIndex:
    """Columns `ptal_index` and `ptal`. Walks are those of `network`, which is built for the same day."""
    found = sites(places)
    departures = _departures(feeds, day, given.PTAL_WINDOW)
    linked = link_places(network, found.lonlat, limit_m=given.PTAL_RAIL_M)
    timetable, links = network.timetable, linked.from_stops
    stop = np.repeat(np.arange(timetable.stop_count), np.diff(links.start))
    feed_of = (timetable.feeds[row] for row in timetable.stop_feed)
    keys = np.array([_key(*one) for one in zip(feed_of, timetable.stop_id, strict=True)], dtype=object)
    walks = pd.DataFrame({"point": links.place, "stop": keys[stop], "metres": links.cost.astype(np.float64)})
    index = access_index(walks, peak_service(departures), len(found))
    table = with_id(found.features.assign(ptal_index=index, ptal=band(index)), found.ids)
    return ServiceIndex(table, _rules("PTAL (TfL)", day, given.PTAL_WINDOW, network.walking.as_json()))


def quality_classes(
    feeds: Mapping[str, Feed], day: date, places: gpd.GeoDataFrame, *, nodes: Collection[str] = ()
) -> ServiceIndex:
    """Column `quality_class`, A to D or empty, by straight lines as the method has it.

    `nodes`: `feed:place_id` of railway junctions.
    """
    found, stops = sites(places), _stops(feeds)
    category = stop_categories(_departures(feeds, day, given.QUALITY_WINDOW), nodes=nodes)["category"]
    of_stop = stops["place_id"].map(category).fillna(0).to_numpy(dtype=np.int64)
    classes = quality_class(found.lonlat, stops[["lon", "lat"]].to_numpy(), of_stop)
    table = with_id(found.features.assign(quality_class=classes), found.ids)
    return ServiceIndex(table, _rules("ÖV-Güteklassen (ARE)", day, given.QUALITY_WINDOW, "straight line"))


def coverage(
    feeds: Mapping[str, Feed],
    day: date,
    homes: gpd.GeoDataFrame,
    *,
    people: str = "population",
    rule: DesertRule | None = None,
) -> tuple[ServiceIndex, Covered]:
    """MLIT's: columns `served` and `trunk` (基幹的公共交通, 30 departures each way), and how many people that are.

    By straight lines, as the handbook has it; `deserts` measures along streets.
    """
    found, stops = sites(homes), _stops(feeds)
    service = stop_service(_departures(feeds, day, None))
    stops = stops[stops["place_id"].isin(service.index)]
    covered = people_covered(
        found.lonlat, found.amounts(people), stops[["lon", "lat"]].to_numpy(), service.loc[stops["place_id"]], rule
    )
    table = with_id(found.features.assign(served=covered.served, trunk=covered.trunk), found.ids)
    return ServiceIndex(table, _rules("MLIT", day, None, "straight line")), covered


def _departures(feeds: Mapping[str, Feed], day: date, window: Any) -> pd.DataFrame:
    """Of all feeds that know the day; DateOutsideError when none does."""
    parts, error = [], None
    for name, feed in feeds.items():
        try:
            found = departures_on(feed, day, window)
        except DateOutsideError as outside:
            error = outside
            continue
        named = {column: _keys(name, found[column]) for column in ("stop_id", "place_id", "route_id", "trip_id")}
        parts.append(found.assign(**named))
    if not parts and error is not None:
        raise error
    return pd.concat(parts, ignore_index=True)


def _stops(feeds: Mapping[str, Feed]) -> pd.DataFrame:
    """With a place; ids as in `_departures`."""
    parts = [(name, stop_places(feed)) for name, feed in feeds.items()]
    stops = pd.concat(
        [one.assign(stop_id=_keys(name, one["stop_id"]), place_id=_keys(name, one["place_id"])) for name, one in parts]
    )
    return stops.dropna(subset=["lon", "lat"]).reset_index(drop=True)


def _key(feed: str, id: str) -> str:
    return f"{feed}:{id}"


def _keys(feed: str, ids: "pd.Series[Any]") -> NDArray[Any]:
    return np.array([_key(feed, str(id)) for id in ids], dtype=object)


def _rules(index: str, day: date, window: Any, walking: Any) -> dict[str, Any]:
    told = [edge.strftime("%H:%M") for edge in window] if window else ["service day"]
    return {"index": index, "day": day.isoformat(), "window": told, "walking": walking}
