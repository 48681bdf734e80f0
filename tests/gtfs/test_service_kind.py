from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import pandas as pd
import pytest

from gtfs import Feed
from gtfs.service_kind import ServiceKind, holidays, service_profiles

_FIRST, _LAST = date(2026, 4, 1), date(2027, 3, 31)
# National holidays of Japan on weekdays in that year, and the days of the New Year.
_HOLIDAYS = [
    date(2026, 4, 29), date(2026, 5, 4), date(2026, 5, 5), date(2026, 5, 6), date(2026, 7, 20), date(2026, 8, 11),
    date(2026, 9, 21), date(2026, 9, 22), date(2026, 9, 23), date(2026, 10, 12), date(2026, 11, 3), date(2026, 11, 23),
    date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 11), date(2027, 2, 11), date(2027, 2, 23),
    date(2027, 3, 22),
]  # fmt: skip


def _days(weekdays: str, first: date = _FIRST, last: date = _LAST) -> list[date]:
    days = [first + timedelta(count) for count in range((last - first).days + 1)]
    return [day for day in days if weekdays[day.weekday()] == "1"]


def _feed(services: dict[str, Iterable[date]]) -> Feed:
    """All in calendar_dates.txt, as many Japanese feeds are."""
    rows = [(name, f"{day:%Y%m%d}", 1) for name, days in services.items() for day in sorted(days)]
    return Feed({"calendar_dates": pd.DataFrame(rows, columns=["service_id", "date", "exception_type"])})


def _without(days: Sequence[date], others: Iterable[date]) -> set[date]:
    return set(days) - set(others)


_WORKING = _without(_days("1111100"), _HOLIDAYS)


@pytest.mark.parametrize(
    ("days", "kind", "japanese"),
    [
        (_without(_days("0000010"), _HOLIDAYS), ServiceKind.SATURDAY, "土曜"),
        ({*_days("0000001"), *_HOLIDAYS}, ServiceKind.SUNDAY_HOLIDAY, "日曜・祝日"),
        ({*_days("0000011"), *_HOLIDAYS}, ServiceKind.WEEKEND_HOLIDAY, "土日祝"),
        (set(_days("1111111")), ServiceKind.DAILY, "毎日"),
        (_without(_days("0100100"), _HOLIDAYS), ServiceKind.SELECTED_WEEKDAYS, "火・金"),
        (_without(_days("0010000"), _HOLIDAYS), ServiceKind.SELECTED_WEEKDAYS, "水"),
        (_without(_days("1111110"), _HOLIDAYS), ServiceKind.SELECTED_WEEKDAYS, "月・火・水・木・金・土"),
        (set(_HOLIDAYS), ServiceKind.HOLIDAY, "祝日"),
        (
            _without(
                _days("1111100"),
                [*_HOLIDAYS, *_days("1111111", date(2026, 7, 21), date(2026, 8, 25)),
                 *_days("1111111", date(2026, 12, 23), date(2027, 1, 7))],
            ),
            ServiceKind.SCHOOL_DAYS,
            "登校日",
        ),
        (_days("1111111", date(2026, 8, 13), date(2026, 8, 16)), ServiceKind.OBON, "お盆"),
        (_days("1111111", date(2026, 12, 29), date(2027, 1, 3)), ServiceKind.YEAR_END, "年末年始"),
        ([date(2026, 8, 13), date(2026, 8, 14), date(2026, 12, 31), date(2027, 1, 1)], ServiceKind.SEASONAL,
         "お盆・年末年始"),
        ([date(2026, 5, 2), date(2026, 7, 7), date(2026, 10, 9), date(2026, 11, 25)], ServiceKind.IRREGULAR, "不定期"),
        ([day for day in _days("1111100") if day.day % 2], ServiceKind.IRREGULAR, "不定期"),
    ],
)  # fmt: skip
def test_a_service_made_only_of_dates_is_recognised(days: Iterable[date], kind: ServiceKind, japanese: str) -> None:
    profile = service_profiles(_feed({"平日": _WORKING, "X": days}))["X"]
    assert profile.kind is kind
    assert profile.text.ja == japanese


def test_working_days_are_recognised_and_tell_the_holidays_of_the_data() -> None:
    feed = _feed({"A": _WORKING})
    assert service_profiles(feed)["A"].kind is ServiceKind.WEEKDAY
    assert list(holidays(feed)) == _HOLIDAYS


def test_a_school_bus_alone_makes_no_holiday_of_the_summer() -> None:
    term = _without(_days("1111100"), _days("1111111", date(2026, 7, 21), date(2026, 8, 31)))
    assert holidays(_feed({"通学": term})) == ()


def test_a_period_of_a_year_with_a_tenth_of_its_dates_left_is_irregular() -> None:
    week = {day: [1] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
    calendar = pd.DataFrame(
        {"service_id": ["A"], **week, "saturday": [0], "sunday": [0], "start_date": ["20260401"],
         "end_date": ["20270331"]}
    )  # fmt: skip
    removed = [("A", f"{day:%Y%m%d}", 2) for day in _days("1111100") if day.month != 6]
    dates = pd.DataFrame(removed, columns=["service_id", "date", "exception_type"])
    profile = service_profiles(Feed({"calendar": calendar, "calendar_dates": dates}))["A"]
    assert profile.kind is ServiceKind.IRREGULAR
    assert profile.density == pytest.approx(22 / 261)


def test_a_service_that_only_a_trip_names_never_runs() -> None:
    trips = pd.DataFrame({"route_id": ["1"], "service_id": ["B"], "trip_id": ["t"]})
    feed = Feed({**_feed({"A": _WORKING}).tables, "trips": trips})
    assert service_profiles(feed)["B"].kind is ServiceKind.NEVER
