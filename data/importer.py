"""From the paths somebody names to new versions of layers: detect, read, merge, tile, switch."""

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, as_completed
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

from data.archive import ArchiveLimits
from data.detect import Found, Source, SourceKind, detect
from data.executor import build_executor
from data.ground import ground
from data.input import Input, build_inputs
from data.naming import group_named, layer_id
from data.piece import Earlier, piece_of
from data.places import Places, as_town_table, joined_terms
from data.plan import LayerPlan
from data.reading import read_source
from data.record import LayerRecord
from data.shard import PartResult, SourceResult, adopt_results, kept_result
from data.stage import build_planned
from data.staged import EmptyLayer, StagedLayer, count_problems
from data.store import Store
from data.town_import import TownImport, areas_made, is_of_towns
from data.viewer import Viewer
from geo import GeoError, Problem, Severity, Text

_T = TypeVar("_T")

_WORTH_ALL_CORES = 15_000_000
"""Bytes of features above which a layer is built with all cores instead of beside others: some 150 MB of CityGML."""

TERRAIN = "dem"
"""Key of the layer that all heights of the ground of one input become."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    title: str | None = None
    group: str | None = None
    licence: str | None = None
    attribution: str | None = None
    crs: str | None = None
    """For files that declare none, such as `EPSG:6676`."""
    limits: ArchiveLimits = field(default_factory=ArchiveLimits)
    only: tuple[str, ...] = ()
    """Of folders and archives, read only what has one of these beginnings of its name; empty: everything."""
    into: str | None = None
    """Name of seamless layers that CityGML joins: a file takes the place of one of the same city, package and mesh."""
    places: str | None = None
    """Id of the layer whose areas tables of towns without coordinates get; without it the one that has them is looked
    for in the same import, then in the store."""


class Progress(Protocol):
    def stage(self, label: Text) -> None:
        """A new kind of work begins."""

    def start(self, total: int, label: Text) -> None:
        """`total` units (bytes or layers) lie ahead."""

    def advance(self, done: int) -> None:
        """So many units more are done."""


class NoProgress:
    def stage(self, label: Text) -> None: ...

    def start(self, total: int, label: Text) -> None: ...

    def advance(self, done: int) -> None: ...


@dataclass(frozen=True, slots=True)
class LayerResult:
    record: LayerRecord
    unchanged: bool
    """The same bytes were already the current version."""
    problems: tuple[Problem, ...] = ()

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What was not read yet, what was missing beside the data."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.NOTE)

    def as_json(self) -> dict[str, Any]:
        notes = [{"rule": note.rule, "message": _message(note)} for note in self.notes]
        return {**self.record.as_full_json(), "unchanged": self.unchanged, "notes": notes}


@dataclass(frozen=True)
class ImportSummary:
    layers: Sequence[LayerResult]
    failures: Sequence[Problem]
    """Why whole files were not stored."""
    ignored: Sequence[str]
    """Files beside the data, such as a licence text."""
    seconds: float

    @property
    def exit_status(self) -> int:
        """0 all stored; 3 stored with problems; 1 nothing stored."""
        if not self.layers:
            return 1
        # What neighbours both have is kept out of one of them, and lost nowhere: only problems count.
        lost = any(layer.record.current.problem_count for layer in self.layers)
        return 3 if lost or self.failures else 0

    @property
    def _beside_layers(self) -> list[Problem]:
        """Failures that no layer's own problems count already."""
        counted = {id(problem) for layer in self.layers for problem in layer.problems}
        return [one for one in self.failures if id(one) not in counted]

    def as_json(self) -> dict[str, Any]:
        current = [layer.record.current for layer in self.layers]
        return {
            "layers": [layer.as_json() for layer in self.layers],
            "read": sum(version.read for version in current),
            "stored": sum(version.feature_count for version in current),
            "kept_out": sum(version.kept_out for version in current),
            "problems": sum(version.problem_count for version in current) + len(self._beside_layers),
            "failures": [{"rule": one.rule, "file": one.file, "message": _message(one)} for one in self.failures],
            "ignored": list(self.ignored),
            "seconds": round(self.seconds, 2),
            "exit_status": self.exit_status,
        }


def _message(problem: Problem) -> dict[str, str]:
    return {"ja": problem.message("ja"), "en": problem.message("en")}


def import_paths(
    store: Store,
    paths: Sequence[Path],
    *,
    viewer: Viewer,
    options: ImportOptions | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> ImportSummary:
    """Imports every path; all new versions appear at once, or none.

    Unreadable files and features become problems in the summary. Anything else that goes wrong (a full disk) raises,
    and the store is as it was.
    """
    viewer.require_change()
    options = options or ImportOptions()
    progress = progress or NoProgress()
    began = time.monotonic()
    with store.staging() as staging:
        found = _wanted(_detect_all(paths, staging, options.limits), options.only)
        found.sources = [_joining(source, options.into) for source in found.sources]
        if options.places:
            found.sources = [as_town_table(source) for source in found.sources]
        inputs = _hashed(found.sources, options, progress)
        tables, others = [one for one in inputs if is_of_towns(one)], [one for one in inputs if not is_of_towns(one)]
        unchanged = {one.name: kept for one in others if (kept := _unchanged(store, one, viewer))}
        changed = [one for one in others if one.name not in unchanged]
        with build_executor(executor, bytes_=sum(one.bytes for one in [*changed, *tables])) as pool:
            results = _read_all(changed, store, staging, options, progress, pool)
            if tables:
                # After the areas, on which their content depends.
                made = areas_made(others, unchanged, results, store, options.title if len(inputs) == 1 else None)
                tables, unplaced = TownImport(store, viewer, options.places).place(tables, made)
                found.problems += unplaced
                unchanged |= {one.name: kept for one in tables if (kept := _unchanged(store, one, viewer))}
                new_tables = [one for one in tables if one.name not in unchanged]
                results |= _read_all(new_tables, store, staging, options, progress, pool)
                changed += new_tables
            staged, lost = _build_all(changed, results, store, viewer, staging, options, progress, pool)
        records = store.commit(staged, viewer)
    _prepare_ground(store, records, viewer, progress)
    known = [LayerResult(record, True, tuple(store.problems(record.id, viewer))) for record in _flat(unchanged)]
    new = [LayerResult(record, False, tuple(layer.problems)) for record, layer in zip(records, staged, strict=True)]
    areas = {record.id: one.places for one in tables for record in unchanged.get(one.name, ())}
    layers = [*(_described(store, layer, _terms(options, areas.get(layer.record.id)), viewer) for layer in known), *new]
    lost += [problem for layer in layers for problem in layer.problems if _is_lost(problem)]
    return ImportSummary(layers, [*found.problems, *lost], found.ignored, time.monotonic() - began)


def _prepare_ground(store: Store, records: Iterable[LayerRecord], viewer: Viewer, progress: Progress) -> None:
    """Puts the ground together anew, so that nobody waits for it at the map. Where that fails, the map tries again."""
    if any(record.current.role == "terrain" for record in records):
        progress.stage(Text("標高データを1つの地面にまとめています", "putting the terrains together as one ground"))
        with suppress(GeoError, OSError):
            ground(store, viewer)


def _joining(source: Source, into: str | None) -> Source:
    """Files of several datasets are told apart by the dataset's name before their own."""
    if into is None or source.kind is not SourceKind.CITYGML:
        return source
    return replace(source, dataset=into, name=f"{source.dataset}/{source.name}")


def _flat(unchanged: Mapping[str, list[LayerRecord]]) -> Iterable[LayerRecord]:
    return (record for records in unchanged.values() for record in records)


def _is_lost(problem: Problem) -> bool:
    """A whole file, or all features of a type, and not one feature or row."""
    return problem.keeps_out and problem.feature is None


def _detect_all(paths: Sequence[Path], staging: Path, limits: ArchiveLimits) -> Found:
    scratch = staging / "unpacked"
    scratch.mkdir()
    everything = Found()
    for path in paths:
        found = detect(path, scratch, limits)
        everything.sources += found.sources
        everything.ignored += found.ignored
        everything.problems += found.problems
    # A file that two of the paths lead to is one source.
    everything.sources = list({source.path.resolve(): source for source in reversed(everything.sources)}.values())[::-1]
    return everything


def _wanted(found: Found, only: tuple[str, ...]) -> Found:
    if not only:
        return found
    return Found(
        [source for source in found.sources if source.name.startswith(only)],
        [name for name in found.ignored if name.startswith(only)],
        [problem for problem in found.problems if problem.file.startswith(only)],
    )


def _unchanged(store: Store, one: Input, viewer: Viewer) -> list[LayerRecord]:
    """The layers that these very bytes made, when all of them are still the current versions."""
    if one.joined:
        records = store.joined(one.joined, viewer)
        held = {(file.name, file.sha256) for record in records for file in record.current.files}
        return records if held >= {(file.name, file.sha256) for file in one.files} else []
    records = store.made_from(one.content_hash, viewer)
    wanted = set(records[0].current.made_with) if records else set()
    return records if wanted == {record.id for record in records} else []


def _hashed(sources: Sequence[Source], options: ImportOptions, progress: Progress) -> list[Input]:
    progress.start(
        sum(file.stat().st_size for source in sources for file in source.files),
        Text("ファイルを確認", "Checking files"),
    )
    inputs = build_inputs(sources, f"{options.crs} {options.title}", progress.advance)
    return [replace(one, joined=options.into) if _is_joining(one, options) else one for one in inputs]


def _is_joining(one: Input, options: ImportOptions) -> bool:
    return options.into == one.name and one.sources[0].kind is SourceKind.CITYGML


def _read_all(
    inputs: Sequence[Input],
    store: Store,
    staging: Path,
    options: ImportOptions,
    progress: Progress,
    pool: Executor,
) -> dict[Source, SourceResult]:
    """Every source read into shards below `staging`, on all cores where that pays. What an import that was killed has
    read to its end is taken over from it."""
    keys = {source: key for one in inputs for source, key in one.keys.items()}
    progress.start(sum(one.bytes for one in inputs), Text("読み込み", "Reading"))
    folder = staging / "shards"
    folder.mkdir(exist_ok=True)
    adopt_results(keys.values(), store.abandoned(), folder)
    results: dict[Source, SourceResult] = {}
    for source, key in keys.items():
        if (kept := kept_result(source, folder / key)) is not None:
            results[source] = kept
            progress.advance(_bytes(source))
    # The largest first: at the end no core waits long for another.
    todo = sorted((source for source in keys if source not in results), key=_bytes, reverse=True)
    areas = {source: [one.places] for one in inputs if one.places for source in one.keys}
    waiting = {
        pool.submit(read_source, source, folder / keys[source], options.crs, *areas.get(source, ())): source
        for source in todo
    }
    for future in _completed(waiting):
        source = waiting[future]
        results[source] = future.result()
        progress.advance(_bytes(source))
    return results


def _completed(waiting: Iterable["Future[_T]"]) -> Iterator["Future[_T]"]:
    """Each as it ends. Where one fails or nobody goes on asking, those that wait don't begin any more."""
    futures = list(waiting)
    try:
        yield from as_completed(futures)
    finally:
        for future in futures:
            future.cancel()


def _bytes(source: Source) -> int:
    return sum(path.stat().st_size for path in source.files)


def _build_all(
    inputs: Sequence[Input],
    results: Mapping[Source, SourceResult],
    store: Store,
    viewer: Viewer,
    staging: Path,
    options: ImportOptions,
    progress: Progress,
    pool: Executor,
) -> tuple[list[StagedLayer], list[Problem]]:
    """The layers of all inputs, and the problems of those inputs of which nothing is left."""
    plans = {
        one.name: [
            _joining_plan(plan, store, viewer) if one.joined else plan
            for plan in _plans(one, [results[source] for source in one.sources], options, len(inputs) == 1)
        ]
        for one in inputs
    }
    progress.start(sum(map(len, plans.values())), Text("タイルを作成", "Making tiles"))
    built = iter(_build_plans([plan for of_input in plans.values() for plan in of_input], staging, progress, pool))
    staged: list[StagedLayer] = []
    failures: list[Problem] = []
    for one in inputs:
        outcomes = [next(built) for _ in plans[one.name]]
        made = [outcome for outcome in outcomes if isinstance(outcome, StagedLayer)]
        lost = [failure for source in one.sources if (failure := results[source].failure)]
        lost += [problem for outcome in outcomes if isinstance(outcome, EmptyLayer) for problem in outcome.problems]
        staged += _joined(made, lost)
        failures += [] if made else lost
    return staged, failures


def _build_plans(
    plans: Sequence[LayerPlan], staging: Path, progress: Progress, pool: Executor
) -> list[StagedLayer | EmptyLayer]:
    """Every layer, in order: small ones are made beside each other, then large ones with all cores for each."""
    folders = [staging / "layers" / str(number) for number in range(len(plans))]
    small = [number for number, plan in enumerate(plans) if plan.grid is None and plan.bytes < _WORTH_ALL_CORES]
    small = small if len(small) > 1 else []
    waiting = {pool.submit(build_planned, plans[number], folders[number]): number for number in small}
    built: dict[int, StagedLayer | EmptyLayer] = {}
    for future in _completed(waiting):
        number = waiting[future]
        built[number] = _with_recipe(plans[number], future.result())
        progress.advance(1)
    for number in sorted(set(range(len(plans))) - set(small)):
        built[number] = _with_recipe(plans[number], build_planned(plans[number], folders[number], pool))
        progress.advance(1)
    return [built[number] for number in range(len(plans))]


def _with_recipe(plan: LayerPlan, built: StagedLayer | EmptyLayer) -> StagedLayer | EmptyLayer:
    """A table of towns is made from areas too: its record says of which layer and version."""
    if plan.places is None or isinstance(built, EmptyLayer):
        return built
    return replace(built, record=replace(built.record, recipe=plan.places.recipe))


def _joined(made: Sequence[StagedLayer], lost: Sequence[Problem]) -> list[StagedLayer]:
    """The layers of one input, each knowing the others; what the input lost as a whole is told with the first."""
    ids = tuple(layer.id for layer in made)
    joined = [replace(layer, record=replace(layer.record, made_with=ids)) for layer in made]
    if joined and lost:
        first = joined[0]
        record = replace(first.record, problem_count=first.record.problem_count + count_problems(lost))
        joined[0] = replace(first, record=record, problems=[*lost, *first.problems])
    return joined


def _plans(one: Input, results: Sequence[SourceResult], options: ImportOptions, alone: bool) -> list[LayerPlan]:
    """What layers an input may make: one for each part that the readers found in its files."""
    parts: dict[str, list[PartResult]] = {"": []} if results[0].grid else {}
    for part in (part for result in results for part in result.parts):
        parts.setdefault(part.key, []).append(part)
    pieces = tuple((result.source, result.terrain) for result in results if result.terrain is not None)
    if pieces:
        parts[TERRAIN] = []
    filled = [key for key, found in parts.items() if any(part.shards for part in found) or key == TERRAIN]
    name = options.title if options.title and alone else one.name
    return [
        LayerPlan(
            id=layer_id(name, key),
            name=one.name,
            key=key,
            source=pieces[0][0] if key == TERRAIN and pieces else one.sources[0],
            parts=tuple(found),
            files=tuple(one.files),
            content_hash=one.content_hash,
            siblings=tuple(filled),
            title=options.title,
            group=group_named(options.group),
            attribution=joined_terms(options.attribution, one.places.attribution if one.places else None),
            licence=joined_terms(options.licence, one.places.licence if one.places else None),
            places=one.places,
            pieces=pieces if key == TERRAIN else (),
            grid=results[0].grid,
        )
        for key, found in sorted(parts.items())
    ]


def _joining_plan(plan: LayerPlan, store: Store, viewer: Viewer) -> LayerPlan:
    """The plan with what its seamless layer holds already."""
    superseded = frozenset(piece_of(part.source.name) for part in plan.parts)
    held = next((record for record in store.joined(plan.name, viewer) if record.id == plan.id), None)
    if held is None:
        return replace(plan, joined=plan.name, earlier=Earlier(None, None, (), (), superseded))
    earlier = Earlier(
        version=held.version,
        folder=store.folder(held),
        files=held.current.files,
        problems=tuple(store.problems(held.id, viewer)),
        superseded=superseded,
    )
    content_hash = hashlib.sha256(f"{held.version} {plan.content_hash}".encode()).hexdigest()
    return replace(plan, joined=plan.name, earlier=earlier, content_hash=content_hash)


def _terms(options: ImportOptions, places: Places | None) -> ImportOptions:
    """Of a layer that was made from areas too: what is given for the import, and what the areas stand under."""
    if places is None:
        return options
    return replace(
        options,
        attribution=options.attribution and joined_terms(options.attribution, places.attribution),
        licence=options.licence and joined_terms(options.licence, places.licence),
    )


def _described(store: Store, layer: LayerResult, options: ImportOptions, viewer: Viewer) -> LayerResult:
    """A layer whose bytes are known still takes the licence and the group it is now given."""
    group = group_named(options.group)
    wanted = {
        "attribution": options.attribution,
        "licence": options.licence,
        "group": group.as_json() if group else None,
    }
    values = {key: value for key, value in wanted.items() if value is not None}
    if not values:
        return layer
    return replace(layer, record=store.describe(layer.record.id, viewer, values))
