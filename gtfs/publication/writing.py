"""A feed as a zip: the same bytes for the same content, every file kept."""

import io
import zipfile
from pathlib import Path, PurePosixPath
from typing import Final

import pandas as pd

from gtfs.archive import open_feed
from gtfs.feed import LIMIT_BYTES
from gtfs.publication.text_feed import TextFeed

_FIRST: Final = (
    "feed_info", "agency", "agency_jp", "office_jp", "routes", "routes_jp", "pattern_jp", "trips", "stops",
    "stop_times", "calendar", "calendar_dates", "fare_attributes", "fare_rules", "shapes", "frequencies", "transfers",
    "translations", "attributions",
)  # fmt: skip
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_READABLE: Final = 0o644 << 16


def write_feed(path: Path, feed: TextFeed) -> int:
    """Bytes written. The zip appears whole or not at all."""
    return _put(path, feed_bytes(feed))


def _put(path: Path, content: bytes) -> int:
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    beside.replace(path)
    return len(content)


def feed_bytes(feed: TextFeed) -> bytes:
    """Tables in UTF-8 without a mark, lines end in CRLF; files at the top of the zip, without times."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(feed.tables, key=_rank):
            _add(archive, f"{name}.txt", table_bytes(feed.tables[name]))
        for name in sorted(feed.files):
            if PurePosixPath(name).suffix != ".txt" or PurePosixPath(name).stem not in feed.tables:
                _add(archive, name, feed.files[name])
    return whole.getvalue()


def table_bytes(rows: pd.DataFrame) -> bytes:
    """As CSV. A row without any value would be a blank line and is left out."""
    kept = rows[rows.notna().any(axis=1)] if len(rows) else rows
    return kept.to_csv(index=False, lineterminator="\r\n").encode()


def pack_feed(source: Path, path: Path, *, name: str | None = None, limit_bytes: int = LIMIT_BYTES) -> int:
    """The files of the feed at `source` as they are, at the top of a zip at `path`; bytes written.

    UnreadableError where there is no sound zip or folder at `source`.
    """
    whole = io.BytesIO()
    with (
        open_feed(source, name=name or source.resolve().name, limit_bytes=limit_bytes) as files,
        zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
    ):
        for file in sorted(files.names, key=lambda one: (_rank(PurePosixPath(one).stem), one)):
            _add(archive, file, files.read(file))
    return _put(path, whole.getvalue())


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.external_attr, info.compress_type = _READABLE, zipfile.ZIP_DEFLATED
    archive.writestr(info, content)


def _rank(table: str) -> tuple[int, str]:
    return (_FIRST.index(table) if table in _FIRST else len(_FIRST)), table
