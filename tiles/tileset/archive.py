"""All files of a tileset in one: a 3TZ archive, which is a zip that any tool opens.

By the 3D Tiles Archive Format (https://github.com/Maxar-Public/3tz-specification): entries as they are or compressed,
and last an index of their places by the MD5 of their names.
"""

import gzip
import hashlib
import mmap
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from tiles.errors import DamagedTilesetError
from tiles.tileset.packed import Packed, Packing, pack
from tiles.tileset.zip_file import ZipWriter

INDEX = "@3dtilesIndex1@"
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_LOCAL_MAGIC = b"PK\3\4"
_RAW = -zlib.MAX_WBITS
_GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"


class TilesetWriter:
    """The same entries in the same order are the same bytes. Used in a `with`: at its end the index is written."""

    def __init__(self, path: Path) -> None:
        self._zip = ZipWriter(path)
        self._places: list[tuple[int, int, int]] = []
        """The two halves of the MD5 of each name, and where its entry begins."""

    def write(self, name: str, data: bytes) -> None:
        self.write_packed(name, pack([(data, Packing.TABLE)]))

    def write_packed(self, name: str, packed: Packed) -> None:
        digest = hashlib.md5(name.encode(), usedforsecurity=False).digest()
        self._places.append((*struct.unpack("<QQ", digest), self._zip.write(name, packed)))

    def __enter__(self) -> "TilesetWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self._zip.store(INDEX, b"".join(struct.pack("<QQQ", *place) for place in sorted(self._places)))
            self._zip.end()
        self._zip.close()


class TilesetArchive:
    """Reads entries out of a mapped file; threads may share it."""

    def __init__(self, path: Path) -> None:
        """FileNotFoundError where there is none, DamagedTilesetError for what is no archive of ours."""
        try:
            with path.open("rb") as file:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                with zipfile.ZipFile(file) as archive:
                    self._entries = {entry.filename: entry for entry in archive.infolist()}
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise DamagedTilesetError(path) from error
        self._path = path

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._entries if name != INDEX)

    def read(self, name: str) -> bytes:
        """KeyError when there is no such entry, DamagedTilesetError where its bytes aren't what was written."""
        entry = self._entries[name]
        data = self._stored(entry)
        try:
            read = zlib.decompress(data, _RAW, entry.file_size) if entry.compress_type == zipfile.ZIP_DEFLATED else data
        except (zlib.error, ValueError) as error:
            raise DamagedTilesetError(self._path) from error
        if zlib.crc32(read) != entry.CRC:
            raise DamagedTilesetError(self._path)
        return read

    def read_gzip(self, name: str) -> bytes:
        """The same as a gzip file, without compressing anything: what the zip holds with another head and tail."""
        entry = self._entries[name]
        if entry.compress_type != zipfile.ZIP_DEFLATED:
            return gzip.compress(self._stored(entry), mtime=0)
        return _GZIP_HEAD + self._stored(entry) + struct.pack("<II", entry.CRC, entry.file_size & 0xFFFFFFFF)

    def _stored(self, entry: zipfile.ZipInfo) -> bytes:
        at = entry.header_offset
        head = self._bytes[at : at + _LOCAL_HEADER.size] if at >= 0 else b""
        if len(head) < _LOCAL_HEADER.size or not head.startswith(_LOCAL_MAGIC):
            raise DamagedTilesetError(self._path)
        header = _LOCAL_HEADER.unpack(head)
        begin = at + _LOCAL_HEADER.size + header[9] + header[10]
        data = self._bytes[begin : begin + entry.compress_size]
        if len(data) < entry.compress_size:
            raise DamagedTilesetError(self._path)
        return data
