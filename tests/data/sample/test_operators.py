"""Three operators in one city: their feeds, judged by plain CSV and by the calendar."""

import csv
import datetime
import io
import zipfile
from collections.abc import Iterator

import numpy as np
import pytest
import shapely

from .conftest import Written, in_metres

Row = dict[str, str]
ENCODINGS = {"mihon_bus": "utf-8", "mihon_community": "cp932", "mihon_harbour": "utf-8-sig"}


def _table(written: Written, feed: str, name: str) -> list[Row]:
    with zipfile.ZipFile(written.city.folder / f"gtfs/{feed}.zip") as bundle:
        return list(csv.DictReader(io.StringIO(bundle.read(f"{name}.txt").decode(ENCODINGS[feed]))))


def _services_by_day(written: Written, feed: str) -> dict[str, set[str]]:
    """Every day of the period, from the two calendar tables by hand."""
    found: dict[str, set[str]] = {}
    for day in _days():
        column = day.strftime("%A").lower()
        text = day.strftime("%Y%m%d")
        found[text] = {
            row["service_id"]
            for row in _table(written, feed, "calendar")
            if row[column] == "1" and row["start_date"] <= text <= row["end_date"]
        }
    for row in _table(written, feed, "calendar_dates"):
        change = set.add if row["exception_type"] == "1" else set.discard
        change(found[row["date"]], row["service_id"])
    return found


def _days() -> Iterator[datetime.date]:
    for k in range(365):
        yield datetime.date(2026, 4, 1) + datetime.timedelta(days=k)


def test_together_they_run_thirty_routes(written: Written) -> None:
    assert sum(len(_table(written, feed, "routes")) for feed in ENCODINGS) == 30
    assert 180 <= sum(len(_table(written, feed, "stops")) for feed in ENCODINGS) <= 420


def test_the_community_bus_is_not_utf8(written: Written) -> None:
    with (
        zipfile.ZipFile(written.city.folder / "gtfs/mihon_community.zip") as bundle,
        pytest.raises(UnicodeDecodeError),
    ):
        bundle.read("stops.txt").decode("utf-8")


@pytest.mark.parametrize("feed", ENCODINGS)
def test_tables_refer_only_to_what_exists(written: Written, feed: str) -> None:
    tables = {name: _table(written, feed, name) for name in ("trips", "stop_times", "stops", "routes", "shapes")}
    dated = {row["service_id"] for name in ("calendar", "calendar_dates") for row in _table(written, feed, name)}
    assert {row["route_id"] for row in tables["trips"]} == {row["route_id"] for row in tables["routes"]}
    assert {row["service_id"] for row in tables["trips"]} <= dated
    assert {row["trip_id"] for row in tables["stop_times"]} == {row["trip_id"] for row in tables["trips"]}
    assert {row["stop_id"] for row in tables["stop_times"]} == {row["stop_id"] for row in tables["stops"]}
    assert {row["shape_id"] for row in tables["trips"]} == {row["shape_id"] for row in tables["shapes"]}


@pytest.mark.parametrize("feed", ENCODINGS)
def test_times_and_metres_grow_along_each_trip(written: Written, feed: str) -> None:
    last: Row = {}
    for row in _table(written, feed, "stop_times"):
        if last.get("trip_id") == row["trip_id"]:
            assert int(row["stop_sequence"]) == int(last["stop_sequence"]) + 1
            assert row["departure_time"] >= last["departure_time"]
            assert float(row["shape_dist_traveled"]) > float(last["shape_dist_traveled"])
        last = row


def test_obon_has_a_timetable_of_its_own_that_only_its_dates_name(written: Written) -> None:
    services = _services_by_day(written, "mihon_community")
    assert {day for day, running in services.items() if "お盆" in running} == {"20260813", "20260814"}
    assert services["20260813"] == {"お盆"}
    assert "お盆" not in {row["service_id"] for row in _table(written, "mihon_community", "calendar")}
    assert any(row["service_id"] == "お盆" for row in _table(written, "mihon_community", "trips"))


def test_the_community_bus_rests_on_sundays_and_holidays(written: Written) -> None:
    services = _services_by_day(written, "mihon_community")
    assert services["20260405"] == services["20260429"] == set()
    assert services["20260406"] == {"平日毎日", "月水金"}
    assert services["20260407"] == {"平日毎日", "火木"}


def test_the_harbour_feed_holds_two_timetables_that_never_run_together(written: Written) -> None:
    services = _services_by_day(written, "mihon_harbour")
    assert all(len(running) == 1 for running in services.values())
    spring = {day for day, running in services.items() if next(iter(running)).startswith("春")}
    assert max(spring) == "20260930"
    assert min(set(services) - spring) == "20261001"
    trips = _table(written, "mihon_harbour", "trips")
    old = [trip for trip in trips if trip["service_id"].startswith("春")]
    assert len(trips) == 2 * len(old)


def test_the_harbour_shuttle_runs_after_midnight(written: Written) -> None:
    assert any(row["departure_time"] >= "24:30:00" for row in _table(written, "mihon_harbour", "stop_times"))


@pytest.mark.parametrize("name", ["みほん駅南口"])
def test_poles_of_three_operators_stand_side_by_side(written: Written, name: str) -> None:
    places = {
        feed: [
            in_metres(shapely.Point(float(row["stop_lon"]), float(row["stop_lat"])))
            for row in _table(written, feed, "stops")
            if row["stop_name"] == name
        ]
        for feed in ENCODINGS
    }
    assert all(places.values()), places
    first = shapely.multipoints(places["mihon_bus"])
    for feed in ("mihon_community", "mihon_harbour"):
        gaps = np.array([first.distance(place) for place in places[feed]])
        assert (gaps > 3).all()
        assert gaps.min() < 60
