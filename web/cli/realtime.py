"""Commands about buses on the road: realtime (receive), realtime simulate, realtime punctuality."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geo import Text
from web import message_realtime as message
from web.cli.call import Call
from web.cli.gtfs import opened_feed, parse_date
from web.errors import UsageError

if TYPE_CHECKING:
    from data.realtime import Binding, Realtime
    from gtfs.realtime.snapshot import Snapshot

_LOCK_WAIT_S = 5.0


class By(StrEnum):
    ROUTE = "route"
    STOP = "stop"
    HOUR = "hour"


def receive(
    context: typer.Context,
    feed: Annotated[
        list[str] | None,
        typer.Option(metavar="LAYER=URL[,URL]", help="A layer of stops and where its buses are told of."),
    ] = None,
    every: Annotated[float, typer.Option(metavar="S", help="Seconds between questions.", min=1, max=3_600)] = 15,
    once: Annotated[bool, typer.Option("--once", help="Receive once, show the state, and stop.")] = False,
    forget: Annotated[bool, typer.Option("--forget", help="Forget the feeds that are kept in the store.")] = False,
    beside: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Receive bus location (GTFS-Realtime) for the store until stopped.

    Feeds named with --feed are kept in the store; without it, those kept there are received.
    """
    if context.invoked_subcommand is not None:
        return
    from data import Viewer
    from data.realtime import Realtime, parse_binding

    call = Call.of(context)
    store = call.existing_store()
    realtime = Realtime(store)
    if feed or forget:
        realtime.bind([parse_binding(one) for one in feed or ()], Viewer.SYSTEM)
        if not feed:
            call.say(message.FORGOTTEN)
            return
    bindings = realtime.bindings()
    if not bindings:
        raise UsageError(message.NO_FEEDS)
    if once:
        _receive_once(call, realtime, bindings, every)
    else:
        _receive_until_stopped(call, realtime, bindings, every, beside)


def _receive_once(call: Call, realtime: "Realtime", bindings: "tuple[Binding, ...]", every_s: float) -> None:
    from web.realtime_poller import Poller

    with realtime.only_poller(), ThreadPoolExecutor() as pool:
        poller = Poller(call.existing_store(), bindings, every_s=every_s)
        snapshot = poller.turn(pool)
        poller.keep_observations()
    _show_state(call, snapshot)


def _receive_until_stopped(
    call: Call, realtime: "Realtime", bindings: "tuple[Binding, ...]", every_s: float, beside: int | None
) -> None:
    import logging

    from data.realtime import PollerRunsError
    from web.realtime_poller import Poller
    from web.server import stop_event

    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    logging.getLogger("httpx").setLevel(logging.ERROR)  # it would write addresses, which may hold keys
    stop = stop_event(beside)
    while not stop.is_set():
        try:
            with realtime.only_poller():
                if beside is None:
                    call.say(message.RECEIVING, feeds=len(bindings), every=f"{every_s:g}")
                Poller(call.existing_store(), bindings, every_s=every_s).run(stop)
        except PollerRunsError:
            if beside is None:
                raise
            # Somebody receives already: we take over when they stop.
            stop.wait(_LOCK_WAIT_S)


def _show_state(call: Call, snapshot: "Snapshot") -> None:
    for feed in snapshot.feeds:
        for name, state in [(feed.feed, feed.state), *((f"  {one.name}", one.state) for one in feed.sources)]:
            call.say(message.STATE, feed=name, quality=state.quality, reason=state.reason.in_language(call.language))
        call.say(
            message.COUNTS,
            vehicles=len(feed.vehicles),
            predictions=len(feed.predictions),
            alerts=len(feed.notices),
            unknown=feed.state.unknown_count,
        )


def simulate(
    context: typer.Context,
    feed: Annotated[str, typer.Argument(metavar="FEED", help="Zip or folder of a feed, or id of a layer.")],
    day: Annotated[
        str | None,
        typer.Option(
            "--date", metavar="DATE", help="Service date to play; without it, today. Another date is for files only."
        ),
    ] = None,
    port: Annotated[int, typer.Option(help="Port; 0 for any free one.", min=0, max=65_535)] = 0,
    seed: Annotated[int, typer.Option(metavar="S", help="The same seed makes the same day.", min=0)] = 1,
    faults: Annotated[
        bool,
        typer.Option("--faults", help="Faults too: silence, garbage, wrong clocks, jumps, five minutes of each hour."),
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write .pb files to this folder instead of serving.")
    ] = None,
    every: Annotated[float, typer.Option(metavar="S", help="Seconds between questions.", min=1, max=3_600)] = 15,
    begin: Annotated[str, typer.Option("--from", metavar="HH:MM", help="First time of day to write.")] = "07:00",
    end: Annotated[str, typer.Option("--to", metavar="HH:MM", help="Last time of day to write.")] = "08:00",
    beside: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Play a day of a timetable as GTFS-Realtime, with delays and losses."""
    from gtfs.realtime.simulator import Conditions, demo_faults, simulate_day
    from gtfs.realtime.trip_times import feed_zone
    from web.realtime_simulation import serve_simulation, write_messages
    from web.server import stop_event

    call = Call.of(context)
    tables = opened_feed(call, feed)
    on = parse_date(day) if day else datetime.now(feed_zone(tables)).date()
    conditions = Conditions(seed=seed)
    simulation = simulate_day(tables, on, demo_faults(conditions) if faults else conditions)
    if out is not None:
        files = write_messages(simulation, out, _clock_s(begin), _clock_s(end), every)
        call.say(message.WRITTEN, files=files, folder=out)
        return

    def announce(address: str) -> None:
        if beside is None:
            call.say(message.SIMULATING, day=on.isoformat(), address=address)

    serve_simulation(simulation, port, stop_event(beside), announce)


def _clock_s(text: str) -> int:
    hours, colon, minutes = text.partition(":")
    if not colon or not (hours.isdecimal() and minutes.isdecimal()) or int(minutes) > 59 or int(hours) > 47:
        raise UsageError(Text(f"時刻は 07:30 のように指定してください: {text}", f"write a time as 07:30, not {text!r}"))
    return int(hours) * 3600 + int(minutes) * 60


def show_punctuality(
    context: typer.Context,
    layer: Annotated[str, typer.Argument(metavar="LAYER", help="Layer of stops.")],
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="First service date; without it, the first observed one."),
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="Last service date; without it, the last observed one.")
    ] = None,
    by: Annotated[By, typer.Option(help="By route, stop or hour.")] = By.ROUTE,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """How punctual buses were, and of what share of the calls anything is known."""
    from data import Viewer
    from data.feed import stored_feed
    from data.realtime import Realtime
    from gtfs.realtime.punctuality import punctuality
    from gtfs.realtime.trip_times import TripTimes

    call = Call.of(context)
    store = call.existing_store()
    realtime = Realtime(store)
    seen = realtime.days_observed(layer, Viewer.SYSTEM)
    if not seen and (first is None or last is None):
        raise UsageError(Text(f"レイヤー「{layer}」の観測がありません", f"nothing was observed for layer {layer!r}"))
    begin, end = parse_date(first) if first else seen[0], parse_date(last) if last else seen[-1]
    observed = realtime.observations(layer, begin, end, Viewer.SYSTEM)
    days = [date.fromordinal(day) for day in range(begin.toordinal(), end.toordinal() + 1)]
    schedule = TripTimes(stored_feed(store, layer, Viewer.SYSTEM))
    found = punctuality(schedule, observed, days, by.value)
    told = {"first": begin.isoformat(), "last": end.isoformat(), "days": found.days}
    told |= {"scheduled": found.scheduled, "observed": found.observed}
    rows: list[dict[str, Any]] = [
        {str(name): _plain(value) for name, value in row.items()} for row in found.rows.to_dict("records")
    ]
    if json:
        call.say_json({**told, "completeness": _plain(found.completeness), "rows": rows})
        return
    call.say(message.OBSERVED, **told, share=f"{100 * found.completeness:.1f}")
    _show_rows(call, rows)


def _plain(value: Any) -> Any:
    """NaN is nothing known."""
    if isinstance(value, float):
        return None if value != value else round(value, 4)
    return value


def _show_rows(call: Call, rows: list[dict[str, Any]]) -> None:
    from rich.table import Table

    if not rows:
        return
    table = Table(*(message.HEADS[name].in_language(call.language) for name in rows[0]))
    for row in rows:
        table.add_row(*(_cell(name, value) for name, value in row.items()))
    call.out.print(table)


def _cell(name: str, value: Any) -> str:
    if value is None:
        return "–"
    if name in ("completeness", "on_time", "early", "late"):
        return f"{100 * value:.1f} %"
    return f"{value:,.0f}" if isinstance(value, float) else str(value)


COMMANDS: Mapping[str, Callable[..., None]] = {"simulate": simulate, "punctuality": show_punctuality}
