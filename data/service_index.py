"""The indices of service on the layers of a store: PTAL, service-quality classes, and MLIT's."""

from collections.abc import Mapping
from datetime import date

import numpy as np

from data.access_place import PEOPLE, homes
from data.access_question import AccessQuestion, Measure, hour_of
from data.errors import InvalidQueryError
from data.store import Store
from data.viewer import Viewer
from geo import Text
from gtfs import Feed, accessibility
from gtfs.accessibility import Answer, DesertRule
from gtfs.routing import TransitNetwork

STRAIGHT = frozenset({Measure.QUALITY_CLASSES, Measure.STOP_COVERAGE, Measure.SERVICE_ACCESSIBILITY})
"""Indices that know no streets: they need no network."""
INDICES = STRAIGHT | {Measure.PTAL}
COMPARED = {Measure.PTAL: ("ptal_index",), Measure.SERVICE_ACCESSIBILITY: accessibility.AREA_COLUMNS}
"""The numbers of those that a scenario can change."""


def answer_index(
    store: Store,
    question: AccessQuestion,
    viewer: Viewer,
    feeds: Mapping[str, Feed],
    network: TransitNetwork | None,
) -> Answer:
    """`network` only for PTAL. InvalidQueryError for a layer that the index cannot be told of."""
    places, day = homes(store, question, viewer), date.fromisoformat(question.day or "")
    match question.measure:
        case Measure.PTAL if network is not None:
            return accessibility.ptal(feeds, day, places, network=network, hour=hour_of(question), people=PEOPLE)
        case Measure.QUALITY_CLASSES:
            return accessibility.quality_classes(feeds, day, places, people=PEOPLE)
        case Measure.STOP_COVERAGE:
            rule = DesertRule(question.station_m, question.bus_stop_m, question.departures)
            return accessibility.coverage(feeds, day, places, people=PEOPLE, rule=rule)
        case Measure.SERVICE_ACCESSIBILITY if not places.geom_type.isin(_AREAS).all():
            raise InvalidQueryError(
                Text(
                    "この指標は面(町丁目・メッシュ・市町村)のレイヤーで計算します",
                    "this index is of areas: name a layer of towns, grid squares or a municipality",
                )
            )
        case Measure.SERVICE_ACCESSIBILITY:
            return accessibility.service_accessibility(feeds, day, places, people=PEOPLE)
        case _:
            raise ValueError(f"{question.measure} is no index of service, or lacks its network")


_AREAS = np.array(["Polygon", "MultiPolygon"])
