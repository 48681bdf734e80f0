import numpy as np
import pytest

from gtfs.measure import (
    Exponential,
    InvalidDecayError,
    Linear,
    Logistic,
    Step,
    StepWithin,
    in_minutes,
    minutes,
    weights,
)


def test_a_place_exactly_at_the_cutoff_counts_only_where_the_rule_says_so() -> None:
    times = np.array([29, 30, 31], dtype=np.int16)
    assert weights(Step(minutes(30)), times).tolist() == [1, 0, 0]
    assert weights(StepWithin(minutes(30)), times).tolist() == [1, 1, 0]


def test_linear_decay_falls_over_its_width_around_the_cutoff() -> None:
    times = np.array([0, 25, 27.5, 30, 32.5, 35, 60])
    assert weights(Linear(minutes(30), minutes(10)), times) == pytest.approx([1, 1, 0.75, 0.5, 0.25, 0, 0])


def test_logistic_decay_is_one_at_no_time_and_has_the_values_of_its_formula() -> None:
    decay = Logistic(minutes(30), minutes(10))
    found = weights(decay, np.array([0.0, 30.0, 60.0, 120.0]))
    tail = np.exp(-30 * np.pi / (10 * np.sqrt(3)))  # 0.004333...
    assert found == pytest.approx([1, (1 + tail) / 2, (1 + tail) / (1 + 1 / tail), 0])
    assert tail == pytest.approx(0.004333, abs=1e-6)


def test_exponential_decay_halves_with_each_half_life_and_ends_at_two_hours() -> None:
    found = weights(Exponential(minutes(20)), np.array([0, 20, 40, 60, 119, 120], dtype=np.int16))
    assert found == pytest.approx([1, 0.5, 0.25, 0.125, 2**-5.95, 0])


@pytest.mark.parametrize("decay", [Step(minutes(30)), Linear(minutes(30), minutes(10)), Exponential(minutes(20))])
def test_a_place_that_is_not_reached_weighs_nothing(decay: Step) -> None:
    assert weights(decay, np.array([-1, 10], dtype=np.int16))[0] == 0
    assert weights(decay, np.array([32_767, 10], dtype=np.int16))[0] == 0
    assert weights(decay, np.array([np.nan, np.inf, -1.0])).tolist() == [0, 0, 0]


def test_whole_minutes_weigh_the_same_as_integers_and_as_floats() -> None:
    whole = np.arange(0, 150, dtype=np.int16).reshape(10, 15)
    decay = Logistic(minutes(45), minutes(12))
    assert weights(decay, whole) == pytest.approx(weights(decay, whole.astype(float)))


def test_a_bare_number_is_no_duration() -> None:
    with pytest.raises(TypeError, match=r"minutes\(30\)"):
        in_minutes(30)  # type: ignore[arg-type]


def test_a_decay_that_can_not_be_drawn_is_refused() -> None:
    with pytest.raises(InvalidDecayError):
        Linear(minutes(30), minutes(0))
    with pytest.raises(InvalidDecayError):
        Logistic(minutes(30), minutes(120))
    with pytest.raises(InvalidDecayError):
        Exponential(minutes(0))
