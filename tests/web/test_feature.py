"""Features asked for by their own id, and features that a search finds."""

from threading import Semaphore
from urllib.parse import quote

import orjson
import pytest
from starlette.testclient import TestClient

from data import ImportOptions, Viewer, import_paths
from tests.web.conftest import Town
from web.model import FeatureModel, FoundFeatures

FEATURES = "/api/layers/wards/features"


def test_a_feature_answers_to_its_own_id_as_to_its_fid(internal: TestClient) -> None:
    by_fid = internal.get(f"{FEATURES}/1").json()
    by_id = internal.get(f"{FEATURES}/by-id/{quote(by_fid['feature_id'])}")
    assert by_id.status_code == 200
    assert by_id.json() == by_fid
    FeatureModel.model_validate(by_fid)


def test_an_id_may_hold_any_sign(own_town: Town) -> None:
    odd = "道路/1 ?&#+"
    feature = {
        "type": "Feature",
        "id": odd,
        "properties": {"a": 1},
        "geometry": {"type": "Point", "coordinates": [139, 35]},
    }
    file = own_town.files.parent / "odd.geojson"
    file.write_bytes(orjson.dumps({"type": "FeatureCollection", "features": [feature]}))
    import_paths(own_town.store, [file], viewer=Viewer.SYSTEM, options=ImportOptions())
    answer = own_town.client(internal=True).get(f"/api/layers/odd/features/by-id/{quote(odd, safe='')}")
    assert answer.json()["feature_id"] == odd


def test_what_one_may_not_see_is_as_unknown_by_id_as_what_is_not(public: TestClient, internal: TestClient) -> None:
    known = internal.get(f"{FEATURES}/0").json()["feature_id"]
    hidden, none = public.get(f"{FEATURES}/by-id/{known}"), public.get("/api/layers/none/features/by-id/1")
    assert (hidden.status_code, none.status_code) == (404, 404)
    assert hidden.json()["error"]["code"] == none.json()["error"]["code"] == "layer.unknown"
    assert public.get(FEATURES).status_code == 404
    unknown = internal.get(f"{FEATURES}/by-id/nothing").json()["error"]
    assert unknown["code"] == "feature.unknown"


def test_a_search_lists_what_fulfils_the_filter(internal: TestClient) -> None:
    answer = internal.get(FEATURES, params={"filter": "population > 1000", "filter-lang": "cql2-text"})
    assert answer.status_code == 200
    found = answer.json()
    FoundFeatures.model_validate(found)
    assert (found["total"], found["next"]) == (1, None)
    (east,) = found["features"]
    assert (east["title"], east["columns"]["population"]) == ("東", 1200)
    assert east["bounds"] == pytest.approx([138.86, 35.09, 138.87, 35.11])


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ({}, ["東", "西"]),
        ({"q": "西"}, ["西"]),
        ({"q": "西 東"}, []),
        ({"bbox": "138.855,35.0,138.9,35.2"}, ["東"]),
        ({"bbox": "130,30,131,31"}, []),
        ({"filter": "name IN ('東','西')", "q": "東"}, ["東"]),
    ],
)
def test_words_and_a_box_narrow_a_search(internal: TestClient, asked: dict[str, str], titles: list[str]) -> None:
    found = internal.get(FEATURES, params=asked).json()
    assert [one["title"] for one in found["features"]] == titles
    assert found["total"] == len(titles)


def test_pages_follow_one_another_by_their_links(internal: TestClient) -> None:
    first = internal.get(FEATURES, params={"limit": 1, "filter": "population >= 0"}).json()
    second = internal.get(first["next"]).json()
    assert [one["title"] for one in (*first["features"], *second["features"])] == ["東", "西"]
    assert (second["offset"], second["next"], second["version"]) == (1, None, first["version"])
    assert internal.get(FEATURES, params={"offset": 5}).json()["features"] == []


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("population >", "filter.syntax", 13),
        ("popul > 3", "filter.unknown_column", 1),
        ("population = 'many'", "filter.type", 14),
        ("x" * 5000, "filter.too_long", 4001),
    ],
)
def test_a_wrong_filter_is_400_with_its_rule_and_place(
    internal: TestClient, text: str, code: str, position: int
) -> None:
    answer = internal.get(FEATURES, params={"filter": text})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["position"]) == (code, position)
    assert f"at character {position}" in error["message"]["en"]


@pytest.mark.parametrize(
    "asked",
    [{"bbox": "1,2,3"}, {"limit": 0}, {"limit": 201}, {"offset": -1}, {"filter-lang": "cql-json"}, {"q": "x" * 201}],
)
def test_a_wrong_parameter_is_422(internal: TestClient, asked: dict[str, str | int]) -> None:
    assert internal.get(FEATURES, params=asked).status_code == 422


def test_searches_beyond_the_limit_are_told_to_come_back(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.feature.WAIT_S", 0.01)
    monkeypatch.setattr("web.site.BoundedSemaphore", lambda _: Semaphore(0))
    answer = town.client(internal=True).get(FEATURES)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


def test_a_search_of_a_raster_or_of_another_version_is_404(internal: TestClient) -> None:
    assert internal.get(FEATURES, params={"version": "9-deadbeef"}).status_code == 404


def test_the_layer_links_to_its_search(internal: TestClient) -> None:
    link = internal.get("/api/layers/wards").json()["links"]["search"]
    answer = internal.get(link)
    assert answer.json()["total"] == 2
    assert "immutable" in answer.headers["cache-control"]
