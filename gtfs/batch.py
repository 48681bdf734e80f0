"""A feed as two map layers: its stops and its routes."""

from collections.abc import Iterator
from dataclasses import replace

import geopandas as gpd
import numpy as np

from geo import Batch, Column, Count, GeometryType, Problem
from geo.repair import check_geometries
from gtfs import route, stop
from gtfs.feed import Feed
from gtfs.record import Records

STOPS, ROUTES = "stops", "routes"
BATCH = 10_000

_OF_ROUTES = frozenset({"routes", "trips", "shapes", "routes_jp"})


def feed_batches(feed: Feed, *, name: str) -> Iterator[Batch]:
    """Parts `stops` (points) and `routes` (lines); every row of stops.txt and routes.txt is stored or has a problem."""
    yield from _batches(feed, STOPS, stop.stop_records(feed), GeometryType.POINT, stop.COLUMNS, name)
    yield from _batches(feed, ROUTES, route.route_records(feed), GeometryType.LINE, route.COLUMNS, name)


def _batches(
    feed: Feed, part: str, records: Records, kind: GeometryType, columns: tuple[Column, ...], name: str
) -> Iterator[Batch]:
    told = [_named(problem, name) for problem in (*_met_while_reading(feed, part), *records.problems)]
    unreadable = sum(one.keeps_out for one in feed.problems if one.file == feed.place(part))
    kept_out = records.read - len(records.attributes) + unreadable
    known = tuple(column for column in columns if column.name in records.attributes)
    for start in range(0, max(len(records.attributes), 1), BATCH):
        rows = slice(start, start + BATCH)
        attributes = records.attributes.iloc[rows]
        checked = check_geometries(
            records.geometries[rows],
            name=f"{name}/{feed.place(part)}",
            feature_ids=attributes["feature_id"].tolist(),
            lines=attributes.index.tolist(),
        )
        features = gpd.GeoDataFrame(
            attributes[checked.keep].reset_index(drop=True), geometry=checked.geometries[checked.keep], crs="EPSG:4326"
        )
        read, stored = len(attributes) + kept_out, int(np.count_nonzero(checked.keep))
        if read:
            count = Count(part, "", read, stored, read - stored)
            yield Batch(part, kind, features, known, (*told, *checked.problems), (count,))
        told, kept_out = [], 0


def _met_while_reading(feed: Feed, part: str) -> list[Problem]:
    of_routes = {feed.place(table) for table in _OF_ROUTES}
    return [problem for problem in feed.problems if (problem.file in of_routes) == (part == ROUTES)]


def _named(problem: Problem, name: str) -> Problem:
    return replace(problem, file=f"{name}/{problem.file}")
