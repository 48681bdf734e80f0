"""The bus feed, judged by gtfs-kit and by the calendar."""

import datetime

import gtfs_kit
import pandas as pd
import pytest

from .conftest import Written


@pytest.fixture(scope="session")
def feed(written: Written) -> gtfs_kit.Feed:
    return gtfs_kit.read_feed(written.city.folder / "gtfs/mihon_bus.zip", dist_units="m")


def _active(feed: gtfs_kit.Feed, day: str) -> set[str]:
    """Services of a day, counted by hand from the two calendar tables."""
    weekday = datetime.date(int(day[:4]), int(day[4:6]), int(day[6:])).strftime("%A").lower()
    calendar = feed.calendar
    running = calendar[(calendar[weekday] == 1) & (calendar.start_date <= day) & (calendar.end_date >= day)]
    services = set(running.service_id)
    for row in feed.calendar_dates[feed.calendar_dates.date == day].itertuples():
        services = services | {row.service_id} if row.exception_type == 1 else services - {row.service_id}
    return services


@pytest.mark.parametrize(
    ("day", "service"),
    [
        ("20260401", "平日"),
        ("20260404", "土曜"),
        ("20260405", "日祝"),
        ("20260429", "日祝"),  # Showa Day, a Wednesday
        ("20260506", "日祝"),  # the substitute for Constitution Day, which falls on a Sunday
        ("20260813", "土曜"),  # お盆
        ("20270102", "日祝"),  # a Saturday in the New Year's days
        ("20270331", "平日"),
    ],
)
def test_one_service_runs_on_each_day(feed: gtfs_kit.Feed, day: str, service: str) -> None:
    assert _active(feed, day) == {service}


def test_every_day_of_the_period_has_exactly_one_service(feed: gtfs_kit.Feed) -> None:
    days = pd.date_range("2026-04-01", "2027-03-31").strftime("%Y%m%d")
    assert all(len(_active(feed, day)) == 1 for day in days)


def test_no_bus_runs_outside_the_period(feed: gtfs_kit.Feed) -> None:
    assert _active(feed, "20260331") == set()
    assert _active(feed, "20270401") == set()
    assert feed.feed_info.feed_start_date.tolist() == ["20260401"]
    assert feed.feed_info.feed_end_date.tolist() == ["20270331"]


def test_the_network_is_that_of_a_small_city(feed: gtfs_kit.Feed) -> None:
    assert len(feed.routes) == 8
    assert 60 <= len(feed.stops) <= 130
    assert feed.stops.stop_id.is_unique
    assert feed.trips.trip_id.is_unique


def test_tables_refer_only_to_what_exists(feed: gtfs_kit.Feed) -> None:
    assert set(feed.trips.route_id) == set(feed.routes.route_id)
    assert set(feed.trips.service_id) <= set(feed.calendar.service_id)
    assert set(feed.stop_times.trip_id) == set(feed.trips.trip_id)
    assert set(feed.stop_times.stop_id) == set(feed.stops.stop_id)
    assert set(feed.trips.shape_id) == set(feed.shapes.shape_id)


def test_times_and_distances_grow_along_each_trip(feed: gtfs_kit.Feed) -> None:
    calls = feed.stop_times.sort_values(["trip_id", "stop_sequence"])
    seconds = calls.departure_time.map(gtfs_kit.timestr_to_seconds)
    same = calls.trip_id.eq(calls.trip_id.shift())
    assert (seconds.diff()[same] >= 0).all()
    assert (calls.shape_dist_traveled.diff()[same] > 0).all()
    assert calls.groupby("trip_id").size().min() >= 2


def test_the_last_bus_leaves_after_midnight(feed: gtfs_kit.Feed) -> None:
    assert (feed.stop_times.departure_time >= "24:00:00").any()


def test_the_circle_calls_at_its_first_stop_again(feed: gtfs_kit.Feed) -> None:
    circle = feed.trips[(feed.trips.route_id == "50") & (feed.trips.direction_id == 0)].trip_id.iloc[0]
    calls = feed.stop_times[feed.stop_times.trip_id == circle].sort_values("stop_sequence")
    names = feed.stops.set_index("stop_id").stop_name[calls.stop_id]
    assert names.iloc[0] == names.iloc[-1]


def test_stops_stand_beside_the_line_of_each_trip(feed: gtfs_kit.Feed) -> None:
    lines = gtfs_kit.geometrize_shapes(feed.shapes).to_crs("EPSG:6676").set_index("shape_id").geometry
    stops = gtfs_kit.geometrize_stops(feed.stops).to_crs("EPSG:6676").set_index("stop_id").geometry
    pairs = feed.stop_times.merge(feed.trips)[["shape_id", "stop_id"]].drop_duplicates()
    distances = [lines[row.shape_id].distance(stops[row.stop_id]) for row in pairs.itertuples()]
    assert max(distances) < 15


def test_every_stop_name_is_translated(written: Written, feed: gtfs_kit.Feed) -> None:
    import csv
    import io
    import zipfile

    with zipfile.ZipFile(written.city.folder / "gtfs/mihon_bus.zip") as bundle:
        rows = list(csv.DictReader(io.StringIO(bundle.read("translations.txt").decode("utf-8"))))
    for language in ("ja-Hrkt", "en"):
        named = {r["field_value"] for r in rows if r["table_name"] == "stops" and r["language"] == language}
        assert named == set(feed.stops.stop_name)


def test_weekdays_have_more_buses_than_holidays(feed: gtfs_kit.Feed) -> None:
    counts = feed.trips.service_id.value_counts()
    assert counts["平日"] > counts["土曜"] > counts["日祝"] > 100
