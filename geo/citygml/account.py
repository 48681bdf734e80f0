"""What became of every level of detail of the features of a batch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.citygml.body import Bodies
from geo.level_count import LEVELS, Flags, LevelCount, count_levels


@dataclass(frozen=True)
class Levels:
    """Of features as they stand in the file, shape (features, LEVELS) each."""

    read: Flags
    drawn: Flags
    """Levels with lines, points or the sign of a map and no face."""
    outline: Flags
    """Of each feature's outline."""

    @classmethod
    def of(cls, read: Sequence[Iterable[int]], drawn: Sequence[Iterable[int]], outlines: Sequence[str]) -> "Levels":
        """`outlines`: such as `LOD1`."""
        return cls(_flags(read), _flags(drawn), _flags([(int(lod[3:]),) if lod else () for lod in outlines]))


@dataclass(frozen=True)
class Fates:
    """Of features and their levels, shape (features, LEVELS) each."""

    read: Flags
    stored: Flags
    told: Flags
    """Levels of which nothing is stored, and for which the reader has a problem."""
    set_aside: Flags
    without_height: Flags
    """To be told: faces, but no heights, where heights belong."""
    empty: Flags
    """To be told: neither faces nor lines nor points."""

    def counts(self, types: Sequence[str], keep: NDArray[np.bool_]) -> list[LevelCount]:
        kept_out = self.read & (self.told | self.without_height | self.empty | ~keep[:, None])
        return count_levels(types, self.read, self.stored, kept_out, self.set_aside)


def _flags(sets: Sequence[Iterable[int]]) -> Flags:
    bits = np.fromiter((sum(1 << lod for lod in one) for one in sets), dtype=np.int64, count=len(sets))
    return np.asarray(bits[:, None] >> np.arange(LEVELS) & 1, dtype=bool)


def find_fates(
    levels: Levels,
    keep: NDArray[np.bool_],
    lost: NDArray[np.bool_],
    bodies: Bodies | None,
    *,
    is_flat: bool,
) -> Fates:
    """`keep`: the features that are stored. `lost`: those whose surfaces stand nowhere in the file, which was told.
    `is_flat`: of things on the ground, whose heights may all be 0 because nobody gave them one.
    """
    none = np.zeros_like(levels.read)
    seen, good, members = (none, none, none) if bodies is None else (bodies.seen, bodies.good, bodies.of_members)
    stored = levels.read & keep[:, None] & (levels.outline | _in_space(bodies, none))
    rest = levels.read & keep[:, None] & ~stored
    of_which_told = rest & (_wrong(bodies, none) | (lost[:, None] & ~seen))
    rest &= ~of_which_told
    set_aside = rest & ((levels.drawn & ~seen) | (_lower(levels) & good) | members | (good if is_flat else none))
    rest &= ~set_aside
    return Fates(levels.read, stored, of_which_told, set_aside, rest & good, rest & ~seen)


def _lower(levels: "Levels") -> Flags:
    """LOD0 of features that have more."""
    flags = np.zeros_like(levels.read)
    flags[:, 0] = levels.read[:, 1:].any(axis=1)
    return flags


def _in_space(bodies: Bodies | None, none: Flags) -> Flags:
    flags = none.copy()
    if bodies is not None:
        flags[bodies.surfaces.row, bodies.surfaces.lod] = True
    return flags


def _wrong(bodies: Bodies | None, none: Flags) -> Flags:
    """Levels with wrong faces, which were told."""
    flags = none.copy()
    if bodies is not None:
        for index, lod in bodies.wrong:
            flags[index, lod] = True
        flags[list(bodies.wrong_solids), 1] = True
    return flags
