"""The OpenStreetMap extract, read back by osmium and walked by scipy."""

import itertools
from collections import Counter
from dataclasses import dataclass

import numpy as np
import osmium
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from .conftest import Written, in_metres


@dataclass(frozen=True)
class Extract:
    places: dict[int, tuple[float, float]]
    node_tags: dict[int, dict[str, str]]
    ways: list[tuple[list[int], dict[str, str]]]

    @property
    def streets(self) -> list[tuple[list[int], dict[str, str]]]:
        return [(nodes, tags) for nodes, tags in self.ways if "highway" in tags]

    def line(self, nodes: list[int]) -> shapely.LineString:
        return shapely.LineString([self.places[node] for node in nodes])


@pytest.fixture(scope="session")
def extract(written: Written) -> Extract:
    found = Extract({}, {}, [])
    for entity in osmium.FileProcessor(str(written.city.folder / "osm/mihon.osm.pbf")):
        if entity.is_node():
            found.places[entity.id] = (entity.location.lon, entity.location.lat)
            if len(entity.tags):
                found.node_tags[entity.id] = dict(entity.tags)
        elif entity.is_way():
            found.ways.append(([node.ref for node in entity.nodes], dict(entity.tags)))
    return found


def test_ways_refer_to_nodes_of_the_file_and_never_stand_still(extract: Extract) -> None:
    for nodes, _ in extract.ways:
        assert len(nodes) >= 2
        assert set(nodes) <= set(extract.places)
        assert all(a != b for a, b in itertools.pairwise(nodes))
    assert set(extract.places) == {node for nodes, _ in extract.ways for node in nodes}


def test_nearly_all_streets_hang_together(extract: Extract) -> None:
    edges = np.array([pair for nodes, _ in extract.streets for pair in itertools.pairwise(nodes)])
    used, index = np.unique(edges, return_inverse=True)
    index = index.reshape(edges.shape)
    graph = coo_array((np.ones(len(edges)), (index[:, 0], index[:, 1])), shape=(len(used), len(used)))
    labels = connected_components(graph, directed=False)[1]
    assert np.bincount(labels).max() > 0.97 * len(used)


def test_streets_that_cross_on_the_ground_share_a_node(extract: Extract) -> None:
    ground = [(nodes, extract.line(nodes)) for nodes, tags in extract.streets if "bridge" not in tags]
    lines = np.array([in_metres(line) for _, line in ground], dtype=object)
    first, second = shapely.STRtree(lines).query(lines, predicate="crosses")
    apart = [
        (a, b)
        for a, b in zip(first.tolist(), second.tolist(), strict=True)
        if a < b and not set(ground[a][0]) & set(ground[b][0])
    ]
    assert not apart


def test_every_lane_of_the_city_model_has_its_line(written: Written, extract: Extract) -> None:
    """The same streets: nearly every road surface of the CityGML has a street on it."""
    surfaces = [
        in_metres(area)
        for road in written.features("udx/tran/*.gml", "tran:Road")
        for area in road.polygons("tran:lod1MultiSurface")
    ]
    lines = [in_metres(extract.line(nodes)) for nodes, _ in extract.streets]
    on_it = set(shapely.STRtree(lines).query(surfaces, predicate="intersects")[0].tolist())
    assert len(on_it) > 0.98 * len(surfaces)


def test_there_are_steps_crossings_lifts_bridges_and_names(extract: Extract) -> None:
    kinds = Counter(tags["highway"] for _, tags in extract.streets)
    assert kinds["residential"] > 150
    assert {"trunk", "secondary", "tertiary", "unclassified", "service", "footway", "path", "steps"} <= set(kinds)
    nodes = Counter(tags.get("highway") or tags.get("railway") for tags in extract.node_tags.values())
    assert nodes["crossing"] > 50
    assert nodes["elevator"] == 2
    assert nodes["level_crossing"] >= 2
    assert all(int(tags["step_count"]) >= 3 for _, tags in extract.streets if tags["highway"] == "steps")
    assert any(tags.get("bridge") == "yes" and tags["highway"] == "secondary" for _, tags in extract.streets)
    for _, tags in extract.ways:
        assert ("name" in tags) == ("name:en" in tags) == ("name:ja" in tags)


def test_the_station_can_be_crossed_with_and_without_steps(extract: Extract) -> None:
    """The detour by the lift is a little longer than the steps, and both exist."""
    metres = {}
    for banned in ("steps", "elevator"):
        metres[banned] = _walk(extract, banned)
    assert metres["elevator"] < 400
    assert abs(metres["steps"] - metres["elevator"]) < 60


def _walk(extract: Extract, banned: str) -> float:
    """Shortest way between the avenues on both sides of the station, without steps or without lifts."""
    lifts = {node for node, tags in extract.node_tags.items() if tags.get("highway") == "elevator"}
    edges, lengths = [], []
    for nodes, tags in extract.streets:
        if tags["highway"] == banned or (banned == "elevator" and lifts & set(nodes)):
            continue
        points = shapely.get_coordinates(in_metres(extract.line(nodes)))
        edges += list(itertools.pairwise(nodes))
        lengths += np.sqrt((np.diff(points, axis=0) ** 2).sum(axis=1)).tolist()
    used, index = np.unique(np.array(edges), return_inverse=True)
    index = index.reshape(-1, 2)
    graph = coo_array((lengths, (index[:, 0], index[:, 1])), shape=(len(used), len(used))).tocsr()
    ends = []
    for name in ("Station Avenue", "North Gate Avenue"):
        nodes = next(nodes for nodes, tags in extract.streets if tags.get("name:en") == name)
        ends.append(int(np.flatnonzero(used == nodes[0])[0]))
    return float(dijkstra(graph, directed=False, indices=ends[0])[ends[1]])


def test_the_reader_of_street_networks_finds_the_same_streets(written: Written, extract: Extract) -> None:
    from geo.network import read_osm_network

    network = read_osm_network(written.city.folder / "osm/mihon.osm.pbf", name="mihon.osm.pbf")
    assert np.bincount(network.component).max() > 0.97 * len(network.component)
    metres = sum(in_metres(extract.line(nodes)).length for nodes, _ in extract.streets)
    assert float(network.length_m.sum()) == pytest.approx(metres, rel=0.01)
    assert network.steps.any()
