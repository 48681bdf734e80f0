"""The catalogue of tiles on a real store, and tiles of the whole application."""

import time

import httpx
import pytest
from starlette.testclient import TestClient

from data import Store, Viewer, import_paths
from tests.web.conftest import AED, Town
from web.tile_catalogue import POLL_S, StoreCatalogue


def at_once(store: Store, viewer: Viewer) -> StoreCatalogue:
    return StoreCatalogue(store, viewer, poll_s=0)


def test_the_public_sees_published_layers_and_staff_see_all(town: Town) -> None:
    public, staff = at_once(town.store, Viewer.PUBLIC), at_once(town.store, Viewer.STAFF)
    assert public.layer("aed") is not None
    assert public.layer("wards") is None
    wards = staff.layer("wards")
    assert wards is not None
    assert wards.visibility == "internal"
    assert staff.layer("nowhere") is None


def test_a_layer_comes_and_goes_as_it_is_published_and_removed(own_town: Town) -> None:
    catalogue = at_once(own_town.store, Viewer.PUBLIC)
    assert catalogue.layer("wards") is None
    own_town.store.publish("wards", Viewer.SYSTEM)
    assert catalogue.layer("wards") is not None
    own_town.store.unpublish("wards", Viewer.SYSTEM)
    assert catalogue.layer("wards") is None
    own_town.store.remove("aed", Viewer.SYSTEM)
    assert catalogue.layer("aed") is None


def test_after_a_new_import_the_version_before_is_still_known(own_town: Town) -> None:
    catalogue = at_once(own_town.store, Viewer.PUBLIC)
    before = catalogue.layer("aed")
    assert before is not None
    (own_town.files / "aed.csv").write_text(AED + "体育館,みほん市1-4,35.1020,138.8620\n", encoding="utf-8")
    import_paths(own_town.store, [own_town.files], viewer=Viewer.SYSTEM)
    after = catalogue.layer("aed")
    assert after is not None
    assert after.version != before.version
    assert after.folder_of(before.version) == before.folder
    assert after.folder_of("9-nothing") is None


def test_the_store_is_not_asked_for_every_tile(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    generation = Store.generation

    def count(store: Store) -> int:
        asked.append(time.monotonic())
        return generation(store)

    monkeypatch.setattr(Store, "generation", count)
    catalogue = StoreCatalogue(town.store, Viewer.PUBLIC)
    for _ in range(1_000):
        assert catalogue.layer("aed")
    assert len(asked) <= 2


def test_every_link_to_tiles_of_a_layer_leads_somewhere(public: TestClient) -> None:
    links = public.get("/api/layers/aed").json()["links"]
    described = public.get(links["tilejson"]).json()
    assert httpx.URL(described["tiles"][0].replace("{", "").replace("}", "")).path.startswith("/tiles/aed/")
    assert described["vector_layers"][0]["id"] == "features"
    assert public.get(links["pmtiles"], headers={"Range": "bytes=0-6"}).content == b"PMTiles"


def test_a_hidden_layer_looks_like_one_that_does_not_exist(own_town: Town) -> None:
    client = own_town.client()
    hidden = client.get("/tiles/wards/tilejson.json")
    unknown = client.get("/tiles/nowhere/tilejson.json")
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.text.replace("wards", "nowhere") == unknown.text


def test_a_layer_that_is_unpublished_is_gone_when_a_running_server_looks_again(own_town: Town) -> None:
    assert POLL_S < 2
    client = own_town.client()
    assert client.get("/tiles/aed/tilejson.json").status_code == 200
    own_town.store.unpublish("aed", Viewer.SYSTEM)
    began = time.monotonic()
    while client.get("/tiles/aed/tilejson.json").status_code == 200:
        assert time.monotonic() - began < 30
        time.sleep(0.05)
