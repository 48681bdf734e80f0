"""From files on a disk to heights over HTTP: a TIN, GSI's DEM, a GeoTIFF; seen by whom they may be seen."""

import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.io import MemoryFile
from rasterio.transform import Affine
from starlette.testclient import TestClient

from data import ImportOptions, Store, Viewer, import_paths
from data.ground import GroundMosaic
from data.ground import ground as data_ground
from tests.geo.terrain.test_fg_dem import fg_dem
from tests.geo.terrain.test_tin import dem
from tiles import TileCoord
from web.app import create_app
from web.ground import SiteGround
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
    heights = red * 256 + green + blue / 256 - 32_768
    assert (heights == 40).sum() > 50
    assert heights.min() >= 0
    assert heights.max() < 41
    again = public.get(template.format(z=15, x=cell.x, y=cell.y), headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert public.get(template.format(z=16, x=cell.x, y=cell.y)).status_code == 404


def heights_of(png: bytes) -> np.ndarray[Any, Any]:
    with MemoryFile(png) as memory, memory.open() as opened:
        red, green, blue = opened.read().astype(float)
    return np.asarray(red * 256 + green + blue / 256 - 32_768)


def ground_tile(client: TestClient, place: tuple[float, float], zoom: int) -> "tuple[int, np.ndarray[Any, Any] | None]":
    template = client.get("/ground/terrain.json").json()["tiles"][0]
    cell = TileCoord.at(*place, zoom)
    answer = client.get(template.format(z=zoom, x=cell.x, y=cell.y))
    return answer.status_code, heights_of(answer.content) if answer.status_code == 200 else None


def test_the_map_stands_on_one_ground_of_all_terrains(ground: Ground) -> None:
    staff = ground.client(internal=True)
    described = staff.get("/ground/terrain.json").json()
    assert (described["encoding"], described["tileSize"], described["maxzoom"]) == ("terrarium", 256, 15)
    assert described["attribution"] == "みほん市"
    status, heights = ground_tile(staff, ON_THE_TIN, 15)
    assert status == 200
    assert heights is not None
    assert (heights == 7).mean() > 0.5
    assert heights.min() >= 7
    assert heights.max() == 40


def test_the_public_ground_has_only_public_layers(ground: Ground) -> None:
    public, staff = ground.client(), ground.client(internal=True)
    _, heights = ground_tile(public, ON_THE_TIN, 15)
    assert heights is not None
    assert (heights == 7).mean() < 0.01
    internal = staff.get("/ground/terrain.json").json()["tiles"][0]
    cell = TileCoord.at(*ON_THE_TIN, 15)
    assert public.get(internal.format(z=15, x=cell.x, y=cell.y)).status_code == 404
    caching = [
        client.get(client.get("/ground/terrain.json").json()["tiles"][0].format(z=15, x=cell.x, y=cell.y))
        for client in (public, staff)
    ]
    assert [answer.headers["cache-control"].split(",")[0] for answer in caching] == ["public", "private"]


def test_what_is_no_ground_is_404(ground: Ground) -> None:
    public = ground.client()
    template = public.get("/ground/terrain.json").json()["tiles"][0]
    for path in ("/ground/0123456789abcdef-2/0/0/0.png", "/ground/", "/ground/x.json", "/ground/a/99/0/0.png"):
        assert public.get(path).status_code == 404
    assert public.get(template.format(z=16, x=0, y=0)).status_code == 404
    assert public.get(template.format(z=1, x=5, y=0)).status_code == 404
    assert public.post("/ground/terrain.json").status_code == 405


def test_a_known_tile_is_not_sent_again(ground: Ground) -> None:
    public = ground.client()
    for path in (
        "/ground/terrain.json",
        public.get("/ground/terrain.json").json()["tiles"][0].format(z=0, x=0, y=0),
    ):
        etag = public.get(path).headers["etag"]
        assert public.get(path, headers={"If-None-Match": etag}).status_code == 304


def test_a_new_version_or_a_hidden_layer_makes_another_ground(tmp_path: Path) -> None:
    write_tiff(tmp_path / "fine_dem.tif", 7, "EPSG:6697")
    with closing(Store.open(tmp_path / "store")) as store:
        client = Ground(store, tmp_path).client()
        assert client.get("/ground/terrain.json").status_code == 404
        import_paths(store, [tmp_path / "fine_dem.tif"], viewer=Viewer.SYSTEM)
        store.publish("fine-dem", Viewer.SYSTEM)
        first = client.get("/ground/terrain.json").json()["tiles"][0].format(z=0, x=0, y=0)
        assert client.get(first).status_code == 200
        write_tiff(tmp_path / "fine_dem.tif", 8, "EPSG:6697")
        import_paths(store, [tmp_path / "fine_dem.tif"], viewer=Viewer.SYSTEM)
        second = client.get("/ground/terrain.json").json()["tiles"][0].format(z=0, x=0, y=0)
        assert first != second
        assert client.get(first).status_code == 200
        assert ask(client, ON_THE_COARSE)[1]["height_m"] == 8
        store.unpublish("fine-dem", Viewer.SYSTEM)
        until = time.monotonic() + 30
        while {client.get(path).status_code for path in ("/ground/terrain.json", first, second)} != {404}:
            assert time.monotonic() < until, "a running server still gives a ground that nobody may see"
            time.sleep(0.05)
        assert ask(client, ON_THE_COARSE)[0] == 404


def test_while_a_new_ground_is_put_together_the_one_before_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tiff(tmp_path / "fine_dem.tif", 7, "EPSG:6697")
    begun, go_on = Event(), Event()

    def slow(*asked: Any, **how: Any) -> GroundMosaic | None:
        begun.set()
        go_on.wait(120)
        return data_ground(*asked, **how)

    with closing(Store.open(tmp_path / "store")) as store:
        import_paths(store, [tmp_path / "fine_dem.tif"], viewer=Viewer.SYSTEM)
        site = SiteGround(store, Viewer.STAFF)
        first = site.latest()
        write_tiff(tmp_path / "fine_dem.tif", 8, "EPSG:6697")
        import_paths(store, [tmp_path / "fine_dem.tif"], viewer=Viewer.SYSTEM)
        monkeypatch.setattr("web.ground.ground", slow)
        building = Thread(target=site.latest)
        building.start()
        assert begun.wait(120)
        assert site.latest() is first
        go_on.set()
        building.join(120)
        latest = site.latest()
    assert latest is not None
    assert latest is not first


def test_an_installation_may_trust_a_coarse_terrain_more(ground: Ground) -> None:
    staff = ground.client(internal=True, ground_order="coarse-dem")
    assert ask(staff, ON_THE_TIN)[1]["layer"] == "coarse-dem"


def test_each_answer_has_the_geoid_of_the_terrain_that_gave_it(tmp_path: Path) -> None:
    """JGD2024 with JPGEO2024 where GSI's file says so, JGD2011 with GSIGEO2011 beside it, none where nobody says."""
    second = 1 / 3600
    (tmp_path / "FG-GML-5238-56-28-DEM5A-20251001.xml").write_text(fg_dem(datum="jgd2024.bl"), encoding="utf-8")
    write_tiff(tmp_path / "old_dem.tif", 7, "EPSG:6697")
    write_tiff(tmp_path / "abroad_dem.tif", 3, "EPSG:4326")
    with closing(Store.open(tmp_path / "store")) as store:
        for name in ("FG-GML-5238-56-28-DEM5A-20251001.xml", "old_dem.tif"):
            import_paths(store, [tmp_path / name], viewer=Viewer.SYSTEM)
        client = Ground(store, tmp_path).client(internal=True)
        _, new = ask(client, (138.85 + 0.3 * second, 35.1 + 0.5 * second))
        _, old = ask(client, (138.86, 35.09))
        assert (new["vertical_datum"], old["vertical_datum"]) == (
            "JGD2024 (vertical) / T.P.",
            "JGD2011 (vertical) / T.P.",
        )
        models = [answer["geoid"]["model"] for answer in (new, old)]  # type: ignore[index]
        assert models == ["JPGEO2024", "GSIGEO2011"]
        import_paths(store, [tmp_path / "abroad_dem.tif"], viewer=Viewer.SYSTEM)
        _, unknown = ask(client, (138.86, 35.09), layer="abroad-dem")
        assert (unknown["height_m"], unknown["geoid"], unknown["ellipsoidal_height_m"]) == (3, None, None)


def test_off_the_geoids_grid_the_ellipsoidal_height_is_null_and_never_the_height_itself(tmp_path: Path) -> None:
    step = 1 / 3600
    size = {"height": 99, "width": 99, "count": 1, "dtype": "float32", "crs": "EPSG:6697"}
    place = Affine(step, 0, 2.3, 0, -step, 48.9)
    with rasterio.open(tmp_path / "paris_dem.tif", "w", driver="GTiff", transform=place, **size) as file:
        file.write(np.full((1, 99, 99), 35, np.float32))
    with closing(Store.open(tmp_path / "store")) as store:
        import_paths(store, [tmp_path / "paris_dem.tif"], viewer=Viewer.SYSTEM)
        status, answer = ask(Ground(store, tmp_path).client(internal=True), (2.31, 48.89))
    assert (status, answer["height_m"], answer["geoid"], answer["ellipsoidal_height_m"]) == (200, 35, None, None)


def test_at_sea_there_is_no_height_and_never_0(tmp_path: Path) -> None:
    """GSI's file has -9999 there, which is no data and no sea level."""
    second = 1 / 3600
    (tmp_path / "FG-GML-5238-56-28-DEM5A-20161001.xml").write_text(fg_dem(), encoding="utf-8")
    with closing(Store.open(tmp_path / "store")) as store:
        import_paths(store, [tmp_path / "FG-GML-5238-56-28-DEM5A-20161001.xml"], viewer=Viewer.SYSTEM)
        status, answer = ask(
            Ground(store, tmp_path).client(internal=True), (138.85 + 0.1 * second, 35.1 + 0.3 * second)
        )
    assert (status, answer["error"]["code"]) == (404, "terrain.none_here")  # type: ignore[index]


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
