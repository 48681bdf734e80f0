"""Who may ask, what may come in, and what browsers are told."""

import orjson
import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Town
from web.settings import Settings


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "192.168.0.7:8000", "LOCALHOST"]
)
def test_loopback_names_and_addresses_in_digits_are_answered(public: TestClient, host: str) -> None:
    assert public.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/api/layers", "/", "/tiles/aed/tilejson.json"])
@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "localhost.evil.example", ""])
def test_a_foreign_name_is_refused_everywhere(public: TestClient, path: str, host: str) -> None:
    answer = public.get(path, headers={"Host": host})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "host.not_allowed"


def test_a_name_that_the_settings_allow_is_answered(town: Town) -> None:
    client = town.client(allowed_hosts=("map.city.example.lg.jp",))
    assert client.get("/healthz", headers={"Host": "map.city.example.lg.jp"}).status_code == 200
    assert client.get("/healthz", headers={"Host": "other.example"}).status_code == 400


def test_the_name_that_is_bound_is_answered(town: Town) -> None:
    client = town.client(host="gis.internal.example")
    assert client.get("/healthz", headers={"Host": "gis.internal.example:8000"}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/api/layers", "/api/none", "/healthz"])
def test_every_answer_carries_the_security_headers(public: TestClient, path: str) -> None:
    headers = public.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["worker-src"] == "'self' blob:"
    assert policy["img-src"] == policy["connect-src"].replace("'self'", "'self' data: blob:")
    assert policy["frame-ancestors"] == "'self'"
    assert headers["x-content-type-options"] == "nosniff"
    assert "referrer-policy" in headers


def test_the_policy_names_no_other_server_unless_a_background_is_set(town: Town) -> None:
    assert "http" not in town.client().get("/").headers["content-security-policy"]
    policy = town.client(background="gsi-pale").get("/").headers["content-security-policy"]
    assert policy.count("https://cyberjapandata.gsi.go.jp") == 2


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_post_that_is_not_json_is_refused(public: TestClient, content_type: str) -> None:
    body = orjson.dumps({"points": "aed", "within_m": 500})
    answer = public.post("/api/analyses/coverage", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == 415
    assert answer.json()["error"]["code"] == "body.not_json"


def test_a_body_that_is_too_long_is_refused(town: Town) -> None:
    client = town.client(max_body_bytes=1_000)
    answer = client.post("/api/analyses/coverage", json={"points": "x" * 2_000, "within_m": 1})
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "body.too_large"


def test_a_long_body_is_refused_whatever_the_method(town: Town) -> None:
    assert town.client(max_body_bytes=1_000).put("/api/layers", content=b"x" * 2_000).status_code == 413


def test_a_long_body_that_hides_its_length_is_refused_too(town: Town) -> None:
    client = town.client(max_body_bytes=1_000)
    chunks = (b"x" * 100 for _ in range(50))
    answer = client.post("/api/analyses/coverage", content=chunks, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


def test_other_sites_may_read_only_when_the_settings_say_so(town: Town) -> None:
    asked = {"Origin": "https://portal.example"}
    assert "access-control-allow-origin" not in town.client().get("/api/layers", headers=asked).headers
    client = town.client(cors_origins=("https://portal.example",))
    assert client.get("/api/layers", headers=asked).headers["access-control-allow-origin"] == "https://portal.example"
    assert (
        "access-control-allow-origin" not in client.get("/api/layers", headers={"Origin": "https://x.example"}).headers
    )


def test_json_is_compressed_for_who_asks_for_it(internal: TestClient) -> None:
    answer = internal.get("/api/layers", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json()["layers"]


@pytest.mark.parametrize(
    ("value", "tiles"),
    [
        ("none", None),
        ("gsi-std", "https://cyberjapandata.gsi.go.jp/xyz/std/{z}/{x}/{y}.png"),
        ("https://tiles.example/{z}/{x}/{y}.png", "https://tiles.example/{z}/{x}/{y}.png"),
    ],
)
def test_the_background_comes_from_one_setting(monkeypatch: pytest.MonkeyPatch, value: str, tiles: str | None) -> None:
    monkeypatch.setenv("MACHINAMI_BACKGROUND", value)
    monkeypatch.setenv("MACHINAMI_BACKGROUND_ATTRIBUTION", "出典")
    background = Settings().background_map()
    assert (background.tiles if background else None) == tiles


@pytest.mark.parametrize(
    "value", ["pale", "https://tiles.example/", "javascript:{z}{x}{y}", "https://a.example; script-src *;/{z}/{x}/{y}"]
)
def test_a_background_that_is_no_tile_address_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("MACHINAMI_BACKGROUND", value)
    monkeypatch.setenv("MACHINAMI_BACKGROUND_ATTRIBUTION", "出典")
    with pytest.raises(ValueError, match=r"(?i)background"):
        Settings()


def test_settings_survive_the_way_through_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(
        port=8123, internal=True, cors_origins=("https://a.example", "https://b.example"), background="gsi-pale"
    )
    for name, value in settings.as_environment().items():
        monkeypatch.setenv(name, value)
    read = Settings()
    assert read == settings.model_copy(update={"store": settings.store.resolve()})
