"""A zip file of entries that are deflated already, which `zipfile` can't write.

By PKWARE's APPNOTE 6.3 (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT): sections 4.3.7 (local header),
4.3.12 (central directory), 4.3.14 to 4.3.16 (its end, also in ZIP64) and 4.5.3 (ZIP64 field).
"""

import struct
import zlib
from pathlib import Path

from tiles.tileset.packed import Packed

_STORED, _DEFLATED = 0, 8
_VERSION, _VERSION_64 = 20, 45
_UNIX = 3 << 8
_UTF_8 = 1 << 11
"""Flag of names that aren't ASCII."""
_MODE = 0o100644 << 16
_LONG_AGO = (1 << 5) + 1
"""1 January 1980: the same entries are the same bytes whenever they are written."""
_MOST_32, _MOST_16 = 0xFFFF_FFFF, 0xFFFF
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_END_64 = struct.Struct("<4sQ2H2I4Q")
_PLACE_64 = struct.Struct("<4sIQI")


class ZipWriter:
    """Entries of less than 4 GiB each, as many as there are."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._directory = bytearray()
        self._entries = 0
        self._at = 0

    def write(self, name: str, packed: Packed) -> int:
        """The place of its local header."""
        return self._write(name, packed.deflated, packed.crc, packed.size, _DEFLATED)

    def store(self, name: str, data: bytes) -> int:
        """The same, of bytes as they are."""
        return self._write(name, data, zlib.crc32(data), len(data), _STORED)

    def _write(self, title: str, data: bytes, crc: int, size: int, method: int) -> int:
        at, name = self._at, title.encode()
        about = (0 if title.isascii() else _UTF_8, method, 0, _LONG_AGO, crc, len(data), size, len(name))
        self._put(_LOCAL.pack(b"PK\3\4", _VERSION, *about, 0) + name)
        self._put(data)
        version, extra = _VERSION, b""
        if at >= _MOST_32:
            version, extra = _VERSION_64, struct.pack("<2HQ", 1, 8, at)
        place = min(at, _MOST_32)
        self._directory += _CENTRAL.pack(b"PK\1\2", _UNIX | version, version, *about, len(extra), 0, 0, 0, _MODE, place)
        self._directory += name + extra
        self._entries += 1
        return at

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._at += len(data)

    def end(self) -> None:
        """Writes the directory."""
        begin, size, entries = self._at, len(self._directory), self._entries
        self._put(bytes(self._directory))
        if begin >= _MOST_32 or size >= _MOST_32 or entries >= _MOST_16:
            end = self._at
            both = (entries, entries, size, begin)
            self._put(_END_64.pack(b"PK\6\6", _END_64.size - 12, _UNIX | _VERSION_64, _VERSION_64, 0, 0, *both))
            self._put(_PLACE_64.pack(b"PK\6\7", 0, end, 1))
        few = min(entries, _MOST_16)
        self._put(_END.pack(b"PK\5\6", 0, 0, few, few, min(size, _MOST_32), min(begin, _MOST_32), 0))

    def close(self) -> None:
        self._file.close()
