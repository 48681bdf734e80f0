"""The account of levels of detail, as the command line and the HTTP API tell it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from data import Store, Viewer
from tests.geo.citygml.city import SQUARE, box, building, city_model, footprint, polygon, solid, write
from tests.web.conftest import Outcome
from web.app import create_app
from web.model import LayerDetail
from web.settings import Settings

Machinami = Callable[..., Outcome]


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """Two buildings; the LOD2 of one of them lies flat at height 0."""
    bodies = footprint() + f"<bldg:lod1Solid>{box(1, 9)}</bldg:lod1Solid>"
    flat = f"<bldg:lod2Solid>{solid(polygon(SQUARE))}</bldg:lod2Solid>"
    return write(tmp_path / "in", city_model(building(shape=bodies), building(id="b2", shape=bodies + flat)))


LEVELS = [
    {"feature_type": "bldg:Building", "lod": lod, "read": 2, "stored": 2, "kept_out": 0, "set_aside": 0}
    for lod in (0, 1)
] + [{"feature_type": "bldg:Building", "lod": 2, "read": 1, "stored": 0, "kept_out": 1, "set_aside": 0}]


def test_an_import_shows_each_type_and_level_and_exits_3_for_one_that_is_kept_out(
    machinami: Machinami, tmp_path: Path, city: Path
) -> None:
    outcome = machinami("--store", tmp_path / "store", "import", city)
    assert outcome.status == 3
    rows = [line.split() for line in outcome.out.splitlines() if line.strip().startswith("bldg:Building")]
    assert rows == [["bldg:Building", "LOD0-1", "2", "2", "0", "0"], ["bldg:Building", "LOD2", "1", "0", "0", "1"]]


def test_the_json_of_an_import_and_of_a_layer_hold_the_same_account(
    machinami: Machinami, tmp_path: Path, city: Path
) -> None:
    assert machinami("--store", tmp_path / "store", "import", city, "--json").json["levels"] == LEVELS
    store = Store.open(tmp_path / "store")
    (layer,) = store.layers(Viewer.SYSTEM)
    client = TestClient(create_app(Settings(store=store.path, internal=True), store), base_url="http://localhost:8000")
    told = client.get(f"/api/layers/{layer.id}").json()
    LayerDetail.model_validate(told)
    assert told["levels"] == told["files"][0]["levels"] == LEVELS
    store.close()


def test_a_check_shows_them_without_a_store(machinami: Machinami, city: Path) -> None:
    outcome = machinami("check", city)
    assert outcome.status == 3
    assert "LOD0-1" in outcome.out
    assert machinami("check", city, "--json").json["levels"] == LEVELS


def test_what_knows_no_levels_shows_no_table(machinami: Machinami, tmp_path: Path) -> None:
    (tmp_path / "aed.csv").write_text("名称,緯度,経度\n市役所,35.1,138.86\n", encoding="utf-8")
    assert "level of detail" not in machinami("check", tmp_path / "aed.csv").out
