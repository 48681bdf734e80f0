"""Accessibility three ways: Python on the layers of a store, the command line, and HTTP."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import orjson
import pandas as pd
import pytest
from starlette.testclient import TestClient

from data import ImportOptions, InvalidQueryError, Store, Viewer, import_paths, rerun
from data.accessibility import AccessQuestion, Measure, answer, save_answer
from tests.gtfs.feeds import zip_feed
from tests.web.conftest import Outcome
from web.app import create_app
from web.model_access import AccessAnswer, AccessState, IsochroneAnswer
from web.settings import Settings

DAY = "2026-05-12"
WINDOW = {"day": DAY, "start": "07:50", "end": "08:00", "streets": "none", "walk_min": 10}
"""Trip 2a leaves B (138.91 E, 35.00 N) at 8:00 and is at S_1 (138.90 E) at 8:09; a minute on foot is 78 m."""

_CLINICS = "名称,緯度,経度\n駅前医院,35.0000,138.9000\n学校診療所,35.0100,138.9100\n"


def _square(name: str, lon: float, people: int) -> dict[str, Any]:
    """About 90 m wide around a point on the parallel of 35.00 N."""
    west, east, south, north = lon - 0.0005, lon + 0.0005, 34.9995, 35.0005
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "properties": {"name": name, "population": people},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A loop of buses, two clinics, and people at the hospital's stop (60) and far from any (40)."""
    folder = tmp_path_factory.mktemp("access")
    files = folder / "files"
    files.mkdir()
    zip_feed(files / "loop.zip")
    (files / "clinic.csv").write_text(_CLINICS, encoding="utf-8")
    squares = [_square("病院前", 138.91, 60), _square("遠く", 138.95, 40)]
    (files / "people.geojson").write_bytes(orjson.dumps({"type": "FeatureCollection", "features": squares}))
    store = Store.open(folder / "store")
    import_paths(store, [files], viewer=Viewer.SYSTEM, options=ImportOptions(licence="CC BY 4.0"))
    yield store
    store.close()


@pytest.fixture(scope="module")
def client(city: Store) -> TestClient:
    app = create_app(Settings(store=city.path, internal=True), city)
    return TestClient(app, base_url="http://localhost:8000", raise_server_exceptions=False)


def ask(**question: Any) -> AccessQuestion:
    return AccessQuestion.from_json({**WINDOW, **question})


ACCESS = {"measure": "access", "origins": "people", "destinations": "clinic", "cutoff_min": 20}


def test_who_leaves_any_minute_before_the_bus_waits_for_it(city: Store) -> None:
    found = answer(city, ask(**ACCESS, percentiles=[10, 100]), Viewer.SYSTEM).answer.table
    at_stop = found[found["name"] == "病院前"].iloc[0]
    # Left at 7:50 one is there at 8:09, after 19 minutes; at 7:59 after 10.
    assert (at_stop["nearest_1_p10"], at_stop["nearest_1_p100"]) == (10, 19)
    assert at_stop["places_p100"] == 1
    far = found[found["name"] == "遠く"].iloc[0]
    assert far["places_p100"] == 0
    assert far["reason"] == "no_stop"


def test_the_page_and_the_command_line_give_the_same_table(
    city: Store, client: TestClient, machinami: Callable[..., Outcome], tmp_path: Path
) -> None:
    out = tmp_path / "access.parquet"
    travel = ["--date", DAY, "--from", "07:50", "--to", "08:00", "--streets", "none", "--walk", 10, "--cutoff", 20]
    places = ["--origins", "people", "--destinations", "clinic"]
    done = machinami("--store", city.path, "analyse", "access", *places, *travel, "--out", out, "--json")
    assert done.status == 0, done.err
    written = gpd.read_parquet(out)
    asked = client.post("/api/accessibility", json={**ACCESS, **WINDOW})
    assert asked.status_code == 200, asked.text
    AccessAnswer.model_validate(asked.json())
    shown = pd.DataFrame([one["properties"] for one in asked.json()["features"]["features"]])
    columns = ["name", "places_p50", "nearest_1_p50", "reason"]
    pd.testing.assert_frame_equal(shown[columns], pd.DataFrame(written[columns]), check_dtype=False)
    explanation = json.loads((tmp_path / "access.parquet.explanation.json").read_text(encoding="utf-8"))["explanation"]
    assert explanation == asked.json()["explanation"] == done.json["explanation"]
    assert [line["route_id"] for line in explanation["travel"]["lines"]] == ["2"]


def test_a_click_tells_how_far_one_gets_and_what_is_there(client: TestClient) -> None:
    question = {**WINDOW, "at": [138.91, 35.0], "cutoffs_min": [5, 30], "percentiles": [100], "reach": ["clinic"]}
    asked = client.post("/api/accessibility/isochrone", json=question)
    assert asked.status_code == 200, asked.text
    found = asked.json()
    IsochroneAnswer.model_validate(found)
    large, small = (area["properties"] for area in found["areas"]["features"])
    assert (large["minutes"], small["minutes"]) == (30, 5)
    assert large["area_km2"] > small["area_km2"] > 0
    assert found["reached"][0]["within"] == {"5": 0, "30": 1}
    nearest = found["reached"][0]["nearest"][0]
    assert (nearest["name"], nearest["minutes"]) == ("駅前医院", 19)


@pytest.mark.parametrize(
    ("command", "column", "found"),
    [
        (["ptal", "--homes", "people", "--hour", "07:30", "--streets", "none"], "ptal", {"1a": 60, "0": 40}),
        (["quality-classes", "--homes", "people"], "quality_class", {"": 100}),
        (["stop-coverage", "--homes", "people"], "stop_coverage", {"served": 60, "": 40}),
    ],
)
def test_an_index_of_service_is_the_same_on_the_page_and_on_the_command_line(
    city: Store,
    client: TestClient,
    machinami: Callable[..., Outcome],
    tmp_path: Path,
    command: list[str],
    column: str,
    found: dict[str, int],
) -> None:
    out = tmp_path / "index.parquet"
    done = machinami("--store", city.path, "analyse", *command, "--date", DAY, "--out", out, "--json")
    assert done.status == 0, done.err
    asked = client.post(
        "/api/accessibility",
        json={**WINDOW, "measure": command[0].replace("-", "_"), "origins": "people", "hour": "07:30"},
    )
    assert asked.status_code == 200, asked.text
    AccessAnswer.model_validate(asked.json())
    assert {one["value"]: one["people"] for one in asked.json()["totals"] if one["places"]} == found
    assert [one["value"] for one in asked.json()["legend"]] == [one["value"] for one in asked.json()["totals"]]
    shown = pd.DataFrame([one["properties"] for one in asked.json()["features"]["features"]])
    written = pd.DataFrame(gpd.read_parquet(out))[["name", column, "reason"]]
    pd.testing.assert_frame_equal(shown[["name", column, "reason"]], written, check_dtype=False)
    assert done.json["explanation"] == asked.json()["explanation"]
    lines = machinami("--store", city.path, "--lang", "en", "analyse", *command, "--date", DAY).out
    assert ("Outside" if "" in found else "1a") in lines


def test_ptal_is_compared_with_that_of_a_scenario(client: TestClient) -> None:
    gone = {"changes": [{"remove_route": {"route": "1"}}]}
    question = {"measure": "ptal", "origins": "people", "hour": "07:30", "scenario": gone}
    asked = client.post("/api/accessibility", json={**WINDOW, **question})
    assert asked.status_code == 200, asked.text
    # At 8:00 line 2 leaves; line 1 leaves the same stop at 7:05, outside the hour.
    [total] = asked.json()["totals"]
    assert (total["column"], total["people"], total["same"]) == ("ptal_index", 100, 100)
    gone["changes"][0]["remove_route"]["route"] = "2"
    [total] = client.post("/api/accessibility", json={**WINDOW, **question}).json()["totals"]
    assert (total["less"], total["mean_after"]) == (60, 0)


def test_the_service_accessibility_of_areas_is_told_by_kind_and_kept_with_three_themes(
    city: Store, client: TestClient, machinami: Callable[..., Outcome]
) -> None:
    asked = ["analyse", "service-accessibility", "--areas", "people", "--date", DAY]
    done = machinami("--store", city.path, *asked, "--save", "指標", "--json")
    assert done.status == 0, done.err
    # Three buses a day leave the hospital's stop; the square around it holds some 90 m of each of three ways.
    by_kind = {one["kind"]: one for one in done.json["totals"]}
    assert (by_kind["all"]["time"], by_kind["rail"]["departures"]) == (3, 0)
    assert by_kind["all"]["total"] == pytest.approx(3 * by_kind["all"]["line_km"] / by_kind["all"]["area_km2"])
    themes = city.layer(done.json["layer"], Viewer.SYSTEM).current.style.themes
    assert [theme.column for theme in themes] == ["total_access", "space_access", "time_access"]
    wrong = client.post("/api/accessibility", json={"measure": "service_accessibility", "origins": "clinic"})
    assert wrong.status_code == 422
    assert "面" in wrong.json()["error"]["message"]["ja"]


def test_the_state_names_the_timetables_and_a_day_that_they_know(client: TestClient) -> None:
    state = client.get("/api/accessibility").json()
    AccessState.model_validate(state)
    assert [feed["id"] for feed in state["feeds"]] == ["loop-stops"]
    assert "2026-04-01" <= state["day"] <= "2027-03-31"


def test_people_far_from_a_stop_are_left_out(city: Store, client: TestClient) -> None:
    question = {**WINDOW, "measure": "deserts", "origins": "people"}
    totals = client.post("/api/accessibility", json=question).json()["totals"]
    assert (totals["people"], totals["left_out"], totals["places"]) == (100, 40, 2)


def test_a_new_line_to_them_is_compared_with_what_is(client: TestClient) -> None:
    stops = [{"name": "遠く", "at": [138.95, 35.0]}, {"stop": "S_1"}]
    line = {
        "id": "new",
        "name": "新線",
        "stops": stops,
        "speed_kmh": 40,
        "headway_min": 10,
        "from": "6:00",
        "to": "22:00",
    }
    question = {**ACCESS, **WINDOW, "cutoff_min": 30, "scenario": {"changes": [{"add_line": line}]}}
    asked = client.post("/api/accessibility", json=question)
    assert asked.status_code == 200, asked.text
    total = next(one for one in asked.json()["totals"] if one["column"] == "places_p50")
    assert (total["people"], total["more"], total["less"]) == (100, 40, 0)
    changed = {one["properties"]["name"]: one["properties"] for one in asked.json()["features"]["features"]}
    assert changed["遠く"]["places_p50_difference"] == 1
    assert changed["病院前"]["places_p50_difference"] == 0
    assert "新線" in asked.json()["changes"][0]["ja"]


def test_a_date_outside_the_calendar_is_an_error_that_names_the_range(
    city: Store, client: TestClient, machinami: Callable[..., Outcome]
) -> None:
    asked = client.post("/api/accessibility/isochrone", json={**WINDOW, "at": [138.91, 35.0], "day": "2031-01-01"})
    assert asked.status_code == 422
    assert "2026-04-01" in asked.json()["error"]["message"]["ja"]
    done = machinami("--store", city.path, "analyse", "isochrone", "--at", "138.91,35", "--date", "2031-01-01")
    assert done.status == 1
    assert "2027-03-31" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": "tomorrow"},
        {"start": "25:99"},
        {"start": "09:00", "end": "08:00"},
        {"decay": "steep"},
        {"feeds": ["people"]},
        {"origins": "nothing"},
        {"walk_kmh": 0},
        {"measure": "ptal", "hour": "23:30"},
        {"columns": ["beds"]},
        {"scenario": {"changes": [{"fly": {}}]}},
        {"scenario": {"changes": [{"remove_route": {"route": "9"}}]}},
    ],
)
def test_a_question_that_makes_no_sense_is_told_in_both_languages(client: TestClient, wrong: dict[str, Any]) -> None:
    asked = client.post("/api/accessibility", json={**ACCESS, **WINDOW, **wrong})
    assert asked.status_code in (404, 422), asked.text
    message = asked.json()["error"]["message"]
    assert message["ja"]
    assert message["en"]
    assert "Traceback" not in asked.text


def test_the_public_asks_only_of_what_is_public(city: Store) -> None:
    app = create_app(Settings(store=city.path), city)
    public = TestClient(app, base_url="http://localhost:8000", raise_server_exceptions=False)
    assert public.get("/api/accessibility").json()["feeds"] == []
    asked = public.post("/api/accessibility/isochrone", json={**WINDOW, "at": [138.91, 35.0]})
    assert asked.status_code == 422
    assert public.post("/api/accessibility", json={**ACCESS, **WINDOW}).status_code in (404, 422)


def test_a_kept_answer_has_its_recipe_and_runs_again(city: Store, machinami: Callable[..., Outcome]) -> None:
    question = ask(**ACCESS, title="診療所")
    kept = save_answer(city, question, Viewer.SYSTEM)
    assert save_answer(city, question, Viewer.SYSTEM).version == kept.version
    recipe = kept.current.recipe
    assert recipe is not None
    assert (recipe["kind"], recipe["parameters"]["day"]) == ("access", DAY)
    assert set(recipe["inputs"]) == {"loop-stops", "people", "clinic"}
    assert rerun(city, kept.id, Viewer.SYSTEM).version == kept.version
    assert kept.licence == "CC BY 4.0"
    assert len(city.features(kept.id, Viewer.SYSTEM).features) == 2
    done = machinami("--store", city.path, "layers", "--json")
    assert kept.id in [one["id"] for one in done.json["layers"]]


def test_a_matrix_is_a_table_and_no_layer(city: Store, machinami: Callable[..., Outcome], tmp_path: Path) -> None:
    places = ["--origins", "people", "--destinations", "clinic", "--streets", "none", "--date", DAY]
    done = machinami("--store", city.path, "analyse", "matrix", *places, "--out", tmp_path / "m.csv")
    assert done.status == 0, done.err
    assert len(pd.read_csv(tmp_path / "m.csv")) == 4
    assert machinami("--store", city.path, "analyse", "matrix", *places, "--out", tmp_path / "m.gpkg").status == 1
    assert machinami("--store", city.path, "analyse", "matrix", *places, "--out", tmp_path / "m.xls").status == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.csv", "m.csv.explanation.json"]
    with pytest.raises(InvalidQueryError):
        save_answer(city, ask(measure="matrix", origins="people", destinations="clinic"), Viewer.SYSTEM)


def test_a_scenario_file_is_compared_on_the_command_line(
    city: Store, machinami: Callable[..., Outcome], tmp_path: Path
) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text("changes:\n  - remove_route: {route: '2'}\n", encoding="utf-8")
    travel = ["--date", DAY, "--from", "07:50", "--to", "08:00", "--streets", "none", "--walk", 10]
    asked = ["analyse", "scenario", plan, "--origins", "people", "--destinations", "clinic", "--cutoff", 20, *travel]
    done = machinami("--store", city.path, *asked, "--json")
    assert done.status == 0, done.err
    total = next(one for one in done.json["totals"] if one["column"] == "places_p50")
    assert (total["more"], total["less"]) == (0, 60)
    plan.write_text("changes:\n  - remove_route: {rout: '2'}\n", encoding="utf-8")
    wrong = machinami("--store", city.path, *asked)
    assert wrong.status == 1
    assert "plan.yaml" in wrong.err


def test_a_job_keeps_an_answer_from_the_page(client: TestClient) -> None:
    asked = {"kind": "accessibility", "parameters": {**ACCESS, **WINDOW, "title": "page"}}
    queued = client.post("/api/jobs", json=asked)
    assert queued.status_code == 202, queued.text
    wrong = client.post("/api/jobs", json={**asked, "parameters": {**ACCESS, "day": "never"}})
    assert wrong.status_code == 422


def test_every_measure_has_a_question() -> None:
    assert {AccessQuestion.from_json({"measure": one.value}).measure for one in Measure} == set(Measure)
