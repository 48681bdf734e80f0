"""The attributes that tiles carry, of a whole city in one Arrow file: mapped, so that a process holds what it takes."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tiles.tileset.property_table import integer_columns, plain_columns, wide_integers

_ROWS = 10_000
"""Features that are read at once."""


def write_attributes(features: Path, columns: Sequence[str], target: Path) -> None:
    """fid, feature_id and the columns, of types that glTF can say. `features`: Parquet, the row number is the fid."""
    file = pq.ParquetFile(features)
    names = ["feature_id", *(name for name in columns if name not in ("fid", "feature_id"))]
    integers = integer_columns(file.schema_arrow, names)
    wide = wide_integers(file.iter_batches(_ROWS, columns=integers, use_threads=False) if integers else ())
    begin, writer = 0, None
    for batch in file.iter_batches(_ROWS, columns=names, use_threads=False):
        table = _with_fid(plain_columns(pa.table(batch), names, wide), begin)
        begin += len(table)
        writer = writer or pa.ipc.new_file(str(target), table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _with_fid(table: pa.Table, begin: int) -> pa.Table:
    fids = np.arange(begin, begin + len(table), dtype=np.uint32)
    return table.add_column(0, "fid", pa.array(fids))


def read_attributes(path: Path, fids: NDArray[np.uint32]) -> pa.Table:
    """The rows of `fids`, which ascend."""
    with pa.memory_map(str(path)) as source:
        file = pa.ipc.open_file(source)
        taken, begin = [], 0
        for number in range(file.num_record_batches):
            batch = file.get_batch(number)
            low, high = np.searchsorted(fids, (begin, begin + len(batch)))
            if low < high:
                taken.append(batch.take(pa.array(fids[low:high].astype(np.int64) - begin)))
            begin += len(batch)
        return pa.Table.from_batches(taken, file.schema).combine_chunks()
