"""`python -m tests.benchmarks [NAME...]` runs each module's `run()`: figures into build/bench/NAME.json and a table."""

import importlib
import json
import os
import platform
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).parent
RESULTS = FOLDER.parents[1] / "build" / "bench"


def main(names: Sequence[str]) -> int:
    """0, or 1 when a benchmark failed; the others still run."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    known = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))
    unknown = sorted(set(names) - set(known))
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    results = {name: measure(name) for name in names or known}
    Console().print(table(results))
    return int(any("error" in result for result in results.values()))


def measure(name: str) -> dict[str, Any]:
    """The figures of one benchmark with where and when they were measured."""
    print(f"{name} ...", file=sys.stderr, flush=True)
    began = time.monotonic()
    result: dict[str, Any] = {"benchmark": name, "measured_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", **machine()}
    try:
        result["figures"] = importlib.import_module(f"tests.benchmarks.{name}").run()
    except Exception as error:  # noqa: BLE001 - one broken benchmark must not hide the others' figures
        traceback.print_exc()
        result["error"] = f"{type(error).__name__}: {error}"
    result["benchmark_seconds"] = round(time.monotonic() - began, 1)
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return result


def machine() -> dict[str, Any]:
    return {
        "machine": {
            "cpu": _cpu(),
            "cores": len(os.sched_getaffinity(0)),
            "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
            "python": platform.python_version(),
            "load_before": round(os.getloadavg()[0], 2),
        }
    }


def _cpu() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text(encoding="utf-8").splitlines() if information.exists() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def table(results: Mapping[str, Mapping[str, Any]]) -> Table:
    shown = Table("benchmark", "figure")
    shown.add_column("value", justify="right")
    for name, result in results.items():
        if "error" in result:
            shown.add_row(name, "error", str(result["error"]))
        for figure, value in flat(result.get("figures", {})):
            shown.add_row(name, figure, f"{value:,}" if isinstance(value, int | float) else str(value))
        shown.add_section()
    return shown


def flat(figures: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Figures inside figures, with their names joined by dots."""
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
