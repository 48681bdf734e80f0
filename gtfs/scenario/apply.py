"""A scenario on timetables: feeds in, feeds out, so that router, stop signs and export all work on what comes out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from geo import Text
from gtfs.feed import Feed
from gtfs.scenario.change import (
    AddLine,
    ChangeFrequency,
    ChangeSpeed,
    FeedChange,
    MoveStop,
    RemoveRoute,
    Reroute,
    Scenario,
)
from gtfs.scenario.line import add_line
from gtfs.scenario.place import Place
from gtfs.scenario.route_change import change_frequency, change_speed, move_stop, remove_route, reroute


@dataclass(frozen=True)
class Applied:
    feeds: Mapping[str, Feed]
    told: tuple[Text, ...]
    """What was changed, one text for each change of a timetable."""


def apply(feeds: Mapping[str, Feed], scenario: Scenario) -> Mapping[str, Feed]:
    """The feeds as they would be. InvalidScenarioError for routes and stops that are not there."""
    return apply_told(feeds, scenario).feeds


def apply_told(feeds: Mapping[str, Feed], scenario: Scenario) -> Applied:
    """The same with the list of what was changed."""
    changed, told = dict(feeds), []
    for at, change in enumerate(scenario.changes):
        if not isinstance(change, FeedChange):
            continue
        kind, carry_out = _KINDS[type(change)]
        place = Place(scenario.file, f"changes[{at}].{kind}")
        name = _feed_name(changed, change, place)
        changed[name], text = carry_out(changed[name], change, place)
        told.append(text)
    return Applied(changed, tuple(told))


def _feed_name(feeds: Mapping[str, Feed], change: FeedChange, place: Place) -> str:
    if change.feed is None and len(feeds) == 1:
        return next(iter(feeds))
    if change.feed is None or change.feed not in feeds:
        raise place.error("feed", "feed", known=", ".join(feeds) or "-")
    return change.feed


_KINDS: Mapping[type, tuple[str, Callable[[Feed, Any, Place], tuple[Feed, Text]]]] = {
    AddLine: ("add_line", add_line),
    ChangeFrequency: ("change_frequency", change_frequency),
    ChangeSpeed: ("change_speed", change_speed),
    RemoveRoute: ("remove_route", remove_route),
    Reroute: ("reroute", reroute),
    MoveStop: ("move_stop", move_stop),
}
