"""Stops of two versions of a timetable: added, removed, moved by metres, renamed."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from gtfs.distance import metres_between, scale
from gtfs.feed import Feed
from gtfs.pole import Poles, poles
from gtfs.stop_name import name_key

MOVED_M: Final = 5.0
"""Below it, places differ by rounding."""
_SAME_ID_M: Final = 1_000.0
"""An id that has gone so far under another name was given to another stop."""
_SAME_NAME_M: Final = 60.0
"""So near, a pole of the same name and another id is the same pole."""


class StopChangeKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    RENAMED = "renamed"


@dataclass(frozen=True)
class StopChange:
    kind: StopChangeKind
    before_id: str | None
    after_id: str | None
    name: str
    """After, else before."""
    name_before: str
    lonlat: tuple[float, float] | None
    """Degrees east and north, after; of a removed stop before."""
    lonlat_before: tuple[float, float] | None
    metres: float | None
    """From the old place to the new."""

    def as_json(self) -> dict[str, Any]:
        return {
            "change": self.kind.value,
            "before": self.before_id,
            "after": self.after_id,
            "name": self.name,
            "name_before": self.name_before,
            "lonlat": self.lonlat,
            "lonlat_before": self.lonlat_before,
            "metres": None if self.metres is None else round(self.metres, 1),
        }


def stop_changes(before: Feed, after: Feed) -> tuple[StopChange, ...]:
    """Poles and platforms: matched by id, then by name and nearness. A stop that moved and was renamed has moved."""
    old, new = poles(before), poles(after)
    pairs = dict(_by_id(old, new))
    pairs.update(_by_name(old, new, pairs))
    changes = [change for one, other in pairs.items() if (change := _changed(old, one, new, other)) is not None]
    gone = [row for row in np.flatnonzero(old.boards).tolist() if row not in pairs]
    come = sorted(set(np.flatnonzero(new.boards).tolist()) - set(pairs.values()))
    changes += [_lone(StopChangeKind.REMOVED, old, row) for row in gone]
    changes += [_lone(StopChangeKind.ADDED, new, row) for row in come]
    order = list(StopChangeKind)
    return tuple(sorted(changes, key=lambda one: (order.index(one.kind), one.name, one.after_id or one.before_id)))


def _by_id(old: Poles, new: Poles) -> Iterator[tuple[int, int]]:
    rows = {stop_id: row for row, stop_id in enumerate(new.stop_ids) if new.boards[row]}
    for row in np.flatnonzero(old.boards).tolist():
        other = rows.get(old.stop_ids[row])
        if other is not None and (_same_name(old, row, new, other) or _metres(old, row, new, other) <= _SAME_ID_M):
            yield row, other


def _by_name(old: Poles, new: Poles, known: dict[int, int]) -> Iterator[tuple[int, int]]:
    """The nearest pairs first, each pole once."""
    left = [row for row in _located(old) if row not in known]
    right = sorted(set(_located(new)) - set(known.values()))
    if not left or not right:
        return
    east, north = scale(np.array([float(old.lonlat[left][:, 1].mean())]))
    plane = np.array([east[0], north[0]])
    tree = cKDTree(new.lonlat[right] * plane)
    near = tree.query_ball_point(old.lonlat[left] * plane, _SAME_NAME_M)
    candidates = sorted(
        (_metres(old, row, new, right[at]), row, right[at])
        for row, found in zip(left, near, strict=True)
        for at in found
        if _same_name(old, row, new, right[at])
    )
    taken: tuple[set[int], set[int]] = set(), set()
    for _, row, other in candidates:
        if row not in taken[0] and other not in taken[1]:
            taken[0].add(row)
            taken[1].add(other)
            yield row, other


def _located(one: Poles) -> list[int]:
    located: NDArray[np.bool_] = one.boards & ~np.isnan(one.lonlat).any(axis=1)
    return [int(row) for row in np.flatnonzero(located)]


def _same_name(old: Poles, row: int, new: Poles, other: int) -> bool:
    return name_key(old.names[row]) == name_key(new.names[other])


def _metres(old: Poles, row: int, new: Poles, other: int) -> float:
    """NaN where one has no place."""
    return float(metres_between(old.lonlat[[row]], new.lonlat[[other]])[0])


def _changed(old: Poles, row: int, new: Poles, other: int) -> StopChange | None:
    metres = _metres(old, row, new, other)
    if metres > MOVED_M:
        kind = StopChangeKind.MOVED
    elif old.names[row] != new.names[other]:
        kind = StopChangeKind.RENAMED
    else:
        return None
    return StopChange(
        kind, old.stop_ids[row], new.stop_ids[other], new.names[other], old.names[row], _place(new, other),
        _place(old, row), None if np.isnan(metres) else metres,
    )  # fmt: skip


def _lone(kind: StopChangeKind, one: Poles, row: int) -> StopChange:
    id, place = one.stop_ids[row], _place(one, row)
    removed = kind is StopChangeKind.REMOVED
    return StopChange(
        kind, id if removed else None, None if removed else id, one.names[row], one.names[row] if removed else "",
        place, place if removed else None, None,
    )  # fmt: skip


def _place(one: Poles, row: int) -> tuple[float, float] | None:
    lon, lat = one.lonlat[row].tolist()
    return None if np.isnan(lon) else (lon, lat)
