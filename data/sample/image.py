"""PNG files with 16 colours, not compressed: the same bytes whatever compression library a machine has."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""Shape (rows, columns), from the top: index into a palette."""
Palette = tuple[tuple[int, int, int], ...]
"""At most 16 colours: red, green, blue."""

_LARGEST_BLOCK = 65_535


def png(pixels: Pixels, palette: Palette) -> bytes:
    """By the PNG specification (ISO/IEC 15948): colour type 3, four bits a pixel. An even number of columns."""
    rows, columns = pixels.shape
    packed = (pixels[:, 0::2] << 4) | pixels[:, 1::2]
    lines = np.column_stack([np.zeros(rows, np.uint8), packed]).tobytes()
    head = struct.pack(">IIBBBBB", columns, rows, 4, 3, 0, 0, 0)
    colours = bytes(part for colour in palette for part in colour)
    chunks = ((b"IHDR", head), (b"PLTE", colours), (b"IDAT", _stored(lines)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _stored(body: bytes) -> bytes:
    """A zlib stream (RFC 1950) of stored blocks (RFC 1951)."""
    starts = range(0, len(body), _LARGEST_BLOCK)
    blocks = []
    for start in starts:
        part = body[start : start + _LARGEST_BLOCK]
        last = start + _LARGEST_BLOCK >= len(body)
        blocks.append(struct.pack("<BHH", last, len(part), len(part) ^ 0xFFFF) + part)
    return b"\x78\x01" + b"".join(blocks) + struct.pack(">I", zlib.adler32(body))
