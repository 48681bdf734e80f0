"""Centre lines of road areas: shapes whose axis is known, the sample city beside its streets as lines, real roads."""

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Transformer
from shapely import Polygon, box

from data.sample import write_sample_city
from geo import UnreadableError
from geo.citygml import read_citygml
from geo.network import (
    StreetNetwork,
    WayKind,
    arc_metres,
    build_network_from_roads,
    place_on_edges,
    read_osm_network,
    snap,
    travel_costs,
)
from tests.shared_data import shared_data

PLANE = "EPSG:6676"
_BACK = Transformer.from_crs(4326, PLANE, always_xy=True)


def network_of(*areas: shapely.Geometry, cell: float = 2000, **columns: Sequence[str | None]) -> StreetNetwork:
    """Of areas in metres around the origin of Japan's plane VIII."""
    return build_network_from_roads(gpd.GeoDataFrame(columns, geometry=list(areas), crs=PLANE), name="roads", cell=cell)


def places(network: StreetNetwork) -> np.ndarray:
    """(n, 2): nodes in metres, sorted."""
    found = np.column_stack(_BACK.transform(*network.node_lonlat.T))
    return found[np.lexsort(found.round(1).T)]


def in_plane(network: StreetNetwork, edge: int) -> shapely.LineString:
    return shapely.LineString(np.column_stack(_BACK.transform(*network.line(edge).T)))


def degrees(network: StreetNetwork) -> list[int]:
    return sorted(np.bincount(network.edge_nodes.ravel(), minlength=network.node_count).tolist())


def test_a_straight_road_is_one_line_along_its_middle_from_end_to_end() -> None:
    network = network_of(box(0, 0, 100, 8))
    assert network.edge_count == 1
    assert places(network) == pytest.approx(np.array([[0, 4], [100, 4]]), abs=0.2)
    # The plane's scale at its central meridian is 0.9999.
    assert network.length_m[0] == pytest.approx(100 / 0.9999, abs=0.2)


def test_a_bend_has_no_spur_into_its_corner() -> None:
    network = network_of(shapely.union(box(0, 0, 100, 8), box(92, 0, 100, 100)))
    assert network.edge_count == 1
    assert network.length_m[0] == pytest.approx(192, rel=0.02)


def test_roads_cut_at_their_junction_meet_in_one_node_in_its_middle() -> None:
    arms = [box(-80, -4, -4, 4), box(4, -4, 80, 4), box(-4, 4, 4, 80), box(-4, -80, 4, -4)]
    network = network_of(box(-4, -4, 4, 4), *arms)
    assert degrees(network) == [1, 1, 1, 1, 4]
    assert np.abs(places(network)).min(axis=0).max() < 0.3
    assert network.length_m == pytest.approx(np.full(4, 80), rel=0.02)


def test_a_side_street_begins_near_the_middle_of_the_street_it_leaves() -> None:
    network = network_of(box(0, 0, 100, 8), box(47, 8, 53, 60))
    assert degrees(network) == [1, 1, 1, 3]
    assert sorted(network.length_m.round()) == pytest.approx([50, 50, 56], abs=2)


def test_a_block_surrounded_by_streets_is_walked_all_around() -> None:
    network = network_of(box(0, 0, 100, 60).difference(box(6, 6, 94, 54)))
    assert network.edge_count == 1
    assert network.edge_nodes[0, 0] == network.edge_nodes[0, 1]
    assert network.length_m[0] == pytest.approx(2 * (94 + 54), rel=0.03)


def test_a_round_road_is_as_long_as_the_circle_along_its_middle() -> None:
    network = network_of(shapely.Point(0, 0).buffer(53, 64).difference(shapely.Point(0, 0).buffer(47, 64)))
    assert network.length_m.sum() == pytest.approx(2 * np.pi * 50, rel=0.01)


def test_neighbours_with_a_hairline_between_them_are_connected_and_others_are_not() -> None:
    network = network_of(box(0, 0, 50, 6), box(50.01, 0, 100, 6), box(0, 20, 60, 26))
    assert network.edge_count == 2
    assert sorted(network.length_m.round()) == [60, 100]
    assert len(network.island_sizes()) == 2


def test_a_chamfered_junction_has_no_more_arms_than_streets() -> None:
    chamfer = Polygon([(41, 8), (47, 14), (53, 14), (59, 8)])
    assert degrees(network_of(box(0, 0, 100, 8), box(47, 8, 53, 60), chamfer)) == [1, 1, 1, 3]


def test_cells_fit_together_without_a_seam() -> None:
    rng = np.random.default_rng(5)
    lines = shapely.linestrings(rng.uniform(0, 1500, (40, 2, 2)))
    area = shapely.union_all(shapely.buffer(lines, rng.uniform(2, 9, 40), cap_style="flat"))
    whole, cut = network_of(area), network_of(area, cell=130)
    assert cut.edge_count == whole.edge_count > 250
    assert np.sort(cut.length_m) == pytest.approx(np.sort(whole.length_m), abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_streets_hang_together_exactly_where_their_areas_do(seed: int) -> None:
    rng = np.random.default_rng(seed)
    starts = rng.uniform(0, 900, (25, 2))
    lines = shapely.linestrings(np.stack([starts, starts + rng.uniform(-300, 300, (25, 2))], axis=1))
    areas = shapely.buffer(lines, rng.uniform(1.5, 8, 25), cap_style="flat")
    network = network_of(*areas)
    touching, near = (len(shapely.get_parts(shapely.union_all(shapely.buffer(areas, by)))) for by in (0, 0.25))
    assert near <= len(network.island_sizes()) <= touching
    inside = shapely.union_all(shapely.buffer(areas, 1.0))
    assert shapely.covers(inside, np.array([in_plane(network, edge) for edge in range(network.edge_count)])).all()


def test_motorways_are_left_out_and_the_others_keep_class_and_name() -> None:
    network = network_of(
        box(0, 0, 100, 8),
        box(0, 50, 100, 60),
        box(0, 90, 100, 99),
        function_code=["2", "1", None],
        name=["国道1号", None, None],
    )
    assert network.left_out == {"motorway": 1}
    found = {network.name(edge): WayKind(network.kind[edge]) for edge in range(network.edge_count)}
    assert found == {"国道1号": WayKind.TRUNK, None: WayKind.OTHER}
    assert network.walk.all()
    assert not network.steps.any()


def test_a_function_is_read_by_the_codelist_of_its_type() -> None:
    """1 is a motorway among roads only."""
    areas = [box(0, y, 100, y + 4) for y in (0, 50, 90)]
    network = network_of(*areas, function_code=["1"] * 3, feature_type=["tran:Track", "tran:Square", "tran:Road"])
    assert sorted(network.kind.tolist()) == [WayKind.PEDESTRIAN, WayKind.PATH]
    assert network.left_out == {"motorway": 1}


def test_heights_give_slopes() -> None:
    roads = gpd.GeoDataFrame(geometry=[box(0, 0, 8, 100)], crs=PLANE)
    network = build_network_from_roads(
        roads, name="roads", heights=lambda lonlat: _BACK.transform(*lonlat.T)[1] * 0.05 + 7
    )
    assert np.abs(network.slope) == pytest.approx([0.05], abs=0.001)


def test_no_road_to_walk_on_is_told() -> None:
    nothing: list[tuple[shapely.Geometry, str]] = [
        (box(0, 0, 100, 8), "1"),
        (shapely.Point(0, 0), "2"),
        (box(0, 0, 0.1, 0.1), "2"),
        (Polygon(), "2"),
    ]
    for rows in (nothing[:0], *([row] for row in nothing)):
        with pytest.raises(UnreadableError) as raised:
            network_of(*(area for area, _ in rows), function_code=[code for _, code in rows])
        assert raised.value.problem.rule == "osm.no_streets"


def roads_in(folder: Path) -> gpd.GeoDataFrame:
    batches = [batch for path in sorted(folder.glob("*.gml")) for batch in read_citygml(path, name=path.name)]
    return gpd.GeoDataFrame(pd.concat([batch.features for batch in batches if len(batch.features)]), crs=4326)


def test_walks_in_the_sample_city_are_as_long_as_along_its_openstreetmap_streets(tmp_path: Path) -> None:
    """The same streets were written as areas and as lines: the median walk differs by 0.3 %, 95 % by at most 1.3 %."""
    write_sample_city(tmp_path, buildings=8000)
    drawn = read_osm_network(tmp_path / "osm/mihon.osm.pbf", name="mihon")
    found = build_network_from_roads(roads_in(tmp_path / "udx/tran"), name="tran")
    footways = [WayKind.FOOTWAY, WayKind.PEDESTRIAN, WayKind.STEPS, WayKind.CROSSING, WayKind.PATH]
    footway = np.isin(drawn.kind, footways)
    assert found.length_m.sum() == pytest.approx(drawn.length_m[~footway].sum(), rel=0.02)

    rng = np.random.default_rng(1)
    edge = rng.choice(drawn.edge_count, 300, p=np.where(footway, 0, drawn.length_m) / drawn.length_m[~footway].sum())
    here = place_on_edges(drawn, edge.astype(np.int32), drawn.length_m[edge] * rng.random(300))
    there = snap(found, here.lonlat)
    walked = travel_costs(drawn, here, here, arc_metres(drawn, barriers=footway), limit=1e6)
    walks = travel_costs(found, there, there, arc_metres(found), limit=1e6)
    compared = np.isfinite(walked) & (walked > 200)
    error = np.abs(walks[compared] / walked[compared] - 1)
    assert np.isfinite(walks).all()
    assert np.median(error) < 0.005
    assert np.quantile(error, 0.95) < 0.02


def test_real_roads_of_tsukuba_become_a_network() -> None:
    """Files with LOD1 and LOD3; the two are of neighbouring meshes and connect across their border."""
    roads = roads_in(shared_data("plateau/tsukuba_tran"))
    network = build_network_from_roads(roads, name="tran")
    sizes = network.island_sizes()
    assert sizes[0] > 0.98 * sizes.sum()
    outline = shapely.union_all(roads.geometry.to_crs(6677).array)
    # Long and narrow: length is near to half the outline, and never more.
    assert 0.9 < network.length_m.sum() / (outline.length / 2) < 1.15
    assert network.length_m.min() > 1
