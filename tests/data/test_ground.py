"""One ground of all terrains of a store: who sees which, what it stands on, how high above what."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio
from pyproj import CRS
from rasterio.transform import Affine

from data import ImportOptions, Store, Viewer, import_paths
from data.ground import ground, ground_of
from geo.crs import with_heights
from geo.geoid import GeoidModel, geoid_height
from geo.terrain.fg_dem import JGD2024

WEST, NORTH = 138.84, 35.12
BOTH, COARSE_ONLY, NOWHERE = (138.85, 35.11), (138.87, 35.09), (0.0, 0.0)


def write(path: Path, value: float, seconds: float, cells: int, crs: str | CRS = "EPSG:6697", hole: int = 0) -> Path:
    step = seconds / 3600
    values = np.full((1, cells, cells), value, np.float32)
    values[:, :hole, :hole] = -9999
    size = {"height": cells, "width": cells, "count": 1, "dtype": "float32", "nodata": -9999}
    place = Affine(step, 0, WEST, 0, -step, NORTH)
    system = rasterio.CRS.from_wkt(CRS(crs).to_wkt())
    with rasterio.open(path, "w", driver="GTiff", transform=place, crs=system, **size) as file:
        file.write(values)
    return path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "store")
    yield opened
    opened.close()


def put(store: Store, path: Path) -> str:
    (layer,) = import_paths(store, [path], viewer=Viewer.SYSTEM, options=ImportOptions()).layers
    return layer.record.id


@pytest.fixture
def two(store: Store, tmp_path: Path) -> Store:
    """A city's DEM of 6 m, 40 m high, with a hole in the north-west, over a prefecture's of 30 m, 7 m high."""
    put(store, write(tmp_path / "city_dem.tif", 40, 0.2, 300, hole=100))
    put(store, write(tmp_path / "prefecture_dem.tif", 7, 1, 144))
    return store


def test_the_finest_answers_and_names_itself(two: Store) -> None:
    made = ground(two, Viewer.SYSTEM)
    assert made is not None
    found = made.at(*BOTH)
    assert found is not None
    assert (found.height_m, found.source.id) == (40, "city-dem")
    assert found.resolution_m == pytest.approx(6.16, abs=0.01)
    assert (found.vertical_datum, found.geoid_model) == ("JGD2011 (vertical) / T.P.", GeoidModel.GSIGEO2011)
    assert found.ellipsoidal_height_m == pytest.approx(40 + geoid_height(np.array([BOTH]), GeoidModel.GSIGEO2011)[0])
    for place in (COARSE_ONLY, (WEST + 50 * 0.2 / 3600, NORTH - 50 * 0.2 / 3600)):
        coarse = made.at(*place)
        assert coarse is not None
        assert (coarse.height_m, coarse.source.id) == (7, "prefecture-dem")
    assert made.at(*NOWHERE) is None
    assert np.array_equal(np.isnan(made.sample(np.array([BOTH, NOWHERE]))), [False, True])


def test_it_is_stored_once_for_the_versions_of_its_layers(two: Store, tmp_path: Path) -> None:
    first, again = ground(two, Viewer.SYSTEM), ground(two, Viewer.STAFF)
    assert first is not None
    assert again is not None
    assert first.version == again.version
    folder = two.path / "derived" / f"ground-{first.version}"
    assert {path.name for path in folder.iterdir()} == {"0.tif", "0-givers.tif", "ground.json", "key.json"}
    put(two, write(tmp_path / "city_dem.tif", 41, 0.2, 300))
    changed = ground(two, Viewer.SYSTEM)
    assert changed is not None
    assert changed.version != first.version
    assert changed.sample(np.array([BOTH]))[0] == 41
    two.gc(Viewer.SYSTEM, keep_previous=0)
    assert not folder.exists()


def test_an_import_leaves_the_ground_ready(two: Store) -> None:
    """Nobody who looks at the map waits for it."""
    before = {path.name for path in (two.path / "derived").iterdir()}
    assert ground(two, Viewer.STAFF) is not None
    assert {path.name for path in (two.path / "derived").iterdir()} == before


def test_only_what_the_viewer_may_see_takes_part(two: Store) -> None:
    assert ground(two, Viewer.PUBLIC) is None
    two.publish("prefecture-dem", Viewer.SYSTEM)
    made = ground(two, Viewer.PUBLIC)
    assert made is not None
    assert [record.id for record in made.records] == ["prefecture-dem"]
    assert made.sample(np.array([BOTH]))[0] == pytest.approx(7)


def test_an_order_of_ones_own_goes_before_resolution(two: Store) -> None:
    usual, other = ground(two, Viewer.SYSTEM), ground(two, Viewer.SYSTEM, order=["prefecture-dem", "absent"])
    assert usual is not None
    assert other is not None
    assert usual.version != other.version
    found = other.at(*BOTH)
    assert found is not None
    assert (found.height_m, found.source.id) == (7, "prefecture-dem")


def test_each_height_is_raised_by_the_geoid_of_its_own_layer(store: Store, tmp_path: Path) -> None:
    """JGD2011 goes with GSIGEO2011, JGD2024 with JPGEO2024, a level that nobody declares with none."""
    new = with_heights(CRS.from_epsg(6668), CRS.from_wkt(JGD2024))
    put(store, write(tmp_path / "new_dem.tif", 40, 0.2, 300, crs=new, hole=100))
    put(store, write(tmp_path / "old_dem.tif", 7, 1, 100))
    put(store, write(tmp_path / "unknown_dem.tif", 3, 2, 144, crs="EPSG:6668"))
    made = ground(store, Viewer.SYSTEM)
    assert made is not None
    hole, unknown = (WEST + 10 / 3600, NORTH - 10 / 3600), (WEST + 200 / 3600, NORTH - 200 / 3600)
    places = np.array([BOTH, hole, unknown, NOWHERE])
    expected = [
        40 + geoid_height(np.array([BOTH]), GeoidModel.JPGEO2024)[0],
        7 + geoid_height(np.array([hole]), GeoidModel.GSIGEO2011)[0],
        np.nan,
        np.nan,
    ]
    assert made.ellipsoidal(places) == pytest.approx(np.array(expected), nan_ok=True, abs=1e-5)
    found = [made.at(*place) for place in places]
    assert [one and one.geoid_model for one in found] == [GeoidModel.JPGEO2024, GeoidModel.GSIGEO2011, None, None]
    assert made.sample(places) == pytest.approx([40, 7, 3, np.nan], nan_ok=True)


def test_off_the_geoids_grid_there_is_no_ellipsoidal_height_and_never_0(store: Store, tmp_path: Path) -> None:
    """Heights that claim T.P. far outside Japan: the ground is known, the geoid isn't."""
    path, step = tmp_path / "abroad_dem.tif", 1 / 3600
    size = {"height": 99, "width": 99, "count": 1, "dtype": "float32", "crs": "EPSG:6697"}
    with rasterio.open(path, "w", driver="GTiff", transform=Affine(step, 0, 2.3, 0, -step, 48.9), **size) as file:
        file.write(np.full((1, 99, 99), 35, np.float32))
    made = ground_of(store, store.layer(put(store, path), Viewer.SYSTEM))
    found = made.at(2.31, 48.89)
    assert found is not None
    assert found.height_m == 35
    assert np.isnan(
        [found.geoid_height_m, found.ellipsoidal_height_m, *made.ellipsoidal(np.array([[2.31, 48.89]]))]
    ).all()


def test_a_store_without_terrain_has_no_ground(store: Store) -> None:
    assert ground(store, Viewer.SYSTEM) is None
