"""Joins the shards of one layer into one table of features, and one of the same features in space."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from data.feature_table import FeatureTableWriter
from data.level_ledger import LevelLedger, find_unaccounted
from data.piece import Earlier, city_of
from data.record import SourceFile
from data.repeated import RepeatedKeys
from data.shard import PartResult, surfaces_path
from data.shard_file import read_table
from data.staged import FEATURES, SURFACES
from data.surface_table import SurfaceTableWriter, kept_surfaces, renumbered_surfaces, surface_groups
from geo import Count, LevelCount, Problem
from geo.level_count import sum_levels


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
    """Reads the shards in order; a gml:id that an earlier file of the dataset had is kept out and told.

    What the layer holds already, and is not superseded, follows; features that neighbouring cities both have are one.
    """

    def __init__(
        self, parts: Sequence[PartResult], surfaces: Path, least_lod: int | None, earlier: Earlier | None = None
    ) -> None:
        """`surfaces`: where those of `least_lod` and higher are written, if there are any; None: of no level."""
        self._parts = parts
        self._surfaces = SurfaceTableWriter(surfaces)
        self._least_lod = least_lod
        self._earlier = earlier
        self._rows = 0
        self._is_joined = earlier is not None
        self._city_of: dict[str, str] = {}
        """By the id and, in a seamless layer, also by the place, of features that share one with another."""
        self._dropped: Counter[tuple[str, str, str]] = Counter()
        self._overlaps: Counter[tuple[str, str]] = Counter()
        self._problems: list[Problem] = []
        self._ledger = LevelLedger()

    @property
    def has_surfaces(self) -> bool:
        return not self._surfaces.is_empty

    @property
    def problems(self) -> list[Problem]:
        """Of joining; what the readers told is in the parts."""
        kept = self._earlier.kept_problems if self._earlier else ()
        overlaps = [
            Problem("citygml.overlap", file, parameters={"count": str(count), "city": city})
            for (file, city), count in sorted(self._overlaps.items())
        ]
        lost = [one for file, levels in self._levels().items() for one in find_unaccounted(file, levels)]
        return [*self._problems, *overlaps, *lost, *kept]

    def tables(self) -> Iterator[pa.Table]:
        """The features that are kept. Their surfaces are written on the way, by another thread."""
        repeated = self._repeated()
        with ThreadPoolExecutor(1) as beside:
            written: Future[None] | None = None
            for part in self._parts:
                for shard in part.shards:
                    table = read_table(shard)
                    none = np.zeros(len(table), dtype=bool)
                    kept = self._kept(table, part.source.name, next(repeated, none))
                    if written is not None:
                        written.result()  # Memory holds the surfaces of one shard.
                    written = beside.submit(self._write_bodies, part, shard, table, kept, self._rows)
                    yield self._counted(table, kept)
            if written is not None:
                written.result()
        if self._earlier and self._earlier.folder:
            yield from self._earlier_tables(self._earlier, self._earlier.folder, repeated)
        self._surfaces.close()

    def _write_bodies(
        self, part: PartResult, shard: Path, features: pa.Table, kept: NDArray[np.bool_], first: int
    ) -> None:
        """What one shard's `features`, of which those `kept` are counted from `first`, are in space."""
        path = surfaces_path(shard)
        surfaces = read_table(path) if path.exists() else None
        if part.levels:
            self._ledger.write(part.source.name, features, kept, *_row_and_lod(surfaces), self._least_lod)
        if surfaces is not None and self._least_lod is not None:
            self._surfaces.write(kept_surfaces(surfaces, kept, first, self._least_lod))

    def _counted(self, table: pa.Table, kept: NDArray[np.bool_]) -> pa.Table:
        table = table if kept.all() else table.filter(pa.array(kept))
        self._rows += len(table)
        return table

    def _repeated(self) -> Iterator[NDArray[np.bool_]]:
        """Of each shard, and of what stays of each row group from before: which rows may stand anywhere else too."""
        if not self._has_others:
            return
        keys, columns = RepeatedKeys(), ["feature_id", *(["feature_type", "geometry"] if self._is_joined else [])]
        for shard in (shard for part in self._parts for shard in part.shards):
            keys.add(*self._keys(read_table(shard, columns)))
        if self._earlier and self._earlier.folder:
            file = pq.ParquetFile(self._earlier.folder / FEATURES)
            for group in range(file.num_row_groups):
                table = file.read_row_group(group, columns=[*columns, "source_file"])
                keys.add(*self._keys(table.filter(pa.array(_staying(table, self._earlier)))))
        yield from keys.find()

    @property
    def _has_others(self) -> bool:
        """Whether a feature may stand in two files."""
        return len(self._parts) > 1 or self._earlier is not None

    def _keys(self, table: pa.Table) -> list[list[str]]:
        """Of each feature its id, and in a seamless layer its place."""
        return [table["feature_id"].to_pylist(), *([place_keys(table)] if self._is_joined else [])]

    def _earlier_tables(
        self, earlier: Earlier, folder: Path, repeated: Iterator[NDArray[np.bool_]]
    ) -> Iterator[pa.Table]:
        file = pq.ParquetFile(folder / FEATURES)
        fids = np.full(file.metadata.num_rows, -1)
        bodies = _bodies(folder / SURFACES)
        counted = {one.name for one in earlier.kept_files if one.levels}
        row = 0
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            sources, kept = table["source_file"].to_pylist(), _staying(table, earlier)
            may_repeat = kept.copy()
            may_repeat[kept] = next(repeated)
            for source in {source for source, is_kept in zip(sources, kept, strict=True) if is_kept}:
                own = np.array([one == source for one in sources], dtype=bool)
                kept[own] = self._kept(table.filter(pa.array(own)), source, may_repeat[own])
                if source in counted:
                    self._ledger.write(source, table.filter(pa.array(own)), kept[own], *_among(bodies, row, own), 0)
            fids[row : row + len(table)][kept] = np.arange(self._rows, self._rows + kept.sum())
            row += len(table)
            yield self._counted(table, kept)
        if (folder / SURFACES).exists():
            for surfaces in surface_groups(folder / SURFACES):
                self._surfaces.write(renumbered_surfaces(surfaces, fids))

    def _kept(self, table: pa.Table, source: str, may_repeat: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which features of a file stand in no other one; those that do are told."""
        kept = np.ones(len(table), dtype=bool)
        if not may_repeat.any():
            return kept
        city = city_of(source) if self._is_joined else ""
        keys = self._keys(table.filter(pa.array(may_repeat)))
        kept[may_repeat] = [self._is_new(id, place, source, city) for id, place in zip(keys[0], keys[-1], strict=True)]
        lost = table.filter(pa.array(~kept)).select(["feature_type", "lod"]).to_pylist()
        self._dropped.update((source, row["feature_type"], row["lod"] or "") for row in lost)
        return kept

    def _is_new(self, id: str, place: str, source: str, city: str) -> bool:
        other = self._city_of.get(id)
        if other == city:
            self._problems.append(Problem("citygml.duplicate_id", source, id))
            return False
        neighbour = other or self._city_of.get(place, city)
        if neighbour != city:
            self._overlaps[source, neighbour] += 1
            return False
        self._city_of[id] = city
        self._city_of.setdefault(place, city)
        return True

    def counts(self) -> tuple[Count, ...]:
        """Per feature type and LOD over all files, duplicates across files moved from stored to kept out."""
        return sum_counts(count for file in self._accounts().values() for count in file)

    def files(self, files: Iterable[SourceFile]) -> tuple[SourceFile, ...]:
        """The import's `files`, each with what it gave this layer, and those that the layer has from before."""
        accounts, levels = self._accounts(), self._levels()
        if self._earlier is None:
            return tuple(
                replace(file, counts=accounts.get(file.name, ()), levels=levels.get(file.name, ())) for file in files
            )
        new = [file for file in files if any(part.source.name == file.name for part in self._parts)]
        both = sorted([*new, *self._earlier.kept_files], key=lambda file: file.name)
        return tuple(replace(file, counts=accounts[file.name], levels=levels[file.name]) for file in both)

    def levels(self) -> tuple[LevelCount, ...]:
        """Per feature type and level of detail over all files; stored is what was written."""
        return sum_levels(one for file in self._levels().values() for one in file)

    def _levels(self) -> dict[str, tuple[LevelCount, ...]]:
        """By the name of the file."""
        read: dict[str, list[LevelCount]] = {}
        for part in self._parts:
            read.setdefault(part.source.name, []).extend(part.levels)
        for file in self._earlier.kept_files if self._earlier else ():
            read.setdefault(file.name, []).extend(file.levels)
        return {name: self._ledger.account(name, levels) for name, levels in read.items()}

    def _accounts(self) -> dict[str, tuple[Count, ...]]:
        """By the name of the file."""
        read: dict[str, list[Count]] = {}
        for part in self._parts:
            read.setdefault(part.source.name, []).extend(part.counts)
        for file in self._earlier.kept_files if self._earlier else ():
            read.setdefault(file.name, []).extend(file.counts)
        for (source, kind, lod), number in self._dropped.items():
            read[source].append(Count(kind, lod, 0, -number, number))
        return {name: sum_counts(counts) for name, counts in read.items()}


def _staying(table: pa.Table, earlier: Earlier) -> NDArray[np.bool_]:
    """Features of files that nothing supersedes."""
    sources = table["source_file"]
    keeps = {source: earlier.keeps(source) for source in sources.unique().to_pylist()}
    return np.array([keeps[source] for source in sources.to_pylist()], dtype=bool)


_Bodies = tuple[NDArray[np.int64], NDArray[np.int8]]
"""The `row` and `lod` of each."""


def _bodies(path: Path) -> _Bodies:
    if not path.exists():
        return _row_and_lod(None)
    with pq.ParquetFile(path) as file:  # `pq.read_table` would look for others beside it.
        return _row_and_lod(file.read(columns=["row", "lod"]))


def _row_and_lod(surfaces: pa.Table | None) -> _Bodies:
    if surfaces is None:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int8)
    return surfaces["row"].to_numpy(), surfaces["lod"].to_numpy()


def _among(bodies: _Bodies, first: int, own: NDArray[np.bool_]) -> _Bodies:
    """Those of the features `own`, which are counted from `first`; their rows are counted among these."""
    begin, end = np.searchsorted(bodies[0], (first, first + len(own)))  # They stand in the order of features.
    row, lod = bodies[0][begin:end] - first, bodies[1][begin:end]
    return (np.cumsum(own) - 1)[row[own[row]]], lod[own[row]]


def place_keys(table: pa.Table) -> list[str]:
    """What features of two cities have in common that are one: type, middle to 0.1 m, and area."""
    geometry = shapely.from_wkb(table["geometry"].to_numpy(zero_copy_only=False))
    middle = np.rint(shapely.get_coordinates(shapely.centroid(geometry)) * 1e6).astype(np.int64)
    area = np.rint(shapely.area(geometry) * 1e12).astype(np.int64)
    types = table["feature_type"].to_pylist()
    return [f"{kind} {x} {y} {size}" for kind, (x, y), size in zip(types, middle.tolist(), area.tolist(), strict=True)]
