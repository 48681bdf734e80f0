"""Joins the shards of one layer into one table of features, and one of the same features in space."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.feature_table import FeatureTableWriter
from data.record import SourceFile
from data.shard import PartResult, surfaces_path
from data.surface_table import SurfaceTableWriter, kept_surfaces
from geo import Count, Problem


def write_features(path: Path, schema: pa.Schema, tables: Iterable[pa.Table]) -> int:
    """Rows written."""
    writer = FeatureTableWriter(path, schema)
    for table in tables:
        writer.write(table)
    writer.close()
    return writer.rows


def sum_counts(counts: Iterable[Count]) -> tuple[Count, ...]:
    """One per feature type and LOD."""
    sums: dict[tuple[str, str], list[int]] = {}
    for count in counts:
        total = sums.setdefault((count.feature_type, count.lod), [0, 0, 0])
        for place, number in enumerate((count.read, count.stored, count.kept_out)):
            total[place] += number
    return tuple(Count(*key, *numbers) for key, numbers in sorted(sums.items()))


class Merge:
    """Reads the shards in order; a gml:id that an earlier file of the dataset had is kept out and told."""

    def __init__(self, parts: Sequence[PartResult], surfaces: Path, least_lod: int | None) -> None:
        """`surfaces`: where those of `least_lod` and higher are written, if there are any; None: of no level."""
        self._parts = parts
        self._surfaces = SurfaceTableWriter(surfaces)
        self._least_lod = least_lod
        self._rows = 0
        self._seen: set[str] = set()
        self._dropped: dict[tuple[str, str, str], int] = {}
        self.problems: list[Problem] = []

    @property
    def has_surfaces(self) -> bool:
        return not self._surfaces.is_empty

    def tables(self) -> Iterator[pa.Table]:
        """The features that are kept. Their surfaces are written on the way."""
        for part in self._parts:
            for shard in part.shards:
                table = pq.read_table(shard)
                known = self._known(table) if len(self._parts) > 1 else np.zeros(len(table), dtype=bool)
                if known.any():
                    self._tell(table.filter(pa.array(known)), part)
                    table = table.filter(pa.array(~known))
                self._add_surfaces(surfaces_path(shard), ~known)
                self._rows += len(table)
                yield table
        self._surfaces.close()

    def _known(self, table: pa.Table) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        ids = table["feature_id"].to_pylist()
        known = np.array([id in self._seen for id in ids], dtype=bool)
        self._seen.update(ids)
        return known

    def _tell(self, lost: pa.Table, part: PartResult) -> None:
        for row in lost.select(["feature_id", "feature_type", "lod"]).to_pylist():
            self.problems.append(Problem("citygml.duplicate_id", part.source.name, row["feature_id"]))
            key = (part.source.name, row["feature_type"], row["lod"] or "")
            self._dropped[key] = self._dropped.get(key, 0) + 1

    def _add_surfaces(self, path: Path, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> None:
        if self._least_lod is not None and path.exists():
            self._surfaces.write(kept_surfaces(pq.read_table(path), kept, self._rows, self._least_lod))

    def counts(self) -> tuple[Count, ...]:
        """Per feature type and LOD over all files, duplicates across files moved from stored to kept out."""
        read = (count for part in self._parts for count in part.counts)
        moved = (Count(kind, lod, 0, -number, number) for (_, kind, lod), number in self._dropped.items())
        return sum_counts([*read, *moved])

    def files(self, files: Iterable[SourceFile]) -> tuple[SourceFile, ...]:
        """The input's `files`, each with what it read and stored for this layer."""
        read: dict[str, int] = {}
        stored: dict[str, int] = {}
        for part in self._parts:
            name = part.source.name
            read[name] = read.get(name, 0) + sum(count.read for count in part.counts)
            stored[name] = stored.get(name, 0) + sum(count.stored for count in part.counts)
        for (name, _, _), number in self._dropped.items():
            stored[name] -= number
        return tuple(replace(file, read=read.get(file.name, 0), stored=stored.get(file.name, 0)) for file in files)
