"""A city whose travel times can be written down: straight lines every ten minutes, crossing in the middle.

A ride between two neighbouring stops takes 120 s. Both lines leave
the crossing at known minutes, so the wait of somebody who leaves at a whole minute is one of 10 values, each equally
often, and every percentile is an element of a list.
"""

import numpy as np
import pytest

from geo.network import StreetNetwork, build_network
from gtfs import read_feed
from gtfs.routing import TransitNetwork, TravelQuery, build_transit_network, travel_times
from tests.gtfs.routing.street_town import MONDAY, clock

SIDE = 7
HEADWAY, RIDE, WALK, WAIT = 600, 120, 65, 60
STEP_DEG = 0.02
H = 3600


def place(column: int, row: int) -> tuple[float, float]:
    """About 2.2 km apart: nobody walks from one stop to the next."""
    return 0.05 + column * STEP_DEG, row * STEP_DEG


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> TransitNetwork:
    """Every row has an eastbound line and every column a northbound one, each every ten minutes from its first stop."""
    folder = tmp_path_factory.mktemp("city")
    cells = [(c, r) for c in range(SIDE) for r in range(SIDE)]
    stops = "".join(f"{c}_{r},,{place(c, r)[1]:.9f},{place(c, r)[0]:.9f}\n" for c, r in cells)
    trips, times = [], []
    for kind in "EN":
        for line in range(SIDE):
            for begin in range(6 * H, 11 * H, HEADWAY):
                trip = f"{kind}{line}@{begin}"
                trips.append(f"{kind}{line},every,{trip}\n")
                for i in range(SIDE):
                    stop = f"{i}_{line}" if kind == "E" else f"{line}_{i}"
                    at = clock(begin + i * RIDE)
                    times.append(f"{trip},{i},{stop},{at},{at}\n")
    tables = {
        "agency": "agency_id,agency_name,agency_url,agency_timezone\nA,A,https://example.com,Asia/Tokyo\n",
        "stops": "stop_id,stop_name,stop_lat,stop_lon\n" + stops,
        "routes": "route_id,route_type\n" + "".join(f"{k}{i},3\n" for k in "EN" for i in range(SIDE)),
        "trips": "route_id,service_id,trip_id\n" + "".join(trips),
        "stop_times": "trip_id,stop_sequence,stop_id,arrival_time,departure_time\n" + "".join(times),
        "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "every,1,1,1,1,1,1,1,20260501,20260731\n",
    }
    for name, content in tables.items():
        (folder / f"{name}.txt").write_text(content, encoding="utf-8")
    return build_transit_network({"city": read_feed(folder)}, MONDAY, _streets())


def _streets() -> StreetNetwork:
    """A street of WALK seconds at 1.3 m/s leads due east from every stop, to a door; nothing else."""
    nodes, edges = [], []
    for c in range(SIDE):
        for r in range(SIDE):
            x, y = place(c, r)
            nodes += [(x, y), door(c, r)]
            edges.append((len(nodes) - 2, len(nodes) - 1))
    # One long way round joins them all, so that they are one network.
    far = len(nodes)
    nodes.append((10.0, 0.0))
    edges += [(far, at) for at in range(1, far, 2)]
    return build_network(node_lonlat=np.array(nodes), edge_nodes=np.array(edges, np.int32))


def door(column: int, row: int) -> tuple[float, float]:
    """WALK seconds east of the stop."""
    x, y = place(column, row)
    return x + WALK * 1.3 / (111_319.490793 * np.cos(np.radians(y))), y


def expected(here: tuple[int, int], there: tuple[int, int], minute: int) -> int:
    """East first or north first: both are tried, the earlier arrival counts. None of the lines ever waits."""
    (c0, r0), (c1, r1) = here, there
    best = 10**9
    for order in ("EN", "NE"):
        now, at = minute + WALK, [c0, r0]
        for kind in order:
            axis, goal = (0, c1) if kind == "E" else (1, r1)
            if at[axis] == goal:
                continue
            passes = at[axis] * RIDE  # after each whole headway, since the first trip begins on the hour
            boards = -(-(now + WAIT - passes) // HEADWAY) * HEADWAY + passes
            now, at[axis] = boards + (goal - at[axis]) * RIDE, goal
        best = min(best, now + WALK)
    return best - minute


@pytest.mark.parametrize(
    ("here", "there"), [((0, 0), (3, 0)), ((1, 2), (1, 6)), ((0, 0), (6, 6)), ((2, 1), (5, 4)), ((1, 5), (3, 6))]
)
def test_every_percentile_is_the_one_that_can_be_written_down(
    city: TransitNetwork, here: tuple[int, int], there: tuple[int, int]
) -> None:
    query = TravelQuery(day=MONDAY, window_from=8 * H, window_to=9 * H, percentiles=(1, 5, 25, 50, 75, 95, 100))
    found = travel_times(city, np.array([door(*here)]), np.array([door(*there)]), query)
    took = sorted(expected(here, there, minute) for minute in query.minutes.tolist())
    ranks = [0, 2, 14, 29, 44, 56, 59]  # ceil(p / 100 * 60) - 1
    assert found.seconds[0, 0].tolist() == [took[rank] for rank in ranks]


def test_the_wait_for_one_line_is_spread_evenly_over_its_headway(city: TransitNetwork) -> None:
    """65 s of walk, at least 60 s of wait: whoever leaves at minute m of ten boards at the next whole ten minutes."""
    query = TravelQuery(day=MONDAY, window_from=8 * H, window_to=9 * H, percentiles=tuple(range(10, 101, 10)))
    found = travel_times(city, np.array([door(0, 3)]), np.array([door(4, 3)]), query)
    rides = WALK + 4 * RIDE
    # Minutes 0 to 7 wait for the trip at 600; 8 and 9 miss it by 5 s and 65 s and take the one at 1,200.
    waits = sorted([600 - 60 * m for m in range(8)] + [1200 - 60 * m for m in (8, 9)])
    assert found.seconds[0, 0].tolist() == [wait + rides for wait in waits]


def test_against_the_lines_nobody_gets_anywhere(city: TransitNetwork) -> None:
    query = TravelQuery(day=MONDAY, window_from=8 * H, window_to=9 * H)
    found = travel_times(city, np.array([door(3, 3)]), np.array([door(2, 3), door(3, 2), door(3, 3)]), query)
    assert (found.seconds.ravel() == 32_767).tolist() == [True, True, False]
    assert found.seconds[0, 2, 0] == 0
