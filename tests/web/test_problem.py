"""Problems over HTTP: paged, by rule, and as points."""

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from data import Store, Viewer, import_paths
from web.app import create_app
from web.settings import Settings

ROWS = 40


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    folder = tmp_path_factory.mktemp("problems")
    rows = [f"場所{number},138.{800 + number},35.1" for number in range(ROWS)]  # latitude and longitude exchanged
    (folder / "places.csv").write_text("\n".join(["名称,緯度,経度", *rows, "どこか,,"]), encoding="utf-8")
    store = Store.open(folder / "store")
    import_paths(store, [Path(folder / "places.csv")], viewer=Viewer.SYSTEM)
    app = create_app(Settings(store=store.path, internal=True), store)
    return TestClient(app, base_url="http://localhost:8000")


def test_problems_are_paged(client: TestClient) -> None:
    whole = client.get("/api/layers/places/problems").json()
    assert (len(whole["problems"]), whole["total"]) == (ROWS + 1, ROWS + 1)
    page = client.get("/api/layers/places/problems", params={"limit": 7, "offset": 5}).json()
    assert page == {"problems": whole["problems"][5:12], "total": ROWS + 1}


def test_problems_of_one_rule(client: TestClient) -> None:
    page = client.get("/api/layers/places/problems", params={"rule": "csv.coordinates_missing"}).json()
    assert [(one["rule"], one["line"]) for one in page["problems"]] == [("csv.coordinates_missing", ROWS + 2)]
    assert page["total"] == 1


def test_a_layer_counts_its_problems_by_rule(client: TestClient) -> None:
    told = client.get("/api/layers/places").json()["problems_by_rule"]
    assert told == {"csv.coordinates_swapped": ROWS, "csv.coordinates_missing": 1}


def test_problems_with_a_place_are_points_on_the_map(client: TestClient) -> None:
    answer = client.get("/api/layers/places/problems.geojson")
    assert answer.headers["content-type"] == "application/geo+json"
    features = json.loads(answer.content)["features"]
    assert len(features) == ROWS
    for one in features:
        lon, lat = one["geometry"]["coordinates"]
        assert 138 < lon < 139
        assert lat == pytest.approx(35.1)
        assert one["properties"]["message"]["ja"]


def test_unknown_layers_have_no_problems(client: TestClient) -> None:
    for address in ("/api/layers/nothing/problems", "/api/layers/nothing/problems.geojson"):
        assert client.get(address).status_code == 404
