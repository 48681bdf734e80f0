"""GET /api/stops: stops of all operators together, what leaves there next, and their timetable of a date."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import orjson
from fastapi import APIRouter, Header, Path, Query
from starlette.responses import Response

from data.feed import Timetables
from geo import Text
from gtfs import DateOutsideError
from gtfs.board import Board, BoardRow, board
from gtfs.day_kind import day_kinds
from gtfs.departure import Departure, departures_on
from gtfs.stop_area import StopArea
from web.errors import OutsideCalendarError, UnknownStopError
from web.model import WRONG_PARAMETER, error_answer
from web.model_stop import BoardModel, StopList, TimetableModel
from web.site import SiteOf

router = APIRouter(prefix="/api/stops", tags=["timetables"], responses=WRONG_PARAMETER)

AreaId = Annotated[
    str,
    Path(description="Id of the stop, `layer:stop_id` of one of its poles, or its name", examples=["xn4t9kd-3f2a1"]),
]
IfNoneMatch = Annotated[str | None, Header(description="ETag of the answer that you have")]
UNKNOWN: dict[int | str, dict[str, Any]] = {
    404: error_answer("There is no such stop, or none that you may see"),
    422: error_answer("The date is outside of every calendar, or a parameter makes no sense"),
    304: {"description": "Nothing has changed since the answer with this ETag"},
}
_JAPAN = ZoneInfo("Asia/Tokyo")


@router.get("", summary="Stops", response_model=StopList)
def list_stops(
    site: SiteOf,
    q: Annotated[str, Query(description="A part of the name, in kanji, kana or English", max_length=100)] = "",
    limit: Annotated[int, Query(description="How many at most", ge=1, le=20_000)] = 20,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Poles of all operators that share a name and a place are one stop."""
    known = site.timetables.latest()
    found = known.areas.search(q, limit)
    answer = {"stops": [area_json(known, area) for area in found], "total": len(known.areas.areas)}
    return json_response(answer, if_none_match, max_age=60)


@router.get("/{area:path}/departures", summary="Next departures", response_model=BoardModel, responses=UNKNOWN)
def show_departures(
    site: SiteOf,
    area: AreaId,
    at: Annotated[datetime | None, Query(description="From when on; without it: now. Without zone: the stop's")] = None,
    limit: Annotated[int, Query(description="How many at most", ge=1, le=3_000)] = 20,
    hours: Annotated[float, Query(description="Not later than so many hours after `at`", gt=0, le=48)] = 24,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Departures of all operators by the time they are expected. `source` says whether realtime data was used; where
    it can't be trusted just now, `realtime` says why, and the timetable stands."""
    known = site.timetables.latest()
    found = area_named(known, area)
    zone = zone_of(known, found)
    now = now_utc().astimezone(zone)
    begin = (now.replace(second=0, microsecond=0) if at is None else at.replace(tzinfo=at.tzinfo or zone)).astimezone(
        zone
    )
    live = site.timetables.live() if abs(begin - now) < timedelta(hours=2) else None
    with told_as_outside():
        shown = board(known.schedules, found, begin, live=live, limit=limit, horizon=timedelta(hours=hours))
    answer = {
        **area_json(known, found),
        "at": begin.isoformat(),
        **board_json(known, found, shown, begin),
    }
    return json_response(answer, if_none_match, max_age=5)


@router.get("/{area:path}/timetable", summary="Timetable of a date", response_model=TimetableModel, responses=UNKNOWN)
def show_timetable(
    site: SiteOf,
    area: AreaId,
    date: Annotated[date | None, Query(description="The service date; without it: today at the stop")] = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """All departures of a service date, also those after midnight of its last buses (hour 24 and on), and which other
    dates of the next four weeks have the same ones."""
    known = site.timetables.latest()
    found = area_named(known, area)
    day = date or now_utc().astimezone(zone_of(known, found)).date()
    with told_as_outside():
        listed = departures_on(known.schedules, found, day)
    kinds = day_kinds(known.schedules, found, day)
    answer = {
        **area_json(known, found),
        "date": day.isoformat(),
        "kinds": [{"label": kind.label.as_json(), "dates": [one.isoformat() for one in kind.dates]} for kind in kinds],
        "departures": [{**departure_json(one), "service_time": clock(one.seconds)} for one in listed.departures],
        "uncovered": _uncovered(known, listed.uncovered),
    }
    return json_response(answer, if_none_match, max_age=60)


@contextmanager
def told_as_outside() -> Iterator[None]:
    """Never an empty timetable: nobody knows whether buses run on that date."""
    try:
        yield
    except DateOutsideError as error:
        raise OutsideCalendarError(error.day, error.first, error.last) from error


def now_utc() -> datetime:
    return datetime.now(UTC)


def area_named(known: Timetables, text: str) -> StopArea:
    found = known.areas.find(text)
    if found is None:
        raise UnknownStopError(text)
    return found


def zone_of(known: Timetables, area: StopArea) -> ZoneInfo:
    return next((known.schedules[feed].timezone for feed in area.feeds if feed in known.schedules), _JAPAN)


def area_json(known: Timetables, area: StopArea) -> dict[str, Any]:
    return {
        "id": area.id,
        "name": Text(area.name, area.english or area.name).as_json(),
        "kana": area.kana,
        "lonlat": [round(area.lon, 6), round(area.lat, 6)] if area.lon == area.lon else None,
        "poles": [
            {"layer": pole.feed, "stop_id": pole.stop_id, "platform": pole.platform,
             "lonlat": [pole.lon, pole.lat] if pole.lon == pole.lon else None}
            for pole in area.poles
        ],
        "links": {
            "departures": f"/api/stops/{area.id}/departures",
            "timetable": f"/api/stops/{area.id}/timetable?date={{date}}",
            "sign": f"/sign/{area.id}",
            "print": f"/stops/{area.id}/print?date={{date}}",
        },
        "sources": [
            {"layer": feed, "title": known.layers[feed].title.as_json(), "attribution": known.layers[feed].attribution}
            for feed in area.feeds
        ],
    }  # fmt: skip


def board_json(known: Timetables, area: StopArea, shown: Board, begin: datetime) -> dict[str, Any]:
    used = any(state.quality.predicts for state in shown.states.values())
    return {
        "source": "realtime" if used else "timetable",
        "departures": [_row_json(row, begin) for row in shown.rows],
        "notices": [
            {
                "id": one.id,
                "header": one.header.as_json(),
                "description": one.description.as_json() if one.description else None,
                "url": one.url.as_json() if one.url else None,
                "effect": one.effect,
            }
            for one in shown.notices
        ],
        "realtime": [
            {"layer": feed, "quality": state.quality.value, "reason": state.reason.as_json(),
             "feed_time": state.feed_time.isoformat() if state.feed_time else None}
            for feed, state in shown.states.items()
        ],
        "uncovered": _uncovered(known, shown.uncovered),
    }  # fmt: skip


def departure_json(one: Departure) -> dict[str, Any]:
    return {
        "scheduled": one.scheduled.isoformat(),
        "platform": one.platform,
        "headsign": {"ja": one.headsign, "en": one.headsign_english or one.headsign},
        "via": one.via,
        "route": {
            "id": one.route_id,
            "short": one.route_short,
            "name": {"ja": one.route_name, "en": one.route_english or one.route_name},
            "colour": one.colour,
            "text_colour": one.text_colour,
        },
        "agency": {"ja": one.agency, "en": one.agency_english or one.agency},
        "pickup": one.pickup_type,
        "headway_min": -(-one.headway_s // 60) or None,
        "layer": one.feed,
        "stop_id": one.stop_id,
        "trip_id": one.trip_id,
        "stop_sequence": one.stop_sequence,
        "service_date": one.service_date.isoformat(),
    }


def _row_json(row: BoardRow, begin: datetime) -> dict[str, Any]:
    told = row.prediction
    return {
        **departure_json(row.departure),
        "expected": row.expected.isoformat(),
        "minutes": int((row.expected - begin).total_seconds() // 60),
        "delay_s": told.delay_s if told else None,
        "status": told.status.value if told else "timetable",
        "source": told.source.value if told else "timetable",
    }


def _uncovered(known: Timetables, spans: Any) -> list[dict[str, Any]]:
    return [
        {"layer": feed, "title": known.layers[feed].title.as_json(), "first": span.first.isoformat(),
         "last": span.last.isoformat()}
        for feed, span in spans.items()
    ]  # fmt: skip


def clock(seconds: int) -> str:
    """`25:10` of 90 600: hours of the service day."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}"


def json_response(answer: Any, if_none_match: str | None, *, max_age: int) -> Response:
    """The ETag is that of the body; a cache may keep the answer for moments, and asks again after that."""
    body = orjson.dumps(answer)
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {"ETag": etag, "Cache-Control": f"private, max-age={max_age}, stale-if-error=86400"}
    asked = {one.strip().removeprefix("W/") for one in (if_none_match or "").split(",")}
    if asked & {etag, "*"}:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
