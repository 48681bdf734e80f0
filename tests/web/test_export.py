"""Exports over HTTP, opened by the programs they are for."""

import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from starlette.testclient import TestClient

from data import Export
from tests.web.conftest import Town
from web.export import MEDIA, _Held

EXPORT = "/api/layers/wards/export"


@pytest.mark.parametrize("format", ["gpkg", "parquet", "geojson", "csv"])
def test_a_layer_is_exported_whole(format: str, internal: TestClient, tmp_path: Path) -> None:
    answer = internal.get(EXPORT, params={"format": format})
    assert answer.status_code == 200
    path = tmp_path / f"wards.{format}"
    path.write_bytes(answer.content)
    read = {"parquet": gpd.read_parquet, "csv": pd.read_csv}.get(format, gpd.read_file)
    found = read(path)
    assert found["name"].tolist() == ["東", "西"]
    assert found["population"].tolist() == [1200, 800]


def test_the_name_of_the_file_tells_version_and_licence(internal: TestClient) -> None:
    version = internal.get("/api/layers/wards").json()["version"]
    answer = internal.get(EXPORT, params={"format": "csv"})
    assert f'filename="wards_{version}_CC-BY-4.0.csv"' in answer.headers["content-disposition"]
    assert {media.partition(";")[0] for media in MEDIA.values()} >= {answer.headers["content-type"].partition(";")[0]}


def test_a_csv_links_to_the_description_of_its_columns_and_terms(internal: TestClient) -> None:
    answer = internal.get(EXPORT, params={"format": "csv", "filter": "population > 1000"})
    assert "describedby" in answer.links
    about = internal.get(answer.links["describedby"]["url"])
    assert about.headers["content-type"] == "application/csvm+json"
    assert (about.json()["dc:license"], about.json()["dc:rights"]) == ("CC BY 4.0", "みほん市")


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"filter": "population < 1000"}, ["西"]),
        ({"bbox": "138.855,35.0,138.9,35.2"}, ["東"]),
        ({"q": "西"}, ["西"]),
        ({"filter": "FALSE"}, []),
    ],
)
def test_a_selection_is_exported(internal: TestClient, asked: dict[str, str], names: list[str]) -> None:
    answer = internal.get(EXPORT, params={"format": "geojson", **asked})
    assert [one["properties"]["name"] for one in answer.json()["features"]] == names
    assert answer.json()["licence"] == "CC BY 4.0"


@pytest.mark.parametrize("format", ["gpkg", "parquet", "geojson", "csv"])
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_head_tells_what_get_would_and_exports_nothing(
    town: Town, monkeypatch: pytest.MonkeyPatch, format: str, encoding: str
) -> None:
    client = town.client(internal=True)
    asked: dict[str, Any] = {
        "params": {"format": format, "filter": "population > 1000"},
        "headers": {"Accept-Encoding": encoding},
    }
    get = client.get(EXPORT, **asked)
    monkeypatch.setattr(Export, "tables", lambda *_, **__: pytest.fail("a feature was read"))
    head = client.head(EXPORT, **asked)
    assert (head.status_code, head.content) == (200, b"")
    told = {name: value for name, value in get.headers.items() if name != "content-length"}
    assert dict(head.headers) == told


def test_head_of_an_export_that_cannot_be_says_so(internal: TestClient) -> None:
    for asked, status in (({"format": "csv", "filter": "x ="}, 400), ({"format": "geojson", "crs": "plane"}, 422)):
        assert internal.head(EXPORT, params=asked).status_code == status
    assert internal.head("/api/layers/none/export", params={"format": "csv"}).status_code == 404


def test_texts_are_compressed_on_the_way_and_files_are_not(internal: TestClient) -> None:
    with internal.stream("GET", EXPORT, params={"format": "csv"}, headers={"Accept-Encoding": "gzip"}) as answer:
        packed = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
    assert "東" in gzip.decompress(packed).decode("utf-8-sig")
    plain = internal.get(EXPORT, params={"format": "csv"}, headers={"Accept-Encoding": "identity"})
    assert pd.read_csv(io.BytesIO(plain.content))["name"].tolist() == ["東", "西"]
    assert internal.get(EXPORT, params={"format": "gpkg"}).headers["content-encoding"] == "identity"


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"format": "gpkg", "filter": "x ="}, 400, "filter.syntax"),
        ({"format": "gpkg", "crs": "EPSG:9999"}, 422, "query.invalid"),
        ({"format": "geojson", "crs": "plane"}, 422, "query.invalid"),
        ({"format": "shp"}, 422, "request.invalid"),
        ({}, 422, "request.invalid"),
        ({"format": "csv", "bbox": "1,2"}, 422, "query.invalid"),
        ({"format": "csv", "version": "9-00000000"}, 404, "layer.unknown"),
    ],
)
def test_what_cannot_be_exported_is_told_before_the_first_byte(
    internal: TestClient, asked: dict[str, str], status: int, code: str
) -> None:
    answer = internal.get(EXPORT, params=asked)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_a_layer_one_may_not_see_is_not_exported(public: TestClient) -> None:
    assert public.get(EXPORT, params={"format": "csv"}).status_code == 404
    assert public.get("/api/layers/aed/export", params={"format": "csv"}).status_code == 200


def test_exports_beyond_the_limit_are_told_to_come_back_and_none_is_held_for_ever(town: Town) -> None:
    client = town.client(internal=True, exports_at_once=1)
    for _ in range(3):
        assert client.get(EXPORT, params={"format": "gpkg"}).status_code == 200
        assert client.get(EXPORT, params={"format": "gpkg", "filter": "?"}).status_code == 400


def test_the_right_to_an_export_is_given_back_once_whoever_stops_reading() -> None:
    right = BoundedSemaphore(1)
    for used in (0, 1, 5):
        assert right.acquire(blocking=False)
        held = _Held(iter([b"a", b"b"]), right)
        for _, _chunk in zip(range(used), held, strict=False):
            pass
        del held
        assert right.acquire(blocking=False)
        right.release()


def test_a_failure_on_the_way_gives_the_right_back() -> None:
    right = BoundedSemaphore(1)
    right.acquire()

    def fail() -> Iterator[bytes]:
        yield b"a"
        raise ZeroDivisionError

    held = _Held(fail(), right)
    next(held)
    with pytest.raises(ZeroDivisionError):
        next(held)
    assert right.acquire(blocking=False)


def test_the_layer_links_to_its_export(internal: TestClient) -> None:
    link = internal.get("/api/layers/wards").json()["links"]["export"]
    assert len(internal.get(link.replace("{format}", "geojson")).json()["features"]) == 2
