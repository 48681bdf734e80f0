"""Journeys tell the trips behind the travel times, on the random towns of the plain search."""

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given, settings

from gtfs.routing import UNREACHED, Journey, LegKind, journeys
from tests.gtfs.routing import street_town
from tests.gtfs.routing.plain_search import PlainTown
from tests.gtfs.routing.test_brute_force import SEEDS, START, by_minute, random_case


@settings(max_examples=12, deadline=None)
@given(SEEDS)
def test_the_minutes_of_journeys_have_the_travel_times_and_their_legs_can_be_travelled(seed: int) -> None:
    with TemporaryDirectory() as folder:
        town, network, asked = random_case(seed, Path(folder))
    here, there = np.random.default_rng(seed).integers(0, 8000, 2).astype(float).tolist()
    for arrive_by in (False, True):
        query = street_town.query(START + 900 * arrive_by, 10, arrive_by=arrive_by, **asked)
        found = journeys(network, street_town.lonlat(here)[0], street_town.lonlat(there)[0], query)
        took = np.full(10, UNREACHED)
        for journey in found:
            _check_legs(town, journey)
            for minute in journey.minutes:
                walks_only = journey.rides == 0
                end = minute if arrive_by else journey.arrival_s
                start = journey.departure_s if arrive_by else minute
                took[(minute - query.window_from) // 60] = journey.duration_s if walks_only else end - start
        np.testing.assert_array_equal(took, by_minute(network, [here], [there], query)[0, 0])


def _check_legs(town: PlainTown, journey: Journey) -> None:
    assert journey.legs[0].start_s == journey.departure_s
    assert journey.legs[-1].end_s == journey.arrival_s
    assert journey.rides <= town.max_rides
    for one, following in pairwise(journey.legs):
        assert one.end_s == following.start_s
    for before, ride in pairwise((None, *journey.legs)):
        if ride is not None and ride.kind is LegKind.RIDE:
            _check_ride(town, ride)
            waited = before.end_s - before.start_s if before is not None and before.kind is LegKind.WAIT else 0
            assert waited >= town.wait


def _check_ride(town: PlainTown, ride) -> None:  # type: ignore[no-untyped-def]
    """Somebody may get on and off that trip at those stops and times."""
    calls = town.trips[int(ride.trip_id)]
    names = [f"s{call.stop}" for call in calls]
    on = [i for i, c in enumerate(calls) if c.board and names[i] == ride.from_name and c.departure == ride.start_s]
    off = [i for i, c in enumerate(calls) if c.alight and names[i] == ride.to_name and c.arrival == ride.end_s]
    assert any(i < j for i in on for j in off)
