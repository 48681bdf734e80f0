"""What an opportunity counts that lies so many minutes away: 1 next door, 0 out of reach.

Formulas: Conveyal R5 (https://docs.conveyal.com/learn-more/decay-functions) and the R package accessibility.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gtfs.errors import GtfsError
from gtfs.measure.duration import in_minutes, minutes

Minutes = NDArray[Any]
"""Integers or floats; a place that is not reached has a negative number, NaN or infinity."""

LATEST = minutes(120)
"""R5 looks no further: exponential and logistic weights end there."""


class InvalidDecayError(GtfsError, ValueError):
    """A width, deviation or half-life that is none."""


class Decay(Protocol):
    def weight(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Between 0 and 1, of minutes from 0 on; same shape."""
        ...

    def as_json(self) -> dict[str, str | float]:
        """Rule and figures, for explanations."""
        ...


@dataclass(frozen=True)
class Step:
    """All or nothing; a place exactly at the cutoff does not count: R5's `t < cutoff`."""

    cutoff: timedelta

    def weight(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        return (times < in_minutes(self.cutoff)).astype(np.float64)

    def as_json(self) -> dict[str, str | float]:
        return {"decay": "step", "rule": "t < cutoff (R5)", "cutoff_min": in_minutes(self.cutoff)}


@dataclass(frozen=True)
class StepWithin:
    """All or nothing; a place exactly at the cutoff counts: `t <= cutoff` of the R package accessibility."""

    cutoff: timedelta

    def weight(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        return (times <= in_minutes(self.cutoff)).astype(np.float64)

    def as_json(self) -> dict[str, str | float]:
        rule = "t <= cutoff (R package accessibility)"
        return {"decay": "step_within", "rule": rule, "cutoff_min": in_minutes(self.cutoff)}


@dataclass(frozen=True)
class Linear:
    """1 until half a width before the cutoff, 0 from half a width after it, 0.5 at the cutoff."""

    cutoff: timedelta
    width: timedelta

    def __post_init__(self) -> None:
        if not minutes(0) < self.width <= 2 * self.cutoff:
            raise InvalidDecayError(f"the width is more than 0 and at most twice the cutoff, got {self.width}")

    def weight(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        end, width = in_minutes(self.cutoff + self.width / 2), in_minutes(self.width)
        return np.clip((end - times) / width, 0.0, 1.0)

    def as_json(self) -> dict[str, str | float]:
        rule = "1 to 0 over the width around the cutoff (R5)"
        figures = {"cutoff_min": in_minutes(self.cutoff), "width_min": in_minutes(self.width)}
        return {"decay": "linear", "rule": rule, **figures}


@dataclass(frozen=True)
class Logistic:
    """(1 + exp(-c k)) / (1 + exp((t - c) k)) with k = pi / (sd sqrt 3): R5's, which is 1 at no time at all.

    `cutoff` is the median (the inflection point), `sd` the standard deviation: Bauer and Groneberg (2016), equation 9.
    """

    cutoff: timedelta
    sd: timedelta

    def __post_init__(self) -> None:
        if not minutes(0) < self.sd < LATEST:
            raise InvalidDecayError(f"the standard deviation is between 0 and 120 minutes, got {self.sd}")

    def weight(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        cutoff, steepness = in_minutes(self.cutoff), np.pi / (in_minutes(self.sd) * np.sqrt(3))
        # exp(700) is the last that a float holds; the weight is 0 long before.
        curve = 1 + np.exp(np.minimum((times - cutoff) * steepness, 700.0))
        return np.where(times < in_minutes(LATEST), (1 + np.exp(-cutoff * steepness)) / curve, 0.0)

    def as_json(self) -> dict[str, str | float]:
        rule = "logistic, 1 at t = 0, 0 from 120 min on (R5)"
        return {"decay": "logistic", "rule": rule, "cutoff_min": in_minutes(self.cutoff), "sd_min": in_minutes(self.sd)}


@dataclass(frozen=True)
class Exponential:
    """Half with each half-life: 2^(-t / half_life), and 0 from two hours on, as R5 has it."""

    half_life: timedelta

    def __post_init__(self) -> None:
        if self.half_life <= minutes(0):
            raise InvalidDecayError(f"the half-life is more than 0, got {self.half_life}")

    def weight(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(times < in_minutes(LATEST), np.exp2(-times / in_minutes(self.half_life)), 0.0)

    def as_json(self) -> dict[str, str | float]:
        rule = "2^(-t / half-life), 0 from 120 min on (R5)"
        return {"decay": "exponential", "rule": rule, "half_life_min": in_minutes(self.half_life)}


def weights(decay: Decay, times: Minutes) -> NDArray[np.float64]:
    """Of minutes in any shape; 0 where a place is not reached."""
    if np.issubdtype(times.dtype, np.integer):
        return _looked_up(decay, times)
    reached = np.isfinite(times) & (times >= 0)
    return np.where(reached, decay.weight(np.where(reached, times, 0.0)), 0.0)


def _looked_up(decay: Decay, times: Minutes) -> NDArray[np.float64]:
    """Whole minutes are few: the curve is drawn once for each of them."""
    if not times.size:
        return np.zeros(times.shape)
    last = max(int(times.max()), 0)
    table = np.append(decay.weight(np.arange(last + 1, dtype=np.float64)), 0.0)
    found: NDArray[np.float64] = table[np.where(times < 0, last + 1, times)]
    return found
