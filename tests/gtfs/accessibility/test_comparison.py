from datetime import date

import geopandas as gpd
import numpy as np
import pytest

from geo import InvalidLayerError, Text
from gtfs.accessibility import Answer, Explanation, Snap, Travel, compare

NOWHERE = Snap(0, 0, None, None)
WINDOW = ("07:00:00", "09:00:00")
WALKING = Text.same("on foot")
WHY = Explanation(
    "access", date(2026, 6, 1), WINDOW, False, ("city",), {}, Travel(0), WALKING, 4.8, {}, (50,), NOWHERE, NOWHERE
)


def _answer(ids: str, jobs: list[float]) -> Answer:
    people = {"a": 10.0, "b": 20.0, "c": 40.0, "d": np.nan}
    rows = {
        "feature_id": list(ids),
        "population": [people[one] for one in ids],
        "town": ["x" if one in "ab" else "y" for one in ids],
        "jobs_p50": jobs,
        "snap_m": [1.0] * len(ids),
    }
    points = gpd.points_from_xy(np.arange(len(ids)), np.zeros(len(ids)))
    return Answer(gpd.GeoDataFrame(rows, geometry=points, crs="EPSG:4326"), WHY)


def test_rows_are_matched_by_id_and_people_counted_by_the_sign_of_the_difference() -> None:
    before, after = _answer("abcd", [1, 2, 4, 8]), _answer("dcba", [8, 3, 2, 11])
    found = compare(before, after, people="population", bands=[-1, 0, 5, 10])
    assert found.table["jobs_p50_difference"].tolist() == [10, 0, -1, 0]
    totals = found.totals.set_index("column").loc["jobs_p50"]
    assert (totals["people"], totals["more"], totals["less"], totals["same"]) == (70, 10, 40, 20)
    assert totals["mean_before"] == pytest.approx((10 * 1 + 20 * 2 + 40 * 4) / 70)
    assert found.bands[["from", "to", "people"]].values.tolist() == [
        [-np.inf, -1, 0],
        [-1, 0, 40],
        [0, 5, 20],
        [5, 10, 0],
        [10, np.inf, 10],
    ]


def test_towns_have_means_weighted_by_people() -> None:
    found = compare(_answer("abcd", [1, 2, 4, 8]), _answer("abcd", [4, 2, 4, 9]), people="population")
    towns = found.by("town", people="population").set_index("town")
    assert towns.loc["x"].tolist() == pytest.approx([30, 50 / 30, 80 / 30, 1])
    assert towns.loc["y", "jobs_p50_difference"] == 0  # nobody is known to live in d


def test_a_place_that_is_newly_reached_is_counted_by_itself() -> None:
    found = compare(_answer("ab", [np.nan, 5]), _answer("ab", [7, np.nan]), people="population")
    totals = found.totals.iloc[0]
    assert (totals["newly_known"], totals["no_more_known"], totals["more"]) == (10, 20, 0)
    assert found.as_json()["totals"][0]["gini_before"] == pytest.approx(0)


def test_answers_about_other_places_are_not_compared() -> None:
    with pytest.raises(InvalidLayerError, match="same places"):
        compare(_answer("ab", [1, 2]), _answer("ac", [1, 2]))
    with pytest.raises(InvalidLayerError, match="same places"):
        compare(_answer("aa", [1, 2]), _answer("aa", [1, 2]))


def test_a_comparison_is_a_layer_and_plain_json() -> None:
    found = compare(_answer("ab", [1, 2]), _answer("ab", [1, 3]), changes=(Text("増便", "more trips"),))
    assert len(found.as_layer("difference").features) == 2
    assert found.as_json()["changes"] == [{"ja": "増便", "en": "more trips"}]
