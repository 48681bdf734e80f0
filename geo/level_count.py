"""The account of levels of detail: what became of each one that a feature has in its file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEVELS = 5
"""LOD0 to LOD4."""

Flags = NDArray[np.bool_]
"""Which feature has which level, shape (features, LEVELS)."""


@dataclass(frozen=True, slots=True)
class LevelCount:
    """Features of one type that have one level of detail: `read == stored + kept_out + set_aside`, or something was
    lost."""

    feature_type: str
    lod: int
    read: int
    """As many features of the file have any geometry in it."""
    stored: int
    """In space, or as the outline on the map."""
    kept_out: int
    """Each with a problem that says why."""
    set_aside: int
    """Nothing is wrong with it; another level of the same feature is stored in its place."""

    @property
    def unaccounted(self) -> int:
        return self.read - self.stored - self.kept_out - self.set_aside


def count_levels(
    types: Sequence[str], read: Flags, stored: Flags, kept_out: Flags, set_aside: Flags
) -> list[LevelCount]:
    """`types`: of each feature. One count for each type and level that occurs."""
    names = {name: number for number, name in enumerate(dict.fromkeys(types))}
    number = np.fromiter((names[one] for one in types), dtype=np.int64, count=len(types))
    sums = [flag_sums(number, flags, len(names)) for flags in (read, stored, kept_out, set_aside)]
    return [
        LevelCount(name, lod, *(int(one[row, lod]) for one in sums))
        for name, row in names.items()
        for lod in range(LEVELS)
        if any(one[row, lod] for one in sums)
    ]


def flag_sums(number: NDArray[np.int64], flags: Flags, count: int) -> NDArray[np.int64]:
    """How many features of each of `count` types have each level; shape (count, LEVELS)."""
    feature, lod = np.nonzero(flags)
    found = np.bincount(number[feature] * LEVELS + lod, minlength=count * LEVELS)
    return found.reshape(count, LEVELS)


def sum_levels(levels: Iterable[LevelCount]) -> tuple[LevelCount, ...]:
    """One per feature type and level, in this order."""
    sums: dict[tuple[str, int], list[int]] = {}
    for one in levels:
        total = sums.setdefault((one.feature_type, one.lod), [0, 0, 0, 0])
        for place, number in enumerate((one.read, one.stored, one.kept_out, one.set_aside)):
            total[place] += number
    return tuple(LevelCount(*key, *numbers) for key, numbers in sorted(sums.items()))
