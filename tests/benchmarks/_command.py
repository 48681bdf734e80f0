"""Commands that benchmarks run: how long one takes with nobody looking, and the memory of one that is looked at."""

import ctypes
import os
import subprocess
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
_LOOK_S = 0.1
"""Each look takes some milliseconds from what is watched."""
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Run:
    seconds: float
    """Until the command ended."""
    processor_seconds: float
    """Of all its processes, as the kernel counted them."""
    status: int
    output: str


def run(command: Sequence[str], limit: Callable[[], None] | None = None) -> Run:
    """Runs it without looking at it: what its processes have used is asked when they have ended.

    Processes that outlive the one that began them become our children (prctl(2), PR_SET_CHILD_SUBREAPER).
    """
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    with tempfile.TemporaryFile() as output:
        began = time.monotonic()
        process = _begun(command, output.fileno(), limit)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        used = usage.ru_utime + usage.ru_stime + _used_by_orphans()
        output.seek(0)
        return Run(seconds, used, process.returncode, output.read().decode())


def memory(command: Sequence[str]) -> dict[str, float]:
    """Peaks in MB by process and kind, `all_anonymous` and so on for all processes at once."""
    process = _begun(command, subprocess.DEVNULL)
    watch = _Watch(process.pid)
    watch.start()
    process.wait()
    watch.join()
    _used_by_orphans()
    return {kind: round(bytes_ / 1e6, 1) for kind, bytes_ in sorted(watch.peaks.items())}


def _used_by_orphans() -> float:
    """Processor time of the processes that outlived a command; waits until they have ended too."""
    used = 0.0
    with suppress(ChildProcessError):
        while True:
            usage = os.wait4(-1, 0)[2]
            used += usage.ru_utime + usage.ru_stime
    return used


def _begun(command: Sequence[str], output: int, limit: Callable[[], None] | None = None) -> "subprocess.Popen[bytes]":
    # Modules stay compiled, as they are where the program is installed.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.DEVNULL, preexec_fn=limit
    )


class _Watch(threading.Thread):
    """Watches a process and all below it until they are gone. Pages that several share are counted once (PSS)."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._root = psutil.Process(pid)
        self.peaks: dict[str, float] = defaultdict(float)

    def run(self) -> None:
        while self._root.is_running() and self._root.status() != psutil.STATUS_ZOMBIE:
            now: dict[str, float] = defaultdict(float)
            for process in (self._root, *self._root.children(recursive=True)):
                try:
                    self._add(process, now)
                except (psutil.Error, OSError):
                    continue
            now["all"] = now["all_anonymous"] + now["all_file"]
            for kind, bytes_ in now.items():
                self.peaks[kind] = max(self.peaks[kind], bytes_)
            time.sleep(_LOOK_S)

    def _add(self, process: psutil.Process, now: dict[str, float]) -> None:
        """The larger of two workers stands for both: it is the one that merges."""
        share = _share(process.pid)
        kind = self._kind(process)
        for name, bytes_ in share.items():
            now[f"all_{name}"] += bytes_
            now[f"{kind}_{name}"] = max(now[f"{kind}_{name}"], bytes_)

    def _kind(self, process: psutil.Process) -> str:
        command = process.cmdline()
        if command and command[0].endswith("tippecanoe"):
            return "tippecanoe"
        if process.pid == self._root.pid:
            return "main"
        return "helper" if process.ppid() == self._root.pid else "worker"


def _share(pid: int) -> dict[str, float]:
    """Bytes of a process; pages that several have are shared out among them (PSS)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    sizes = {key: float(size.split()[0]) * 1024 for key, _, size in (line.partition(":") for line in lines)}
    return {"anonymous": sizes["Pss_Anon"], "file": sizes["Pss_File"] + sizes["Pss_Shmem"]}
