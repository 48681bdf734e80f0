"""What a planner may rely on, each told by a town of a few stops along one street."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from geo.network import build_network
from gtfs.errors import InvalidQueryError
from gtfs.routing import UNREACHED, TransitNetwork, build_transit_network, link_places, minute_times, travel_times
from tests.gtfs.routing import street_town
from tests.gtfs.routing.street_town import MONDAY, lonlat, query

H = 3600
STOPS = {"A": 0.0, "B": 5000.0, "C": 10_000.0}


def minutes_of(network: TransitNetwork, start: float, end: float, asked: Any) -> list[int]:
    (chunk,) = minute_times(network, lonlat(start), lonlat(end), asked)
    found: NDArray[np.int16] = chunk.seconds[0, 0]
    return found.tolist()


def town(folder: Path, trips: Any, **more: Any) -> TransitNetwork:
    return street_town.network(street_town.feed(folder, STOPS, trips, **more))


def test_the_wait_counts_from_the_minute_one_leaves_and_is_at_least_a_minute(tmp_path: Path) -> None:
    network = town(tmp_path, {"1": [("A", 8 * H + 180), ("B", 8 * H + 600)], "2": [("A", 9 * H), ("B", 9 * H + 600)]})
    assert minutes_of(network, 0, 5000, query(8 * H, 4)) == [600, 540, 480, 4020]
    assert minutes_of(network, 0, 5000, query(8 * H, 4, min_wait_s=0)) == [600, 540, 480, 420]


def test_nobody_boards_or_alights_where_the_doors_stay_closed(tmp_path: Path) -> None:
    trips = {"1": [("A", 8 * H + 600, 8 * H + 600, 1, 0), ("B", 8 * H + 900, 8 * H + 900, 0, 1), ("C", 8 * H + 1200)]}
    network = town(tmp_path, trips)
    assert minutes_of(network, 0, 10_000, query(8 * H, 1)) == [UNREACHED]
    assert minutes_of(network, 0, 5000, query(8 * H, 1)) == [UNREACHED]
    assert minutes_of(network, 5000, 10_000, query(8 * H, 1)) == [1200]


def test_a_stop_reached_twice_in_one_trip_keeps_both_calls(tmp_path: Path) -> None:
    calls = [("A", 8 * H + 60), ("B", 8 * H + 600), ("C", 8 * H + 900), ("B", 8 * H + 1500), ("A", 8 * H + 2100)]
    network = town(tmp_path, {"1": calls})
    assert minutes_of(network, 0, 5000, query(8 * H, 1)) == [600]
    assert minutes_of(network, 5000, 0, query(8 * H, 1)) == [2100]
    assert minutes_of(network, 10_000, 5000, query(8 * H, 1)) == [1500]


def test_a_trip_that_is_overtaken_is_left_for_the_faster_one(tmp_path: Path) -> None:
    trips = {"slow": [("A", 8 * H + 60), ("C", 8 * H + 3000)], "fast": [("A", 8 * H + 300), ("C", 8 * H + 1200)]}
    network = town(tmp_path, trips, routes=dict.fromkeys(trips, "R"))
    assert minutes_of(network, 0, 10_000, query(8 * H, 1)) == [1200]


def test_the_last_bus_of_yesterday_still_runs_after_midnight(tmp_path: Path) -> None:
    trips = {"1": [("A", 24 * H + 600), ("B", 24 * H + 1200)]}
    weekdays = town(tmp_path, trips, services={"1": "weekdays"})
    assert minutes_of(weekdays, 0, 5000, query(0, 1)) == [UNREACHED]  # the day before is a Sunday
    assert minutes_of(weekdays, 0, 5000, query(24 * H, 1)) == [1200]
    every = town(tmp_path, trips)
    assert minutes_of(every, 0, 5000, query(0, 1)) == [1200]


def test_a_sunday_differs_from_a_monday_where_the_services_do(tmp_path: Path) -> None:
    trips = {"1": [("A", 8 * H + 60), ("B", 8 * H + 600)]}
    feed = street_town.feed(tmp_path, STOPS, trips, services={"1": "weekdays"})
    sunday = MONDAY - timedelta(1)
    assert minutes_of(street_town.network(feed), 0, 5000, query(8 * H, 1)) == [600]
    assert minutes_of(street_town.network(feed, day=sunday), 0, 5000, query(8 * H, 1, day=sunday)) == [UNREACHED]


def test_walking_competes_with_the_bus_and_needs_none(tmp_path: Path) -> None:
    network = town(tmp_path, {"1": [("A", 8 * H + 1500), ("B", 8 * H + 1600)]})
    assert minutes_of(network, 0, 1300, query(8 * H, 1)) == [1000]
    assert minutes_of(network, 0, 1300, query(8 * H, 1, direct_s=999)) == [UNREACHED]
    assert minutes_of(network, 0, 1300, query(8 * H, 1, max_rides=0)) == [1000]


def test_the_ways_from_door_to_street_are_walked_and_told(tmp_path: Path) -> None:
    network = town(tmp_path, {"1": [("A", 8 * H + 600), ("B", 8 * H + 1200)]})
    north = np.array([0, 130 / 110_574.3])
    beside = lonlat(0, 5000) + north
    found = travel_times(network, beside[:1], beside[1:], query(8 * H, 1))
    assert found.seconds.ravel().tolist() == [1300]
    np.testing.assert_allclose([found.origin_snap_m[0], found.destination_snap_m[0]], 130, atol=0.1)
    far = travel_times(network, lonlat(0) + 8 * north, beside[1:], query(8 * H, 1))
    assert far.seconds.ravel().tolist() == [UNREACHED]
    assert np.isnan(far.origin_snap_m[0])


def test_without_streets_walks_are_straight_lines_times_the_detour_and_it_says_so(tmp_path: Path) -> None:
    feed = street_town.feed(tmp_path, STOPS, {"1": [("A", 8 * H + 600), ("B", 8 * H + 1200)]})
    network = build_transit_network({"x": feed}, MONDAY, None)
    assert minutes_of(network, 0, 1000, query(8 * H, 1)) == [1000]
    assert minutes_of(network, 0, 5500, query(8 * H, 1)) == [1700]
    assert "1.3" in network.walking.en


def test_a_street_that_leads_one_way_is_walked_one_way(tmp_path: Path) -> None:
    feed = street_town.feed(tmp_path, STOPS, {"1": [("A", 8 * H + 2000), ("B", 8 * H + 2600)]})
    ends = lonlat(0, 1000, 5000)
    streets = build_network(
        node_lonlat=ends, edge_nodes=np.array([[0, 1], [1, 2]], np.int32), direction=np.array([1, 0], np.int8)
    )
    network = build_transit_network({"x": feed}, MONDAY, streets)
    for arrive_by in (False, True):
        asked = query(8 * H + 2600 * arrive_by // 60 * 60 + 60 * arrive_by, 1, arrive_by=arrive_by)
        assert minutes_of(network, 1000, 5000, asked) == [UNREACHED]
        assert minutes_of(network, 0, 5000, asked) != [UNREACHED]


def test_a_headway_without_draws_waits_half_of_it(tmp_path: Path) -> None:
    rows = "trip_id,start_time,end_time,headway_secs,exact_times\n1,07:00:00,10:00:00,600,0\n"
    network = town(tmp_path, {"1": [("A", 0), ("B", 400)]}, files={"frequencies": rows})
    assert minutes_of(network, 0, 5000, query(8 * H, 3, draws=0)) == [60 + 300 + 400] * 3
    arriving = query(8 * H, 3, draws=0, arrive_by=True)
    assert minutes_of(network, 0, 5000, arriving) == [60 + 300 + 400] * 3


@pytest.mark.parametrize("arrive_by", [False, True])
def test_drawn_headways_wait_evenly_between_nothing_and_one_headway(tmp_path: Path, arrive_by: bool) -> None:
    rows = "trip_id,start_time,end_time,headway_secs,exact_times\n1,06:00:00,12:00:00,600,0\n"
    network = town(tmp_path, {"1": [("A", 0), ("B", 400)]}, files={"frequencies": rows})
    asked = query(8 * H, 60, draws=6000, arrive_by=arrive_by, percentiles=(5, 50, 95))
    found = np.sort(minutes_of(network, 0, 5000, asked)) - 460
    assert found[0] >= 0
    assert found[-1] < 600
    # Kolmogorov and Smirnov: the largest distance from the even distribution, at 0.1 %.
    assert np.abs(found / 600 - np.linspace(0, 1, len(found))).max() < 1.95 / np.sqrt(len(found))
    again = travel_times(network, lonlat(0), lonlat(5000), asked)
    np.testing.assert_array_equal(again.seconds, travel_times(network, lonlat(0), lonlat(5000), asked).seconds)


def test_headways_and_timetables_make_one_journey(tmp_path: Path) -> None:
    rows = "trip_id,start_time,end_time,headway_secs,exact_times\nh,06:00:00,12:00:00,60,0\n"
    trips = {"h": [("A", 0), ("B", 400)], "t": [("B", 8 * H + 1200), ("C", 8 * H + 1800)]}
    network = town(tmp_path, trips, files={"frequencies": rows})
    assert minutes_of(network, 0, 10_000, query(8 * H, 1, draws=5)) == [1800] * 5
    assert minutes_of(network, 0, 10_000, query(8 * H + 1200, 1, draws=5)) == [UNREACHED] * 5


def test_places_linked_before_give_the_same_answer(tmp_path: Path) -> None:
    network = town(tmp_path, {"1": [("A", 8 * H + 600), ("B", 8 * H + 1200), ("C", 8 * H + 1800)]})
    places = lonlat(100, 900, 5200, 9000)
    for arrive_by in (False, True):
        asked = query(8 * H, 40, arrive_by=arrive_by, percentiles=(10, 50))
        plain = travel_times(network, places, places, asked)
        linked = link_places(network, places)
        np.testing.assert_array_equal(plain.seconds, travel_times(network, linked, linked, asked).seconds)
    with pytest.raises(InvalidQueryError, match="egress_s"):
        travel_times(network, places, linked, query(8 * H, 1, egress_s=3000))
    with pytest.raises(InvalidQueryError, match="places"):
        travel_times(town(tmp_path, {"1": [("A", 8 * H), ("B", 9 * H)]}), places, linked, query(8 * H, 1))


def test_no_places_and_no_trips_are_no_error(tmp_path: Path) -> None:
    network = town(tmp_path, {"1": [("A", 8 * H)]})
    assert network.timetable.trip_count == 0
    assert minutes_of(network, 0, 1300, query(8 * H, 2)) == [1000, 1000]
    for sides in ((lonlat(), lonlat(0)), (lonlat(0), lonlat()), (lonlat(), lonlat())):
        for arrive_by in (False, True):
            found = travel_times(network, *sides, query(8 * H, 2, arrive_by=arrive_by))
            assert found.seconds.shape == (len(sides[0]), len(sides[1]), 1)


def test_minutes_are_whole_ones_so_that_a_cutoff_counts_as_in_seconds(tmp_path: Path) -> None:
    network = town(tmp_path, {"1": [("A", 8 * H + 60), ("B", 8 * H + 899), ("C", 8 * H + 900)]})
    found = travel_times(network, lonlat(0), lonlat(5000, 10_000, 20_000), query(8 * H, 1))
    assert found.minutes.ravel().tolist() == [14, 15, UNREACHED]


def test_a_query_that_makes_no_sense_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidQueryError, match="window_from"):
        query(8 * H, 0)
    with pytest.raises(InvalidQueryError, match="percentiles"):
        query(8 * H, 1, percentiles=(50, 5))
    network = town(tmp_path, {"1": [("A", 8 * H), ("B", 9 * H)]})
    with pytest.raises(InvalidQueryError, match="day"):
        minutes_of(network, 0, 1, query(8 * H, 1, day=MONDAY + timedelta(1)))
    with pytest.raises(InvalidQueryError, match="transfer_s"):
        minutes_of(network, 0, 1, query(8 * H, 1, transfer_s=1800))
