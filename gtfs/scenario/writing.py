"""A scenario as the document it could have been read from: `parse_scenario(as_document(s))` is s again."""

from collections.abc import Callable, Mapping
from typing import Any

import yaml

from gtfs.clock import clock_text
from gtfs.scenario.change import (
    WEEKDAYS,
    AddFacility,
    AddLine,
    Change,
    ChangeAccess,
    ChangeFrequency,
    ChangeSpeed,
    CloseFacility,
    Headway,
    LineStop,
    LonLat,
    MergeFacility,
    MoveStop,
    RemoveRoute,
    Reroute,
    Scenario,
)

_WIDTH = 120


def as_document(scenario: Scenario) -> dict[str, Any]:
    """Plain mappings, lists, texts and numbers, the keys of docs/accessibility.md; what is the default is left out."""
    ja, en = scenario.name.ja, scenario.name.en
    name = ja if ja == en else {"ja": ja, "en": en}
    return {"name": name, "changes": [_named(change) for change in scenario.changes]}


def as_yaml(scenario: Scenario) -> str:
    """YAML that the command line reads (UTF-8 when it becomes a file)."""
    return yaml.safe_dump(
        as_document(scenario), allow_unicode=True, sort_keys=False, default_flow_style=None, width=_WIDTH
    )


def _named(change: Change) -> dict[str, Any]:
    kind, told = _WRITERS[type(change)]
    return {kind: {key: value for key, value in told(change).items() if value is not None}}


def _add_line(line: AddLine) -> dict[str, Any]:
    return {
        "feed": line.feed,
        "id": line.route_id,
        "name": line.name,
        "mode": line.mode,
        "autonomous": line.autonomous or None,
        "stops": [_stop(one) for one in line.stops],
        "path": [list(one) for one in line.path] or None,
        "speed_kmh": _number(line.speed_kmh),
        "dwell_s": _number(line.dwell_s) or None,
        **_service(line.service),
        "both_ways": None if line.both_ways else False,
        "days": None if line.days == WEEKDAYS else list(line.days),
    }


def _stop(stop: LineStop) -> str | dict[str, Any]:
    if stop.stop_id is not None:
        return stop.stop_id
    assert stop.at is not None
    return {"name": stop.name, "at": list(stop.at)}


def _service(service: Headway | tuple[int, ...] | None) -> dict[str, Any]:
    if isinstance(service, Headway):
        start, end = _clock(service.start_s), _clock(service.end_s)
        return {"headway_min": _number(service.headway_min), "from": start, "to": end}
    return {"departures": [_clock(one) for one in service]} if service else {}


def _change_frequency(change: ChangeFrequency) -> dict[str, Any]:
    factor = None if change.factor is None else _number(change.factor)
    return {**_route(change), "factor": factor, **_service(change.headway)}


def _change_speed(change: ChangeSpeed) -> dict[str, Any]:
    return {**_route(change), "factor": _number(change.factor)}


def _route(change: ChangeFrequency | ChangeSpeed | RemoveRoute | Reroute) -> dict[str, Any]:
    return {"feed": change.feed, "route": change.route_id}


def _reroute(change: Reroute) -> dict[str, Any]:
    return {
        **_route(change),
        "from_stop": change.from_stop,
        "to_stop": change.to_stop,
        "via": [_stop(one) for one in change.via] or None,
        "speed_kmh": _number(change.speed_kmh),
        "dwell_s": _number(change.dwell_s) or None,
        "both_ways": None if change.both_ways else False,
    }


def _move_stop(change: MoveStop) -> dict[str, Any]:
    return {"feed": change.feed, "stop": change.stop_id, "to": list(change.to)}


def _add_facility(change: AddFacility) -> dict[str, Any]:
    at, amount = list(change.at), _number(change.amount)
    return {"layer": change.layer, "id": change.feature_id, "name": change.name, "at": at, "amount": amount}


def _close_facility(change: CloseFacility) -> dict[str, Any]:
    return {"layer": change.layer, "id": change.feature_id}


def _merge_facility(change: MergeFacility) -> dict[str, Any]:
    return {"layer": change.layer, "ids": list(change.feature_ids), "into": change.into}


def _change_access(change: ChangeAccess) -> dict[str, Any]:
    ports: list[LonLat] = list(change.ports)
    return {
        "mode": change.mode,
        "speed_kmh": _number(change.speed_kmh),
        "limit_min": _number(change.limit_min),
        "ports": [list(one) for one in ports] or None,
    }


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value


def _clock(seconds: int) -> str:
    return clock_text(seconds).removesuffix(":00")


_WRITERS: Mapping[type, tuple[str, Callable[[Any], dict[str, Any]]]] = {
    AddLine: ("add_line", _add_line),
    ChangeFrequency: ("change_frequency", _change_frequency),
    ChangeSpeed: ("change_speed", _change_speed),
    RemoveRoute: ("remove_route", _route),
    Reroute: ("reroute", _reroute),
    MoveStop: ("move_stop", _move_stop),
    AddFacility: ("add_facility", _add_facility),
    CloseFacility: ("close_facility", _close_facility),
    MergeFacility: ("merge_facility", _merge_facility),
    ChangeAccess: ("change_access", _change_access),
}
