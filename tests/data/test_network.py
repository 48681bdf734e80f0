"""The network that analyses get from a store: of which layers, with which ground, built how often, gone when."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import osmium
import pytest
import rasterio
from rasterio.transform import Affine

import data.network
from data import ImportOptions, InvalidQueryError, Store, UnknownLayerError, Viewer, import_paths
from data.network import network_layers, street_network
from data.sample import SampleCity
from geo.network import Heights, StreetNetwork, WayKind, read_osm_network

SYSTEM = Viewer.SYSTEM


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "store")
    yield opened
    opened.close()


def put(store: Store, path: Path) -> str:
    (layer,) = import_paths(store, [path], viewer=SYSTEM, options=ImportOptions()).layers
    return layer.record.id


def extract(path: Path, nodes: int = 3) -> Path:
    """A street eastwards, one way only for its last piece, 900 m a piece."""
    path.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(path)) as writer:
        for id in range(nodes):
            writer.add_node(osmium.osm.mutable.Node(id=id + 1, location=(138.85 + id * 0.01, 35.1)))
        for id in range(1, nodes):
            tags = {"highway": "footway"} | ({"oneway:foot": "yes"} if id == nodes - 1 else {})
            writer.add_way(osmium.osm.mutable.Way(id=9 + id, nodes=[id, id + 1], tags=tags))
    return path


def terrain(path: Path, west: float = 138.84, rise: float = 0.1) -> Path:
    """Rises by `rise` metres for each of its cells of 0.001° towards the east."""
    values = np.tile(np.arange(100, dtype=np.float32) * rise, (100, 1))
    size = {"height": 100, "width": 100, "count": 1, "dtype": "float32", "nodata": -9999}
    place = Affine(0.001, 0, west, 0, -0.001, 35.15)
    with rasterio.open(path, "w", driver="GTiff", transform=place, crs="EPSG:6697", **size) as file:
        file.write(values, 1)
    return path


def networks(store: Store) -> list[str]:
    return sorted(path.name for path in (store.path / "derived").glob("network-*") if path.is_dir())


def test_a_layer_of_streets_gives_all_that_its_extract_says(store: Store, tmp_path: Path) -> None:
    """A one-way for people on foot is in no column of the layer, and OpenStreetMap's nodes aren't either."""
    network = street_network(store, put(store, extract(tmp_path / "city.osm.pbf")), SYSTEM)
    assert network.direction.tolist() == [0, 1]
    assert network.node_id.tolist() == [1, 2, 3]
    assert np.isnan(network.slope).all()
    assert isinstance(network.length_m.base, np.memmap) or isinstance(network.length_m, np.memmap)


def test_it_is_built_once_and_again_when_the_layer_changes(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[str] = []

    def read(path: Path, *, name: str, heights: Heights | None) -> StreetNetwork:
        built.append("once")
        return read_osm_network(path, name=name, heights=heights)

    monkeypatch.setattr(data.network, "read_osm_network", read)
    streets = put(store, extract(tmp_path / "city.osm.pbf"))
    assert {street_network(store, streets, SYSTEM).edge_count for _ in range(3)} == {2}
    assert built == ["once"]
    assert put(store, extract(tmp_path / "city.osm.pbf", nodes=5)) == streets
    assert street_network(store, streets, SYSTEM).edge_count == 4
    assert built == ["once"] * 2


def test_slopes_come_from_the_terrain_under_the_streets_whose_version_counts(store: Store, tmp_path: Path) -> None:
    streets = put(store, extract(tmp_path / "city.osm.pbf"))
    assert np.isnan(street_network(store, streets, SYSTEM).slope).all()
    put(store, terrain(tmp_path / "elsewhere_dem.tif", west=140.0))
    assert len(networks(store)) == 1
    assert np.isnan(street_network(store, streets, SYSTEM).slope).all()
    assert len(networks(store)) == 1
    ground = put(store, terrain(tmp_path / "city_dem.tif"))
    sloped = street_network(store, streets, SYSTEM)
    # Ten cells of 0.1 m in 911 m.
    assert sloped.slope == pytest.approx(1 / sloped.length_m, rel=0.02)
    assert put(store, terrain(tmp_path / "city_dem.tif", rise=0.2)) == ground
    assert street_network(store, streets, SYSTEM).slope == pytest.approx(2 / sloped.length_m, rel=0.02)
    assert np.isnan(street_network(store, streets, SYSTEM, slopes=False).slope).all()
    assert len(networks(store)) == 3


def test_terrain_that_a_viewer_may_not_see_gives_that_viewer_no_slopes(store: Store, tmp_path: Path) -> None:
    streets, ground = put(store, extract(tmp_path / "city.osm.pbf")), put(store, terrain(tmp_path / "city_dem.tif"))
    with pytest.raises(UnknownLayerError):
        street_network(store, streets, Viewer.PUBLIC)
    store.publish(streets, SYSTEM)
    assert np.isnan(street_network(store, streets, Viewer.PUBLIC).slope).all()
    assert np.isfinite(street_network(store, streets, Viewer.STAFF).slope).all()
    store.publish(ground, SYSTEM)
    assert np.isfinite(street_network(store, streets, Viewer.PUBLIC).slope).all()


def test_gc_drops_a_network_with_the_versions_it_was_made_of(store: Store, tmp_path: Path) -> None:
    streets, ground = put(store, extract(tmp_path / "city.osm.pbf")), put(store, terrain(tmp_path / "city_dem.tif"))
    street_network(store, streets, SYSTEM)
    flat = set(networks(store))
    street_network(store, streets, SYSTEM, slopes=False)
    store.gc(SYSTEM)
    assert len(networks(store)) == 2
    store.remove(ground, SYSTEM)
    store.gc(SYSTEM)
    assert len(networks(store)) == 1
    assert not flat & set(networks(store))
    assert street_network(store, streets, SYSTEM).edge_count == 2
    store.remove(streets, SYSTEM)
    store.gc(SYSTEM)
    assert networks(store) == []


def test_roads_of_plateau_give_a_network_and_buildings_do_not(store: Store, sample_city: SampleCity) -> None:
    roads = put(store, sample_city.folder / "udx/tran")
    buildings = put(store, next((sample_city.folder / "udx/bldg").glob("*.gml")))
    streets = put(store, sample_city.folder / "osm/mihon.osm.pbf")
    assert [record.id for record in network_layers(store, SYSTEM)] == [streets, roads]
    network = street_network(store, roads, SYSTEM)
    assert network.edge_count > 50
    assert {WayKind(kind) for kind in np.unique(network.kind)} >= {WayKind.TRUNK, WayKind.UNCLASSIFIED}
    assert network.island_sizes()[0] > 0.9 * network.node_count
    with pytest.raises(InvalidQueryError):
        street_network(store, buildings, SYSTEM)
