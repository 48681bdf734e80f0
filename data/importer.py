"""From the paths somebody names to new versions of layers: detect, read, merge, tile, switch."""

import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from data.archive import ArchiveLimits
from data.detect import Found, Source, SourceKind, detect
from data.executor import build_executor
from data.import_building import ImportBuilding
from data.import_options import ImportOptions
from data.import_reading import ImportReading
from data.import_summary import ImportSummary, LayerResult
from data.input import Input, build_inputs, is_of_towns
from data.naming import group_named
from data.progress import NoProgress, Progress
from data.record import LayerRecord
from data.store import Store
from data.terms import joined_terms
from data.viewer import Viewer
from geo import GeoError, Problem, Text

if TYPE_CHECKING:
    from data.places import Places


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
        found = _found(paths, staging, options)
        inputs = _hashed(found.sources, options, progress)
        tables, others = [one for one in inputs if is_of_towns(one)], [one for one in inputs if not is_of_towns(one)]
        unchanged = {one.name: kept for one in others if (kept := _unchanged(store, one, viewer))}
        changed = [one for one in others if one.name not in unchanged]
        with build_executor(executor, bytes_=sum(one.bytes for one in [*changed, *tables])) as pool:
            reading = ImportReading(staging / "shards", options.crs, progress, pool)
            results = reading.read(changed, store.abandoned())
            if tables:
                from data.town_import import TownImport, areas_made  # loads pandas

                # After the areas, on which their content depends.
                made = areas_made(others, unchanged, results, store, options.title if len(inputs) == 1 else None)
                tables, unplaced = TownImport(store, viewer, options.places).place(tables, made)
                found.problems += unplaced
                unchanged |= {one.name: kept for one in tables if (kept := _unchanged(store, one, viewer))}
                new_tables = [one for one in tables if one.name not in unchanged]
                results |= reading.read(new_tables, store.abandoned())
                changed += new_tables
            building = ImportBuilding(staging / "layers", store, viewer, options, progress, pool)
            staged, lost = building.build(changed, results)
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
        from data.ground import ground  # loads what reads grids

        progress.stage(Text("標高データを1つの地面にまとめています", "putting the terrains together as one ground"))
        with suppress(GeoError, OSError):
            ground(store, viewer)


def _flat(unchanged: Mapping[str, list[LayerRecord]]) -> Iterable[LayerRecord]:
    return (record for records in unchanged.values() for record in records)


def _is_lost(problem: Problem) -> bool:
    """A whole file, or all features of a type, and not one feature or row."""
    return problem.keeps_out and problem.feature is None


def _found(paths: Sequence[Path], staging: Path, options: ImportOptions) -> Found:
    """What the paths hold, as the options want it taken."""
    found = _wanted(_detect_all(paths, staging, options.limits), options.only)
    found.sources = [_joining(source, options.into) for source in found.sources]
    if options.places:
        from data.places import as_town_table  # loads pandas

        found.sources = [as_town_table(source) for source in found.sources]
    return found


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


def _joining(source: Source, into: str | None) -> Source:
    """Files of several datasets are told apart by the dataset's name before their own."""
    if into is None or source.kind is not SourceKind.CITYGML:
        return source
    return replace(source, dataset=into, name=f"{source.dataset}/{source.name}")


def _hashed(sources: Sequence[Source], options: ImportOptions, progress: Progress) -> list[Input]:
    progress.start(
        sum(file.stat().st_size for source in sources for file in source.files),
        Text("ファイルを確認", "Checking files"),
    )
    inputs = build_inputs(sources, f"{options.crs} {options.title}", progress.advance)
    return [replace(one, joined=options.into) if _is_joining(one, options) else one for one in inputs]


def _is_joining(one: Input, options: ImportOptions) -> bool:
    return options.into == one.name and one.sources[0].kind is SourceKind.CITYGML


def _unchanged(store: Store, one: Input, viewer: Viewer) -> list[LayerRecord]:
    """The layers that these very bytes made, when all of them are still the current versions."""
    if one.joined:
        records = store.joined(one.joined, viewer)
        held = {(file.name, file.sha256) for record in records for file in record.current.files}
        return records if held >= {(file.name, file.sha256) for file in one.files} else []
    records = store.made_from(one.content_hash, viewer)
    wanted = set(records[0].current.made_with) if records else set()
    return records if wanted == {record.id for record in records} else []


def _terms(options: ImportOptions, places: "Places | None") -> ImportOptions:
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
