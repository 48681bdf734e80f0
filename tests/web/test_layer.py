"""GET /api/layers and what lies below it."""

import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from data import Viewer, import_paths
from tests.web.conftest import Town
from web.model import FeatureModel, LayerDetail, LayerList, ProblemList


def test_the_public_map_lists_published_layers_only(public: TestClient) -> None:
    layers = public.get("/api/layers").json()["layers"]
    assert [layer["id"] for layer in layers] == ["aed"]


def test_the_internal_map_lists_every_layer(internal: TestClient) -> None:
    layers = internal.get("/api/layers").json()["layers"]
    assert {layer["id"] for layer in layers} == {"aed", "wards"}


def test_answers_have_exactly_the_fields_that_the_description_promises(internal: TestClient) -> None:
    LayerList.model_validate(internal.get("/api/layers").json())
    LayerDetail.model_validate(internal.get("/api/layers/aed").json())
    LayerDetail.model_validate(internal.get("/api/layers/wards").json())
    FeatureModel.model_validate(internal.get("/api/layers/wards/features/0").json())
    ProblemList.model_validate(internal.get("/api/layers/aed/problems").json())


def test_a_layer_tells_what_was_read_stored_and_kept_out(public: TestClient) -> None:
    layer = public.get("/api/layers/aed").json()
    assert (layer["read"], layer["stored"], layer["kept_out"], layer["problems"]) == (3, 2, 1, 1)
    assert layer["feature_count"] == 2
    assert layer["licence"] == "CC BY 4.0"
    assert layer["attribution"] == "みほん市"


def test_one_layer_adds_its_files_counts_problems_and_lineage(public: TestClient) -> None:
    layer = public.get("/api/layers/aed").json()
    assert layer["files"][0]["name"] == "aed.csv"
    assert len(layer["files"][0]["sha256"]) == 64
    assert sum(count["read"] for count in layer["counts"]) == 3
    assert layer["problems_by_rule"] == {"csv.coordinates_missing": 1}
    assert layer["lineage"]["inputs"] == []


def test_the_links_of_a_layer_lead_somewhere(internal: TestClient) -> None:
    for layer in internal.get("/api/layers").json()["layers"]:
        links = layer["links"]
        column = layer["columns"][0]["name"]
        for link in (links["self"], links["problems"], links["tilejson"]):
            assert internal.get(link).status_code == 200, link
        assert internal.get(links["features"].replace("{fid}", "0")).status_code == 200
        assert internal.get(links["column"].replace("{name}", column)).status_code == 200


def test_an_unchanged_list_is_answered_304_to_its_etag(public: TestClient) -> None:
    first = public.get("/api/layers")
    again = public.get("/api/layers", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]


def test_an_etag_that_a_proxy_made_weak_still_matches(public: TestClient) -> None:
    etag = public.get("/api/layers").headers["etag"]
    assert public.get("/api/layers", headers={"If-None-Match": f'"x", W/{etag}'}).status_code == 304


def test_a_published_layer_changes_the_etag_and_appears_at_once(own_town: Town) -> None:
    client = own_town.client()
    before = client.get("/api/layers")
    own_town.store.publish("wards", Viewer.SYSTEM)
    after = client.get("/api/layers", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert {layer["id"] for layer in after.json()["layers"]} == {"aed", "wards"}


def test_a_feature_has_all_its_attributes_and_where_it_is(internal: TestClient) -> None:
    feature = internal.get("/api/layers/aed/features/1").json()
    values = {node["name"]: node["value"] for node in feature["attributes"]}
    assert values["名称"] == "図書館"
    assert feature["geometry_type"] == "Point"
    assert feature["bounds"] == pytest.approx([138.861, 35.101, 138.861, 35.101])


def test_a_feature_of_a_named_version_may_be_kept_for_ever(public: TestClient, internal: TestClient) -> None:
    version = public.get("/api/layers/aed").json()["version"]
    path = f"/api/layers/aed/features/0?version={version}"
    assert public.get(path).headers["cache-control"] == "public, max-age=31536000, immutable"
    assert internal.get(path).headers["cache-control"] == "private, max-age=31536000, immutable"
    assert public.get("/api/layers/aed/features/0").headers["cache-control"] == "no-cache"


def test_a_column_is_an_arrow_stream_in_the_order_of_the_features(internal: TestClient) -> None:
    answer = internal.get("/api/layers/wards/columns/population")
    assert answer.headers["content-type"] == "application/vnd.apache.arrow.stream"
    table = pa.ipc.open_stream(answer.content).read_all()
    assert table.column_names == ["population"]
    assert table["population"].to_pylist() == [1_200, 800]


def test_a_column_whose_name_has_a_slash_is_found(own_town: Town) -> None:
    csv = own_town.files / "aed.csv"
    csv.write_text(csv.read_text(encoding="utf-8").replace("住所", "所在地/住所"), encoding="utf-8")
    import_paths(own_town.store, [own_town.files], viewer=Viewer.SYSTEM)
    answer = own_town.client().get("/api/layers/aed/columns/%E6%89%80%E5%9C%A8%E5%9C%B0%2F%E4%BD%8F%E6%89%80")
    assert pa.ipc.open_stream(answer.content).read_all().column_names == ["所在地/住所"]


def test_problems_name_file_line_and_rule_in_both_languages(public: TestClient) -> None:
    answer = public.get("/api/layers/aed/problems").json()
    (problem,) = answer["problems"]
    assert (problem["rule"], problem["file"], problem["line"]) == ("csv.coordinates_missing", "aed.csv", 4)
    assert "4行目" in problem["message"]["ja"]
    assert "line 4" in problem["message"]["en"]
    assert answer["total"] == 1


def test_problems_come_in_pages(public: TestClient) -> None:
    answer = public.get("/api/layers/aed/problems?offset=1&limit=1").json()
    assert answer == {"problems": [], "total": 1}


@pytest.mark.parametrize(
    "path",
    [
        "/api/layers/wards",
        "/api/layers/wards/features/0",
        "/api/layers/wards/columns/population",
        "/api/layers/wards/problems",
        "/tiles/wards/tilejson.json",
    ],
)
def test_to_the_public_an_internal_layer_looks_like_none(public: TestClient, internal: TestClient, path: str) -> None:
    assert internal.get(path).status_code == 200
    hidden, absent = public.get(path), public.get(path.replace("wards", "absent"))
    assert hidden.status_code == absent.status_code == 404
    assert hidden.text.replace("wards", "absent") == absent.text


def test_tiles_of_an_internal_layer_are_hidden_from_the_public(public: TestClient, internal: TestClient) -> None:
    links = internal.get("/api/layers/wards").json()["links"]
    tile = links["tiles"].format(z=0, x=0, y=0)
    assert internal.get(tile).status_code in (200, 204)
    assert public.get(tile).status_code == 404
    assert public.get(links["pmtiles"]).status_code == 404


def test_a_layer_taken_off_the_map_is_gone_from_every_address(own_town: Town) -> None:
    client = own_town.client()
    links = client.get("/api/layers/aed").json()["links"]
    own_town.store.unpublish("aed", Viewer.SYSTEM)
    assert client.get(links["self"]).status_code == 404
    assert client.get(links["features"].replace("{fid}", "0")).status_code == 404
    assert client.get("/api/layers").json() == {"layers": []}


def test_an_import_by_another_hand_is_seen_without_a_restart(own_town: Town) -> None:
    client = own_town.client(internal=True)
    before = client.get("/api/layers/aed").json()["version"]
    csv = own_town.files / "aed.csv"
    csv.write_text(csv.read_text(encoding="utf-8") + "学校,みほん市2,35.1020,138.8620\n", encoding="utf-8")
    import_paths(own_town.store, [own_town.files], viewer=Viewer.SYSTEM)
    after = client.get("/api/layers/aed").json()
    assert after["version"] != before
    assert after["feature_count"] == 3
    assert after["lineage"]["previous"] == [before]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/layers/none", "layer.unknown"),
        ("/api/layers/aed/features/99", "feature.unknown"),
        ("/api/layers/aed/columns/none", "column.unknown"),
        ("/api/layers/aed/columns/geometry", "column.unknown"),
        ("/api/layers/aed/features/0?version=9-00000000", "layer.unknown"),
        ("/api/none", "not_found"),
    ],
)
def test_what_is_not_there_is_404_with_its_own_code(public: TestClient, path: str, code: str) -> None:
    answer = public.get(path)
    assert answer.status_code == 404
    error = answer.json()["error"]
    assert error["code"] == code
    assert error["message"]["ja"]
    assert error["message"]["en"]
