import numpy as np
import pytest

from gtfs.measure import concentration_index, corrected_concentration_index, gini, palma, palma_of_means


def _gini_by_pairs(values: np.ndarray, people: np.ndarray) -> float:
    pairs = np.abs(values[:, None] - values[None, :]) * people[:, None] * people[None, :]
    mean = values @ people / people.sum()
    return float(pairs.sum() / (2 * people.sum() ** 2 * mean))


def test_gini_of_hand_worked_examples() -> None:
    assert gini(np.array([5, 5, 5])) == pytest.approx(0)
    assert gini(np.array([0, 0, 0, 1])) == pytest.approx(0.75)  # (n - 1) / n
    assert gini(np.array([1, 2, 3, 4, 5])) == pytest.approx(4 / 15)
    assert gini(np.array([1, 3]), np.array([3, 1])) == pytest.approx(0.25)  # of 1, 1, 1, 3


def test_gini_is_the_mean_difference_of_all_pairs() -> None:
    random = np.random.default_rng(3)
    values, people = random.gamma(2, size=50), random.integers(1, 9, size=50).astype(float)
    assert gini(values, people) == pytest.approx(_gini_by_pairs(values, people))


def test_gini_of_nothing_is_not_known() -> None:
    assert np.isnan(gini(np.array([0.0, 0.0])))
    assert np.isnan(gini(np.array([]), np.array([])))


def test_a_place_without_people_or_without_a_figure_changes_nothing() -> None:
    assert gini(np.array([1, 3, 99, np.nan]), np.array([3, 1, 0, 7])) == pytest.approx(0.25)


def test_palma_is_the_top_tenth_over_the_bottom_four_tenths() -> None:
    values = np.array([1, 1, 1, 1, 2, 2, 2, 2, 2, 8])
    assert palma(values) == pytest.approx(8 / 4)
    assert palma_of_means(values) == pytest.approx(8 / 1)
    assert palma(np.full(10, 3.0)) == pytest.approx(0.25)
    assert palma_of_means(np.full(10, 3.0)) == pytest.approx(1)


def test_palma_ranks_by_income_where_there_is_one_and_splits_a_place_at_the_border() -> None:
    access, income = np.array([10.0, 1.0]), np.array([1.0, 2.0])
    assert palma(access, income=income) == pytest.approx((0.1 * 1) / (0.4 * 10))
    assert palma(access) == pytest.approx((0.1 * 10) / (0.4 * 1))


def test_concentration_index_has_the_sign_and_size_of_the_worked_example() -> None:
    # 2 cov(h, R) / mean with R = 1/8, 3/8, 5/8, 7/8: 2 x 0.3125 / 2.5.
    assert concentration_index(np.array([1, 2, 3, 4]), np.array([10, 20, 30, 40])) == pytest.approx(0.25)
    assert concentration_index(np.array([4, 3, 2, 1]), np.array([10, 20, 30, 40])) == pytest.approx(-0.25)
    assert concentration_index(np.array([4, 1]), np.array([7, 7])) == pytest.approx(0)


def test_concentration_of_access_ranked_by_itself_is_its_gini() -> None:
    values, people = np.array([3.0, 8, 1, 4]), np.array([2.0, 1, 5, 3])
    assert concentration_index(values, values, people) == pytest.approx(gini(values, people))


def test_the_corrected_index_scales_by_the_mean_and_the_bounds() -> None:
    share, income = np.array([0.2, 0.4, 0.6, 0.8]), np.array([1, 2, 3, 4])
    assert corrected_concentration_index(share, income, lowest=0, highest=1) == pytest.approx(
        4 * 0.5 * concentration_index(share, income)
    )


def test_fewer_than_no_people_are_refused() -> None:
    with pytest.raises(ValueError, match="fewer than none"):
        gini(np.array([1.0]), np.array([-1.0]))
