"""Analyses on stored layers: the question, its answer, and the answer kept as a layer with its Recipe."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from data.errors import InvalidQueryError, NothingToRepeatError
from data.naming import layer_id
from data.record import LayerRecord
from data.stage import stage_frame
from data.store import Store
from data.viewer import Viewer
from geo import ANALYSIS, GeoError, GeometryType, Layer, Text
from geo.coverage import Coverage, coverage, coverage_portrayal
from geo.portrayal import POPULATION

COVERAGE = "coverage"
_SUGGESTED = 5
"""Layers that are named to somebody who chose one that won't do."""
METHOD = "1"
"""Raised when an analysis gives something else for the same inputs."""


@dataclass(frozen=True, slots=True)
class CoverageQuery:
    """Who lives within `within_m` metres (straight line) of the features of `points`?"""

    points: str
    """Layer id."""
    within_m: float
    population: str | None = None
    """Layer id."""
    title: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "points": self.points,
            "within_m": self.within_m,
            "population": self.population,
            "title": self.title,
        }


@dataclass(frozen=True, slots=True)
class Recipe:
    """The call that made a derived layer, with the versions it read: enough to run it again."""

    kind: str
    parameters: Mapping[str, Any]
    inputs: Mapping[str, str]
    """Layer id to version."""

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "parameters": dict(self.parameters), "inputs": dict(self.inputs), "method": METHOD}

    @property
    def content_hash(self) -> str:
        """The same call on the same versions is the same content."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()


def run_coverage(
    store: Store, query: CoverageQuery, viewer: Viewer, versions: Mapping[str, str] | None = None
) -> Coverage:
    """The answer, nothing stored. UnknownLayerError, or InvalidQueryError for values that make no sense.

    `versions`: layer id to the version to read; the current one of layers that it does not name.
    """
    wanted = versions or {}
    points = _features(store, query.points, viewer, wanted.get(query.points), _are_places)
    population = None
    if query.population:
        population = _features(store, query.population, viewer, wanted.get(query.population), _tells_people)
    try:
        return coverage(points, within_m=query.within_m, population=population)
    except GeoError as error:
        raise InvalidQueryError(_text_of(error)) from error


def _features(
    store: Store, layer_id: str, viewer: Viewer, version: str | None, fits: Callable[[LayerRecord], bool]
) -> Layer:
    """Named as people know the layer, since notes and results quote it."""
    record = store.layer(layer_id, viewer)
    if record.current.kind == "raster":
        raise InvalidQueryError(_grid_chosen(record, [one for one in store.layers(viewer) if fits(one)]))
    return replace(store.features(layer_id, viewer, version), name=record.title.ja)


def _are_places(record: LayerRecord) -> bool:
    return record.current.geometry is GeometryType.POINT and record.group != ANALYSIS


def _tells_people(record: LayerRecord) -> bool:
    return record.group == POPULATION and record.current.kind == "vector"


def _grid_chosen(grid: LayerRecord, others: Sequence[LayerRecord]) -> Text:
    """A grid has no features to ask about: `others` are layers that would do."""
    names = ", ".join(one.id for one in others[:_SUGGESTED])
    ja = f"レイヤー「{grid.id}」はグリッド(ラスター)で、地物がありません。地物のレイヤーを選んでください"
    en = f"layer {grid.id!r} is a grid and has no features; choose a layer of features"
    return Text(f"{ja}(例: {names})", f"{en}, such as {names}") if names else Text(ja, en)


def _text_of(error: GeoError) -> Text:
    text = getattr(error, "text", None)
    return text if isinstance(text, Text) else Text.same(str(error))


def save_coverage(store: Store, query: CoverageQuery, viewer: Viewer) -> LayerRecord:
    """Runs the analysis and keeps it as a layer; the same question on the same data makes no new version."""
    viewer.require_change()
    inputs = {name: store.layer(name, viewer).version for name in (query.points, query.population) if name}
    recipe = Recipe(COVERAGE, query.as_json(), inputs)
    known = store.made_from(recipe.content_hash, viewer)
    if known:
        return known[0]
    answer = run_coverage(store, query, viewer, inputs)  # an import meanwhile must not make the Recipe untrue
    title = Text.same(query.title) if query.title else _coverage_title(store, query, viewer)
    used = [store.layer(name, viewer) for name in inputs]
    with store.staging() as staging:
        folder = staging / "layer"
        folder.mkdir()
        staged = stage_frame(
            answer.as_layer().features,
            folder,
            coverage_portrayal(),
            id=layer_id(query.title or f"coverage-{query.within_m:g}m-{_key(query)}", ""),
            title=title,
            content_hash=recipe.content_hash,
            recipe={**recipe.as_json(), "figures": answer.figures()},
            attribution=joined_terms(layer.attribution for layer in used),
            licence=joined_terms(layer.licence for layer in used),
        )
        return store.commit([staged], viewer)[0]


def _key(query: CoverageQuery) -> str:
    """Tells results apart without their inputs' names: a result may be published and its inputs not."""
    return hashlib.sha256(json.dumps([query.points, query.population]).encode()).hexdigest()[:8]


def joined_terms(terms: Iterable[str | None]) -> str | None:
    """A result stands under the terms of everything it was made from."""
    return "、".join(sorted({term for term in terms if term})) or None


def _coverage_title(store: Store, query: CoverageQuery, viewer: Viewer) -> Text:
    points = store.layer(query.points, viewer).title
    return Text(
        f"{points.ja}から{query.within_m:g}m圏",
        f"Within {query.within_m:g} m of {points.en}",
    )


def rerun(store: Store, layer_id: str, viewer: Viewer) -> LayerRecord:
    """Runs a derived layer's Recipe again on the current versions of its inputs."""
    recipe = store.layer(layer_id, viewer).current.recipe
    if recipe is None:
        raise NothingToRepeatError(layer_id)
    if recipe["kind"] == COVERAGE:
        return save_coverage(store, CoverageQuery(**recipe["parameters"]), viewer)
    from data.accessibility import AccessQuestion, Measure, save_answer  # loads the router

    if recipe["kind"] not in set(Measure):
        raise NothingToRepeatError(layer_id)
    return save_answer(store, AccessQuestion.from_json(recipe["parameters"]), viewer)
