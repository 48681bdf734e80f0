"""Writes PMTiles version 3 archives (https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md)."""

import gzip
import json
import shutil
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from geo import Bounds
from tiles.coord import TileCoord
from tiles.hilbert import tile_id
from tiles.pmtiles import HEADER, MAGIC
from tiles.varint import varint

_FIRST_READ = 16_384
"""Bytes in which the header and the root directory must be."""
_LEAF_ENTRIES = 4_096
_GZIP, _MVT = 2, 1


class PmtilesWriter:
    """Vector tiles, gzip, one after the other in the order of `tile_id`. Used in a `with`: at its end all that
    was written becomes the archive, with `metadata`."""

    def __init__(self, path: Path, bounds: Bounds) -> None:
        self.metadata: dict[str, Any] = {}
        self._path, self._bounds = path, bounds
        self._tiles: IO[bytes] = TemporaryFile(dir=path.parent)  # noqa: SIM115 - until __exit__
        self._ids: list[int] = []
        self._lengths: list[int] = []
        self._zooms: set[int] = set()

    def write(self, coord: TileCoord, data: bytes) -> None:
        """A tile without bytes is none."""
        if data:
            self._ids.append(tile_id(coord.z, coord.x, coord.y))
            self._lengths.append(len(data))
            self._zooms.add(coord.z)
            self._tiles.write(data)

    def __enter__(self) -> "PmtilesWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._tiles:
            if kind is None:
                self._finish()

    def _finish(self) -> None:
        lengths = np.array(self._lengths, dtype=np.int64)
        offsets = np.cumsum(lengths) - lengths
        root, leaves = _directories(np.array(self._ids, dtype=np.int64), lengths, offsets)
        metadata = gzip.compress(json.dumps(self.metadata, ensure_ascii=False).encode(), mtime=0)
        with self._path.open("wb") as file:
            file.write(self._header(len(root), len(metadata), len(leaves)))
            file.write(root + metadata + leaves)
            self._tiles.seek(0)
            shutil.copyfileobj(self._tiles, file, 1 << 20)

    def _header(self, root: int, metadata: int, leaves: int) -> bytes:
        begin = HEADER.size
        count = len(self._ids)
        west, south, east, north = (round(degrees * 1e7) for degrees in self._bounds.as_tuple())
        zooms = min(self._zooms), max(self._zooms)
        sections = (begin, root, begin + root, metadata, begin + root + metadata, leaves)
        tiles = (begin + root + metadata + leaves, self._tiles.tell())
        middle = (zooms[0], (west + east) // 2, (south + north) // 2)
        return HEADER.pack(
            MAGIC,
            3,
            *sections,
            *tiles,
            count,
            count,
            count,
            1,
            _GZIP,
            _GZIP,
            _MVT,
            *zooms,
            west,
            south,
            east,
            north,
            *middle,
        )


_Columns = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
"""Ids, runs, lengths and offsets of the entries of a directory."""


def _directories(ids: NDArray[np.int64], lengths: NDArray[np.int64], offsets: NDArray[np.int64]) -> tuple[bytes, bytes]:
    """The root directory, and the leaves that it leads to where it alone would be too large."""
    root = _directory((ids, np.ones_like(ids), lengths, offsets))
    size, leaves = _LEAF_ENTRIES, b""
    while HEADER.size + len(root) > _FIRST_READ:
        parts = [slice(begin, begin + size) for begin in range(0, len(ids), size)]
        made = [_directory((ids[part], np.ones_like(ids[part]), lengths[part], offsets[part])) for part in parts]
        sizes = np.array([len(leaf) for leaf in made], dtype=np.int64)
        root = _directory((ids[::size], np.zeros_like(sizes), sizes, np.cumsum(sizes) - sizes))
        size, leaves = size * 2, b"".join(made)
    return root, leaves


def _directory(columns: _Columns) -> bytes:
    """Section 4.2: the number of entries, then each column as numbers of base 128; an offset of 0 continues."""
    ids, runs, lengths, offsets = columns
    follows = np.zeros(len(ids), dtype=bool)
    follows[1:] = offsets[1:] == offsets[:-1] + lengths[:-1]
    numbers = np.concatenate([np.diff(ids, prepend=0), runs, lengths, np.where(follows, 0, offsets + 1)])
    return gzip.compress(b"".join(map(varint, [len(ids), *numbers.tolist()])), mtime=0)
