"""Cumulative opportunities: how many jobs, beds or shops a place reaches, by either of the two definitions in use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtfs.measure.decay import Decay, Minutes, weights
from gtfs.measure.percentile import nearest_rank

_BLOCK = 8_000_000
"""Weights at a time: 64 MB."""


class Definition(StrEnum):
    """The same window can give different figures; a figure without its definition can't be compared."""

    OF_PERCENTILE = "access_of_travel_time_percentile"
    """Decay of the percentile of travel time: R5's."""
    PER_MINUTE = "percentile_of_access_per_minute"
    """Access of each departure minute, then its percentile."""
    MEAN_PER_MINUTE = "mean_of_access_per_minute"


@dataclass(frozen=True)
class Access:
    """What is reached, and by which definition."""

    values: NDArray[np.float64]
    """Shape (origins, percentiles, kinds of opportunity); one percentile where it is a mean."""
    definition: Definition
    percentiles: tuple[float, ...]
    """Empty for a mean."""


def opportunities_within(times: Minutes, opportunities: NDArray[Any], decay: Decay) -> NDArray[np.float64]:
    """Sum of opportunities x decay, shape (origins, kinds); `times` (origins, places), `opportunities` (places, kinds).

    Block by block, so that a large matrix needs no second one of floats beside it.
    """
    amounts = np.asarray(opportunities, dtype=np.float64)
    if amounts.ndim != 2 or times.ndim != 2 or amounts.shape[0] != times.shape[1]:
        raise ValueError(
            f"opportunities are (places, kinds) for times (origins, places): {amounts.shape}, {times.shape}"
        )
    step = max(1, _BLOCK // max(times.shape[1], 1))
    blocks = [weights(decay, times[start : start + step]) @ amounts for start in range(0, len(times), step)]
    return np.concatenate(blocks) if blocks else np.zeros((0, amounts.shape[1]))


def access_of_percentile(
    times: Minutes, percentiles: Sequence[float], opportunities: NDArray[Any], decay: Decay
) -> Access:
    """R5's definition. `times`: percentiles of travel time, shape (origins, places, percentiles)."""
    found = [opportunities_within(times[:, :, at], opportunities, decay) for at in range(times.shape[2])]
    return Access(np.stack(found, axis=1), Definition.OF_PERCENTILE, tuple(percentiles))


def access_per_minute(
    times: Iterable[Minutes], opportunities: NDArray[Any], decay: Decay, *, percentiles: Sequence[float]
) -> Access:
    """The other definition. `times`: one matrix (origins, places) for each departure minute.

    Percentiles count from little access to much: 5 is what one can rely on in 95 % of the minutes.
    """
    found = np.stack([opportunities_within(matrix, opportunities, decay) for matrix in times])
    chosen = nearest_rank(found, percentiles, axis=0)
    return Access(np.moveaxis(chosen, 0, 1), Definition.PER_MINUTE, tuple(percentiles))


def mean_access(times: Iterable[Minutes], opportunities: NDArray[Any], decay: Decay) -> Access:
    """Mean over the departure minutes of what each reaches."""
    total, count = np.zeros(()), 0
    for matrix in times:
        total, count = total + opportunities_within(matrix, opportunities, decay), count + 1
    if not count:
        raise ValueError("no departure minute")
    return Access((total / count)[:, np.newaxis, :], Definition.MEAN_PER_MINUTE, ())


def time_to_nth(times: Minutes, nth: int, services: NDArray[Any] | None = None) -> NDArray[np.float64]:
    """Minutes to the `nth` nearest service, shape (origins,); NaN where fewer are reached.

    `services` says how many each place of `times` (origins, places) offers; by default one.
    """
    if nth < 1:
        raise ValueError(f"the nearest service is the 1st, got {nth}")
    minutes = np.where((times >= 0) & np.isfinite(times), times.astype(np.float64), np.inf)
    if services is None:
        if nth > minutes.shape[1]:
            return np.full(len(minutes), np.nan)
        found = np.partition(minutes, nth - 1, axis=1)[:, nth - 1]
    else:
        found = _by_count(minutes, nth, np.asarray(services, dtype=np.float64))
    return np.where(np.isfinite(found), found, np.nan)


def _by_count(minutes: NDArray[np.float64], nth: int, services: NDArray[np.float64]) -> NDArray[np.float64]:
    order = np.argsort(minutes, axis=1, kind="stable")
    enough = np.cumsum(services[order], axis=1) >= nth
    first = np.argmax(enough, axis=1)
    at = np.take_along_axis(order, first[:, np.newaxis], axis=1)
    nearest = np.take_along_axis(minutes, at, axis=1)[:, 0]
    return np.where(enough.any(axis=1), nearest, np.inf)
