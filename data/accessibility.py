"""Accessibility on the layers of a store: the question as JSON, its answer, and the answer kept with its Recipe.

One way for the command line, the page and jobs: `answer(store, question, viewer)`.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from data.access_place import PEOPLE, features_of, goals, homes
from data.access_question import AccessQuestion, Measure, decay_of, definition_of, told_to_person, travel_query, wrong
from data.analysis import Recipe, joined_terms
from data.answer_portrayal import portray_answer
from data.errors import InvalidQueryError
from data.feed import stored_feed
from data.naming import layer_id
from data.record import LayerRecord
from data.service_index import COMPARED, INDICES, STRAIGHT, answer_index
from data.stage import stage_frame
from data.store import Store
from data.transit import STRAIGHT as NO_STREETS
from data.transit import TransitLayers, transit_layers, transit_network, usual_day
from data.viewer import Viewer
from geo import Text
from gtfs import Feed, accessibility
from gtfs.accessibility import Answer, Comparison, DesertRule, Isochrone, Setting, Surface
from gtfs.routing import TransitNetwork
from gtfs.scenario import Scenario, parse_scenario

__all__ = [
    "AccessQuestion",
    "Measure",
    "Result",
    "answer",
    "choose",
    "isochrone",
    "save_answer",
    "told_to_person",
    "travel_query",
]


@dataclass(frozen=True, eq=False)
class Result:
    """An answer with what it was made of."""

    question: AccessQuestion
    """With the day and the layers that were chosen."""
    answer: Answer | Comparison

    def as_json(self) -> dict[str, Any]:
        return {**self.answer.as_json(), "question": self.question.as_json()}


def answer(store: Store, question: AccessQuestion, viewer: Viewer) -> Result:
    """The answer, nothing stored. InvalidQueryError or UnknownLayerError say in two languages what is wrong."""
    layers, chosen = choose(store, question, viewer)
    with told_to_person():
        if question.scenario is not None:
            return _compared(store, layers, chosen, viewer, parse_scenario(question.scenario))
        if question.measure in INDICES:
            network = None if question.measure in STRAIGHT else _network(store, layers, chosen, viewer)
            return Result(chosen, answer_index(store, chosen, viewer, _feeds(store, layers, viewer), network))
        return Result(chosen, _answer(store, chosen, viewer, _network(store, layers, chosen, viewer)))


def choose(store: Store, question: AccessQuestion, viewer: Viewer) -> tuple[TransitLayers, AccessQuestion]:
    """The question with the layers and the day that it left open."""
    streets = NO_STREETS if question.measure in STRAIGHT else question.streets
    layers = transit_layers(store, viewer, feed_ids=question.feeds, streets=streets)
    day = question.day or usual_day(store, layers, viewer, date.today()).isoformat()
    chosen = replace(question, day=day, feeds=layers.feeds, streets=layers.streets or NO_STREETS)
    return layers, chosen


def _feeds(store: Store, layers: TransitLayers, viewer: Viewer) -> dict[str, Feed]:
    return {one: stored_feed(store, one, viewer) for one in layers.feeds}


def _network(store: Store, layers: TransitLayers, question: AccessQuestion, viewer: Viewer) -> TransitNetwork:
    return transit_network(store, layers, travel_query(question).day, viewer)


def _answer(
    store: Store,
    question: AccessQuestion,
    viewer: Viewer,
    network: TransitNetwork,
    setting: Setting | None = None,
) -> Answer:
    """`setting`: before or after a scenario; an index of service is told of its feeds."""
    if setting is not None and question.measure in INDICES:
        return answer_index(store, question, viewer, setting.feeds, network)
    query = travel_query(question)
    by = setting.by if setting else None
    match question.measure:
        case Measure.ISOCHRONE:
            return isochrone(network, question)
        case Measure.ACCESS:
            return accessibility.access(
                network,
                homes(store, question, viewer),
                goals(store, question, viewer, setting),
                query,
                decay=decay_of(question),
                columns=question.columns,
                definition=definition_of(question.definition),
                by=by,
            )
        case Measure.MATRIX:
            return accessibility.matrix(
                network, features_of(store, question.origins, viewer), goals(store, question, viewer, setting), query
            )
        case Measure.DESERTS:
            rule = DesertRule(question.station_m, question.bus_stop_m, question.departures)
            return accessibility.deserts(network, homes(store, question, viewer), query, people=PEOPLE, rule=rule)
        case Measure.OUT_OF_REACH:
            within = timedelta(minutes=question.cutoff_min)
            facilities = goals(store, question, viewer, setting)
            people = homes(store, question, viewer)
            return accessibility.out_of_reach(network, people, facilities, query, within=within, people=PEOPLE, by=by)
        case _:
            raise wrong("measure", question.measure.value)


def isochrone(network: TransitNetwork, question: AccessQuestion, surface: Surface | None = None) -> Isochrone:
    """`surface`: of an earlier answer on the same network, which saves most of the work."""
    at = question.at
    if at is None or not (-180 <= at[0] <= 180 and -90 <= at[1] <= 90) or not question.cutoffs_min:
        raise wrong("at", at)
    cutoffs = [timedelta(minutes=one) for one in question.cutoffs_min]
    ask = accessibility.isochrone_to if question.arrive_by else accessibility.isochrone
    return ask(network, at, travel_query(question), cutoffs=cutoffs, surface=surface)


def _compared(
    store: Store, layers: TransitLayers, question: AccessQuestion, viewer: Viewer, scenario: Scenario
) -> Result:
    if question.measure not in _COMPARED:
        known = [one.value for one in _COMPARED]
        raise InvalidQueryError(
            Text(
                f"シナリオで比べられるのは {'・'.join(known)} です",
                f"a scenario compares {', '.join(known[:-1])} and {known[-1]}",
            )
        )
    network = _network(store, layers, question, viewer)
    day, streets = travel_query(question).day, network.streets
    before, after = accessibility.settings(_feeds(store, layers, viewer), scenario, day, streets, before=network)
    answers = [_answer(store, question, viewer, one.network, one) for one in (before, after)]
    told = (*after.told, *_told_of_facilities(store, question, viewer, after))
    columns = _COMPARED[question.measure]
    people = PEOPLE if PEOPLE in answers[0].table else None
    return Result(question, accessibility.compare(*answers, columns=columns, people=people, changes=told))


def _told_of_facilities(store: Store, question: AccessQuestion, viewer: Viewer, after: Setting) -> tuple[Text, ...]:
    if question.destinations is None:
        return ()
    return after.facilities(features_of(store, question.destinations, viewer), layer=question.destinations).told


_COMPARED: dict[Measure, tuple[str, ...]] = {
    Measure.ACCESS: (),
    Measure.DESERTS: ("left_out",),
    Measure.OUT_OF_REACH: ("minutes", "left_out"),
    **COMPARED,
}
"""The columns of a measure that are compared; empty: all its figures."""


def save_answer(store: Store, question: AccessQuestion, viewer: Viewer) -> LayerRecord:
    """Runs the analysis and keeps it as a layer; the same question on the same data makes no new version."""
    viewer.require_change()
    layers, chosen = choose(store, question, viewer)
    others = (chosen.origins, chosen.destinations, chosen.population)
    inputs = {name: store.layer(name, viewer).version for name in (*layers.ids, *others) if name}
    recipe = Recipe(chosen.measure.value, chosen.as_json(), inputs)
    if known := store.made_from(recipe.content_hash, viewer):
        return known[0]
    result = answer(store, chosen, viewer)
    try:
        frame = result.answer.as_layer(chosen.measure.value).features
    except TypeError as error:
        raise InvalidQueryError(
            Text(
                "所要時間の表はレイヤーにできません。ファイルに書き出してください",
                "a matrix is no layer: write it to a file",
            )
        ) from error
    portrayal = portray_answer(result.answer)
    used = [store.layer(name, viewer) for name in inputs]
    figures = {key: value for key, value in result.answer.as_json().items() if key != "rows"}
    with store.staging() as staging:
        folder = staging / "layer"
        folder.mkdir()
        staged = stage_frame(
            frame,
            folder,
            portrayal,
            id=layer_id(chosen.title or f"{chosen.measure.value}-{chosen.day}", ""),
            title=Text.same(chosen.title) if chosen.title else portrayal.title,
            content_hash=recipe.content_hash,
            recipe={**recipe.as_json(), "figures": figures},
            attribution=joined_terms(layer.attribution for layer in used),
            licence=joined_terms(layer.licence for layer in used),
        )
        return store.commit([staged], viewer)[0]
