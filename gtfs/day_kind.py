"""Which days have the same departures at a stop: weekdays, Saturdays, holidays, as the dates themselves say."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from geo import Text
from gtfs.schedule import Schedule
from gtfs.stop_area import StopArea

WINDOW_DAYS: Final = 28
"""Four of each weekday: a holiday is then an exception and not a rule."""
_NAMES = (Text("月", "Mon"), Text("火", "Tue"), Text("水", "Wed"), Text("木", "Thu"), Text("金", "Fri"),
          Text("土", "Sat"), Text("日", "Sun"))  # fmt: skip
_KNOWN: Final[Mapping[frozenset[int], Text]] = {
    frozenset(range(7)): Text("毎日", "Every day"),
    frozenset(range(5)): Text("平日", "Weekdays"),
    frozenset({5}): Text("土曜", "Saturdays"),
    frozenset({6}): Text("日曜・祝日", "Sundays and holidays"),
    frozenset({5, 6}): Text("土日祝", "Weekends and holidays"),
    frozenset(range(6)): Text("月〜土曜", "Mondays to Saturdays"),
}


@dataclass(frozen=True)
class DayKind:
    label: Text
    dates: tuple[date, ...]
    """In order; the first one stands for all."""


def day_kinds(schedules: Mapping[str, Schedule], area: StopArea, begin: date) -> tuple[DayKind, ...]:
    """Dates from `begin` on, four weeks as far as any feed covers them, by equal departures; most frequent first."""
    days = [begin + timedelta(days=offset) for offset in range(WINDOW_DAYS)]
    feeds = [feed for feed in area.feeds if feed in schedules]
    days = [day for day in days if any(schedules[feed].covers(day) for feed in feeds)]
    services = {feed: _services(schedules[feed], area, feed) for feed in feeds}
    alike: dict[tuple[bytes, ...], list[date]] = {}
    for day in days:
        running = tuple(schedules[feed].active(day)[services[feed]].tobytes() for feed in feeds)
        alike.setdefault(running, []).append(day)
    groups = sorted(alike.values(), key=lambda dates: (-len(dates), dates[0]))
    owner = _owners(groups)
    return tuple(DayKind(_label(at, dates, owner), tuple(dates)) for at, dates in enumerate(groups))


def _services(schedule: Schedule, area: StopArea, feed: str) -> "np.ndarray[tuple[int], np.dtype[np.int32]]":
    """Rows of the services that any departure of the area has."""
    rows = [pole.row for pole in area.poles if pole.feed == feed]
    used = [schedule.stop_service[schedule.stop_first[row] : schedule.stop_first[row + 1]] for row in rows]
    return np.unique(np.concatenate(used)) if used else np.empty(0, np.int32)


def _owners(groups: list[list[date]]) -> dict[int, int]:
    """Weekday to the group that has most of its dates."""
    counts = [Counter(day.weekday() for day in dates) for dates in groups]
    return {
        weekday: max(range(len(groups)), key=lambda at: (counts[at][weekday], -at))
        for weekday in range(7)
        if any(count[weekday] for count in counts)
    }


def _label(at: int, dates: list[date], owner: Mapping[int, int]) -> Text:
    weekdays = frozenset(weekday for weekday, group in owner.items() if group == at)
    if not weekdays:
        listed = [f"{day.month}/{day.day}" for day in dates]
        return Text("、".join(listed), ", ".join(day.isoformat() for day in dates))
    if weekdays in _KNOWN:
        return _KNOWN[weekdays]
    names = [_NAMES[weekday] for weekday in sorted(weekdays)]
    return Text("・".join(name.ja for name in names) + "曜", ", ".join(name.en for name in names))
