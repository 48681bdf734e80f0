"""/api/accessibility: how far one gets by public transport, and every measure of it. Nothing is stored."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
from fastapi import APIRouter
from starlette.responses import Response

from data.errors import InvalidQueryError
from data.feed import feeds
from geo import Text
from web.analysis import BUSY, QUESTION_ERRORS
from web.errors import BusyError
from web.model_access import AccessAnswer, AccessModel, AccessState, IsochroneAnswer, IsochroneModel
from web.site import Site, SiteOf
from web.transit import Ready

if TYPE_CHECKING:
    # The router's compiled searches take a second to load: only who asks pays for that.
    from data.accessibility import AccessQuestion

router = APIRouter(prefix="/api/accessibility", tags=["analyses"])

_MOST_ROWS = 20_000
_NEAREST = 3


@router.get("", summary="Which timetables can be asked, and for which usual day", response_model=AccessState)
def tell_state(site: SiteOf) -> Response:
    """Also makes ready what the first question needs, in the background."""
    from data.accessibility import AccessQuestion, Measure, choose

    known = [{"id": one.id, "title": one.title.as_json()} for one in feeds(site.store, site.viewer)]
    day = None
    if known:
        _, chosen = choose(site.store, AccessQuestion(measure=Measure.ISOCHRONE), site.viewer)
        day = chosen.day
    return _json({"feeds": known, "day": day, "ready": bool(known) and site.transit.warm()})


@router.post(
    "/isochrone",
    summary="How far does one get from here?",
    response_model=IsochroneAnswer,
    responses={**QUESTION_ERRORS, **BUSY},
)
def answer_isochrone(site: SiteOf, question: IsochroneModel) -> Response:
    """Areas by minutes, door to door over a window of departures, and the places of some layers that are reached."""
    from data.accessibility import AccessQuestion, isochrone, told_to_person

    asked = AccessQuestion.from_json({"measure": "isochrone", **question.model_dump(exclude={"reach"})})
    with _Turn(site):
        ready, chosen = site.transit.ready(asked)
        with told_to_person():
            found = isochrone(ready.network, chosen, ready.surface)
            reached = [_reached(site, ready, chosen, layer) for layer in question.reach]
    told = {"areas": _collection(found.table), "reached": reached, "explanation": found.explanation.as_json()}
    return _json({**told, "question": chosen.as_json()})


@router.post(
    "",
    summary="Access, deserts, an index of service, or before and after a scenario",
    response_model=AccessAnswer,
    responses={**QUESTION_ERRORS, **BUSY},
)
def answer_question(site: SiteOf, question: AccessModel) -> Response:
    """The same answer as `machinami analyse` gives, as GeoJSON with its explanation."""
    from data.accessibility import AccessQuestion, answer
    from data.answer_portrayal import legend
    from gtfs.accessibility import ServiceIndex

    asked = AccessQuestion.from_json(question.model_dump())
    with _Turn(site):
        result = answer(site.store, asked, site.viewer)
    table = result.answer.table
    if len(table) > _MOST_ROWS:
        raise InvalidQueryError(
            Text(
                f"結果が {len(table):,} 件あります。レイヤーとして保存してください",
                f"the answer has {len(table):,} rows: save it as a layer",
            )
        )
    told = {key: value for key, value in result.as_json().items() if key != "rows"}
    features = _collection(table) if isinstance(table, gpd.GeoDataFrame) else None
    classes = legend(result.answer) if isinstance(result.answer, ServiceIndex) else None
    return _json({"totals": None, "legend": classes, **told, "features": features})


def _reached(site: Site, ready: Ready, question: "AccessQuestion", layer: str) -> dict[str, Any]:
    """How many places of a layer are reached within each cutoff, and the nearest by time."""
    from data.accessibility import travel_query
    from gtfs.routing import UNREACHED, travel_times

    goals, linked = site.transit.destinations(ready, layer)
    assert question.at is not None
    place = np.array([question.at], dtype=np.float64)
    start, end = (linked, place) if question.arrive_by else (place, linked)
    times = travel_times(ready.network, start, end, travel_query(question)).seconds
    middle = times[..., len(question.percentiles) // 2].ravel()
    order = np.argsort(middle, kind="stable")[:_NEAREST]
    record = site.store.layer(layer, site.viewer)
    label = record.current.style.label
    names = goals.features[label if label in goals.features else "feature_id"]
    within = {f"{one:g}": int((middle < timedelta(minutes=one).total_seconds()).sum()) for one in question.cutoffs_min}
    nearest = [
        {"name": str(names.iloc[row]), "minutes": int(middle[row]) // 60, "lonlat": goals.lonlat[row].tolist()}
        for row in order
        if middle[row] != UNREACHED
    ]
    return {"layer": layer, "title": record.title.as_json(), "places": len(goals), "within": within, "nearest": nearest}


def _collection(table: pd.DataFrame) -> Any:
    """GeoJSON; JSON knows neither infinity nor NaN."""
    places = gpd.GeoDataFrame(table).replace([np.inf, -np.inf], np.nan)
    return orjson.loads(places.to_json(na="null", drop_id=True))


class _Turn:
    """One of the analyses that may run at once."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def __enter__(self) -> None:
        if not self._site.analyses.acquire(blocking=False):
            raise BusyError

    def __exit__(self, *_: object) -> None:
        self._site.analyses.release()


def _json(told: Any) -> Response:
    content = orjson.dumps(told, option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(content, media_type="application/json", headers={"Cache-Control": "no-store"})
