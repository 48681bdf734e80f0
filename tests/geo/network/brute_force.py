"""Shortest ways by a plain heap over plain dictionaries, to judge the compiled searches: shares no code with them."""

import heapq
import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

Place = tuple[int, float]
"""Edge, and metres from its start."""


class PlainGraph:
    """Edges (from, to, length) with a cost each way; a place cuts its edge in two, as a node of its own."""

    def __init__(self, edges: Sequence[tuple[int, int]], lengths: Sequence[float], costs: Sequence[float]) -> None:
        self.edges, self.lengths, self.costs = edges, lengths, costs

    def costs_from(self, origin: Place, goals: Sequence[Place] = ()) -> dict[object, float]:
        """Least cost from a place to every node ("n", i) and every goal ("g", i)."""
        arcs = self._arcs({"o": origin, **{("g", i): goal for i, goal in enumerate(goals)}})
        return dijkstra(arcs, "o")

    def _arcs(self, places: Mapping[object, Place]) -> dict[object, list[tuple[object, float]]]:
        arcs: dict[object, list[tuple[object, float]]] = {}
        for e, (a, b) in enumerate(self.edges):
            stops = self._stops(e, a, b, places)
            for (o1, k1), (o2, k2) in pairwise(stops):
                share = (o2 - o1) / self.lengths[e] if self.lengths[e] else 0.0
                for start, end, cost in ((k1, k2, self.costs[2 * e]), (k2, k1, self.costs[2 * e + 1])):
                    if math.isfinite(cost):
                        arcs.setdefault(start, []).append((end, cost * share))
        self._join(arcs, places)
        return arcs

    def _stops(self, e: int, a: int, b: int, places: Mapping[object, Place]) -> list[tuple[float, object]]:
        inside = sorted(((o, key) for key, (edge, o) in places.items() if edge == e), key=lambda one: one[0])
        return [(0.0, ("n", a)), *inside, (self.lengths[e], ("n", b))]

    def _join(self, arcs: dict[object, list[tuple[object, float]]], places: Mapping[object, Place]) -> None:
        """Places at the same spot are one, also where the edge is closed."""
        for one, spot in places.items():
            for other, same in places.items():
                if one != other and spot == same:
                    arcs.setdefault(one, []).append((other, 0.0))


def dijkstra(arcs: Mapping[object, Sequence[tuple[object, float]]], source: object) -> dict[object, float]:
    best = {source: 0.0}
    heap: list[tuple[float, int, object]] = [(0.0, 0, source)]
    number = 0
    while heap:
        cost, _, node = heapq.heappop(heap)
        if cost > best[node]:
            continue
        for other, step in arcs.get(node, ()):
            if cost + step < best.get(other, math.inf):
                best[other] = cost + step
                number += 1
                heapq.heappush(heap, (cost + step, number, other))
    return best
