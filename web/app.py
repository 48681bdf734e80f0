"""The application, put together in one place."""

import ctypes
import logging
from collections.abc import Mapping
from pathlib import Path

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data import DataError, Store
from data.feed import feeds
from web import (
    VERSION,
    access,
    analysis,
    departure,
    elevation,
    export,
    feature,
    feed,
    feed_day,
    job,
    layer,
    problem,
    realtime,
    scenario,
    session,
    sign,
)
from web.errors import WebError
from web.ground import GroundApp
from web.guard import BodyCheck, HostCheck, SecurityHeaders, Unexpected, allowed_hosts, security_headers
from web.model import COMMON_ERRORS
from web.page import STATIC, Page
from web.settings import Settings
from web.site import Site
from web.status import on_http, on_invalid, on_known
from web.tile import TileApp
from web.tile_catalogue import StoreCatalogue
from web.tileset import TilesetApp

_DESCRIPTION = """Layers of a city, their features, and analyses on them.

Every error is `{"error": {"code", "message": {"ja", "en"}}}`. Coordinates are longitude, latitude in degrees (WGS 84 /
JGD2011). Vector tiles are at the addresses that a layer's `links` name: Mapbox Vector Tiles with one source layer
`features`, whose feature ids are the `fid` here."""

_TAGS = [
    {"name": "layers", "description": "What there is on the map, and what is known of it"},
    {"name": "terrain", "description": "Heights of the ground"},
    {"name": "timetables", "description": "When buses leave which stop"},
    {"name": "realtime", "description": "Buses on the road, and how far that can be trusted"},
    {"name": "analyses", "description": "Questions answered at once"},
    {"name": "jobs", "description": "Long work whose result becomes a layer (internal map)"},
    {"name": "session", "description": "Who asks, and whether the server is well"},
]


def create_app(settings: Settings, store: Store, *, static: Path = STATIC) -> ASGIApp:
    """Tiles go past all middleware; everything else goes through it. Both answer to our own names only."""
    return _assemble(Site.build(settings, store), static)


def _assemble(site: Site, static: Path) -> ASGIApp:
    settings, origins = site.settings, site.settings.cors_origins
    catalogue = StoreCatalogue(site.store, site.viewer)
    plain: dict[str, ASGIApp] = {
        "/tiles/": TileApp(catalogue, cors_origins=origins),
        "/tilesets/": TilesetApp(catalogue, cors_origins=origins),
        "/ground/": GroundApp(site.ground, cors_origins=origins),
    }
    return HostCheck(_Front(build_api(site, static), plain), allowed_hosts(settings))


def build_api(site: Site, static: Path) -> FastAPI:
    app = FastAPI(
        title="Machinami",
        version=VERSION,
        description=_DESCRIPTION,
        openapi_tags=_TAGS,
        responses=COMMON_ERRORS,
        openapi_url="/api/openapi.json",
        # The usual viewers of the schema load their scripts from outside.
        docs_url=None,
        redoc_url=None,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    app.state.site = site
    app.state.static = static
    for router in (
        layer.router,
        problem.router,
        feature.router,
        export.router,
        elevation.router,
        departure.router,
        feed_day.router,
        feed.router,
        sign.router,
        realtime.router,
        analysis.router,
        access.router,
        scenario.router,
        job.router,
        session.router,
    ):
        app.include_router(router)
    app.mount("/", Page(static), name="page")
    for known in (WebError, DataError):
        app.add_exception_handler(known, on_known)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)
    _wrap(app, site.settings)
    return app


def _wrap(app: FastAPI, settings: Settings) -> None:
    """From the innermost to the outermost."""
    app.add_middleware(Unexpected)
    app.add_middleware(BodyCheck, limit=settings.max_body_bytes)
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=5)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors_origins),
            allow_methods=["GET", "HEAD", "POST"],
            allow_headers=["Content-Type", "If-None-Match"],
            expose_headers=["ETag", "Location", "Retry-After"],
            max_age=86_400,
        )
    app.add_middleware(SecurityHeaders, headers=security_headers(settings.background_map()))


class _Front:
    """Sends what begins with one of `plain` there, and all else to the API."""

    def __init__(self, api: ASGIApp, plain: Mapping[str, ASGIApp]) -> None:
        self._api = api
        self._plain = plain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        plain = self._plain_app(scope["path"]) if scope["type"] == "http" else None
        if plain is not None:
            await plain(scope, receive, send)
        elif scope["type"] == "http" and scope["method"] == "HEAD":
            await self._api({**scope, "method": "GET", export.HEAD_ONLY: True}, receive, _without_body(send))
        else:
            await self._api(scope, receive, send)

    def _plain_app(self, path: str) -> ASGIApp | None:
        return next((app for prefix, app in self._plain.items() if path.startswith(prefix)), None)


def _without_body(send: Send) -> Send:
    """HEAD is answered as GET is, of which it wants the head. The answer ends where its body begins, so that a stream
    that goes on for ever is left by who sends it: for the server its reader has gone."""
    ended = False

    async def send_head(message: Message) -> None:
        nonlocal ended
        if ended:
            return
        ended = message["type"] == "http.response.body"
        await send({**message, "body": b"", "more_body": False} if ended else message)

    return send_head


def build_app() -> ASGIApp:
    """For a web process that is started by name: everything it must know is in the environment."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    _limit_arenas()
    settings = Settings()
    site = Site.build(settings, Store.open(settings.store))
    if feeds(site.store, site.viewer):
        site.transit.warm()  # nobody's first click waits for the router to be compiled
    return _assemble(site, STATIC)


def _limit_arenas() -> None:
    """Each thread that reads grids would keep an arena of freed memory to itself; glibc only."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    m_arena_max, arenas = -8, 2
    if mallopt is not None:
        mallopt(m_arena_max, arenas)
