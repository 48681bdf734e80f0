from datetime import date
from pathlib import Path

import numpy as np
import pytest

from geo import Draw, Portrayal, Text
from gtfs.accessibility import (
    Step,
    TransitNetwork,
    access,
    build_transit_network,
    compare,
    coverage,
    deserts,
    isochrone,
    minutes,
    quality_classes,
    service_accessibility,
)
from gtfs.accessibility.portrayal import (
    access_portrayal,
    area_access_portrayal,
    deserts_portrayal,
    difference_portrayal,
    index_portrayal,
    isochrone_portrayal,
)
from tests.gtfs.accessibility.line import DAY, A, B, an_hour, line_feed, places

HOMES = places({"a": A, "b": B, "far": (139.5, 35.0)}, population=[1.0, 2.0, np.nan])


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> TransitNetwork:
    return build_transit_network({"city": line_feed(tmp_path_factory.mktemp("line"))}, DAY, None)


def _classes_of(portrayal: Portrayal, values: list[float]) -> list[int]:
    """Which class each value has; exactly one."""
    steps = portrayal.style.themes[0].classes
    found = []
    for value in values:
        rows = [
            at
            for at, one in enumerate(steps)
            if (one.minimum is None or one.minimum <= value) and (one.maximum is None or value < one.maximum)
        ]
        assert len(rows) == 1, (value, rows)
        found += rows
    return found


def test_every_area_of_an_isochrone_has_its_class(network: TransitNetwork) -> None:
    answer = isochrone(network, A, an_hour(), cutoffs=[minutes(15), minutes(30)])
    theme = isochrone_portrayal(answer).style.themes[0]
    assert [one.value for one in theme.classes] == [15, 30]
    assert set(answer.table["minutes"]) == {15, 30}


def test_every_number_has_exactly_one_class(network: TransitNetwork) -> None:
    answer = access(network, HOMES, HOMES, an_hour(), decay=Step(minutes(60)), columns=["population"])
    shown = access_portrayal(answer.table, "population_p50", Text.same("x"))
    assert shown.style.draw is Draw.CIRCLE
    _classes_of(shown, answer.table["population_p50"].tolist())
    left = deserts_portrayal(deserts(network, HOMES, an_hour()))
    assert _classes_of(left, [0, 1, 10, 700]) == [0, 1, 2, 5]


@pytest.mark.parametrize("differences", [[0, 0, 0], [1, 2, 3], [-5, 0, 5], [-30, -1, -0.5], [0.25, np.nan, -8]])
def test_differences_of_either_sign_have_exactly_one_class(network: TransitNetwork, differences: list[float]) -> None:
    answer = access(network, HOMES, HOMES, an_hour(), decay=Step(minutes(60)), columns=["population"])
    found = compare(answer, answer, columns=["population_p50"])
    found.table["population_p50_difference"] = differences
    shown = difference_portrayal(found, "population_p50", Text("差", "Difference"))
    known = [one for one in differences if not np.isnan(one)]
    classes = _classes_of(shown, known)
    same = next(at for at, one in enumerate(shown.style.themes[0].classes) if one.label.en == "No change")
    assert [np.sign(at - same) for at in classes] == [np.sign(one) for one in known]


def test_an_index_has_a_class_for_each_of_its_values(tmp_path: Path) -> None:
    feeds, day = {"city": line_feed(tmp_path)}, date(2026, 6, 1)
    for answer in (quality_classes(feeds, day, HOMES), coverage(feeds, day, HOMES)):
        theme = index_portrayal(answer).style.themes[0]
        assert {one.value for one in theme.classes} == {one.value for one in answer.totals} - {""}
        assert theme.column == answer.column


def test_the_service_accessibility_of_areas_has_a_theme_for_each_of_its_three_figures(tmp_path: Path) -> None:
    squares = HOMES.set_geometry(HOMES.to_crs(6676).buffer(500).to_crs(4326))
    shown = area_access_portrayal(service_accessibility({"city": line_feed(tmp_path)}, DAY, squares))
    assert [theme.column for theme in shown.style.themes] == ["total_access", "space_access", "time_access"]
    assert shown.style.draw is Draw.FILL
