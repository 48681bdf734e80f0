"""A timetable as its tables: every file of the feed, those included that nobody here understands yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pandas as pd

from geo import Problem, UnreadableError
from gtfs.archive import FeedFiles, open_feed
from gtfs.errors import UnknownTableError
from gtfs.specification import CALENDARS, FURTHER_COLUMNS, REQUIRED_COLUMNS, REQUIRED_FILES
from gtfs.table import TEXT, Table, empty_table, missing_column, parse_table

if TYPE_CHECKING:
    import gtfs_kit

LIMIT_BYTES = 4 << 30
"""What a feed may hold when unpacked."""


@dataclass(frozen=True)
class Feed:
    """Read with `read_feed`. The required files and columns are there; what they say is not judged."""

    tables: Mapping[str, pd.DataFrame]
    """Table name (`stops`, `routes_jp`) to rows as they stand in the file; index: line in the file."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Files that are no table: a licence, locations.geojson."""
    problems: tuple[Problem, ...] = ()
    """Met while reading; `file` is the place in the feed: `stops.txt`, or `timetable/stops.txt` in a zip."""
    folder: str = ""
    """Where in a zip the tables lie, such as `timetable`; empty at the top."""

    def table(self, name: str) -> pd.DataFrame:
        """The table with at least the columns of the standard, empty when the feed lacks it.

        UnknownTableError for a table that neither the feed nor the standard knows.
        """
        types = {**_types(name), **dict.fromkeys(FURTHER_COLUMNS.get(name, ()), TEXT)}
        if name not in self.tables:
            if not types:
                raise UnknownTableError(name)
            return empty_table(types)
        rows = self.tables[name]
        lacking = {column: missing_column(types[column], rows.index) for column in types if column not in rows}
        return rows.assign(**lacking) if lacking else rows

    def place(self, table: str) -> str:
        """The table's file as `problems` call it."""
        return f"{self.folder}/{table}.txt" if self.folder else f"{table}.txt"

    @cached_property
    def kit(self) -> "gtfs_kit.Feed":
        """The same tables as gtfs-kit's Feed, for its analyses and for writing. Copy before changing."""
        import gtfs_kit  # draws in a mapping library: a quarter of a second that most processes never need

        known = {name: rows for name, rows in self.tables.items() if _types(name) and len(rows)}
        shapes = known.get("shapes")
        units = gtfs_kit.shapes.infer_dist_units(shapes) if shapes is not None else "km"
        return gtfs_kit.Feed(dist_units=units, **{name: rows.reset_index(drop=True) for name, rows in known.items()})


def read_feed(path: Path, *, name: str | None = None, limit_bytes: int = LIMIT_BYTES) -> Feed:
    """The feed in the zip or folder at `path`, called `name` in problems (default: as the path is called).

    UnreadableError where a required file or column is missing, or the zip is damaged or too large.
    """
    called = name or path.resolve().name
    with open_feed(path, name=called, limit_bytes=limit_bytes) as files:
        _check_files(files)
        tables: dict[str, pd.DataFrame] = {}
        others: dict[str, bytes] = {}
        problems: list[Problem] = []
        for file in files.names:
            content = files.read(file)
            table = _table(file, content, f"{called}/{files.place(file)}")
            if table is None:
                others[file] = content
            else:
                tables[PurePosixPath(file).stem] = table.rows
                problems += (replace(problem, file=files.place(file)) for problem in table.problems)
        return Feed(tables, others, tuple(problems), files.place("").removesuffix("."))


def _table(file: str, content: bytes, place: str) -> Table | None:
    """None for a file that is no table: a licence, or an optional file without a byte."""
    name = PurePosixPath(file).stem
    types = _types(name)
    known = bool(types) or name in FURTHER_COLUMNS
    if PurePosixPath(file).suffix != ".txt" or "/" in file or (not content.strip() and file not in REQUIRED_FILES):
        return None
    try:
        table = parse_table(content, types, name=place)
    except UnreadableError:
        if known:
            raise
        return None
    if not known and table.problems:
        return None
    _check_columns(name, table.rows, place)
    return table


def _check_files(files: FeedFiles) -> None:
    for required in REQUIRED_FILES:
        if required not in files.names:
            raise UnreadableError(Problem("gtfs.file_missing", files.name, parameters={"name": required}))
    if not set(CALENDARS) & set(files.names):
        told = {"name": " / ".join(CALENDARS)}
        raise UnreadableError(Problem("gtfs.file_missing", files.name, parameters=told))


def _check_columns(table: str, rows: pd.DataFrame, file: str) -> None:
    for column in REQUIRED_COLUMNS.get(table, ()):
        if column not in rows:
            raise UnreadableError(Problem("gtfs.column_missing", file, line=1, parameters={"name": column}))


def _types(table: str) -> Mapping[str, str]:
    from gtfs_kit.constants import DTYPES

    types: Mapping[str, str] = DTYPES.get(table, {})
    return types
