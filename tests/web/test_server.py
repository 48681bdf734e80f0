"""`machinami serve` for real: a port, web processes, a worker, and a clean end."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.web.conftest import Town

ROOT = Path(__file__).parents[2]


class Server:
    """A `machinami serve` on a port of its own choice."""

    def __init__(self, store: Path, *options: str) -> None:
        command = [sys.executable, "-m", "web.cli", "--lang", "en", "--store", str(store), "serve", "--port", "0"]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            [*command, *options], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        found = re.search(r"http://[^ ]+", said)
        assert found, said + (self.process.stderr.read() if self.process.stderr else "")
        self.address = found.group(0)

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.address.rstrip("/") + path, timeout=60)

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Exit status and what the error stream said."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=60)
        return self.process.returncode, said


@pytest.fixture
def serve(town: Town) -> Iterator[Callable[..., Server]]:
    started: list[Server] = []

    def start(*options: str) -> Server:
        started.append(Server(town.store.path, *options))
        return started[-1]

    yield start
    for server in started:
        if server.process.poll() is None:
            server.process.kill()
            server.process.wait()


def _gone(processes: list[psutil.Process], seconds: float = 60) -> bool:
    until = time.monotonic() + seconds
    while any(map(_is_alive, processes)) and time.monotonic() < until:
        time.sleep(0.05)
    return not any(map(_is_alive, processes))


def _is_alive(process: psutil.Process) -> bool:
    """A zombie isn't: it only waits for a parent, which a container may not have."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def test_the_server_answers_on_a_free_port_and_sigterm_ends_it_cleanly(serve: Callable[..., Server]) -> None:
    server = serve("--no-worker")
    assert server.get("/healthz").json() == {"status": "ok", "layers": 1}
    assert server.get("/api/session").json()["viewer"] == "public"
    assert server.stop() == (0, "")


def test_ctrl_c_ends_it_cleanly_too(serve: Callable[..., Server]) -> None:
    server = serve("--no-worker")
    server.get("/healthz")
    assert server.stop(signal.SIGINT) == (0, "")


def test_several_web_processes_share_the_port_and_end_together(serve: Callable[..., Server]) -> None:
    server = serve("--no-worker", "--workers", "2", "--internal")
    assert server.get("/healthz").json()["layers"] == 2
    children = server.children()
    assert len(children) >= 2
    status, said = server.stop()
    assert status == 0
    assert "Traceback" not in said
    assert _gone(children)


def test_a_worker_runs_beside_the_server_and_stops_with_it(serve: Callable[..., Server]) -> None:
    server = serve()
    server.get("/healthz")
    workers = [process for process in server.children() if "worker" in process.cmdline()]
    assert len(workers) == 1
    assert server.stop() == (0, "")
    assert _gone(workers)


def test_a_worker_that_dies_is_started_again(serve: Callable[..., Server]) -> None:
    server = serve()
    server.get("/healthz")

    def worker() -> int | None:
        for process in server.children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if "worker" in process.cmdline():
                    return process.pid
        return None

    first = worker()
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until = time.monotonic() + 60
    while worker() in (first, None) and time.monotonic() < until:
        time.sleep(0.2)
    assert worker() not in (first, None)


def test_a_killed_server_leaves_no_worker_behind(serve: Callable[..., Server]) -> None:
    server = serve()
    server.get("/healthz")
    time.sleep(2)  # long enough for the worker to watch its parent
    children = server.children()
    assert children
    server.process.kill()
    server.process.wait()
    assert _gone(children)


def test_a_taken_port_is_one_line_and_exit_1(town: Town) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "web.cli", "--lang", "ja", "--store", str(town.store.path), "serve", "--port", port],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith(f"エラー: 127.0.0.1:{port} で待ち受けできません")
    assert done.stderr.count("\n") == 1


def test_the_receiver_of_realtime_data_runs_beside_the_server_where_feeds_are_named(tmp_path: Path) -> None:
    from data import ImportOptions, Store, Viewer, import_paths
    from data.realtime import Binding, Realtime
    from tests.gtfs.feeds import zip_feed

    store = Store.open(tmp_path / "store")
    import_paths(store, [zip_feed(tmp_path / "loop.zip")], viewer=Viewer.SYSTEM, options=ImportOptions())
    store.publish("loop-stops", Viewer.SYSTEM)
    Realtime(store).bind([Binding("loop-stops", (str(tmp_path / "none.pb"),))], Viewer.SYSTEM)
    server = Server(store.path, "--no-worker")
    try:
        ends = time.monotonic() + 60
        while not server.get("/api/realtime").json()["feeds"] and time.monotonic() < ends:
            time.sleep(0.3)
        (feed,) = server.get("/api/realtime").json()["feeds"]
        beside = server.children()
        assert feed["state"]["quality"] == "silent"
        assert len(beside) == 1
    finally:
        status, _ = server.stop()
    assert status == 0
    assert _gone(beside)
    store.close()
