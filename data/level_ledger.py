"""Counts levels of detail where they are written, so that what a reader read can be held against it."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo import LevelCount, Problem
from geo.level_count import LEVELS, Flags, count_levels, sum_levels


class LevelLedger:
    """By file. What was read stays; stored is what is written."""

    def __init__(self) -> None:
        self._written: dict[str, list[LevelCount]] = {}

    def write(
        self,
        file: str,
        features: pa.Table,
        kept: NDArray[np.bool_],
        row: NDArray[np.int64],
        lod: NDArray[np.int8],
        least_lod: int | None,
    ) -> None:
        """Features of which those `kept` are stored, and the `row` and `lod` of bodies that they bring: stored from
        `least_lod` on, set aside below; None: nothing is stored in space."""
        nothing = np.zeros((len(features), LEVELS), dtype=bool)
        outline, body = _outlines(features), nothing.copy()
        body[row, lod] = True
        drawn = np.arange(LEVELS) >= (LEVELS if least_lod is None else least_lod)
        came, stored = outline | body, (outline | (body & drawn)) & kept[:, None]
        kept_out = came & ~kept[:, None]
        types = features["feature_type"].to_pylist()
        counts = count_levels(types, nothing, stored, kept_out, came & ~stored & ~kept_out)
        self._written.setdefault(file, []).extend(counts)

    def account(self, file: str, read: Iterable[LevelCount]) -> tuple[LevelCount, ...]:
        """`read`: what the reader counted in this file; all it handed on is counted as it was written."""
        before = [replace(one, stored=0) for one in read]
        return sum_levels([*before, *self._written.get(file, ())]) if before else ()


def find_unaccounted(file: str, levels: Iterable[LevelCount]) -> list[Problem]:
    """Levels of which something is neither stored nor told: a fault of this program, never of the file."""
    return [Problem("citygml.level_unaccounted", file, parameters=_told(one)) for one in levels if one.unaccounted]


def _told(one: LevelCount) -> dict[str, str]:
    numbers = {"read": str(one.read), "count": str(one.unaccounted)}
    return {"feature_type": one.feature_type, "lod": f"LOD{one.lod}", **numbers}


_LODS = pa.array([f"LOD{lod}" for lod in range(LEVELS)])


def _outlines(features: pa.Table) -> Flags:
    """The level of each feature's outline."""
    lod = pc.index_in(features["lod"], _LODS).fill_null(-1).to_numpy()
    return np.asarray(lod[:, None] == np.arange(LEVELS), dtype=bool)
