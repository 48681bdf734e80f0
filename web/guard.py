"""Plain ASGI layers around the API: who is asked for, what may come in, and what browsers are told."""

import ipaddress
import socket
from collections.abc import Iterable, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.errors import BodyTooLargeError, HostNotAllowedError, NotJsonError
from web.settings import LOOPBACK, WILDCARDS, Background, Settings
from web.status import known_error, unexpected_error


def allowed_hosts(settings: Settings) -> frozenset[str]:
    own = {socket.gethostname().lower()} if settings.host in WILDCARDS else {settings.host.lower()}
    return frozenset({*LOOPBACK, *own, *(name.lower() for name in settings.allowed_hosts)})


class HostCheck:
    """Refuses requests for a name that is not ours: a page elsewhere could make its own name point to us
    (DNS rebinding) and read an internal map. An address in digits can't be made to point elsewhere, so it passes.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._known: set[bytes] = set()
        """Host headers that have passed, as they were sent."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            header = next((value for key, value in scope["headers"] if key == b"host"), b"")
            if header not in self._known and not self._admit(header):
                await known_error(HostNotAllowedError(header.decode("latin-1")))(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _admit(self, header: bytes) -> bool:
        name = _host_name(header.decode("latin-1"))
        if "*" not in self._hosts and name not in self._hosts and not _is_address(name):
            return False
        if len(self._known) < 100:
            self._known.add(header)
        return True


def _host_name(header: str) -> str:
    """`[::1]:8000` and `localhost:8000` without their ports."""
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.rpartition(":")[0].lower() if ":" in header else header.lower()


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class BodyCheck:
    """Lets only short JSON in. A form of a foreign page can't send that content type without asking first.

    Forms know no method but POST: of others, which no address takes, only the length is judged.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        refusal, body = await self._read(scope, receive)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> tuple[Response | None, bytes]:
        headers = Headers(scope=scope)
        declared = headers.get("content-length", "0")
        if declared.isdecimal() and int(declared) > self._limit:
            return known_error(BodyTooLargeError(self._limit)), b""
        if scope["method"] == "POST" and not _is_json(headers):
            return known_error(NotJsonError()), b""
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self._limit:
                return known_error(BodyTooLargeError(self._limit)), b""
        return None, body


def _is_json(headers: Headers) -> bool:
    return headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body that was read, once; after it whatever the server says, such as that the client has gone."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


def security_headers(background: Background | None) -> Mapping[str, str]:
    outside = f" {background.origin}" if background else ""
    policy = {
        "default-src": "'self'",
        # The decoder of compressed 3D tiles is WebAssembly; no other code may come from text.
        "script-src": "'self' 'wasm-unsafe-eval'",
        # MapLibre runs its workers from blobs and fetches raster tiles instead of naming them in <img>.
        "worker-src": "'self' blob:",
        "img-src": f"'self' data: blob:{outside}",
        "connect-src": f"'self'{outside}",
        "style-src": "'self' 'unsafe-inline'",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
    }


class SecurityHeaders:
    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class Unexpected:
    """Whatever nobody foresaw: logged under a number, answered with that number and nothing else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:  # noqa: BLE001 - the last place before the user; the log gets it all
            response = unexpected_error(error)
            if not started:
                await response(scope, receive, send)
