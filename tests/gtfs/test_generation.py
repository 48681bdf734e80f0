from datetime import date
from pathlib import Path

import pytest

from gtfs import read_feed
from gtfs.generation import find_revisions, plain_name
from gtfs.service_kind import ServiceKind, service_profiles
from tests.gtfs.feeds import folder_feed
from tests.shared_data import shared_data

_CALENDAR = "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
_OLD = "旧平日,1,1,1,1,1,0,0,20260401,20260930\n旧土日,0,0,0,0,0,1,1,20260401,20260930\n"
_NEW = "新平日,1,1,1,1,1,0,0,20261001,20270331\n新土日,0,0,0,0,0,1,1,20261001,20270331\n"
_TRIPS = "route_id,service_id,trip_id,shape_id\n"
_TIMES = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"


def _times(*trips: str, order: str = "S_1 B C") -> str:
    return "".join(
        f"{trip},0{7 + at}:00:00,0{7 + at}:00:00,{stop},{at}\n"
        for trip in trips
        for at, stop in enumerate(order.split())
    )


def test_two_timetables_of_the_same_lines_are_found_with_the_date_of_the_revision(tmp_path: Path) -> None:
    changes: dict[str, str | bytes | None] = {
        "calendar.txt": _CALENDAR + _OLD + _NEW,
        "trips.txt": _TRIPS + "1,旧平日,a,\n1,旧土日,b,\n1,新平日,c,\n1,新平日,d,\n1,新土日,e,\n",
        "stop_times.txt": _TIMES + _times("a", "b", "c", "d", "e"),
    }
    (revision,) = find_revisions(read_feed(folder_feed(tmp_path / "f", changes)))
    assert revision.begins == date(2026, 10, 1)
    assert (revision.before, revision.after) == (("旧土日", "旧平日"), ("新土日", "新平日"))
    assert [(line.before, line.trips_before, line.trips_after) for line in revision.lines] == [(("1",), 2, 3)]
    assert revision.doubled_trips == 2


@pytest.mark.parametrize("name", ["市内循環線（新）", "別の名前の線"])
def test_a_line_that_was_renamed_is_the_same_line_by_its_name_or_its_stops(tmp_path: Path, name: str) -> None:
    changes: dict[str, str | bytes | None] = {
        "routes.txt": f"route_id,agency_id,route_long_name,route_type\n1,A,市内循環線,3\nN1,A,{name},3\n2,A,病院線,3\n",
        "calendar.txt": _CALENDAR + _OLD + _NEW,
        "trips.txt": _TRIPS + "1,旧平日,a,\nN1,新平日,c,\n",
        "stop_times.txt": _TIMES + _times("a", "c"),
    }
    (revision,) = find_revisions(read_feed(folder_feed(tmp_path / "f", changes)))
    assert [(line.before, line.after) for line in revision.lines] == [(("1",), ("N1",))]


def test_a_line_that_ends_and_another_that_begins_are_no_two_timetables(tmp_path: Path) -> None:
    changes: dict[str, str | bytes | None] = {
        "calendar.txt": _CALENDAR + _OLD + _NEW,
        "trips.txt": _TRIPS + "1,旧平日,a,\n2,新平日,c,\n",
        "stop_times.txt": _TIMES + _times("a") + _times("c", order="C B S_1"),
    }
    assert find_revisions(read_feed(folder_feed(tmp_path / "f", changes))) == ()


def test_a_timetable_for_obon_is_no_generation(tmp_path: Path) -> None:
    changes: dict[str, str | bytes | None] = {
        "calendar.txt": _CALENDAR + "平日,1,1,1,1,1,1,1,20260401,20270331\n盆,1,1,1,1,1,1,1,20260813,20260816\n",
        "trips.txt": _TRIPS + "1,平日,a,\n1,盆,c,\n",
        "stop_times.txt": _TIMES + _times("a", "c"),
    }
    feed = read_feed(folder_feed(tmp_path / "f", changes))
    assert service_profiles(feed)["盆"].kind is ServiceKind.OBON
    assert find_revisions(feed) == ()


def test_names_lose_their_width_and_their_marks_of_a_revision() -> None:
    assert {plain_name(name) for name in ("市内循環線", "市内循環線 (新)", "新_市内循環線", "市内循環線20261001")} == {
        "市内循環線"
    }
    assert plain_name("Ａ１　線") == "A1線"
    assert plain_name("新") == "新"


@pytest.mark.parametrize("year", [2017, 2020])
def test_a_feed_of_one_timetable_has_no_revision(year: int) -> None:
    feed = read_feed(shared_data(f"gtfs/donan_{year}"))
    assert find_revisions(feed) == ()
    kinds = {service: profile.kind for service, profile in service_profiles(feed).items()}
    assert kinds == {"weekday": ServiceKind.WEEKDAY, "weekend": ServiceKind.WEEKEND_HOLIDAY}
