"""What building a tileset holds of a city at one time: a part of it, and a few bytes of each feature."""

import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.feature_table import arrow_table
from geo.geoid import GeoidModel
from tests.tiles.tileset.houses import build_town
from tiles.tileset import build_tileset, part
from tiles.tileset.plan import plan_tileset

ROOT = Path(__file__).parents[3]
COLUMNS = ("height_m", "usage", "year")


def write_towns(folder: Path, towns: int, houses: int = 500) -> Path:
    """The same town many times beside each other: each a row group of its own."""
    features, surfaces = build_town(houses)
    attributes = arrow_table(features).drop_columns(["geometry"])
    bodies = surfaces.to_table()
    width = 0.006  # degrees; a town is some 600 m wide
    folder.mkdir()
    with (
        pq.ParquetWriter(folder / "features.parquet", attributes.schema) as some,
        pq.ParquetWriter(folder / "surfaces.parquet", bodies.schema) as others,
    ):
        for number in range(towns):
            some.write_table(attributes)
            moved = np.array(surfaces.xyz)
            moved[:, :2] += np.array([number % 4, number // 4]) * width
            xyz = pa.ListArray.from_arrays(bodies["xyz"].combine_chunks().offsets, pa.array(moved.ravel()))
            row = pa.array(bodies["row"].to_numpy() + number * houses)
            others.write_table(
                bodies.set_column(0, bodies.schema.field("row"), row).set_column(6, bodies.schema.field("xyz"), xyz)
            )
    return folder


@pytest.fixture(scope="module")
def cities(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """By the number of their houses."""
    folder = tmp_path_factory.mktemp("cities")
    return {500 * towns: write_towns(folder / str(towns), towns) for towns in (8, 32)}


def build(folder: Path) -> int:
    return build_tileset(
        folder / "features.parquet",
        folder / "surfaces.parquet",
        folder / "tileset.3tz",
        columns=COLUMNS,
        geoid=GeoidModel.GSIGEO2011,
        images={},
        title="街",
    ).features


def traced_bytes(folder: Path, of: str) -> int:
    """The most that Python and NumPy held at one time."""
    tracemalloc.start()
    try:
        plan_tileset(folder / "surfaces.parquet") if of == "plan" else build(folder)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a small city has many."""
    monkeypatch.setattr(part, "PART_POINTS", 20_000)
    monkeypatch.setattr("tiles.tileset.tree.FAR_POINTS", 8_000)
    monkeypatch.setattr("tiles.tileset.tree.LEAF_POINTS", 4_000)
    monkeypatch.setattr("tiles.tileset.plan._AT_ONCE", 1_000)


@pytest.mark.parametrize(("of", "most"), [("plan", 200), ("whole", 120)])
def test_a_house_more_takes_few_bytes(cities: dict[int, Path], of: str, most: int) -> None:
    few, many = cities
    assert build(cities[few]) == few  # compiles, and keeps what a first run keeps
    growth = traced_bytes(cities[many], of) - traced_bytes(cities[few], of)
    corners = 33 * 24  # bytes: what each house would take if all were held in space
    assert growth / (many - few) < most < corners


def test_who_only_hands_parts_on_loads_nothing_compiled() -> None:
    told = "import sys, tiles.tileset; print('numba' in sys.modules, 'pyarrow.parquet' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ended.stdout.split() == ["False", "False"]


def test_parts_hold_no_more_than_they_may(cities: dict[int, Path]) -> None:
    plan = plan_tileset(cities[16_000] / "surfaces.parquet")
    assert plan is not None
    above, roots = part.split_tree(plan.root)
    groups = list(part.grouped(above, plan))
    assert [node.name for group in groups for node in group] == [node.name for node in above]
    assert len(groups) > 1
    assert max(sum(int(plan.far_points[node.features].sum()) for node in group) for group in groups) <= 20_000
    assert max(root.points for root in roots) <= 20_000
