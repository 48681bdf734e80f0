"""POST /api/analyses/coverage and the jobs that keep its answer."""

import threading
from typing import Any

import pytest
from starlette.testclient import TestClient

import data
from tests.web.conftest import Town
from tests.web.test_elevation import write_tiff
from web.model import CoverageAnswer, JobModel

QUESTION = {"points": "aed", "within_m": 300, "population": "wards"}


def test_the_answer_has_the_fields_that_the_description_promises(internal: TestClient) -> None:
    answer = internal.post("/api/analyses/coverage", json=QUESTION)
    assert answer.status_code == 200, answer.text
    CoverageAnswer.model_validate(answer.json())


def test_the_same_figures_come_from_python_and_from_http(town: Town, internal: TestClient) -> None:
    query = data.CoverageQuery("aed", 300, "wards")
    figures = data.run_coverage(town.store, query, data.Viewer.STAFF).as_json()["figures"]
    assert internal.post("/api/analyses/coverage", json=QUESTION).json()["figures"] == figures


def test_people_within_reach_are_no_more_than_all_people(internal: TestClient) -> None:
    figures = internal.post("/api/analyses/coverage", json=QUESTION).json()["figures"]
    assert figures["points"] == 2
    assert figures["population"] == 2_000
    assert 0 < figures["covered"] < 1_200
    assert figures["share"] == pytest.approx(figures["covered"] / figures["population"])


def test_without_a_population_layer_there_is_an_area_and_no_people(public: TestClient) -> None:
    figures = public.post("/api/analyses/coverage", json={"points": "aed", "within_m": 300}).json()["figures"]
    assert figures["area_km2"] > 0
    assert figures["population"] is None
    assert figures["covered"] is None


def test_the_public_can_not_ask_about_an_internal_layer(public: TestClient) -> None:
    answer = public.post("/api/analyses/coverage", json=QUESTION)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "layer.unknown"


def test_a_layer_without_people_can_not_be_the_population(internal: TestClient) -> None:
    answer = internal.post("/api/analyses/coverage", json={**QUESTION, "population": "aed"})
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["code"] == "query.invalid"
    assert "人口" in error["message"]["ja"]
    assert "population" in error["message"]["en"]


def test_a_grid_can_not_serve_and_layers_that_can_are_named(own_town: Town) -> None:
    path = own_town.files / "depth.tif"
    write_tiff(path, 1.5, "EPSG:4326")
    data.import_paths(own_town.store, [path], viewer=data.Viewer.SYSTEM)
    own_town.store.publish("depth", data.Viewer.SYSTEM)
    for client, population in ((own_town.client(internal=True), "wards"), (own_town.client(), None)):
        answer = client.post("/api/analyses/coverage", json={**QUESTION, "points": "depth", "population": population})
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (422, "query.invalid")
        assert error["message"]["en"].startswith("layer 'depth' is a grid and has no features")
        assert error["message"]["en"].endswith("such as aed")
        assert "グリッド" in error["message"]["ja"]
    people = own_town.client(internal=True).post("/api/analyses/coverage", json={**QUESTION, "population": "depth"})
    assert "'depth' is a grid" in people.json()["error"]["message"]["en"]


def test_one_analysis_too_many_is_told_to_come_back(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    client = town.client(analyses_at_once=1)
    running, go_on = threading.Event(), threading.Event()
    real = data.run_coverage

    def slow(*arguments: Any) -> Any:
        running.set()
        go_on.wait(120)
        return real(*arguments)

    monkeypatch.setattr("web.analysis.run_coverage", slow)
    body = {"points": "aed", "within_m": 300}
    first: list[int] = []
    asking = threading.Thread(target=lambda: first.append(client.post("/api/analyses/coverage", json=body).status_code))
    asking.start()
    assert running.wait(120)
    refused = client.post("/api/analyses/coverage", json=body)
    go_on.set()
    asking.join(120)
    assert refused.status_code == 503
    assert refused.json()["error"]["code"] == "busy"
    assert int(refused.headers["retry-after"]) > 0
    assert first == [200]
    assert client.post("/api/analyses/coverage", json=body).status_code == 200


def test_a_job_is_queued_worked_and_its_layer_appears(own_town: Town) -> None:
    client = own_town.client(internal=True)
    request = {"kind": "coverage", "parameters": {**QUESTION, "title": "AEDの300m圏"}}
    queued = client.post("/api/jobs", json=request)
    assert queued.status_code == 202
    JobModel.model_validate(queued.json())
    assert queued.json()["state"] == "queued"
    _work_until_idle(own_town.store)
    done = client.get(queued.headers["location"]).json()
    assert done["state"] == "done", done
    layer = client.get(f"/api/layers/{done['result']['layer']}").json()
    assert layer["title"]["ja"] == "AEDの300m圏"
    assert layer["recipe"]["inputs"].keys() == {"aed", "wards"}
    assert {one["layer"] for one in layer["lineage"]["inputs"]} == {"aed", "wards"}


def _work_until_idle(store: data.Store) -> None:
    stop = threading.Event()
    worker = threading.Thread(target=data.work, args=(store, stop))
    worker.start()
    for _ in range(1_200):
        if not store.jobs.has_work():
            break
        stop.wait(0.1)
    stop.set()
    worker.join(120)


def test_a_published_result_does_not_name_the_internal_layers_behind_it(own_town: Town) -> None:
    record = data.save_coverage(own_town.store, data.CoverageQuery("aed", 300, "wards"), data.Viewer.SYSTEM)
    own_town.store.publish(record.id, data.Viewer.SYSTEM)
    public = own_town.client()
    assert public.get(f"/api/layers/{record.id}").json()["recipe"] is None
    assert '"wards"' not in public.get("/api/layers").text
    assert '"wards"' not in public.get(f"/api/layers/{record.id}").text
    assert own_town.client(internal=True).get(f"/api/layers/{record.id}").json()["recipe"]


def test_a_published_result_of_an_internal_layer_has_it_neither_in_its_id_nor_in_its_title(own_town: Town) -> None:
    store = own_town.store
    store.unpublish("aed", data.Viewer.SYSTEM)
    store.describe("aed", data.Viewer.SYSTEM, {"title": {"ja": "職員名簿", "en": "Staff list"}})
    record = data.save_coverage(store, data.CoverageQuery("aed", 300, "wards"), data.Viewer.SYSTEM)
    assert record.title.ja == "職員名簿から300m圏"
    store.publish(record.id, data.Viewer.SYSTEM)
    public = own_town.client()
    told = public.get("/api/layers").text + public.get(f"/api/layers/{record.id}").text
    assert public.get(f"/api/layers/{record.id}").json()["title"]["en"] == "Within 300 m of internal data"
    for name in ('"aed', "-aed", "職員名簿", "Staff list"):
        assert name not in told
    (own_town.files / "aed.csv").write_text("名称,緯度,経度\n駅,35.1,138.86\n", encoding="utf-8")
    data.import_paths(store, [own_town.files / "aed.csv"], viewer=data.Viewer.SYSTEM)
    again = data.rerun(store, record.id, data.Viewer.SYSTEM)
    assert (again.id, again.title.en) == (record.id, "Within 300 m of internal data")
    assert again.version != record.version


def test_the_public_map_takes_no_jobs(public: TestClient) -> None:
    request = {"kind": "coverage", "parameters": {"points": "aed", "within_m": 300}}
    answer = public.post("/api/jobs", json=request)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "not_allowed"


def test_a_job_about_an_unknown_layer_is_refused_before_it_waits(internal: TestClient) -> None:
    request = {"kind": "coverage", "parameters": {"points": "none", "within_m": 300}}
    answer = internal.post("/api/jobs", json=request)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "layer.unknown"


def test_an_unknown_job_is_404(internal: TestClient, public: TestClient) -> None:
    for client in (internal, public):
        answer = client.get("/api/jobs/none")
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "job.unknown"
