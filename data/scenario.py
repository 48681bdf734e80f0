"""What a scenario can change in a store: lines, stops and facilities by name or place, and what is wrong with one."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.feed import feed_layer, feed_path, feeds, stored_feed
from data.store import Store
from data.viewer import Viewer
from geo import Problem, Text
from geo.network.geodesy import metres_per_degree
from gtfs import Feed, read_feed
from gtfs.accessibility.site import sites
from gtfs.scenario import InvalidScenarioError, Scenario, apply_told, as_document, read_scenario_text
from gtfs.scenario.yaml_text import parse_yaml

MOST_FOUND = 20
_KEPT = 16


@dataclass(frozen=True, slots=True)
class KnownLine:
    """A route of a timetable."""

    feed: str
    """Layer of the stops: what a scenario calls the feed."""
    id: str
    number: str
    """route_short_name, and `name` is route_long_name; either may be empty."""
    name: str
    operator: str


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A stop of a timetable (`feed`) or a facility of a layer."""

    feed: str | None
    id: str
    name: str
    lonlat: tuple[float, float]
    distance_m: float | None
    """From where was asked for, in a straight line."""


@dataclass(frozen=True)
class Examined:
    """Of the text of a scenario."""

    document: Mapping[str, Any] | None
    """None where it could not be read."""
    changes: tuple[Text, ...]
    """What it changes in the timetables, in words."""
    problems: tuple[Problem, ...]


def known_lines(store: Store, viewer: Viewer, *, feed_ids: Sequence[str] = ()) -> list[KnownLine]:
    """By operator, number and name. UnknownLayerError, InvalidQueryError as `feed_layer`."""
    records = [feed_layer(store, one, viewer) for one in feed_ids] or feeds(store, viewer)
    found = [line for record in records for line in _lines(feed_path(store, record), record.id)]
    return sorted(found, key=lambda one: (one.operator, _in_order(one.number), one.name, one.id))


def find_stops(
    store: Store, viewer: Viewer, *, text: str = "", near: tuple[float, float] | None = None
) -> list[KnownPlace]:
    """Stops whose name or id has the text in it, the nearest first where a place is given."""
    frames = [_stops(feed_path(store, record), record.id) for record in feeds(store, viewer)]
    return _found(pd.concat(frames, ignore_index=True), text, near) if frames else []


def find_facilities(
    store: Store, layer_id: str, viewer: Viewer, *, text: str = "", near: tuple[float, float] | None = None
) -> list[KnownPlace]:
    """Of the layer of destinations. UnknownLayerError."""
    layer = store.features(layer_id, viewer).features
    places = sites(layer)
    label = store.layer(layer_id, viewer).current.style.label
    named = label if label in places.features else "name" if "name" in places.features else "feature_id"
    names = places.features[named].astype("string").fillna(pd.Series(places.ids, dtype="string"))
    rows = pd.DataFrame({"feed": None, "id": places.ids, "name": names.to_numpy(dtype=object)})
    return _found(rows.assign(lon=places.lonlat[:, 0], lat=places.lonlat[:, 1]), text, near)


def examine(store: Store, text: str, viewer: Viewer, *, name: str = "scenario.yaml") -> Examined:
    """Reads YAML and tries it on the timetables: whatever is wrong, with line and key."""
    content = text.encode()
    try:
        scenario = read_scenario_text(content, name=name)
    except InvalidScenarioError as error:
        return Examined(None, (), error.problems)
    document = as_document(scenario)
    try:
        return Examined(document, _told(store, scenario, viewer), ())
    except InvalidScenarioError as error:
        lines = parse_yaml(content, name=name).lines
        return Examined(document, (), tuple(_placed(one, lines) for one in error.problems))


def _told(store: Store, scenario: Scenario, viewer: Viewer) -> tuple[Text, ...]:
    if not scenario.feed_changes:
        return ()
    return apply_told({one.id: stored_feed(store, one.id, viewer) for one in feeds(store, viewer)}, scenario).told


def _placed(problem: Problem, lines: Mapping[str, int]) -> Problem:
    """With the line of its key, or of the nearest key around it."""
    path = problem.feature or ""
    while path and path not in lines:
        path = path.rpartition(".")[0]
    line = lines.get(path)
    return Problem(problem.rule, problem.file, problem.feature, line, parameters=problem.parameters)


@lru_cache(_KEPT)
def _lines(path: Path, feed: str) -> tuple[KnownLine, ...]:
    """The folder of the path is of one version."""
    tables = read_feed(path)
    routes = tables.table("routes").dropna(subset="route_id").drop_duplicates("route_id")
    agency = _texts(routes, "agency_id") if "agency_id" in routes else [""] * len(routes)
    operators = _operators(tables)
    named = zip(*(_texts(routes, f"route_{part}") for part in ("id", "short_name", "long_name")), agency, strict=True)
    return tuple(KnownLine(feed, id, short, long, operators.get(by, "")) for id, short, long, by in named)


def _operators(tables: Feed) -> dict[str, str]:
    agencies = tables.table("agency")
    names = _texts(agencies, "agency_name")
    ids = _texts(agencies, "agency_id") if "agency_id" in agencies else [""] * len(names)
    known = dict(zip(ids, names, strict=True))
    return {**known, "": names[0]} if len(names) == 1 else known


@lru_cache(_KEPT)
def _stops(path: Path, feed: str) -> pd.DataFrame:
    """Where vehicles stop, not the stations around them."""
    stops = read_feed(path).table("stops").dropna(subset=["stop_id", "stop_lon", "stop_lat"])
    if "location_type" in stops:
        stops = stops[stops["location_type"].fillna(0) == 0]
    rows = {"feed": feed, "id": _texts(stops, "stop_id"), "name": _texts(stops, "stop_name")}
    lonlat = {part: stops[f"stop_{part}"].to_numpy(dtype=np.float64) for part in ("lon", "lat")}
    return pd.DataFrame({**rows, **lonlat})


def _texts(rows: pd.DataFrame, column: str) -> list[str]:
    return [str(one) for one in rows[column].astype("string").fillna("")]


def _found(rows: pd.DataFrame, text: str, near: tuple[float, float] | None) -> list[KnownPlace]:
    sought = _plain(text)
    fits = [sought in _plain(f"{name} {id}") for name, id in zip(rows["name"], rows["id"], strict=True)]
    found = rows[np.array(fits, dtype=bool)]
    away = _metres(found[["lon", "lat"]].to_numpy(dtype=np.float64), near)
    order = np.argsort(away, kind="stable") if near else np.argsort(found["name"].to_numpy(dtype=str), kind="stable")
    return [_place(found.iloc[row], float(away[row]) if near else None) for row in order[:MOST_FOUND]]


def _place(row: "pd.Series[Any]", away: float | None) -> KnownPlace:
    distance = None if away is None else round(away, 1)
    return KnownPlace(row["feed"], row["id"], row["name"], (float(row["lon"]), float(row["lat"])), distance)


def _metres(lonlat: NDArray[np.float64], near: tuple[float, float] | None) -> NDArray[np.float64]:
    if near is None:
        return np.zeros(len(lonlat))
    return np.asarray(np.hypot(*((lonlat - np.array(near)) * np.array(metres_per_degree(near[1]))).T))


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _in_order(number: str) -> tuple[int, str]:
    """2 before 10."""
    digits = "".join(one for one in unicodedata.normalize("NFKC", number) if one.isdigit())
    return (int(digits) if digits else 1_000_000, number)
