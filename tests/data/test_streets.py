"""An OpenStreetMap extract becomes a layer like any other file."""

from pathlib import Path

import osmium

from data import ImportOptions, Store, Viewer, import_paths


def test_an_extract_is_imported_as_a_layer_of_streets(tmp_path: Path) -> None:
    path = tmp_path / "city.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for id, lon in ((1, 139.70), (2, 139.71), (3, 139.72)):
            writer.add_node(osmium.osm.mutable.Node(id=id, location=(lon, 35.6)))
        writer.add_way(osmium.osm.mutable.Way(id=9, nodes=[1, 2], tags={"highway": "footway", "name": "本町通り"}))
        writer.add_way(osmium.osm.mutable.Way(id=10, nodes=[2, 3], tags={"highway": "motorway"}))
    store = Store.open(tmp_path / "store")
    summary = import_paths(store, [path], viewer=Viewer.SYSTEM, options=ImportOptions())
    (layer,) = summary.layers
    assert summary.exit_status == 0
    assert layer.record.current.feature_count == 1
    assert layer.record.group.id == "transport"
    assert store.feature(layer.record.id, 0, Viewer.SYSTEM)["feature_id"] == "way/9#0"
    assert [problem.rule for problem in store.problems(layer.record.id, Viewer.SYSTEM)] == ["osm.motorway"]
    store.close()


def test_a_file_that_only_ends_like_an_extract_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "city.osm.pbf"
    path.write_bytes(b"no extract")
    store = Store.open(tmp_path / "store")
    summary = import_paths(store, [path], viewer=Viewer.SYSTEM, options=ImportOptions())
    assert summary.exit_status == 1
    assert [problem.rule for problem in summary.failures] == ["osm.unreadable"]
    store.close()
