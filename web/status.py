"""The one table that turns errors into statuses, and the one shape in which they are told."""

import logging
from collections.abc import Mapping
from uuid import uuid4

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from data import (
    ChangedMeanwhileError,
    ClusterError,
    DataError,
    FilterError,
    InvalidQueryError,
    NotAllowedError,
    NothingToRepeatError,
    StoreFormatError,
    UnknownColumnError,
    UnknownFeatureError,
    UnknownJobError,
    UnknownLayerError,
)
from geo import Text
from web.errors import (
    BodyTooLargeError,
    BusyError,
    HostNotAllowedError,
    NoFeedError,
    NoTerrainError,
    NotJsonError,
    NoVehicleError,
    OutsideCalendarError,
    StoreGoneError,
    UnknownStopError,
    WebError,
)
from web.validation import explain

_log = logging.getLogger(__name__)

STATUS: Mapping[type[Exception], tuple[int, str]] = {
    UnknownLayerError: (404, "layer.unknown"),
    UnknownFeatureError: (404, "feature.unknown"),
    UnknownColumnError: (404, "column.unknown"),
    UnknownJobError: (404, "job.unknown"),
    NotAllowedError: (403, "not_allowed"),
    InvalidQueryError: (422, "query.invalid"),
    FilterError: (400, "filter"),
    ChangedMeanwhileError: (409, "layer.changed"),
    ClusterError: (503, "cluster"),
    NothingToRepeatError: (409, "layer.no_recipe"),
    StoreFormatError: (503, "store.format"),
    StoreGoneError: (503, "store.gone"),
    HostNotAllowedError: (400, "host.not_allowed"),
    NotJsonError: (415, "body.not_json"),
    BodyTooLargeError: (413, "body.too_large"),
    NoTerrainError: (404, "terrain.none_here"),
    UnknownStopError: (404, "stop.unknown"),
    NoFeedError: (404, "feed.unknown"),
    NoVehicleError: (404, "vehicle.unknown"),
    OutsideCalendarError: (422, "feed.date_outside"),
    BusyError: (503, "busy"),
}

_HTTP: Mapping[int, tuple[str, Text]] = {
    404: ("not_found", Text("ページがありません", "there is nothing at this address")),
    405: ("method_not_allowed", Text("このメソッドは使えません", "this method can't be used here")),
}
_OTHER_HTTP = ("request.invalid", Text("リクエストが正しくありません", "the request is not right"))


def error_response(
    status: int, code: str, text: Text, headers: Mapping[str, str] | None = None, **more: int
) -> Response:
    """The one shape of every error."""
    error = {"code": code, "message": text.as_json(), **more}
    return Response(orjson.dumps({"error": error}), status, {"Cache-Control": "no-store", **(headers or {})}, _JSON)


_JSON = "application/json"


def known_error(error: WebError | DataError) -> Response:
    """An error of ours by the table. One that the table lacks is a bug of ours, and is told as such."""
    if type(error) not in STATUS:
        return unexpected_error(error)
    status, code = STATUS[type(error)]
    if isinstance(error, FilterError):
        return error_response(status, error.rule, error.text, position=error.position)
    headers = {"Retry-After": str(error.retry_after_s)} if isinstance(error, BusyError) else {}
    return error_response(status, code, error.text, headers)


def unexpected_error(error: Exception) -> Response:
    """Nothing about the inside goes out but a number, under which the log has it all."""
    number = uuid4().hex[:8]
    _log.error("unexpected error %s", number, exc_info=error)
    text = Text(
        f"サーバーでエラーが発生しました(番号 {number})", f"something went wrong in the server (number {number})"
    )
    return error_response(500, "internal", text, {"X-Error-Number": number})


async def on_known(_: Request, error: Exception) -> Response:
    assert isinstance(error, WebError | DataError)
    return known_error(error)


async def on_http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code, text = _HTTP.get(error.status_code, _OTHER_HTTP)
    return error_response(error.status_code, code, text, error.headers)


async def on_invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [explain(one) for one in error.errors()]
    text = Text("、".join(one.ja for one in found), "; ".join(one.en for one in found))
    return error_response(422, "request.invalid", text)
