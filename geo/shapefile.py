"""What GDAL does not say about a shapefile: how many features it holds, and what its texts are encoded in."""

import codecs
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.errors import UnreadableError
from geo.problem import Problem

AS_BYTES = "ISO-8859-1"
"""Read with this encoding, each character of a text is one byte of the file."""

_JAPANESE = ("cp932", "utf-8")
_SAMPLE = 20_000
_PAGES = {0x13: "cp932", 0x7B: "cp932"}
"""dBASE's language driver ids for Japanese."""
_SHX_HEADER, _SHX_RECORD = 100, 8


def check_parts(path: Path, *, name: str) -> None:
    """A shapefile is several files; without the index GDAL would have to write one."""
    for suffix in (".shx", ".dbf"):
        if part_of(path, suffix) is None:
            raise UnreadableError(Problem("file.part_missing", name, parameters={"part": suffix}))


def part_of(path: Path, suffix: str) -> Path | None:
    beside = (path.with_suffix(one) for one in (suffix, suffix.upper()))
    return next((part for part in beside if part.exists()), None)


def feature_count(path: Path) -> int:
    """Features by the index, without those the table marks as deleted (no reader shows them)."""
    index, table = part_of(path, ".shx"), part_of(path, ".dbf")
    shapes = (index.stat().st_size - _SHX_HEADER) // _SHX_RECORD if index else 0
    records = _Table(table).records if table else np.empty((0, 1), dtype=np.uint8)
    return max(shapes, len(records)) - int((records[:, 0] == ord("*")).sum())


def text_encoding(path: Path) -> str:
    """What the .cpg or the table declares where the texts agree with it, else what fits them best."""
    table = part_of(path, ".dbf")
    if table is None:
        return "utf-8"
    texts, declared = _Table(table).texts(), _declared(path, table)
    candidates = dict.fromkeys([*([declared] if declared else []), "utf-8", "cp932"])
    return min(candidates, key=lambda encoding: sum(not _is(text, encoding) for text in texts))


def decode_text(stored: str, encoding: str) -> tuple[str, bool]:
    """A text read `AS_BYTES` in its true encoding, and whether all of it could be read.

    A fixed-width field may end within a character: that half is cut off.
    """
    raw = stored.encode("latin-1")
    for one in (encoding, *(other for other in _JAPANESE if other != encoding)):
        if _is(raw, one):
            return codecs.getincrementaldecoder(one)().decode(raw), True
    return raw.decode(encoding, errors="replace"), False


def _is(raw: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(raw)  # not final: a cut last character is no fault
    except UnicodeDecodeError:
        return False
    return True


def _declared(path: Path, table: Path) -> str | None:
    page = part_of(path, ".cpg")
    told = page.read_bytes()[:64].decode("latin-1").strip() if page else ""
    known = {"932": "cp932", "sjis": "cp932", "ansi 932": "cp932", "65001": "utf-8"}
    try:
        found = codecs.lookup(known.get(told.lower(), told)).name if told else None
    except LookupError:
        found = None
    # Windows writes its own code page and calls it Shift_JIS, which lacks ① and 髙.
    return "cp932" if found == "shift_jis" else found or _PAGES.get(_Table(table).language)


@dataclass(frozen=True)
class _Field:
    start: int
    width: int


class _Table:
    """A dBASE table as bytes."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            head = file.read(32)
            count, start, width = (int.from_bytes(head[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
            self._descriptors = file.read(max(start - 32, 0))
        self.language = head[29] if len(head) == 32 else 0
        whole = max(path.stat().st_size - start, 0) // max(width, 1)
        shape = (min(count, whole), max(width, 1))
        empty: NDArray[np.uint8] = np.empty((0, 1), dtype=np.uint8)
        self.records: NDArray[np.uint8] = (
            np.memmap(path, np.uint8, "r", offset=start, shape=shape) if shape[0] else empty
        )

    def texts(self) -> list[bytes]:
        """Distinct texts of the first records that are more than ASCII, and such names of columns."""
        names = [one[:11].split(b"\0")[0] for one in self._raw_fields()]
        values = [
            value
            for field in self._text_fields()
            for value in set(_cells(self.records[:_SAMPLE, field.start : field.start + field.width]))
        ]
        return [text for text in names + values if not text.isascii()]

    def _raw_fields(self) -> list[bytes]:
        pieces = (self._descriptors[at : at + 32] for at in range(0, len(self._descriptors), 32))
        fields = []
        for piece in pieces:
            if len(piece) < 32 or piece[0] == 0x0D:
                break
            fields.append(piece)
        return fields

    def _text_fields(self) -> list[_Field]:
        fields, start = [], 1
        for raw in self._raw_fields():
            if raw[11:12] == b"C":
                fields.append(_Field(start, raw[16]))
            start += raw[16]
        return fields


def _cells(block: NDArray[np.uint8]) -> list[bytes]:
    """Rows of a block of bytes without the padding."""
    return [row.tobytes().rstrip(b" \0") for row in np.asarray(block)]
