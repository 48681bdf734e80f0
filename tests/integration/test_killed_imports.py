"""Imports killed at random moments while readers look on: they see the old version or the new one, whole."""

import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from data import Store, Viewer
from data.store import FEATURES, TILES
from tests.data.conftest import points

ROUNDS = 20


def _write(folder: Path, count: int) -> Path:
    path = folder / "shelters.geojson"
    points([str(i) for i in range(count)]).to_file(path, driver="GeoJSON")
    return path


def _start_import(store: Path, source: Path) -> "subprocess.Popen[bytes]":
    script = (
        "import sys; from pathlib import Path; from data import Store, Viewer, import_paths; "
        "import_paths(Store.open(sys.argv[1]), [Path(sys.argv[2])], viewer=Viewer.SYSTEM)"
    )
    root = Path(__file__).parents[2]
    return subprocess.Popen([sys.executable, "-c", script, str(store), str(source)], cwd=root)


class _Onlooker(threading.Thread):
    """Reads the layer all the time and keeps whatever it finds broken."""

    def __init__(self, store: Path) -> None:
        super().__init__(daemon=True)
        self._store = Store.open(store)
        self.stop = threading.Event()
        self.faults: list[str] = []
        self.looks = 0

    def run(self) -> None:
        while not self.stop.wait(0.01):
            for record in self._store.layers(Viewer.SYSTEM):
                self._look(record.id)
            self.looks += 1

    def _look(self, layer_id: str) -> None:
        record = self._store.layer(layer_id, Viewer.SYSTEM)
        folder = self._store.folder(record)
        if not (folder / FEATURES).exists() or not (folder / TILES).exists():
            self.faults.append(f"{record.version}: files missing")
            return
        last = record.current.feature_count - 1
        found = self._store.feature(layer_id, last, Viewer.SYSTEM, version=record.version)
        if str(last) not in str(found["attributes"]):
            self.faults.append(f"{record.version}: feature {last} is {found['attributes']}")


@pytest.mark.slow
def test_twenty_imports_killed_at_random_moments_never_show_half_a_layer(tmp_path: Path) -> None:
    chance = random.Random(20)
    path = tmp_path / "store"
    began = time.monotonic()
    assert _start_import(path, _write(tmp_path, 100)).wait() == 0
    usual = time.monotonic() - began
    onlooker = _Onlooker(path)
    onlooker.start()
    store = Store.open(path)
    killed = 0
    for n in range(ROUNDS):
        before = store.layers(Viewer.SYSTEM)[0]
        process = _start_import(path, _write(tmp_path, 200 + n))
        time.sleep(chance.uniform(0.3, 1.05) * usual)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        (after,) = store.layers(Viewer.SYSTEM)
        assert after.version == before.version or after.current.feature_count == 200 + n
    onlooker.stop.set()
    onlooker.join(10)
    assert onlooker.faults == []
    assert onlooker.looks > ROUNDS
    assert killed >= ROUNDS // 2
    store.gc(Viewer.SYSTEM)
    assert not list((path / "staging").iterdir())
    assert len(list((path / "versions").glob("*/*"))) <= 2
    store.close()
