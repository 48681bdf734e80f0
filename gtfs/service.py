"""Which services run on a date: (period x weekdays + added) - removed, clipped by feed_info."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo import Problem
from gtfs.clock import parse_days
from gtfs.errors import DateOutsideError, NoServiceError
from gtfs.feed import Feed

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ADDED, REMOVED = 1, 2
LONGEST_DAYS: Final = 36_600
"""A century: a period that is longer is a slip of the pen (99991231 for "until further notice") and is clipped."""


@dataclass(frozen=True)
class ServiceCalendar:
    """Built with `service_calendar`."""

    service_ids: tuple[str, ...]
    """Every service that a calendar or a trip names, sorted."""
    first: date
    """First date of the calendar: a date before it is unknown, not empty."""
    runs: NDArray[np.bool_]
    """Whether a service runs, shape (services, days from `first` on)."""
    problems: tuple[Problem, ...] = ()

    @property
    def last(self) -> date:
        return date.fromordinal(self.first.toordinal() + self.runs.shape[1] - 1)

    def on(self, day: date) -> frozenset[str]:
        """Services that run on `day`. DateOutsideError for a date that the feed says nothing about."""
        return frozenset(self.service_ids[at] for at in np.flatnonzero(self.runs[:, self._column(day)]))

    def dates(self, service_id: str) -> tuple[date, ...]:
        """Every date that the service runs on, in order; KeyError for a service nobody names."""
        at = {service: row for row, service in enumerate(self.service_ids)}[service_id]
        return tuple(date.fromordinal(self.first.toordinal() + int(day)) for day in np.flatnonzero(self.runs[at]))

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last

    def _column(self, day: date) -> int:
        if not self.covers(day):
            raise DateOutsideError(day, self.first, self.last)
        return day.toordinal() - self.first.toordinal()


def service_calendar(feed: Feed) -> ServiceCalendar:
    """Of calendar.txt, calendar_dates.txt and feed_info.txt. NoServiceError where no date is told at all.

    Rows with a date that is none are left out and told in `problems`.
    """
    periods, exceptions = feed.table("calendar"), feed.table("calendar_dates")
    starts, ends = parse_days(periods["start_date"]), parse_days(periods["end_date"])
    days = parse_days(exceptions["date"])
    problems = [*_wrong(feed, "calendar", periods, starts, "start_date")]
    problems += _wrong(feed, "calendar", periods, ends, "end_date")
    problems += _wrong(feed, "calendar_dates", exceptions, days, "date")
    first, last = _range(feed, starts, ends, days)
    services = _services(feed)
    row_of = pd.Index(services)
    runs = np.zeros((len(services), last.toordinal() - first.toordinal() + 1), dtype=bool)
    _set_periods(runs, row_of, periods, np.datetime64(first), starts, ends)
    _set_exceptions(runs, row_of, exceptions, np.datetime64(first), days)
    return ServiceCalendar(tuple(services), first, runs, tuple(problems))


def _services(feed: Feed) -> Sequence[str]:
    named = [feed.table(name)["service_id"].dropna() for name in ("calendar", "calendar_dates", "trips")]
    return sorted({str(service) for column in named for service in column})


def _range(feed: Feed, starts: NDArray[Any], ends: NDArray[Any], days: NDArray[Any]) -> tuple[date, date]:
    """What the calendars tell, clipped by feed_info where that leaves anything."""
    told = np.concatenate([starts, ends, days])
    told = told[~np.isnat(told)]
    if not len(told):
        raise NoServiceError
    first, last = told.min(), told.max()
    info = feed.table("feed_info")
    opening, closing = (parse_days(info[column][:1]) for column in ("feed_start_date", "feed_end_date"))
    clipped_first = max([first, *opening[~np.isnat(opening)]])
    clipped_last = min([last, *closing[~np.isnat(closing)]])
    if clipped_first <= clipped_last:
        first, last = clipped_first, clipped_last
    last = min(last, first + np.timedelta64(LONGEST_DAYS, "D"))
    return first.item(), last.item()


def _set_periods(
    runs: NDArray[np.bool_],
    row_of: "pd.Index[Any]",
    periods: pd.DataFrame,
    first: np.datetime64,
    starts: NDArray[Any],
    ends: NDArray[Any],
) -> None:
    days = np.arange(runs.shape[1])
    # 1970-01-01 was a Thursday.
    weekday = ((first.astype("datetime64[D]").astype(int) + 3) + days) % 7
    on_weekday = np.column_stack([periods[name].eq(1).fillna(False).to_numpy(dtype=bool) for name in WEEKDAYS])
    rows = row_of.get_indexer(pd.Index(periods["service_id"].astype("object")))
    for row, start, end, weekdays in zip(rows, starts, ends, on_weekday, strict=True):
        if row >= 0 and not (np.isnat(start) or np.isnat(end)):
            begin, stop = (int((edge - first).astype(int)) for edge in (start, end))
            inside = (days >= begin) & (days <= stop)
            runs[row] |= inside & weekdays[weekday]


def _set_exceptions(
    runs: NDArray[np.bool_],
    row_of: "pd.Index[Any]",
    exceptions: pd.DataFrame,
    first: np.datetime64,
    days: NDArray[Any],
) -> None:
    """(regular | added) - removed: a date that is told both ways does not run."""
    rows = row_of.get_indexer(pd.Index(exceptions["service_id"].astype("object")))
    column = np.where(np.isnat(days), -1, (days - first).astype("int64"))
    kind = exceptions["exception_type"].to_numpy(dtype="float64", na_value=np.nan)
    inside = (rows >= 0) & (column >= 0) & (column < runs.shape[1])
    for type, value in ((ADDED, True), (REMOVED, False)):
        chosen = inside & (kind == type)
        runs[rows[chosen], column[chosen]] = value


def _wrong(feed: Feed, table: str, rows: pd.DataFrame, days: NDArray[Any], column: str) -> list[Problem]:
    wrong = rows.index[np.isnat(days)]
    if not len(wrong):
        return []
    told = {"column": column, "value": str(rows[column][wrong[0]])[:100], "count": str(len(wrong))}
    return [Problem("gtfs.value", feed.place(table), line=int(wrong[0]), parameters=told)]
