"""The tables of the store's SQLite catalogue."""

from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    insert,
    select,
    update,
)

from data.errors import StoreFormatError
from data.lock import locked
from geo import Text

FORMAT = 1
"""Raised by one when the tables change; an older program refuses a newer store."""

metadata = MetaData()

meta = Table("meta", metadata, Column("key", String, primary_key=True), Column("value", Integer, nullable=False))

layers = Table(
    "layers",
    metadata,
    Column("id", String, primary_key=True),
    Column("title", JSON, nullable=False),
    Column("group", JSON, nullable=False),
    Column("attribution", String),
    Column("licence", String),
    Column("visibility", String, nullable=False),
    Column("version", String, nullable=False),
)

versions = Table(
    "versions",
    metadata,
    Column("layer_id", String, ForeignKey("layers.id", ondelete="CASCADE"), primary_key=True),
    Column("version", String, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("content_hash", String, nullable=False),
    Column("imported_at", String, nullable=False),
    Column("about", JSON, nullable=False),
)

problems = Table(
    "problems",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("layer_id", String, ForeignKey("layers.id", ondelete="CASCADE"), nullable=False),
    Column("version", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("file", String, nullable=False),
    Column("feature", String),
    Column("line", Integer),
    Column("longitude", Float),
    Column("latitude", Float),
    Column("parameters", JSON, nullable=False),
    Index("problems_of_version", "layer_id", "version"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("state", String, nullable=False),
    Column("progress", Float, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("message", JSON),
    Column("result", JSON),
    Column("queued_at", String, nullable=False),
    Column("seen_at", Float, nullable=False),
    Index("jobs_by_state", "state", "queued_at"),
)


def open_catalogue(path: Path) -> Engine:
    """The catalogue at `path`, its tables made when missing; StoreFormatError when it is a newer program's."""
    if not path.exists():
        _make(path)
    engine = _connect(path)
    metadata.create_all(engine)
    with engine.begin() as connection:
        stored = {row.key: row.value for row in connection.execute(select(meta.c.key, meta.c.value))}
        if not stored:
            connection.execute(
                insert(meta).prefix_with("OR IGNORE"),
                [{"key": "format", "value": FORMAT}, {"key": "generation", "value": 0}],
            )
    if stored.get("format", FORMAT) > FORMAT:
        raise StoreFormatError(
            Text(f"{path} は新しい版のMachinamiのストアです", f"{path} belongs to a newer version of Machinami")
        )
    return engine


def _make(path: Path) -> None:
    """A catalogue comes into its place complete: of two processes that open a new store, none meets half of it."""
    with locked(path.with_name("commit.lock")):
        if path.exists():
            return
        making = path.with_suffix(".new")
        making.unlink(missing_ok=True)
        engine = _connect(making)
        metadata.create_all(engine)
        engine.dispose()
        making.rename(path)


def _connect(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
    event.listen(engine, "connect", _set_pragmas)
    return engine


def _set_pragmas(connection: Any, _: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def bump_generation(connection: Connection) -> None:
    """First statement of every change: takes SQLite's write lock before anything is read, and tells all readers."""
    connection.execute(update(meta).where(meta.c.key == "generation").values(value=meta.c.value + 1))
