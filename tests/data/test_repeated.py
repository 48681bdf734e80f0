"""Rows whose keys come again are found by hashes: no such row is missed, and few others are taken for one."""

import tracemalloc
from collections import Counter

import numpy as np
import pytest

import data.repeated
from data.repeated import RepeatedKeys


def tables(seed: int, count: int, most: int) -> list[tuple[list[str], list[str]]]:
    """Of each table ids and places, drawn from few enough that some come again."""
    random = np.random.default_rng(seed)
    sizes = random.integers(0, most, count)
    return [
        tuple([f"{kind}{number}" for number in random.integers(0, 40 * most, size)] for kind in ("bldg_", "at "))  # type: ignore[misc]
        for size in sizes
    ]


@pytest.mark.parametrize("seed", range(20))
def test_rows_with_a_key_that_comes_again_are_those_that_counting_finds(seed: int) -> None:
    keys = RepeatedKeys()
    given = tables(seed, 12, 60)
    for ids, places in given:
        keys.add(ids, places)
    counted = Counter(key for columns in given for keys_ in columns for key in keys_)
    wanted = [[counted[a] > 1 or counted[b] > 1 for a, b in zip(*columns, strict=True)] for columns in given]
    assert [found.tolist() for found in keys.find()] == wanted
    assert sum(map(sum, wanted)) > 0, "or the test would show nothing"


def test_keys_that_share_a_hash_are_left_to_be_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data.repeated, "hash", lambda key: int(key[0] == "a"), raising=False)
    keys = RepeatedKeys()
    keys.add(["a1", "b1"])
    keys.add(["a2"])
    assert [found.tolist() for found in keys.find()] == [[True, False], [True]]


def test_no_keys_are_no_rows() -> None:
    keys = RepeatedKeys()
    assert keys.find() == []
    keys.add([])
    assert [found.tolist() for found in keys.find()] == [[]]


def peak_bytes(count: int) -> int:
    tracemalloc.start()
    keys = RepeatedKeys()
    for first in range(0, count, 2_000):
        keys.add([f"bldg_{number:032d}" for number in range(first, first + 2_000)])
    keys.find()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_a_key_more_takes_a_few_bytes_and_not_its_text() -> None:
    assert (peak_bytes(100_000) - peak_bytes(20_000)) / 80_000 < 40
