"""One import's reading: every source into shards, on all cores where that pays."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from data.detect import Source
from data.executor import as_ended
from data.input import Input
from data.progress import Progress
from data.shard import SourceResult, adopt_results, kept_result
from geo import Text

if TYPE_CHECKING:
    from data.places import Places


@dataclass(frozen=True)
class ImportReading:
    folder: Path
    """Where the shards go."""
    crs: str | None
    """Of files that declare none."""
    progress: Progress
    pool: Executor

    def read(self, inputs: Sequence[Input], left: Iterable[Path]) -> dict[Source, SourceResult]:
        """What the sources of `inputs` hold. `left`: staging folders of imports that were killed, from which is taken
        over what they have read to its end."""
        keys = {source: key for one in inputs for source, key in one.keys.items()}
        self.progress.start(sum(one.bytes for one in inputs), Text("読み込み", "Reading"))
        self.folder.mkdir(exist_ok=True)
        adopt_results(keys.values(), left, self.folder)
        results = self._kept(keys)
        areas = {source: one.places for one in inputs if one.places for source in one.keys}
        # The largest first: at the end no core waits long for another.
        todo = sorted((source for source in keys if source not in results), key=_bytes, reverse=True)
        waiting = {
            self.pool.submit(_read, source, self.folder / keys[source], self.crs, areas.get(source)): source
            for source in todo
        }
        for future in as_ended(waiting):
            source = waiting[future]
            results[source] = future.result()
            self.progress.advance(_bytes(source))
        return results

    def _kept(self, keys: Mapping[Source, str]) -> dict[Source, SourceResult]:
        results = {source: kept_result(source, self.folder / key) for source, key in keys.items()}
        kept = {source: result for source, result in results.items() if result is not None}
        self.progress.advance(sum(map(_bytes, kept)))
        return kept


def _read(source: Source, folder: Path, crs: str | None, places: "Places | None") -> SourceResult:
    """In a process that has loaded the readers; who only submits this has not."""
    from data.reading import read_source

    return read_source(source, folder, crs, places)


def _bytes(source: Source) -> int:
    return sum(path.stat().st_size for path in source.files)
