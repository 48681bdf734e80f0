"""The ground: 1 GB of GeoTIFF to a COG and sampled, in how much memory; Yokosuka's TIN; terrain tiles.

Each measured step runs in a process of its own, so that its peak is its own. The files lie in build/ and are removed.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest
import rasterio
from rasterio.transform import from_origin
from rasterio.windows import Window

from tests.shared_data import shared_data

SIDE = 16_384
STEP = 0.2 / 3600
WEST, NORTH = 138.0, 36.0
YOKOSUKA = "plateau/yokosuka_iur/udx/dem/523965_dem_6697_05_op.gml"
BUILD = Path(__file__).parents[2] / "build"


def run() -> dict[str, object]:
    BUILD.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="terrain-", dir=BUILD))
    try:
        source = write_hills(folder / "hills.tif")
        figures: dict[str, object] = {"geotiff_gb": round(source.stat().st_size / 1e9, 3)}
        for step in ("empty", "write_cog", "mosaic", "ground", "sample", "tiles", "tin"):
            figures[step] = _measured(step, folder)
        return figures
    finally:
        shutil.rmtree(folder)


def write_hills(path: Path) -> Path:
    """1 GB of float32, not packed: slopes with the roughness of a laser survey, and a sea without data."""
    noise = np.random.default_rng(1).normal(0, 0.05, (512, SIDE)).astype(np.float32)
    profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "height": SIDE, "width": SIDE, "nodata": -9999}
    profile |= {"tiled": True, "blockxsize": 512, "blockysize": 512, "crs": "EPSG:6668"}
    x = np.arange(SIDE, dtype=np.float32)
    with rasterio.open(path, "w", transform=from_origin(WEST, NORTH, STEP, STEP), **profile) as file:
        for top in range(0, SIDE, 512):
            y = np.arange(top, top + 512, dtype=np.float32)[:, None]
            heights = 200 + 150 * np.sin(x / 700) * np.cos(y / 900) + noise
            heights[heights < 60] = -9999
            file.write(heights.astype(np.float32), 1, window=Window(0, top, SIDE, 512))
    return path


def _measured(step: str, folder: Path) -> dict[str, object]:
    """Figures that the step prints, its seconds, and its peak memory, looked at every 10 ms."""
    process = psutil.Popen(
        [sys.executable, "-m", "tests.benchmarks.terrain", step, str(folder)], stdout=subprocess.PIPE, text=True
    )
    peak = [0]

    def watch() -> None:
        while process.is_running():
            try:
                peak[0] = max(peak[0], process.memory_info().rss)
            except psutil.Error:
                return
            time.sleep(0.01)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    out, _ = process.communicate(timeout=600)
    return {**json.loads(out), "peak_mb": round(peak[0] / 1e6)}


def _empty(_: Path) -> dict[str, object]:
    import geo.terrain  # noqa: F401 - what the imports alone need

    return {}


def _write_cog(folder: Path) -> dict[str, object]:
    from geo.raster import write_cog

    write_cog(folder / "hills.tif", folder / "grid.tif", name="hills.tif", crs="EPSG:6697")
    return {"cog_gb": round((folder / "grid.tif").stat().st_size / 1e9, 3)}


def _mosaic(folder: Path) -> dict[str, object]:
    """The same gigabyte with another source behind it, which fills its sea."""
    from geo.terrain.mosaic import mosaic

    summary = mosaic([folder / "grid.tif", _coarse(folder)], folder / "mosaic.tif", name="mosaic")
    (folder / "mosaic.tif").unlink()
    return {"cells_m": round(summary.width * summary.height / 1e6)}


def _coarse(folder: Path) -> Path:
    coarse, step = folder / "coarse.tif", STEP * 16
    profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "height": 1_100, "width": 1_100, "crs": "EPSG:6697"}
    with rasterio.open(coarse, "w", transform=from_origin(WEST - 1e-3, NORTH + 1e-3, step, step), **profile) as file:
        file.write(np.full((1, 1_100, 1_100), 1, np.float32))
    return coarse


def _ground(folder: Path) -> dict[str, object]:
    """Both as two layers of one ground: its sheets, a tile at the edge of the known, a million places."""
    from geo.grid import GridFile
    from geo.terrain import Ground, GroundSheet, write_sheets
    from tiles import TerrainTiles, TileCoord

    sources = [GridFile(folder / "grid.tif"), GridFile(_coarse(folder))]
    target = folder / "ground"
    target.mkdir()
    began = time.perf_counter()
    plans = write_sheets(sources, target)
    took = time.perf_counter() - began
    sheets = [
        GroundSheet(
            GridFile(plan.heights) if plan.heights else sources[plan.own],
            plan.own,
            GridFile(plan.givers) if plan.givers else None,
        )
        for plan in plans
    ]
    ground = Ground(sources, sheets)
    tiles = TerrainTiles(ground)
    edge = TileCoord.at(WEST - 1e-3, 35.55, 15)
    random = np.random.default_rng(2)
    places = np.column_stack([random.uniform(138.4, 138.5, 1_000_000), random.uniform(35.5, 35.6, 1_000_000)])
    figures = {
        "sheets_s": round(took, 1),
        "stored_mb": round(sum(path.stat().st_size for path in target.iterdir()) / 1e6),
        "apron_s": _seconds(lambda: tiles.bounds),
        "edge_tile_ms": round(_seconds(lambda: [tiles.tile(edge) for _ in range(20)]) * 50, 1),
        "million_places_of_a_city_s": _seconds(lambda: ground.trace(places)),
    }
    shutil.rmtree(target)
    return figures


def _sample(folder: Path) -> dict[str, object]:
    from geo.grid import GridFile

    file = GridFile(folder / "grid.tif")
    random = np.random.default_rng(2)
    places = np.column_stack([random.uniform(138, 138.9, 1_000_000), random.uniform(35.1, 36, 1_000_000)])
    near = np.column_stack([random.uniform(138.4, 138.5, 1_000_000), random.uniform(35.5, 35.6, 1_000_000)])
    one = np.array([[138.45, 35.55]])
    return {
        "million_places_of_a_prefecture_s": _seconds(lambda: file.sample(places)),
        "million_places_of_a_city_s": _seconds(lambda: file.sample(near)),
        "one_place_ms": round(_seconds(lambda: [file.sample(one) for _ in range(100)]) * 10, 2),
    }


def _tiles(folder: Path) -> dict[str, object]:
    from tiles import TerrainTiles, TileCoord

    tiles = TerrainTiles(folder / "grid.tif")
    figures: dict[str, object] = {}
    for zoom in (8, 11, 15):
        cell = TileCoord.at(138.45, 35.55, zoom)
        tiles.tile(cell)
        took = _seconds(lambda cell=cell: [tiles.tile(cell) for _ in range(20)])  # type: ignore[misc]
        figures[f"z{zoom}_ms"] = round(took / 20 * 1_000, 1)
    return figures


def _tin(folder: Path) -> dict[str, object]:
    """Yokosuka's file, and 400 times its triangles in one file (170 MB)."""
    from geo.terrain import read_tin

    try:
        source = shared_data(YOKOSUKA)
    except pytest.skip.Exception:
        return {}
    text = source.read_text(encoding="utf-8-sig")
    begin, end = text.index("<core:cityObjectMember>"), text.rindex("</core:CityModel>")
    many = folder / "many_dem.gml"
    with many.open("w", encoding="utf-8") as file:
        file.write(text[:begin])
        for _ in range(400):
            file.write(text[begin:end])
        file.write(text[end:])
    once = _seconds(lambda: read_tin(source, folder / "once.tif", name="once.gml"))
    took = _seconds(lambda: read_tin(many, folder / "many.tif", name="many.gml"))
    size = many.stat().st_size / 1e6
    many.unlink()
    return {"once_s": once, "file_mb": round(size), "mb_per_s": round(size / took, 1)}


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return round(time.perf_counter() - began, 3)


_STEPS = {
    "empty": _empty,
    "write_cog": _write_cog,
    "mosaic": _mosaic,
    "ground": _ground,
    "sample": _sample,
    "tiles": _tiles,
    "tin": _tin,
}

if __name__ == "__main__":
    name, where = sys.argv[1:]
    started = time.perf_counter()
    found = _STEPS[name](Path(where))
    print(json.dumps({**found, "seconds": round(time.perf_counter() - started, 2)}))
