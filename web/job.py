"""POST /api/jobs: long work whose result becomes a layer, for the internal map."""

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path
from starlette.responses import Response

from data import CoverageQuery, Job
from web.analysis import QUESTION_ERRORS
from web.model import WRONG_PARAMETER, AccessJobRequest, JobModel, JobRequest, error_answer
from web.site import Site, SiteOf

router = APIRouter(prefix="/api/jobs", tags=["jobs"], responses=WRONG_PARAMETER)

_NOT_ALLOWED: dict[int | str, dict[str, Any]] = {403: error_answer("The public map takes no jobs")}
_UNKNOWN: dict[int | str, dict[str, Any]] = {404: error_answer("There is no such job, or you may not see it")}


@router.post(
    "", summary="Ask for a job", status_code=202, response_model=JobModel, responses={**_NOT_ALLOWED, **QUESTION_ERRORS}
)
def queue_job(site: SiteOf, request: JobRequest | AccessJobRequest) -> Response:
    """Puts the work into the store's queue, where `machinami worker` takes it. Unknown layers are told at once."""
    site.viewer.require_analyse()
    if isinstance(request, AccessJobRequest):
        return _queued(site.store.jobs.enqueue(request.kind, _checked(site, request.parameters), site.viewer))
    asked = request.parameters
    for layer_id in filter(None, (asked.points, asked.population)):
        site.store.layer(layer_id, site.viewer)
    query = CoverageQuery(asked.points, asked.within_m, asked.population, asked.title)
    job = site.store.jobs.enqueue(request.kind, query.as_json(), site.viewer)
    return _queued(job)


def _checked(site: Site, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The question as the worker takes it; InvalidQueryError or UnknownLayerError for one that has no answer."""
    from data.accessibility import AccessQuestion, choose, travel_query  # loads the router

    _, question = choose(site.store, AccessQuestion.from_json(parameters), site.viewer)
    travel_query(question)
    for layer_id in filter(None, (question.origins, question.destinations, question.population)):
        site.store.layer(layer_id, site.viewer)
    return question.as_json()


def _queued(job: Job) -> Response:
    return _answer(job, 202, {"Location": f"/api/jobs/{job.id}"})


@router.get("/{job_id}", summary="How far a job is", response_model=JobModel, responses=_UNKNOWN)
def show_job(site: SiteOf, job_id: Annotated[str, Path(description="Id of the job")]) -> Response:
    """`result` names the layer and its version as soon as `state` is `done`."""
    return _answer(site.store.jobs.job(job_id, site.viewer), 200, {})


def _answer(job: Job, status: int, headers: dict[str, str]) -> Response:
    return Response(
        orjson.dumps(job.as_json()), status, {"Cache-Control": "no-store", **headers}, media_type="application/json"
    )
