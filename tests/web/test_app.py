"""The application as a whole: its description, its page, its health."""

import asyncio
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from data import Store
from tests.web.conftest import Town
from web import VERSION
from web.app import create_app
from web.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def description(public: TestClient) -> dict[str, Any]:
    answer = public.get("/api/openapi.json")
    assert answer.status_code == 200
    schema: dict[str, Any] = answer.json()
    return schema


def operations(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def test_every_route_of_the_contract_is_described(description: dict[str, Any]) -> None:
    assert set(description["paths"]) == {
        "/api/layers",
        "/api/layers/{layer_id}",
        "/api/layers/{layer_id}/export",
        "/api/layers/{layer_id}/features",
        "/api/layers/{layer_id}/features/by-id/{feature_id}",
        "/api/layers/{layer_id}/features/{fid}",
        "/api/layers/{layer_id}/columns/{name}",
        "/api/layers/{layer_id}/problems",
        "/api/layers/{layer_id}/problems.geojson",
        "/api/accessibility",
        "/api/accessibility/isochrone",
        "/api/analyses/coverage",
        "/api/elevation",
        "/api/jobs",
        "/api/jobs/{job_id}",
        "/api/realtime",
        "/api/realtime/alerts",
        "/api/realtime/stream",
        "/api/realtime/vehicles",
        "/api/realtime/vehicles/{vehicle}",
        "/api/scenarios/facilities",
        "/api/scenarios/lines",
        "/api/scenarios/read",
        "/api/scenarios/stops",
        "/api/scenarios/write",
        "/api/session",
        "/api/feeds",
        "/api/feeds/{layer_id}/service",
        "/api/feeds/{layer_id}/trips",
        "/api/stops",
        "/api/stops/{area}/departures",
        "/api/stops/{area}/timetable",
        "/healthz",
    }


def test_every_operation_has_words_and_a_tag(description: dict[str, Any]) -> None:
    tags = {tag["name"] for tag in description["tags"]}
    for name, operation in operations(description):
        assert operation["summary"], name
        assert operation["description"], name
        assert set(operation["tags"]) <= tags, name
        assert operation["tags"], name


def test_every_parameter_answer_and_field_has_words(description: dict[str, Any]) -> None:
    for name, operation in operations(description):
        for parameter in operation.get("parameters", []):
            assert parameter.get("description"), f"{name}: {parameter['name']}"
        for status, answer in operation["responses"].items():
            assert answer["description"], f"{name}: {status}"
    for name, model in description["components"]["schemas"].items():
        assert model.get("description"), name
        for field, about in model.get("properties", {}).items():
            assert about.get("description"), f"{name}.{field}"


def test_every_error_has_the_shape_that_errors_really_have(description: dict[str, Any]) -> None:
    for name, operation in operations(description):
        for status, answer in operation["responses"].items():
            if status.startswith(("4", "5")):
                schema = answer["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/ErrorAnswer"}, f"{name}: {status}"


def test_the_description_is_read_without_any_other_server(public: TestClient) -> None:
    assert public.get("/docs").status_code == 404
    assert public.get("/redoc").status_code == 404


def test_the_version_is_the_one_of_the_project(description: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION == description["info"]["version"]


def test_the_session_says_which_map_it_is(public: TestClient, internal: TestClient) -> None:
    expected = {"viewer": "public", "languages": ["ja", "en"], "background": None}
    assert public.get("/api/session").json() == expected
    assert internal.get("/api/session").json()["viewer"] == "staff"


def test_the_session_carries_the_background_with_its_source(town: Town) -> None:
    background = town.client(background="gsi-pale").get("/api/session").json()["background"]
    assert background["tiles"].endswith("/pale/{z}/{x}/{y}.png")
    assert "国土地理院" in background["attribution"]


def test_health_counts_the_layers_that_may_be_seen(public: TestClient, internal: TestClient) -> None:
    assert public.get("/healthz").json() == {"status": "ok", "layers": 1}
    assert internal.get("/healthz").json() == {"status": "ok", "layers": 2}


def test_a_server_whose_store_was_removed_or_made_anew_is_not_well(own_town: Town, tmp_path: Path) -> None:
    client = own_town.client()
    shutil.move(own_town.store.path, tmp_path / "elsewhere")
    gone = client.get("/healthz")
    assert (gone.status_code, gone.json()["error"]["code"]) == (503, "store.gone")
    assert str(tmp_path) not in gone.text
    with closing(Store.open(own_town.store.path)):
        assert client.get("/healthz").status_code == 503


@pytest.fixture
def page(town: Town, tmp_path: Path) -> TestClient:
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text("<!doctype html><title>Machinami</title>", encoding="utf-8")
    (static / "assets" / "index-1a2b3c4d.js").write_text("export {}", encoding="utf-8")
    app = create_app(Settings(store=town.store.path), town.store, static=static)
    return TestClient(app, base_url="http://localhost")


def test_the_page_is_asked_for_again_and_its_hashed_files_are_kept(page: TestClient) -> None:
    assert page.get("/").headers["cache-control"] == "no-cache"
    assert page.get("/").headers["content-type"].startswith("text/html")
    script = page.get("/assets/index-1a2b3c4d.js")
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "javascript" in script.headers["content-type"]


def test_a_missing_file_of_the_page_is_404_and_not_kept(page: TestClient) -> None:
    answer = page.get("/assets/gone.js")
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"


def test_a_page_that_is_not_built_says_how_to_build_it(town: Town, tmp_path: Path) -> None:
    app = create_app(Settings(store=town.store.path), town.store, static=tmp_path / "none")
    answer = TestClient(app, base_url="http://localhost").get("/")
    assert answer.status_code == 503
    assert "make setup" in answer.text
    assert "ビルド" in answer.text


@pytest.mark.parametrize("path", ["/api/layers", "/api/session", "/healthz", "/api/openapi.json"])
def test_head_is_answered_as_get_without_the_body(public: TestClient, path: str) -> None:
    head, get = public.head(path), public.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers.get("etag") == get.headers.get("etag")
    assert head.headers["content-type"] == get.headers["content-type"]


def test_head_of_a_stream_that_never_ends_is_answered(public: TestClient) -> None:
    async def head() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(public.app), base_url="http://localhost") as client:
            return await asyncio.wait_for(client.head("/api/realtime/stream"), 20)

    answer = asyncio.run(head())
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")
