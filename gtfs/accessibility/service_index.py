"""Named indices of service around places, from walks and departures: PTAL, OeV-Gueteklassen, MLIT's measures."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo import Text
from gtfs.accessibility.answer import Answer
from gtfs.accessibility.cumulative import with_id
from gtfs.accessibility.explanation import Explanation, Snap, Travel, reason_counts
from gtfs.accessibility.left_out import day_departures
from gtfs.accessibility.reason import Reason
from gtfs.accessibility.service_day import ServiceDay, feed_key, service_day
from gtfs.accessibility.site import Sites, sites
from gtfs.feed import Feed
from gtfs.measure import parameter as given
from gtfs.measure.coverage import Covered, people_covered, stop_service
from gtfs.measure.parameter import DesertRule
from gtfs.measure.plane import nearest_m
from gtfs.measure.ptal import access_index, band, peak_service
from gtfs.measure.quality_class import quality_class, stop_categories
from gtfs.routing import TransitNetwork, link_places

STRAIGHT = Text("徒歩は直線距離", "walks are straight lines")
TRUNK, SERVED, OUTSIDE = "trunk", "served", ""
"""Values of `stop_coverage`'s class."""


@dataclass(frozen=True)
class ClassTotal:
    """One value of an index with the places, and the people where they are known, that have it."""

    value: str
    places: int
    people: float | None


@dataclass(frozen=True, eq=False)
class ServiceIndex(Answer):
    """`table`: the places with the index in `column`, and `reason` where it is nothing."""

    column: str
    totals: tuple[ClassTotal, ...]
    """By value, the least first; those that no place has too."""

    def as_json(self) -> dict[str, Any]:
        return {**super().as_json(), "column": self.column, "totals": [dict(vars(one)) for one in self.totals]}


@dataclass(frozen=True, eq=False)
class StopCoverage(ServiceIndex):
    covered: Covered


def ptal(
    feeds: Mapping[str, Feed],
    day: date,
    places: gpd.GeoDataFrame,
    *,
    network: TransitNetwork,
    hour: time = given.PTAL_WINDOW[0],
    people: str = "population",
) -> ServiceIndex:
    """Columns `ptal_index` and `ptal`. Walks are those of `network`, which is built for the same day.

    `hour`: where the hour that counts begins, before 23:00; TfL's is that from 8:15.
    """
    found, service = sites(places), service_day(feeds, day, (hour, hour.replace(hour=hour.hour + 1)))
    linked = link_places(network, found.lonlat, limit_m=given.PTAL_RAIL_M)
    timetable, links = network.timetable, linked.from_stops
    stop = np.repeat(np.arange(timetable.stop_count), np.diff(links.start))
    feed_of = (timetable.feeds[row] for row in timetable.stop_feed)
    keys = pd.Index([feed_key(*one) for one in zip(feed_of, timetable.stop_id, strict=True)])
    walks = pd.DataFrame({"point": links.place, "stop": stop, "metres": links.cost.astype(np.float64)})
    boarded = service.departures.assign(stop=keys.get_indexer(pd.Index(service.departures["stop_id"])))
    boarded = boarded[boarded["stop"].isin(stop)]
    index = access_index(walks, peak_service(boarded, by="stop"), len(found))
    running = day_departures(network) > 0
    near = np.isin(np.arange(len(found)), links.place[running[stop]])
    reason = np.where(index > 0, Reason.REACHED, np.where(near, Reason.NO_SERVICE, Reason.NO_STOP))
    reason = np.where(linked.snapped.found, reason, Reason.OFF_STREETS)
    table = found.features.assign(ptal_index=index, ptal=band(index), reason=reason)
    rules = {
        "index": "PTAL (TfL)",
        "bus_m": given.PTAL_BUS_M,
        "rail_m": given.PTAL_RAIL_M,
        "formula": "30 / (walk + half the headway + margin); best line of a mode 1, others 0.5",
        "lines": service.lines(boarded),
    }
    snap = Snap.of(linked.snapped.distance_m)
    explanation = explain_index("ptal", service, rules, reason, snap, network.walking, given.PTAL_WALK_M_PER_MIN * 0.06)
    bands = [name for _, name in given.PTAL_BANDS]
    return ServiceIndex(
        with_id(table, found.ids), explanation, "ptal", class_totals(found, table["ptal"], bands, people)
    )


def quality_classes(
    feeds: Mapping[str, Feed],
    day: date,
    places: gpd.GeoDataFrame,
    *,
    nodes: Collection[str] = (),
    people: str = "population",
) -> ServiceIndex:
    """Column `quality_class`, A to D or empty, by straight lines as the method has it.

    `nodes`: `feed:place_id` of railway junctions.
    """
    found, service = sites(places), service_day(feeds, day, given.QUALITY_WINDOW)
    category = stop_categories(service.departures, nodes=nodes)["category"]
    of_stop = service.stops["place_id"].map(category).fillna(0).to_numpy(dtype=np.int64)
    stops = service.stops[["lon", "lat"]].to_numpy()
    classes = quality_class(found.lonlat, stops, of_stop)
    near = nearest_m(found.lonlat, stops[_served(service)]) <= given.QUALITY_DISTANCES_M[-1]
    reason = np.where(classes != "", Reason.REACHED, np.where(near, Reason.NO_SERVICE, Reason.NO_STOP))
    table = found.features.assign(quality_class=classes, reason=reason)
    counted = category[category > 0].index
    rules = {
        "index": "ÖV-Güteklassen (ARE)",
        "distances_m": list(given.QUALITY_DISTANCES_M),
        "intervals_min": list(given.QUALITY_INTERVALS_MIN),
        "nodes": sorted(nodes),
        "lines": service.lines(service.departures[service.departures["place_id"].isin(counted)]),
    }
    explanation = explain_index("quality_classes", service, rules, reason)
    totals = class_totals(found, table["quality_class"], ["", "D", "C", "B", "A"], people)
    return ServiceIndex(with_id(table, found.ids), explanation, "quality_class", totals)


def coverage(
    feeds: Mapping[str, Feed],
    day: date,
    homes: gpd.GeoDataFrame,
    *,
    people: str = "population",
    rule: DesertRule | None = None,
) -> StopCoverage:
    """MLIT's: column `stop_coverage` is `trunk` near 基幹的公共交通 (30 departures each way), else `served` or empty.

    By straight lines, as the handbook has it; `deserts` measures along streets.
    """
    chosen, found, service = rule or DesertRule(), sites(homes), service_day(feeds, day)
    by_place = stop_service(service.departures)
    stops = service.stops[service.stops["place_id"].isin(by_place.index)]
    of_stop = by_place.loc[stops["place_id"]]
    covered = people_covered(found.lonlat, found.amounts(people), stops[["lon", "lat"]].to_numpy(), of_stop, chosen)
    classes = np.where(covered.trunk, TRUNK, np.where(covered.served, SERVED, OUTSIDE))
    reason = np.where(classes == OUTSIDE, Reason.NO_STOP, Reason.REACHED)
    table = found.features.assign(stop_coverage=classes, reason=reason)
    used = by_place[by_place["departures"] >= chosen.departures].index
    rules = {
        "index": "MLIT",
        "station_m": chosen.station_m,
        "bus_stop_m": chosen.bus_stop_m,
        "departures": chosen.departures,
        "trunk_departures": given.MLIT_TRUNK_DEPARTURES,
        "stops": len(used),
        "lines": service.lines(service.departures[service.departures["place_id"].isin(used)]),
    }
    explanation = explain_index("stop_coverage", service, rules, reason)
    totals = class_totals(found, table["stop_coverage"], [OUTSIDE, SERVED, TRUNK], people)
    return StopCoverage(with_id(table, found.ids), explanation, "stop_coverage", totals, covered)


def class_totals(places: Sites, values: "pd.Series[Any]", known: Iterable[str], people: str) -> tuple[ClassTotal, ...]:
    amounts = places.amounts(people) if people in places.features else None
    found = []
    for one in known:
        rows = (values == one).to_numpy(dtype=bool)
        found.append(ClassTotal(one, int(rows.sum()), None if amounts is None else float(amounts[rows].sum())))
    return tuple(found)


def explain_index(
    measure: str,
    service: ServiceDay,
    rules: Mapping[str, Any],
    reason: Iterable[Any] = (),
    snap: Snap | None = None,
    walking: Text = STRAIGHT,
    walk_kmh: float = given.PTAL_WALK_M_PER_MIN * 0.06,
) -> Explanation:
    """Nobody travels here: no trips, no percentiles."""
    return Explanation(
        measure=measure,
        day=service.day,
        window=service.clock,
        arrive_by=False,
        feeds=tuple(service.feeds),
        feeds_left_out=dict(service.left_out),
        travel=Travel(0),
        walking=walking,
        walk_speed_kmh=walk_kmh,
        limits_min={},
        percentiles=(),
        origins=snap or Snap.of(np.zeros(0)),
        destinations=Snap.of(np.zeros(0)),
        rules=dict(rules),
        unreached=reason_counts(reason),
    )


def _served(service: ServiceDay) -> NDArray[np.bool_]:
    return np.asarray(service.stops["place_id"].isin(service.departures["place_id"].unique()), dtype=bool)
