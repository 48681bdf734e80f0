"""Reads files as an import does, and keeps nothing but what was wrong with them: a check before anything is stored."""

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from data.archive import ArchiveLimits
from data.detect import Found, Source, SourceKind, detect
from data.executor import build_executor
from data.inspected import InspectedSource, inspect_source
from data.level_ledger import LevelLedger, find_unaccounted
from data.merge import sum_counts
from data.neighbours import BuildingFile, find_between
from data.places import Places, choose_places, of_result
from data.plan import least_lod
from data.progress import NoProgress, Progress
from data.reading import read_source
from data.shard import PartResult, SourceResult, surfaces_path
from data.shard_file import read_table
from geo import Count, LevelCount, Problem, Severity, Text, UnreadableError
from geo.level_count import sum_levels


@dataclass(frozen=True)
class Inspection:
    files: int
    counts: tuple[Count, ...]
    problems: tuple[Problem, ...]
    ignored: tuple[str, ...]
    levels: tuple[LevelCount, ...] = ()
    """Every level of detail that features have, by feature type."""

    @property
    def exit_status(self) -> int:
        """As an import of the same files: 0 all right; 3 with problems; 1 nothing could be read."""
        if not self.files:
            return 1
        return 3 if any(one.severity is not Severity.NOTE for one in self.problems) else 0

    @property
    def read(self) -> int:
        return sum(count.read for count in self.counts)

    @property
    def kept_out(self) -> int:
        return sum(count.kept_out for count in self.counts)


def inspect_paths(
    paths: Sequence[Path],
    *,
    limits: ArchiveLimits | None = None,
    crs: str | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> Inspection:
    """Everything below `paths`, on all cores. Writes only into a temporary folder, gone at the end."""
    progress = progress or NoProgress()
    with tempfile.TemporaryDirectory(prefix="machinami-check-") as folder:
        found = _found(paths, Path(folder) / "unpacked", limits or ArchiveLimits())
        sources = list({source.path.resolve(): source for source in found.sources}.values())
        sizes = {source: sum(file.stat().st_size for file in source.files) for source in sources}
        progress.start(sum(sizes.values()), Text("検査", "Checking"))
        gathered = _Gathered(found.problems)
        with build_executor(executor, bytes_=sum(sizes.values())) as pool:
            tables = [source for source in sources if source.kind is SourceKind.TOWN_TABLE]
            pending = {
                source: pool.submit(inspect_source, source, Path(folder) / str(number), crs)
                for number, source in enumerate(sources)
                if source not in tables
            }
            areas: list[Places] = []
            for number, source in ((number, one) for number, one in enumerate(sources) if one in pending):
                inspected = pending[source].result()
                gathered.add(source, inspected)
                progress.advance(sizes[source])
                if tables and source.kind is SourceKind.VECTOR:
                    areas += of_result(
                        PurePosixPath(source.name).stem, "", [inspected.result]
                    )  # tables may need its areas
                else:
                    shutil.rmtree(Path(folder) / str(number), ignore_errors=True)
            for number, source in enumerate(tables):
                joined = _joined(source, areas, Path(folder) / f"table-{number}", crs)
                gathered.add(source, InspectedSource(joined))
                progress.advance(sizes[source])
        gathered.problems += find_between(gathered.buildings)
    return Inspection(
        gathered.files,
        sum_counts(gathered.counts),
        tuple(gathered.problems),
        tuple(found.ignored),
        sum_levels(gathered.levels),
    )


def _joined(source: Source, areas: Sequence[Places], folder: Path, crs: str | None) -> SourceResult:
    """A table of towns, read with the areas that lie beside it."""
    try:
        return read_source(source, folder, crs, choose_places(source, areas))
    except UnreadableError as error:
        return SourceResult(source, failure=error.problem)


def _found(paths: Iterable[Path], scratch: Path, limits: ArchiveLimits) -> Found:
    scratch.mkdir()
    everything = Found()
    for path in paths:
        one = detect(path, scratch, limits)
        everything.sources += one.sources
        everything.ignored += one.ignored
        everything.problems += one.problems
    return everything


def _levels_as_stored(source: Source, part: PartResult) -> tuple[LevelCount, ...]:
    """The account of an import: not all that is handed on is stored in space."""
    ledger, lowest = LevelLedger(), least_lod(source.kind, part.part)
    for shard in part.shards if part.levels else ():
        features, bodies = read_table(shard, columns=["feature_type", "lod"]), surfaces_path(shard)
        space = read_table(bodies, columns=["row", "lod"]).to_pydict() if bodies.exists() else _NO_BODIES
        row, lod = np.array(space["row"], dtype=np.int64), np.array(space["lod"], dtype=np.int8)
        ledger.write(source.name, features, np.ones(len(features), dtype=bool), row, lod, lowest)
    return ledger.account(source.name, part.levels)


_NO_BODIES: dict[str, list[int]] = {"row": [], "lod": []}


class _Gathered:
    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        self.counts: list[Count] = []
        self.levels: list[LevelCount] = []
        self.files = 0
        self.buildings: list[BuildingFile] = []
        self._seen: dict[str, set[str]] = {}
        """gml:ids of CityGML by package: they must be unique in the whole dataset."""

    def add(self, source: Source, inspected: InspectedSource) -> None:
        result = inspected.result
        if result.failure is not None:
            self.problems.append(result.failure)
            return
        self.files += 1
        self.problems += inspected.problems
        self.buildings += [inspected.buildings] if inspected.buildings else []
        if result.terrain is not None:
            self.problems += result.terrain.problems
            self.counts += result.terrain.counts
        if result.grid is not None:
            self.problems += result.grid[0].problems
        for part in result.parts:
            levels = _levels_as_stored(source, part)
            self.problems += part.problems
            self.counts += part.counts
            self.levels += levels
            self.problems += find_unaccounted(source.name, levels)
            if source.kind is SourceKind.CITYGML:
                self._find_repeated(source, part.part, part.shards)

    def _find_repeated(self, source: Source, part: str, shards: Iterable[Path]) -> None:
        seen = self._seen.setdefault(part, set())
        ids = [one for shard in shards for one in read_table(shard, columns=["feature_id"])["feature_id"].to_pylist()]
        self.problems += [Problem("citygml.duplicate_id", source.name, one) for one in ids if one in seen]
        seen.update(ids)
