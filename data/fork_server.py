"""The process that workers are forked from. It starts before all else, so only the standard library is loaded here."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from pathlib import Path


def begin_workers() -> None:
    """Starts the process that all workers are forked from, if it doesn't run: it loads what reading and tiling need
    while the caller goes on. GDAL, Arrow and their threads do not survive a fork; in that process none is begun."""
    if len(os.sched_getaffinity(0)) > 1:
        # Arrow's own allocator keeps most of what it has freed: over 100 MB a process, more with the size of the city.
        # It is chosen once, when Arrow is loaded: in all workers, and in this process if it hasn't loaded it yet.
        os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
        forkserver.set_forkserver_preload(["data.preload"])
        resource_tracker.ensure_running()  # It would begin beside the fork server, and let interrupts through again.
        with quiet_interrupt(), _same_modules():
            forkserver.ensure_running()


@contextmanager
def quiet_interrupt() -> Iterator[None]:
    """Inherited by a process that starts here: Ctrl+C while it still loads its modules is our caller's matter."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


@contextmanager
def _same_modules() -> Iterator[None]:
    """The fork server looks for modules where we do, and not in the folder we are called in."""
    ours = {"PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join(str(Path(place).resolve()) for place in sys.path)}
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
