"""Where the shards of an import run."""

import os
import signal

import pyarrow as pa

from data.executor import SerialExecutor, build_executor

_MUCH = 1_000_000_000


def _blocked() -> set[int]:
    return set(signal.pthread_sigmask(signal.SIG_BLOCK, []))


def test_little_work_runs_in_this_process() -> None:
    with build_executor(None, bytes_=1_000) as executor:
        assert executor.submit(os.getpid).result() == os.getpid()


def test_a_given_executor_is_used_and_left_open() -> None:
    given = SerialExecutor()
    with build_executor(given, bytes_=_MUCH) as executor:
        assert executor is given
    assert given.submit(int, "1").result() == 1


def test_processes_of_a_pool_are_deaf_to_ctrl_c_from_their_first_moment_and_we_are_not() -> None:
    before = _blocked()
    with build_executor(None, bytes_=_MUCH) as executor:
        masks = [future.result() for future in [executor.submit(_blocked) for _ in range(2)]]
    if not isinstance(executor, SerialExecutor):  # one core needs no pool
        assert all(signal.SIGINT in mask for mask in masks)
    assert _blocked() == before


def _allocator() -> str:
    return str(pa.default_memory_pool().backend_name)


def test_workers_take_memory_from_an_allocator_that_gives_it_back() -> None:
    with build_executor(None, bytes_=_MUCH) as executor:
        name = executor.submit(_allocator).result()
    if not isinstance(executor, SerialExecutor):
        assert name == os.environ["ARROW_DEFAULT_MEMORY_POOL"]
