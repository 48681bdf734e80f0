"""Errors as people meet them: a status, a code, a sentence in both languages, and nothing of the inside."""

import logging
from typing import Any

import pytest
from starlette.testclient import TestClient

import data.errors
import web.errors
from tests.web.conftest import Town
from web.model import ErrorAnswer
from web.status import STATUS


def _leaves(root: type[Exception]) -> set[type[Exception]]:
    below = {leaf for one in root.__subclasses__() for leaf in _leaves(one)}
    return below or {root}


def test_every_error_of_data_has_a_status() -> None:
    ours = {error for error in _leaves(data.errors.DataError) if error.__module__ == "data.errors"}
    assert ours <= set(STATUS)


def test_every_error_that_a_request_can_meet_has_a_status() -> None:
    of_the_command_line = {web.errors.AddressError, web.errors.StoreMissingError, web.errors.UsageError}
    assert _leaves(web.errors.WebError) - of_the_command_line <= set(STATUS)


def test_codes_are_distinct() -> None:
    codes = [code for _, code in STATUS.values()]
    assert len(codes) == len(set(codes))


def test_what_nobody_foresaw_shows_a_number_and_logs_the_rest(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("secret /path/inside")

    client = town.client()
    monkeypatch.setattr(town.store, "layer", fail)
    with caplog.at_level(logging.ERROR):
        answer = client.get("/api/layers/aed")
    assert answer.status_code == 500
    error = answer.json()["error"]
    number = answer.headers["x-error-number"]
    assert error["code"] == "internal"
    assert number in error["message"]["ja"]
    assert "secret" not in answer.text
    assert number in caplog.text
    assert "secret /path/inside" in caplog.text
    assert "nosniff" in answer.headers["x-content-type-options"]


@pytest.mark.parametrize(
    ("body", "field", "ja", "en"),
    [
        ({"points": "aed"}, "within_m", "必須です", "is required"),
        ({"points": "aed", "within_m": "far"}, "within_m", "数値ではありません", "is not a number"),
        ({"points": "aed", "within_m": 0}, "within_m", "0.0より大きく", "greater than 0"),
        ({"points": "aed", "within_m": -5}, "within_m", "0.0より大きく", "greater than 0"),
        ({"points": "aed", "within_m": 1e9}, "within_m", "100000.0以下", "at most 100000"),
        ({"points": "", "within_m": 5}, "points", "短すぎます", "too short"),
        ({"points": "aed", "within_m": 5, "wrong": 1}, "wrong", "という項目はありません", "is not known"),
        ([], "body", "オブジェクトではありません", "is not a JSON object"),
    ],
)
def test_a_wrong_question_is_answered_with_the_field_and_the_reason(
    public: TestClient, body: Any, field: str, ja: str, en: str
) -> None:
    answer = public.post("/api/analyses/coverage", json=body)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["code"] == "request.invalid"
    assert field in error["message"]["ja"]
    assert ja in error["message"]["ja"]
    assert en in error["message"]["en"]
    ErrorAnswer.model_validate(answer.json())


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"points": "aed", "within_m": NaN}', b""])
def test_a_body_that_is_no_json_is_told_so(public: TestClient, body: bytes) -> None:
    answer = public.post("/api/analyses/coverage", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    ErrorAnswer.model_validate(answer.json())


def test_a_method_that_an_address_does_not_know_is_405(public: TestClient) -> None:
    answer = public.post("/api/layers", json={})
    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == "method_not_allowed"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/api/layers", "/api/layers/aed", "/api/analyses/coverage"])
def test_a_method_that_no_address_knows_is_405_whatever_it_sends(public: TestClient, method: str, path: str) -> None:
    for headers in ({}, {"Content-Type": "text/plain"}, {"Content-Type": "application/json"}):
        answer = public.request(method, path, content=b"{}", headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize("path", ["/../pyproject.toml", "/%2e%2e/pyproject.toml", "/assets/../../app.py", "/app.py"])
def test_nothing_outside_the_page_can_be_read(public: TestClient, path: str) -> None:
    assert public.get(path).status_code == 404
