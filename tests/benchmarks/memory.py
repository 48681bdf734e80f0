"""Memory of an import of CityGML to all outputs by the size of the city: what grows, in which process, of which kind.

Two cities of the mix of `imports`. Per process: its largest share of memory of its own (anonymous, with its part of
what processes share) and of pages of files, which the system can drop or write back; kB a building between both sizes.
Last, the larger one again where no process may have more than `LIMIT_MB` of its own data (RLIMIT_DATA).
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

import psutil

from data.sample import write_sample_city

ROOT = Path(__file__).parents[2]
SIZES = tuple(int(size) for size in os.environ.get("BENCH_BUILDINGS", "20000,60000").split(","))
LIMIT_MB = 700
"""Writable memory that a process may reserve, used or not: stacks of threads and libraries alone are some 300 MB."""

_Peaks = dict[str, float]


def run() -> dict[str, object]:
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as name:
        folder = Path(name)
        peaks = {}
        for size in SIZES:
            write_sample_city(folder / str(size), buildings=size, seed=1)
            peaks[size] = measure(folder / str(size), folder / f"store-{size}")
            figures[f"mb_{size}"] = peaks[size]
        few, many = SIZES[0], SIZES[-1]
        figures["kb_per_building"] = {
            kind: round((peaks[many][kind] - peaks[few].get(kind, 0)) * 1_000 / (many - few), 2) for kind in peaks[many]
        }
        ended = import_city(folder / str(many), folder / "limited", LIMIT_MB)
        ended.communicate()
        figures[f"ends_with_{LIMIT_MB}_mb_each"] = ended.returncode in (0, 3)
    return figures


def import_city(city: Path, store: Path, limit_mb: int | None = None) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "web.cli", "--store", str(store), "import", str(city / "udx" / "bldg"), "--json"]

    def limit() -> None:
        if limit_mb is not None:
            resource.setrlimit(resource.RLIMIT_DATA, (limit_mb * 1_000_000, limit_mb * 1_000_000))

    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=limit)


def measure(city: Path, store: Path) -> _Peaks:
    """MB by process and kind, and the peak of all processes together."""
    process = import_city(city, store)
    watch = _Watch(process.pid)
    watch.start()
    process.communicate()
    watch.join()
    return {kind: round(bytes_ / 1e6, 1) for kind, bytes_ in sorted(watch.peaks.items())}


class _Watch(threading.Thread):
    """Watches a process and all below it until they are gone."""

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
            for kind, bytes_ in now.items():
                self.peaks[kind] = max(self.peaks[kind], bytes_)
            time.sleep(0.1)

    def _add(self, process: psutil.Process, now: dict[str, float]) -> None:
        """The larger of two workers stands for both: it is the one that makes the 3D tiles."""
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


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
