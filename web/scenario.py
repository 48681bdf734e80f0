"""/api/scenarios: what a scenario can change, and scenarios to and from YAML. Nothing is stored."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query
from starlette.responses import Response

from data.errors import InvalidQueryError
from geo import Problem, Text
from web.analysis import BUSY, QUESTION_ERRORS
from web.feature import WAIT_S, held
from web.model import WRONG_PARAMETER
from web.model_scenario import (
    ExaminedScenario,
    KnownLines,
    KnownPlaces,
    ScenarioDocument,
    ScenarioText,
    WrittenScenario,
)
from web.site import SiteOf

router = APIRouter(prefix="/api/scenarios", tags=["analyses"], responses=WRONG_PARAMETER)

Near = Annotated[
    str | None, Query(description="Longitude,latitude: the nearest first", examples=["138.864,35.083"], max_length=60)
]
Named = Annotated[str, Query(description="Part of the name or id", max_length=100)]


@router.get("/lines", summary="Lines of the timetables", response_model=KnownLines)
def list_lines(site: SiteOf) -> Response:
    """Operator, number and name of every route that a scenario can change."""
    from data.scenario import known_lines

    return _json({"lines": [asdict(one) for one in known_lines(site.store, site.viewer)]})


@router.get("/stops", summary="Find stops", response_model=KnownPlaces, responses={**BUSY})
def find_stops(site: SiteOf, name: Named = "", near: Near = None) -> Response:
    """By name, or near a place."""
    from data.scenario import find_stops

    with held(site.searches, WAIT_S):
        found = find_stops(site.store, site.viewer, text=name, near=_at(near))
    return _json({"places": [asdict(one) for one in found]})


@router.get(
    "/facilities",
    summary="Find facilities of a layer",
    response_model=KnownPlaces,
    responses={**QUESTION_ERRORS, **BUSY},
)
def find_facilities(
    site: SiteOf,
    layer: Annotated[str, Query(description="Layer of the destinations", max_length=200)],
    name: Named = "",
    near: Near = None,
) -> Response:
    """By name, or near a place."""
    from data.scenario import find_facilities

    with held(site.searches, WAIT_S):
        found = find_facilities(site.store, layer, site.viewer, text=name, near=_at(near))
    return _json({"places": [asdict(one) for one in found]})


@router.post("/read", summary="Read a scenario from YAML", response_model=ExaminedScenario, responses={**BUSY})
def read_scenario(site: SiteOf, scenario: ScenarioText) -> Response:
    """As JSON, with every problem by line and key, those of the timetables included."""
    from data.scenario import examine

    with held(site.analyses):
        found = examine(site.store, scenario.text, site.viewer, name=scenario.name)
    told = [one.as_json() for one in found.changes]
    return _json({"document": found.document, "changes": told, "problems": _problems(found.problems)})


@router.post("/write", summary="Write a scenario as YAML", response_model=WrittenScenario)
def write_scenario(scenario: ScenarioDocument) -> Response:
    """The file that `machinami analyse scenario` reads."""
    from gtfs.scenario import InvalidScenarioError, as_yaml, parse_scenario

    try:
        return _json({"text": as_yaml(parse_scenario(scenario.document)), "problems": []})
    except InvalidScenarioError as error:
        return _json({"text": None, "problems": _problems(error.problems)})


def _problems(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    return [
        {
            "rule": one.rule,
            "key": one.feature,
            "line": one.line,
            "message": {"ja": one.message("ja"), "en": one.message("en")},
        }
        for one in problems
    ]


def _at(near: str | None) -> tuple[float, float] | None:
    """InvalidQueryError for what is no place."""
    if near is None:
        return None
    try:
        lon, lat = (float(part) for part in near.split(","))
    except ValueError:
        lon, lat = 999.0, 999.0
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        told = Text(f"near は「経度,緯度」で指定してください({near})", f"near is longitude,latitude ({near})")
        raise InvalidQueryError(told)
    return lon, lat


def _json(told: Any) -> Response:
    return Response(orjson.dumps(told), media_type="application/json", headers={"Cache-Control": "no-store"})
