"""The queue of long work in the catalogue. It outlives the processes that serve it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Engine, Row, and_, insert, or_, select, update

from data.catalogue import jobs
from data.errors import UnknownJobError
from data.viewer import Viewer
from geo import Text

ABANDONED_S = 30.0
"""A running job whose worker has not been heard of for so long is taken by another."""

ATTEMPTS = 3
"""A job that takes so many workers down with it is given up."""

_GIVEN_UP = Text(f"{ATTEMPTS}回とも実行中に止まりました", f"stopped in the middle {ATTEMPTS} times")


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Job:
    id: str
    kind: str
    parameters: Mapping[str, Any]
    state: JobState
    progress: float
    """0 .. 1."""
    message: Text | None
    result: Mapping[str, Any] | None
    queued_at: str

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "parameters": dict(self.parameters),
            "state": self.state.value,
            "progress": self.progress,
            "message": self.message.as_json() if self.message else None,
            "result": dict(self.result) if self.result else None,
            "queued_at": self.queued_at,
        }


class JobQueue:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def enqueue(self, kind: str, parameters: Mapping[str, Any], viewer: Viewer) -> Job:
        viewer.require_analyse()
        job_id = uuid4().hex
        values = {
            "id": job_id,
            "kind": kind,
            "parameters": dict(parameters),
            "state": JobState.QUEUED.value,
            "progress": 0.0,
            "attempts": 0,
            "queued_at": datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "seen_at": time.time(),
        }
        with self._engine.begin() as connection:
            connection.execute(insert(jobs).values(**values))
        return self.job(job_id, viewer)

    def job(self, job_id: str, viewer: Viewer) -> Job:
        """UnknownJobError when there is none, or none for this viewer."""
        with self._engine.connect() as connection:
            row = connection.execute(select(jobs).where(jobs.c.id == job_id)).one_or_none()
        if row is None or not viewer.may_analyse:
            raise UnknownJobError(job_id)
        return _job(row)

    def claim(self) -> Job | None:
        """The oldest job that waits, or whose worker died; only one worker gets it."""
        oldest = select(jobs.c.id).where(_waiting()).order_by(jobs.c.queued_at).limit(1).scalar_subquery()
        claimed = (
            update(jobs)
            .where(jobs.c.id == oldest)
            .values(state=JobState.RUNNING.value, seen_at=time.time(), attempts=jobs.c.attempts + 1)
            .returning(jobs)
        )
        with self._engine.begin() as connection:
            row = connection.execute(claimed).one_or_none()
        if row is not None and row.attempts > ATTEMPTS:
            self.fail(row.id, _GIVEN_UP)
            return self.claim()
        return None if row is None else _job(row)

    def has_work(self) -> bool:
        """Whether a claim may succeed; reads only, so idle workers write nothing."""
        query = select(jobs.c.id).where(_waiting()).limit(1)
        with self._engine.connect() as connection:
            return connection.execute(query).one_or_none() is not None

    def heartbeat(self, job_id: str, progress: float) -> None:
        self._update(job_id, progress=progress, seen_at=time.time())

    def finish(self, job_id: str, result: Mapping[str, Any]) -> None:
        self._update(job_id, state=JobState.DONE.value, progress=1.0, result=dict(result))

    def fail(self, job_id: str, message: Text) -> None:
        self._update(job_id, state=JobState.FAILED.value, message=message.as_json())

    def _update(self, job_id: str, **values: Any) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(**values))


def _waiting() -> ColumnElement[bool]:
    """Queued, or of a worker that died."""
    abandoned = and_(jobs.c.state == JobState.RUNNING.value, jobs.c.seen_at < time.time() - ABANDONED_S)
    return or_(jobs.c.state == JobState.QUEUED.value, abandoned)


def _job(row: Row[Any]) -> Job:
    return Job(
        id=row.id,
        kind=row.kind,
        parameters=row.parameters,
        state=JobState(row.state),
        progress=row.progress,
        message=Text(**row.message) if row.message else None,
        result=row.result,
        queued_at=row.queued_at,
    )
