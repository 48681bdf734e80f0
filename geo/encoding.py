"""Which character encoding a municipal text file is in: its mark, else UTF-8 where that fits, else CP932."""

import codecs
from pathlib import Path

from geo.errors import UnreadableError
from geo.problem import Problem

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_CHUNK = 1 << 20


def decode_text(content: bytes, *, name: str) -> str:
    """The text without its mark; UnreadableError where no encoding fits."""
    for encoding in _candidates(content):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableError(Problem("file.encoding", name))


def detect_encoding(path: Path, *, name: str) -> str:
    """Name of a Python codec that decodes all of `path`; UnreadableError where none does."""
    with path.open("rb") as file:
        head = file.read(3)
    for encoding in _candidates(head):
        if _decodes(path, encoding):
            return encoding
    raise UnreadableError(Problem("file.encoding", name))


def _candidates(head: bytes) -> list[str]:
    marked = [encoding for mark, encoding in _MARKS.items() if head.startswith(mark)]
    return marked or ["utf-8", "cp932"]


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
