from datetime import date
from pathlib import Path

import pytest

from gtfs import DateOutsideError, read_feed
from gtfs.day_service import services_of_date
from tests.gtfs.feeds import folder_feed
from tests.shared_data import shared_data


def test_trips_first_and_last_departure_and_headway_of_a_date(tmp_path: Path) -> None:
    first, second = services_of_date(read_feed(folder_feed(tmp_path / "f")), date(2026, 4, 1))
    assert first.as_json() == {
        "route_id": "1", "name": "循環 市内循環線", "agency": "みほん交通", "trips": 2,
        "first": "07:00:00", "last": "25:10:00", "headway_min": 1090.0,
    }  # fmt: skip
    assert (second.route_id, second.trips, second.headway_min) == ("2", 1, None)


def test_headways_of_frequencies_are_trips_one_by_one(tmp_path: Path) -> None:
    often = "trip_id,start_time,end_time,headway_secs\n1a,07:00:00,08:00:00,600\n1a,08:00:00,09:00:00,1200\n"
    changes: dict[str, str | bytes | None] = {
        "frequencies.txt": often, "trips.txt": "route_id,service_id,trip_id,shape_id\n1,毎日,1a,\n"
    }  # fmt: skip
    (route,) = services_of_date(read_feed(folder_feed(tmp_path / "f", changes)), date(2026, 4, 1))
    assert (route.trips, route.first_s, route.last_s, route.headway_min) == (9, 25_200, 31_200, 10.0)


def test_both_directions_do_not_halve_the_headway(tmp_path: Path) -> None:
    rows = "".join(f"1,毎日,t{n},{n % 2}\n" for n in range(6))
    times = "".join(f"t{n},08:{5 * n:02d}:00,08:{5 * n:02d}:00,B,1\nt{n},09:00:00,09:00:00,C,2\n" for n in range(6))
    changes: dict[str, str | bytes | None] = {
        "trips.txt": f"route_id,service_id,trip_id,direction_id\n{rows}",
        "stop_times.txt": f"trip_id,arrival_time,departure_time,stop_id,stop_sequence\n{times}",
    }
    (route,) = services_of_date(read_feed(folder_feed(tmp_path / "f", changes)), date(2026, 4, 1))
    assert route.headway_min == 10.0


def test_a_date_outside_the_calendar_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DateOutsideError):
        services_of_date(read_feed(folder_feed(tmp_path / "f")), date(2030, 1, 1))


def test_trips_of_every_route_on_a_date_are_those_of_gtfs_kit() -> None:
    feed = read_feed(shared_data("gtfs/donan_2020"))
    expected = feed.kit.get_trips(date="20200429").groupby("route_id").size().to_dict()
    assert {route.route_id: route.trips for route in services_of_date(feed, date(2020, 4, 29))} == expected
