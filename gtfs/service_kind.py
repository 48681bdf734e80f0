"""What kind of days a service runs on, judged from the dates it runs on and not from what it is called.

A calendar made only of calendar_dates is judged like any other. Holidays are those of the data: dates on which a
timetable of working days rests on a day of the week that is its own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo import Text
from gtfs.clock import parse_days
from gtfs.feed import Feed
from gtfs.service import ServiceCalendar, service_calendar

ON_FROM: Final = 0.6
"""Share of a weekday's dates from which the service counts as running on it."""
STRAY_TO: Final = 0.1
"""Share up to which a date of another weekday is an exception (a holiday, a shifted Saturday)."""
SPARSE_BELOW: Final = 0.5
"""Share of the dates of its weekdays, in the period its calendar names, below which a service is irregular."""
_BREAK_DAYS: Final = 10
"""So many working days without a bus in a row, two weeks, are school holidays: no other rest is as long."""
_SCHOOL_BREAK_DAYS: Final = 5
_SEASON_MOST_DAYS: Final = 24


class ServiceKind(StrEnum):
    WEEKDAY = "weekday"
    SATURDAY = "saturday"
    SUNDAY_HOLIDAY = "sunday_holiday"
    WEEKEND_HOLIDAY = "weekend_holiday"
    DAILY = "daily"
    SELECTED_WEEKDAYS = "selected_weekdays"
    HOLIDAY = "holiday"
    SCHOOL_DAYS = "school_days"
    OBON = "obon"
    YEAR_END = "year_end"
    SEASONAL = "seasonal"
    """お盆 and the turn of the year together."""
    IRREGULAR = "irregular"
    NEVER = "never"

    @property
    def text(self) -> Text:
        return _TEXTS[self]


_TEXTS: Final[Mapping[ServiceKind, Text]] = {
    ServiceKind.WEEKDAY: Text("平日", "Weekdays"),
    ServiceKind.SATURDAY: Text("土曜", "Saturdays"),
    ServiceKind.SUNDAY_HOLIDAY: Text("日曜・祝日", "Sundays and holidays"),
    ServiceKind.WEEKEND_HOLIDAY: Text("土日祝", "Weekends and holidays"),
    ServiceKind.DAILY: Text("毎日", "Daily"),
    ServiceKind.SELECTED_WEEKDAYS: Text("特定の曜日", "Certain weekdays"),
    ServiceKind.HOLIDAY: Text("祝日", "Holidays"),
    ServiceKind.SCHOOL_DAYS: Text("登校日", "School days"),
    ServiceKind.OBON: Text("お盆", "Obon (mid-August)"),
    ServiceKind.YEAR_END: Text("年末年始", "Turn of the year"),
    ServiceKind.SEASONAL: Text("お盆・年末年始", "Obon and turn of the year"),
    ServiceKind.IRREGULAR: Text("不定期", "Irregular dates"),
    ServiceKind.NEVER: Text("運行日なし", "No dates"),
}
_WEEKDAY_TEXTS: Final = tuple(
    Text(ja, en) for ja, en in zip("月火水木金土日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True)
)
_OF_WEEKDAYS: Final[Mapping[str, ServiceKind]] = {
    "1111100": ServiceKind.WEEKDAY,
    "0000010": ServiceKind.SATURDAY,
    "0000001": ServiceKind.SUNDAY_HOLIDAY,
    "0000011": ServiceKind.WEEKEND_HOLIDAY,
    "1111111": ServiceKind.DAILY,
}
_SCHOOL: Final = re.compile(r"通学|登校|学校|授業|スクール|school", re.IGNORECASE)


@dataclass(frozen=True)
class ServiceProfile:
    """One service of a feed; built with `service_profiles`."""

    service_id: str
    kind: ServiceKind
    weekdays: tuple[bool, ...]
    """Monday to Sunday: whether it runs on most of them."""
    days: int
    """Dates it runs on."""
    first: date | None
    last: date | None
    density: float
    """Share of the dates of its weekdays, in the period that its calendar names, on which it runs; 0 to 1."""

    @property
    def text(self) -> Text:
        """The kind, or its weekdays: 火・金, `Tue, Fri`."""
        if self.kind is not ServiceKind.SELECTED_WEEKDAYS:
            return self.kind.text
        chosen = [text for text, runs in zip(_WEEKDAY_TEXTS, self.weekdays, strict=True) if runs]
        return Text("・".join(one.ja for one in chosen), ", ".join(one.en for one in chosen))


def service_profiles(feed: Feed, calendar: ServiceCalendar | None = None) -> Mapping[str, ServiceProfile]:
    """By service_id. NoServiceError where the feed tells no date at all."""
    calendar = calendar or service_calendar(feed)
    rests = _rests(feed, calendar)
    week, periods = _weekday(calendar), _periods(feed, calendar)
    return {
        service: _profile(service, runs, week, rests, periods.get(service), calendar)
        for service, runs in zip(calendar.service_ids, calendar.runs, strict=True)
    }


def holidays(feed: Feed, calendar: ServiceCalendar | None = None) -> tuple[date, ...]:
    """Dates that the feed itself treats as holidays: Monday to Saturday, and the timetables of that day rest."""
    calendar = calendar or service_calendar(feed)
    return calendar_dates(calendar, _rests(feed, calendar))


def calendar_dates(calendar: ServiceCalendar, chosen: NDArray[np.bool_]) -> tuple[date, ...]:
    """The dates of the columns that are True."""
    return tuple(date.fromordinal(calendar.first.toordinal() + int(day)) for day in np.flatnonzero(chosen))


def _weekday(calendar: ServiceCalendar) -> NDArray[np.int64]:
    """0 Monday to 6 Sunday of every date of the calendar."""
    return np.asarray((calendar.first.weekday() + np.arange(calendar.runs.shape[1])) % 7)


def _periods(feed: Feed, calendar: ServiceCalendar) -> dict[str, tuple[int, int]]:
    """First and last column that calendar.txt names for a service, clipped to the calendar."""
    rows = feed.table("calendar")
    starts, ends = parse_days(rows["start_date"]), parse_days(rows["end_date"])
    origin, last = np.datetime64(calendar.first), calendar.runs.shape[1] - 1
    found: dict[str, tuple[int, int]] = {}
    for service, start, end in zip(rows["service_id"].tolist(), starts, ends, strict=True):
        if np.isnat(start) or np.isnat(end):
            continue
        first, final = max(int((start - origin).astype(int)), 0), min(int((end - origin).astype(int)), last)
        before = found.get(service, (first, final))
        found[service] = (min(before[0], first), max(before[1], final))
    return found


def _rests(feed: Feed, calendar: ServiceCalendar) -> NDArray[np.bool_]:
    """Dates, Monday to Saturday, on which no timetable of that day of the week runs although its period goes on."""
    week, periods = _weekday(calendar), _periods(feed, calendar)
    expected = np.zeros(calendar.runs.shape[1], dtype=bool)
    running = expected.copy()
    for service, runs in zip(calendar.service_ids, calendar.runs, strict=True):
        on = np.flatnonzero(runs)
        if not len(on):
            continue
        first, last = periods.get(service, (int(on[0]), int(on[-1])))
        days = slice(first, last + 1)
        weekdays = _shares(runs[days], week[days]) >= ON_FROM
        own_days = runs[days][np.isin(week[days], np.flatnonzero(weekdays))]
        # What runs on Sundays too runs on holidays; a school bus rests for weeks.
        if weekdays.any() and not weekdays[6] and not _has_term(service, own_days):
            expected[days] |= weekdays[week[days]]
            running[days] |= runs[days] & weekdays[week[days]]
    return expected & ~running


def _profile(
    service: str,
    runs: NDArray[np.bool_],
    week: NDArray[np.int64],
    rests: NDArray[np.bool_],
    period: tuple[int, int] | None,
    calendar: ServiceCalendar,
) -> ServiceProfile:
    if not runs.any():
        return ServiceProfile(service, ServiceKind.NEVER, (False,) * 7, 0, None, None, 0.0)
    on = np.flatnonzero(runs)
    usual = ~rests
    usual[: on[0]] = usual[on[-1] + 1 :] = False
    share = _shares(runs[usual], week[usual])
    weekdays = share >= ON_FROM
    first, last = period or (int(on[0]), int(on[-1]))
    inside = weekdays[week[first : last + 1]]
    density = float(runs[first : last + 1][inside].sum() / inside.sum()) if inside.any() else 0.0
    dates = calendar_dates(calendar, runs)
    kind = _season(dates) or _regular(service, runs[on[0] : on[-1] + 1][week[on[0] : on[-1] + 1] < 5], share, density)
    if kind is ServiceKind.IRREGULAR and rests[on].all():
        kind = ServiceKind.HOLIDAY
    return ServiceProfile(service, kind, tuple(weekdays.tolist()), len(on), dates[0], dates[-1], density)


def _shares(runs: NDArray[np.bool_], week: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of each weekday's dates on which the service runs, shape (7,)."""
    return np.asarray(np.bincount(week[runs], minlength=7) / np.maximum(np.bincount(week, minlength=7), 1))


def _regular(service: str, working_days: NDArray[np.bool_], share: NDArray[np.float64], density: float) -> ServiceKind:
    weekdays = share >= ON_FROM
    doubtful = (share > STRAY_TO) & ~weekdays
    if not weekdays.any() or doubtful.any() or density < SPARSE_BELOW:
        return ServiceKind.IRREGULAR
    kind = _OF_WEEKDAYS.get("".join("1" if one else "0" for one in weekdays), ServiceKind.SELECTED_WEEKDAYS)
    if kind is ServiceKind.WEEKDAY and _has_term(service, working_days):
        return ServiceKind.SCHOOL_DAYS
    return kind


def _has_term(service: str, runs: NDArray[np.bool_]) -> bool:
    """On its weekdays in order: interrupted for weeks; or called after a school and interrupted for days."""
    on = np.flatnonzero(runs)
    longest = int(np.diff(on).max()) - 1 if len(on) > 1 else 0
    return longest >= _BREAK_DAYS or (bool(_SCHOOL.search(service)) and longest >= _SCHOOL_BREAK_DAYS)


def _season(dates: Sequence[date]) -> ServiceKind | None:
    if len(dates) > _SEASON_MOST_DAYS:
        return None
    obon = [day.month == 8 and 10 <= day.day <= 18 for day in dates]
    year_end = [(day.month == 12 and day.day >= 26) or (day.month == 1 and day.day <= 7) for day in dates]
    if all(obon):
        return ServiceKind.OBON
    if all(year_end):
        return ServiceKind.YEAR_END
    return ServiceKind.SEASONAL if all(a or b for a, b in zip(obon, year_end, strict=True)) else None
