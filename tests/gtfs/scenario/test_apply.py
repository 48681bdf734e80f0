from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gtfs import Feed, feed_batches, read_feed, service_calendar
from gtfs.clock import parse_seconds
from gtfs.measure import departures_on
from gtfs.scenario import InvalidScenarioError, apply, apply_facilities, apply_told, parse_scenario
from tests.gtfs.feeds import folder_feed

MONDAY, SUNDAY = date(2026, 6, 1), date(2026, 6, 7)
SHUTTLE = {
    "id": "shuttle",
    "name": "自動運転シャトル",
    "autonomous": True,
    "stops": ["S_1", {"name": "市役所", "at": [138.905, 35.005]}, "C"],
    "speed_kmh": 18,
    "headway_min": 30,
    "from": "07:00",
    "to": "09:00",
}


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    return read_feed(folder_feed(tmp_path / "loop"))


def _apply(feed: Feed, *changes: dict[str, Any]) -> Feed:
    return apply({"city": feed}, parse_scenario({"changes": list(changes)}))["city"]


def _starts(feed: Feed, route_id: str, day: date = MONDAY) -> list[str]:
    found = departures_on(feed, day)
    first = found[found["route_id"] == route_id].groupby("trip_id")["seconds"].min().sort_values()
    return [f"{one // 3600:02d}:{one // 60 % 60:02d}" for one in first]


def _calls(feed: Feed, trip_id: str) -> list[tuple[str, str, str]]:
    rows = feed.table("stop_times")
    rows = rows[rows["trip_id"] == trip_id].sort_values("stop_sequence")
    return list(zip(rows["stop_id"], rows["arrival_time"], rows["departure_time"], strict=True))


def test_an_added_line_runs_both_ways_with_the_times_of_its_speed(feed: Feed) -> None:
    new = _apply(feed, {"add_line": SHUTTLE})
    assert _starts(new, "shuttle") == ["07:00"] * 2 + ["07:30"] * 2 + ["08:00"] * 2 + ["08:30"] * 2
    calls = _calls(new, "shuttle-0-07:00:00")
    assert [stop for stop, _, _ in calls] == ["S_1", "shuttle-1", "C"]
    # By GRS 80, 0.005 degrees are 456.4 m east and 554.7 m north at 35 degrees: 718.3 m, at 5 m/s 143.7 s.
    assert [arrival for _, arrival, _ in calls] == ["07:00:00", "07:02:24", "07:04:48"]
    assert [stop for stop, _, _ in _calls(new, "shuttle-1-07:00:00")] == ["C", "shuttle-1", "S_1"]


def test_an_added_line_follows_its_drawn_way_and_waits_at_its_stops(feed: Feed) -> None:
    drawn = {**SHUTTLE, "path": [[138.90, 35.0], [138.91, 35.0], [138.91, 35.01]], "stops": ["S_1", "B", "C"]}
    new = _apply(feed, {"add_line": {**drawn, "dwell_s": 30, "both_ways": False}})
    # 912.8 m east and 1 109.4 m north at 5 m/s: 182.6 s; then 30 s at B and 221.9 s.
    assert _calls(new, "shuttle-0-07:00:00") == [
        ("S_1", "07:00:00", "07:00:00"),
        ("B", "07:03:03", "07:03:33"),
        ("C", "07:07:15", "07:07:15"),
    ]
    assert new.table("shapes")["shape_id"].unique().tolist() == ["shuttle-shape"]


def test_an_added_line_runs_on_its_days_only(feed: Feed) -> None:
    new = _apply(feed, {"add_line": {**SHUTTLE, "days": ["sunday"]}})
    assert _starts(new, "shuttle", MONDAY) == []
    assert len(_starts(new, "shuttle", SUNDAY)) == 8
    assert service_calendar(new).first == service_calendar(feed).first


def test_a_line_with_a_timetable_leaves_when_it_says(feed: Feed) -> None:
    timetable = {key: value for key, value in SHUTTLE.items() if key not in ("headway_min", "from", "to")}
    new = _apply(feed, {"add_line": {**timetable, "departures": ["07:10", "25:05"], "both_ways": False}})
    assert _starts(new, "shuttle") == ["07:10", "25:05"]


def test_what_comes_out_is_a_feed_for_layers_and_readers_too(feed: Feed, tmp_path: Path) -> None:
    new = _apply(feed, {"add_line": SHUTTLE}, {"change_frequency": {"route": "1", "factor": 2}})
    batches = {batch.part: batch for batch in feed_batches(new, name="new")}
    assert "shuttle" in set(batches["routes"].features["feature_id"])
    assert not batches["routes"].problems
    folder = tmp_path / "written"
    folder.mkdir()
    for name, rows in new.tables.items():
        rows.to_csv(folder / f"{name}.txt", index=False)
    again = read_feed(folder)
    assert not again.problems
    pd.testing.assert_frame_equal(departures_on(again, MONDAY), departures_on(new, MONDAY))


def test_the_feed_that_goes_in_stays_as_it_is(feed: Feed) -> None:
    before = {name: rows.copy() for name, rows in feed.tables.items()}
    _apply(
        feed,
        {"add_line": SHUTTLE},
        {"change_speed": {"route": "1", "factor": 2}},
        {"move_stop": {"stop": "B", "to": [138.92, 35.0]}},
        {"remove_route": {"route": "2"}},
    )
    assert before.keys() == feed.tables.keys()
    for name, rows in before.items():
        pd.testing.assert_frame_equal(feed.tables[name], rows)


def test_twice_the_frequency_puts_a_trip_between_each_two(tmp_path: Path) -> None:
    times = ["07:00", "07:20", "08:00"]
    rows = "".join(f"t{i},{t}:00,{t}:00,B,1\nt{i},{t[:4]}9:00,{t[:4]}9:00,S_1,2\n" for i, t in enumerate(times))
    trips = "route_id,service_id,trip_id,shape_id\n" + "".join(f"2,毎日,t{i},\n" for i in range(3))
    head = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    feed = read_feed(folder_feed(tmp_path / "f", {"trips.txt": trips, "stop_times.txt": head + rows}))
    assert _starts(_apply(feed, {"change_frequency": {"route": "2", "factor": 2}}), "2") == [
        *("07:00", "07:10", "07:20", "07:40", "08:00")
    ]
    assert _starts(_apply(feed, {"change_frequency": {"route": "2", "factor": 0.5}}), "2") == ["07:00", "08:00"]
    new = _apply(feed, {"change_frequency": {"route": "2", "headway_min": 15, "from": "07:10", "to": "08:00"}})
    assert _starts(new, "2") == ["07:00", "07:10", "07:25", "07:40", "07:55", "08:00"]
    assert _calls(new, "t1~07:25:00") == [("B", "07:25:00", "07:25:00"), ("S_1", "07:34:00", "07:34:00")]


def test_a_faster_route_needs_less_time_from_its_first_stop_on(feed: Feed) -> None:
    new = _apply(feed, {"change_speed": {"route": "1", "factor": 1.25}})
    assert [departure for _, _, departure in _calls(new, "1a")] == ["07:00:00", "07:04:00", "07:08:00", "07:12:00"]
    assert _calls(new, "2a") == _calls(feed, "2a")


def test_a_removed_route_runs_no_more_and_its_stops_stay(feed: Feed) -> None:
    new = _apply(feed, {"remove_route": {"route": "1"}})
    assert set(departures_on(new, MONDAY)["route_id"]) == {"2"}
    assert list(new.table("routes")["route_id"]) == ["2"]
    assert list(new.table("stops")["stop_id"]) == list(feed.table("stops")["stop_id"])


def test_a_rerouted_trip_skips_what_lies_between_and_the_rest_moves_with_it(feed: Feed) -> None:
    # From S_1 straight to C: 1 436.6 m at 36 km/h are 143.7 s; C was reached after 600 s, so the rest is 456 s earlier.
    change = {"route": "1", "from_stop": "S_1", "to_stop": "C", "speed_kmh": 36}
    new = _apply(feed, {"reroute": change})
    assert _calls(new, "1a") == [
        ("S_1", "07:00:00", "07:00:00"),
        ("C", "07:02:24", "07:02:24"),
        ("S_1", "07:07:24", "07:07:24"),
    ]
    via = _apply(feed, {"reroute": {**change, "via": [{"name": "公園", "at": [138.905, 35.005]}]}})
    assert [stop for stop, _, _ in _calls(via, "1a")] == ["S_1", "1-via-1", "C", "S_1"]


def test_a_trip_the_other_way_is_rerouted_too(feed: Feed) -> None:
    new = _apply(feed, {"reroute": {"route": "2", "from_stop": "S_1", "to_stop": "B", "via": ["C"]}})
    assert [stop for stop, _, _ in _calls(new, "2a")] == ["B", "C", "S_1"]


def test_a_moved_stop_has_a_new_place_and_the_old_times(feed: Feed) -> None:
    new = _apply(feed, {"move_stop": {"stop": "B", "to": [138.92, 35.001]}})
    stop = new.table("stops").set_index("stop_id").loc["B"]
    assert (stop["stop_lon"], stop["stop_lat"]) == (138.92, 35.001)
    assert _calls(new, "1a") == _calls(feed, "1a")


def test_trips_of_frequencies_are_changed_one_by_one(tmp_path: Path) -> None:
    rows = "trip_id,start_time,end_time,headway_secs\n2a,06:00:00,07:00:00,1200\n"
    feed = read_feed(folder_feed(tmp_path / "feed", {"frequencies.txt": rows}))
    new = _apply(feed, {"change_frequency": {"route": "2", "factor": 2}})
    assert _starts(new, "2") == ["06:00", "06:10", "06:20", "06:30", "06:40"]
    assert len(new.table("frequencies")) == 0


def test_every_change_of_a_timetable_is_told_in_both_languages(feed: Feed) -> None:
    scenario = parse_scenario({
        "changes": [
            {"add_line": SHUTTLE},
            {"change_frequency": {"route": "1", "factor": 2}},
            {"change_access": {"mode": "cycle"}},
            {"remove_route": {"route": "2"}},
        ]
    })  # fmt: skip
    told = apply_told({"city": feed}, scenario).told
    assert [text.en for text in told] == [
        "line '自動運転シャトル' (autonomous) added: 3 stops, 1.4 km straight from stop to stop, 5 minutes at 18 km/h, "
        "4 trips each way",
        "route '循環 市内循環線': 2 trips become 3 (all timetables together)",
        "route '病院線' removed (1 trips)",
    ]
    assert told[2].ja == "路線「病院線」を廃止(1便)"


@pytest.mark.parametrize(
    ("change", "rule", "key"),
    [
        ({"remove_route": {"route": "9"}}, "unknown_route", "changes[0].remove_route.route"),
        ({"move_stop": {"stop": "Z", "to": [138, 35]}}, "unknown_stop", "changes[0].move_stop.stop"),
        ({"remove_route": {"feed": "rail", "route": "1"}}, "feed", "changes[0].remove_route.feed"),
        ({"add_line": {**SHUTTLE, "id": "1"}}, "exists", "changes[0].add_line.id"),
        ({"add_line": {**SHUTTLE, "stops": ["S_1", "Z"]}}, "unknown_stop", "changes[0].add_line.stops[1]"),
        (
            {"reroute": {"route": "2", "from_stop": "C", "to_stop": "B"}},
            "not_between",
            "changes[0].reroute.from_stop",
        ),
    ],
)
def test_what_the_timetable_does_not_have_is_told(feed: Feed, change: dict[str, Any], rule: str, key: str) -> None:
    with pytest.raises(InvalidScenarioError) as error:
        _apply(feed, change)
    assert (error.value.problem.rule, error.value.problem.feature) == (f"scenario.{rule}", key)


def test_one_of_several_feeds_must_be_named(feed: Feed) -> None:
    feeds = {"bus": feed, "rail": feed}
    with pytest.raises(InvalidScenarioError):
        apply(feeds, parse_scenario({"changes": [{"remove_route": {"route": "1"}}]}))
    new = apply(feeds, parse_scenario({"changes": [{"remove_route": {"feed": "rail", "route": "1"}}]}))
    assert new["bus"] is feed
    assert list(new["rail"].table("routes")["route_id"]) == ["2"]


def test_facilities_open_close_and_merge() -> None:
    rows = pd.DataFrame(
        [("a", "中央病院", 138.9, 35.0, 100), ("b", "北病院", 138.9, 35.1, 50), ("c", "南病院", 138.9, 34.9, 20)],
        columns=["feature_id", "name", "lon", "lat", "amount"],
    )
    scenario = parse_scenario({
        "changes": [
            {"add_facility": {"id": "d", "name": "新病院", "at": [138.95, 35.0], "amount": 10}},
            {"merge_facility": {"ids": ["b"], "into": "a"}},
            {"close_facility": {"id": "c"}},
            {"close_facility": {"layer": "schools", "id": "x"}},
        ]
    })  # fmt: skip
    new, told = apply_facilities(rows, scenario, layer="hospitals")
    assert new[["feature_id", "amount"]].values.tolist() == [["a", 150.0], ["d", 10.0]]
    assert [text.en for text in told] == [
        "facility '新病院' added",
        "facilities 北病院 merged into '中央病院'",
        "facility '南病院' closed",
    ]
    with pytest.raises(InvalidScenarioError):
        apply_facilities(rows, scenario, layer="schools")


def test_times_that_are_blank_stay_blank(tmp_path: Path) -> None:
    times = (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "1a,07:00:00,07:00:00,S_1,1\n1a,,,B,2\n1a,07:10:00,07:10:00,C,3\n"
    )
    feed = read_feed(folder_feed(tmp_path / "feed", {"stop_times.txt": times}))
    new = _apply(feed, {"change_speed": {"route": "1", "factor": 2}})
    assert parse_seconds(new.table("stop_times")["arrival_time"]).tolist() == [25_200, -1, 25_500]
