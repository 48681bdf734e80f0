"""通学路: the way from each town to the elementary school of its district, along the streets."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from data.sample.block import Site
from data.sample.district import District
from data.sample.facility import Facility
from data.sample.plane import Plane, Points
from data.sample.population import Census
from data.sample.street_network import StreetNetwork
from data.sample.town import Town

_LIVED = (District.CORE, District.OLD_TOWN, District.MIXED, District.SUBURB)
_WALKED = frozenset({"residential", "unclassified", "tertiary", "secondary", "footway", "service", "path", "steps"})
_PUPILS = 0.052
"""Share of the people of a town who go to elementary school."""


@dataclass(frozen=True)
class SchoolRoute:
    school: Facility
    town: Town
    pupils: int
    nodes: list[int]
    length_m: float


class Streets:
    """Where children walk, as a graph; lengths in metres of the plane."""

    def __init__(self, network: StreetNetwork) -> None:
        self.points: Points = network.points
        ends = np.unique(network.pairs(_WALKED), axis=0)
        lengths = np.round(np.sqrt(((self.points[ends[:, 0]] - self.points[ends[:, 1]]) ** 2).sum(axis=1)), 2)
        shape = len(self.points), len(self.points)
        self.graph = csr_array((np.maximum(lengths, 0.01), (ends[:, 0], ends[:, 1])), shape=shape)
        self.used: NDArray[np.int64] = np.unique(ends)
        self._tree = cKDTree(self.points[self.used])

    def nearest(self, places: Points) -> NDArray[np.int64]:
        found: NDArray[np.int64] = self.used[self._tree.query(places)[1]]
        return found


def school_routes(
    network: StreetNetwork, facilities: Iterable[Facility], towns: Sequence[Town], census: Census, plane: Plane
) -> list[SchoolRoute]:
    """Each town goes to the school with the shortest way; towns that no street leads from are left out."""
    schools = [one for one in facilities if one.kind == Site.ELEMENTARY]
    lived = [k for k, town in enumerate(towns) if town.district in _LIVED and census.towns.get(k, [0])[0] > 0]
    if not schools or not lived:
        return []
    streets = Streets(network)
    gates = streets.nearest(plane.from_lonlat(np.array([one.place for one in schools])))
    middles = shapely.get_coordinates([towns[k].area.point_on_surface() for k in lived])
    found = []
    for k, (away, school, nodes) in zip(lived, _shortest(streets, gates, streets.nearest(middles)), strict=True):
        if np.isfinite(away) and away > 0:
            pupils = round(census.towns[k][0] * _PUPILS)
            found.append(SchoolRoute(schools[school], towns[k], pupils, nodes, round(away, 1)))
    return found


_Way = tuple[float, int, list[int]]
"""Metres, number of the gate, nodes from the start to the gate."""


def _shortest(streets: Streets, gates: NDArray[np.int64], starts: NDArray[np.int64]) -> list[_Way]:
    """The way from each start to the gate nearest to it; a gate at a time, for all at once would fill the memory."""
    best: list[_Way] = [(float("inf"), -1, []) for _ in starts]
    for school, gate in enumerate(gates.tolist()):
        away, before = dijkstra(streets.graph, directed=False, indices=gate, return_predecessors=True)
        for k, start in enumerate(starts.tolist()):
            if np.round(away[start], 1) < np.round(best[k][0], 1):
                best[k] = float(away[start]), school, _walk(before, start)
    return best


def _walk(before: NDArray[np.int32], start: int) -> list[int]:
    nodes = [start]
    while before[nodes[-1]] >= 0:
        nodes.append(int(before[nodes[-1]]))
    return nodes


def write_school_routes(
    path: Path, routes: Sequence[SchoolRoute], network: StreetNetwork, plane: Plane
) -> tuple[Path, int]:
    points = network.points
    features = []
    for number, route in enumerate(routes, start=1):
        lonlat = np.round(plane.to_lonlat(points[route.nodes]), 7)
        properties = {
            "NO": number, "学校名": route.school.name, "学校名_英語": route.school.english,
            "町丁目": route.town.name.ja, "町丁目コード": route.town.code, "延長m": route.length_m,
            "児童数": route.pupils, "点検年月日": "2026-02-20",
        }  # fmt: skip
        geometry = {"type": "LineString", "coordinates": lonlat.tolist()}
        features.append({"type": "Feature", "id": number, "properties": properties, "geometry": geometry})
    body = {"type": "FeatureCollection", "name": path.stem, "features": features}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(body, ensure_ascii=False, separators=(",", ":")), encoding="utf-8", newline="\n")
    return path, len(features)
