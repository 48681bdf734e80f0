"""Terrain of every kind through an import: one layer of each input, and what it says of itself."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from data import ImportOptions, Store, Viewer, import_paths
from data.staged import GRID
from geo.grid import GridFile
from tests.geo.terrain.test_fg_dem import fg_dem
from tests.geo.terrain.test_terrarium import SLOPE, write_tile
from tests.geo.terrain.test_tin import dem
from tests.shared_data import shared_data

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "store")
    yield opened
    opened.close()


def test_a_folder_of_terrarium_tiles_is_a_terrain(store: Store, tmp_path: Path) -> None:
    write_tile(tmp_path / "city" / "ground" / "14" / "14515" / "6470.png", SLOPE)
    write_tile(tmp_path / "city" / "ground" / "14" / "14516" / "6470.png", SLOPE)
    summary = import_paths(store, [tmp_path / "city"], viewer=Viewer.SYSTEM, options=ImportOptions(crs="EPSG:6697"))
    (layer,) = summary.layers
    assert (layer.record.id, layer.record.current.role, summary.exit_status) == ("ground-dem", "terrain", 0)
    assert [(one.read, one.stored) for one in layer.record.current.counts] == [(2, 2)]
    assert layer.record.current.vertical_datum == "JGD2011 (vertical) / T.P."
    again = import_paths(store, [tmp_path / "city"], viewer=Viewer.SYSTEM, options=ImportOptions(crs="EPSG:6697"))
    assert again.layers[0].unchanged


def test_yokosukas_dem_and_buildings_are_two_layers_of_one_import(store: Store) -> None:
    summary = import_paths(store, [shared_data("plateau/yokosuka_iur")], viewer=Viewer.SYSTEM)
    records = {layer.record.id: layer.record for layer in summary.layers}
    assert summary.exit_status == 0
    assert set(records) == {"yokosuka-iur-bldg", "yokosuka-iur-dem"}
    ground = records["yokosuka-iur-dem"]
    assert (ground.current.kind, ground.current.role) == ("raster", "terrain")
    assert [(one.feature_type, one.read, one.stored) for one in ground.current.counts] == [("dem:ReliefFeature", 2, 2)]
    (file,) = [file for file in ground.current.files if file.stored]
    assert file.name == "udx/dem/523965_dem_6697_05_op.gml"
    assert records["yokosuka-iur-bldg"].current.role is None


def test_several_files_of_a_tin_become_one_grid(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "city" / "udx" / "dem"
    folder.mkdir(parents=True)
    for number in range(3):
        west = 138.86 + number * 0.001
        corners = [[35.1, west, 10.0], [35.1, west + 0.001, 10.0], [35.101, west, 10.0]]
        (folder / f"5238562{number}_dem_6697_op.gml").write_text(dem(np.array([corners])), encoding="utf-8")
    (layer,) = import_paths(store, [tmp_path / "city"], viewer=Viewer.SYSTEM).layers
    grid = GridFile(store.folder(layer.record) / GRID)
    assert grid.sample(np.array([[138.8602 + n * 0.001, 35.1002] for n in range(3)])) == pytest.approx([10, 10, 10])
    assert layer.record.current.feature_count == 3


def test_heights_from_two_levels_are_refused_as_one_terrain(store: Store, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "mixed.zip", "w") as file:
        file.writestr("FG-GML-5238-56-28-DEM5A-20161001.xml", fg_dem())
        file.writestr("FG-GML-5238-56-29-DEM5A-20251001.xml", fg_dem(datum="jgd2024.bl"))
    summary = import_paths(store, [tmp_path / "mixed.zip"], viewer=Viewer.SYSTEM)
    assert summary.exit_status == 1
    assert [problem.rule for problem in summary.failures] == ["terrain.datums"]


def test_a_mesh_that_cant_be_read_is_told_with_those_that_can(store: Store, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "some.zip", "w") as file:
        file.writestr("FG-GML-5238-56-28-DEM5A-20161001.xml", fg_dem())
        file.writestr("FG-GML-5238-56-29-DEM5A-20161001.xml", fg_dem(start="9 9"))
    summary = import_paths(store, [tmp_path / "some.zip"], viewer=Viewer.SYSTEM)
    assert summary.exit_status == 3
    assert [layer.record.id for layer in summary.layers] == ["some-dem"]
    assert [problem.rule for problem in summary.failures] == ["terrain.fg_dem"]
