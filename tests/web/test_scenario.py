"""What the page asks for a scenario: lines, stops and facilities, and YAML read and written."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from data import ImportOptions, Store, Viewer, import_paths
from tests.gtfs.feeds import zip_feed
from tests.web.conftest import Outcome
from web.app import create_app
from web.settings import Settings

_CLINICS = "名称,緯度,経度\n駅前医院,35.0000,138.9000\n学校診療所,35.0100,138.9100\n"
_PLAN = """name: 案
changes:
  - change_frequency:
      route: "2"
      factor: 2
  - remove_route: {route: nowhere}
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("scenario")
    files = folder / "files"
    files.mkdir()
    zip_feed(files / "loop.zip")
    (files / "clinic.csv").write_text(_CLINICS, encoding="utf-8")
    made = Store.open(folder / "store")
    import_paths(made, [files], viewer=Viewer.SYSTEM, options=ImportOptions(licence="CC BY 4.0"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def client(store: Store) -> TestClient:
    app = create_app(Settings(store=store.path, internal=True), store)
    return TestClient(app, base_url="http://localhost:8000", raise_server_exceptions=False)


def test_lines_have_an_operator_and_a_number(client: TestClient) -> None:
    lines = client.get("/api/scenarios/lines").json()["lines"]
    assert {one["feed"] for one in lines} == {"loop-stops"}
    assert {(one["number"] or one["name"]) for one in lines} == {"循環", "病院線"}
    assert all(one["operator"] for one in lines)


def test_stops_are_found_by_place_and_by_name(client: TestClient) -> None:
    near = client.get("/api/scenarios/stops", params={"near": "138.9101,35.0"}).json()["places"]
    assert near[0]["id"] == "B"
    assert 0 < near[0]["distance_m"] < 20
    assert [one["distance_m"] for one in near] == sorted(one["distance_m"] for one in near)
    named = client.get("/api/scenarios/stops", params={"name": near[0]["name"]}).json()["places"]
    assert near[0]["id"] in {one["id"] for one in named}


def test_facilities_are_found_by_name(client: TestClient) -> None:
    (found,) = client.get("/api/scenarios/facilities", params={"layer": "clinic", "name": "学校"}).json()["places"]
    assert (found["name"], found["lonlat"]) == ("学校診療所", [138.91, 35.01])


def test_a_place_that_is_none_is_refused(client: TestClient) -> None:
    assert client.get("/api/scenarios/stops", params={"near": "here"}).status_code == 422


def test_problems_of_yaml_have_line_and_key_those_of_the_timetable_too(client: TestClient) -> None:
    wrong = client.post("/api/scenarios/read", json={"text": _PLAN.replace("factor: 2", "factor: 0")}).json()
    assert [(one["line"], one["key"]) for one in wrong["problems"]] == [(5, "changes[0].change_frequency.factor")]
    assert wrong["document"] is None
    unknown = client.post("/api/scenarios/read", json={"text": _PLAN}).json()
    assert [(one["line"], one["key"]) for one in unknown["problems"]] == [(6, "changes[1].remove_route.route")]
    assert "nowhere" in unknown["problems"][0]["message"]["ja"]


def test_a_scenario_of_the_page_runs_on_the_command_line(
    client: TestClient, store: Store, machinami: Callable[..., Outcome], tmp_path: Path
) -> None:
    changes = [
        {"change_frequency": {"feed": "loop-stops", "route": "2", "headway_min": 10, "from": "7:00", "to": "9:00"}}
    ]
    written = client.post("/api/scenarios/write", json={"document": {"name": "案", "changes": changes}}).json()
    file = tmp_path / "plan.yaml"
    file.write_text(written["text"], encoding="utf-8")
    read = client.post("/api/scenarios/read", json={"text": written["text"]}).json()
    assert (read["problems"], len(read["changes"])) == ([], 1)
    asked = {"measure": "access", "origins": "clinic", "destinations": "clinic", "streets": "none", "day": "2026-05-12"}
    page = client.post("/api/accessibility", json={**asked, "scenario": read["document"]}).json()
    places = ("--origins", "clinic", "--destinations", "clinic", "--streets", "none", "--date", "2026-05-12")
    done = machinami("--store", store.path, "analyse", "scenario", file, *places, "--json")
    assert done.status == 0, done.err
    assert done.json["changes"] == page["changes"]
    assert done.json["totals"] == page["totals"]


def test_what_is_missing_keeps_a_scenario_from_being_written(client: TestClient) -> None:
    told = client.post("/api/scenarios/write", json={"document": {"changes": [{"remove_route": {}}]}}).json()
    assert told["text"] is None
    assert [one["key"] for one in told["problems"]] == ["changes[0].remove_route.route"]
