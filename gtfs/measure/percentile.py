"""Percentiles without interpolation: the nearest rank, element ceil(p / 100 * n) - 1 of the sorted values."""

from collections.abc import Sequence
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

RULE = "nearest rank: element ceil(p / 100 * n) - 1 of the sorted minutes, no interpolation"


def rank(percentile: float, count: int) -> int:
    """Place of the percentile among `count` sorted values, from 0. ValueError outside 0 < p <= 100."""
    if not 0 < percentile <= 100 or count < 1:
        raise ValueError(f"a percentile of values is in (0, 100], got {percentile} of {count}")
    # 0.55 * 100 / 100 * 20 must not become 12 for the last bit of a float.
    return ceil(round(percentile * count / 100, 9)) - 1


def nearest_rank(values: NDArray[Any], percentiles: Sequence[float], *, axis: int = 0) -> NDArray[Any]:
    """Along `axis`, which then has one entry for each percentile; infinity sorts last."""
    at = [rank(percentile, values.shape[axis]) for percentile in percentiles]
    return np.take(np.partition(values, sorted(set(at)), axis=axis), at, axis=axis)
