"""POST /api/jobs: long work whose result becomes a layer, for the internal map."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path
from starlette.responses import Response

from data import CoverageQuery, Job
from web.analysis import QUESTION_ERRORS
from web.model import WRONG_PARAMETER, JobModel, JobRequest, error_answer
from web.site import SiteOf

router = APIRouter(prefix="/api/jobs", tags=["jobs"], responses=WRONG_PARAMETER)

_NOT_ALLOWED: dict[int | str, dict[str, Any]] = {403: error_answer("The public map takes no jobs")}
_UNKNOWN: dict[int | str, dict[str, Any]] = {404: error_answer("There is no such job, or you may not see it")}


@router.post(
    "", summary="Ask for a job", status_code=202, response_model=JobModel, responses={**_NOT_ALLOWED, **QUESTION_ERRORS}
)
def queue_job(site: SiteOf, request: JobRequest) -> Response:
    """Puts the work into the store's queue, where `machinami worker` takes it. Unknown layers are told at once."""
    site.viewer.require_analyse()
    asked = request.parameters
    for layer_id in filter(None, (asked.points, asked.population)):
        site.store.layer(layer_id, site.viewer)
    query = CoverageQuery(asked.points, asked.within_m, asked.population, asked.title)
    job = site.store.jobs.enqueue(request.kind, query.as_json(), site.viewer)
    return _answer(job, 202, {"Location": f"/api/jobs/{job.id}"})


@router.get("/{job_id}", summary="How far a job is", response_model=JobModel, responses=_UNKNOWN)
def show_job(site: SiteOf, job_id: Annotated[str, Path(description="Id of the job")]) -> Response:
    """`result` names the layer and its version as soon as `state` is `done`."""
    return _answer(site.store.jobs.job(job_id, site.viewer), 200, {})


def _answer(job: Job, status: int, headers: dict[str, str]) -> Response:
    return Response(
        orjson.dumps(job.as_json()), status, {"Cache-Control": "no-store", **headers}, media_type="application/json"
    )
