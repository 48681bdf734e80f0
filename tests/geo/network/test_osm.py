"""OpenStreetMap extracts: small ones written here, and two real ones."""

import time
from pathlib import Path

import numpy as np
import osmium
import pyproj
import pytest
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo import RULES, UnreadableError
from geo.network import (
    ADULT,
    WHEELCHAIR,
    LeftOut,
    StreetNetwork,
    Way,
    WayKind,
    arc_metres,
    arc_minutes,
    judge_way,
    nearest_facility,
    network_batches,
    passable,
    place_on_edges,
    portray_network,
    read_osm_network,
    shortest_path,
    snap,
)
from tests.shared_data import shared_data

GEOD = pyproj.Geod(ellps="WGS84")


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"highway": "motorway"}, LeftOut.MOTORWAY),
        ({"highway": "trunk", "motorroad": "yes"}, LeftOut.MOTOR_ROAD),
        ({"highway": "construction"}, LeftOut.NOT_BUILT),
        ({"highway": "service", "access": "private"}, LeftOut.PRIVATE),
        ({"highway": "tertiary", "foot": "no", "bicycle": "no"}, LeftOut.FORBIDDEN),
        ({"route": "ferry"}, LeftOut.FERRY),
        ({"highway": "ferry", "route": "ferry"}, LeftOut.NO_WAY),
        ({"highway": "raceway"}, LeftOut.NO_WAY),
    ],
)
def test_ways_that_nobody_walks_are_left_out_with_the_reason(tags: dict[str, str], reason: LeftOut) -> None:
    assert judge_way(tags) is reason


@pytest.mark.parametrize(
    ("tags", "kind", "walk", "wheelchair", "bicycle"),
    [
        ({"highway": "residential"}, WayKind.RESIDENTIAL, True, True, True),
        ({"highway": "steps"}, WayKind.STEPS, True, False, False),
        ({"highway": "footway", "footway": "crossing"}, WayKind.CROSSING, True, True, False),
        ({"highway": "footway", "bicycle": "yes"}, WayKind.FOOTWAY, True, True, True),
        ({"highway": "path", "surface": "sand"}, WayKind.PATH, True, False, True),
        ({"highway": "footway", "wheelchair": "no"}, WayKind.FOOTWAY, True, False, False),
        ({"highway": "service", "access": "private", "foot": "yes"}, WayKind.SERVICE, True, True, False),
        ({"highway": "cycleway", "foot": "no"}, WayKind.CYCLEWAY, False, False, True),
        ({"highway": "pedestrian", "area": "yes"}, WayKind.PEDESTRIAN, True, True, False),
        ({"railway": "platform"}, WayKind.PLATFORM, True, True, False),
    ],
)
def test_tags_decide_who_may_pass(
    tags: dict[str, str], kind: WayKind, walk: bool, wheelchair: bool, bicycle: bool
) -> None:
    assert judge_way(tags) == Way(kind, walk, wheelchair, bicycle)


def test_an_escalator_goes_one_way() -> None:
    assert judge_way({"highway": "steps", "conveying": "backward"}) == Way(WayKind.STEPS, True, False, False, -1)


NODES = {1: (139.70, 35.60), 2: (139.71, 35.60), 3: (139.72, 35.60), 4: (139.71, 35.61), 5: (139.71, 35.62)} | {
    6: (139.80, 35.70),
    7: (139.81, 35.70),
}


def write_extract(
    path: Path, ways: list[tuple[list[int], dict[str, str]]], tags: dict[int, dict[str, str]] | None = None
) -> Path:
    with osmium.SimpleWriter(str(path)) as writer:
        for id, lonlat in NODES.items():
            writer.add_node(osmium.osm.mutable.Node(id=id, location=lonlat, tags=(tags or {}).get(id, {})))
        for id, (nodes, way_tags) in enumerate(ways, 100):
            writer.add_way(osmium.osm.mutable.Way(id=id, nodes=nodes, tags=way_tags))
    return path


def test_ways_are_split_where_they_meet_and_keep_their_names(tmp_path: Path) -> None:
    ways = [([1, 2, 3], {"highway": "residential", "name": "本町通り"}), ([2, 4, 5], {"highway": "steps"})]
    network = read_osm_network(write_extract(tmp_path / "a.osm.pbf", ways), name="a.osm.pbf")
    ends = {tuple(sorted(network.node_id[pair].tolist())) for pair in network.edge_nodes}
    assert ends == {(1, 2), (2, 3), (2, 5)}
    assert [network.name(e) for e in range(3)] == ["本町通り", "本町通り", None]
    assert network.length_m[2] == pytest.approx(GEOD.line_length([139.71] * 3, [35.60, 35.61, 35.62]))
    assert network.steps.tolist() == [False, False, True]
    assert not passable(network, WHEELCHAIR)[2]


def test_a_locked_gate_stops_everybody_and_a_bare_one_nobody(tmp_path: Path) -> None:
    ways = [([1, 2, 3], {"highway": "footway"})]
    for name, tags, parts in (("shut", {"barrier": "gate", "access": "private"}, 2), ("open", {"barrier": "gate"}, 1)):
        network = read_osm_network(write_extract(tmp_path / f"{name}.osm.pbf", ways, {2: tags}), name=name)
        assert len(network.island_sizes()) == parts


def test_a_way_cut_off_by_the_edge_of_the_extract_keeps_what_is_there(tmp_path: Path) -> None:
    ways = [([1, 2, 99, 3, 4], {"highway": "footway"}), ([98, 97], {"highway": "footway"})]
    network = read_osm_network(write_extract(tmp_path / "a.osm.pbf", ways), name="a")
    ends = sorted(tuple(network.node_id[pair].tolist()) for pair in network.edge_nodes)
    assert ends == [(1, 2), (3, 4)]
    assert network.left_out == {"broken": 1}


def test_places_snap_onto_the_main_part_unless_islands_are_asked_for(tmp_path: Path) -> None:
    ways = [([1, 2, 3], {"highway": "footway"}), ([2, 4, 5], {"highway": "footway"}), ([6, 7], {"highway": "footway"})]
    network = read_osm_network(write_extract(tmp_path / "a.osm.pbf", ways), name="a")
    near_island = np.array([[139.805, 35.7001]])
    assert not snap(network, near_island).found[0]
    assert snap(network, near_island, islands=True).distance_m[0] == pytest.approx(11.1, abs=0.1)
    told = next(network_batches(network, name="a")).problems
    assert [problem.rule for problem in told] == ["osm.islands"]


def test_slopes_come_from_heights_and_slow_a_walker(tmp_path: Path) -> None:
    path = write_extract(tmp_path / "a.osm.pbf", [([1, 2], {"highway": "footway"})])
    network = read_osm_network(path, name="a", heights=lambda lonlat: (lonlat[:, 0] - 139.70) * 9_000)
    rise = 90 / network.length_m[0] * (1 if network.node_id[network.edge_nodes[0, 0]] == 1 else -1)
    assert network.slope[0] == pytest.approx(rise, rel=1e-5)
    level = arc_minutes(network, ADULT)
    sloped = arc_minutes(network, ADULT, slopes=True)
    assert level == pytest.approx(network.length_m[0] / 80)
    assert sloped.max() / level[0] == pytest.approx(np.exp(3.5 * abs(network.slope[0])), rel=1e-6)  # Tobler, uphill
    assert (arc_minutes(network, WHEELCHAIR) == np.inf).all()  # 9.9 %
    (batch,) = network_batches(network, name="streets")
    assert batch.features["slope"].max() == pytest.approx(100 * abs(network.slope[0]), abs=0.05)
    assert "slope" in portray_network(batch.features.columns).style.columns


@pytest.mark.parametrize("content", [b"", b"no pbf at all", b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18\x7f" + b"x" * 50])
def test_a_file_that_is_no_extract_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "city.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(UnreadableError) as caught:
        read_osm_network(path, name="city.osm.pbf")
    assert caught.value.problem.rule in ("osm.unreadable", "osm.no_streets")
    assert str(tmp_path) not in str(caught.value)


def test_an_extract_without_streets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="no street"):
        read_osm_network(write_extract(tmp_path / "a.osm.pbf", [([1, 2], {"highway": "motorway"})]), name="a")


def test_a_kept_network_comes_back_the_same_and_memory_mapped(tmp_path: Path) -> None:
    ways = [([1, 2, 3], {"highway": "residential", "name": "本町通り"}), ([2, 4, 5], {"highway": "motorway"})]
    network = read_osm_network(write_extract(tmp_path / "a.osm.pbf", ways), name="a")
    network.save(tmp_path / "kept")
    again = StreetNetwork.load(tmp_path / "kept")
    assert again.left_out == {"motorway": 1}
    assert again.name(0) == "本町通り"
    assert np.array_equal(again.shape_lonlat, network.shape_lonlat)
    assert isinstance(again.length_m.base, np.memmap)
    places = np.array([[139.705, 35.6001]])
    assert snap(again, places).distance_m == snap(network, places).distance_m


def test_snapping_finds_what_shapely_finds(monaco: StreetNetwork) -> None:
    """In the UTM zone, whose scale differs by less than 0.04 %."""
    rng = np.random.default_rng(5)
    lonlat = rng.uniform((7.41, 43.725), (7.44, 43.75), (300, 2))
    found = snap(monaco, lonlat, within_m=1_000)
    plane = pyproj.Transformer.from_crs(4326, 32632, always_xy=True)
    chosen = np.flatnonzero(monaco.walk & monaco.main_edges)
    lines = [shapely.LineString(np.column_stack(plane.transform(*monaco.line(int(e)).T))) for e in chosen]
    points = shapely.points(*plane.transform(*lonlat.T))
    _, truth = shapely.STRtree(lines).query_nearest(points, all_matches=False, return_distance=True)
    assert found.distance_m == pytest.approx(truth, rel=5e-4, abs=1e-3)
    assert found.distance_m == pytest.approx(GEOD.inv(*lonlat.T, *found.lonlat.T)[2], rel=5e-5, abs=1e-3)


@pytest.fixture(scope="module")
def monaco() -> StreetNetwork:
    return read_osm_network(shared_data("osm/monaco.osm.pbf"), name="monaco.osm.pbf")


@pytest.fixture(scope="module")
def monaco_nodes() -> dict[int, tuple[float, float]]:
    """Read apart from the reader that is tested."""
    path = str(shared_data("osm/monaco.osm.pbf"))
    return {node.id: (node.lon, node.lat) for node in osmium.FileProcessor(path, osmium.osm.NODE)}


def foot(point: tuple[float, float], a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    """Foot of the perpendicular from a point on the line a-b, in a plane laid through the point."""
    plane = pyproj.Proj(proj="aeqd", lon_0=point[0], lat_0=point[1], ellps="WGS84")
    (ax, ay), (bx, by) = plane(*a), plane(*b)
    t = -(ax * (bx - ax) + ay * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)
    lon, lat = plane(ax + t * (bx - ax), ay + t * (by - ay), inverse=True)
    return lon, lat


def test_walking_from_rue_du_gabian_11_to_7_is_as_long_as_measured_by_hand(
    monaco: StreetNetwork, monaco_nodes: dict[int, tuple[float, float]]
) -> None:
    """Both houses face the street itself: along it from the one foot to the other, node by node."""
    start, end = monaco_nodes[1661205490], monaco_nodes[1661205494]
    via = [monaco_nodes[id] for id in (25183872, 1204303522, 25177834, 1204303544)]
    walked = [foot(start, via[0], via[1]), via[1], via[2], foot(end, via[2], via[3])]
    by_hand = GEOD.line_length(*np.transpose(walked))
    places = snap(monaco, np.array([start, end]))
    path = shortest_path(monaco, places[:1], places[1:], arc_metres(monaco))
    assert path is not None
    assert path.length_m == pytest.approx(by_hand, abs=0.01)
    assert 92 < by_hand < 94
    assert {monaco.name(int(edge)) for edge in path.edges} == {"Rue du Gabian"}


def test_the_nearest_facility_over_all_of_monaco_is_scipys(monaco: StreetNetwork) -> None:
    """Facilities at nodes, so that scipy's search on the same lengths, reversed, can say how far they are."""
    costs = arc_metres(monaco)
    chosen = np.random.default_rng(2).choice(np.flatnonzero(monaco.walk & monaco.main_edges), 50, replace=False)
    found = nearest_facility(monaco, place_on_edges(monaco, chosen.astype(np.int32), np.zeros(50)), costs)
    (a, b), open_arcs = monaco.edge_nodes.T, np.isfinite(costs)
    start, end = np.stack([a, b], 1).ravel()[open_arcs], np.stack([b, a], 1).ravel()[open_arcs]
    order = np.lexsort((costs[open_arcs], start, end))
    pairs, first = np.unique(np.stack([end, start], 1)[order], axis=0, return_index=True)  # of parallel edges the short
    backwards = csr_array((costs[open_arcs][order][first], pairs.T), shape=(monaco.node_count, monaco.node_count))
    truth = dijkstra(backwards, indices=np.unique(a[chosen]), min_only=True)
    assert found.cost == pytest.approx(truth, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("file", ["osm/monaco.osm.pbf", "access/porto_alegre/poa_osm.pbf"])
def test_real_extracts_become_a_layer_with_every_edge(file: str) -> None:
    began = time.monotonic()
    network = read_osm_network(shared_data(file), name=Path(file).name)
    assert time.monotonic() - began < 20  # 1 s when nothing else runs
    batches = list(network_batches(network, name=file))
    assert sum(len(batch.features) for batch in batches) == network.edge_count
    assert network.island_sizes()[0] > 0.9 * network.node_count
    lines = np.concatenate([batch.features.geometry.to_numpy() for batch in batches])
    lengths = np.array([GEOD.geometry_length(line) for line in lines[:500]])
    assert network.length_m[:500] == pytest.approx(lengths, abs=1e-6)
    assert "slope" not in batches[0].features.columns  # nobody knows it
    assert set(portray_network(batches[0].features.columns).style.columns) <= set(batches[0].features.columns)


def test_every_reason_to_leave_a_way_out_has_its_words() -> None:
    assert {f"osm.{reason}" for reason in LeftOut} <= set(RULES)
