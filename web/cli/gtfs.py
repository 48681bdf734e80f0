"""Commands about timetables: gtfs service, validate, diff, merge, export."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
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
Html = Annotated[
    Path | None, typer.Option("--html", metavar="OUT", help="Write a report for reading and printing to this file.")
]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="OUT", help="Zip to write.")]


class Profile(StrEnum):
    AUTO = "auto"
    V3 = "v3"
    V4 = "v4"


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


def validate(
    context: typer.Context,
    feed: FeedArgument,
    html: Html = None,
    json: Annotated[Path | None, typer.Option("--json", metavar="OUT", help="Write JSON to this file.")] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="OUT", help="Write a table of all findings to this file.")
    ] = None,
    day: Annotated[
        str | None, typer.Option("--date", metavar="DATE", help="Judge as of this date; without it, today.")
    ] = None,
    beside: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="FEED", help="Feed of another operator, to compare names and holidays with."),
    ] = None,
    profile: Annotated[Profile, typer.Option(help="Edition of GTFS-JP; auto: by what the feed holds.")] = Profile.AUTO,
) -> int:
    """Judge a feed by the rules of GTFS, of GTFS-JP and our own.

    Exit status: 0 no errors; 3 with errors; 1 nothing could be read; 2 wrong usage.
    """
    from gtfs.validation import report, validate_feed

    call = Call.of(context)
    today = parse_date(day) if day else None
    others = {_name(one): opened_feed(call, one) for one in beside or ()}
    found = validate_feed(feed_path(call, feed), today=today, name=_name(feed), others=others, profile=profile.value)
    if html:
        report.write_html(html, found, call.language)
    if csv:
        report.write_csv(csv, found, call.language)
    if json:
        report.write_json(json, found)
    if not (html or csv or json):
        for line in report.lines(found, call.language):
            call.out.print(line, markup=False)
    for path in filter(None, (html, csv, json)):
        call.say(message.WRITTEN, path=path)
    counts = {level.value: f"{count:,}" for level, count in found.counts.items()}
    call.say(message.FINDINGS, **counts)
    return report.exit_status(found)


def compare(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help="The feed before.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The feed after.")],
    html: Html = None,
    geojson: Annotated[
        Path | None, typer.Option("--geojson", metavar="OUT", help="Write changed stops and routes to this file.")
    ] = None,
    json: Json = False,
) -> None:
    """What changed from one feed to the next: routes, trips, headways, stops."""
    import orjson

    from gtfs import difference_report
    from gtfs.difference import feed_difference

    call = Call.of(context)
    before, after = opened_feed(call, old), opened_feed(call, new)
    found = feed_difference(before, after)
    if html:
        page = difference_report.difference_html(found, before, after, (_name(old), _name(new)), call.language)
        html.write_text(page, encoding="utf-8")
    if geojson:
        geojson.write_bytes(orjson.dumps(difference_report.difference_geojson(found, before, after)))
    if json:
        call.say_json(found.as_json())
        return
    for path in filter(None, (html, geojson)):
        call.say(message.WRITTEN, path=path)
    for line in difference_report.lines(found, call.language):
        call.out.print(line, markup=False)


def merge(
    context: typer.Context,
    feeds: Annotated[list[str], typer.Argument(metavar="FEED", help="Zips or folders of feeds, or ids of layers.")],
    out: Out,
    json: Json = False,
) -> None:
    """Join the feeds of several operators in one zip."""
    from gtfs.merge import merge_feeds, short_names
    from gtfs.publication import read_text_feed, write_feed

    call = Call.of(context)
    if len(feeds) < 2:
        raise UsageError(Text("GTFSを2つ以上指定してください", "name two feeds or more"))
    names = dict(zip(short_names([Path(_name(one)).stem for one in feeds]), feeds, strict=True))
    texts = {name: read_text_feed(feed_path(call, one), name=_name(one)) for name, one in names.items()}
    found = merge_feeds(texts, {name: opened_feed(call, one) for name, one in names.items()})
    size = write_feed(out, found.feed)
    if json:
        notes = [note.as_json() for note in found.notes]
        call.say_json({"renamed": found.renamed, "joined_stops": found.joined_stops, "notes": notes, "bytes": size})
        return
    for name, kinds in found.renamed.items():
        if kinds:
            told = ", ".join(f"{kind} {count:,}" for kind, count in kinds.items())
            call.say(message.RENAMED, feed=name, kinds=told)
    call.say(message.JOINED, count=found.joined_stops)
    for note in found.notes:
        call.say(note)
    call.say(message.WRITTEN, path=out)


def export(
    context: typer.Context,
    feed: FeedArgument,
    out: Out,
    fix: Annotated[bool, typer.Option("--fix", help="Apply every safe fix and list them.")] = False,
    json: Json = False,
) -> None:
    """Write a feed as a zip that is the same each time; with --fix as clean GTFS-JP."""
    from gtfs.publication import clean_feed, pack_feed, read_text_feed, write_feed

    call = Call.of(context)
    path = feed_path(call, feed)
    if not fix:
        size = pack_feed(path, out, name=_name(feed))
        if json:
            call.say_json({"fixes": [], "bytes": size})
        else:
            call.say(message.WRITTEN, path=out)
        return
    clean, fixes = clean_feed(read_text_feed(path, name=_name(feed)))
    size = write_feed(out, clean)
    if json:
        call.say_json({"fixes": [one.as_json() for one in fixes], "bytes": size})
        return
    for one in fixes:
        call.out.print(f"{one.file}: {call.text(one.text)}" if one.file else call.text(one.text), markup=False)
    call.say(message.FIXED, count=len(fixes))
    call.say(message.WRITTEN, path=out)


def opened_feed(call: Call, named: str) -> "Feed":
    """Of a path; else of the layer of that id."""
    from gtfs import read_feed

    return read_feed(feed_path(call, named), name=_name(named))


def feed_path(call: Call, named: str) -> Path:
    """A path that is there; else the feed that the layer of that id keeps; else the path, to be told missing."""
    path = Path(named)
    if path.exists() or len(path.parts) != 1 or path.suffix or not (call.store_path / "catalogue.sqlite").exists():
        return path
    from data import Viewer
    from data.feed import feed_layer, feed_path

    store = call.existing_store()
    return feed_path(store, feed_layer(store, named, Viewer.SYSTEM))


def _name(named: str) -> str:
    return Path(named).resolve().name


def parse_date(text: str) -> date:
    """2026-04-29 or 20260429."""
    for form in ("%Y-%m-%d", "%Y%m%d"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise UsageError(Text(f"日付「{text}」が読めません(例: 2026-04-29)", f"{text!r} is no date such as 2026-04-29"))


COMMANDS: Mapping[str, Callable[..., int | None]] = {
    "service": show_service,
    "validate": validate,
    "diff": compare,
    "merge": merge,
    "export": export,
}
