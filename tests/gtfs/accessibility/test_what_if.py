from pathlib import Path

import pytest

from gtfs.accessibility import Answer, Setting, Step, access, compare, minutes, settings
from gtfs.scenario import InvalidScenarioError, parse_scenario
from tests.gtfs.accessibility.line import DAY, A, B, an_hour, line_feed, places

HOMES = places({"a": A, "b": B}, population=[10.0, 20.0])
HOSPITALS = places({"old": B, "small": A}, beds=[8.0, 1.0])


def _reached(one: Setting, limit: int) -> Answer:
    goals = one.facilities(HOSPITALS, "beds", layer="hospitals")
    return access(
        one.network, HOMES, goals.features, an_hour(), decay=Step(minutes(limit)), columns=["beds"], by=one.by
    )


def test_a_scenario_of_timetable_and_facilities_is_compared_with_today(tmp_path: Path) -> None:
    scenario = parse_scenario({
        "changes": [
            {"change_frequency": {"route": "L", "factor": 2}},
            {"add_facility": {"layer": "hospitals", "id": "new", "name": "新病院", "at": list(A), "amount": 4}},
            {"close_facility": {"layer": "hospitals", "id": "small"}},
        ]
    })  # fmt: skip
    before, after = settings({"city": line_feed(tmp_path)}, scenario, DAY, None)
    found = compare(
        _reached(before, 20), _reached(after, 20), columns=["beds_p50"], people="population", changes=after.told
    )
    # Median 25 minutes today, 18 with a bus each 15 minutes.
    assert found.table["beds_p50_before"].tolist() == [1, 8]
    assert found.table["beds_p50_after"].tolist() == [4 + 8, 8 + 4]
    assert found.totals.iloc[0]["mean_after"] == 12
    assert [text.en for text in found.changes] == ["route '1 病院線': 64 trips become 126 (all timetables together)"]
    assert [text.en for text in after.facilities(HOSPITALS, "beds", layer="hospitals").told] == [
        "facility '新病院' added",
        "facility 'small' closed",
    ]
    assert before.facilities(HOSPITALS, "beds").told == ()


def test_an_added_shuttle_reaches_who_had_nothing(tmp_path: Path) -> None:
    lonely = (138.90, 35.05)
    shuttle = {
        "id": "shuttle",
        "name": "自動運転",
        "autonomous": True,
        "stops": [{"name": "団地", "at": list(lonely)}, "A"],
        "speed_kmh": 20,
        "headway_min": 10,
        "from": "07:00",
        "to": "10:00",
    }
    before, after = settings(
        {"city": line_feed(tmp_path)}, parse_scenario({"changes": [{"add_line": shuttle}]}), DAY, None
    )
    homes = places({"lonely": lonely}, population=[3.0])
    today, then = (
        access(one.network, homes, HOSPITALS, an_hour(), decay=Step(minutes(60)), columns=["beds"])
        for one in (before, after)
    )
    assert today.table["reason"].tolist() == ["no_stop"]
    assert today.table["beds_p50"].tolist() == [0]
    assert then.table["beds_p50"].tolist() == [9]
    assert {line.route_id for line in then.explanation.travel.lines} == {"shuttle", "L"}


def test_a_bicycle_changes_the_way_to_the_stop_only(tmp_path: Path) -> None:
    scenario = parse_scenario({"changes": [{"change_access": {"mode": "cycle"}}]})
    before, after = settings({"city": line_feed(tmp_path)}, scenario, DAY, None)
    assert after.network is before.network
    assert (before.by, after.by) == (None, scenario.access)
    assert "12 km/h" in after.told[0].ja


def test_a_facility_that_is_not_there_is_told(tmp_path: Path) -> None:
    scenario = parse_scenario({"changes": [{"close_facility": {"id": "none"}}]})
    _, after = settings({"city": line_feed(tmp_path)}, scenario, DAY, None)
    with pytest.raises(InvalidScenarioError):
        after.facilities(HOSPITALS)
