"""From files on a disk to heights over HTTP: a TIN, GSI's DEM, a GeoTIFF; seen by whom they may be seen."""

import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.io import MemoryFile
from rasterio.transform import Affine
from starlette.testclient import TestClient

from data import ImportOptions, Store, Viewer, import_paths
from tests.geo.terrain.test_fg_dem import fg_dem
from tests.geo.terrain.test_tin import dem
from tiles import TileCoord
from web.app import create_app
from web.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
STEP = 1 / 3600
ON_THE_TIN = (138.8601, 35.1002)
ON_THE_COARSE = (138.87, 35.09)


def write_tiff(path: Path, value: float, crs: str) -> None:
    """30 m cells around (138.86, 35.1)."""
    place = Affine(STEP, 0, 138.84, 0, -STEP, 35.12)
    size = {"height": 144, "width": 144, "count": 1, "dtype": "float32", "nodata": -9999}
    with rasterio.open(path, "w", driver="GTiff", transform=place, crs=crs, **size) as file:
        file.write(np.full((1, 144, 144), value, np.float32))


@dataclass(frozen=True)
class Ground:
    store: Store
    folder: Path

    def client(self, **settings: object) -> TestClient:
        app = create_app(Settings(store=self.store.path, **settings), self.store)  # type: ignore[arg-type]
        return TestClient(app, base_url="http://localhost:8000", raise_server_exceptions=False)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A TIN 40 m high (published) over a GeoTIFF 7 m high (internal)."""
    folder = tmp_path_factory.mktemp("ground")
    city = folder / "mihon" / "udx" / "dem"
    city.mkdir(parents=True)
    corners = np.array([[35.1, 138.86, 40.0], [35.1, 138.861, 40.0], [35.101, 138.86, 40.0]])
    (city / "523856_dem_6697_op.gml").write_text(dem(corners[None]), encoding="utf-8")
    write_tiff(folder / "coarse_dem.tif", 7, "EPSG:6668")
    write_tiff(folder / "depth.tif", 1, "EPSG:6668")
    store = Store.open(folder / "store")
    import_paths(store, [folder / "mihon"], viewer=Viewer.SYSTEM, options=ImportOptions(attribution="みほん市"))
    import_paths(store, [folder / "coarse_dem.tif"], viewer=Viewer.SYSTEM, options=ImportOptions(crs="EPSG:6697"))
    import_paths(store, [folder / "depth.tif"], viewer=Viewer.SYSTEM)
    store.publish("mihon-dem", Viewer.SYSTEM)
    yield Ground(store, folder)
    store.close()


def ask(client: TestClient, place: tuple[float, float], **more: object) -> "tuple[int, dict[str, object]]":
    answer = client.get("/api/elevation", params={"lon": place[0], "lat": place[1], **more})  # type: ignore[arg-type]
    return answer.status_code, answer.json()


def test_the_height_comes_with_datum_geoid_source_and_resolution(ground: Ground) -> None:
    status, answer = ask(ground.client(), ON_THE_TIN)
    assert status == 200
    assert answer["height_m"] == pytest.approx(40)
    assert answer["vertical_datum"] == "JGD2011 (vertical) / T.P."
    assert answer["layer"] == "mihon-dem"
    assert answer["attribution"] == "みほん市"
    assert answer["resolution_m"] == pytest.approx(6.16, abs=0.01)
    geoid = answer["geoid"]
    assert isinstance(geoid, dict)
    assert geoid["model"] == "GSIGEO2011"
    assert answer["ellipsoidal_height_m"] == pytest.approx(40 + geoid["height_m"], abs=2e-3)
    assert 39 < geoid["height_m"] < 43


def test_the_finest_terrain_answers_and_the_next_where_it_ends(ground: Ground) -> None:
    staff = ground.client(internal=True)
    assert ask(staff, ON_THE_TIN)[1]["layer"] == "mihon-dem"
    status, answer = ask(staff, ON_THE_COARSE)
    assert (status, answer["layer"], answer["height_m"]) == (200, "coarse-dem", 7)
    assert ask(staff, ON_THE_TIN, layer="coarse-dem")[1]["height_m"] == 7


def test_who_imports_says_what_the_heights_of_a_file_are_measured_from(ground: Ground) -> None:
    record = ground.store.layer("coarse-dem", Viewer.SYSTEM)
    assert record.current.vertical_datum == "JGD2011 (vertical) / T.P."
    assert record.current.role == "terrain"


def test_the_public_does_not_see_the_ground_of_internal_layers(ground: Ground) -> None:
    public = ground.client()
    status, answer = ask(public, ON_THE_COARSE)
    assert (status, answer["error"]["code"]) == (404, "terrain.none_here")  # type: ignore[index]
    hidden, absent = ask(public, ON_THE_TIN, layer="coarse-dem"), ask(public, ON_THE_TIN, layer="absent")
    assert hidden[0] == absent[0] == 404
    assert public.get("/tiles/coarse-dem/terrain.json").status_code == 404


@pytest.mark.parametrize("place", [(138.8609, 35.1009), (0.0, 0.0), (180.0, 90.0)])
def test_where_there_is_no_terrain_it_says_so_in_both_languages(ground: Ground, place: tuple[float, float]) -> None:
    status, answer = ask(ground.client(), place)
    assert status == 404
    message = answer["error"]["message"]  # type: ignore[index]
    assert message["ja"]
    assert message["en"].startswith("no terrain has a height at")


@pytest.mark.parametrize("query", ["", "?lon=139", "?lon=999&lat=35", "?lon=x&lat=35", "?lon=139&lat=nan"])
def test_a_question_without_a_place_is_422(ground: Ground, query: str) -> None:
    assert ground.client().get(f"/api/elevation{query}").status_code == 422


def test_a_terrain_links_to_its_tiles_and_a_grid_of_depths_does_not(ground: Ground) -> None:
    staff = ground.client(internal=True)
    assert staff.get("/api/layers/depth").json()["links"]["terrain"] is None
    assert staff.get("/tiles/depth/terrain.json").status_code == 404
    assert staff.get("/tiles/depth/1-00000000/dem/0/0/0.png").status_code == 404
    link = staff.get("/api/layers/mihon-dem").json()["links"]["terrain"]
    described = staff.get(link).json()
    assert (described["encoding"], described["tileSize"], described["maxzoom"]) == ("terrarium", 256, 15)
    assert described["attribution"] == "みほん市"


def test_a_terrain_tile_holds_the_heights(ground: Ground) -> None:
    public = ground.client()
    template = public.get("/tiles/mihon-dem/terrain.json").json()["tiles"][0]
    cell = TileCoord.at(*ON_THE_TIN, 15)
    answer = public.get(template.format(z=15, x=cell.x, y=cell.y))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    with MemoryFile(answer.content) as memory, memory.open() as opened:
        red, green, blue = opened.read().astype(float)
    assert set(np.unique(red * 256 + green + blue / 256 - 32_768)) == {0.0, 40.0}
    again = public.get(template.format(z=15, x=cell.x, y=cell.y), headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert public.get(template.format(z=16, x=cell.x, y=cell.y)).status_code == 404


def test_gsis_zip_becomes_one_terrain_of_all_its_meshes(tmp_path: Path) -> None:
    """The better survey (5A) wins over the photogrammetric one (5B), which fills what it lacks."""
    archive = tmp_path / "FG-GML-523856.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("FG-GML-5238-56-28-DEM5B-20161001.xml", fg_dem(heights="地表面,90.00\n" * 12, start="0 0"))
        file.writestr("FG-GML-5238-56-28-DEM5A-20161001.xml", fg_dem())
    with closing(Store.open(tmp_path / "store")) as store:
        summary = import_paths(store, [archive], viewer=Viewer.SYSTEM)
        (layer,) = summary.layers
        assert (layer.record.id, summary.exit_status) == ("fg-gml-523856-dem", 0)
        assert layer.record.current.feature_count == 2
        client = Ground(store, tmp_path).client(internal=True)
        second = 1 / 3600
        assert ask(client, (138.85 + 0.3 * second, 35.1 + 0.5 * second))[1]["height_m"] == pytest.approx(10.1)
        assert ask(client, (138.85 + 0.1 * second, 35.1 + 0.5 * second))[1]["height_m"] == pytest.approx(90)
        again = import_paths(store, [archive], viewer=Viewer.SYSTEM)
        assert [one.unchanged for one in again.layers] == [True]
