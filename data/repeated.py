"""Which of many features may be one and the same: found by hashes, so that only those few are compared as texts."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray


class RepeatedKeys:
    """Takes the keys of one table after the other. Of each key 8 bytes stay, and 8 more while they are compared."""

    def __init__(self) -> None:
        self._hashes: list[NDArray[np.int64]] = []

    def add(self, *columns: Sequence[object]) -> None:
        """The next table's keys, one or more for each row."""
        self._hashes.append(np.array([_hashes(keys) for keys in columns], dtype=np.int64))

    def find(self) -> list[NDArray[np.bool_]]:
        """Rows of each table of which a key also stands in another row, or seems to: two keys may share a hash. No row
        is missing. The hashes are gone then."""
        every = np.concatenate([np.empty(0, np.int64), *(one.ravel() for one in self._hashes)])
        every.sort()
        again = np.unique(every[1:][every[1:] == every[:-1]])
        del every
        found = [np.asarray(_among(one, again).any(axis=0)) for one in self._hashes]
        self._hashes.clear()
        return found


def _hashes(keys: Iterable[object]) -> NDArray[np.int64]:
    """Python's own (SipHash for texts): the same within one process, which is all that a comparison needs."""
    return np.fromiter(map(hash, keys), dtype=np.int64)


def _among(hashes: NDArray[np.int64], ascending: NDArray[np.int64]) -> NDArray[np.bool_]:
    if not len(ascending):
        return np.zeros(hashes.shape, dtype=bool)
    place = np.minimum(np.searchsorted(ascending, hashes), len(ascending) - 1)
    return np.asarray(ascending[place] == hashes)
