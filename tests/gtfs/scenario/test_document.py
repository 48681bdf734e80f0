"""What is wrong with a scenario is told with file, line, key and rule."""

from pathlib import Path
from typing import Any

import pytest

from geo import UnreadableError
from gtfs.scenario import InvalidScenarioError, Scenario, parse_scenario, read_scenario
from gtfs.scenario.change import AddLine, ChangeAccess, ChangeFrequency, Headway, LineStop, RemoveRoute

SHUTTLE = """
name: {ja: 自動運転, en: Shuttle}
changes:
  - add_line:
      id: shuttle
      name: 自動運転シャトル
      autonomous: true
      stops:
        - S_1
        - {name: 市役所, at: [138.905, 35.005]}
        - {stop: C}
      speed_kmh: 18
      headway_min: 15
      from: 7:00
      to: 21:00
      days: [saturday, sunday]
  - remove_route: {route: 01}
"""


def _read(tmp_path: Path, text: str) -> Scenario:
    file = tmp_path / "plan.yaml"
    file.write_text(text, encoding="utf-8")
    return read_scenario(file)


def _problems(tmp_path: Path, text: str) -> list[tuple[str, str | None, int | None]]:
    with pytest.raises(InvalidScenarioError) as error:
        _read(tmp_path, text)
    assert all(problem.file == "plan.yaml" for problem in error.value.problems)
    assert all(problem.message("ja") for problem in error.value.problems)
    return [(problem.rule, problem.feature, problem.line) for problem in error.value.problems]


def test_a_scenario_is_read_with_clock_times_and_ids_as_they_are_written(tmp_path: Path) -> None:
    scenario = _read(tmp_path, SHUTTLE)
    line, removed = scenario.changes
    assert scenario.name.ja == "自動運転"
    assert isinstance(line, AddLine)
    assert line.stops == (LineStop("S_1"), LineStop(name="市役所", at=(138.905, 35.005)), LineStop("C"))
    # An unquoted 21:00 is the number 1260 for YAML 1.1, and 01 the number 1.
    assert line.service == Headway(15, 7 * 3600, 21 * 3600)
    assert line.days == ("saturday", "sunday")
    assert removed == RemoveRoute(None, "01")


def test_a_dict_is_the_same_as_its_yaml(tmp_path: Path) -> None:
    document: dict[str, Any] = {
        "name": "plan",
        "changes": [
            {"change_frequency": {"route": 1, "factor": 2}},
            {"change_access": {"mode": "cycle", "speed_kmh": 14.5}},
        ],
    }
    text = "name: plan\nchanges:\n- change_frequency: {route: 1, factor: 2}\n"
    text += "- change_access: {mode: cycle, speed_kmh: 14.5}\n"
    assert parse_scenario(document).changes == _read(tmp_path, text).changes
    assert parse_scenario(document).changes == (
        ChangeFrequency(None, "1", 2.0, None),
        ChangeAccess("cycle", 14.5, 20.0, ()),
    )


def test_every_problem_is_told_with_line_and_key(tmp_path: Path) -> None:
    text = """changes:
  - add_line:
      id: x
      stops: [S_1, {name: 市役所, at: [138.9, 135]}]
      speed_kmh: fast
      headway_min: 15
      from: 7h
      to: 21:00
      colour: red
  - change_speed: {route: 1}
"""
    assert _problems(tmp_path, text) == [
        ("scenario.missing", "changes[0].add_line.name", None),
        ("scenario.type", "changes[0].add_line.stops[1].at", 4),
        ("scenario.range", "changes[0].add_line.speed_kmh", 5),
        ("scenario.type", "changes[0].add_line.from", 7),
        ("scenario.unknown_key", "changes[0].add_line.colour", 9),
        ("scenario.missing", "changes[1].change_speed.factor", None),
    ]


@pytest.mark.parametrize(
    ("text", "rule", "key"),
    [
        ("changes: [{fly: {}}]", "scenario.unknown_change", "changes[0]"),
        ("changes: []", "scenario.too_few", "changes"),
        ("name: x", "scenario.missing", "changes"),
        ("- 1", "scenario.type", None),
        ("changes: [{remove_route: 1}]", "scenario.type", "changes[0].remove_route"),
        ("changes: [{remove_route: {route: a}, change_speed: {}}]", "scenario.type", "changes[0]"),
        (
            "changes: [{change_frequency: {route: a, factor: 2, headway_min: 5, from: 7:00, to: 8:00}}]",
            "scenario.either",
            "changes[0].change_frequency.factor",
        ),
        ("changes: [{change_frequency: {route: a}}]", "scenario.missing", "changes[0].change_frequency.factor"),
        (
            "changes: [{change_frequency: {route: a, headway_min: 5, from: 8:00, to: 7:00}}]",
            "scenario.order",
            "changes[0].change_frequency.to",
        ),
        (
            "changes: [{change_access: {mode: shared_cycle}}]",
            "scenario.missing",
            "changes[0].change_access.ports",
        ),
        (
            "changes: [{merge_facility: {ids: [a, b], into: a}}]",
            "scenario.either",
            "changes[0].merge_facility.into",
        ),
    ],
)
def test_a_wrong_value_names_its_key(tmp_path: Path, text: str, rule: str, key: str | None) -> None:
    assert _problems(tmp_path, text)[0][:2] == (rule, key)


def test_what_is_no_yaml_names_the_line(tmp_path: Path) -> None:
    [(rule, _, line)] = _problems(tmp_path, "changes:\n  - {a: [1, 2}\n")
    assert (rule, line) == ("scenario.yaml", 2)


def test_a_key_that_stands_twice_is_told(tmp_path: Path) -> None:
    assert _problems(tmp_path, "name: a\nname: b\nchanges: []\n") == [("scenario.duplicate_key", "name", 2)]


def test_aliases_that_stand_for_billions_are_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    [(rule, _, _)] = _problems(tmp_path, "\n".join(lines))
    assert rule == "scenario.too_large"


def test_no_tag_runs_code(tmp_path: Path) -> None:
    found = _problems(tmp_path, "changes: !!python/object/apply:os.system ['true']\n")
    assert found[0][0] == "scenario.type"


def test_an_empty_file_and_a_missing_one_are_told(tmp_path: Path) -> None:
    assert _problems(tmp_path, "\n") == [("file.empty", None, None)]
    with pytest.raises(UnreadableError, match="no such file"):
        read_scenario(tmp_path / "none.yaml")


def test_the_example_in_the_docs_is_a_scenario(tmp_path: Path) -> None:
    page = Path(__file__).parents[3] / "docs" / "accessibility.md"
    example = page.read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    assert len(_read(tmp_path, example).changes) == 10


def test_a_day_that_is_none_is_told_once(tmp_path: Path) -> None:
    found = _problems(tmp_path, SHUTTLE.replace("saturday", "土曜"))
    assert [key for _, key, _ in found] == ["changes[0].add_line.days[0]"]
