"""Texts in two arrays, so that a column of names lies memory-mapped beside the numbers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class TextColumn:
    start: NDArray[np.int64]
    """(n + 1,): text i is the bytes start[i]:start[i + 1], in UTF-8."""
    content: NDArray[np.uint8]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        encoded = [text.encode() for text in texts]
        start = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum([len(one) for one in encoded], out=start[1:])
        return cls(start, np.frombuffer(b"".join(encoded), dtype=np.uint8).copy())

    def __len__(self) -> int:
        return len(self.start) - 1

    def __getitem__(self, row: int) -> str:
        if not 0 <= row < len(self):
            raise IndexError(row)
        return bytes(self.content[self.start[row] : self.start[row + 1]]).decode()

    def __iter__(self) -> Iterator[str]:
        return (self[row] for row in range(len(self)))
