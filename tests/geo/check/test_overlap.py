"""Buildings that stand in each other, held against plain squares."""

import itertools
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.check import Overlaps
from tests.geo.citygml.city import building, city_model, footprint, problems, read, write

STEP = 1e-4


def told(*squares: tuple[float, ...]) -> list[tuple[str | None, str, int]]:
    """West, south and side of each square, in steps; one batch for each. Feature, other, rounded percentage."""
    overlaps = Overlaps("f.gml")
    for number, (west, south, side) in enumerate(squares):
        box = shapely.box(138 + west * STEP, 35 + south * STEP, 138 + (west + side) * STEP, 35 + (south + side) * STEP)
        overlaps.add(np.array([box], dtype=object), [f"b{number}"], [number])
    return [
        (one.feature, one.parameters["other"], round(float(one.parameters["share"]))) for one in overlaps.problems()
    ]


def test_neighbours_that_share_a_wall_are_right() -> None:
    assert told((0, 0, 1), (1, 0, 1), (0, 1, 1), (1.001, 1.001, 1)) == []


def test_a_wall_drawn_a_little_too_far_is_right() -> None:
    assert told((0, 0, 1), (0.995, 0, 1)) == []


def test_a_quarter_of_a_building_in_another_is_told_with_both() -> None:
    assert told((0, 0, 1), (5, 5, 1), (0.5, 0.5, 1)) == [("b2", "b0", 25)]


def test_a_small_building_in_a_large_one_shares_all_of_itself() -> None:
    assert told((0, 0, 10), (2, 2, 1)) == [("b1", "b0", 100)]


def test_every_building_is_told_once_however_many_it_stands_in() -> None:
    found = told((0, 0, 1), (0, 0, 1), (0, 0, 1), (0.5, 0, 1))
    assert [(one, other) for one, other, _ in found] == [("b1", "b0"), ("b2", "b0"), ("b3", "b0")]


def test_random_squares_overlap_as_a_brute_force_finds() -> None:
    generator = np.random.default_rng(7)
    squares = [tuple(one) for one in generator.uniform((0, 0, 0.5), (20, 20, 2), (60, 3)).tolist()]
    wanted = set()
    for (_, a), (j, b) in itertools.combinations(enumerate(squares), 2):
        wide = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
        high = min(a[1] + a[2], b[1] + b[2]) - max(a[1], b[1])
        if wide > 0 and high > 0 and wide * high > 0.01 * min(a[2], b[2]) ** 2:
            wanted.add(f"b{j}")
    assert {one for one, _, _ in told(*squares)} == wanted


def test_copies_are_told_once_each() -> None:
    found = told(*[(0, 0, 1)] * 2_000)
    assert len(found) == 1_999
    assert {other for _, other, _ in found} == {"b0"}


def test_buildings_that_all_meet_are_given_up_at_some_number(monkeypatch: pytest.MonkeyPatch) -> None:
    squares = [(0, 0, 1 + number / 300) for number in range(300)]
    assert len(told(*squares)) == 299
    monkeypatch.setattr("geo.check.overlap._MOST", 1_000)
    assert 50 < len(told(*squares)) < 200


def test_buildings_of_a_file_are_judged_together(tmp_path: Path) -> None:
    members = [building(id=one, shape=footprint()) for one in ("b1", "b2")]
    (problem,) = problems(read(write(tmp_path, city_model(*members))), "citygml.footprints_overlap")
    assert (problem.feature, problem.line, problem.parameters) == ("b2", 11, {"other": "b1", "share": "100"})
