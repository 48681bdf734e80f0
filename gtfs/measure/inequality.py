"""How evenly access is spread over people.

Gini: half the relative mean difference. Palma: Cobham and Sumner (2013). Concentration index: Kakwani, Wagstaff and
van Doorslaer (1997), 2 cov(h, R) / mean, with the fractional rank R of people by income; corrected: Erreygers (2009).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[Any]
_TOP, _BOTTOM = 0.1, 0.4


def gini(values: Values, people: Values | None = None) -> float:
    """0: all have the same; towards 1: one has all. NaN where nobody is, or nobody has anything.

    sum_i sum_j p_i p_j |x_i - x_j| / (2 P^2 mean), `people` p being how many live where `values` x are reached.
    """
    amount, weight = _known(values, people)
    order = np.argsort(amount, kind="stable")
    amount, weight = amount[order], weight[order]
    total, everyone = float(amount @ weight), float(weight.sum())
    if not total or not everyone:
        return float("nan")
    lorenz = np.concatenate([[0.0], np.cumsum(amount * weight)]) / total
    return 1.0 - float(np.sum(weight / everyone * (lorenz[1:] + lorenz[:-1])))


def palma(values: Values, people: Values | None = None, *, income: Values | None = None) -> float:
    """Share of all access that the top tenth of people has, over the share of the bottom four tenths.

    People are ranked by `income`, or where there is none by access itself. 0.25 where all have the same. A place that
    lies across a border counts with the part of its people on either side.
    """
    top, bottom = _parts(values, people, income)
    return top / bottom if bottom else float("nan")


def palma_of_means(values: Values, people: Values | None = None, *, income: Values | None = None) -> float:
    """The same with mean access in place of shares, as the R package accessibility has it: 1 where all are equal."""
    return palma(values, people, income=income) * _BOTTOM / _TOP


def concentration_index(values: Values, income: Values, people: Values | None = None) -> float:
    """-1 to 1; positive where those with more income have more access. People of equal income share their rank."""
    amount, weight, wealth = _known(values, people, income)
    if not len(amount) or not float(amount @ weight):
        return float("nan")
    share = weight / weight.sum()
    mean = float(amount @ share)
    rank = _fractional_rank(wealth, share)
    # The weighted mean of the fractional rank is 1/2 whatever the ties.
    return float(2 * np.sum(share * (amount - mean) * (rank - 0.5)) / mean)


def corrected_concentration_index(
    values: Values, income: Values, people: Values | None = None, *, lowest: float, highest: float
) -> float:
    """Erreygers' 4 mean / (highest - lowest) x index, for access that is bounded, such as a share of 0 to 1."""
    amount, weight, _ = _known(values, people, income)
    mean = float(amount @ weight) / float(weight.sum())
    return 4 * mean / (highest - lowest) * concentration_index(values, income, people)


def _known(values: Values, people: Values | None, *others: Values) -> tuple[NDArray[np.float64], ...]:
    """Without places where something is not known, or nobody lives."""
    amount = np.asarray(values, dtype=np.float64)
    weight = np.ones(len(amount)) if people is None else np.asarray(people, dtype=np.float64)
    rows = (amount, weight, *(np.asarray(other, dtype=np.float64) for other in others))
    if np.any(weight < 0) or np.any(amount < 0):
        raise ValueError("neither people nor what they reach can be fewer than none")
    good = np.all([np.isfinite(row) for row in rows], axis=0) & (weight > 0)
    return tuple(row[good] for row in rows)


def _parts(values: Values, people: Values | None, income: Values | None) -> tuple[float, float]:
    """Access of the top tenth and of the bottom four tenths of people."""
    amount, weight, wealth = _known(values, people, values if income is None else income)
    if not len(amount):
        return float("nan"), 0.0
    order = np.argsort(wealth, kind="stable")
    amount, weight = amount[order], weight[order]
    ends = np.cumsum(weight) / weight.sum()
    starts = np.concatenate([[0.0], ends[:-1]])
    below = np.clip(np.minimum(ends, _BOTTOM) - starts, 0, None)
    above = np.clip(ends - np.maximum(starts, 1 - _TOP), 0, None)
    return float(amount @ above), float(amount @ below)


def _fractional_rank(wealth: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    _, group = np.unique(wealth, return_inverse=True)
    held = np.bincount(group.ravel(), share)
    middle = np.cumsum(held) - held / 2
    return np.asarray(middle[group.ravel()])
