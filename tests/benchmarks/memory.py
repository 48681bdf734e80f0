"""Memory of an import of CityGML to all outputs by the size of the city: what grows, in which process, of which kind.

Two cities of the mix of `imports`, of `BENCH_SIZES` buildings. Per process: its largest share of memory of its own
(anonymous, with its part of what processes share) and of pages of files, which the system can drop or write back; kB a
building between both sizes. Last, the larger one again where no process may have more than `LIMIT_MB` of its own data
(RLIMIT_DATA).
"""

import json
import os
import resource
import tempfile
from pathlib import Path

from data.sample import write_sample_city
from tests.benchmarks._command import ROOT, memory
from tests.benchmarks._command import run as run_command
from tests.benchmarks.imports import import_command

SIZES = tuple(int(size) for size in os.environ.get("BENCH_SIZES", "20000,60000").split(","))
LIMIT_MB = 700
"""Writable memory that a process may reserve, used or not: stacks of threads and libraries alone are some 300 MB."""


def run() -> dict[str, object]:
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as name:
        folder = Path(name)
        peaks = {}
        for size in SIZES:
            write_sample_city(folder / str(size), buildings=size, seed=1)
            peaks[size] = memory(_import(folder / str(size), folder / f"store-{size}"))
            figures[f"mb_{size}"] = peaks[size]
        few, many = SIZES[0], SIZES[-1]
        figures["kb_per_building"] = {
            kind: round((peaks[many][kind] - peaks[few].get(kind, 0)) * 1_000 / (many - few), 2) for kind in peaks[many]
        }
        ended = run_command(_import(folder / str(many), folder / "limited"), _limit)
        figures[f"ends_with_{LIMIT_MB}_mb_each"] = ended.status in (0, 3)
    return figures


def _import(city: Path, store: Path) -> list[str]:
    return import_command(city / "udx" / "bldg", store)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (LIMIT_MB * 1_000_000, LIMIT_MB * 1_000_000))


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
