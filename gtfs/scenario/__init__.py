"""What if: lines, stops and facilities as they might be. Read with `read_scenario`, carried out with `apply`."""

from gtfs.scenario.apply import Applied, apply, apply_told
from gtfs.scenario.change import Change, ChangeAccess, Scenario
from gtfs.scenario.document import parse_scenario, read_scenario
from gtfs.scenario.errors import InvalidScenarioError
from gtfs.scenario.facility import apply_facilities

__all__ = [
    "Applied",
    "Change",
    "ChangeAccess",
    "InvalidScenarioError",
    "Scenario",
    "apply",
    "apply_facilities",
    "apply_told",
    "parse_scenario",
    "read_scenario",
]
