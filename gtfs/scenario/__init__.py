"""What if: lines, stops and facilities as they might be. Read with `read_scenario`, carried out with `apply`."""

from gtfs.scenario.apply import Applied, apply, apply_told
from gtfs.scenario.change import Change, ChangeAccess, Scenario
from gtfs.scenario.document import parse_scenario, read_scenario, read_scenario_text
from gtfs.scenario.errors import InvalidScenarioError
from gtfs.scenario.facility import apply_facilities
from gtfs.scenario.writing import as_document, as_yaml

__all__ = [
    "Applied",
    "Change",
    "ChangeAccess",
    "InvalidScenarioError",
    "Scenario",
    "apply",
    "apply_facilities",
    "apply_told",
    "as_document",
    "as_yaml",
    "parse_scenario",
    "read_scenario",
    "read_scenario_text",
]
