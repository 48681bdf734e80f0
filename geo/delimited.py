"""CSV and TSV as rows that know the line of the file they begin at."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from geo.encoding import detect_encoding

_DELIMITERS = (",", "\t", ";", "|")
_HEAD = 30
_LONGEST_RECORD = 1_000
"""Lines that one quoted text may span; a quote that is still open then was never meant to open one."""


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    """Where it begins in the file or sheet, from 1."""
    values: list[str]
    """Trimmed; empty where there is nothing."""

    @property
    def is_empty(self) -> bool:
        return not any(self.values)


class DelimitedFile:
    """`rows` may be walked several times."""

    is_ragged = False

    def __init__(self, path: Path, *, name: str, is_header: Callable[[list[str]], bool]) -> None:
        self._path = path
        self._encoding = detect_encoding(path, name=name)
        self._delimiter = self._sniff(is_header)

    def rows(self) -> Iterator[Row]:
        """Every row that holds anything."""
        return (row for row in self._rows(self._delimiter) if not row.is_empty)

    def _rows(self, delimiter: str) -> Iterator[Row]:
        with self._path.open(encoding=self._encoding, newline="") as file:
            lines, waiting, at = iter(file), list[str](), 1
            while line := (waiting.pop(0) if waiting else next(lines, "")):
                record = [line]
                while _is_open(record, delimiter) and len(record) < _LONGEST_RECORD:
                    following = waiting.pop(0) if waiting else next(lines, "")
                    if not following:
                        break
                    record.append(following)
                if len(record) > 1 and _is_open(record, delimiter):
                    waiting, record = [*record[1:], *waiting], record[:1]
                yield Row(at, _fields("".join(record), delimiter))
                at += len(record)

    def _sniff(self, is_header: Callable[[list[str]], bool]) -> str:
        """The delimiter that shows a header; else the one that makes most columns."""
        heads = {one: [row.values for row in islice(self._rows(one), _HEAD)] for one in _DELIMITERS}
        for delimiter, head in heads.items():
            if any(map(is_header, head)):
                return delimiter
        return max(_DELIMITERS, key=lambda one: max(map(len, heads[one]), default=0))


def _is_open(record: list[str], delimiter: str) -> bool:
    """Whether a quoted text goes on in the next line."""
    if '"' not in record[-1] and len(record) == 1:
        return False
    if '"' not in record[-1]:
        return True
    try:
        next(csv.reader(["".join(record)], delimiter=delimiter, strict=True), None)
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False


def _fields(record: str, delimiter: str) -> list[str]:
    try:
        fields = next(csv.reader([record], delimiter=delimiter), [])
    except csv.Error:  # a field of more than 131,072 characters
        fields = record.split(delimiter)
    return [field.strip() for field in fields]
