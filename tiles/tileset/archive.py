"""All files of a tileset in one: a 3TZ archive, which is a zip that any tool opens.

By the 3D Tiles Archive Format (https://github.com/Maxar-Public/3tz-specification): entries as they are or compressed,
and last an index of their places by the MD5 of their names.
"""

import hashlib
import mmap
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO

from tiles.errors import DamagedTilesetError

INDEX = "@3dtilesIndex1@"
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_LOCAL_MAGIC = b"PK\3\4"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


class TilesetWriter:
    """The same entries in the same order are the same bytes. Used in a `with`: at its end the index is written."""

    def __init__(self, path: Path) -> None:
        self._file: IO[bytes] = path.open("wb")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_STORED)
        self._places: list[tuple[bytes, int]] = []

    def write(self, name: str, data: bytes) -> None:
        self._places.append((hashlib.md5(name.encode(), usedforsecurity=False).digest(), self._file.tell()))
        self._add(name, data)

    def _add(self, name: str, data: bytes) -> None:
        entry = zipfile.ZipInfo(name, _LONG_AGO)
        entry.create_system, entry.external_attr = 3, 0o100644 << 16
        self._zip.writestr(entry, data)

    def __enter__(self) -> "TilesetWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            places = sorted(self._places, key=lambda place: struct.unpack("<QQ", place[0]))
            self._add(INDEX, b"".join(digest + struct.pack("<Q", offset) for digest, offset in places))
            self._zip.close()
        else:
            self._zip.fp = None  # or it would end the archive later on, in a file that is closed
        self._file.close()


class TilesetArchive:
    """Reads entries out of a mapped file; threads may share it."""

    def __init__(self, path: Path) -> None:
        """FileNotFoundError where there is none, DamagedTilesetError for what is no archive of ours."""
        try:
            with path.open("rb") as file:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                with zipfile.ZipFile(file) as archive:
                    self._entries = {
                        entry.filename: (entry.header_offset, entry.file_size) for entry in archive.infolist()
                    }
                    if any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist()):
                        raise DamagedTilesetError(path)
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise DamagedTilesetError(path) from error
        self._path = path

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._entries if name != INDEX)

    def read(self, name: str) -> bytes:
        """KeyError when there is no such entry, DamagedTilesetError where something else stands in its place."""
        offset, size = self._entries[name]
        head = self._bytes[offset : offset + _LOCAL_HEADER.size] if offset >= 0 else b""
        if len(head) < _LOCAL_HEADER.size or not head.startswith(_LOCAL_MAGIC):
            raise DamagedTilesetError(self._path)
        header = _LOCAL_HEADER.unpack(head)
        begin = offset + _LOCAL_HEADER.size + header[9] + header[10]
        data = self._bytes[begin : begin + size]
        if len(data) < size:
            raise DamagedTilesetError(self._path)
        return data
