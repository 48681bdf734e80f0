"""Accessibility on the layers of a store: the question as JSON, its answer, and the answer kept with its Recipe.

One way for the command line, the page and jobs: `answer(store, question, viewer)`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Any

import geopandas as gpd

from data.analysis import Recipe, joined_terms
from data.answer_portrayal import portray_answer
from data.errors import InvalidQueryError
from data.feed import stored_feed
from data.naming import layer_id
from data.record import LayerRecord
from data.stage import stage_frame
from data.store import Store
from data.transit import TransitLayers, transit_layers, transit_network, usual_day
from data.viewer import Viewer
from geo import GeoError, Layer, Text, UnreadableError
from geo.people import population_column
from geo.population import split_population
from gtfs import GtfsError, accessibility
from gtfs.accessibility import Answer, Comparison, DesertRule, Isochrone, Setting, Surface
from gtfs.measure.decay import Decay, InvalidDecayError
from gtfs.routing import TransitNetwork, TravelQuery
from gtfs.scenario import Scenario, parse_scenario

PEOPLE = "population"


class Measure(StrEnum):
    ISOCHRONE = "isochrone"
    ACCESS = "access"
    MATRIX = "matrix"
    DESERTS = "deserts"
    """公共交通空白地域: too far from a stop."""
    OUT_OF_REACH = "out_of_reach"
    """Too far from a facility, door to door."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessQuestion:
    """What a person asks. Names are layer ids; what is None or empty is chosen by `answer`."""

    measure: Measure
    day: str | None = None
    """YYYY-MM-DD; None: a usual weekday that the timetables know."""
    start: str = "07:00"
    end: str = "09:00"
    """Not part of the window; 25:30 is after midnight."""
    percentiles: tuple[int, ...] = (50,)
    arrive_by: bool = False
    walk_min: float = 30
    walk_kmh: float = 4.68
    longest_min: float = 120
    rides: int = 8
    feeds: tuple[str, ...] = ()
    streets: str | None = None
    """`none`: walks are straight lines."""
    at: tuple[float, float] | None = None
    """Longitude, latitude of an isochrone's middle."""
    cutoffs_min: tuple[float, ...] = (15, 30, 45, 60)
    origins: str | None = None
    destinations: str | None = None
    columns: tuple[str, ...] = ()
    """Of the destinations: what counts there; empty: each place is 1."""
    decay: str = "step"
    cutoff_min: float = 30
    """Of a step; centre of linear and logistic; half-life of exponential."""
    width_min: float = 10
    """Of linear; standard deviation of logistic."""
    definition: str = accessibility.Definition.OF_PERCENTILE.value
    population: str | None = None
    """Layer whose people are split over `origins` that have none of their own, such as buildings."""
    station_m: float = 800
    bus_stop_m: float = 300
    departures: int = 1
    scenario: Mapping[str, Any] | None = None
    """As `gtfs.scenario.parse_scenario` takes it: the answer compares before and after."""
    title: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "measure": self.measure.value}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "AccessQuestion":
        """InvalidQueryError for names or values that are none."""
        known = {one.name for one in fields(cls)}
        if unknown := sorted(set(stored) - known):
            raise _wrong(unknown[0])
        try:
            lists = {name: tuple(value) for name, value in stored.items() if isinstance(value, list)}
            return cls(**{**stored, **lists, "measure": Measure(stored["measure"])})
        except (KeyError, TypeError, ValueError) as error:
            raise _wrong("measure") from error


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
        if question.scenario is None:
            return Result(chosen, _answer(store, chosen, viewer, _network(store, layers, chosen, viewer)))
        return _compared(store, layers, chosen, viewer, parse_scenario(question.scenario))


@contextmanager
def told_to_person() -> Iterator[None]:
    """What the packages below say is wrong with a question, as InvalidQueryError."""
    try:
        yield
    except (GtfsError, GeoError, InvalidDecayError) as error:
        raise InvalidQueryError(text_of(error)) from error


def choose(store: Store, question: AccessQuestion, viewer: Viewer) -> tuple[TransitLayers, AccessQuestion]:
    """The question with the layers and the day that it left open."""
    layers = transit_layers(store, viewer, feed_ids=question.feeds, streets=question.streets)
    day = question.day or usual_day(store, layers, viewer, date.today()).isoformat()
    chosen = replace(question, day=day, feeds=layers.feeds, streets=layers.streets or "none")
    return layers, chosen


def travel_query(question: AccessQuestion) -> TravelQuery:
    """InvalidQueryError for a date, a time or a number that makes no sense."""
    try:
        day = date.fromisoformat(question.day or "")
    except ValueError as error:
        raise _wrong("date", question.day) from error
    try:
        return accessibility.ask(
            day,
            _clock(question.start),
            _clock(question.end),
            percentiles=question.percentiles,
            arrive_by=question.arrive_by,
            walk=timedelta(minutes=question.walk_min),
            walk_speed_kmh=question.walk_kmh,
            longest=timedelta(minutes=question.longest_min),
            rides=question.rides,
        )
    except (GtfsError, ZeroDivisionError, OverflowError) as error:
        raise InvalidQueryError(text_of(error)) from error


def _clock(text: str) -> time | timedelta:
    hours, _, minutes = text.partition(":")
    if not (hours.isdigit() and minutes.isdigit() and len(minutes) == 2 and int(minutes) < 60 and int(hours) < 36):
        raise _wrong("time", text)
    return timedelta(hours=int(hours), minutes=int(minutes))


def _network(store: Store, layers: TransitLayers, question: AccessQuestion, viewer: Viewer) -> TransitNetwork:
    return transit_network(store, layers, travel_query(question).day, viewer)


def _answer(
    store: Store,
    question: AccessQuestion,
    viewer: Viewer,
    network: TransitNetwork,
    setting: Setting | None = None,
) -> Answer:
    """`setting`: before or after a scenario."""
    query = travel_query(question)
    by = setting.by if setting else None
    match question.measure:
        case Measure.ISOCHRONE:
            return isochrone(network, question)
        case Measure.ACCESS:
            return accessibility.access(
                network,
                homes(store, question, viewer),
                _goals(store, question, viewer, setting),
                query,
                decay=decay_of(question),
                columns=question.columns,
                definition=_definition(question.definition),
                by=by,
            )
        case Measure.MATRIX:
            return accessibility.matrix(
                network, _features(store, question.origins, viewer), _goals(store, question, viewer, setting), query
            )
        case Measure.DESERTS:
            rule = DesertRule(question.station_m, question.bus_stop_m, question.departures)
            return accessibility.deserts(network, homes(store, question, viewer), query, people=PEOPLE, rule=rule)
        case Measure.OUT_OF_REACH:
            within = timedelta(minutes=question.cutoff_min)
            goals = _goals(store, question, viewer, setting)
            people = homes(store, question, viewer)
            return accessibility.out_of_reach(network, people, goals, query, within=within, people=PEOPLE, by=by)


def isochrone(network: TransitNetwork, question: AccessQuestion, surface: Surface | None = None) -> Isochrone:
    """`surface`: of an earlier answer on the same network, which saves most of the work."""
    at = question.at
    if at is None or not (-180 <= at[0] <= 180 and -90 <= at[1] <= 90) or not question.cutoffs_min:
        raise _wrong("at", at)
    cutoffs = [timedelta(minutes=one) for one in question.cutoffs_min]
    ask = accessibility.isochrone_to if question.arrive_by else accessibility.isochrone
    return ask(network, at, travel_query(question), cutoffs=cutoffs, surface=surface)


def _compared(
    store: Store, layers: TransitLayers, question: AccessQuestion, viewer: Viewer, scenario: Scenario
) -> Result:
    if question.measure in (Measure.ISOCHRONE, Measure.MATRIX):
        raise InvalidQueryError(
            Text(
                "シナリオで比べられるのは access・deserts・out_of_reach です",
                "a scenario compares access, deserts and out_of_reach",
            )
        )
    network = _network(store, layers, question, viewer)
    read = {one: stored_feed(store, one, viewer) for one in layers.feeds}
    day, streets = travel_query(question).day, network.streets
    before, after = accessibility.settings(read, scenario, day, streets, before=network)
    answers = [_answer(store, question, viewer, one.network, one) for one in (before, after)]
    told = (*after.told, *_told_of_facilities(store, question, viewer, after))
    columns = _COMPARED.get(question.measure, ())
    people = PEOPLE if PEOPLE in answers[0].table else None
    return Result(question, accessibility.compare(*answers, columns=columns, people=people, changes=told))


def _told_of_facilities(store: Store, question: AccessQuestion, viewer: Viewer, after: Setting) -> tuple[Text, ...]:
    if question.destinations is None:
        return ()
    return after.facilities(_features(store, question.destinations, viewer), layer=question.destinations).told


_COMPARED = {Measure.DESERTS: ("left_out",), Measure.OUT_OF_REACH: ("minutes", "left_out")}


def homes(store: Store, question: AccessQuestion, viewer: Viewer) -> gpd.GeoDataFrame:
    """The origins with people in a column `population`: their own, or split over them from another layer."""
    features = _features(store, question.origins, viewer)
    if question.population:
        cells = store.features(question.population, viewer)
        features = split_population(cells, Layer(question.origins or "", features)).features
        return features[features[PEOPLE].fillna(0) > 0].reset_index(drop=True)
    column = population_column(features, None)
    if column is None:
        if question.measure in (Measure.DESERTS, Measure.OUT_OF_REACH):
            raise InvalidQueryError(
                Text(
                    "出発地のレイヤーに人口がありません。人口のレイヤーも指定してください",
                    "the layer of homes has no people: name a layer with the population too",
                )
            )
        return features
    return features if column == PEOPLE else features.rename(columns={column: PEOPLE})


def _goals(store: Store, question: AccessQuestion, viewer: Viewer, setting: Setting | None) -> gpd.GeoDataFrame:
    features = _features(store, question.destinations, viewer)
    if setting is None:
        return features
    if len(question.columns) > 1:
        raise InvalidQueryError(
            Text("シナリオで比べる列は1つだけ指定してください", "a scenario compares one column of the destinations")
        )
    column = question.columns[0] if question.columns else "amount"
    return setting.facilities(features, column, layer=question.destinations).features


def _features(store: Store, layer: str | None, viewer: Viewer) -> gpd.GeoDataFrame:
    if layer is None:
        raise InvalidQueryError(
            Text("出発地と目的地のレイヤーを指定してください", "name the layers of origins and destinations")
        )
    return store.features(layer, viewer).features


def decay_of(question: AccessQuestion) -> Decay:
    cutoff, width = timedelta(minutes=question.cutoff_min), timedelta(minutes=question.width_min)
    match question.decay:
        case "step":
            return accessibility.Step(cutoff)
        case "step_within":
            return accessibility.StepWithin(cutoff)
        case "linear":
            return accessibility.Linear(cutoff, width)
        case "logistic":
            return accessibility.Logistic(cutoff, width)
        case "exponential":
            return accessibility.Exponential(cutoff)
        case _:
            raise _wrong("decay", question.decay)


def _definition(name: str) -> accessibility.Definition:
    try:
        return accessibility.Definition(name)
    except ValueError as error:
        raise _wrong("definition", name) from error


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


def text_of(error: Exception) -> Text:
    text = getattr(error, "text", None)
    if isinstance(error, UnreadableError):
        one = error.problem
        return Text(f"{one.file}: {one.message('ja')}", f"{one.file}: {one.message('en')}")
    return text if isinstance(text, Text) else Text.same(str(error))


def _wrong(name: str, value: object = None) -> InvalidQueryError:
    told = "" if value is None else f" ({value})"
    return InvalidQueryError(Text(f"{name} の指定が正しくありません{told}", f"{name} makes no sense{told}"))
