import json
import pickle
import subprocess
import sys
from pathlib import Path
from string import Formatter

import pytest

from geo import (
    RULES,
    Bounds,
    Count,
    Draw,
    InvalidBoundsError,
    InvalidStyleError,
    Problem,
    Style,
    StyleClass,
    Text,
    Theme,
    UnreadableError,
)

GREY = StyleClass("#BBBBBB", Text("不明", "Unknown"))
HEIGHT = Theme.steps(
    "height",
    Text("高さ", "Height"),
    "height_m",
    [
        StyleClass("#FFFFFF", Text("10 m未満", "under 10 m"), maximum=10),
        StyleClass("#000000", Text("10 m以上", "10 m or more"), minimum=10),
    ],
    GREY,
    unit="m",
)
USE = Theme.categories("use", Text("用途", "Use"), "usage", [StyleClass("#FF0000", Text("住宅", "Home"), "411")], GREY)


def test_a_style_survives_the_way_through_json() -> None:
    style = Style(Draw.EXTRUSION, (HEIGHT, USE), height="height_m", label="name", opacity=0.8)
    assert Style.from_json(json.loads(json.dumps(style.as_json()))) == style


def test_tiles_carry_each_column_that_a_style_names_once() -> None:
    style = Style(Draw.EXTRUSION, (HEIGHT, USE), height="height_m", label="name")
    assert style.columns == ("name", "height_m", "usage")


def test_the_legend_shows_every_class_and_what_a_missing_value_looks_like() -> None:
    (legend,) = Style(Draw.FILL, (HEIGHT,)).legend()
    assert [entry["colour"] for entry in legend["entries"]] == ["#FFFFFF", "#000000", "#BBBBBB"]


@pytest.mark.parametrize(
    "build",
    [
        lambda: Style(Draw.FILL, ()),
        lambda: Style(Draw.EXTRUSION, (HEIGHT,)),
        lambda: Style(Draw.FILL, (HEIGHT,), height="height_m"),
        lambda: Style(Draw.FILL, (HEIGHT,), opacity=1.5),
        lambda: StyleClass("red", Text("赤", "red")),
        lambda: StyleClass("#FF0000", Text("赤", "red"), minimum=2, maximum=2),
        lambda: Theme.categories("use", Text("用途", "Use"), "usage", [], GREY),
    ],
)
def test_a_style_that_could_not_be_drawn_cannot_be_built(build: object) -> None:
    with pytest.raises(InvalidStyleError):
        build()  # type: ignore[operator]


@pytest.mark.parametrize(
    "edges", [(139, 35, 138, 36), (138, 36, 139, 35), (138, 35, 181, 36), (float("nan"), 35, 139, 36)]
)
def test_bounds_that_are_no_rectangle_on_the_ground_cannot_be_built(edges: tuple[float, float, float, float]) -> None:
    with pytest.raises(InvalidBoundsError):
        Bounds(*edges)


def test_bounds_around_parts_hold_them_all() -> None:
    assert Bounds.around([Bounds(138, 35, 139, 36), Bounds(138.5, 34, 140, 35)]) == Bounds(138, 34, 140, 36)


def test_counts_that_do_not_balance_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="read 3"):
        Count("bldg:Building", "LOD1", read=3, stored=1, kept_out=1)


def test_a_problem_names_file_line_feature_and_rule_in_both_languages() -> None:
    told = {"latitude": "x", "longitude": "138"}
    problem = Problem("csv.coordinates_invalid", "aed.csv", "12", 13, None, told)
    assert problem.message("en").startswith("aed.csv, line 13, 12: ")
    assert "13行目" in problem.message("ja")
    assert "138" in problem.message("ja")


def test_a_problem_without_a_rule_or_its_parameters_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="no rule"):
        Problem("nonsense", "a.csv")
    with pytest.raises(KeyError):
        Problem("csv.coordinates_invalid", "a.csv")


def test_problems_and_errors_travel_between_processes() -> None:
    problem = Problem("crs.unknown", "a.shp", parameters={"crs": "EPSG:0"})
    assert pickle.loads(pickle.dumps(problem)) == problem
    assert pickle.loads(pickle.dumps(UnreadableError(problem))).problem == problem


@pytest.mark.parametrize("code", sorted(RULES))
def test_both_texts_of_a_rule_ask_for_the_same_parameters(code: str) -> None:
    def asked(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    assert asked(RULES[code].text.ja) == asked(RULES[code].text.en)


def test_scripts_load_no_web_framework_no_database_and_no_deck() -> None:
    heavy = ("fastapi", "starlette", "sqlalchemy", "pydeck")
    script = f"import sys, geo, gtfs, tiles; print([name for name in {heavy} if name in sys.modules])"
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
