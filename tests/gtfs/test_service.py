from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtfs import DateOutsideError, Feed, NoServiceError, read_feed, service_calendar
from gtfs.clock import clock_text, instant, parse_days, parse_seconds
from tests.gtfs.feeds import folder_feed

_FIRST = date(2026, 4, 1)
_DAYS = st.integers(0, 40).map(lambda days: _FIRST + timedelta(days))
_HEADER = "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"


def _feed(periods: list[tuple[str, str, date, date]], exceptions: list[tuple[str, date, int]]) -> Feed:
    weekdays = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    calendar = pd.DataFrame(
        [
            {
                "service_id": service,
                **{name: int(mark) for name, mark in zip(weekdays, marks, strict=True)},
                "start_date": f"{start:%Y%m%d}",
                "end_date": f"{end:%Y%m%d}",
            }
            for service, marks, start, end in periods
        ],
        columns=["service_id", *weekdays, "start_date", "end_date"],
    )
    dates = pd.DataFrame(
        [(service, f"{day:%Y%m%d}", kind) for service, day, kind in exceptions],
        columns=["service_id", "date", "exception_type"],
    )
    return Feed({"calendar": calendar, "calendar_dates": dates})


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.text("01", min_size=7, max_size=7), _DAYS, _DAYS),
        max_size=3,
        unique_by=lambda period: period[0],
    ),
    st.lists(
        st.tuples(st.sampled_from("ABC"), _DAYS, st.sampled_from([1, 2])),
        max_size=12,
        unique_by=lambda exception: exception[:2],
    ),
)
def test_the_services_of_each_date_are_those_of_a_day_by_day_reading_of_the_standard(
    periods: list[tuple[str, str, date, date]], exceptions: list[tuple[str, date, int]]
) -> None:
    feed = _feed(periods, exceptions)
    if not periods and not exceptions:
        with pytest.raises(NoServiceError):
            service_calendar(feed)
        return
    calendar = service_calendar(feed)
    day = calendar.first
    while day <= calendar.last:
        expected = {
            service for service, marks, start, end in periods if start <= day <= end and marks[day.weekday()] == "1"
        }
        expected |= {service for service, on, kind in exceptions if on == day and kind == 1}
        expected -= {service for service, on, kind in exceptions if on == day and kind == 2}
        assert calendar.on(day) == expected
        day += timedelta(1)


def test_a_date_outside_the_calendar_is_an_error_that_names_the_range(tmp_path: Path) -> None:
    calendar = service_calendar(read_feed(folder_feed(tmp_path / "f")))
    assert calendar.on(date(2027, 3, 31)) == {"毎日"}
    with pytest.raises(DateOutsideError, match=r"2027-04-01 .* 2026-04-01 to 2027-03-31"):
        calendar.on(date(2027, 4, 1))


def test_feed_info_clips_the_calendar(tmp_path: Path) -> None:
    info = (
        "feed_publisher_name,feed_publisher_url,feed_lang,feed_start_date,feed_end_date\n"
        "みほん,https://example.lg.jp,ja,20260701,20260731\n"
    )
    calendar = service_calendar(read_feed(folder_feed(tmp_path / "f", {"feed_info.txt": info})))
    assert (calendar.first, calendar.last) == (date(2026, 7, 1), date(2026, 7, 31))


def test_a_holiday_runs_the_sunday_timetable_where_the_data_say_so(tmp_path: Path) -> None:
    # 29 April 2026 is a Wednesday and a public holiday.
    changes = {
        "calendar.txt": _HEADER + "平日,1,1,1,1,1,0,0,20260401,20260630\n休日,0,0,0,0,0,0,1,20260401,20260630\n",
        "calendar_dates.txt": "service_id,date,exception_type\n平日,20260429,2\n休日,20260429,1\n",
    }
    calendar = service_calendar(read_feed(folder_feed(tmp_path / "f", dict(changes))))
    assert calendar.on(date(2026, 4, 29)) == {"休日"}
    assert calendar.on(date(2026, 4, 28)) == {"平日"}
    assert date(2026, 4, 29) in calendar.dates("休日")


def test_a_row_with_an_impossible_date_is_told_and_the_others_stand(tmp_path: Path) -> None:
    dates = "service_id,date,exception_type\n毎日,20260431,2\n毎日,20260430,2\n"
    calendar = service_calendar(read_feed(folder_feed(tmp_path / "f", {"calendar_dates.txt": dates})))
    assert [(problem.rule, problem.file, problem.line) for problem in calendar.problems] == [
        ("gtfs.value", "calendar_dates.txt", 2)
    ]
    assert calendar.on(date(2026, 4, 30)) == frozenset()


def test_times_beyond_midnight_count_on_and_what_is_no_time_is_none() -> None:
    text = pd.Series(["25:10:00", " 7:05:09", None, "", "7:60:00", "07:05", "125:00:00"], dtype="string")
    assert parse_seconds(text).tolist() == [90_600, 25_509, -1, -1, -1, -1, 450_000]
    assert clock_text(90_600) == "25:10:00"


def test_what_is_no_date_is_none() -> None:
    days = parse_days(pd.Series(["20240229", "20230229", None, "2024-02-29"], dtype="string"))
    assert [str(day) for day in days] == ["2024-02-29", "NaT", "NaT", "NaT"]


def test_a_service_time_counts_from_noon_minus_twelve_hours_where_clocks_change() -> None:
    # New York, 8 March 2026: at 2:00 clocks go forward, and the trip at 25:30 still leaves at half past one.
    assert str(instant(date(2026, 3, 8), 91_800, ZoneInfo("America/New_York"))) == "2026-03-09 01:30:00-04:00"
    assert str(instant(date(2026, 11, 21), 90_600, ZoneInfo("Asia/Tokyo"))) == "2026-11-22 01:10:00+09:00"
