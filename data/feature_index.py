"""Where a feature stands in its version: by its own id, and by its place. Two NumPy files beside features.parquet.

    features.ids.npy      (2, n) uint64: hashes of feature_id in ascending order; the fid of each
    features.bounds.npy   (m, 4) float64: west, south, east, north of the feature with fid = row; degrees

Both are memory-mapped, so a look reads a few pages. n is smaller than m where features have no id of their own.
A hash only says where to look: the row itself says whether it is the one (two ids may share a hash).
"""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

IDS = "features.ids.npy"
BOUNDS = "features.bounds.npy"

Fids = NDArray[np.uint32]
Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


def hash_of(feature_id: str) -> int:
    """BLAKE2b with 64 bits: the same in every version of every library."""
    return int.from_bytes(blake2b(feature_id.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


class FeatureIndex:
    """Looks into one version's index. Opening costs two file headers; what is read is shared by all processes."""

    def __init__(self, folder: Path) -> None:
        """FileNotFoundError for a version from before there were indexes."""
        self._ids = np.load(folder / IDS, mmap_mode="r")
        self.bounds: NDArray[np.float64] = np.load(folder / BOUNDS, mmap_mode="r")

    def candidates(self, feature_id: str) -> list[int]:
        """Fids of the features whose id has this id's hash, ascending; nearly always none or one."""
        hashes, fids = self._ids
        mark = np.uint64(hash_of(feature_id))
        first = int(np.searchsorted(hashes, mark, side="left"))
        last = int(np.searchsorted(hashes, mark, side="right"))
        return [int(fid) for fid in fids[first:last]]

    def within(self, box: Box) -> Fids:
        """Fids of the features whose bounds meet `box`, ascending."""
        west, south, east, north = box
        found = [
            first + np.flatnonzero(_meets(rows, west, south, east, north))
            for first, rows in _pieces(self.bounds, _ROWS_AT_ONCE)
        ]
        return np.concatenate([np.empty(0, np.int64), *found]).astype(np.uint32)


_ROWS_AT_ONCE = 250_000
"""8 MB of bounds."""


def _pieces(rows: NDArray[Any], size: int) -> Iterator[tuple[int, NDArray[Any]]]:
    for first in range(0, len(rows), size):
        yield first, rows[first : first + size]


def _meets(rows: NDArray[np.float64], west: float, south: float, east: float, north: float) -> NDArray[np.bool_]:
    """A feature without a place has NaN, which meets nothing."""
    meets: NDArray[np.bool_] = (
        (rows[:, 0] <= east) & (rows[:, 2] >= west) & (rows[:, 1] <= north) & (rows[:, 3] >= south)
    )
    return meets


class FeatureIndexWriter:
    """Takes ids and bounds in the order of the features. Bounds go to the disk at once, hashes wait to be sorted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._hashes: list[NDArray[np.uint64]] = []
        self._fids: list[NDArray[np.uint64]] = []
        self._bounds: BinaryIO = (folder / BOUNDS).open("wb")
        self._rows = 0
        _write_head(self._bounds, 0)

    def write(self, ids: Iterable[str | None], bounds: NDArray[np.float64]) -> None:
        """`bounds`: shape (n, 4), one row for each id."""
        marked = [(hash_of(one), fid) for fid, one in enumerate(ids, self._rows) if one is not None]
        self._hashes.append(np.array([mark for mark, _ in marked], np.uint64))
        self._fids.append(np.array([fid for _, fid in marked], np.uint64))
        self._bounds.write(np.ascontiguousarray(bounds, np.float64).tobytes())
        self._rows += len(bounds)

    def close(self) -> None:
        self._bounds.seek(0)
        _write_head(self._bounds, self._rows)
        self._bounds.close()
        hashes = np.concatenate([np.empty(0, np.uint64), *self._hashes])
        fids = np.concatenate([np.empty(0, np.uint64), *self._fids])
        order = np.argsort(hashes, kind="stable")
        np.save(self._folder / IDS, np.stack([hashes[order], fids[order]]))


def _write_head(file: BinaryIO, rows: int) -> None:
    """NumPy leaves room in the head for the first axis to grow, so that a later one is exactly as long."""
    head = {"descr": "<f8", "fortran_order": False, "shape": (rows, 4)}
    npy.write_array_header_1_0(file, head)
