"""GET /api/layers/{id}/problems: what was wrong in a layer's files, a page at a time, or as points on the map."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from geo import Problem
from web.link import problem_json
from web.model import WRONG_PARAMETER, ProblemList, error_answer
from web.site import SiteOf

router = APIRouter(prefix="/api/layers", tags=["layers"], responses=WRONG_PARAMETER)

GEOJSON = "application/geo+json"

_LayerId = Annotated[str, Path(description="Id of the layer", examples=["komatsu-2024-bldg"])]
_Rule = Annotated[str | None, Query(description="Only problems of this rule", examples=["solid.open"])]
_UNKNOWN: dict[int | str, dict[str, Any]] = {404: error_answer("There is no such thing, or none that you may see")}


@router.get("/{layer_id}/problems", summary="Problems of a layer", response_model=ProblemList, responses=_UNKNOWN)
def list_problems(
    site: SiteOf,
    layer_id: _LayerId,
    limit: Annotated[int, Query(description="How many at most", ge=1, le=10_000)] = 1_000,
    offset: Annotated[int, Query(description="How many to pass over", ge=0)] = 0,
    rule: _Rule = None,
) -> Response:
    """What was wrong in the files: each with file, feature or line, and rule."""
    problems = site.store.problem_list(layer_id, site.viewer)
    shown = [problem_json(problem) for problem in problems.page(limit, offset, rule)]
    body = orjson.dumps({"problems": shown, "total": problems.count(rule)})
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-cache"})


@router.get(
    "/{layer_id}/problems.geojson",
    summary="Problems of a layer as points",
    response_class=Response,
    responses={**_UNKNOWN, 200: {"description": "GeoJSON (RFC 7946)", "content": {GEOJSON: {}}}},
)
def place_problems(
    site: SiteOf,
    layer_id: _LayerId,
    limit: Annotated[int, Query(description="How many at most; of more, every n-th", ge=1, le=20_000)] = 5_000,
    rule: _Rule = None,
) -> Response:
    """Those problems whose place is known: in the file, or where the feature stands."""
    problems = site.store.problem_list(layer_id, site.viewer).placed(limit, rule)
    body = orjson.dumps({"type": "FeatureCollection", "features": [_point(problem) for problem in problems]})
    return Response(body, media_type=GEOJSON, headers={"Cache-Control": "no-cache"})


def _point(problem: Problem) -> dict[str, Any]:
    told = problem_json(problem)
    place = told.pop("lonlat")
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": place}, "properties": told}
