"""A scenario from YAML, or from the same as a dict (the page sends JSON). The keys: docs/accessibility.md."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from geo import Problem, Text, UnreadableError
from gtfs.scenario.change import (
    ROUTE_TYPES,
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
    MergeFacility,
    MoveStop,
    RemoveRoute,
    Reroute,
    Scenario,
)
from gtfs.scenario.errors import InvalidScenarioError
from gtfs.scenario.section import Findings, Section
from gtfs.scenario.yaml_text import parse_yaml

_FASTEST_KMH = 400.0
_CYCLE_KMH = 12.0
_CYCLE_MIN = 20.0
_DEFAULT_KMH = 20.0
_LARGEST_BYTES = 10 << 20


def read_scenario(path: Path, *, name: str | None = None) -> Scenario:
    """Of a YAML file. UnreadableError where there is none, its InvalidScenarioError for what is wrong in it."""
    called = name or path.name
    if not path.is_file():
        raise UnreadableError(Problem("file.not_found", called))
    if path.stat().st_size > _LARGEST_BYTES:
        raise InvalidScenarioError([Problem("scenario.too_large", called)])
    return read_scenario_text(path.read_bytes(), name=called)


def read_scenario_text(content: bytes, *, name: str) -> Scenario:
    """Of YAML. InvalidScenarioError with file, line and key of everything that is wrong."""
    found = parse_yaml(content, name=name)
    return _scenario(found.value, Findings(name, found.lines))


def parse_scenario(document: Mapping[str, Any], *, name: str = "scenario") -> Scenario:
    """Of what JSON or YAML holds. InvalidScenarioError with every problem."""
    return _scenario(document, Findings(name))


def _scenario(value: Any, findings: Findings) -> Scenario:
    top = Section.of(findings, "", value)
    named = _name(top)
    changes = [change for path, one in top.items("changes", least=1) if (change := _change(findings, path, one))]
    top.close()
    if findings.problems:
        raise InvalidScenarioError(findings.problems)
    return Scenario(named, tuple(changes), findings.file)


def _name(top: Section) -> Text:
    if isinstance(top.value("name"), Mapping):
        both = Section.of(top.findings, "name", top.value("name"))
        ja, en = both.text("ja"), both.text("en")
        both.close()
        return Text(ja or "-", en or "-")
    return Text.same(top.optional_text("name") or "scenario")


def _change(findings: Findings, path: str, value: Any) -> Change | None:
    """`{add_line: {...}}`: the one key says what it is."""
    if not isinstance(value, Mapping) or len(value) != 1:
        findings.add("type", path, expected="{ " + " | ".join(_READERS) + " }", value=str(value)[:80])
        return None
    kind = next(iter(value))
    if kind not in _READERS:
        findings.add("unknown_change", path, key=str(kind), known=", ".join(_READERS))
        return None
    section = Section.of(findings, f"{path}.{kind}", value[kind])
    change = _READERS[kind](section)
    section.close()
    return change


def _add_line(section: Section) -> AddLine:
    return AddLine(
        feed=section.optional_text("feed"),
        route_id=section.text("id"),
        name=section.text("name"),
        mode=section.choice("mode", tuple(ROUTE_TYPES), "bus"),
        autonomous=section.flag("autonomous", False),
        stops=tuple(_stop(section, path, one) for path, one in section.items("stops", least=2)),
        path=tuple(section.parse_lonlat(path, one) for path, one in section.items("path")),
        speed_kmh=section.number("speed_kmh", 1, _FASTEST_KMH),
        dwell_s=section.number("dwell_s", 0, 3600, 0.0),
        service=_service(section),
        both_ways=section.flag("both_ways", True),
        days=_days(section),
    )


def _stop(section: Section, path: str, value: Any) -> LineStop:
    """`{stop: S_1}`, just `S_1`, or `{name: ..., at: [lon, lat]}`."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        return LineStop(stop_id=str(value))
    stop = Section.of(section.findings, path, value)
    known = stop.optional_text("stop")
    found = LineStop(stop_id=known) if known else LineStop(name=stop.text("name"), at=stop.lonlat("at"))
    stop.close()
    return found


def _service(section: Section) -> Headway | tuple[int, ...]:
    if section.value("departures") is not None:
        if section.value("headway_min") is not None:
            section.findings.add("either", section.at("departures"), one="departures", other="headway_min")
        times = [section.parse_clock(path, one) for path, one in section.items("departures", least=1)]
        return tuple(sorted(set(times)))
    return _headway(section)


def _headway(section: Section) -> Headway:
    found = Headway(section.number("headway_min", 1, 1440), section.clock("from"), section.clock("to"))
    if found.end_s <= found.start_s and section.value("from") is not None and section.value("to") is not None:
        section.findings.add("order", section.at("to"), first="from", second="to")
    return found


def _days(section: Section) -> tuple[str, ...]:
    found = list(section.items("days"))
    for path, day in found:
        if day not in WEEKDAYS:
            section.findings.add("type", path, expected=" / ".join(WEEKDAYS), value=str(day)[:80])
    return tuple(str(day) for _, day in found) or WEEKDAYS


def _change_frequency(section: Section) -> ChangeFrequency:
    factor = section.optional_number("factor", 0.01, 60)
    headway = _headway(section) if section.value("headway_min") is not None else None
    given = [key for key in ("factor", "headway_min") if section.value(key) is not None]
    if len(given) == 2:
        section.findings.add("either", section.at("factor"), one="factor", other="headway_min")
    elif not given:
        section.missing("factor")
    return ChangeFrequency(section.optional_text("feed"), section.text("route"), factor, headway)


def _change_speed(section: Section) -> ChangeSpeed:
    return ChangeSpeed(section.optional_text("feed"), section.text("route"), section.number("factor", 0.05, 20))


def _remove_route(section: Section) -> RemoveRoute:
    return RemoveRoute(section.optional_text("feed"), section.text("route"))


def _reroute(section: Section) -> Reroute:
    return Reroute(
        feed=section.optional_text("feed"),
        route_id=section.text("route"),
        from_stop=section.text("from_stop"),
        to_stop=section.text("to_stop"),
        via=tuple(_stop(section, path, one) for path, one in section.items("via")),
        speed_kmh=section.number("speed_kmh", 1, _FASTEST_KMH, _DEFAULT_KMH),
        dwell_s=section.number("dwell_s", 0, 3600, 0.0),
        both_ways=section.flag("both_ways", True),
    )


def _move_stop(section: Section) -> MoveStop:
    return MoveStop(section.optional_text("feed"), section.text("stop"), section.lonlat("to"))


def _add_facility(section: Section) -> AddFacility:
    return AddFacility(
        section.optional_text("layer"),
        section.text("id"),
        section.optional_text("name") or section.text("id"),
        section.lonlat("at"),
        section.number("amount", 0, 1e12, 1.0),
    )


def _close_facility(section: Section) -> CloseFacility:
    return CloseFacility(section.optional_text("layer"), section.text("id"))


def _merge_facility(section: Section) -> MergeFacility:
    ids = tuple(str(one) for _, one in section.items("ids", least=1))
    into = section.text("into")
    if into in ids:
        section.findings.add("either", section.at("into"), one="into", other="ids")
    return MergeFacility(section.optional_text("layer"), ids, into)


def _change_access(section: Section) -> ChangeAccess:
    mode = section.choice("mode", ("cycle", "shared_cycle"))
    least = 2 if mode == "shared_cycle" else 0
    return ChangeAccess(
        mode,
        section.number("speed_kmh", 1, 50, _CYCLE_KMH),
        section.number("limit_min", 1, 120, _CYCLE_MIN),
        tuple(section.parse_lonlat(path, one) for path, one in section.items("ports", least=least)),
    )


_READERS: Mapping[str, Callable[[Section], Change]] = {
    "add_line": _add_line,
    "change_frequency": _change_frequency,
    "change_speed": _change_speed,
    "remove_route": _remove_route,
    "reroute": _reroute,
    "move_stop": _move_stop,
    "add_facility": _add_facility,
    "close_facility": _close_facility,
    "merge_facility": _merge_facility,
    "change_access": _change_access,
}
