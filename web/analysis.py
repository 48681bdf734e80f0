"""POST /api/analyses: questions answered at once. Nothing is stored."""

from typing import Any

import orjson
from fastapi import APIRouter
from starlette.responses import Response

from data import CoverageQuery, run_coverage
from web.errors import BusyError
from web.model import CoverageAnswer, CoverageQuestion, error_answer
from web.site import SiteOf

router = APIRouter(prefix="/api/analyses", tags=["analyses"])

QUESTION_ERRORS: dict[int | str, dict[str, Any]] = {
    404: error_answer("There is no such layer, or none that you may see"),
    413: error_answer("The body is too long"),
    415: error_answer("The content type is not JSON"),
    422: error_answer("The question makes no sense; the message says what is wrong"),
}
_WAIT = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}}
BUSY: dict[int | str, dict[str, Any]] = {503: {**error_answer("Other analyses are running"), "headers": _WAIT}}


@router.post(
    "/coverage",
    summary="Who lives within reach?",
    response_model=CoverageAnswer,
    responses={**QUESTION_ERRORS, **BUSY},
)
def answer_coverage(site: SiteOf, question: CoverageQuestion) -> Response:
    """Straight-line service area of the features of one layer, the people in it, and the places left out."""
    if not site.analyses.acquire(blocking=False):
        raise BusyError
    try:
        query = CoverageQuery(question.points, question.within_m, question.population)
        answer = run_coverage(site.store, query, site.viewer).as_json()
    finally:
        site.analyses.release()
    return Response(orjson.dumps(answer), media_type="application/json", headers={"Cache-Control": "no-store"})
