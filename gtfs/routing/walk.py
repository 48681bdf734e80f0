"""Walks between places: on the streets, door to door, or in straight lines where there are none."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.network import Links, Person, Snapped, StreetNetwork, arc_metres, links_within, passable, snap
from geo.network.geodesy import metres_per_degree

SNAP_M: Final = 500.0
"""A place or stop further from every street is not reached on foot."""
DETOUR: Final = 1.3
"""Walked metres for one metre in a straight line where there are no streets: an assumption."""


Walks = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]
"""Links in whole seconds, nearest first: start, place, seconds."""


def on_streets(streets: StreetNetwork | None, person: Person | None, lonlat: NDArray[np.float64]) -> Snapped:
    """Where places (n, 2) meet the streets; without streets, where they are (edge 0, or -1 for no coordinates)."""
    lonlat = np.ascontiguousarray(lonlat, dtype=np.float64).reshape(-1, 2)
    if streets is not None:
        return snap(streets, lonlat, allowed=passable(streets, person), within_m=SNAP_M)
    known = np.isfinite(lonlat).all(axis=1)
    nowhere = np.where(known, 0.0, np.nan)
    return Snapped(np.where(known, 0, -1).astype(np.int32), nowhere, nowhere.copy(), lonlat)


def walks(
    streets: StreetNetwork | None,
    person: Person | None,
    origins: Snapped,
    destinations: Snapped,
    limit_m: float,
    *,
    backward: bool = False,
) -> Links:
    """Metres from each origin to the destinations within the limit, the ways from door to street included.

    `backward`: to each origin from the destinations, which differs where a street leads one way only.
    """
    if streets is None:
        return _straight(origins.lonlat, destinations.lonlat, limit_m)
    costs = arc_metres(streets, person)
    if backward:
        costs = costs.reshape(-1, 2)[:, ::-1].ravel()
    to_street, from_street = (np.nan_to_num(one.distance_m) for one in (origins, destinations))
    links = links_within(streets, origins, destinations, costs, limit_m - to_street)
    metres = links.cost + np.repeat(to_street, np.diff(links.start)) + from_street[links.place]
    return _kept(links, metres, metres <= limit_m)


def turned(links: Links, count: int) -> Links:
    """The same walks by their destinations, of which there are `count`."""
    origin = np.repeat(np.arange(len(links.start) - 1, dtype=np.int32), np.diff(links.start))
    order = np.argsort(links.place, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(links.place, minlength=count))]).astype(np.int64)
    return Links(start, origin[order], links.cost[order])


def nearest_first(links: Links) -> Links:
    origin = np.repeat(np.arange(len(links.start) - 1), np.diff(links.start))
    order = np.lexsort((links.place, links.cost, origin))
    return Links(links.start, links.place[order], links.cost[order])


def timed(links: Links, speed_ms: float, limit_s: int) -> Walks:
    """In the nearest second, as far as `limit_s`. `links`: nearest first."""
    seconds = walked_seconds(links.cost, speed_ms)
    near = seconds <= limit_s
    if near.all():
        return links.start, links.place, seconds
    before = np.concatenate([[0], np.cumsum(near)])
    return before[links.start].astype(np.int64), links.place[near], seconds[near]


def walked_seconds(metres: NDArray[np.floating[Any]], speed_ms: float) -> NDArray[np.int32]:
    """The nearest second."""
    return np.floor(np.asarray(metres, np.float64) / speed_ms + 0.5).astype(np.int32)


def _kept(links: Links, metres: NDArray[np.float64], good: NDArray[np.bool_]) -> Links:
    before = np.concatenate([[0], np.cumsum(good)])
    return Links(before[links.start].astype(np.int64), links.place[good], metres[good])


def _straight(origins: NDArray[np.float64], destinations: NDArray[np.float64], limit_m: float) -> Links:
    from scipy.spatial import cKDTree

    here, there = (np.isfinite(one).all(axis=1) for one in (origins, destinations))
    counts = np.zeros(len(origins), np.int64)
    if not (here.any() and there.any()):
        return Links(np.zeros(len(origins) + 1, np.int64), np.zeros(0, np.int32), np.zeros(0))
    scale = np.array(metres_per_degree(float(origins[here, 1].mean())))
    a, b = origins[here] * scale, destinations[there] * scale
    near = cKDTree(b).query_ball_point(a, limit_m / DETOUR, return_sorted=True)
    counts[here] = [len(one) for one in near]
    row = np.concatenate([np.asarray(one, np.int64) for one in near])
    metres = np.hypot(*(np.repeat(a, counts[here], axis=0) - b[row]).T) * DETOUR
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Links(start, np.flatnonzero(there)[row].astype(np.int32), metres)
