"""Tables of towns in an import: which areas each of them gets, once it is known what areas the import brings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from data.detect import Source, SourceKind
from data.input import Input, with_places
from data.places import Places, choose_places, named_places, of_record, of_result, of_store
from data.record import LayerRecord
from data.shard import SourceResult
from data.store import Store
from data.viewer import Viewer
from geo import GeometryType, Problem, UnreadableError


@dataclass(frozen=True)
class TownImport:
    """Where the tables of one import may find their areas."""

    store: Store
    viewer: Viewer
    wanted: str | None
    """Id of the layer that somebody named."""

    def place(self, tables: Iterable[Input], made: Sequence[Places]) -> tuple[list[Input], list[Problem]]:
        """The tables that have areas, with them; and why the others have none. `made`: what the import itself brings.

        UnknownLayerError for a named layer that does not exist.
        """
        placed: list[Input] = []
        problems: list[Problem] = []
        for one in tables:
            try:
                placed.append(with_places(one, self._places_of(one.sources[0], made)))
            except UnreadableError as error:
                problems.append(error.problem)
        return placed, problems

    def _places_of(self, source: Source, made: Sequence[Places]) -> Places:
        if self.wanted is None:
            return choose_places(source, made, of_store(self.store, self.viewer))
        return named_places(self.wanted, made, self.store, self.viewer)


def areas_made(
    inputs: Iterable[Input],
    unchanged: Mapping[str, Sequence[LayerRecord]],
    results: Mapping[Source, SourceResult],
    store: Store,
    title: str | None,
) -> list[Places]:
    """Layers of areas among the inputs: as they were just read, or as the store has them already."""
    found: list[Places] = []
    for one in inputs:
        if one.sources[0].kind is not SourceKind.VECTOR:
            continue
        if one.name in unchanged:
            records = unchanged[one.name]
            found += [of_record(store, record) for record in records if record.current.geometry is GeometryType.POLYGON]
        else:
            found += of_result(title or one.name, one.content_hash, [results[source] for source in one.sources])
    return found
