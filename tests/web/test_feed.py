"""/feeds: timetables for download, at addresses that stay."""

import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from data import ImportOptions, Store, Viewer, import_paths
from tests.gtfs.feeds import LOOP, zip_feed
from web import feed
from web.app import create_app
from web.settings import Settings

_NEXT = LOOP["calendar.txt"].replace("20260401,20270331", "20270401,20280331")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """The public feed of 2026, the next one of the same operator, and an internal one of another."""
    store = Store.open(tmp_path / "store")
    options = ImportOptions(licence="CC BY 4.0", attribution="みほん交通")
    files = {
        "now": zip_feed(tmp_path / "now.zip", changes={name: text.encode("cp932") for name, text in LOOP.items()}),
        "later": zip_feed(tmp_path / "later.zip", changes={"calendar.txt": _NEXT}),
        "secret": zip_feed(
            tmp_path / "secret.zip", changes={"agency.txt": LOOP["agency.txt"].replace("A,みほん交通", "Z,内部交通")}
        ),
    }
    for path in files.values():
        import_paths(store, [path], viewer=Viewer.SYSTEM, options=options)
    for layer in store.layers(Viewer.SYSTEM):
        if "secret" not in layer.id:
            store.publish(layer.id, Viewer.SYSTEM)
    return store


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "_today", lambda: date(2026, 11, 21))


def _client(store: Store, **settings: bool) -> TestClient:
    app = create_app(Settings(store=store.path, **settings), store)  # type: ignore[arg-type]
    return TestClient(app, base_url="http://localhost:8000", raise_server_exceptions=False)


def test_the_current_and_the_next_feed_have_addresses_that_stay(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    client = _client(store)
    current, coming = client.get("/feeds/A/current.zip"), client.get("/feeds/A/next.zip")
    assert current.headers["content-type"] == "application/zip"
    assert "20260401" in zipfile.ZipFile(BytesIO(current.content)).read("calendar.txt").decode("utf-8")
    assert "20270401" in zipfile.ZipFile(BytesIO(coming.content)).read("calendar.txt").decode("utf-8")
    monkeypatch.setattr(feed, "_today", lambda: date(2027, 4, 1))
    assert client.get("/feeds/A/current.zip").content == coming.content
    assert client.get("/feeds/A/next.zip").status_code == 404


def test_what_is_downloaded_is_clean_and_not_sent_twice(store: Store) -> None:
    client = _client(store)
    answer = client.get("/feeds/A/current.zip")
    assert zipfile.ZipFile(BytesIO(answer.content)).read("stops.txt").decode("utf-8").startswith("stop_id,")
    again = client.get("/feeds/A/current.zip", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert "gtfs-A-20260401_" in answer.headers["content-disposition"]


def test_a_feed_is_as_public_as_its_layer(store: Store) -> None:
    assert _client(store).get("/feeds/Z/current.zip").status_code == 404
    assert "内部交通" not in _client(store).get("/feeds").text
    assert _client(store, internal=True).get("/feeds/Z/current.zip").status_code == 200


def test_the_page_tells_licence_validity_version_and_history_in_both_languages(store: Store) -> None:
    client = _client(store)
    japanese, english = client.get("/feeds").text, client.get("/feeds?lang=en").text
    for text in ("CC BY 4.0", "2026-04-01 - 2027-03-31", "/feeds/A/current.zip", "/feeds/A/next.zip", "みほん交通"):
        assert text in japanese
        assert text in english
    assert "現在のデータ" in japanese
    assert "CP932 からUTF-8に変換しました" in japanese
    assert "Current feed" in english
    assert "Current feed" in client.get("/feeds", headers={"Accept-Language": "en-GB,en;q=0.9"}).text


def test_programs_read_the_same_as_json(store: Store) -> None:
    (series,) = _client(store).get("/feeds.json").json()["feeds"]
    assert series["id"] == "A"
    assert series["current"]["url"] == "/feeds/A/current.zip"
    assert (series["current"]["first"], series["next"]["first"]) == ("2026-04-01", "2027-04-01")
    assert len(series["history"]) == 2


def test_a_site_without_timetables_says_so(tmp_path: Path) -> None:
    client = _client(Store.open(tmp_path / "empty"))
    assert "まだありません" in client.get("/feeds").text
    assert client.get("/feeds/A/current.zip").status_code == 404


def test_a_feed_that_is_gone_hides_no_other(store: Store) -> None:
    broken = next(layer for layer in store.layers(Viewer.PUBLIC) if "later" in layer.id and "stops" in layer.id)
    (store.folder(broken) / "feed.zip").write_bytes(b"no zip")
    client = _client(store)
    assert client.get("/feeds/A/current.zip").status_code == 200
    assert client.get("/feeds/A/next.zip").status_code == 404
