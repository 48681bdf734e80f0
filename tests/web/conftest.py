"""A small town in a real store: AED sites (published) and wards with their people (internal)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from data import ImportOptions, Store, Viewer, import_paths
from web.app import create_app
from web.settings import Settings

AED = """名称,住所,緯度,経度
市役所,みほん市1-1,35.1000,138.8600
図書館,みほん市1-2,35.1010,138.8610
公民館,みほん市1-3,,
"""


def _ward(name: str, west: float, people: int) -> dict[str, Any]:
    east, south, north = west + 0.01, 35.09, 35.11
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    properties = {"name": name, "population": people}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def write_town(folder: Path) -> Path:
    folder.mkdir()
    (folder / "aed.csv").write_text(AED, encoding="utf-8")
    wards = {"type": "FeatureCollection", "features": [_ward("東", 138.86, 1_200), _ward("西", 138.80, 800)]}
    (folder / "wards.geojson").write_bytes(orjson.dumps(wards))
    return folder


@dataclass(frozen=True)
class Town:
    """Tests that change anything import a town of their own."""

    store: Store
    files: Path

    def client(self, **settings: Any) -> TestClient:
        """Asks the application as a browser on the same machine would."""
        app = create_app(Settings(store=self.store.path, **settings), self.store)
        return TestClient(app, base_url="http://localhost:8000", raise_server_exceptions=False)


def _town(folder: Path) -> Town:
    files = write_town(folder / "files")
    store = Store.open(folder / "store")
    options = ImportOptions(licence="CC BY 4.0", attribution="みほん市")
    import_paths(store, [files], viewer=Viewer.SYSTEM, options=options)
    store.publish("aed", Viewer.SYSTEM)
    return Town(store, files)


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """For reading only."""
    made = _town(tmp_path_factory.mktemp("town"))
    yield made
    made.store.close()


@pytest.fixture
def own_town(tmp_path: Path) -> Iterator[Town]:
    made = _town(tmp_path)
    yield made
    made.store.close()


@pytest.fixture(scope="session")
def public(town: Town) -> TestClient:
    return town.client()


@pytest.fixture(scope="session")
def internal(town: Town) -> TestClient:
    return town.client(internal=True)


@pytest.fixture
def machinami(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., "Outcome"]:
    """Calls the command line in this process, in English unless told otherwise."""
    from web.cli.main import run

    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "MACHINAMI_STORE"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: object, lang: str = "en") -> Outcome:
        monkeypatch.setenv("LANG", {"en": "C.UTF-8", "ja": "ja_JP.UTF-8"}[lang])
        status = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Outcome(status, captured.out, captured.err)

    return call


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return orjson.loads(self.out)
