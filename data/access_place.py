"""The layers of a question about accessibility: where people live, and where they want to be."""

import geopandas as gpd

from data.access_question import AccessQuestion, Measure
from data.errors import InvalidQueryError
from data.store import Store
from data.viewer import Viewer
from geo import Layer, Text
from geo.people import population_column
from geo.population import split_population
from gtfs.accessibility import Setting

PEOPLE = "population"
_NEED_PEOPLE = frozenset({Measure.DESERTS, Measure.OUT_OF_REACH, Measure.STOP_COVERAGE})


def homes(store: Store, question: AccessQuestion, viewer: Viewer) -> gpd.GeoDataFrame:
    """The origins with people in a column `population`: their own, or split over them from another layer."""
    features = features_of(store, question.origins, viewer)
    if question.population:
        cells = store.features(question.population, viewer)
        features = split_population(cells, Layer(question.origins or "", features)).features
        return features[features[PEOPLE].fillna(0) > 0].reset_index(drop=True)
    column = population_column(features, None)
    if column is None:
        if question.measure in _NEED_PEOPLE:
            raise InvalidQueryError(
                Text(
                    "出発地のレイヤーに人口がありません。人口のレイヤーも指定してください",
                    "the layer of homes has no people: name a layer with the population too",
                )
            )
        return features
    return features if column == PEOPLE else features.rename(columns={column: PEOPLE})


def goals(store: Store, question: AccessQuestion, viewer: Viewer, setting: Setting | None) -> gpd.GeoDataFrame:
    features = features_of(store, question.destinations, viewer)
    if setting is None:
        return features
    if len(question.columns) > 1:
        raise InvalidQueryError(
            Text("シナリオで比べる列は1つだけ指定してください", "a scenario compares one column of the destinations")
        )
    column = question.columns[0] if question.columns else "amount"
    return setting.facilities(features, column, layer=question.destinations).features


def features_of(store: Store, layer: str | None, viewer: Viewer) -> gpd.GeoDataFrame:
    if layer is None:
        raise InvalidQueryError(
            Text("出発地と目的地のレイヤーを指定してください", "name the layers of origins and destinations")
        )
    return store.features(layer, viewer).features
