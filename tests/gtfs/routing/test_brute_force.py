"""The router against a plain search over all events, on small random timetables."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gtfs.routing import UNREACHED, TransitNetwork, TravelQuery, minute_times, travel_times
from gtfs.routing.question import is_turned
from tests.gtfs.routing import street_town
from tests.gtfs.routing.plain_search import NEVER, Call, PlainTown

START = 8 * 3600
SEEDS = st.integers(0, 2**32 - 1)


def random_trips(rng: np.random.Generator, stops: int) -> list[list[Call]]:
    """Trips on up to four sequences of stops, which may come by a stop twice, overtake, and close doors."""
    trips = []
    for _ in range(int(rng.integers(1, 5))):
        sequence = rng.integers(0, stops, int(rng.integers(2, 6)))
        doors = rng.random((len(sequence), 2)) > 0.15
        for _ in range(int(rng.integers(1, 6))):
            ride = rng.integers(30, 600, len(sequence))
            dwell = rng.choice([0, 0, 45], len(sequence))
            begin = START + int(rng.integers(-1200, 3600))
            arrival = begin + np.cumsum(ride) + np.cumsum(dwell) - dwell
            trips.append(
                [
                    Call(int(s), int(a), int(a + d), bool(b), bool(f))
                    for s, a, d, (b, f) in zip(sequence, arrival, dwell, doors, strict=True)
                ]
            )
    return trips


def random_rules(rng: np.random.Generator, stops: int) -> dict[tuple[int, int], float]:
    """For up to half of the pairs of stops, a stop and itself included."""
    chosen = rng.integers(0, stops, (int(rng.integers(0, stops**2 // 2 + 1)), 2)).tolist()
    return {(a, b): NEVER if rng.random() < 0.3 else int(rng.integers(0, 900)) for a, b in chosen}


def transfers(least: Mapping[tuple[int, int], float]) -> str:
    rows = [f"s{a},s{b},3," if s == NEVER else f"s{a},s{b},2,{s:.0f}" for (a, b), s in least.items()]
    return "from_stop_id,to_stop_id,transfer_type,min_transfer_time\n" + "".join(f"{row}\n" for row in rows)


def random_case(seed: int, folder: Path) -> tuple[PlainTown, TransitNetwork, dict[str, Any]]:
    rng = np.random.default_rng(seed)
    stops = rng.integers(0, 8000, int(rng.integers(2, 8))).astype(float)
    limits = {
        "access": int(rng.choice([600, 1800])),
        "egress": int(rng.choice([500, 1800])),
        "transfer": int(rng.choice([0, 200, 770])),
        "direct": int(rng.choice([0, 1800])),
    }
    town = PlainTown(
        stops.tolist(), random_trips(rng, len(stops)), speed=float(rng.choice([1.0, 1.3])),
        wait=int(rng.choice([0, 60, 120])), max_rides=int(rng.integers(0, 5)),
        max_trip=int(rng.choice([1500, 3600, 7200])), least=random_rules(rng, len(stops)), **limits,
    )  # fmt: skip
    names = {f"s{row}": x for row, x in enumerate(town.stops)}
    trips = {
        f"{row}": [(f"s{c.stop}", c.arrival, c.departure, int(not c.board), int(not c.alight)) for c in trip]
        for row, trip in enumerate(town.trips)
    }
    feed = street_town.feed(
        folder, names, trips, routes=dict.fromkeys(trips, "R"), files={"transfers": transfers(town.least)}
    )
    asked = {
        "walk_speed_ms": town.speed, "min_wait_s": town.wait, "max_rides": town.max_rides, "max_trip_s": town.max_trip,
        **{f"{name}_s": value for name, value in limits.items()},
    }  # fmt: skip
    return town, street_town.network(feed), asked


def by_minute(network: TransitNetwork, origins: Any, destinations: Any, query: TravelQuery) -> NDArray[np.int16]:
    (chunk,) = minute_times(network, street_town.lonlat(*origins), street_town.lonlat(*destinations), query)
    return chunk.seconds


def expected(took: NDArray[np.float64]) -> NDArray[np.int16]:
    return np.where(np.isfinite(took), took, UNREACHED).astype(np.int16)


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_every_minute_has_the_earliest_arrival_that_a_plain_search_finds(seed: int) -> None:
    with TemporaryDirectory() as folder:
        town, network, asked = random_case(seed, Path(folder))
    places = np.random.default_rng(seed).integers(0, 8000, (2, 3)).astype(float).tolist()
    query = street_town.query(START, 12, **asked)
    took = [[[town.arrival(a, b, m) - m for m in query.minutes.tolist()] for b in places[1]] for a in places[0]]
    np.testing.assert_array_equal(by_minute(network, *places, query), expected(np.array(took)))


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_arriving_by_every_minute_one_leaves_as_late_as_a_plain_search_allows(seed: int) -> None:
    with TemporaryDirectory() as folder:
        town, network, asked = random_case(seed, Path(folder))
    places = np.random.default_rng(seed).integers(0, 8000, (2, 2)).astype(float).tolist()
    query = street_town.query(START + 1800, 6, arrive_by=True, **asked)
    took = [[[m - town.departure(a, b, m) for m in query.minutes.tolist()] for b in places[1]] for a in places[0]]
    np.testing.assert_array_equal(by_minute(network, *places, query), expected(np.array(took)))


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.booleans())
def test_percentiles_searched_from_either_side_are_those_of_the_minutes(seed: int, arrive_by: bool) -> None:
    """One place at the end that is searched from for the minutes, twelve at the other: the matrix is turned."""
    with TemporaryDirectory() as folder:
        _, network, asked = random_case(seed, Path(folder))
    places = np.random.default_rng(seed).integers(0, 8000, 13).astype(float)
    origins, destinations = (places[:1], places[1:]) if arrive_by else (places[1:], places[:1])
    query = street_town.query(START + 900, 17, percentiles=(1, 5, 25, 50, 75, 95, 100), arrive_by=arrive_by, **asked)
    sides = street_town.lonlat(*origins), street_town.lonlat(*destinations)
    assert is_turned(network, *sides, query)
    found = travel_times(network, *sides, query)
    every = by_minute(network, origins, destinations, query)
    judged = np.percentile(every, query.percentiles, axis=2, method="inverted_cdf")
    np.testing.assert_array_equal(found.seconds, np.moveaxis(judged, 0, 2))
