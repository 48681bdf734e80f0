from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from gtfs import Feed, read_feed
from gtfs.difference import Change, DayKind, feed_difference, match_routes, typical_dates
from gtfs.difference_report import difference_geojson, difference_html, difference_svg
from gtfs.stop_difference import StopChangeKind, stop_changes
from tests.gtfs.feeds import LOOP, folder_feed
from tests.shared_data import shared_data


def _feed(folder: Path, changes: dict[str, str | bytes | None] | None = None) -> Feed:
    return read_feed(folder_feed(folder, changes))


def test_a_feed_has_not_changed_from_itself(tmp_path: Path) -> None:
    feed = _feed(tmp_path / "f")
    found = feed_difference(feed, feed)
    assert [(route.change, route.matched_by) for route in found.routes] == [(Change.SAME, "id"), (Change.SAME, "id")]
    assert found.stops == ()
    assert found.trips(DayKind.WEEKDAY) == (3, 3)


def test_stops_added_removed_moved_and_renamed_are_told_with_metres(tmp_path: Path) -> None:
    # 0.001 degrees of latitude at 35 degrees north are 110.9 m.
    stops = (
        LOOP["stops.txt"].replace("B,病院,35.00,", "B,病院,35.001,").replace("C,学校,", "C,小学校,")
        + "D,公園,35.02,138.92,0,,\n"
    )
    before = _feed(tmp_path / "a")
    after = _feed(tmp_path / "b", {"stops.txt": stops})
    changes = stop_changes(before, after)
    assert [(one.kind, one.name, one.metres and round(one.metres, 1)) for one in changes] == [
        (StopChangeKind.ADDED, "公園", None),
        (StopChangeKind.MOVED, "病院", 110.9),
        (StopChangeKind.RENAMED, "小学校", 0.0),
    ]
    assert stop_changes(after, before)[0].kind is StopChangeKind.REMOVED


def test_a_pole_with_a_new_id_at_the_same_place_is_the_same_pole(tmp_path: Path) -> None:
    stops, times = (LOOP[name].replace("B,", "B9,") for name in ("stops.txt", "stop_times.txt"))
    after = _feed(tmp_path / "b", {"stops.txt": stops, "stop_times.txt": times})
    assert stop_changes(_feed(tmp_path / "a"), after) == ()


def test_trips_and_headways_before_and_after_by_route(tmp_path: Path) -> None:
    rows = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    times = rows + "".join(
        f"{trip},{hour}:00:00,{hour}:00:00,S_1,1\n{trip},{hour}:10:00,{hour}:10:00,B,2\n"
        for trip, hour in (("1a", 7), ("1b", 8), ("1c", 9))
    )
    trips = "route_id,service_id,trip_id,shape_id\n1,毎日,1a,\n1,毎日,1b,\n1,毎日,1c,\n"
    before, after = _feed(tmp_path / "a"), _feed(tmp_path / "b", {"stop_times.txt": times, "trips.txt": trips})
    found = feed_difference(before, after)
    first, second = found.routes
    day = first.days[DayKind.SATURDAY]
    assert (first.change, day.trips, day.headways) == (Change.CHANGED, (2, 3), (1090.0, 60.0))
    assert first.stops_removed == ("学校",)
    # Route 2 has no trips any more, and still stands in routes.txt.
    assert second.days[DayKind.WEEKDAY].trips == (1, 0)


def test_routes_are_matched_by_id_then_by_name_then_by_stops() -> None:
    old = {"1": "市内線", "2": "港線", "3": "山手線", "4": "消えた線"}
    new = {"1": "市内線", "A": "港線(新)", "B": "山の手線", "C": "新しい線"}
    old_stops = {"1": ("a", "b"), "2": ("c", "d", "e"), "3": ("f", "g", "h", "i"), "4": ("x", "y")}
    new_stops = {"1": ("a", "b"), "A": ("c", "d"), "B": ("f", "g", "h", "i"), "C": ("p", "q")}
    assert match_routes(old, new, old_stops, new_stops) == [
        ("1", "1", "id"),
        ("2", "A", "name"),
        ("3", "B", "stops"),
        (None, "C", ""),
        ("4", None, ""),
    ]


def test_an_id_given_to_another_line_is_not_the_same_route() -> None:
    pairs = match_routes({"1": "港線"}, {"1": "山手線"}, {"1": ("a", "b")}, {"1": ("c", "d")})
    assert pairs == [(None, "1", ""), ("1", None, "")]


def test_typical_dates_are_no_holidays(tmp_path: Path) -> None:
    header = "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    changes: dict[str, str | bytes | None] = {
        "calendar.txt": header + "毎日,1,1,1,1,1,0,0,20260429,20260630\n日,0,0,0,0,0,1,1,20260429,20260630\n",
        "calendar_dates.txt": "service_id,date,exception_type\n毎日,20260429,2\n日,20260429,1\n",
    }
    assert typical_dates(_feed(tmp_path / "f", changes)) == {
        DayKind.WEEKDAY: date(2026, 4, 30), DayKind.SATURDAY: date(2026, 5, 2), DayKind.SUNDAY: date(2026, 5, 3),
    }  # fmt: skip


@pytest.fixture(scope="module")
def generations() -> tuple[Feed, Feed]:
    return read_feed(shared_data("gtfs/donan_2017")), read_feed(shared_data("gtfs/donan_2020"))


def test_two_years_of_a_real_operator_are_compared(generations: tuple[Feed, Feed]) -> None:
    before, after = generations
    found = feed_difference(before, after)
    for side, (feed, day) in enumerate([(before, "20170403"), (after, "20200401")]):
        assert found.trips(DayKind.WEEKDAY)[side] == len(feed.kit.get_trips(date=day))
    counts = Counter(route.change for route in found.routes)
    assert counts[Change.REMOVED] == len(
        set(before.table("routes")["route_id"]) - set(after.table("routes")["route_id"])
    )
    assert counts[Change.ADDED] == len(set(after.table("routes")["route_id"]) - set(before.table("routes")["route_id"]))
    renamed = {(stop.name_before, stop.name) for stop in found.stops if stop.kind is StopChangeKind.RENAMED}
    assert ("新日鉄住金前", "日本製鉄前") in renamed
    assert not any("新日鉄住金前" in route.stops_removed for route in found.routes)


def test_the_difference_is_drawn_and_told(generations: tuple[Feed, Feed]) -> None:
    found = feed_difference(*generations)
    drawn: dict[str, Any] = difference_geojson(found, *generations)
    assert Counter(one["properties"]["kind"] for one in drawn["features"])["stop"] == len(found.stops)
    svg = ElementTree.fromstring(difference_svg(found, *generations))
    assert len(svg.findall("circle")) == sum(1 for stop in found.stops if stop.lonlat)
    page = difference_html(found, *generations, ("2017", "2020"), "en")
    assert "388" in page
    assert "<svg" in page
    assert "時刻表の比較" in difference_html(found, *generations, ("2017", "2020"), "ja")
