"""A scenario written down is the scenario that is read again."""

from typing import Any

import pytest

from gtfs.scenario import as_document, as_yaml, parse_scenario, read_scenario_text
from gtfs.scenario.document import _READERS

LINE = {"id": "s", "name": "シャトル", "stops": ["A", {"name": "市役所", "at": [138.9, 35.0]}], "speed_kmh": 18.5}
EVERY: list[dict[str, Any]] = [
    {"add_line": {**LINE, "headway_min": 15, "from": "7:00", "to": "25:30", "autonomous": True, "both_ways": False}},
    {"add_line": {**LINE, "departures": ["07:10", "08:00:30"], "days": ["sunday"], "path": [[1, 2], [3.5, 4]]}},
    {"change_frequency": {"feed": "f", "route": "010", "factor": 2}},
    {"change_frequency": {"route": "no", "headway_min": 7.5, "from": "06:00", "to": "9:00"}},
    {"change_speed": {"route": "1:30", "factor": 1.25}},
    {"remove_route": {"route": "3"}},
    {"reroute": {"route": "2", "from_stop": "B", "to_stop": "C", "via": ["D"], "speed_kmh": 20, "both_ways": False}},
    {"move_stop": {"stop": "B", "to": [138.92, 35.001]}},
    {"add_facility": {"layer": "h", "id": "new", "name": "新病院", "at": [138.9, 35.0], "amount": 40}},
    {"close_facility": {"layer": "h", "id": "old"}},
    {"merge_facility": {"ids": ["a", "b"], "into": "c"}},
    {"change_access": {"mode": "shared_cycle", "speed_kmh": 12, "limit_min": 20, "ports": [[1, 2], [3, 4]]}},
]


@pytest.mark.parametrize("change", EVERY, ids=lambda one: next(iter(one)))
def test_every_kind_of_change_comes_back_from_yaml_and_json(change: dict[str, Any]) -> None:
    scenario = parse_scenario({"name": {"ja": "案", "en": "plan"}, "changes": [change]}, name="plan")
    again = read_scenario_text(as_yaml(scenario).encode(), name="plan")
    assert again == scenario == parse_scenario(as_document(scenario), name="plan")


def test_all_kinds_are_tried() -> None:
    assert {next(iter(change)) for change in EVERY} == set(_READERS)


def test_texts_that_yaml_takes_for_something_else_are_quoted() -> None:
    """Other programs read clock times and ids such as `no` and `010` as YAML 1.1 does."""
    import yaml

    scenario = parse_scenario({"name": "案", "changes": EVERY}, name="plan")
    assert yaml.safe_load(as_yaml(scenario)) == as_document(scenario)
    assert "市役所" in as_yaml(scenario)
