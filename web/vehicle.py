"""What a person reads of one bus that was clicked: its route, where it goes, how late it is, and how far that holds."""

from typing import Any

from geo import Text
from gtfs.realtime.snapshot import FeedSnapshot, Notice, Vehicle
from gtfs.schedule import Schedule
from web.realtime_hub import moment, state_json
from web.realtime_source import Clock, utc_now


def vehicle_json(feed: FeedSnapshot, vehicle: Vehicle, schedule: Schedule | None, clock: Clock = utc_now) -> Any:
    """`schedule`: the timetable of the feed; None where it can't be used, then ids stand for names."""
    run = _row(schedule.trip_id, vehicle.trip_id) if schedule else None
    now = clock()
    return {
        "id": f"{feed.feed}/{vehicle.id}",
        "label": vehicle.label,
        "route": _route(schedule, run, vehicle.route_id),
        "headsign": _headsign(schedule, run),
        "next_stop": _stop(schedule, vehicle.next_stop_id),
        "delay_s": vehicle.delay_s,
        "occupancy": vehicle.occupancy,
        "seen": moment(vehicle.seen),
        "seen_s": max(0, round((now - vehicle.seen).total_seconds())),
        "trusted": vehicle.trusted,
        "state": state_json(feed.state),
        "notices": [
            notice.header.as_json() for notice in feed.notices if notice.holds(now) and _about(notice, vehicle)
        ],
    }


def _about(notice: Notice, vehicle: Vehicle) -> bool:
    return notice.concerns(route_id=vehicle.route_id, trip_id=vehicle.trip_id)


def _row(texts: Any, wanted: str | None) -> int | None:
    return None if wanted is None else next((row for row, text in enumerate(texts) if text == wanted), None)


def _route(schedule: Schedule | None, run: int | None, told: str | None) -> dict[str, Any]:
    """By the trip, else by the route that the message names."""
    row = None
    if schedule is not None:
        row = int(schedule.trip_route[run]) if run is not None else _row(schedule.route_id, told)
    if schedule is None or row is None or row < 0:
        return {"short": "", "name": Text.same(told or "").as_json(), "colour": ""}
    name, english = schedule.route_name[row], schedule.route_english[row]
    return {
        "short": schedule.route_short[row],
        "name": Text(name, english or name).as_json(),
        "colour": schedule.route_colour[row],
    }


def _headsign(schedule: Schedule | None, run: int | None) -> dict[str, str] | None:
    if schedule is None or run is None or schedule.trip_call[run] == schedule.trip_call[run + 1]:
        return None
    sign = int(schedule.call_headsign[schedule.trip_call[run]])
    return _named(schedule.headsign[sign], schedule.headsign_english[sign])


def _stop(schedule: Schedule | None, stop_id: str | None) -> dict[str, str] | None:
    row = _row(schedule.stop_id, stop_id) if schedule else None
    return None if schedule is None or row is None else _named(schedule.stop_name[row], schedule.stop_english[row])


def _named(name: str, english: str) -> dict[str, str] | None:
    return Text(name, english or name).as_json() if name else None
