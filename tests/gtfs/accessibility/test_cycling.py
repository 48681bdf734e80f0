"""Three kilometres north of the stop A: too far to walk, 19.5 minutes by bicycle (3 km x 1.3 at 12 km/h)."""

import pytest

from gtfs.accessibility import Step, TransitNetwork, access, build_transit_network, matrix, minutes
from gtfs.accessibility.cycling import CyclingBackwardError
from gtfs.scenario import parse_scenario
from gtfs.scenario.change import ChangeAccess
from tests.gtfs.accessibility.line import DAY, NORTH_400_M, A, B, an_hour, line_feed, places

HOME = (A[0], A[1] + 7.5 * NORTH_400_M)
HOMES, GOALS = places({"home": HOME, "at_a": A}), places({"at_b": B})


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> TransitNetwork:
    return build_transit_network({"city": line_feed(tmp_path_factory.mktemp("line"))}, DAY, None)


def _by(**given: object) -> ChangeAccess | None:
    return parse_scenario({"changes": [{"change_access": given}]}).access


def test_by_bicycle_one_is_at_the_stop_at_the_next_full_minute(network: TransitNetwork) -> None:
    query = an_hour((5, 50, 95))
    walked = matrix(network, HOMES, GOALS, query).table
    assert walked["minutes_p50"].isna().tolist() == [True, False]
    found = matrix(network, HOMES, GOALS, query, by=_by(mode="cycle")).table
    # 20 minutes and then those of the line, 11 to 40 each twice: elements 2, 29 and 56. Whoever lives at A walks.
    assert found.iloc[0, 2:5].tolist() == [20 + 12, 20 + 25, 20 + 39]
    assert found.iloc[1, 2:5].tolist() == [12, 25, 39]
    slow = matrix(network, HOMES, GOALS, query, by=_by(mode="cycle", limit_min=19)).table
    assert slow["minutes_p50"].isna().tolist() == [True, False]


def test_a_shared_bicycle_needs_a_port_at_both_ends(network: TransitNetwork) -> None:
    near_home = [HOME[0], HOME[1] - NORTH_400_M / 4]
    shared = _by(mode="shared_cycle", limit_min=25, ports=[near_home, list(A)])
    found = matrix(network, HOMES, GOALS, an_hour(), by=shared).table
    # 100 s on foot, 2.9 km x 1.3 at 12 km/h are 1,131 s: 20.5 minutes, so 21.
    assert found["minutes_p50"].tolist() == [21 + 25, 25]
    elsewhere = _by(mode="shared_cycle", limit_min=25, ports=[near_home, list(B)])
    assert matrix(network, HOMES, GOALS, an_hour(), by=elsewhere).table["minutes_p50"].isna().tolist() == [True, False]


FAR = places({"far": (B[0], B[1] + 7.5 * NORTH_400_M)})
"""Three kilometres north of the stop B."""


def test_a_shared_bicycle_leads_on_from_the_last_stop(network: TransitNetwork) -> None:
    near_far = [B[0], B[1] + 7.25 * NORTH_400_M]
    ports = [list(B), near_far]
    found = matrix(network, HOMES, FAR, an_hour((5, 50, 95)), by=_by(mode="shared_cycle", limit_min=25, ports=ports))
    # From B: 2.9 km x 1.3 at 12 km/h are 1,131 s, and 100 s on foot: 20 minutes and 31 seconds after the bus.
    assert found.table.iloc[1, 2:5].tolist() == [12 + 20, 25 + 20, 39 + 20]
    assert found.table["minutes_p50"].isna().tolist() == [True, False]
    short = matrix(network, HOMES, FAR, an_hour(), by=_by(mode="shared_cycle", limit_min=20, ports=ports)).table
    assert short["minutes_p50"].isna().all()
    own = matrix(network, HOMES, FAR, an_hour(), by=_by(mode="cycle", limit_min=25)).table
    assert own["minutes_p50"].isna().all()  # it is at A


def test_shared_bicycles_at_both_ends_of_a_trip(network: TransitNetwork) -> None:
    ends = [[A[0], HOME[1]], list(A), list(B), [B[0], B[1] + 7.5 * NORTH_400_M]]
    found = matrix(network, HOMES, FAR, an_hour(), by=_by(mode="shared_cycle", limit_min=20, ports=ends)).table
    # 3 km x 1.3 at 12 km/h are 1,170 s at each end: 20 minutes before, 19 and a half after.
    assert found["minutes_p50"].tolist() == [20 + 25 + 19, 25 + 19]


def test_a_bicycle_is_no_trip_of_its_own(network: TransitNetwork) -> None:
    """From the door at A to a place three kilometres away there are ports, but no bus."""
    by = _by(mode="shared_cycle", limit_min=25, ports=[list(A), list(HOME)])
    assert matrix(network, HOMES[1:], HOMES[:1], an_hour(), by=by).table["minutes_p50"].isna().all()


def test_access_by_bicycle_says_so(network: TransitNetwork) -> None:
    answer = access(network, HOMES, GOALS, an_hour(), decay=Step(minutes(60)), by=_by(mode="cycle"))
    assert answer.table["places_p50"].tolist() == [1, 1]
    assert "12 km/h" in answer.explanation.notes[0].en


def test_arriving_by_bicycle_is_refused(network: TransitNetwork) -> None:
    with pytest.raises(CyclingBackwardError):
        matrix(network, HOMES, GOALS, an_hour(arrive_by=True), by=_by(mode="cycle"))
