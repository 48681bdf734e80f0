"""A real store in a temporary folder, and layers small enough to read in a test."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from data.feature_table import FeatureTableWriter, arrow_table
from data.record import VersionRecord
from data.staged import FEATURES, StagedLayer
from data.store import Store
from data.viewer import Viewer
from geo import Bounds, Column, Count, Draw, GeometryType, Problem, Style, Text, Theme
from geo.portrayal import SAFETY


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "store")
    yield opened
    opened.close()


def points(names: Sequence[str]) -> gpd.GeoDataFrame:
    """One point a name, ten metres apart from 138.8 E, 35.1 N eastwards."""
    geometry = [shapely.Point(138.8 + 0.0001 * i, 35.1) for i in range(len(names))]
    frame = {"feature_id": [f"p{i}" for i in range(len(names))], "name": list(names)}
    return gpd.GeoDataFrame(frame, geometry=geometry, crs="EPSG:4326")


def stage(folder: Path, id: str, names: Sequence[str], problems: Sequence[Problem] = ()) -> StagedLayer:
    """A layer ready to be switched to, without tiles."""
    table = arrow_table(points(names))
    writer = FeatureTableWriter(folder / FEATURES, table.schema)
    writer.write(table)
    writer.close()
    record = VersionRecord(
        kind="vector",
        geometry=GeometryType.POINT,
        bounds=Bounds(138.8, 35.1, 138.8 + 0.0001 * (len(names) - 1), 35.1),
        min_zoom=0,
        max_zoom=14,
        feature_count=len(names),
        crs="EPSG:4326",
        vertical_datum=None,
        style=Style(Draw.CIRCLE, (Theme.single("#123456", Text("点", "Points")),), label="name"),
        columns=(Column("name", Text("名称", "Name")),),
        counts=(Count("row", "", len(names), len(names), 0),),
        problem_count=len(problems),
    )
    content_hash = "".join(f"{ord(letter):02x}" for letter in "".join(names))[:64] or "00"
    return StagedLayer(id, folder, Text("点", "Points"), SAFETY, None, "CC BY 4.0", content_hash, record, problems)


@pytest.fixture
def put(store: Store) -> Callable[..., str]:
    """Stores a layer of points with the given names and gives its version."""

    def put_layer(id: str, names: Sequence[str], problems: Sequence[Problem] = ()) -> str:
        with store.staging() as staging:
            folder = staging / "layer"
            folder.mkdir()
            return store.commit([stage(folder, id, names, problems)], Viewer.SYSTEM)[0].version

    return put_layer
