"""3D Tiles over HTTP: the same rules of who may see what as for everything else."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from data import Store, Viewer, import_paths
from tests.data.test_seamless import building, dataset
from web.app import create_app
from web.settings import Settings


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("city")
    files = dataset(folder, "numazu", {"52384698": [building("a", 138.86), building("b", 138.861)]})
    (files / "points.csv").write_text("name,緯度,経度\n市役所,35.08,138.86\n", encoding="utf-8")
    store = Store.open(folder / "store")
    import_paths(store, [files], viewer=Viewer.SYSTEM)
    yield store
    store.close()


def client(store: Store, **settings: object) -> TestClient:
    app = create_app(Settings(store=store.path, **settings), store)  # type: ignore[arg-type]
    return TestClient(app, base_url="http://localhost:8000", raise_server_exceptions=False)


@pytest.fixture
def staff(store: Store) -> TestClient:
    return client(store, internal=True)


def address(staff: TestClient) -> str:
    (layer,) = [one for one in staff.get("/api/layers").json()["layers"] if one["links"]["tileset"]]
    return str(layer["links"]["tileset"])


def test_a_layer_in_space_names_its_tileset_and_another_has_none(staff: TestClient) -> None:
    by_id = {layer["id"]: layer for layer in staff.get("/api/layers").json()["layers"]}
    assert by_id["points"]["links"]["tileset"] is by_id["points"]["tileset"] is None
    told = by_id["numazu-bldg"]["tileset"]
    assert (told["features"], told["triangles"], told["lods"], told["textured"]) == (2, 24, [1], False)


def test_every_content_that_the_tileset_names_is_a_binary_gltf(staff: TestClient) -> None:
    answer = staff.get(address(staff))
    assert answer.headers["content-type"] == "application/json"
    uri = answer.json()["root"]["content"]["uri"]
    content = staff.get(address(staff).replace("tileset.json", uri))
    assert content.headers["content-type"] == "model/gltf-binary"
    assert content.content[:4] == b"glTF"
    assert "immutable" in content.headers["cache-control"]


def test_json_is_compressed_for_who_takes_it_and_says_the_same(staff: TestClient) -> None:
    packed = staff.get(address(staff), headers={"accept-encoding": "gzip"})
    plain = staff.get(address(staff), headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == plain.json()
    assert packed.headers["etag"] != plain.headers["etag"]


def test_what_the_browser_has_is_not_sent_again(staff: TestClient) -> None:
    first = staff.get(address(staff))
    again = staff.get(address(staff), headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_head_tells_the_size_and_sends_nothing(staff: TestClient) -> None:
    answer = staff.head(address(staff), headers={"accept-encoding": "identity"})
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) > 0
    assert answer.content == b""


def test_the_public_may_not_see_an_internal_layers_tileset(store: Store, staff: TestClient) -> None:
    where = address(staff)
    public = client(store)
    unknown = public.get(where.replace("numazu-bldg", "nothing"))
    hidden = public.get(where)
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.json()["error"]["code"] == unknown.json()["error"]["code"]


@pytest.mark.parametrize(
    "name", ["../features.parquet", "%2e%2e/features.parquet", "0/0/9.glb", "tileset.exe", "", "@3dtilesIndex1@"]
)
def test_nothing_but_the_archives_own_files_is_answered(staff: TestClient, name: str) -> None:
    answer = staff.get(address(staff).replace("tileset.json", name))
    assert answer.status_code == 404
    assert set(answer.json()["error"]["message"]) == {"ja", "en"}


def test_a_version_that_is_not_there_is_404(staff: TestClient) -> None:
    answer = staff.get("/tilesets/numazu-bldg/9-00000000/tileset.json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "version.unknown")


def test_a_post_is_refused(staff: TestClient) -> None:
    assert staff.post(address(staff)).status_code in (405, 415)


def test_a_damaged_archive_is_an_error_without_a_traceback(store: Store, tmp_path: Path) -> None:
    copy = tmp_path / "store"
    shutil.copytree(store.path, copy)
    (archive,) = copy.glob("versions/*/*/tileset.3tz")
    archive.write_bytes(archive.read_bytes()[:1_000])
    staff = client(Store.open(copy), internal=True)
    answer = staff.get(address(staff))
    assert answer.status_code == 500
    assert set(json.loads(answer.content)["error"]["message"]) == {"ja", "en"}


def test_a_city_off_the_geoid_is_stored_without_tiles_and_told(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store")
    far = dataset(tmp_path, "elsewhere", {"52384698": [building("a", 100.86)]})
    summary = import_paths(store, [far], viewer=Viewer.SYSTEM)
    (layer,) = store.layers(Viewer.SYSTEM)
    assert layer.current.feature_count == 1
    assert layer.current.tileset is None
    assert "tileset.off_geoid" in [problem.rule for problem in store.problems(layer.id, Viewer.SYSTEM)]
    assert summary.exit_status == 3
