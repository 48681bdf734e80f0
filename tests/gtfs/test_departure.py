"""Departures of a stop are those that the tables of the feeds say, read row by row."""

import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from gtfs import DateOutsideError, Feed, read_feed, service_calendar
from gtfs.clock import instant
from gtfs.departure import Departure, departures, departures_on
from gtfs.schedule import Schedule
from gtfs.schedule_build import build_schedule
from gtfs.stop_area import StopArea, StopAreas, group_poles
from tests.gtfs.feeds import LOOP, folder_feed
from tests.shared_data import shared_data

TOKYO = ZoneInfo("Asia/Tokyo")
DAY = date(2026, 5, 11)


def made(tmp_path: Path, **changes: str | bytes | None) -> tuple[dict[str, Schedule], StopAreas]:
    files = {f"{name}.txt": content for name, content in changes.items()}
    schedules = {"A": build_schedule(read_feed(folder_feed(tmp_path / "feed", files)))}
    return schedules, group_poles({name: one.poles() for name, one in schedules.items()})


def area(areas: StopAreas, name: str) -> StopArea:
    found = areas.find(name)
    assert found is not None
    return found


def told(found: tuple[Departure, ...]) -> list[tuple[str, str, str]]:
    return [(f"{one.scheduled:%d %H:%M}", one.trip_id, one.headsign) for one in found]


def test_the_next_departures_of_a_stop_run_on_into_the_night_and_the_next_day(tmp_path: Path) -> None:
    schedules, areas = made(tmp_path)
    found = departures(schedules, area(areas, "駅前"), datetime(2026, 5, 11, 6, 30, tzinfo=TOKYO))
    assert told(found.departures) == [("11 07:00", "1a", "駅前"), ("12 01:10", "1b", "駅前")]
    assert [one.platform for one in found.departures] == ["01", "01"]
    assert found.departures[1].seconds == 90_600
    assert found.departures[1].service_date == DAY


def test_after_midnight_the_buses_of_the_day_before_still_come(tmp_path: Path) -> None:
    schedules, areas = made(tmp_path)
    found = departures(schedules, area(areas, "病院"), datetime(2026, 5, 12, 0, 30, tzinfo=TOKYO), limit=2)
    assert told(found.departures) == [("12 01:15", "1b", "駅前"), ("12 07:05", "1a", "駅前")]


def test_the_last_stop_and_a_stop_where_nobody_may_board_are_no_departure(tmp_path: Path) -> None:
    times = LOOP["stop_times.txt"].replace("stop_sequence\n", "stop_sequence,pickup_type\n").splitlines()
    times = [times[0], *(f"{line},{1 if line.startswith('1a,07:05') else 0}" for line in times[1:])]
    schedules, areas = made(tmp_path, stop_times="\n".join(times) + "\n")
    at = datetime(2026, 5, 11, 5, 0, tzinfo=TOKYO)
    assert [one.trip_id for one in departures(schedules, area(areas, "病院"), at).departures] == ["2a", "1b"]
    assert [one.trip_id for one in departures(schedules, area(areas, "駅前"), at).departures] == ["1a", "1b"]


def test_a_stop_that_a_trip_reaches_twice_has_both_calls(tmp_path: Path) -> None:
    times = LOOP["stop_times.txt"] + "2a,08:20:00,08:20:00,B,3\n2a,08:30:00,08:30:00,C,4\n"
    schedules, areas = made(tmp_path, stop_times=times)
    found = departures_on(schedules, area(areas, "病院"), DAY).departures
    assert [(one.trip_id, one.stop_sequence) for one in found] == [("1a", 2), ("2a", 1), ("2a", 3), ("1b", 2)]


def test_a_date_outside_the_calendar_is_an_error_that_names_the_range(tmp_path: Path) -> None:
    schedules, areas = made(tmp_path)
    with pytest.raises(DateOutsideError) as caught:
        departures(schedules, area(areas, "駅前"), datetime(2027, 4, 2, tzinfo=TOKYO))
    assert (caught.value.first, caught.value.last) == (date(2026, 4, 1), date(2027, 3, 31))


def test_a_feed_that_has_run_out_beside_another_is_told(tmp_path: Path) -> None:
    schedules, _ = made(tmp_path)
    old = LOOP["calendar.txt"].replace("20270331", "20260430")
    schedules["B"] = build_schedule(read_feed(folder_feed(tmp_path / "old", {"calendar.txt": old})))
    areas = group_poles({name: one.poles() for name, one in schedules.items()})
    found = departures(schedules, area(areas, "駅前"), datetime(2026, 5, 11, tzinfo=TOKYO))
    assert {one.feed for one in found.departures} == {"A"}
    assert {feed: span.last for feed, span in found.uncovered.items()} == {"B": date(2026, 4, 30)}


def test_operators_at_one_stop_stand_in_one_list_by_time(tmp_path: Path) -> None:
    schedules, _ = made(tmp_path)
    later = LOOP["stop_times.txt"].replace(":00:00,S_1", ":03:00,S_1")
    schedules["B"] = build_schedule(read_feed(folder_feed(tmp_path / "other", {"stop_times.txt": later})))
    areas = group_poles({name: one.poles() for name, one in schedules.items()})
    found = departures(schedules, area(areas, "駅前"), datetime(2026, 5, 11, 6, tzinfo=TOKYO)).departures
    assert [(one.feed, f"{one.scheduled:%H:%M}") for one in found[:2]] == [("A", "07:00"), ("B", "07:03")]


def test_frequencies_are_departures_and_tell_whether_their_times_are_a_promise(tmp_path: Path) -> None:
    rows = (
        "trip_id,start_time,end_time,headway_secs,exact_times\n1a,10:00:00,10:30:00,600,0\n2a,23:50:00,24:20:00,900,1\n"
    )
    schedules, areas = made(tmp_path, frequencies=rows)
    found = departures_on(schedules, area(areas, "病院"), DAY).departures
    assert [(f"{one.scheduled:%H:%M}", one.trip_id, one.start_s, one.headway_s) for one in found] == [
        ("10:05", "1a", 36_000, 600),
        ("10:15", "1a", 36_600, 600),
        ("10:25", "1a", 37_200, 600),
        ("23:50", "2a", 85_800, 0),
        ("00:05", "2a", 86_700, 0),
        ("01:15", "1b", None, 0),
    ]


def test_destinations_are_what_the_bus_shows_there(tmp_path: Path) -> None:
    times = LOOP["stop_times.txt"].replace("stop_sequence\n", "stop_sequence,stop_headsign\n").splitlines()
    times = [times[0], *(f"{line},{'病院経由 学校' if line.startswith('1a,07:00') else ''}" for line in times[1:])]
    schedules, areas = made(
        tmp_path,
        stop_times="\n".join(times) + "\n",
        trips=LOOP["trips.txt"]
        .replace("shape_id", "shape_id,trip_headsign")
        .replace("1a,", "1a,,市内循環")
        .replace("1b,", "1b,,"),
        routes_jp="route_id,origin_stop,via_stop,destination_stop\n2,病院,学校前,駅前ロータリー\n",
        translations="table_name,field_name,language,translation,field_value\n"
        "trips,trip_headsign,en,City loop,市内循環\nstops,stop_name,en,Station,駅前\n",
    )
    at_hospital = departures_on(schedules, area(areas, "病院"), DAY).departures
    assert [(one.headsign, one.headsign_english, one.via) for one in at_hospital] == [
        ("市内循環", "City loop", ""),
        ("駅前ロータリー", "", "学校前"),
        ("駅前", "Station", ""),
    ]
    assert departures_on(schedules, area(areas, "駅前"), DAY).departures[0].headsign == "病院経由 学校"


def test_blank_times_between_lie_between(tmp_path: Path) -> None:
    times = LOOP["stop_times.txt"].replace("1a,07:05:00,07:05:00", "1a,,").replace("1a,07:10:00,07:10:00", "1a,,")
    schedules, areas = made(tmp_path, stop_times=times)
    assert f"{departures_on(schedules, area(areas, '学校'), DAY).departures[0].scheduled:%H:%M}" == "07:10"


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1)])
def test_service_times_count_from_noon_when_clocks_change(tmp_path: Path, day: date) -> None:
    """In New York: 8 March has 23 hours, 1 November 25."""
    agency = LOOP["agency.txt"].replace("Asia/Tokyo", "America/New_York")
    calendar = LOOP["calendar.txt"].replace("20260401", "20260101")
    schedules, areas = made(tmp_path, agency=agency, calendar=calendar)
    zone = ZoneInfo("America/New_York")
    found = departures_on(schedules, area(areas, "駅前"), day).departures
    assert [one.scheduled for one in found] == [instant(day, 25_200, zone), instant(day, 90_600, zone)]
    after = departures(schedules, area(areas, "駅前"), found[1].scheduled, limit=1).departures
    assert after == (found[1],)


def test_a_saved_schedule_is_the_same(tmp_path: Path) -> None:
    schedules, areas = made(tmp_path)
    (tmp_path / "saved").mkdir()
    schedules["A"].save(tmp_path / "saved")
    loaded = {"A": Schedule.load(tmp_path / "saved")}
    stop = area(areas, "駅前")
    assert departures_on(loaded, stop, DAY) == departures_on(schedules, stop, DAY)
    assert group_poles({"A": loaded["A"].poles()}).areas == areas.areas


def by_hand(feeds: Mapping[str, Feed], stop: StopArea, at: datetime, horizon: timedelta) -> list[tuple[Any, ...]]:
    """Row by row through stop_times.txt, for every service date that could matter."""
    found = []
    for feed_id, feed in feeds.items():
        poles = {pole.stop_id for pole in stop.poles if pole.feed == feed_id}
        calendar = service_calendar(feed)
        service = dict(zip(feed.tables["trips"]["trip_id"], feed.tables["trips"]["service_id"], strict=True))
        times = feed.tables["stop_times"]
        last = times.loc[times.groupby("trip_id")["stop_sequence"].idxmax()].index
        rows = times[times["stop_id"].isin(poles) & ~times.index.isin(last)]
        for offset in (-1, 0, 1, 2):
            day = at.astimezone(TOKYO).date() + timedelta(days=offset)
            running = calendar.on(day) if calendar.covers(day) else frozenset()
            for trip_id, text, sequence, pickup in rows[
                ["trip_id", "departure_time", "stop_sequence", "pickup_type"]
            ].itertuples(index=False):
                hours, minutes, seconds = map(int, text.split(":"))
                leaves = instant(day, 3600 * hours + 60 * minutes + seconds, TOKYO)
                if service[trip_id] in running and at <= leaves < at + horizon and (pd.isna(pickup) or pickup != 1):
                    found.append((leaves, feed_id, trip_id, sequence))
    return sorted(found)


def test_departures_of_real_feeds_together_are_those_of_a_brute_force() -> None:
    """Two versions of one operator's feed, the older moved to the dates of the newer, as two operators."""
    feeds = {name: read_feed(shared_data(f"gtfs/{name}")) for name in ("donan_2017", "donan_2020")}
    calendar = feeds["donan_2017"].tables["calendar"].assign(start_date="20200401", end_date="20210401")
    info = feeds["donan_2017"].tables["feed_info"].assign(feed_start_date="20200401", feed_end_date="20210401")
    tables = {**feeds["donan_2017"].tables, "calendar": calendar, "feed_info": info}
    feeds["donan_2017"] = Feed({name: rows for name, rows in tables.items() if name != "calendar_dates"})
    schedules = {name: build_schedule(feed) for name, feed in feeds.items()}
    areas = group_poles({name: one.poles() for name, one in schedules.items()})
    chance = random.Random(3)
    for stop in chance.sample([one for one in areas.areas if len(one.feeds) > 1], 8):
        at = datetime(2020, 5, chance.randint(1, 28), chance.randint(0, 23), chance.randint(0, 59), tzinfo=TOKYO)
        found = departures(schedules, stop, at, limit=10_000, horizon=timedelta(hours=24)).departures
        told_now = [(one.scheduled, one.feed, one.trip_id, one.stop_sequence) for one in found]
        assert sorted(told_now) == by_hand(feeds, stop, at, timedelta(hours=24))
        assert [one.scheduled for one in found] == sorted(one.scheduled for one in found)
