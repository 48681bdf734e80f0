"""GET /api/realtime: buses on the road, alerts, how far each feed can be trusted, and a stream of changes."""

from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Path
from starlette.responses import Response, StreamingResponse

from gtfs.realtime.snapshot import FeedSnapshot, Notice, Snapshot
from web.errors import BusyError, NoVehicleError
from web.model import WRONG_PARAMETER, error_answer
from web.model_realtime import AlertsModel, BusLocationModel, VehicleModel, VehiclesModel
from web.realtime_hub import moment, state_json, vehicle_features
from web.realtime_source import utc_now
from web.site import Site, SiteOf
from web.vehicle import vehicle_json

router = APIRouter(prefix="/api/realtime", tags=["realtime"], responses=WRONG_PARAMETER)

IfNoneMatch = Annotated[str | None, Header(description="ETag of the answer that you have")]
_UNCHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "Nothing has changed since the answer with this ETag"}
}
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"description": "Server-sent events", "content": {"text/event-stream": {}}},
    503: error_answer("As many streams as allowed are open; try again in a moment"),
}


@router.get("", summary="Realtime feeds", response_model=BusLocationModel, responses=_UNCHANGED)
def show_realtime(site: SiteOf, if_none_match: IfNoneMatch = None) -> Response:
    """The state of every feed. Where one is not live, nothing is predicted from it, and its reason says so."""
    return _answer(site, "feeds", if_none_match, lambda snapshot: _feeds(site, snapshot))


@router.get("/vehicles", summary="Where the buses are", response_model=VehiclesModel, responses=_UNCHANGED)
def show_vehicles(site: SiteOf, if_none_match: IfNoneMatch = None) -> Response:
    """GeoJSON. Vehicles with `trusted: false` have jumped, are old, or belong to a feed that is not live."""
    return _answer(site, "vehicles", if_none_match, _vehicles)


@router.get(
    "/vehicles/{vehicle:path}",
    summary="One bus",
    response_model=VehicleModel,
    responses={404: error_answer("There is no such bus just now, or none that you may see")},
)
def show_vehicle(
    site: SiteOf, vehicle: Annotated[str, Path(description="`layer/id`, as the id of its feature", max_length=300)]
) -> Response:
    """What a person wants to know of a bus: its route, where it goes and stops next, how late it is, and whether its
    feed can be trusted."""
    layer, _, id = vehicle.partition("/")
    snapshot = site.realtime.latest()
    feed = snapshot.feed(layer) if snapshot else None
    found = next((one for one in feed.vehicles if one.id == id), None) if feed else None
    if feed is None or found is None:
        raise NoVehicleError(vehicle)
    told = vehicle_json(feed, found, site.timetables.latest().schedules.get(layer))
    return Response(orjson.dumps(told), media_type="application/json", headers={"Cache-Control": "no-cache"})


@router.get("/alerts", summary="What operators announce", response_model=AlertsModel, responses=_UNCHANGED)
def show_alerts(site: SiteOf, if_none_match: IfNoneMatch = None) -> Response:
    """Alerts with their periods, in Japanese and English; where an operator gives one language, it stands in both."""
    return _answer(site, "alerts", if_none_match, _alerts)


@router.get("/stream", summary="Changes as they come", response_class=StreamingResponse, responses=_STREAM)
async def stream_changes(
    site: SiteOf,
    last_event_id: Annotated[
        str | None, Header(description="The last event that you have seen", max_length=100)
    ] = None,
    accept_encoding: Annotated[str, Header(description="With gzip the stream is a tenth as large")] = "",
) -> StreamingResponse:
    """Server-sent events. First `vehicles`: GeoJSON of all vehicles, and the state of every feed. Then `changes`:
    `changed` features, `removed` ids, and the states. A comment every 15 s keeps the connection open."""
    if site.hub.clients >= site.settings.streams_at_once:
        raise BusyError
    packed = _takes_gzip(accept_encoding)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Vary": "Accept-Encoding"}
    events: AsyncIterator[bytes] = site.hub.stream(last_event_id, packed=packed)
    headers |= {"Content-Encoding": "gzip"} if packed else {}
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


def _takes_gzip(accepted: str) -> bool:
    asked = {part.partition(";")[0].strip(): part.partition(";")[2].replace(" ", "") for part in accepted.split(",")}
    return "gzip" in asked and asked["gzip"] not in ("q=0", "q=0.0", "q=0.00", "q=0.000")


def _answer(site: Site, name: str, if_none_match: str | None, make: Callable[[Snapshot | None], Any]) -> Response:
    """Made once for each snapshot, however many ask."""
    snapshot = site.realtime.latest()
    body, etag = site.realtime.encoded(name, snapshot, lambda: orjson.dumps(make(snapshot)))
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    if if_none_match is not None and etag in {one.strip().removeprefix("W/") for one in if_none_match.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _feeds(site: Site, snapshot: Snapshot | None) -> dict[str, Any]:
    feeds = snapshot.feeds if snapshot else ()
    return {
        "made_at": moment(snapshot.made_at) if snapshot else None,
        "number": snapshot.number if snapshot else None,
        "feeds": [_feed(feed, with_sources=site.settings.internal) for feed in feeds],
    }


def _feed(feed: FeedSnapshot, *, with_sources: bool) -> dict[str, Any]:
    # Where an operator's server stands is nobody's business but the office's.
    sources = feed.sources if with_sources else ()
    return {
        "layer": feed.feed,
        "state": state_json(feed.state),
        "sources": [{"name": one.name, "state": state_json(one.state)} for one in sources],
        "vehicles": len(feed.vehicles),
        "predictions": len(feed.predictions),
        "alerts": len(feed.notices),
    }


def _vehicles(snapshot: Snapshot | None) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "made_at": moment(snapshot.made_at) if snapshot else None,
        "features": vehicle_features(snapshot) if snapshot else [],
    }


def _alerts(snapshot: Snapshot | None) -> dict[str, Any]:
    now, feeds = utc_now(), snapshot.feeds if snapshot else ()
    return {"alerts": [_alert(feed.feed, notice, now) for feed in feeds for notice in feed.notices]}


def _alert(layer: str, notice: Notice, now: datetime) -> dict[str, Any]:
    about = [{key: value for key, value in asdict(one).items() if value is not None} for one in notice.selectors]
    return {
        "layer": layer,
        "id": notice.id,
        "header": notice.header.as_json(),
        "description": notice.description.as_json() if notice.description else None,
        "url": notice.url.as_json() if notice.url else None,
        "active": notice.holds(now),
        "periods": [{"start": moment(start), "end": moment(end)} for start, end in notice.periods],
        "about": about,
        "cause": notice.cause,
        "effect": notice.effect,
        "severity": notice.severity,
    }
