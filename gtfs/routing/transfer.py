"""What transfers.txt says of changing at stops: how long it takes at least, and where it can't be done.

A rule holds from one stop to another or to itself, whatever the lines are; one that names a station holds for all its
stops, unless a rule that names the stops says otherwise. Rules of routes and trips, and passengers who stay seated
while their vehicle becomes another trip, are counted and not followed.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gtfs.feed import Feed
from gtfs.routing.walk import Walks

NOT_POSSIBLE: Final = -1
NEVER_S: Final = 2**30
_MINIMUM, _CLOSED, _SEATED = 2, 3, (4, 5)
_NARROWED = ("from_route_id", "to_route_id", "from_trip_id", "to_trip_id")

Rules = tuple[NDArray[np.int32], NDArray[np.int32]]
"""(n, 2) rows of stops from and to, and (n,) least seconds from arrival to departure, NOT_POSSIBLE for none."""


def transfer_rules(feed: Feed, stops: pd.DataFrame) -> Rules:
    """`stops`: of the feed, whose rows are meant. Rules that change nothing are left out."""
    if "transfers" not in feed.tables:
        return np.zeros((0, 2), np.int32), np.zeros(0, np.int32)
    rows = feed.table("transfers")
    rows = rows[~(_narrowed(rows) | _kind(rows).isin(_SEATED).to_numpy())]
    known = dict(_told(rows, stops))
    kept = {pair: seconds for pair, seconds in sorted(known.items()) if seconds}
    return np.array(list(kept), np.int32).reshape(-1, 2), np.array(list(kept.values()), np.int32)


def not_followed(feed: Feed, trips: pd.DataFrame) -> dict[str, int]:
    """How many rules are of routes or trips, how many of staying seated, and blocks of several of these trips."""
    if "transfers" in feed.tables:
        rows = feed.table("transfers")
        seated = _kind(rows).isin(_SEATED).to_numpy()
        found = {"routes_and_trips": int((_narrowed(rows) & ~seated).sum()), "seated": int(seated.sum())}
    else:
        found = {"routes_and_trips": 0, "seated": 0}
    # The same block runs on several days: trips of one service.
    blocks = trips[trips["block_id"].notna() & (trips["block_id"] != "")]
    several = blocks.groupby(["block_id", "service_id"]).size() > 1
    return {**found, "blocks": int(several.groupby("block_id").any().sum())}


def followed(walk: Walks, rules: Rules, wait_s: int) -> tuple[Walks, NDArray[np.int32]]:
    """Walks between stops with the rules, and the seconds that boarding again at the same stop takes (S,).

    Both count until one stands ready to wait `wait_s` at the stop, which is part of the least time of a rule.
    """
    start, place, seconds = walk
    count = len(start) - 1
    pairs, least_s = rules
    same = pairs[:, 0] == pairs[:, 1]
    again = np.zeros(count, np.int32)
    again[pairs[same, 0]] = _ready(least_s[same], wait_s)
    if not len(pairs):
        return walk, again
    origin = np.repeat(np.arange(count, dtype=np.int64), np.diff(start))
    least = np.maximum(_of_links(origin * count + place, pairs, least_s, count, wait_s), seconds)
    rows = np.lexsort((place, least, origin))
    rows = rows[least[rows] < NEVER_S]
    begin = np.concatenate([[0], np.cumsum(np.bincount(origin[rows], minlength=count))]).astype(np.int64)
    return (begin, place[rows], least[rows].astype(np.int32)), again


def _of_links(
    links: NDArray[np.int64], pairs: NDArray[np.int32], least_s: NDArray[np.int32], count: int, wait_s: int
) -> NDArray[np.int32]:
    """What a rule says of each link, 0 where none does."""
    keys = pairs[:, 0].astype(np.int64) * count + pairs[:, 1]
    order = np.argsort(keys)
    at = np.minimum(np.searchsorted(keys[order], links), len(keys) - 1)
    found = keys[order][at] == links
    return np.where(found, _ready(least_s[order], wait_s)[at], 0).astype(np.int32)


def _ready(least_s: NDArray[np.int32], wait_s: int) -> NDArray[np.int32]:
    return np.where(least_s == NOT_POSSIBLE, NEVER_S, np.maximum(least_s - wait_s, 0)).astype(np.int32)


def _told(rows: pd.DataFrame, stops: pd.DataFrame) -> Iterator[tuple[tuple[int, int], int]]:
    """Every pair of stops with its seconds; what is said last holds: of stops after stations, the first row last."""
    row_of, members = _members(stops)
    kinds, least = _kind(rows).tolist(), rows["min_transfer_time"].fillna(0).astype(int).tolist()
    told = []
    for number, (start, end, kind, seconds) in enumerate(
        zip(rows["from_stop_id"], rows["to_stop_id"], kinds, least, strict=True)
    ):
        if pd.isna(start) or pd.isna(end) or start not in row_of or end not in row_of:
            continue
        stations = (start in members) + (end in members)
        value = NOT_POSSIBLE if kind == _CLOSED else seconds if kind == _MINIMUM else 0
        told.append((-stations, -number, start, end, value))
    for _, _, start, end, value in sorted(told, key=lambda one: one[:2]):
        for here in members.get(start, [row_of[start]]):
            for there in members.get(end, [row_of[end]]):
                yield (here, there), value


def _members(stops: pd.DataFrame) -> tuple[dict[str, int], Mapping[str, list[int]]]:
    """Row of each stop, and rows of the stops of each station, itself included."""
    row_of = {str(id): row for row, id in enumerate(stops["stop_id"])}
    members: dict[str, list[int]] = {}
    for row, parent in enumerate(stops["parent_station"]):
        if isinstance(parent, str) and parent in row_of:
            members.setdefault(parent, [row_of[parent]]).append(row)
    return row_of, members


def _kind(rows: pd.DataFrame) -> "pd.Series[Any]":
    return rows["transfer_type"].fillna(0).astype(int)


def _narrowed(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether a rule is of some routes or trips only."""
    narrow = np.zeros(len(rows), np.bool_)
    for column in _NARROWED:
        if column in rows:
            narrow |= (rows[column].fillna("") != "").to_numpy(dtype=bool)
    return narrow
