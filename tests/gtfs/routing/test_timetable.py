"""Who runs on a day, with a time at every call, in rows that don't overtake."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from geo import InvalidLayerError
from gtfs import DateOutsideError
from gtfs.routing import RoutingTimetable, TransitNetwork, build_timetable
from tests.gtfs.routing import street_town
from tests.gtfs.routing.street_town import MONDAY

H = 3600
STOPS = {"A": 0.0, "B": 1000.0, "C": 4000.0}


def trips_of(timetable: RoutingTimetable) -> list[tuple[str, int]]:
    return sorted(zip(timetable.trip_id, timetable.trip_day.tolist(), strict=True))


def times(timetable: RoutingTimetable, pattern: int) -> tuple[list[list[int]], list[list[int]]]:
    """Arrivals and departures by trip and stop."""
    stops = int(np.diff(timetable.pattern_position)[pattern])
    calls = slice(*timetable.pattern_call[pattern : pattern + 2])
    return (
        timetable.arrival[calls].reshape(-1, stops).tolist(),
        timetable.departure[calls].reshape(stops, -1).T.tolist(),
    )


def test_trips_of_the_day_before_beyond_midnight_and_of_the_next_morning_are_there(tmp_path: Path) -> None:
    trips = {
        "late": [("A", 23 * H), ("B", 25 * H)],
        "day": [("A", 12 * H), ("B", 13 * H)],
        "early": [("A", 1 * H), ("B", 2 * H)],
    }
    timetable = build_timetable({"x": street_town.feed(tmp_path, STOPS, trips)}, MONDAY)
    told = [("day", 0), ("early", 0), ("early", 1), ("late", -1), ("late", 0)]
    assert trips_of(timetable) == told
    hours = [-1, 1, 12, 13, 1, 2, 25, 26, 23, 25]
    assert sorted(timetable.arrival.tolist()) == sorted(hour * H for hour in hours)


def test_a_service_that_rests_on_sundays_is_there_on_sunday_night_only_with_the_next_morning(tmp_path: Path) -> None:
    trips = {"early": [("A", 1 * H), ("B", 2 * H)], "late": [("A", 23 * H), ("B", 25 * H)]}
    feed = street_town.feed(tmp_path, STOPS, trips, services=dict.fromkeys(trips, "weekdays"))
    assert trips_of(build_timetable({"x": feed}, MONDAY)) == [("early", 0), ("early", 1), ("late", 0)]
    assert trips_of(build_timetable({"x": feed}, MONDAY - timedelta(1))) == [("early", 1)]
    assert trips_of(build_timetable({"x": feed}, MONDAY - timedelta(2))) == [("late", -1)]


def test_a_date_outside_every_calendar_is_an_error_that_names_the_range(tmp_path: Path) -> None:
    feed = street_town.feed(tmp_path, STOPS, {"1": [("A", H), ("B", 2 * H)]})
    with pytest.raises(DateOutsideError, match="2026-05-01 to 2026-07-31"):
        build_timetable({"x": feed}, date(2027, 1, 1))


def test_of_several_feeds_those_that_cover_the_date_are_used_and_the_others_named(tmp_path: Path) -> None:
    old = street_town.feed(
        tmp_path / "old", STOPS, {"1": [("A", H), ("B", 2 * H)]},
        files={"calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
               "every,1,1,1,1,1,1,1,20200101,20201231\n"},
    )  # fmt: skip
    new = street_town.feed(tmp_path / "new", STOPS, {"2": [("A", H), ("B", 2 * H)]})
    timetable = build_timetable({"old": old, "new": new}, MONDAY)
    assert timetable.feeds == ("new",)
    assert timetable.left_out == {"old": (date(2020, 1, 1), date(2020, 12, 31))}
    assert timetable.stop_count == 3


def test_blank_times_are_interpolated_by_the_distance_between_stops(tmp_path: Path) -> None:
    trips = {"1": [("A", H), ("B", None), ("C", H + 400, H + 430)]}
    arrivals, departures = times(build_timetable({"x": street_town.feed(tmp_path, STOPS, trips)}, MONDAY), 0)
    assert arrivals[0] == [H, H + 100, H + 400]
    assert departures[0] == [H, H + 100, H + 430]


def test_blank_times_at_an_end_and_stops_nobody_knows_are_left_out(tmp_path: Path) -> None:
    trips = {"1": [("A", None), ("B", H), ("?", H + 60), ("C", H + 120), ("A", None)], "2": [("A", H), ("B", None)]}
    timetable = build_timetable({"x": street_town.feed(tmp_path, STOPS, trips)}, MONDAY)
    assert [timetable.stop_id[s] for s in timetable.position_stop] == ["B", "C"]
    assert {trip for trip, _ in trips_of(timetable)} == {"1"}


def test_a_trip_that_overtakes_stands_in_a_row_of_its_own(tmp_path: Path) -> None:
    trips = {
        "slow": [("A", H), ("C", H + 1200)],
        "fast": [("A", H + 300), ("C", H + 900)],
        "next": [("A", H + 600), ("C", H + 1800)],
    }
    routes = dict.fromkeys(trips, "R")
    timetable = build_timetable({"x": street_town.feed(tmp_path, STOPS, trips, routes=routes)}, MONDAY)
    rows = [times(timetable, pattern)[0] for pattern in range(len(timetable.pattern_route))]
    assert len(rows) == 2
    for arrivals in rows:
        assert (np.diff(np.array(arrivals), axis=0) >= 0).all()


def test_exact_frequencies_are_trips_and_inexact_ones_a_headway(tmp_path: Path) -> None:
    trips = {"1": [("A", 500), ("B", 800)], "2": [("A", 0), ("B", 300)]}
    rows = (
        "trip_id,start_time,end_time,headway_secs,exact_times\n1,08:00:00,08:30:00,600,1\n2,09:00:00,10:00:00,900,0\n"
    )
    feed = street_town.feed(tmp_path, STOPS, trips, files={"frequencies": rows})
    timetable = build_timetable({"x": feed}, MONDAY)
    (exact,) = np.flatnonzero(timetable.pattern_headway == 0)
    today = [row[0] for row in times(timetable, int(exact))[0] if 0 <= row[0] < 24 * H]
    assert today == [8 * H, 8 * H + 600, 8 * H + 1200]
    spans = timetable.pattern_span[timetable.pattern_headway == 900].tolist()
    assert [9 * H, 10 * H] in spans


def test_what_is_kept_on_disk_is_what_was_built(tmp_path: Path) -> None:
    built = street_town.network(
        street_town.feed(tmp_path / "feed", STOPS, {"1": [("A", H), ("B", None), ("C", 2 * H)]})
    )
    built.save(tmp_path / "kept")
    kept = TransitNetwork.load(tmp_path / "kept", built.streets)
    assert list(kept.timetable.stop_name) == ["A", "B", "C"]
    np.testing.assert_array_equal(kept.timetable.arrival, built.timetable.arrival)
    np.testing.assert_array_equal(kept.transfer_m, built.transfer_m)
    assert kept.timetable.day == MONDAY
    with pytest.raises(InvalidLayerError):
        TransitNetwork.load(tmp_path / "kept", None)
