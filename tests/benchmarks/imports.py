"""LOD1 CityGML with all attributes to GeoParquet and vector tiles: MB/s, buildings/s and the peak of memory.

The mix is the sample city's buildings: LOD0 and LOD1, about 20 attributes each, disaster risks on those in the flood.
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
        write_sample_city(folder / "city", buildings=buildings, seed=1)
        source = folder / "city" / "udx" / "bldg"
        megabytes = sum(file.stat().st_size for file in source.glob("*.gml")) / 1e6
        command = [sys.executable, "-m", "web.cli", "--store", str(folder / "store"), "import", str(source), "--json"]
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        peak = _Peak(process.pid)
        peak.start()
        out, _ = process.communicate()
        seconds = time.monotonic() - began
        summary = json.loads(out)
    return {
        "input_mb": round(megabytes, 1),
        "buildings": summary["stored"],
        "seconds": round(seconds, 1),
        "mb_per_s": round(megabytes / seconds, 1),
        "buildings_per_s": round(summary["stored"] / seconds),
        "peak_memory_mb": round(peak.bytes / 1e6),
    }


class _Peak(threading.Thread):
    """Watches a process and its children until they are gone."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._process = psutil.Process(pid)
        self.bytes = 0

    def run(self) -> None:
        while self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE:
            self.bytes = max(self.bytes, self._now())
            time.sleep(0.1)

    def _now(self) -> int:
        total = 0
        for process in (self._process, *self._process.children(recursive=True)):
            try:
                total += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        return total


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
