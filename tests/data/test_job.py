import threading
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest

import data.job
import data.worker
from data.errors import NotAllowedError, UnknownJobError
from data.job import JobState
from data.store import Store
from data.viewer import Viewer
from data.worker import run_job, work


def test_jobs_are_claimed_in_the_order_of_asking(store: Store) -> None:
    asked = [store.jobs.enqueue("coverage", {"n": n}, Viewer.STAFF).id for n in range(5)]
    claimed = [store.jobs.claim() for _ in asked]
    assert [job.id for job in claimed if job is not None] == asked


def test_a_job_is_claimed_once_by_however_many_workers(store: Store) -> None:
    first = store.jobs.enqueue("coverage", {"n": 1}, Viewer.STAFF)
    second = store.jobs.enqueue("coverage", {"n": 2}, Viewer.STAFF)
    claims: list[str] = []

    def claim_all() -> None:
        while (job := store.jobs.claim()) is not None:
            claims.append(job.id)

    threads = [threading.Thread(target=claim_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claims) == sorted([first.id, second.id])


def test_a_job_whose_worker_died_is_taken_by_another(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    job = store.jobs.enqueue("coverage", {}, Viewer.STAFF)
    assert store.jobs.claim() is not None
    assert store.jobs.claim() is None
    monkeypatch.setattr(data.job, "ABANDONED_S", 0.05)
    time.sleep(0.1)
    again = store.jobs.claim()
    assert again is not None
    assert again.id == job.id


def test_a_job_that_keeps_reporting_is_left_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    job = store.jobs.enqueue("coverage", {}, Viewer.STAFF)
    store.jobs.claim()
    now = time.time()
    for _ in range(4):
        now += 0.9 * data.job.ABANDONED_S
        monkeypatch.setattr(data.job, "time", SimpleNamespace(time=lambda at=now: at))
        store.jobs.heartbeat(job.id, 0.5)
    assert store.jobs.claim() is None


def test_a_job_under_way_gives_other_workers_nothing_to_write(store: Store) -> None:
    store.jobs.enqueue("coverage", {}, Viewer.STAFF)
    assert store.jobs.has_work()
    store.jobs.claim()
    assert not store.jobs.has_work()


def test_no_heartbeat_comes_after_the_end_of_a_job(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data.worker, "HEARTBEAT_S", 0.001)
    calls: list[str] = []
    monkeypatch.setattr(store.jobs, "heartbeat", lambda *_: calls.append("heartbeat"))

    def finish_slowly(*_: object) -> None:
        calls.append("end")
        time.sleep(0.05)

    monkeypatch.setattr(store.jobs, "fail", finish_slowly)
    store.jobs.enqueue("no such kind", {}, Viewer.STAFF)
    claimed = store.jobs.claim()
    assert claimed is not None
    run_job(store, claimed)
    assert calls[-1] == "end"


def test_a_failing_job_says_why_in_both_languages(store: Store) -> None:
    parameters = {"points": "nothing", "within_m": 500, "population": None, "title": None}
    job = store.jobs.enqueue("coverage", parameters, Viewer.STAFF)
    claimed = store.jobs.claim()
    assert claimed is not None
    run_job(store, claimed)
    failed = store.jobs.job(job.id, Viewer.STAFF)
    assert failed.state is JobState.FAILED
    assert failed.message is not None
    assert "nothing" in failed.message.ja
    assert "nothing" in failed.message.en


def test_a_job_with_nonsense_parameters_fails_and_the_worker_lives_on(store: Store) -> None:
    bad = store.jobs.enqueue("coverage", {"surprise": 1}, Viewer.STAFF)
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(store, stop))
    thread.start()
    _wait_until(lambda: store.jobs.job(bad.id, Viewer.STAFF).state is JobState.FAILED)
    stop.set()
    thread.join(30)
    assert not thread.is_alive()


def test_the_public_neither_queues_nor_sees_jobs(store: Store) -> None:
    with pytest.raises(NotAllowedError):
        store.jobs.enqueue("coverage", {}, Viewer.PUBLIC)
    job = store.jobs.enqueue("coverage", {}, Viewer.STAFF)
    with pytest.raises(UnknownJobError):
        store.jobs.job(job.id, Viewer.PUBLIC)


def _wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def test_a_job_that_kills_every_worker_is_given_up(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    job = store.jobs.enqueue("coverage", {}, Viewer.STAFF)
    monkeypatch.setattr(data.job, "ABANDONED_S", 0.0)
    claims = 0
    while store.jobs.claim() is not None:
        claims += 1
        time.sleep(0.01)
        assert claims < 10
    assert claims == data.job.ATTEMPTS
    failed = store.jobs.job(job.id, Viewer.STAFF)
    assert failed.state is JobState.FAILED
    assert failed.message is not None
