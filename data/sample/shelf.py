"""Lists that lie on disk: what grows with the number of buildings must not lie in memory."""

import os
import pickle
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import Generic, TypeVar, overload

_Item = TypeVar("_Item")


class Shelf(Sequence[_Item], Generic[_Item]):
    """Items are pickled into a nameless file and made again each time they are asked for; memory is 8 bytes an item."""

    def __init__(self, folder: Path) -> None:
        """`folder` must exist; the file in it is gone with the shelf, and with a process that dies."""
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115 - open as long as the list is
        self._ends = array("q", [0])

    def append(self, item: _Item) -> None:
        body = pickle.dumps(item, pickle.HIGHEST_PROTOCOL)
        self._file.write(body)
        self._ends.append(self._ends[-1] + len(body))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __iter__(self) -> Iterator[_Item]:
        return (self._at(k) for k in range(len(self)))

    @overload
    def __getitem__(self, k: int) -> _Item: ...
    @overload
    def __getitem__(self, k: slice) -> list[_Item]: ...
    def __getitem__(self, k: int | slice) -> _Item | list[_Item]:
        if isinstance(k, slice):
            return [self._at(n) for n in range(len(self))[k]]
        return self._at(range(len(self))[k])

    def _at(self, k: int) -> _Item:
        self._file.flush()
        start, end = self._ends[k], self._ends[k + 1]
        item: _Item = pickle.loads(os.pread(self._file.fileno(), end - start, start))
        return item


def batches(items: Iterable[_Item], size: int = 1000) -> Iterator[list[_Item]]:
    """Many items in order, so few at a time that they can be held."""
    left = iter(items)
    while some := list(islice(left, size)):
        yield some
