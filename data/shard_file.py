"""A table on its way from reading to merging: an Arrow stream with LZ4, which takes a third of Parquet's time."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import ipc


def write_table(table: pa.Table, path: Path) -> None:
    # A stream, and no Arrow file: one of those can't hold dictionaries that change between chunks.
    lz4 = ipc.IpcWriteOptions(compression="lz4")
    with pa.OSFile(str(path), "wb") as file, ipc.new_stream(file, table.schema, options=lz4) as stream:
        stream.write_table(table)


def read_table(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Whole, or some columns in the order of the file, without those it lacks. Only what is asked for is unpacked."""
    with pa.memory_map(str(path)) as file:
        if columns is None:
            return ipc.open_stream(file).read_all()
        names = ipc.open_stream(file).schema.names
        asked = [names.index(name) for name in columns if name in names]
        file.seek(0)
        return ipc.open_stream(file, options=ipc.IpcReadOptions(included_fields=asked)).read_all()


def read_schema(path: Path) -> pa.Schema:
    with pa.memory_map(str(path)) as file:
        return ipc.open_stream(file).schema
