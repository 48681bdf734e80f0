"""A feed as the texts its files hold: nothing is lost by becoming a number and back."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from geo import UnreadableError
from gtfs.archive import open_feed
from gtfs.feed import LIMIT_BYTES, Feed
from gtfs.publication.fix import Fix
from gtfs.table import parse_table

_MARK = b"\xef\xbb\xbf"
_COLUMN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""What names a column; the first line of a licence does not."""


@dataclass(frozen=True)
class TextFeed:
    tables: Mapping[str, pd.DataFrame]
    """Table name to rows; every column is text, missing where blank."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """All other files as they are."""
    fixes: tuple[Fix, ...] = ()
    """What writing the tables anew changes: encoding, line ends."""

    def column(self, table: str, name: str) -> "pd.Series[Any]":
        """Empty where the feed lacks it."""
        if table not in self.tables:
            return pd.Series([], dtype="string")
        rows = self.tables[table]
        return rows[name] if name in rows else pd.Series(pd.NA, index=rows.index, dtype="string")


def read_text_feed(path: Path, *, name: str | None = None, limit_bytes: int = LIMIT_BYTES) -> TextFeed:
    """UnreadableError where there is no sound zip or folder at `path`. What is in it is not judged."""
    called = name or path.resolve().name
    with open_feed(path, name=called, limit_bytes=limit_bytes) as files:
        folder = files.place("").removesuffix(".")
        contents = {file: files.read(file) for file in files.names}
    fixes = [Fix("folder", "", what=folder)] if folder and path.is_file() else []
    tables: dict[str, pd.DataFrame] = {}
    others: dict[str, bytes] = {}
    for file, content in contents.items():
        rows = _rows(file, content)
        if rows is None:
            others[file] = content
        elif rows.attrs["uneven"]:
            others[file] = content
            fixes.append(Fix("left", file, rows.attrs["uneven"]))
        else:
            tables[PurePosixPath(file).stem] = rows
            fixes += _form(file, content)
    return TextFeed(tables, others, tuple(fixes))


def text_feed(feed: Feed) -> TextFeed:
    """Of a feed in memory; numbers as they are written shortest."""
    tables = {name: pd.DataFrame({str(key): _text(rows[key]) for key in rows}) for name, rows in feed.tables.items()}
    return TextFeed(tables, feed.files)


def _text(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """7.0 of a column of floats is 7: prices and distances are written so."""
    if column.dtype == "float64":
        texts = [None if pd.isna(value) else repr(float(value)).removesuffix(".0") for value in column.tolist()]
        return pd.Series(texts, index=column.index, dtype="string")
    return column.astype("string")


def _rows(file: str, content: bytes) -> pd.DataFrame | None:
    """None for what is no table: a licence, or a text that only looks like one."""
    path = PurePosixPath(file)
    if path.suffix != ".txt" or "/" in file or not content.strip():
        return None
    try:
        table = parse_table(content, {}, name=file)
    except UnreadableError:
        return None
    if table.rows.columns.duplicated().any() or not all(_COLUMN.fullmatch(str(name)) for name in table.rows):
        return None
    rows = table.rows.astype("string")
    rows.attrs["uneven"] = len(table.problems)
    return rows


def _form(file: str, content: bytes) -> Iterator[Fix]:
    if content.startswith(_MARK):
        yield Fix("byte_order_mark", file)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        yield Fix("encoding", file, what="UTF-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "CP932")
        return
    if content.count(b"\n") != content.count(b"\r\n"):
        yield Fix("newline", file)
