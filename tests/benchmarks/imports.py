"""CityGML with all attributes to all outputs, with all checks: MB/s, buildings/s and the peak of memory.

Outputs: features and surfaces as Parquet, vector tiles, 3D Tiles. The mix is the sample city's buildings: LOD0 and
LOD1, about 20 attributes each, disaster risks on those in the flood, LOD2 on one in five, no textures.
`BENCH_SOURCE` names a folder of CityGML to import instead.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from data.sample import write_sample_city

ROOT = Path(__file__).parents[2]


def run(buildings: int = int(os.environ.get("BENCH_BUILDINGS", "100000"))) -> dict[str, float]:
    """Imports `buildings` buildings in a process of its own; memory is the sum over it and its children."""
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as name:
        folder = Path(name)
        if given := os.environ.get("BENCH_SOURCE"):
            return measure(Path(given), folder / "store")
        write_sample_city(folder / "city", buildings=buildings, seed=1)
        return measure(folder / "city" / "udx" / "bldg", folder / "store")


def measure(source: Path, store: Path) -> dict[str, float]:
    """Besides wall time the processor time of all processes, which others on the machine hardly change."""
    megabytes = sum(file.stat().st_size for file in source.rglob("*.gml")) / 1e6
    command = [sys.executable, "-m", "web.cli", "--store", str(store), "import", str(source), "--json"]
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    watch = _Watch(process.pid)
    watch.start()
    out, _ = process.communicate()
    seconds, processor = time.monotonic() - began, watch.processor_seconds
    summary = json.loads(out)
    return {
        "input_mb": round(megabytes, 1),
        "features": summary["stored"],
        "problems": summary["problems"],
        "seconds": round(seconds, 1),
        "processor_seconds": round(processor, 1),
        "mb_per_s": round(megabytes / seconds, 1),
        "mb_per_processor_second": round(megabytes / processor, 1),
        "features_per_s": round(summary["stored"] / seconds),
        "peak_memory_mb": round(watch.peak_bytes / 1e6),
    }


class _Watch(threading.Thread):
    """Watches a process and all below it until they are gone. Pages that several share are counted once (PSS)."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._process = psutil.Process(pid)
        self._used: dict[int, float] = {}
        self.peak_bytes = 0

    @property
    def processor_seconds(self) -> float:
        """Of each process until it was last seen, a fifth of a second before its end at most."""
        return sum(self._used.values())

    def run(self) -> None:
        while self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE:
            self.peak_bytes = max(self.peak_bytes, self._now())
            time.sleep(0.1)

    def _now(self) -> int:
        total = 0
        for process in (self._process, *self._process.children(recursive=True)):
            try:
                total += process.memory_full_info().pss
                times = process.cpu_times()
                self._used[process.pid] = times.user + times.system
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        return total


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
