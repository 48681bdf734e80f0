"""When services run of which only the headway is known: drawn by chance, the same for the same seed."""

import numpy as np
from numpy.typing import NDArray

from gtfs.routing.query import TravelQuery
from gtfs.routing.raptor import NEVER
from gtfs.routing.timetable import RoutingTimetable


def draws_a_minute(table: RoutingTimetable, query: TravelQuery) -> int:
    """0 where nothing is drawn: no headways, or always half of one."""
    if not table.pattern_headway.any():
        return 0
    return -(-query.draws // len(query.minutes))


def draw(table: RoutingTimetable, query: TravelQuery, *, backward: bool = False) -> NDArray[np.int32]:
    """(minutes, draws a minute, Q): the first departure of each headway, NEVER where trips are timetabled.

    Every minute and draw has its own, evenly spread over the headway (as R5 does). In a mirror: the last, negated,
    and the last minute first.
    """
    shape = (len(query.minutes), draws_a_minute(table, query), len(table.pattern_headway))
    if not shape[1]:
        return np.zeros((shape[0], 0, 1), np.int32)
    headway, span = np.asarray(table.pattern_headway), np.asarray(table.pattern_span)
    chance = np.random.default_rng(query.seed).random(shape)
    first = span[:, 0] + np.floor(chance * headway).astype(np.int32)
    none = (headway == 0) | (first >= span[:, 1])
    if backward:
        first = -(first + (span[:, 1] - 1 - first) // np.maximum(headway, 1) * headway)[::-1]
        none = none[::-1]
    return np.where(none, NEVER, first).astype(np.int32)
