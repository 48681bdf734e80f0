"""Commands about timetables: gtfs service, validate, diff, merge, export."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geo import Text
from web import message_gtfs as message
from web.cli.call import Call
from web.errors import UsageError

if TYPE_CHECKING:
    from gtfs import Feed, ServiceCalendar

FeedArgument = Annotated[str, typer.Argument(metavar="FEED", help="Zip or folder of a feed, or id of a layer.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def show_service(
    context: typer.Context,
    feed: FeedArgument,
    day: Annotated[str, typer.Option("--date", metavar="DATE", help="Date, such as 2026-04-29.")],
    json: Json = False,
) -> None:
    """What runs on a date: trips of each route, first and last departure, headway."""
    from gtfs import service_calendar
    from gtfs.day_service import services_of_date

    call = Call.of(context)
    on = parse_date(day)
    tables = opened_feed(call, feed)
    calendar = service_calendar(tables)
    routes = services_of_date(tables, on, calendar)
    services = sorted(calendar.on(on))
    if json:
        rows = [route.as_json() for route in routes]
        trips = sum(route.trips for route in routes)
        call.say_json({"date": on.isoformat(), "service_ids": services, "trips": trips, "routes": rows})
        return
    named = ", ".join(services) or call.text(message.NO_SERVICE)
    call.say(message.SERVICE_OF, feed=feed, date=on.isoformat(), services=named)
    _show_table(call, [list(_cells(route.as_json())) for route in routes])
    call.say(message.SERVICE_SUM, routes=len(routes), trips=f"{sum(route.trips for route in routes):,}")
    _warn_of_revisions(call, tables, calendar)


def _cells(route: Mapping[str, object]) -> tuple[str, ...]:
    first, last, headway = (route[key] for key in ("first", "last", "headway_min"))
    times = (str(first)[:5] if first else "", str(last)[:5] if last else "")
    return str(route["name"]), str(route["agency"]), str(route["trips"]), *times, f"{headway:g}" if headway else ""


def _show_table(call: Call, rows: list[list[str]]) -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD if call.out.is_terminal else None, pad_edge=False)
    for head in ("route", "agency", "trips", "first", "last", "headway"):
        text = head in ("route", "agency")
        table.add_column(call.text(message.HEADS[head]), justify="left" if text else "right", overflow="fold")
    for row in rows:
        table.add_row(*row)
    call.out.print(table)


def _warn_of_revisions(call: Call, feed: "Feed", calendar: "ServiceCalendar") -> None:
    from gtfs.generation import find_revisions

    for revision in find_revisions(feed, calendar):
        call.say(message.REVISION, begins=revision.begins.isoformat(), lines=len(revision.lines))


def opened_feed(call: Call, named: str) -> "Feed":
    """Of a path; else of the layer of that id."""
    from gtfs import read_feed

    return read_feed(Path(named))


def parse_date(text: str) -> date:
    """2026-04-29 or 20260429."""
    for form in ("%Y-%m-%d", "%Y%m%d"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise UsageError(Text(f"日付「{text}」が読めません(例: 2026-04-29)", f"{text!r} is no date such as 2026-04-29"))


COMMANDS: Mapping[str, Callable[..., int | None]] = {"service": show_service}
