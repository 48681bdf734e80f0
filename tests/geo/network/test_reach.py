"""The compiled searches against a plain heap Dijkstra and scipy, on random small networks."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.network import (
    ADULT,
    StreetNetwork,
    arc_metres,
    arc_minutes,
    build_network,
    nearest_facility,
    nearest_from_places,
    place_on_edges,
    service_edges,
    service_polygons,
    shortest_path,
    travel_costs,
)
from geo.network.geodesy import WGS84
from tests.geo.network.brute_force import PlainGraph

SEEDS = st.integers(0, 2**32 - 1)


def random_network(rng: np.random.Generator) -> StreetNetwork:
    """Up to 12 nodes, with loops, parallel edges, one-way and closed edges, islands, and slopes."""
    n, m = int(rng.integers(2, 13)), int(rng.integers(1, 22))
    nodes = np.array([139.7, 35.6]) + rng.uniform(0, 0.005, (n, 2))
    ends = rng.integers(0, n, (m, 2)).astype(np.int32)
    lines = np.stack([nodes[ends[:, 0]], nodes[ends].mean(axis=1) + rng.normal(0, 5e-4, (m, 2)), nodes[ends[:, 1]]], 1)
    return build_network(
        node_lonlat=nodes,
        edge_nodes=ends,
        walk=rng.random(m) > 0.1,
        direction=rng.choice([0, 0, 0, 1, -1], m).astype(np.int8),
        slope=rng.uniform(-0.2, 0.2, m).astype(np.float32),
        shape_start=np.arange(m + 1, dtype=np.int64) * 3,
        shape_lonlat=lines.reshape(-1, 2),
    )


def random_case(seed: int, count: int = 4):  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(seed)
    network = random_network(rng)
    barriers = rng.random(network.edge_count) < 0.1
    costs = arc_metres(network, barriers=barriers) if seed % 2 else arc_minutes(network, ADULT, barriers, slopes=True)

    def places():  # type: ignore[no-untyped-def]
        edge = rng.integers(0, network.edge_count, count).astype(np.int32)
        return place_on_edges(network, edge, rng.choice([0, 0.3, 0.5, 1.0], count) * network.length_m[edge])

    plain = PlainGraph(network.edge_nodes.tolist(), network.length_m.tolist(), costs.tolist())
    return network, costs, places(), places(), plain


def spots(places):  # type: ignore[no-untyped-def]
    return list(zip(places.edge.tolist(), places.offset_m.tolist(), strict=True))


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_costs_between_places_are_those_of_a_plain_dijkstra(seed: int) -> None:
    network, costs, origins, goals, plain = random_case(seed)
    found = travel_costs(network, origins, goals, costs)
    for row, origin in enumerate(spots(origins)):
        truth = plain.costs_from(origin, spots(goals))
        expected = [truth.get(("g", i), math.inf) for i in range(len(goals))]
        assert found[row] == pytest.approx(expected, rel=1e-9, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_a_limit_hides_what_is_farther_and_nothing_else(seed: int) -> None:
    network, costs, origins, goals, _ = random_case(seed)
    free = travel_costs(network, origins, goals, costs)
    limit = float(np.median(free[np.isfinite(free)])) if np.isfinite(free).any() else 1.0
    assert np.array_equal(
        travel_costs(network, origins, goals, costs, limit=limit), np.where(free <= limit, free, np.inf)
    )


@settings(max_examples=100, deadline=None)
@given(SEEDS)
def test_the_nearest_facility_is_the_least_of_the_costs_to_all_of_them(seed: int) -> None:
    network, costs, places, facilities, _ = random_case(seed)
    nearest = nearest_facility(network, facilities, costs)
    every = travel_costs(network, places, facilities, costs)
    of_places = nearest_from_places(network, places, facilities, nearest, costs)
    assert of_places.cost == pytest.approx(every.min(axis=1), rel=1e-9, abs=1e-9)
    reached = np.flatnonzero(np.isfinite(of_places.cost))
    assert every[reached, of_places.facility[reached]] == pytest.approx(of_places.cost[reached], rel=1e-9, abs=1e-9)
    assert (of_places.facility[~np.isfinite(of_places.cost)] == -1).all()


@settings(max_examples=100, deadline=None)
@given(SEEDS)
def test_a_path_costs_what_the_matrix_says_and_its_line_is_as_long_as_it_says(seed: int) -> None:
    network, costs, origins, goals, _ = random_case(seed, count=1)
    cost = travel_costs(network, origins, goals, costs)[0, 0]
    path = shortest_path(network, origins, goals, costs)
    if path is None:
        assert cost == math.inf
        return
    assert path.cost == pytest.approx(cost, rel=1e-9, abs=1e-9)
    assert path.lonlat[0] == pytest.approx(origins.lonlat[0], abs=1e-12)
    assert path.lonlat[-1] == pytest.approx(goals.lonlat[0], abs=1e-12)
    drawn = WGS84.line_length(path.lonlat[:, 0], path.lonlat[:, 1]) if len(path.lonlat) > 1 else 0.0
    assert drawn == pytest.approx(path.length_m, abs=1e-3)
    if seed % 2:  # costs are metres
        assert path.length_m == pytest.approx(path.cost, rel=1e-9, abs=1e-6)


@settings(max_examples=100, deadline=None)
@given(SEEDS)
def test_a_service_area_is_what_many_points_on_the_streets_say(seed: int) -> None:
    """Points all over every edge: inside a row when their cost is below the limit, outside when it is above."""
    network, costs, origins, _, plain = random_case(seed, count=2)
    limit = 300.0 if seed % 2 else 4.0
    rows = service_edges(network, origins, costs, limit)
    samples = [(e, f * network.length_m[e]) for e in range(network.edge_count) for f in (0.05, 0.37, 0.61, 0.93)]
    for place, origin in enumerate(spots(origins)):
        truth = plain.costs_from(origin, samples)
        mine = rows.place == place
        for i, (edge, offset) in enumerate(samples):
            cost = truth.get(("g", i), math.inf)
            if abs(cost - limit) < 1e-6 or not network.length_m[edge]:
                continue
            inside = mine & (rows.edge == edge) & (rows.start_m <= offset + 1e-9) & (rows.end_m >= offset - 1e-9)
            if (edge, offset) == origin:
                continue
            assert inside.any() == (cost < limit), (edge, offset, cost)
            assert inside.sum() <= 1


def straight_street() -> StreetNetwork:
    """Three nodes on a line, about 1,000 m each."""
    return build_network(
        node_lonlat=np.array([[139.70, 35.6], [139.711, 35.6], [139.722, 35.6]]),
        edge_nodes=np.array([[0, 1], [1, 2]], dtype=np.int32),
    )


def test_service_edges_end_exactly_at_the_limit_on_both_sides() -> None:
    network = straight_street()
    rows = service_edges(network, place_on_edges(network, np.array([0]), np.array([900.0])), arc_metres(network), 250)
    found = {int(e): (a, b) for e, a, b in zip(rows.edge, rows.start_m, rows.end_m, strict=True)}
    assert found[0] == pytest.approx((650.0, network.length_m[0]))
    assert found[1] == pytest.approx((0.0, 250 - (network.length_m[0] - 900)))


def test_a_service_polygon_is_the_reached_street_with_its_width() -> None:
    network = straight_street()
    rows = service_edges(network, place_on_edges(network, np.array([0]), np.array([500.0])), arc_metres(network), 300)
    polygon = service_polygons(network, rows, 1, width_m=30)[0]
    area = abs(WGS84.geometry_area_perimeter(polygon)[0])
    assert area == pytest.approx(600 * 60 + math.pi * 30**2, rel=0.005)


def test_a_barrier_closes_an_edge() -> None:
    network = straight_street()
    places = place_on_edges(network, np.array([0, 1]), np.array([10.0, 10.0]))
    closed = np.array([False, True])
    assert math.isfinite(travel_costs(network, places[:1], places[1:], arc_metres(network))[0, 0])
    assert travel_costs(network, places[:1], places[1:], arc_metres(network, barriers=closed))[0, 0] == math.inf


def test_places_that_found_no_street_reach_nothing() -> None:
    network = straight_street()
    places = place_on_edges(network, np.array([0, 1]), np.array([10.0, 10.0]))
    lost = type(places)(np.array([-1], np.int32), np.array([np.nan]), np.array([np.nan]), np.full((1, 2), np.nan))
    costs = arc_metres(network)
    assert (travel_costs(network, lost, places, costs) == math.inf).all()
    assert (travel_costs(network, places, lost, costs) == math.inf).all()
    assert (nearest_facility(network, lost, costs).facility == -1).all()
    assert len(service_edges(network, lost, costs, 100)) == 0
    assert shortest_path(network, lost, places[:1], costs) is None
