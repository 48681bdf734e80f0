"""A tile's file as a zip holds it: deflated (RFC 1951), each piece in the way that suits what it holds."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

_RAW = -zlib.MAX_WBITS
_WORTH_RUNS = 10_000
"""Bytes of a file below which the codes of its pieces take more than they save."""
_AS_GOOD = 1.03
"""How many more bytes are worth a sixth of the time."""


class Packing(Enum):
    """Level and strategy of zlib. What suits a piece was measured: one way for a whole file takes twice as long and
    gives more bytes, because letters, numbers and deltas then share one code."""

    IDS = (1, zlib.Z_HUFFMAN_ONLY)
    """Random letters and digits: no text comes twice, only few letters occur."""
    DELTAS = (3, zlib.Z_DEFAULT_STRATEGY)
    """What meshopt has left of positions, and pictures."""
    TABLE = (5, zlib.Z_DEFAULT_STRATEGY)
    """Numbers of which many are equal, text."""


_SAMPLE = 16_384
"""Bytes that tell how all of a column packs."""


def packing_of(texts: bytes | memoryview) -> Packing:
    """What suits texts behind each other: whether letters alone tell them, or they are like each other."""
    sample = texts[:_SAMPLE]
    few = [len(_deflated(sample, packing)) for packing in (Packing.IDS, Packing.TABLE)]
    return Packing.IDS if few[0] < _AS_GOOD * few[1] else Packing.TABLE


def _deflated(data: bytes | memoryview, packing: Packing, end: int = zlib.Z_FINISH) -> bytes:
    level, strategy = packing.value
    deflate = zlib.compressobj(level, zlib.DEFLATED, _RAW, zlib.DEF_MEM_LEVEL, strategy)
    return deflate.compress(data) + deflate.flush(end)


@dataclass(frozen=True)
class Packed:
    """Of one entry of an archive."""

    deflated: bytes
    crc: int
    """CRC-32 of what was deflated."""
    size: int
    """Its bytes."""


def pack(pieces: Sequence[tuple[bytes, Packing]]) -> Packed:
    """`pieces`, one or more, behind each other as one file."""
    is_small = sum(len(data) for data, _ in pieces) < _WORTH_RUNS
    runs = groupby(pieces, key=lambda piece: Packing.TABLE if is_small else piece[1])
    datas = [(packing, b"".join(data for data, _ in run)) for packing, run in runs]
    crc = 0
    for _, data in datas:
        crc = zlib.crc32(data, crc)
    *others, last = datas
    # The others end at a whole byte, where the next one begins.
    out = [*(_deflated(data, packing, zlib.Z_SYNC_FLUSH) for packing, data in others), _deflated(last[1], last[0])]
    return Packed(b"".join(out), crc, sum(len(data) for _, data in datas))
