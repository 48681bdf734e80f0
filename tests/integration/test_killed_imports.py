"""Imports killed at random moments while a server answers: it gives the old version or the new one, whole."""

import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from data import Store, Viewer
from tests.data.conftest import points

ROUNDS = 20
ROOT = Path(__file__).parents[2]


def _machinami(store: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "web.cli", "--lang", "en", "--store", str(store), *arguments]


def _write(folder: Path, count: int) -> Path:
    path = folder / "shelters.geojson"
    points([str(i) for i in range(count)]).to_file(path, driver="GeoJSON")
    return path


def _start_import(store: Path, source: Path) -> "subprocess.Popen[bytes]":
    command = _machinami(store, "import", str(source))
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextmanager
def _served(store: Path) -> Iterator[str]:
    command = _machinami(store, "serve", "--internal", "--no-worker", "--port", "0")
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = next(match for line in server.stdout if (match := re.search(r"http://[\d.:]+", line)))
        yield found[0]
        server.terminate()


class _Onlooker(threading.Thread):
    """Asks the server all the time and keeps whatever it finds broken."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._client = httpx.Client(base_url=url, timeout=60)
        self.stop = threading.Event()
        self.faults: list[str] = []
        self.looks = 0

    def run(self) -> None:
        while not self.stop.wait(0.02):
            for layer in self._client.get("/api/layers").json()["layers"]:
                self._look(layer)
            self.looks += 1

    def _look(self, layer: dict[str, dict[str, str]]) -> None:
        """The last feature and a tile of the version that the list names."""
        last = int(str(layer["feature_count"])) - 1
        feature = self._client.get(layer["links"]["features"].replace("{fid}", str(last)))
        tile = self._client.get(layer["links"]["tiles"].format(z=4, x=14, y=6))
        if feature.status_code != 200 or f'"{last}"' not in feature.text:
            self.faults.append(f"{layer['version']}: feature {last} is {feature.status_code} {feature.text[:200]}")
        if tile.status_code != 200 or not tile.content:
            self.faults.append(f"{layer['version']}: tile is {tile.status_code}")


@pytest.mark.slow
def test_twenty_imports_killed_at_random_moments_never_show_half_a_layer(tmp_path: Path) -> None:
    chance = random.Random(20)
    path = tmp_path / "store"
    began = time.monotonic()
    assert _start_import(path, _write(tmp_path, 100)).wait() == 0
    usual = time.monotonic() - began
    store = Store.open(path)
    killed = 0
    with _served(path) as url:
        onlooker = _Onlooker(url)
        onlooker.start()
        for n in range(ROUNDS):
            (before,) = store.layers(Viewer.SYSTEM)
            process, began = _start_import(path, _write(tmp_path, 200 + n)), time.monotonic()
            try:
                process.wait(chance.uniform(0.3, 1.2) * usual)
                usual = time.monotonic() - began  # the first was slow, or the machine is less busy by now
            except subprocess.TimeoutExpired:
                process.kill()
            killed += process.wait() == -signal.SIGKILL
            (after,) = store.layers(Viewer.SYSTEM)
            assert after.version == before.version or after.current.feature_count == 200 + n
        onlooker.stop.set()
        onlooker.join(60)
    assert onlooker.faults == []
    assert onlooker.looks
    assert killed >= ROUNDS // 4
    store.gc(Viewer.SYSTEM)
    assert not list((path / "staging").iterdir())
    assert len(list((path / "versions").glob("*/*"))) <= 2
    store.close()
