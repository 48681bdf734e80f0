"""One import's building: from what was read to the next versions of layers, which wait to be switched to."""

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path

from data.detect import Source
from data.executor import as_ended
from data.import_options import ImportOptions
from data.input import Input
from data.naming import group_named, layer_id
from data.piece import Earlier, piece_of
from data.plan import LayerPlan
from data.progress import Progress
from data.shard import PartResult, SourceResult
from data.stage import build_planned
from data.staged import EmptyLayer, StagedLayer, count_problems
from data.store import Store
from data.terms import joined_terms
from data.viewer import Viewer
from geo import Problem, Text

_WORTH_ALL_CORES = 15_000_000
"""Bytes of features above which a layer is built with all cores instead of beside others: some 150 MB of CityGML."""

TERRAIN = "dem"
"""Key of the layer that all heights of the ground of one input become."""


@dataclass(frozen=True)
class ImportBuilding:
    folder: Path
    """Where the layers' folders go."""
    store: Store
    viewer: Viewer
    options: ImportOptions
    progress: Progress
    pool: Executor

    def build(
        self, inputs: Sequence[Input], results: Mapping[Source, SourceResult]
    ) -> tuple[list[StagedLayer], list[Problem]]:
        """The layers of all inputs, and the problems of those inputs of which nothing is left."""
        plans = {one.name: self._plans(one, results, alone=len(inputs) == 1) for one in inputs}
        self.progress.start(sum(map(len, plans.values())), Text("タイルを作成", "Making tiles"))
        built = iter(self._built([plan for of_input in plans.values() for plan in of_input]))
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

    def _plans(self, one: Input, results: Mapping[Source, SourceResult], *, alone: bool) -> list[LayerPlan]:
        plans = plans_of(one, [results[source] for source in one.sources], self.options, alone=alone)
        return [joining_plan(plan, self.store, self.viewer) if one.joined else plan for plan in plans]

    def _built(self, plans: Sequence[LayerPlan]) -> list[StagedLayer | EmptyLayer]:
        """Every layer, in order: small ones are made beside each other, then large ones with all cores for each."""
        folders = [self.folder / str(number) for number in range(len(plans))]
        small = [number for number, plan in enumerate(plans) if plan.grid is None and plan.bytes < _WORTH_ALL_CORES]
        small = small if len(small) > 1 else []
        waiting = {self.pool.submit(build_planned, plans[number], folders[number]): number for number in small}
        built: dict[int, StagedLayer | EmptyLayer] = {}
        for future in as_ended(waiting):
            number = waiting[future]
            built[number] = _with_recipe(plans[number], future.result())
            self.progress.advance(1)
        for number in sorted(set(range(len(plans))) - set(small)):
            built[number] = _with_recipe(plans[number], build_planned(plans[number], folders[number], self.pool))
            self.progress.advance(1)
        return [built[number] for number in range(len(plans))]


def plans_of(one: Input, results: Sequence[SourceResult], options: ImportOptions, *, alone: bool) -> list[LayerPlan]:
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


def joining_plan(plan: LayerPlan, store: Store, viewer: Viewer) -> LayerPlan:
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
