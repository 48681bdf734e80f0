"""What people call one stop: the poles of all operators that share a name and a place, and what a station holds.

Poles belong together when a parent_station says so, or when they share a name (as `gtfs.stop_name` compares) and
a chain of them leads from one to the other in which none is farther than `within_m` from the next.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from gtfs.area_id import area_id, name_hash, place_of
from gtfs.feed import Feed
from gtfs.pole import Poles, poles
from gtfs.stop_name import name_key

WITHIN_M = 250.0
"""Poles on both sides of a wide street or around a station's square; stops that only share a name are farther."""
FOUND_AGAIN_M = 1_000.0
"""An area's id still finds it when its poles have moved by so much since."""

_AXIS_M, _FLATTENING = 6_378_137.0, 1 / 298.257222101
"""GRS 80."""


@dataclass(frozen=True, slots=True)
class Pole:
    feed: str
    stop_id: str
    row: int
    """In the feed's `Poles`."""
    platform: str
    """のりば; empty where nobody tells it."""
    lon: float
    lat: float


@dataclass(frozen=True)
class StopArea:
    id: str
    """The same whatever the order of feeds and poles; see `StopAreas.find`."""
    name: str
    kana: str
    """Empty where no feed tells it, as `english`."""
    english: str
    lon: float
    """Middle of the poles; NaN where none has a place."""
    lat: float
    poles: tuple[Pole, ...]
    """By feed and stop_id."""

    @cached_property
    def feeds(self) -> tuple[str, ...]:
        return tuple(sorted({pole.feed for pole in self.poles}))


@dataclass(frozen=True)
class StopAreas:
    """Built with `stop_areas`."""

    areas: tuple[StopArea, ...]
    """By id."""
    _of_pole: Mapping[tuple[str, str], StopArea] = field(repr=False)

    def of_pole(self, feed: str, stop_id: str) -> StopArea | None:
        """The area of a pole, or of a station by its own stop_id."""
        return self._of_pole.get((feed, stop_id))

    def find(self, text: str) -> StopArea | None:
        """By id, also one from before poles moved or another operator joined; by `feed:stop_id`; by a name that only
        one area has."""
        if (known := self._by_id.get(text)) is not None:
            return known
        feed, colon, stop_id = text.partition(":")
        if colon and (area := self.of_pole(feed, stop_id)) is not None:
            return area
        named = self._by_key.get(name_key(text), ())
        return named[0] if len(named) == 1 else self._near_id(text)

    def search(self, text: str, limit: int = 20) -> list[StopArea]:
        """Areas whose name, kana or English name has `text`; those that begin with it first, then the shorter."""
        sought = name_key(text)
        if not sought:
            return list(self.areas[:limit])
        found = []
        for area, keys in self._keys:
            if places := [at for key in keys if (at := key.find(sought)) >= 0]:
                found.append((min(places) > 0, len(area.name), area.name, area.id, area))
        return [area for *_, area in sorted(found, key=lambda one: one[:4])[:limit]]

    @cached_property
    def _by_id(self) -> dict[str, StopArea]:
        return {area.id: area for area in self.areas}

    @cached_property
    def _by_key(self) -> dict[str, list[StopArea]]:
        found: dict[str, list[StopArea]] = {}
        for area in self.areas:
            found.setdefault(name_key(area.name), []).append(area)
        return found

    @cached_property
    def _keys(self) -> list[tuple[StopArea, tuple[str, ...]]]:
        return [
            (area, tuple(name_key(one) for one in (area.name, area.kana, area.english) if one)) for area in self.areas
        ]

    def _near_id(self, text: str) -> StopArea | None:
        place = place_of(text)
        if place is None:
            return None
        same = [area for area in self.areas if name_hash(area.name) == text.partition("-")[2][:5]]
        if not same:
            return None
        away = _metres(np.array([[area.lon, area.lat] for area in same]), np.array([place]))
        nearest = int(np.nanargmin(away)) if not np.isnan(away).all() else -1
        return same[nearest] if nearest >= 0 and away[nearest] <= FOUND_AGAIN_M else None


def stop_areas(feeds: Mapping[str, Feed], within_m: float = WITHIN_M) -> StopAreas:
    """The areas of all feeds together; keys name the feeds in `Pole.feed`."""
    return group_poles({name: poles(feed) for name, feed in feeds.items()}, within_m)


def group_poles(feeds: Mapping[str, Poles], within_m: float = WITHIN_M) -> StopAreas:
    rows = [(name, row) for name in sorted(feeds) for row in range(len(feeds[name]))]
    if not rows:
        return StopAreas((), {})
    labels = _components(feeds, rows, within_m)
    members: dict[int, list[tuple[str, int]]] = {}
    for label, row in zip(labels.tolist(), rows, strict=True):
        members.setdefault(label, []).append(row)
    found = [(_area(feeds, one), one) for one in members.values() if any(feeds[name].boards[row] for name, row in one)]
    areas = _numbered(sorted(found, key=lambda one: (one[0].id, one[0].poles[0].feed, one[0].poles[0].stop_id)))
    of_pole = {(name, feeds[name].stop_ids[row]): area for area, one in areas for name, row in one}
    return StopAreas(tuple(area for area, _ in areas), of_pole)


def _components(feeds: Mapping[str, Poles], rows: Sequence[tuple[str, int]], within_m: float) -> NDArray[np.int32]:
    begin = dict(zip(sorted(feeds), np.cumsum([0, *(len(feeds[name]) for name in sorted(feeds))]), strict=False))
    keys = _keys(feeds, rows)
    lonlat = np.concatenate([feeds[name].lonlat for name in sorted(feeds)])
    located = np.flatnonzero(~np.isnan(lonlat).any(axis=1))
    pairs = cKDTree(_geocentric(lonlat[located])).query_pairs(within_m, output_type="ndarray")
    pairs = located[pairs.reshape(-1, 2)]
    pairs = pairs[(keys[pairs[:, 0]] == keys[pairs[:, 1]]) & (keys[pairs[:, 0]] >= 0)]
    parents = np.concatenate(
        [np.where(feeds[name].parents >= 0, feeds[name].parents + begin[name], -1) for name in begin]
    )
    children = np.flatnonzero(parents >= 0)
    links = np.concatenate([pairs, np.column_stack([children, parents[children]])]).astype(np.int64)
    graph = coo_array((np.ones(len(links), dtype=np.int8), (links[:, 0], links[:, 1])), shape=(len(rows), len(rows)))
    labels: NDArray[np.int32] = connected_components(graph, directed=False)[1]
    return labels


def _keys(feeds: Mapping[str, Poles], rows: Sequence[tuple[str, int]]) -> NDArray[np.int64]:
    """A number for each name, -1 for rows without one. A platform is compared by the name of its station."""
    numbers: dict[str, int] = {}
    keys = np.full(len(rows), -1, dtype=np.int64)
    for at, (name, row) in enumerate(rows):
        parent = int(feeds[name].parents[row])
        named = parent if parent >= 0 else row
        if feeds[name].named[named]:
            keys[at] = numbers.setdefault(name_key(feeds[name].names[named]), len(numbers))
    return keys


def _area(feeds: Mapping[str, Poles], members: Sequence[tuple[str, int]]) -> StopArea:
    found = tuple(
        Pole(name, feeds[name].stop_ids[row], row, feeds[name].platforms[row], *feeds[name].lonlat[row].tolist())
        for name, row in sorted(members, key=lambda one: (one[0], feeds[one[0]].stop_ids[one[1]]))
        if feeds[name].boards[row]
    )
    called, (name, row) = _called(feeds, members)
    places = np.array([[pole.lon, pole.lat] for pole in found])
    places = places[~np.isnan(places).any(axis=1)]
    lon, lat = places.mean(axis=0).tolist() if len(places) else (float("nan"), float("nan"))
    kana, english = (_first(texts[name][row] for name, row in called) for texts in _translated(feeds))
    return StopArea(area_id(feeds[name].names[row], lon, lat), feeds[name].names[row], kana, english, lon, lat, found)


def _called(
    feeds: Mapping[str, Poles], members: Sequence[tuple[str, int]]
) -> tuple[list[tuple[str, int]], tuple[str, int]]:
    """The members from the one whose name stands for all: a station's, else the most frequent, else the first."""

    def name_of(member: tuple[str, int]) -> str:
        return feeds[member[0]].names[member[1]]

    stations = {(name, int(feeds[name].parents[row])) for name, row in members if feeds[name].parents[row] >= 0}
    names = [name_of(member) for member in (stations or members)]
    order = sorted(
        members,
        key=lambda one: (
            one not in stations,
            -names.count(name_of(one)),
            name_of(one),
            one[0],
            feeds[one[0]].stop_ids[one[1]],
        ),
    )
    return order, order[0]


def _translated(feeds: Mapping[str, Poles]) -> tuple[dict[str, Sequence[str]], dict[str, Sequence[str]]]:
    return {name: one.kana for name, one in feeds.items()}, {name: one.english for name, one in feeds.items()}


def _first(texts: Iterable[str]) -> str:
    return next((text for text in texts if text), "")


def _numbered(
    areas: Sequence[tuple[StopArea, list[tuple[str, int]]]],
) -> list[tuple[StopArea, list[tuple[str, int]]]]:
    """Areas of one name that stand next to each other, such as those without a place, are told apart by a number."""
    seen: dict[str, int] = {}
    told = []
    for area, members in areas:
        seen[area.id] = seen.get(area.id, 0) + 1
        number = seen[area.id]
        told.append((area if number == 1 else replace(area, id=f"{area.id}-{number}"), members))
    return told


def _metres(lonlat: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    away: NDArray[np.float64] = np.linalg.norm(_geocentric(lonlat) - _geocentric(other), axis=1)
    return away


def _geocentric(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """On the ellipsoid, shape (n, 3) metres: straight lines between near places are as long as those on the ground."""
    lon, lat = np.radians(lonlat).T
    square = _FLATTENING * (2 - _FLATTENING)
    normal = _AXIS_M / np.sqrt(1 - square * np.sin(lat) ** 2)
    flat = normal * np.cos(lat)
    return np.column_stack([flat * np.cos(lon), flat * np.sin(lon), normal * (1 - square) * np.sin(lat)])
