"""A part of a stream that many clients are sent: compressed once, not once for each of them.

A gzip stream is a head and blocks. Blocks that were made with an empty memory and end on a whole byte go together in
any order (RFC 1951, 3.2: a flush ends with an empty stored block), so that every stream is made of the same parts.
"""

import zlib
from dataclasses import dataclass
from typing import Final

GZIP_HEAD: Final = bytes([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255])
"""RFC 1952: deflate, no flags, no time, unknown system."""
_LEVEL: Final = 6


@dataclass(frozen=True, slots=True)
class Parcel:
    plain: bytes
    packed: bytes
    """Whole deflate blocks, none of them the last one."""

    def bytes(self, packed: bool) -> bytes:
        return self.packed if packed else self.plain


def parcel(plain: bytes) -> Parcel:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return Parcel(plain, packer.compress(plain) + packer.flush(zlib.Z_FULL_FLUSH))
