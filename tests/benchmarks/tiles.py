"""Stored tiles a second from one server process over loopback, and how long the slowest hundredth waits.

`wrk` asks over 16 connections, as a browser does: keep-alive, gzip welcome, a different tile each time.
"""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
import uvicorn

from geo import GeometryType
from tiles import PmtilesReader, TileCoord, build_vector_tiles
from web.tile import ServedLayer, TileApp

ROOT = Path(__file__).parents[2]
CONNECTIONS = 16
_FOLDER = "MACHINAMI_BENCH_TILES"

_WRK = """
local paths, place = {}, 0
for path in io.lines("%s") do paths[#paths + 1] = path end
wrk.headers["Accept-Encoding"] = "gzip"
request = function()
  place = place %% #paths + 1
  return wrk.format("GET", paths[place])
end
done = function(summary, latency, requests)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("RESULT %%d %%d %%d %%f %%f\\n", summary.requests, summary.duration, failed,
    latency:percentile(50), latency:percentile(99)))
end
"""


def run(seconds: int = 8, buildings: int = 40_000) -> dict[str, Any]:
    """Tiles `buildings` buildings, serves them and asks for all their tiles of zooms 13 to 16 in turn."""
    (ROOT / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as name:
        folder = Path(name)
        write_buildings(folder / "features.parquet", buildings)
        began = time.monotonic()
        build_vector_tiles(
            folder / "features.parquet",
            folder / "tiles.pmtiles",
            columns=["height_m", "usage"],
            geometry_type=GeometryType.POLYGON,
        )
        tiling_s = time.monotonic() - began
        with PmtilesReader(folder / "tiles.pmtiles") as archive:
            coords = [coord for zoom in range(13, 17) for coord in archive.coords(zoom)]
            sizes = [len(tile.data) for coord in coords if (tile := archive.tile(coord))]
            reader = read_speed(archive, coords)
        paths = folder / "paths.txt"
        paths.write_text("\n".join(f"/tiles/bldg/1/{coord.z}/{coord.x}/{coord.y}.pbf" for coord in coords))
        with serving(folder) as port:
            figures = ask(port, paths, seconds)
    return {
        **figures,
        "tiles": len(coords),
        "mean_tile_kb": round(sum(sizes) / len(sizes) / 1000, 1),
        "reader_tiles_per_s": reader,
        "tiling_features_per_s": round(buildings / tiling_s),
    }


def write_buildings(path: Path, count: int) -> None:
    """Rectangles of about 10 m, 36 m apart, with a height and a use."""
    random = np.random.default_rng(1)
    side = int(np.ceil(count**0.5))
    west, south = 138.80 + np.arange(count) % side * 0.0004, 35.05 + np.arange(count) // side * 0.00032
    width, depth = random.uniform(0.00008, 0.00015, count), random.uniform(0.00006, 0.00012, count)
    shapes = shapely.box(west, south, west + width, south + depth)
    table = pa.table(
        {
            "height_m": np.round(random.lognormal(1.9, 0.4, count), 1),
            "usage": random.choice(["401", "402", "411", "412", "421"], count),
            "geometry": pa.array(shapely.to_wkb(shapes), pa.binary()),
        }
    )
    pq.write_table(table, path, row_group_size=2_000)


def read_speed(archive: PmtilesReader, coords: list[TileCoord]) -> int:
    """Tiles a second that the reader alone finds."""
    rounds = max(1, 100_000 // len(coords))
    began = time.perf_counter()
    for _ in range(rounds):
        for coord in coords:
            archive.tile(coord)
    return round(rounds * len(coords) / (time.perf_counter() - began))


class OneLayer:
    def __init__(self, folder: Path) -> None:
        self._layer = ServedLayer("bldg", "1", folder, "vector", "public", {})

    def layer(self, layer_id: str, version: str | None = None) -> ServedLayer | None:
        return self._layer if layer_id == "bldg" else None


def build_app() -> TileApp:
    """For the server's own process."""
    return TileApp(OneLayer(Path(os.environ[_FOLDER])))


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """The port of a server with one process."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number = listening.fileno()
        command = [sys.executable, "-m", "tests.benchmarks.tiles", "--serve", str(number)]
        environment = {**os.environ, _FOLDER: str(folder)}
        server = subprocess.Popen(command, cwd=ROOT, env=environment, pass_fds=[number])
        try:
            port = listening.getsockname()[1]
            # Waits in the socket until the server has started.
            urlopen(f"http://127.0.0.1:{port}/tiles/bldg/1.pmtiles", timeout=60).close()
            yield port
        finally:
            server.terminate()
            server.wait(timeout=10)


def serve(number: int) -> None:
    # As `machinami serve` runs it.
    config = uvicorn.Config(
        build_app, factory=True, access_log=False, log_level="warning", server_header=False, lifespan="off"
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=number)])


def ask(port: int, paths: Path, seconds: int) -> dict[str, Any]:
    script = paths.with_suffix(".lua")
    script.write_text(_WRK % paths)
    address = f"http://127.0.0.1:{port}"
    # A short round first: the files come into memory.
    for duration in (1, seconds):
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{duration}s", "--latency", "-s", str(script), address]
        out = subprocess.run(command, check=True, capture_output=True, text=True, timeout=duration + 60).stdout
    found = re.search(r"RESULT (\d+) (\d+) (\d+) ([\d.]+) ([\d.]+)", out)
    assert found, out
    requests, microseconds, failed, median, slow = map(float, found.groups())
    return {
        "tiles_per_s": round(requests / microseconds * 1e6),
        "p50_ms": round(median / 1000, 2),
        "p99_ms": round(slow / 1000, 2),
        "failed": int(failed),
        "connections": CONNECTIONS,
        "seconds": seconds,
    }


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(int(sys.argv[2]))
    else:
        print(json.dumps(run(), indent=1))
