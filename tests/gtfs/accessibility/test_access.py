"""On a line whose travel times can be written down; opportunities are powers of two."""

from datetime import date, time
from pathlib import Path

import numpy as np
import pytest

from geo import InvalidLayerError
from gtfs import DateOutsideError
from gtfs.accessibility import (
    Definition,
    Logistic,
    Reason,
    Step,
    StepWithin,
    TransitNetwork,
    access,
    ask,
    build_transit_network,
    compare,
    cumulative,
    matrix,
    minutes,
)
from gtfs.scenario import apply_told, parse_scenario
from tests.gtfs.accessibility.line import DAY, NORTH_400_M, SUNDAY, A, B, an_hour, line_feed, places

FAR = (139.5, 35.0)
HOMES = places({"home": A, "hill": (A[0], 35.1)}, population=[100.0, 7.0])
GOALS = places({"at_b": B, "near_b": (B[0], B[1] + NORTH_400_M), "at_a": A, "far": FAR}, beds=[1.0, 2.0, 4.0, 8.0])


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> TransitNetwork:
    feed = line_feed(tmp_path_factory.mktemp("line"))
    return build_transit_network({"city": feed}, DAY, None)


def test_percentiles_of_the_travel_time_are_those_of_the_wait(network: TransitNetwork) -> None:
    table = matrix(network, HOMES, GOALS, an_hour((5, 50, 95))).table.set_index(["from_id", "to_id"])
    columns = ["minutes_p5", "minutes_p50", "minutes_p95"]
    # Sorted: 11, 11, 12, 12, ... 40, 40; elements ceil(0.05 x 60) - 1 = 2, 29 and 56.
    assert table.loc[("home", "at_b"), columns].tolist() == [12, 25, 39]
    # 400 m x 1.3 at 1.3 m/s are 400 s more.
    assert table.loc[("home", "near_b"), columns].tolist() == [18, 31, 45]
    assert table.loc[("home", "at_a"), columns].tolist() == [0, 0, 0]


def test_access_names_the_places_that_are_reached_and_the_nearest(network: TransitNetwork) -> None:
    answer = access(
        network, HOMES, GOALS, an_hour((5, 50, 95)), decay=Step(minutes(25)), columns=["beds"], nth=(1, 2, 3, 4)
    )
    home = answer.table.set_index("feature_id").loc["home"]
    # 25 is not less than 25: at_b counts only where the wait is short.
    assert home[["beds_p5", "beds_p50", "beds_p95"]].tolist() == [4 + 1 + 2, 4, 4]
    assert home[["nearest_1_p50", "nearest_2_p50", "nearest_3_p50"]].tolist() == [0, 25, 31]
    assert np.isnan(home["nearest_4_p50"])
    within = access(network, HOMES, GOALS, an_hour(), decay=StepWithin(minutes(25)), columns=["beds"])
    assert within.table["beds_p50"].tolist() == [4 + 1, 0]


@pytest.mark.parametrize("definition", list(Definition))
def test_blocks_of_homes_have_the_answer_of_all_together(
    network: TransitNetwork, monkeypatch: pytest.MonkeyPatch, definition: Definition
) -> None:
    homes = places({f"{at}": (A[0], A[1] + at * NORTH_400_M / 3) for at in range(7)})
    query = an_hour((5, 95))
    decay = Logistic(minutes(30), minutes(8))
    whole = access(network, homes, GOALS, query, decay=decay, columns=["beds"], definition=definition)
    monkeypatch.setattr(cumulative, "BLOCK", 3)
    parts = access(network, homes, GOALS, query, decay=decay, columns=["beds"], definition=definition)
    assert parts.table.equals(whole.table)
    assert parts.explanation.travel == whole.explanation.travel


def test_without_homes_or_places_to_reach_there_is_no_question(network: TransitNetwork) -> None:
    with pytest.raises(InvalidLayerError, match="nothing to reach"):
        access(network, HOMES, GOALS.iloc[:0], an_hour(), decay=Step(minutes(30)))
    with pytest.raises(InvalidLayerError, match="no column 'jobs'"):
        access(network, HOMES, GOALS, an_hour(), decay=Step(minutes(30)), columns=["jobs"])


def test_both_definitions_are_offered_and_labelled(network: TransitNetwork) -> None:
    query = an_hour((50, 100))
    per_minute = access(
        network, HOMES, GOALS, query, decay=Step(minutes(25)), columns=["beds"], definition=Definition.PER_MINUTE
    )
    # at_b is reached within 25 minutes in 28 of 60 minutes, near_b in 16: the median minute reaches neither.
    assert per_minute.table.loc[0, ["beds_p50", "beds_p100"]].tolist() == [4, 7]
    mean = access(
        network, HOMES, GOALS, query, decay=Step(minutes(25)), columns=["beds"], definition=Definition.MEAN_PER_MINUTE
    )
    assert mean.table.loc[0, "beds_mean"] == pytest.approx(4 + 1 * 28 / 60 + 2 * 16 / 60)
    assert mean.explanation.rules["definition"] == "mean_of_access_per_minute"


def test_the_explanation_tells_lines_waits_walks_and_rules(network: TransitNetwork) -> None:
    told = access(network, HOMES, GOALS.iloc[[0]], an_hour(), decay=Step(minutes(60)), columns=["beds"]).explanation
    assert [(line.feed, line.route_id, line.name) for line in told.travel.lines] == [("city", "L", "1")]
    assert told.travel.ride_min == pytest.approx(10)
    assert told.window == ("08:00:00", "09:00:00")
    found = told.as_json()
    assert found["weekday"] == "monday"
    assert found["feeds"] == ["city"]
    assert found["rules"]["decay"] == "step"
    assert "nearest rank" in found["percentile_rule"]
    assert "1.3" in found["walking"]["ja"]
    assert found["unreached"][0]["reason"] == "no_stop"


def test_a_place_that_is_not_reached_has_a_reason(network: TransitNetwork) -> None:
    table = matrix(network, HOMES, GOALS, an_hour()).table.set_index(["from_id", "to_id"])["reason"]
    assert table["hill", "at_b"] == Reason.NO_STOP
    assert table["home", "far"] == Reason.NO_STOP
    assert table["home", "at_b"] == ""
    night = ask(DAY, time(2), time(3))
    assert matrix(network, HOMES, GOALS, night).table.set_index(["from_id", "to_id"])["reason"]["home", "at_b"] == (
        Reason.NO_SERVICE
    )
    short = ask(DAY, time(8), time(9), longest=minutes(9))
    assert matrix(network, HOMES, GOALS, short).table.set_index(["from_id", "to_id"])["reason"]["home", "at_b"] == (
        Reason.TOO_LONG
    )


def test_without_the_line_that_the_explanation_names_the_answer_is_another(tmp_path: Path) -> None:
    feeds = {"city": line_feed(tmp_path / "line")}
    before = access(
        build_transit_network(feeds, DAY, None), HOMES, GOALS, an_hour(), decay=Step(minutes(60)), columns=["beds"]
    )
    named = before.explanation.travel.lines[0]
    scenario = parse_scenario({"changes": [{"remove_route": {"feed": named.feed, "route": named.route_id}}]})
    after_feeds = apply_told(feeds, scenario)
    network = build_transit_network(after_feeds.feeds, DAY, None)
    after = access(network, HOMES, GOALS, an_hour(), decay=Step(minutes(60)), columns=["beds"])
    found = compare(before, after, columns=["beds_p50"], people="population", changes=after_feeds.told)
    assert found.table["beds_p50_difference"].tolist() == [-3, 0]
    assert found.totals.iloc[0][["less", "same"]].tolist() == [100, 7]
    assert after.explanation.travel.lines == ()


def test_twice_as_many_buses_halve_the_wait(tmp_path: Path) -> None:
    feeds = {"city": line_feed(tmp_path / "line")}
    more = parse_scenario({"changes": [{"change_frequency": {"route": "L", "factor": 2}}]})
    network = build_transit_network(apply_told(feeds, more).feeds, DAY, None)
    table = matrix(network, HOMES, GOALS, an_hour((5, 50, 95))).table.set_index(["from_id", "to_id"])
    # Every 15 minutes: 11 to 25 minutes, each four times; elements 2, 29 and 56.
    assert table.loc[("home", "at_b")].tolist()[:3] == [11, 18, 25]


def test_a_sunday_without_service_is_told_and_a_date_outside_the_calendar_is_an_error(tmp_path: Path) -> None:
    feeds = {"city": line_feed(tmp_path / "line")}
    network = build_transit_network(feeds, SUNDAY, None)
    answer = access(network, HOMES, GOALS, an_hour(day=SUNDAY), decay=Step(minutes(60)), columns=["beds"])
    assert answer.table["beds_p50"].tolist() == [4, 0]
    with pytest.raises(DateOutsideError, match="2026-04-01"):
        build_transit_network(feeds, date(2030, 1, 1), None)


def test_a_bare_number_is_no_duration() -> None:
    with pytest.raises(TypeError, match=r"minutes\(30\)"):
        ask(DAY, time(8), time(9), walk=30)  # type: ignore[arg-type]
