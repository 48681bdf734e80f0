"""A version's features in space: a Parquet file by `geo.surface.SURFACES_SCHEMA` whose `row` is the feature's fid."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from geo.surface import SURFACES_SCHEMA


class SurfaceTableWriter:
    """Opens its file with the first surfaces; memory holds no more than what was just given."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None

    @property
    def is_empty(self) -> bool:
        return self._writer is None

    def write(self, table: pa.Table) -> None:
        if not len(table):
            return
        if self._writer is None:
            # Faces repeat the corners of their neighbours, byte for byte: LZ4 finds them where they stand as they are.
            self._writer = pq.ParquetWriter(
                self._path,
                SURFACES_SCHEMA,
                compression="lz4",
                use_dictionary=["texture.list.element"],
                write_statistics=["row"],
            )
        self._writer.write_table(table)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


def surface_groups(path: Path, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
    """A file of surfaces piece by piece."""
    file = pq.ParquetFile(path)
    return (file.read_row_group(group, columns=columns) for group in range(file.num_row_groups))


def renumbered_surfaces(table: pa.Table, fids: NDArray[np.int64]) -> pa.Table:
    """The bodies whose `row` has another number in `fids`; those with -1 are left out."""
    fid = fids[table["row"].to_numpy()]
    chosen = table.filter(pa.array(fid >= 0))
    return chosen.set_column(0, SURFACES_SCHEMA.field("row"), pa.array(fid[fid >= 0], pa.int64()))


def kept_surfaces(table: pa.Table, kept: NDArray[np.bool_], first: int, least_lod: int) -> pa.Table:
    """Of one shard: the bodies in `least_lod` or higher of the features `kept`, whose `row` is counted from `first`."""
    drawn = pc.greater_equal(table["lod"], least_lod)
    if kept.all() and pc.all(drawn).as_py():
        return table.set_column(0, SURFACES_SCHEMA.field("row"), pc.add(table["row"], first))
    fids = np.where(kept, first + np.cumsum(kept) - 1, -1)
    return renumbered_surfaces(table.filter(drawn), fids)


def images_of(path: Path) -> list[str]:
    """Names of all texture images in a file of surfaces, sorted."""
    names: set[str] = set()
    for table in surface_groups(path, ["texture"]):
        texture = table["texture"]
        for chunk in pc.list_flatten(texture).unify_dictionaries().chunks:
            names.update(name for name in chunk.dictionary.to_pylist() if name)
    return sorted(names)


def levels_of(path: Path) -> tuple[int, ...]:
    """The levels of detail in a file of surfaces."""
    found = pq.read_table(path, columns=["lod"])["lod"].unique().to_pylist()
    return tuple(sorted(found))
