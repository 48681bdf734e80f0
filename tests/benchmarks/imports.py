"""CityGML with all attributes to all outputs, with all checks: MB/s, buildings/s and the peak of memory.

Outputs: features and surfaces as Parquet, vector tiles, 3D Tiles. Every building has an outline, LOD1, about 20
attributes and, in a flood, its disaster risks. Three mixes, cut from the files of a sample city of `BENCH_BUILDINGS`:

    lod1       the buildings that have nothing above LOD1
    lod2       those that have LOD2 (some of them LOD3 and LOD4 too), without what they wear
    textured   the same with their textures and colours; walls share some 80 images

`BENCH_SOURCE` names a folder of CityGML to import instead.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from data.first_import import import_once
from data.sample import write_sample_city
from tests.benchmarks._command import ROOT, memory
from tests.benchmarks._command import run as run_command


def run(buildings: int = int(os.environ.get("BENCH_BUILDINGS", "100000"))) -> dict[str, dict[str, float]]:
    """Imports each mix twice, each time with processes of its own; memory is the sum over all of them."""
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as name:
        folder = Path(name)
        import_once()
        if given := os.environ.get("BENCH_SOURCE"):
            return {"given": measure(Path(given), folder / "store")}
        write_sample_city(folder / "city", buildings=buildings, seed=1)
        figures = {}
        for mix, chosen in MIXES.items():
            write_mix(folder / "city", folder / mix, chosen)
            figures[mix] = measure(folder / mix / "udx" / "bldg", folder / f"store-{mix}")
        return figures


MIXES: dict[str, Callable[[bytes], bool]] = {
    "lod1": lambda member: _is_feature(member) and not _has_lod2(member),
    "lod2": lambda member: _is_feature(member) and _has_lod2(member),
    "textured": lambda member: not _is_feature(member) or _has_lod2(member),
}
"""Which members of a file a mix has."""


def _is_feature(member: bytes) -> bool:
    return member.startswith(b"<core:cityObjectMember>")


def _has_lod2(member: bytes) -> bool:
    return b"<bldg:lod2" in member


def write_mix(city: Path, target: Path, chosen: Callable[[bytes], bool]) -> None:
    """The files of the city's buildings with the members that are `chosen`; those without a building are left out."""
    shutil.copytree(city / "udx" / "bldg", target / "udx" / "bldg", ignore=shutil.ignore_patterns("*.gml"))
    shutil.copytree(city / "codelists", target / "codelists")
    for path in sorted((city / "udx" / "bldg").glob("*.gml")):
        pieces = [piece for piece, is_member in _pieces(path) if not is_member or chosen(piece)]
        if any(map(_is_feature, pieces)):
            (target / "udx" / "bldg" / path.name).write_bytes(b"".join(pieces))


def _pieces(path: Path) -> Iterator[tuple[bytes, bool]]:
    """A file from its beginning to its end; each member is one piece, and said to be one."""
    member: list[bytes] = []
    with path.open("rb") as file:
        for line in file:
            if member or line.startswith((b"<core:cityObjectMember>", b"<app:appearanceMember>")):
                member.append(line)
                if line.startswith((b"</core:cityObjectMember>", b"</app:appearanceMember>")):
                    yield b"".join(member), True
                    member = []
            else:
                yield line, False


def measure(source: Path, store: Path) -> dict[str, float]:
    """Speed of an import that nobody looks at, and memory of another one: looking takes time from what is watched.

    Besides wall time the processor time of all processes, which others on the machine hardly change.
    """
    megabytes = sum(file.stat().st_size for file in source.rglob("*.gml")) / 1e6
    ended = run_command(import_command(source, store))
    summary = json.loads(ended.output)
    shutil.rmtree(store)
    peaks = memory(import_command(source, store))
    return {
        "input_mb": round(megabytes, 1),
        "features": summary["stored"],
        "problems": summary["problems"],
        "seconds": round(ended.seconds, 1),
        "processor_seconds": round(ended.processor_seconds, 1),
        "mb_per_s": round(megabytes / ended.seconds, 1),
        "mb_per_processor_second": round(megabytes / ended.processor_seconds, 1),
        "features_per_s": round(summary["stored"] / ended.seconds),
        "peak_memory_mb": round(peaks["all"]),
    }


def import_command(source: Path, store: Path) -> list[str]:
    return [sys.executable, "-m", "web.cli", "--store", str(store), "import", str(source), "--json"]


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
