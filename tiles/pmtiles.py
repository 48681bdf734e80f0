"""PMTiles version 3 archives (https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md) on a memory map.

A directory is inflated once and kept as flat arrays; after that a tile costs one Hilbert number, one or two binary
searches and a slice of the map, and copies nothing. Archives never change once they are written.
"""

import json
import mmap
import struct
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from geo import Bounds, InvalidBoundsError, Text
from tiles.coord import TileCoord, ZoomRange
from tiles.errors import DamagedArchiveError, InvalidTileCoordError
from tiles.hilbert import tile_coord, tile_id, zoom_ids
from tiles.tile import Tile, TileFormat

HEADER = struct.Struct("<7sB11QBBBBBBiiiiBii")
MAGIC = b"PMTiles"
_MAX_DIRECTORY = 64_000_000
"""Bytes of one inflated directory or of the metadata; more is no archive of ours but an attack on the memory."""

_MAX_DEPTH = 4


class _Compression(IntEnum):
    NONE = 1
    GZIP = 2


_FORMATS = {1: TileFormat.MVT, 2: TileFormat.PNG, 4: TileFormat.WEBP}


class _NotReadableError(Exception):
    """Why, in both languages; `PmtilesReader` adds which file."""

    def __init__(self, ja: str, en: str) -> None:
        self.text = Text(ja, en)


@dataclass(frozen=True, slots=True)
class Section:
    """`length` bytes from `start`, counted from the beginning of the file."""

    start: int
    length: int

    @property
    def stop(self) -> int:
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class Header:
    root: Section
    metadata: Section
    leaves: Section
    tiles: Section
    addressed_tiles: int
    """Cells that have a tile."""
    entries: int
    contents: int
    """Different tiles: cells with the same content share it."""
    is_clustered: bool
    internal: _Compression
    encoding: Literal["gzip"] | None
    format: TileFormat
    zooms: ZoomRange
    bounds: Bounds

    @classmethod
    def parse(cls, data: memoryview) -> "Header":
        """From the first bytes of a file whose whole is `data`."""
        if len(data) < HEADER.size or bytes(data[:7]) != MAGIC:
            raise _NotReadableError("PMTilesファイルではありません", "it is not a PMTiles file")
        _, version, *rest = HEADER.unpack_from(data)
        if version != 3:
            raise _NotReadableError(f"バージョン{version}には対応していません", f"version {version} is not supported")
        root, metadata, leaves, tiles = (Section(*rest[i : i + 2]) for i in range(0, 8, 2))
        if max(section.stop for section in (root, metadata, leaves, tiles)) > len(data):
            raise _NotReadableError("途中で切れています", "it is cut off")
        addressed, entries, contents, clustered, internal, compression, kind, minimum, maximum = rest[8:17]
        if internal not in tuple(_Compression) or compression not in tuple(_Compression) or kind not in _FORMATS:
            raise _NotReadableError(
                f"圧縮方式{internal}・{compression}またはタイル形式{kind}には対応していません",
                f"compression {internal} and {compression} or tile type {kind} is not supported",
            )
        try:
            zooms = ZoomRange(minimum, maximum)
            bounds = Bounds(*(degrees / 1e7 for degrees in rest[17:21]))
        except (InvalidTileCoordError, InvalidBoundsError) as error:
            raise _NotReadableError(f"ヘッダーが正しくありません({error})", f"its header is wrong ({error})") from error
        return cls(
            root=root,
            metadata=metadata,
            leaves=leaves,
            tiles=tiles,
            addressed_tiles=addressed,
            entries=entries,
            contents=contents,
            is_clustered=bool(clustered),
            internal=_Compression(internal),
            encoding="gzip" if compression == _Compression.GZIP else None,
            format=_FORMATS[kind],
            zooms=zooms,
            bounds=bounds,
        )


@dataclass(frozen=True, slots=True)
class _Directory:
    """Entries in the order of their numbers. Plain arrays: `bisect` on them beats numpy's search for one number."""

    ids: "array[int]"
    runs: "array[int]"
    """How many cells in a row have this content; 0: the entry is another directory."""
    lengths: "array[int]"
    starts: "array[int]"
    """Counted from the beginning of the tiles, or of the leaf directories."""

    @classmethod
    def parse(cls, data: bytes, *, tiles_length: int, leaves_length: int) -> "_Directory":
        numbers = _varints(data)
        count = int(numbers[0]) if len(numbers) else 0
        if not count or len(numbers) != 1 + 4 * count:
            raise _NotReadableError("索引が壊れています", "a directory is damaged")
        steps, runs, lengths, offsets = numbers[1:].reshape(4, count)
        starts = _starts(offsets, lengths)
        ids = np.cumsum(steps)
        limits = np.where(runs == 0, leaves_length, tiles_length).astype(np.uint64)
        # Subtracted and not added: sums of damaged numbers wrap around.
        if (lengths == 0).any() or (starts > limits).any() or (lengths > limits - starts).any():
            raise _NotReadableError("索引が壊れています", "a directory points outside of the file")
        if (ids[1:] <= ids[:-1]).any():
            raise _NotReadableError("索引が壊れています", "a directory is out of order")
        return cls(*(array("Q", column.tobytes()) for column in (ids, runs, lengths, starts)))


def _varints(data: bytes) -> NDArray[np.uint64]:
    """All numbers of a run of little-endian base-128 numbers, at once."""
    raw = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(raw < 128)
    if not len(raw) or not len(ends) or ends[-1] != len(raw) - 1:
        raise _NotReadableError("索引が壊れています", "a directory is cut off")
    first = np.concatenate([[0], ends[:-1] + 1])
    place = np.arange(len(raw)) - np.repeat(first, ends - first + 1)
    if place.max() > 9:
        raise _NotReadableError("索引が壊れています", "a directory has a number beyond 64 bits")
    parts = (raw & 127).astype(np.uint64) << (7 * place).astype(np.uint64)
    summed: NDArray[np.uint64] = np.add.reduceat(parts, first)
    return summed


def _starts(offsets: NDArray[np.uint64], lengths: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """An offset of 0 means: right after the entry before; any other is the start plus 1."""
    if offsets[0] == 0:
        raise _NotReadableError("索引が壊れています", "a directory begins without an offset")
    ends = np.concatenate([np.zeros(1, np.uint64), np.cumsum(lengths)])[:-1]
    given = np.flatnonzero(offsets)
    anchor = given[np.cumsum(offsets != 0) - 1]
    starts: NDArray[np.uint64] = offsets[anchor] - np.uint64(1) + ends - ends[anchor]
    return starts


class PmtilesReader:
    """A `TileSource` that threads may share. DamagedArchiveError for a file that is not what it should be."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._map = _map_file(path)
        self._view = memoryview(self._map)
        self._leaves: dict[int, _Directory] = {}
        try:
            self.header = Header.parse(self._view)
            self._root = self._directory(self.header.root)
        except _NotReadableError as error:
            self.close()
            raise DamagedArchiveError(path, error.text) from error
        self._format, self._encoding = self.header.format, self.header.encoding
        self._tiles_start = self.header.tiles.start

    def close(self) -> None:
        """Tiles that somebody still holds keep the map; it goes with the last of them."""
        self._view.release()
        with suppress(BufferError):
            self._map.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def zooms(self) -> ZoomRange:
        return self.header.zooms

    @property
    def bounds(self) -> Bounds:
        return self.header.bounds

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """What the writer says about the tiles; `vector_layers` names the layers and their attributes."""
        try:
            metadata = json.loads(self._inflate(self.header.metadata))
        except (_NotReadableError, ValueError) as error:
            raise DamagedArchiveError(self.path, Text("メタデータが壊れています", "its metadata is damaged")) from error
        return metadata if isinstance(metadata, dict) else {}

    def tile(self, coord: TileCoord) -> Tile | None:
        """A slice of the file, valid for as long as somebody holds it."""
        number = tile_id(coord.z, coord.x, coord.y)
        directory = self._root
        for _ in range(_MAX_DEPTH):
            place = bisect_right(directory.ids, number) - 1
            if place < 0:
                return None
            run = directory.runs[place]
            if run:
                if number - directory.ids[place] >= run:
                    return None
                start = self._tiles_start + directory.starts[place]
                return Tile(self._view[start : start + directory.lengths[place]], self._format, self._encoding)
            directory = self._leaf(directory.starts[place], directory.lengths[place])
        raise DamagedArchiveError(self.path, _TOO_DEEP)

    def coords(self, zoom: int) -> Iterator[TileCoord]:
        """Every cell of one zoom that has a tile."""
        ids = zoom_ids(zoom)
        for first, run, _, _ in self._entries(ids):
            yield from map(tile_coord, range(max(first, ids.start), min(first + run, ids.stop)))

    def contents(self, zoom: int) -> Iterator[Tile]:
        """Every different tile of one zoom, once."""
        seen: set[int] = set()
        for _, _, length, start in self._entries(zoom_ids(zoom)):
            if start not in seen:
                seen.add(start)
                place = self._tiles_start + start
                yield Tile(self._view[place : place + length], self._format, self._encoding)

    def _entries(
        self, ids: range, directory: _Directory | None = None, depth: int = 1
    ) -> Iterator[tuple[int, int, int, int]]:
        """Number, run, length and start of every entry with a tile in `ids`."""
        if depth > _MAX_DEPTH:
            raise DamagedArchiveError(self.path, _TOO_DEEP)
        entries = directory or self._root
        first = max(bisect_right(entries.ids, ids.start) - 1, 0)
        last = bisect_right(entries.ids, ids.stop - 1)
        for place in range(first, last):
            number, run = entries.ids[place], entries.runs[place]
            if not run:
                leaf = self._leaf(entries.starts[place], entries.lengths[place])
                yield from self._entries(ids, leaf, depth + 1)
            elif number + run > ids.start:
                yield number, run, entries.lengths[place], entries.starts[place]

    def _leaf(self, start: int, length: int) -> _Directory:
        # Two threads may both inflate it; they get the same, and one is kept.
        leaf = self._leaves.get(start)
        if leaf is None:
            try:
                leaf = self._directory(Section(self.header.leaves.start + start, length))
            except _NotReadableError as error:
                raise DamagedArchiveError(self.path, error.text) from error
            self._leaves[start] = leaf
        return leaf

    def _directory(self, section: Section) -> _Directory:
        return _Directory.parse(
            self._inflate(section), tiles_length=self.header.tiles.length, leaves_length=self.header.leaves.length
        )

    def _inflate(self, section: Section) -> bytes:
        stored = self._view[section.start : section.stop]
        if self.header.internal is _Compression.NONE:
            return bytes(stored)
        inflate = zlib.decompressobj(wbits=31)
        try:
            data = inflate.decompress(stored, _MAX_DIRECTORY)
        except zlib.error as error:
            raise _NotReadableError("圧縮データが壊れています", "compressed data is damaged") from error
        if not inflate.eof:
            raise _NotReadableError("圧縮データが途中で切れています", "compressed data is cut off or too long")
        return data


_TOO_DEEP = Text("索引が深すぎます", "its directories are nested too deeply")


def _map_file(path: Path) -> mmap.mmap:
    with path.open("rb") as file:
        try:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:
            raise DamagedArchiveError(path, Text("空のファイルです", "the file is empty")) from error
