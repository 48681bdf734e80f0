"""Buildings to 3D tiles: buildings a second, sizes, memory, on three mixes of the made-up town.

* `lod1`: boxes of six faces with three attributes.
* `lod2`: boxes, and every second building with a gable roof in LOD2 too.
* `textured`: every building in LOD2 with an image of its own of 512 x 256 pixels on its walls and roofs.

Each is built in a process of its own, once to load what is compiled and once for the figures: one process alone, and
two beside each other.
"""

import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from PIL import Image

from geo.geoid import GeoidModel
from geo.surface import Surfaces
from tests.tiles.tileset.houses import build_town
from tiles.tileset import build_tileset

ROOT = Path(__file__).parents[2]
BUILDINGS = {"lod1": 100_000, "lod2": 100_000, "textured": 2_000}


def run() -> dict[str, object]:
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as name:
        for mix, count in BUILDINGS.items():
            folder = Path(name) / mix
            write_mix(folder, mix, count)
            for processes in (1, 2):
                command = [sys.executable, "-m", __name__, str(folder), str(processes)]
                ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
                figures |= {f"{mix}_{processes}_{key}": value for key, value in _pairs(ended.stdout)}
    return figures


def _pairs(text: str) -> list[tuple[str, float]]:
    return [(key, float(value)) for key, value in (line.split() for line in text.splitlines())]


def write_mix(folder: Path, mix: str, count: int) -> None:
    """features.parquet, surfaces.parquet and the images beside them."""
    folder.mkdir()
    features, surfaces = build_town(count, textured=frozenset(range(count)) if mix == "textured" else frozenset())
    features.to_parquet(folder / "features.parquet")
    table = surfaces.to_table()
    if mix == "lod1":
        table = table.filter(table["lod"].to_numpy() == 1)
    if mix == "textured":
        table = _with_own_images(surfaces, folder).to_table()
    pq.write_table(table, folder / "surfaces.parquet", row_group_size=10_000)


def _with_own_images(surfaces: Surfaces, folder: Path) -> Surfaces:
    """Facades of noise over stripes, about as heavy as photographs."""
    random = np.random.default_rng(1)
    stripes = (np.arange(512) // 32 % 2 * 80)[None, :, None]
    names = tuple(f"{number}.jpg" for number in range(int(surfaces.row.max()) + 1))
    for name in names:
        noise = random.integers(0, 24, (256, 512, 1)) + random.integers(40, 130, 3)
        Image.fromarray((stripes + noise).astype(np.uint8)).save(folder / name, quality=85)
    own = np.where(surfaces.texture >= 0, surfaces.row[surfaces.face_body], -1)
    return replace(surfaces, texture=own.astype(np.int32), images=names)


def measure(folder: Path, processes: int) -> dict[str, float]:
    images = {path.name: path for path in folder.glob("*.jpg")}
    if processes == 1:
        _build(folder, images, None)
        return _timed(folder, images, None)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        _build(folder, images, pool)
        return _timed(folder, images, pool)


def _timed(folder: Path, images: dict[str, Path], pool: ProcessPoolExecutor | None) -> dict[str, float]:
    began, worked = time.perf_counter(), time.process_time()
    built = _build(folder, images, pool)
    seconds = time.perf_counter() - began
    alone = {"cpu_seconds": round(time.process_time() - worked, 2), "peak_mb": _peak_mb()}
    return {
        **(alone if pool is None else {}),
        "seconds": round(seconds, 2),
        "buildings_per_s": round(built["buildings"] / seconds),
        **built,
    }


def _peak_mb() -> int:
    """Of this program alone: `getrusage` would count what the process was before it began."""
    status = Path("/proc/self/status").read_text()
    return round(int(status.partition("VmHWM:")[2].split()[0]) / 1000)


def _build(folder: Path, images: dict[str, Path], pool: ProcessPoolExecutor | None) -> dict[str, float]:
    summary = build_tileset(
        folder / "features.parquet",
        folder / "surfaces.parquet",
        folder / "tileset.3tz",
        columns=["height_m", "usage", "year"],
        geoid=GeoidModel.GSIGEO2011,
        images=images,
        title="benchmark",
        executor=pool,
    )
    return {
        "buildings": summary.features,
        "tiles": summary.tiles,
        "mb": round(summary.bytes / 1e6, 1),
        "megatexels": round(summary.texture_texels / 1e6, 1),
    }


if __name__ == "__main__":
    for figure, value in measure(Path(sys.argv[1]), int(sys.argv[2])).items():
        print(figure, value)
