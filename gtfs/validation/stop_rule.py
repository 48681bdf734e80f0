"""Our rules about stops: one name spelled in several ways, poles of one stop that stand far apart."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from gtfs.distance import metres_between, scale
from gtfs.feed import Feed
from gtfs.pole import Poles, poles
from gtfs.route import agency_names
from gtfs.stop_name import name_key
from gtfs.validation.finding import Finding
from gtfs.validation.rule import found

VARIANT_M: Final = 300.0
"""So near, two spellings of a name are the same place."""
POLES_M: Final = 500.0
"""So far, a pole is no longer across the street or on the other side of a station."""


@dataclass(frozen=True)
class _Place:
    """One row of stops.txt."""

    feed: str
    """Empty for the feed that is judged."""
    row: int
    stop_id: str
    name: str
    reading: str


def stop_findings(feed: Feed, others: Mapping[str, Feed]) -> Iterator[Finding]:
    own = poles(feed)
    yield from _poles_apart(feed, own)
    yield from _variants(feed, own, others)


def _poles_apart(feed: Feed, own: Poles) -> Iterator[Finding]:
    """Of one parent_station: poles whose nearest sibling is too far."""
    children: dict[int, list[int]] = {}
    for row, parent in enumerate(own.parents.tolist()):
        if parent >= 0 and own.boards[row]:
            children.setdefault(parent, []).append(row)
    for parent, rows in children.items():
        together = np.array([*rows, parent])
        for row in rows:
            others = together[together != row]
            metres = metres_between(np.repeat(own.lonlat[[row]], len(others), axis=0), own.lonlat[others])
            if not np.isnan(metres).all() and np.nanmin(metres) > POLES_M:
                told = {"name": own.names[parent], "pole": own.stop_ids[row], "metres": f"{np.nanmin(metres):,.0f}",
                        "limit": f"{POLES_M:g}"}  # fmt: skip
                yield found("poles_far_apart", told, **_where(feed, own, row))


def _variants(feed: Feed, own: Poles, others: Mapping[str, Feed]) -> Iterator[Finding]:
    """Each pair of spellings once, of which at least one is this feed's."""
    everyone = {"": own, **{name: poles(other) for name, other in others.items()}}
    agencies = {"": _agencies(feed), **{name: _agencies(other) for name, other in others.items()}}
    places = [place for name, one in everyone.items() for place in _places(name, one)]
    told: set[frozenset[str]] = set()
    for first, second, metres in _near_pairs(everyone, places):
        pair = frozenset({first.name, second.name})
        if (first.feed and second.feed) or first.name == second.name or pair in told or not _same_name(first, second):
            continue
        told.add(pair)
        mine, other = (first, second) if not first.feed else (second, first)
        yield found(
            "name_variant",
            {
                "name": mine.name,
                "agency": agencies[mine.feed].get(mine.stop_id, "-"),
                "other": other.name,
                "other_agency": agencies[other.feed].get(other.stop_id, other.feed or "-"),
                "metres": f"{metres:,.0f}",
            },
            **_where(feed, own, mine.row),
        )


def _places(name: str, one: Poles) -> Iterator[_Place]:
    located = ~np.isnan(one.lonlat).any(axis=1)
    for row in np.flatnonzero(located & one.named).tolist():
        yield _Place(name, row, one.stop_ids[row], one.names[row], unicodedata.normalize("NFKC", one.kana[row]))


def _near_pairs(everyone: Mapping[str, Poles], places: list[_Place]) -> Iterator[tuple[_Place, _Place, float]]:
    if not places:
        return
    lonlat = np.array([everyone[place.feed].lonlat[place.row] for place in places])
    east, north = scale(np.array([float(lonlat[:, 1].mean())]))
    xy = lonlat * np.array([east[0], north[0]])
    pairs: NDArray[np.int64] = cKDTree(xy).query_pairs(VARIANT_M, output_type="ndarray")
    pairs = pairs[np.lexsort([pairs[:, 1], pairs[:, 0]])]
    for first, second in pairs.tolist():
        yield places[first], places[second], float(np.hypot(*(xy[first] - xy[second])))


def _same_name(first: _Place, second: _Place) -> bool:
    """Equal when compared, or read alike."""
    if name_key(first.name) == name_key(second.name):
        return True
    return bool(first.reading) and first.reading == second.reading


def _agencies(feed: Feed) -> dict[str, str]:
    """By stop_id, the operator of a route that calls there; one operator needs no look at the calls."""
    names = [str(name) for name in feed.table("agency")["agency_name"].dropna()]
    if len(names) == 1:
        return dict.fromkeys(feed.table("stops")["stop_id"].dropna().astype(str), names[0])
    routes = feed.table("trips").drop_duplicates("trip_id").set_index("trip_id")["route_id"].map(agency_names(feed))
    times = feed.table("stop_times")[["trip_id", "stop_id"]].drop_duplicates("stop_id")
    told = times["trip_id"].map(routes).astype("string").fillna("-")
    return dict(zip(times["stop_id"].astype(str), told.astype(str), strict=True))


def _where(feed: Feed, own: Poles, row: int) -> dict[str, Any]:
    stops = feed.table("stops")
    line = stops.index[(stops["stop_id"] == own.stop_ids[row]).to_numpy(dtype=bool, na_value=False)][0]
    lon, lat = own.lonlat[row].tolist()
    return {"file": "stops.txt", "line": int(line), "feature": own.stop_ids[row], "lonlat": (lon, lat)}
