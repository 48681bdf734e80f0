"""Every draw of a headway service is a timetable of its own, which the plain search reads too."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gtfs.routing import TransitNetwork, journeys
from gtfs.routing.draw import draw
from gtfs.routing.raptor import NEVER
from tests.gtfs.routing import street_town
from tests.gtfs.routing.plain_search import Call, PlainTown
from tests.gtfs.routing.street_town import clock
from tests.gtfs.routing.test_brute_force import SEEDS, START, by_minute, expected, random_trips


def random_town(seed: int, folder: Path) -> tuple[PlainTown, list[list[Call]], TransitNetwork]:
    """Timetabled trips, and headway services (their calls count from their first departure) in one period each."""
    rng = np.random.default_rng(seed)
    stops = rng.integers(0, 8000, 5).astype(float).tolist()
    trips, lines = random_trips(rng, 5), [trips[0] for trips in (random_trips(rng, 5) for _ in range(2))]
    lines = [[_moved(call, -line[0].departure) for call in line] for line in lines]
    rows = "trip_id,start_time,end_time,headway_secs,exact_times\n"
    for row in range(len(lines)):
        begin = START + int(rng.integers(-1800, 900))
        rows += f"h{row},{clock(begin)},{clock(begin + int(rng.integers(600, 5400)))},{rng.integers(200, 1200)},0\n"
    names = {f"s{row}": x for row, x in enumerate(stops)}
    calls: dict[str, Any] = {f"t{row}": _calls(trip, 0) for row, trip in enumerate(trips)}
    calls |= {f"h{row}": _calls(line, 9 * 3600) for row, line in enumerate(lines)}
    feed = street_town.feed(folder, names, calls, files={"frequencies": rows})
    return PlainTown(stops, trips, max_rides=int(rng.integers(1, 4))), lines, street_town.network(feed)


def _moved(call: Call, seconds: int) -> Call:
    return replace(call, arrival=call.arrival + seconds, departure=call.departure + seconds)


def _calls(trip: list[Call], later: int) -> list[tuple[Any, ...]]:
    return [(f"s{c.stop}", c.arrival + later, c.departure + later, int(not c.board), int(not c.alight)) for c in trip]


@settings(max_examples=10, deadline=None)
@given(SEEDS, st.booleans())
def test_each_minute_and_draw_is_a_timetable_of_its_own(seed: int, arrive_by: bool) -> None:
    with TemporaryDirectory() as folder:
        town, lines, network = random_town(seed, Path(folder))
    table, (here, there) = network.timetable, np.random.default_rng(seed).integers(0, 8000, 2).astype(float).tolist()
    asked = street_town.query(START + 1200 * arrive_by, 5, draws=15, max_rides=town.max_rides, arrive_by=arrive_by)
    # The mirror draws the last departures; the first are the same draws of the same seed.
    first, took = draw(table, asked), []
    for i, minute in enumerate(asked.minutes.tolist()):
        for d in range(3):
            drawn = [*town.trips]
            for q in np.flatnonzero(table.pattern_headway):
                line = lines[int(table.trip_id[int(table.pattern_trip[q])][1:])]
                begins = range(int(first[i, d, q]), int(table.pattern_span[q, 1]), int(table.pattern_headway[q]))
                drawn += [[_moved(call, begin) for call in line] for begin in begins if first[i, d, q] != NEVER]
            one = replace(town, trips=drawn)
            took.append(
                minute - one.departure(here, there, minute) if arrive_by else one.arrival(here, there, minute) - minute
            )
    np.testing.assert_array_equal(by_minute(network, [here], [there], asked)[0, 0], expected(np.array(took)))


@settings(max_examples=10, deadline=None)
@given(SEEDS, st.booleans())
def test_without_draws_journeys_and_times_agree_on_half_the_headway(seed: int, arrive_by: bool) -> None:
    with TemporaryDirectory() as folder:
        town, _, network = random_town(seed, Path(folder))
    here, there = np.random.default_rng(seed).integers(0, 8000, 2).astype(float).tolist()
    asked = street_town.query(START + 1200, 8, draws=0, max_rides=town.max_rides, arrive_by=arrive_by)
    took = np.full(8, 32_767)
    for journey in journeys(network, street_town.lonlat(here)[0], street_town.lonlat(there)[0], asked):
        for minute in journey.minutes:
            span = minute - journey.departure_s if arrive_by else journey.arrival_s - minute
            took[(minute - asked.window_from) // 60] = journey.duration_s if journey.rides == 0 else span
    np.testing.assert_array_equal(took, by_minute(network, [here], [there], asked)[0, 0])
