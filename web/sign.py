"""/sign/{area}: departures on a display, and /stops/{area}/print: the timetable of a stop on paper."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import FileResponse, HTMLResponse, Response

from data import LayerRecord
from geo import Text
from gtfs.day_kind import day_kinds
from gtfs.departure import departures_on
from gtfs.schedule import Schedule
from gtfs.stop_area import StopArea
from web.departure import area_named, now_utc, told_as_outside, zone_of
from web.page import NOT_BUILT
from web.print_page import PrintedKind, PrintedPole, PrintedStop, print_page
from web.site import SiteOf

router = APIRouter(include_in_schema=False)

_NO_CACHE = {"Cache-Control": "no-cache"}


@router.get("/sign/{area:path}")
def show_sign(request: Request, area: str) -> Response:
    """The same page for every stop: it asks for its own departures, and goes on without us when we are away."""
    page: Path = request.app.state.static / "sign.html"
    if not page.exists():
        return HTMLResponse(NOT_BUILT, 503, {"Cache-Control": "no-store"})
    return FileResponse(page, headers=_NO_CACHE)


@router.get("/stops/{area:path}/print")
def print_timetable(
    site: SiteOf, area: str, day: Annotated[date | None, Query(alias="date", description="From which date on")] = None
) -> Response:
    known = site.timetables.latest()
    found = area_named(known, area)
    begin = day or now_utc().astimezone(zone_of(known, found)).date()
    with told_as_outside():
        first = departures_on(known.schedules, found, begin)
        poles = [_printed(known.schedules, replace(found, poles=(pole,)), begin) for pole in found.poles]
    stop = PrintedStop(
        id=found.id,
        name=Text(found.name, found.english or found.name),
        kana=found.kana,
        day=begin,
        poles=sorted(poles, key=lambda pole: pole.platform),
        sources=[Text(told, told) for told in _attributions(known.layers[feed] for feed in found.feeds)],
        uncovered=[_lacking(known.layers[feed].title, span.last) for feed, span in first.uncovered.items()],
    )
    return HTMLResponse(print_page(stop), headers=_NO_CACHE)


def _printed(schedules: Mapping[str, Schedule], pole: StopArea, begin: date) -> PrintedPole:
    kinds = [
        PrintedKind(kind, departures_on(schedules, pole, kind.dates[0]).departures)
        for kind in day_kinds(schedules, pole, begin)
    ]
    return PrintedPole(pole.poles[0].platform, kinds)


def _attributions(records: Iterable[LayerRecord]) -> list[str]:
    told = (f"{one.title.ja} {one.attribution or ''} {one.licence or ''}" for one in records)
    return [" ".join(one.split()) for one in dict.fromkeys(told)]


def _lacking(title: Text, last: date) -> Text:
    return Text(
        f"「{title.ja}」の時刻表は{last.isoformat()}までで、この日のバスは分かりません",
        f"The timetable of {title.en} ends on {last.isoformat()}; its buses are not known",
    )
