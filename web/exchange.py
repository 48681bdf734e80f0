"""One HTTP question and the way to answer it, as plain ASGI: for answers that pass no router and no middleware."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from geo import Text
from web.byte_range import ByteRange, parse_range
from web.status import error_response, unexpected_error

_YEAR = b"max-age=31536000, immutable"
CACHE = {"public": (b"cache-control", b"public, " + _YEAR), "internal": (b"cache-control", b"private, " + _YEAR)}
"""By a layer's visibility, for addresses that never change what they answer."""
GZIP = (b"content-encoding", b"gzip")
_VARY = (b"vary", b"accept-encoding")
_VARY_ORIGIN = (b"vary", b"accept-encoding, origin")
_ALLOW = "GET, HEAD"
_CHUNK = 256 * 1024

Headers = list[tuple[bytes, bytes]]


class RefusedError(Exception):
    """Why there is no tile, ready to be sent."""

    def __init__(self, response: Response) -> None:
        self.response = response


def missing(code: str, text: Text) -> RefusedError:
    return RefusedError(error_response(404, code, text))


class Exchange:
    """One question and the way to answer it."""

    __slots__ = ("_receive", "_send", "allowed", "asked", "has_started", "scope")

    def __init__(self, scope: Scope, receive: Receive, send: Send, asked: dict[bytes, bytes], allowed: Headers) -> None:
        self.scope = scope
        self.asked = asked
        self.allowed = allowed
        self.has_started = False
        self._receive = receive
        self._send = send

    @property
    def path(self) -> str:
        """Without the prefix under which a proxy shows us."""
        path: str = self.scope["path"]
        return path.removeprefix(self.scope.get("root_path", ""))

    @property
    def base_url(self) -> str:
        """As the asking side sees us."""
        host = self.asked.get(b"host", b"").decode("latin-1") or ":".join(map(str, self.scope["server"]))
        return f"{self.scope['scheme']}://{host}{self.scope.get('root_path', '')}"

    def takes_gzip(self) -> bool:
        header = self.asked.get(b"accept-encoding", b"")
        if b"q=" not in header:
            return b"gzip" in header or b"*" in header
        weights = dict(map(_weight, header.decode("latin-1").split(",")))
        return weights.get("gzip", weights.get("*", 0.0)) > 0

    def has_already(self, etag: str) -> bool:
        """The asking side keeps this very answer (If-None-Match, compared weakly)."""
        header = self.asked.get(b"if-none-match")
        if header is None:
            return False
        kept = header.decode("latin-1")
        return kept.strip() == "*" or etag in {one.strip().removeprefix("W/") for one in kept.split(",")}

    def range(self, size: int, etag: str) -> ByteRange | None:
        """The asked part of a file; None for all of it, also when the asking side has a part of another file."""
        header = self.asked.get(b"range")
        condition = self.asked.get(b"if-range")
        is_other = condition is not None and condition.decode("latin-1").strip() != etag
        if header is None or is_other or self.scope["method"] != "GET":
            return None
        return parse_range(header.decode("latin-1"), size)

    async def send(self, status: int, headers: Headers, body: bytes = b"") -> None:
        await self._start(status, headers, None if status in (204, 304) else len(body))
        await self._send({"type": "http.response.body", "body": body if self.scope["method"] != "HEAD" else b""})

    async def send_file(self, status: int, headers: Headers, path: Path, part: ByteRange) -> None:
        """In chunks, read in a thread, for as long as somebody listens."""
        file = await asyncio.to_thread(path.open, "rb")
        with file:
            await self._start(status, headers, part.length)
            left = part.length if self.scope["method"] != "HEAD" else 0
            file.seek(part.start)
            gone = asyncio.ensure_future(self._gone())
            try:
                while left and not gone.done():
                    chunk = await asyncio.to_thread(file.read, min(_CHUNK, left))
                    left -= len(chunk)
                    await self._send({"type": "http.response.body", "body": chunk, "more_body": left > 0})
                if part.length and self.scope["method"] == "HEAD":
                    await self._send({"type": "http.response.body", "body": b""})
            finally:
                gone.cancel()

    async def send_response(self, response: Response) -> None:
        response.raw_headers.extend(self.allowed)
        await response(self.scope, self._receive, self._send)

    async def _start(self, status: int, headers: Headers, length: int | None) -> None:
        self.has_started = True
        size = [] if length is None else [(b"content-length", b"%d" % length)]
        await self._send({"type": "http.response.start", "status": status, "headers": [*size, *headers, *self.allowed]})

    async def _gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


def _weight(part: str) -> tuple[str, float]:
    """`gzip;q=0.5` as a name and its weight."""
    name, _, parameter = part.partition(";")
    weight = parameter.strip().removeprefix("q=") if parameter else "1"
    try:
        return name.strip().lower(), float(weight)
    except ValueError:
        return name.strip().lower(), 0.0


class ExchangeApp(ABC):
    """Answers GET and HEAD, and pages of other origins where `cors_origins` lets them read, `*` for all."""

    def __init__(self, cors_origins: Sequence[str]) -> None:
        self._origins = frozenset(origin.encode() for origin in cors_origins)
        self.vary = _VARY_ORIGIN if self._origins and b"*" not in self._origins else _VARY

    @abstractmethod
    async def answer(self, exchange: Exchange) -> None:
        """Sends the answer, or raises RefusedError."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"tiles are served over http, not over {scope['type']}")
        asked = dict(scope["headers"])
        exchange = Exchange(scope, receive, send, asked, self._allowed_origin(asked))
        try:
            if scope["method"] in ("GET", "HEAD"):
                await self.answer(exchange)
            else:
                await self._other_method(exchange)
        except RefusedError as refused:
            await exchange.send_response(refused.response)
        except Exception as error:
            if exchange.has_started:
                raise
            await exchange.send_response(unexpected_error(error))

    async def _other_method(self, exchange: Exchange) -> None:
        if exchange.scope["method"] == "OPTIONS" and exchange.allowed:
            asked = [
                (b"access-control-allow-methods", _ALLOW.encode()),
                (b"access-control-allow-headers", b"range, if-none-match, if-range"),
                (b"access-control-max-age", b"86400"),
            ]
            await exchange.send(204, [self.vary, *asked])
            return
        text = Text("このメソッドは使えません", "this method can't be used here")
        raise RefusedError(error_response(405, "method_not_allowed", text, {"Allow": _ALLOW}))

    def _allowed_origin(self, asked: dict[bytes, bytes]) -> Headers:
        """Headers that let the asking page read the answer; empty where it may not."""
        if not self._origins:
            return []
        origin = asked.get(b"origin", b"")
        if b"*" in self._origins:
            origin = b"*"
        elif origin not in self._origins:
            return []
        exposed = b"etag, content-range, accept-ranges"
        return [(b"access-control-allow-origin", origin), (b"access-control-expose-headers", exposed)]
