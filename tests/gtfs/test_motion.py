"""Where vehicles are by the timetable, and how many leave by the hour."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from gtfs import read_feed, service_calendar
from gtfs.hourly import HOURS, route_trips, stop_departures
from gtfs.motion import along_path, motion
from gtfs.schedule_build import build_schedule
from tests.gtfs.feeds import folder_feed
from tests.shared_data import shared_data

DAY = date(2026, 5, 11)


def test_on_a_way_without_turning_back_stops_are_where_shapely_projects_them() -> None:
    generator = np.random.default_rng(2)
    points = np.column_stack([np.arange(40) * 100.0, generator.uniform(-80, 80, 40)])
    line = shapely.LineString(points)
    wanted = np.sort(generator.uniform(0, line.length, 12))
    places = np.add(shapely.get_coordinates(shapely.line_interpolate_point(line, wanted)), (0, 3))
    metres = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    expected = shapely.line_locate_point(line, shapely.points(places))
    assert along_path(points, metres, places) == pytest.approx(expected, abs=8)


def test_a_loop_passes_its_first_stop_again_at_the_end() -> None:
    square = np.array([[0, 0], [100, 0], [100, 100], [0, 100], [0, 0]], dtype=float)
    metres = np.linspace(0, 400, 5)
    places = np.array([[0, 0], [100, 50], [0, 50], [0, 0]], dtype=float)
    assert along_path(square, metres, places).tolist() == pytest.approx([0, 150, 350, 400])


def test_a_way_out_and_back_on_one_street_has_each_stop_twice() -> None:
    street = np.array([[0, 0], [300, 0], [0, 0]], dtype=float)
    places = np.array([[100, 5], [200, 5], [200, -5], [100, -5]], dtype=float)
    assert along_path(street, np.linspace(0, 600, 3), places).tolist() == pytest.approx([100, 200, 400, 500])


def test_without_a_shape_vehicles_go_straight_from_stop_to_stop(tmp_path: Path) -> None:
    moved = motion(build_schedule(read_feed(folder_feed(tmp_path))), DAY)
    assert len(moved.trips) == 3
    path = moved.paths[moved.trips[0, 0]]
    assert path.lonlat.tolist() == [[138.90, 35.0], [138.91, 35.0], [138.91, 35.01], [138.90, 35.0]]
    assert moved.profiles[moved.trips[0, 1]][:, 1].tolist() == [0, 300, 600, 900]
    assert moved.trips[:, 3].tolist() == [25_200, 90_600, 28_800]
    # Both trips of the loop drive the same way in the same time.
    assert moved.trips[0, :2].tolist() == moved.trips[1, :2].tolist()


def test_what_leaves_by_the_hour_is_counted_with_first_and_last(tmp_path: Path) -> None:
    schedule = build_schedule(read_feed(folder_feed(tmp_path)))
    stops = stop_departures(schedule, DAY)
    hospital = list(schedule.stop_id).index("B")
    assert {hour: int(n) for hour, n in enumerate(stops.counts[hospital]) if n} == {7: 1, 8: 1, 25: 1}
    assert (stops.first_s[hospital], stops.last_s[hospital]) == (25_500, 90_900)
    routes = route_trips(schedule, DAY)
    assert routes.counts.sum(axis=1).tolist() == [2, 1]
    assert routes.counts.shape == (2, HOURS)


def test_counts_of_a_real_feed_are_those_of_its_tables() -> None:
    feed = read_feed(shared_data("gtfs/donan_2020"))
    schedule, day = build_schedule(feed), date(2020, 5, 13)
    running = service_calendar(feed).on(day)
    trips = feed.tables["trips"][feed.tables["trips"]["service_id"].isin(running)]
    times = feed.tables["stop_times"].merge(trips[["trip_id", "route_id"]], on="trip_id")
    times = times.sort_values(["trip_id", "stop_sequence"])
    hour = times["departure_time"].str.split(":").str[0].astype(int)
    last = times["trip_id"] != times["trip_id"].shift(-1)
    boarding = times[~last & (times["pickup_type"].fillna(0) != 1)].assign(hour=hour)
    expected = boarding.groupby(["stop_id", "hour"]).size()
    counts = stop_departures(schedule, day).counts
    ids = list(schedule.stop_id)
    found = {(ids[row], hour): int(counts[row, hour]) for row, hour in zip(*np.nonzero(counts), strict=True)}
    assert found == {key: int(n) for key, n in expected.items()}
    per_route = pd.Series(route_trips(schedule, day).counts.sum(axis=1), index=list(schedule.route_id))
    assert per_route[per_route > 0].to_dict() == trips.groupby("route_id").size().to_dict()


def test_stops_of_a_real_feed_lie_on_their_shapes_in_order() -> None:
    schedule = build_schedule(read_feed(shared_data("gtfs/donan_2020")))
    moved = motion(schedule, date(2020, 5, 13))
    assert len(moved.trips) > 250
    for path in moved.paths:
        assert (np.diff(path.stops_m) >= 0).all()
        assert 0 <= path.stops_m[0] <= path.stops_m[-1] <= path.metres[-1] + 0.1
    assert np.median([path.stops_m[-1] / path.metres[-1] for path in moved.paths]) > 0.95


def test_a_headway_is_that_of_the_direction_with_more_trips(tmp_path: Path) -> None:
    """Out at 7:00, 7:10, 7:30 and 8:30, home at 7:05 and 7:45: three an hour out, not five; 20 minutes between."""
    starts = {"o1": "07:00", "o2": "07:10", "o3": "07:30", "o4": "08:30", "h1": "07:05", "h2": "07:45"}
    times = "".join(f"{t},{at}:00,{at}:00,B,1\n{t},{at[:2]}:59:00,{at[:2]}:59:00,C,2\n" for t, at in starts.items())
    tables = {
        "trips.txt": "route_id,service_id,trip_id,direction_id\n"
        + "".join(f"1,毎日,{trip},{'oh'.index(trip[0])}\n" for trip in starts),
        "stop_times.txt": f"trip_id,arrival_time,departure_time,stop_id,stop_sequence\n{times}",
    }
    hourly = route_trips(build_schedule(read_feed(folder_feed(tmp_path, {**tables}))), DAY)
    row = hourly.counts.sum(axis=1).argmax()
    assert (int(hourly.counts[row, 7]), int(hourly.one_way[row, 7])) == (5, 3)
    assert hourly.headway_s[row] == 20 * 60
