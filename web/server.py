"""The long-running processes: web processes on one socket, and beside them the worker and the realtime receiver."""

import os
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import FrameType

import uvicorn
from uvicorn.supervisors import Multiprocess

from web.errors import AddressError
from web.settings import WILDCARDS, Settings

APP = "web.app:build_app"
GRACE_S = 5
"""How long open requests, and the worker's job, may take to end."""


def serve(settings: Settings, *, beside: Sequence[Sequence[str]], announce: Callable[[str], None]) -> None:
    """Serves until SIGTERM or SIGINT, with the commands `beside` it (worker, realtime) as processes of their own.

    `announce` is told the address as soon as browsers may ask.
    """
    _allow_connections()
    with listen(settings.host, settings.port) as listening:
        port = listening.getsockname()[1]
        os.environ.update(settings.model_copy(update={"port": port}).as_environment())
        for number in (signal.SIGTERM, signal.SIGINT):
            # uvicorn raises the signal again once it has closed everything.
            signal.signal(number, _leave)
        with ExitStack() as processes:
            for command in beside:
                processes.enter_context(_beside(settings, command))
            announce(address(settings.host, port))
            _run(settings, listening)


_CONNECTIONS = 65_536


def _allow_connections() -> None:
    """Every page that follows the buses keeps one open; the usual soft limit is 1,024 files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _CONNECTIONS if hard == resource.RLIM_INFINITY else min(_CONNECTIONS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _leave(_: int, __: FrameType | None) -> None:
    raise SystemExit(0)


def _run(settings: Settings, listening: socket.socket) -> None:
    config = uvicorn.Config(
        APP,
        factory=True,
        workers=settings.workers,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    if settings.workers == 1:
        uvicorn.Server(config).run(sockets=[listening])
    else:
        Multiprocess(config, sockets=[listening]).run()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; connections wait in it until a web process takes them. AddressError when it can't be."""
    try:
        family, kind, _, _, place = socket.getaddrinfo(host or "0.0.0.0", port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(place)
    except OSError as error:
        raise AddressError(host, port, error.strerror or str(error)) from error
    listening.listen(2_048)
    listening.set_inheritable(True)
    return listening


def address(host: str, port: int) -> str:
    """As a person on this machine types it."""
    name = "127.0.0.1" if host in WILDCARDS else host
    return f"http://{f'[{name}]' if ':' in name else name}:{port}/"


@contextmanager
def _beside(settings: Settings, command: Sequence[str]) -> Iterator[None]:
    """`machinami worker` or another, started again when it dies, stopped with us."""
    process = _Beside(settings, command)
    watch = threading.Thread(target=process.watch, daemon=True)
    watch.start()
    try:
        yield
    finally:
        process.stop()
        watch.join(GRACE_S + 1)


class _Beside:
    def __init__(self, settings: Settings, command: Sequence[str]) -> None:
        # In a session of its own: Ctrl+C in the terminal reaches us, and we tell it.
        options = ("--store", str(settings.store.resolve()), *command, "--beside", str(os.getpid()))
        self._command = [sys.executable, "-m", "web.cli", *options]
        self._stopping = threading.Event()
        self._changing = threading.Lock()
        """Held while a process is started: none may be after `stop` has looked which one to end."""
        self._process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(self._command, stdin=subprocess.DEVNULL, start_new_session=True)

    def watch(self) -> None:
        self._process.wait()
        while not self._stopping.wait(1):
            with self._changing:
                if self._stopping.is_set():
                    return
                self._process = self._start()
            self._process.wait()

    def stop(self) -> None:
        with self._changing:
            self._stopping.set()
        self._process.terminate()
        try:
            self._process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            # Its work is taken up again by the next one.
            self._process.kill()


def stop_event(beside: int | None) -> threading.Event:
    """Set by SIGTERM and SIGINT, and when the process that we were started beside has gone."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if beside is not None:
        threading.Thread(target=_watch_parent, args=(beside, stop), daemon=True).start()
    return stop


def _watch_parent(beside: int, stop: threading.Event) -> None:
    while os.getppid() == beside and not stop.wait(1):
        pass
    stop.set()
