"""PTAL, OeV-Gueteklassen, MLIT's measures: worked by hand from the published formulas."""

from datetime import date, time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gtfs import DateOutsideError, Feed, read_feed
from gtfs.measure import (
    access_index,
    band,
    departures_on,
    doorstep_frequency,
    peak_service,
    people_covered,
    quality_class,
    service_at_stops,
    stop_categories,
    stop_places,
    stop_service,
)
from gtfs.measure.parameter import DesertRule
from gtfs.measure.quality_class import stop_category
from tests.gtfs.feeds import folder_feed

DAY = date(2026, 6, 1)


@pytest.fixture
def loop(tmp_path: Path) -> Feed:
    return read_feed(folder_feed(tmp_path / "loop"))


def test_departures_of_a_day_are_every_call_but_the_last_of_each_trip(loop: Feed) -> None:
    found = departures_on(loop, DAY)
    assert list(zip(found["trip_id"], found["stop_id"], found["seconds"], strict=True))[:4] == [
        ("1a", "S_1", 25_200),
        ("1a", "B", 25_500),
        ("1a", "C", 25_800),
        ("2a", "B", 28_800),
    ]
    assert len(found) == 7


def test_a_window_after_midnight_holds_the_trips_of_the_day_before(loop: Feed) -> None:
    found = departures_on(loop, DAY, (time(1), time(1, 20)))
    assert found[["trip_id", "stop_id", "seconds"]].values.tolist() == [["1b", "S_1", 4_200], ["1b", "B", 4_500]]


def test_a_date_outside_the_calendar_is_an_error(loop: Feed) -> None:
    with pytest.raises(DateOutsideError, match="2026-04-01"):
        departures_on(loop, date(2030, 1, 1))


def test_frequencies_are_written_out_from_start_to_before_the_end(tmp_path: Path) -> None:
    rows = "trip_id,start_time,end_time,headway_secs\n2a,06:00:00,07:00:00,1200\n"
    feed = read_feed(folder_feed(tmp_path / "feed", {"frequencies.txt": rows}))
    found = departures_on(feed, DAY)
    assert found.loc[found["trip_id"] == "2a", "seconds"].tolist() == [21_600, 22_800, 24_000]


def test_a_blank_time_between_two_lies_halfway(tmp_path: Path) -> None:
    times = (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "1a,07:00:00,07:00:00,S_1,1\n1a,,,B,2\n1a,07:10:00,07:10:00,C,3\n"
    )
    feed = read_feed(folder_feed(tmp_path / "feed", {"stop_times.txt": times}))
    assert departures_on(feed, DAY)["seconds"].tolist() == [25_200, 25_500]


def test_poles_of_one_station_and_of_one_name_nearby_are_one_stop(tmp_path: Path) -> None:
    stops = (
        "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
        "S,駅前,35.00,138.90,1,\nS_1,のりば1,35.00,138.90,0,S\nB_1,病院,35.00,138.91,0,\nB_2,病院,35.0005,138.91,0,\n"
        "B_far,病院,35.10,138.91,0,\nC,学校,35.0002,138.91,0,\n"
    )
    feed = read_feed(folder_feed(tmp_path / "feed", {"stops.txt": stops}))
    groups = stop_places(feed).groupby("place_id")["stop_id"].agg(list)
    assert sorted(groups) == [["B_1", "B_2"], ["B_far"], ["C"], ["S_1"]]


def test_doorstep_frequency_of_a_bus_and_of_a_train() -> None:
    # 320 m are 4 minutes, 6 buses an hour wait 5 + 2: 30 / 11. A train: 800 m, 4 an hour: 30 / (10 + 7.5 + 0.75).
    assert doorstep_frequency(320, 6, True) == pytest.approx(30 / 11)
    assert doorstep_frequency(800, 4, False) == pytest.approx(30 / 18.25)


def test_the_best_line_of_a_mode_counts_whole_and_each_other_half() -> None:
    walks = pd.DataFrame({"point": [0, 0, 0, 1], "stop": ["a", "b", "rail", "far"], "metres": [320.0, 160, 800, 641]})
    service = pd.DataFrame({
        "stop": ["a", "b", "b", "rail", "far"],
        "line": ["1", "1", "2", "R", "1"],
        "mode": ["Bus", "Bus", "Bus", "Rail", "Bus"],
        "bus": [True, True, True, False, True],
        "per_hour": [6.0, 6, 2, 4, 6],
    })  # fmt: skip
    # Line 1 from its nearer stop b: 30 / (2 + 7); line 2: 30 / (2 + 17), half; rail whole; 641 m is too far for a bus.
    expected = 30 / 9 + 0.5 * 30 / 19 + 30 / 18.25
    assert access_index(walks, service, 3) == pytest.approx([expected, 0, 0])
    many = pd.concat([walks.assign(point=walks["point"] + at) for at in (0, 30_000)], ignore_index=True)
    assert np.flatnonzero(access_index(many, service, 30_002)).tolist() == [0, 30_000]


def test_bands_have_tfls_edges() -> None:
    index = np.array([0, 0.001, 2.5, 2.51, 5, 5.01, 10, 15, 20, 25, 25.01, 40, 40.01, 200])
    assert band(index).tolist() == ["0", "1a", "1a", "1b", "1b", "2", "2", "3", "4", "5", "6a", "6a", "6b", "6b"]


def test_peak_service_takes_the_better_direction(tmp_path: Path) -> None:
    feed = read_feed(folder_feed(tmp_path / "feed"))
    found = peak_service(departures_on(feed, DAY, (time(7), time(9))))
    assert found.sort_values(["stop", "line"])[["stop", "line", "mode", "per_hour"]].values.tolist() == [
        ["B", "1", "Bus", 1],
        ["B", "2", "Bus", 1],
        ["C", "1", "Bus", 1],
        ["S_1", "1", "Bus", 1],
    ]


@pytest.mark.parametrize(
    ("group", "interval", "category"),
    [("rail_node", 9, 1), ("rail", 4.9, 1), ("rail", 5, 2), ("road", 19, 4), ("road", 20, 5), ("rail", 60, 5)],
)
def test_stop_categories_follow_the_table(group: str, interval: float, category: int) -> None:
    assert stop_category(group, interval) == category


def test_a_stop_that_is_served_less_than_hourly_has_no_category() -> None:
    assert stop_category("rail", 61) == 0
    assert stop_category("road", np.inf) == 0


def test_quality_classes_go_down_with_distance_and_the_best_stop_decides() -> None:
    # Points east of a stop of category II, each 0.001 degrees some 91 m apart at 35 degrees north.
    lon = 138.9 + np.array([2, 4, 7, 10, 12]) * 0.001
    points = np.column_stack([lon, np.full(5, 35.0)])
    assert quality_class(points, np.array([[138.9, 35.0]]), np.array([2])).tolist() == ["A", "B", "C", "D", ""]
    both = np.array([[138.9, 35.0], [138.912, 35.0]])
    assert quality_class(points, both, np.array([2, 5])).tolist() == ["A", "B", "C", "D", "D"]
    assert quality_class(points, both, np.array([0, 0])).tolist() == [""] * 5


def test_the_higher_kind_of_transport_decides_the_category() -> None:
    departures = pd.DataFrame({"place_id": ["x"] * 160 + ["y"] * 28, "route_type": [3] * 100 + [2] * 60 + [3] * 28})
    table = stop_categories(departures)
    # x: 60 trains in 14 hours, both ways: one each 28 minutes. y: 28 buses: one each hour.
    assert table.loc["x", ["group", "departures", "category"]].tolist() == ["rail", 60, 4]
    assert table.loc["x", "interval_min"] == pytest.approx(28)
    assert table.loc["y", "category"] == 0
    assert stop_categories(departures, nodes=["x"]).loc["x", "category"] == 3


def test_trunk_service_is_thirty_departures_each_way_at_the_weaker_of_the_two() -> None:
    rows = [("a", "1", 0)] * 40 + [("a", "1", 1)] * 31 + [("b", "1", 0)] * 40 + [("b", "1", 1)] * 29
    departures = pd.DataFrame(rows, columns=["place_id", "route_id", "direction"]).assign(route_type=3)
    service = stop_service(departures)
    assert service[["departures", "each_way", "line_each_way"]].values.tolist() == [[71, 31, 31], [69, 29, 29]]
    points = np.array([[138.9, 35.0], [138.9, 35.1]])
    found = people_covered(points, np.array([10, 5]), points, service)
    assert (found.people, found.covered, found.trunk_covered) == (15, 15, 10)


def test_people_beyond_300_m_of_a_bus_stop_and_800_m_of_a_station_are_left_out() -> None:
    stops = np.array([[138.9, 35.0], [138.9, 35.5]])
    service = pd.DataFrame({"rail": [False, True], "departures": [8, 8], "each_way": [4, 4]}, index=["bus", "rail"])
    # 0.0025 degrees of latitude are 277 m, 0.003 333 m; 0.007 777 m, 0.0075 832 m.
    points = np.array([[138.9, 35.0025], [138.9, 35.003], [138.9, 35.507], [138.9, 35.5075]])
    people = np.array([1, 2, 4, 8])
    assert people_covered(points, people, stops, service).covered == 1 + 4
    assert people_covered(points, people, stops, service, DesertRule(bus_stop_m=500)).covered == 1 + 2 + 4
    assert people_covered(points, people, stops, service, DesertRule(departures=9)).covered == 0


def test_service_at_stops_counts_by_line_and_direction(loop: Feed) -> None:
    table = service_at_stops(departures_on(loop, DAY))
    names = stop_places(loop).drop_duplicates("place_id").set_index("place_id")["name"]
    counted = zip(table["place_id"].map(names), table["route_id"], table["count"], strict=True)
    assert sorted(counted) == [("学校", "1", 2), ("病院", "1", 2), ("病院", "2", 1), ("駅前", "1", 2)]
