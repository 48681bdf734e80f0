"""Excel sheets as rows that know their number."""

import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from geo.delimited import Row
from geo.errors import UnreadableError
from geo.problem import Problem

_MAX_BYTES = 2 << 30
"""Unpacked size of a workbook; a million rows of forty columns have a quarter of it."""


_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ParseError, InvalidFileException),
    *(
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
    ),  # openpyxl on parts that are not what they should be
)


class Workbook:
    def __init__(self, path: Path, *, name: str) -> None:
        self._name = name
        try:
            with zipfile.ZipFile(path) as archive:
                size = sum(member.file_size for member in archive.infolist())
            if size > _MAX_BYTES:
                told = {"size": f"{size >> 20} MiB", "limit": f"{_MAX_BYTES >> 20} MiB"}
                raise UnreadableError(Problem("zip.too_large", name, parameters=told))
            self._book: Any = openpyxl.load_workbook(path, read_only=True, data_only=True)
        except _DAMAGE as error:
            raise self.unreadable(error) from error

    def sheets(self) -> list["Sheet"]:
        return [Sheet(sheet, self) for sheet in self._book.worksheets if sheet.sheet_state == "visible"]

    def close(self) -> None:
        self._book.close()

    def unreadable(self, error: Exception) -> UnreadableError:
        return UnreadableError(Problem("file.unreadable", self._name, parameters={"reason": str(error)[:200]}))


class Sheet:
    """`rows` may be walked several times. Empty cells at the end of a row are not stored."""

    is_ragged = True

    def __init__(self, sheet: Any, book: Workbook) -> None:
        self._sheet, self._book = sheet, book
        self.title = str(sheet.title)

    def rows(self) -> Iterator[Row]:
        """Every row that holds anything."""
        self._sheet.reset_dimensions()  # what a sheet says about its size is often wrong
        try:
            for number, values in enumerate(self._sheet.iter_rows(values_only=True), 1):
                row = Row(number, [_text(value) for value in values])
                if not row.is_empty:
                    yield row
        except _DAMAGE as error:
            raise self._book.unreadable(error) from error


def _text(value: Any) -> str:
    """As a person reads the cell."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value).strip()
