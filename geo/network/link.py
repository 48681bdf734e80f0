"""Which of many places lie within a walk of each other, as rows: `travel_costs` where nearly all are too far apart."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.network.compiled import compiled
from geo.network.reach import Costs, arcs_forward, in_threads, places_by_edge
from geo.network.search import along, grown, leave, spread
from geo.network.snapping import Snapped
from geo.network.street_network import StreetNetwork


@dataclass(frozen=True, eq=False)
class Links:
    """Rows start[i]:start[i + 1] are the destinations within the limit of origin i, in no promised order."""

    start: NDArray[np.int64]
    place: NDArray[np.int32]
    cost: NDArray[np.float64]


def links_within(
    network: StreetNetwork, origins: Snapped, destinations: Snapped, costs: Costs, limits: NDArray[np.float64]
) -> Links:
    """`travel_costs` for many destinations of which few are near; `limits` (origins,): of each origin."""
    by_edge, place = places_by_edge(network, destinations)

    def part(rows: slice) -> tuple[NDArray[Any], ...]:
        found: tuple[NDArray[Any], ...] = _links(
            *arcs_forward(network, costs), origins.edge[rows], origins.offset_m[rows], by_edge, place,
            destinations.offset_m, limits[rows],
        )  # fmt: skip
        return found

    parts = in_threads(part, len(origins)) or [(np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0))]
    counts, found, price = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Links(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), found, price)


@compiled
def _links(start, node, arc, cost, ends, length, from_edge, from_offset, by_edge, place, to_offset, limits):  # type: ignore[no-untyped-def]
    """What `many_to_many` finds, as rows: how many destinations each origin reaches, which, and at what cost.

    `limits`: of each origin.
    """
    best = np.full(len(start) - 1, np.inf)
    least = np.full(len(to_offset), np.inf)
    touched = np.empty(len(start) - 1, np.int32)
    met = np.empty(len(to_offset), np.int32)
    keys = np.empty(len(arc) + 3)
    items = np.empty(len(arc) + 3, np.int32)
    counts = np.zeros(len(from_edge), np.int64)
    room = 4096
    found, price = np.empty(room, np.int32), np.empty(room)
    rows = 0
    for o in range(len(from_edge)):
        e = from_edge[o]
        if e < 0:
            continue
        limit = limits[o]
        number = 0
        for i in range(by_edge[e], by_edge[e + 1]):
            d = place[i]
            number = _meet(least, met, number, d, along(cost, e, from_offset[o], to_offset[d], length[e]), limit)
        size, seen = leave(best, keys, items, touched, e, from_offset[o], length[e], ends, cost)
        seen = spread(start, node, arc, cost, best, keys, items, size, touched, seen, limit)
        for t in range(seen):
            u = touched[t]
            for j in range(start[u], start[u + 1]):
                a = arc[j]
                e = a >> 1
                if cost[a] == np.inf:
                    continue
                for i in range(by_edge[e], by_edge[e + 1]):
                    d = place[i]
                    share = to_offset[d] / length[e] if length[e] > 0 else 0.0
                    reached = best[u] + cost[a] * (share if a & 1 == 0 else 1 - share)
                    number = _meet(least, met, number, d, reached, limit)
        for i in range(seen):
            best[touched[i]] = np.inf
        while rows + number > room:
            room *= 2
            found, price = grown(found, room), grown(price, room)
        for i in range(number):
            found[rows], price[rows] = met[i], least[met[i]]
            least[met[i]] = np.inf
            rows += 1
        counts[o] = number
    return counts, found[:rows].copy(), price[:rows].copy()


@compiled
def _meet(least, met, number, destination, price, limit):  # type: ignore[no-untyped-def]
    """Keeps the least price of a destination within the limit; returns how many destinations were met."""
    if price <= limit and price < least[destination]:
        if least[destination] == np.inf:
            met[number] = destination
            number += 1
        least[destination] = price
    return number
