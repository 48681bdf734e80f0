"""The Range header of HTTP (RFC 9110, section 14): one range of bytes."""

import re
from dataclasses import dataclass

# No file needs more digits; Python refuses to read a number of thousands of them.
_RANGE = re.compile(r"bytes=(\d{0,100})-(\d{0,100})", re.ASCII)


class NotSatisfiableError(Exception):
    """The file has no such bytes."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes `start` .. `stop` - 1."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        return self.stop - self.start


def parse_range(header: str, size: int) -> ByteRange | None:
    """What of a file of `size` bytes is asked for; None for what a server may overlook: several ranges, other units.

    NotSatisfiableError where nothing of the range is in the file.
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    if start >= size or start >= stop:
        raise NotSatisfiableError
    return ByteRange(start, stop)
