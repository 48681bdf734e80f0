"""What must not change a travel time, and what may change it only one way."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from hypothesis import given, settings
from numpy.typing import NDArray

from gtfs.routing import minute_times
from tests.gtfs.routing import street_town
from tests.gtfs.routing.plain_search import Call
from tests.gtfs.routing.street_town import lonlat
from tests.gtfs.routing.test_brute_force import SEEDS, START, random_trips

PLACES = lonlat(0, 1500, 3700, 6100, 8000)


def times(stops: dict[str, float], trips: list[list[Call]], later: int = 0, *, named: str = "s{}") -> NDArray[np.int16]:
    names = {named.format(row): x for row, x in enumerate(stops.values())}
    calls: dict[str, Any] = {
        named.format(f"t{row}"): [(named.format(c.stop), c.arrival + later, c.departure + later) for c in trip]
        for row, trip in enumerate(trips)
    }
    with TemporaryDirectory() as folder:
        network = street_town.network(street_town.feed(Path(folder), names, calls, routes=dict.fromkeys(calls, "R")))
    (chunk,) = minute_times(network, PLACES, PLACES, street_town.query(START + later, 10))
    return chunk.seconds


def random_town(seed: int) -> tuple[dict[str, float], list[list[Call]], np.random.Generator]:
    rng = np.random.default_rng(seed)
    stops = {str(row): float(x) for row, x in enumerate(rng.integers(0, 8000, 6))}
    return stops, random_trips(rng, 6), rng


@settings(max_examples=5, deadline=None)
@given(SEEDS)
def test_other_names_and_another_order_of_the_rows_change_nothing(seed: int) -> None:
    stops, trips, rng = random_town(seed)
    turned = [trips[row] for row in rng.permutation(len(trips))]
    np.testing.assert_array_equal(times(stops, trips), times(stops, turned, named="停留所 {}"))


@settings(max_examples=5, deadline=None)
@given(SEEDS)
def test_timetable_and_question_moved_together_change_nothing(seed: int) -> None:
    stops, trips, _ = random_town(seed)
    np.testing.assert_array_equal(times(stops, trips), times(stops, trips, 7 * 3600 + 1234))


@settings(max_examples=5, deadline=None)
@given(SEEDS)
def test_one_trip_more_makes_no_travel_time_longer(seed: int) -> None:
    stops, trips, rng = random_town(seed)
    assert (times(stops, trips + random_trips(rng, 6)[:1]) <= times(stops, trips)).all()
