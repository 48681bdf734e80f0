"""Where the shards of long work run: here, in processes beside us, or wherever a given Executor takes them."""

import ctypes
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context
from types import ModuleType
from typing import Any, TypeVar

from data.errors import ClusterError
from data.fork_server import begin_workers, quiet_interrupt
from geo import Text

_T = TypeVar("_T")

_WORTH_A_POOL = 8_000_000
"""Bytes below which starting processes costs more time than it saves."""


class SerialExecutor(Executor):
    """Runs each call at once in this process; for small work, and for tests."""

    def submit(self, fn: Callable[..., _T], /, *args: Any, **kwargs: Any) -> "Future[_T]":
        future: Future[_T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
            if not isinstance(error, Exception):
                raise
        return future


def as_ended(waiting: "Iterable[Future[_T]]") -> "Iterator[Future[_T]]":
    """Each as it ends. Where one fails or nobody goes on asking, those that wait don't begin any more."""
    futures = list(waiting)
    try:
        yield from as_completed(futures)
    finally:
        for future in futures:
            future.cancel()


@contextmanager
def build_executor(given: Executor | None, *, bytes_: int) -> Iterator[Executor]:
    """The given executor, which stays open; else one that suits the work, closed at the end."""
    if given is not None:
        yield given
        return
    cores = len(os.sched_getaffinity(0))
    if cores < 2 or bytes_ < _WORTH_A_POOL:
        yield SerialExecutor()
        return
    begin_workers()
    with _CleanPool(cores, mp_context=get_context("forkserver"), initializer=_begin_process) as pool:
        yield pool


@contextmanager
def cluster_executor(address: str) -> Iterator[Executor]:
    """The workers of a Dask cluster, such as `tcp://10.0.0.5:8786`; ClusterError when it can't be reached.

    They need this program, and the store and the input at the same paths: a shared folder. Work of a worker that dies
    is done again by another.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ClusterError(_NO_DISTRIBUTED) from error
    try:
        client: Any = Client(address, timeout=_CONNECT_S)  # type: ignore[no-untyped-call]  # Dask's types are partial
    except (OSError, ValueError) as error:
        told = Text(f"クラスター {address} につながりません: {error}", f"can't reach the cluster at {address}: {error}")
        raise ClusterError(told) from error
    with client:
        yield client.get_executor()


_CONNECT_S = 10
_NO_DISTRIBUTED = Text(
    "クラスターには追加のパッケージが要ります: pip install 'machinami[cluster]'",
    "a cluster needs an additional package: pip install 'machinami[cluster]'",
)


class _CleanPool(ProcessPoolExecutor):
    """Its processes do not run the caller's script again: an import called from a plain script needs no
    `if __name__ == "__main__"`."""

    def submit(self, fn: Callable[..., _T], /, *args: Any, **kwargs: Any) -> "Future[_T]":
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            with quiet_interrupt():
                return super().submit(fn, *args, **kwargs)
        finally:
            sys.modules["__main__"] = main


def _begin_process() -> None:
    _die_with_parent()
    # Reading makes millions of objects without cycles: looking for such every 700 of them is a twentieth of the time.
    gc.set_threshold(200_000, 20, 100)


def _die_with_parent() -> None:
    """A killed import must leave no process behind that goes on writing."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
