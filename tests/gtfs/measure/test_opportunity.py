"""Opportunities are powers of two, so that a sum says exactly which places were reached."""

import numpy as np
import pytest

from gtfs.measure import (
    Definition,
    Step,
    access_of_percentile,
    access_per_minute,
    mean_access,
    minutes,
    nearest_rank,
    opportunities_within,
    time_to_nth,
)

POWERS = (2 ** np.arange(8))[:, np.newaxis]


def test_the_sum_names_the_places_that_are_reached() -> None:
    times = np.array([[0, 10, 29, 30, 31, -1, 5, 120], [-1] * 8], dtype=np.int16)
    found = opportunities_within(times, POWERS, Step(minutes(30)))
    assert found.tolist() == [[1 + 2 + 4 + 64], [0]]


def test_many_origins_in_blocks_have_the_sums_of_a_plain_loop() -> None:
    random = np.random.default_rng(5)
    times = random.integers(-1, 90, size=(300, 40_000), dtype=np.int16)
    jobs = random.integers(0, 50, size=(40_000, 2))
    found = opportunities_within(times, jobs, Step(minutes(45)))
    expected = [[jobs[(row >= 0) & (row < 45), kind].sum() for kind in range(2)] for row in times]
    assert found.tolist() == expected


def test_the_two_definitions_of_access_differ_where_each_minute_reaches_another_place() -> None:
    # Odd minutes reach the first place at once and the second late; even minutes the other way round.
    minute = [np.array([[10, 50]]), np.array([[50, 10]])] * 2
    decay = Step(minutes(30))
    median_times = nearest_rank(np.stack(minute), [50], axis=0)  # both 10: ceil(0.5 x 4) - 1 = 1
    by_time = access_of_percentile(np.moveaxis(median_times, 0, 2), [50], POWERS[:2], decay)
    by_minute = access_per_minute(minute, POWERS[:2], decay, percentiles=[50, 100])
    mean = mean_access(minute, POWERS[:2], decay)
    assert by_time.values.tolist() == [[[3]]]
    assert by_minute.values.tolist() == [[[1], [2]]]
    assert mean.values.tolist() == [[[1.5]]]
    assert (by_time.definition, by_minute.definition) == (Definition.OF_PERCENTILE, Definition.PER_MINUTE)


def test_percentiles_are_the_nearest_rank() -> None:
    values = np.array([15, 20, 35, 40, 50])  # the worked example of the nearest-rank method
    assert nearest_rank(values, [5, 30, 40, 50, 100]).tolist() == [15, 20, 20, 35, 50]
    assert nearest_rank(np.arange(20), [55]).tolist() == [10]


def test_a_percentile_of_nothing_or_beyond_hundred_is_refused() -> None:
    with pytest.raises(ValueError, match="percentile"):
        nearest_rank(np.arange(3), [0])
    with pytest.raises(ValueError, match="percentile"):
        nearest_rank(np.arange(3), [101])


def test_the_nth_nearest_service_is_where_enough_have_been_counted() -> None:
    times = np.array([[12, 7, -1, 30], [-1, -1, -1, 4]], dtype=np.int16)
    assert time_to_nth(times, 2).tolist()[0] == 12
    assert np.isnan(time_to_nth(times, 2)[1])
    assert time_to_nth(times, 3, services=np.array([1, 2, 5, 9])).tolist() == [12, 4]
    assert np.isnan(time_to_nth(times, 5)).all()
