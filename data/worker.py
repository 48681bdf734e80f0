"""Takes jobs from the store's queue, one at a time, until told to stop."""

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from sqlalchemy.exc import OperationalError

from data.analysis import CoverageQuery, save_coverage
from data.errors import DataError, InvalidQueryError
from data.job import Job
from data.store import Store
from data.viewer import Viewer
from geo import Text

_log = logging.getLogger(__name__)

POLL_S = 0.5
HEARTBEAT_S = 5.0

KINDS = frozenset({"coverage", "accessibility"})


def work(store: Store, stop: threading.Event) -> None:
    """Serves the queue until `stop` is set; a job under way is finished first."""
    while not stop.is_set():
        job = store.jobs.claim() if store.jobs.has_work() else None
        if job is None:
            stop.wait(POLL_S)
        else:
            run_job(store, job)


def run_job(store: Store, job: Job) -> None:
    """Runs one claimed job and records how it ended; a failure is told in words, never raised."""
    try:
        with _heartbeat(store, job):
            result = _run(store, job)
    except DataError as error:
        store.jobs.fail(job.id, error.text)
    except Exception:  # noqa: BLE001 - the worker must live on; the log keeps what happened
        number = uuid4().hex[:8]
        _log.exception("job %s failed (%s)", job.id, number)
        store.jobs.fail(job.id, Text(f"内部エラー({number})", f"internal error ({number})"))
    else:
        store.jobs.finish(job.id, result)


@contextmanager
def _heartbeat(store: Store, job: Job) -> Iterator[None]:
    """Over before the job's end is recorded: a beat that came after it would undo its progress."""
    done = threading.Event()
    beat = threading.Thread(target=_beat, args=(store, job, done), daemon=True)
    beat.start()
    try:
        yield
    finally:
        done.set()
        beat.join()


def _beat(store: Store, job: Job, done: threading.Event) -> None:
    while not done.wait(HEARTBEAT_S):
        try:
            store.jobs.heartbeat(job.id, 0.5)
        except OperationalError:  # a busy catalogue; the next beat comes before anybody takes the job for abandoned
            _log.warning("job %s: heartbeat missed", job.id, exc_info=True)


def _run(store: Store, job: Job) -> Mapping[str, Any]:
    if job.kind == "coverage":
        record = save_coverage(store, CoverageQuery(**job.parameters), Viewer.SYSTEM)
        return {"layer": record.id, "version": record.version}
    if job.kind == "accessibility":
        from data.accessibility import AccessQuestion, save_answer  # loads the router, which few jobs need

        record = save_answer(store, AccessQuestion.from_json(job.parameters), Viewer.SYSTEM)
        return {"layer": record.id, "version": record.version}
    raise InvalidQueryError(Text(f"ジョブの種類「{job.kind}」はありません", f"no kind of job {job.kind!r}"))
