"""People split over buildings, judged by sums and by a plain loop."""

import math
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InvalidLayerError
from geo.layer import Layer
from geo.population import LIVED_IN, split_population

_EAST, _NORTH = 138.86, 35.08
_CELL = 0.002


def cells_of(*people: float | None) -> Layer:
    """Squares of 0.002 degrees in a row from west to east."""
    boxes = [
        shapely.box(_EAST + k * _CELL, _NORTH, _EAST + (k + 1) * _CELL, _NORTH + _CELL) for k in range(len(people))
    ]
    data = {
        "feature_id": [f"m{k}" for k in range(len(people))],
        "population": [math.nan if p is None else p for p in people],
    }
    return Layer("mesh", gpd.GeoDataFrame(data, geometry=boxes, crs="EPSG:4326"))


def building(cell: int, *, side: float = 1e-4, at: float = 0.5, **columns: Any) -> dict[str, Any]:
    """A square of `side` degrees (about 100 m2 at 1e-4), at a share of its cell's width."""
    x, y = _EAST + (cell + at) * _CELL, _NORTH + _CELL / 2
    return {"geometry": shapely.box(x, y, x + side, y + side), "usage_code": "411", "storeys_above": 1, **columns}


def buildings_of(*rows: dict[str, Any]) -> Layer:
    frame = gpd.GeoDataFrame(list(rows), geometry="geometry", crs="EPSG:4326")
    frame["feature_id"] = [f"b{k}" for k in range(len(rows))]
    return Layer("bldg", frame)


def people(result: Layer) -> list[float]:
    return result.features["population"].tolist()


def test_twice_the_storeys_hold_twice_the_people() -> None:
    result = split_population(cells_of(30), buildings_of(building(0), building(0, at=0.7, storeys_above=2)))
    assert people(result) == [10, 20]
    assert result.features["basis"].tolist() == ["building", "building"]
    assert result.features["cell_id"].tolist() == ["m0", "m0"]


def test_the_use_decides_how_much_of_a_building_is_lived_in() -> None:
    rows = [building(0, at=0.1 * k, usage_code=code) for k, code in enumerate(("411", "413", "401", None), start=1)]
    result = split_population(cells_of(200), buildings_of(*rows))
    assert people(result) == [100, 50, 0, 50]


def test_height_stands_in_for_missing_storeys() -> None:
    tall = building(0, at=0.7, storeys_above=None, height_m=9.2)
    result = split_population(cells_of(40), buildings_of(building(0, height_m=3.0), tall))
    assert people(result) == [10, 30]


def test_a_shed_holds_nobody() -> None:
    shed = building(0, at=0.7, side=3e-5)
    assert people(split_population(cells_of(7), buildings_of(building(0), shed))) == [7, 0]


def test_remainders_go_to_the_largest_and_of_equals_to_the_first() -> None:
    rows = [building(0, at=0.1 * k) for k in (1, 2, 3)]
    # 3 x 3.67: the areas are equal but for the last digits.
    found = people(split_population(cells_of(11), buildings_of(*rows)))
    assert sorted(found) == [3, 4, 4]


def test_a_cell_without_homes_keeps_its_people_and_says_so() -> None:
    result = split_population(cells_of(5, 8), buildings_of(building(0, usage_code="441")))
    rows = result.features.set_index("feature_id")
    assert rows.loc["b0", ["population", "basis"]].tolist() == [0, "building"]
    assert rows.loc["cell-m0", ["population", "basis"]].tolist() == [5, "cell"]
    assert rows.loc["cell-m1", ["population", "basis"]].tolist() == [8, "cell"]
    assert rows.geometry["cell-m1"].equals(cells_of(5, 8).features.geometry[1])
    assert result.features["population"].sum() == 13


def test_a_secret_cell_stays_unknown_with_and_without_buildings() -> None:
    result = split_population(cells_of(None, None, 4), buildings_of(building(0), building(2)))
    rows = result.features.set_index("feature_id")
    assert rows["basis"].to_dict() == {"b0": "unknown", "b1": "building", "cell-m1": "unknown"}
    assert math.isnan(rows.loc["b0", "population"])
    assert math.isnan(rows.loc["cell-m1", "population"])
    assert rows.loc["b1", "population"] == 4


def test_a_building_in_no_cell_is_outside_and_unknown() -> None:
    result = split_population(cells_of(4), buildings_of(building(0), building(3)))
    assert result.features["basis"].tolist() == ["building", "outside"]
    assert math.isnan(people(result)[1])
    assert result.features["cell_id"].tolist() == ["m0", None]


def test_a_number_below_zero_is_unknown() -> None:
    assert math.isnan(people(split_population(cells_of(-1), buildings_of(building(0))))[0])


def test_a_number_that_is_not_whole_is_shared_out_in_real_numbers() -> None:
    found = people(split_population(cells_of(4.5), buildings_of(building(0), building(0, at=0.7, storeys_above=2))))
    assert found == pytest.approx([1.5, 3.0], rel=1e-6)


def test_cells_that_overlap_are_refused() -> None:
    twice = cells_of(4, 4).features.copy()
    twice.loc[1, "geometry"] = twice.geometry[0]
    with pytest.raises(InvalidLayerError, match="overlap"):
        split_population(Layer("mesh", twice), buildings_of(building(0)))


def test_cells_without_people_are_refused() -> None:
    bare = cells_of(4).features.drop(columns="population")
    with pytest.raises(InvalidLayerError, match="no column of people"):
        split_population(Layer("mesh", bare), buildings_of(building(0)))


def test_a_building_on_the_border_counts_in_one_cell_only() -> None:
    middle = building(0, at=1.0)
    middle["geometry"] = shapely.box(_EAST + _CELL - 1e-4, _NORTH + 1e-4, _EAST + _CELL + 1e-4, _NORTH + 3e-4)
    result = split_population(cells_of(3, 5), buildings_of(middle))
    assert result.features["population"].sum() == 8


_ROW = st.tuples(
    st.integers(0, 3),
    st.floats(0.02, 0.9),
    st.sampled_from([2e-5, 5e-5, 1e-4, 1.3e-4]),
    st.sampled_from([None, "411", "412", "413", "401", "461", "999"]),
    st.sampled_from([None, 0, 1, 2, 14]),
    st.sampled_from([None, 2.0, 9.1, 31.0]),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(_ROW, min_size=1, max_size=25),
    st.lists(st.one_of(st.none(), st.integers(0, 3000)), min_size=3, max_size=3),
)
def test_sums_are_kept_and_nobody_is_more_than_one_person_from_the_fair_share(
    rows: list[tuple[Any, ...]], numbers: list[int | None]
) -> None:
    """Against a loop over cells and buildings; the fourth cell does not exist."""
    made = [building(c, at=a, side=s, usage_code=u, storeys_above=n, height_m=h) for c, a, s, u, n, h in rows]
    result = split_population(cells_of(*numbers), buildings_of(*made)).features
    areas = buildings_of(*made).features.to_crs("EPSG:6676").area.tolist()
    for k, number in enumerate(numbers):
        mine = result[result["cell_id"] == f"m{k}"]
        if number is None:
            assert mine["population"].isna().all()
            continue
        assert mine["population"].sum() == number
        assert (mine["population"] == np.floor(mine["population"])).all()
        weights = [_weight(row, area) for row, area in zip(rows, areas, strict=True) if row[0] == k]
        if sum(weights) > 0:
            for found, weight in zip(mine["population"].tolist(), weights, strict=True):
                assert abs(found - number * weight / sum(weights)) < 1 + 0.01 * number
        else:
            assert (mine["basis"] == "cell").sum() == 1


def _weight(row: tuple[Any, ...], area: float) -> float:
    _, _, _, use, storeys, height = row
    floors = storeys or (max(round(height / 3), 1) if height else 1)
    share = 0.5 if use is None else LIVED_IN.get(use, 0)
    return 0 if area < 20 else area * floors * share
