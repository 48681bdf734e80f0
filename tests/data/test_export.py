"""Exports, read back by the programs they are for: GDAL (pyogrio), geopandas, pandas, json."""

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from pyproj import CRS, Transformer

from data import Format, InvalidQueryError, Search, Store, UnknownLayerError, Viewer
from data.export_file import export_chunks, write_export
from data.feature_table import FeatureTableWriter, arrow_table
from data.staged import FEATURES
from geo import Bounds, Column, ColumnType, GeometryType, Text
from tests.data.conftest import stage

COUNT = 2_345
TREE = [{"name": "bldg:usage", "value": "411", "label": "住宅"}, {"name": "a", "items": [{"name": "b", "value": 1}]}]
TEXTS = [
    *("みほん市役所", '=HYPERLINK("http://x")', "+81-3-1234", "-5", "@SUM(A1)", 'a,b\n"c"', None, "\uff1d1+1"),
    *("1丁目", "0001_1", "\tx", "12:30", "a=b", "-"),
]


def frame() -> gpd.GeoDataFrame:
    random = np.random.default_rng(5)
    west, south = 138.8 + random.random(COUNT) * 0.1, 35.0 + random.random(COUNT) * 0.1
    boxes = shapely.box(west, south, west + 0.0002, south + 0.0001, ccw=False)
    boxes[::7] = shapely.multipolygons([[box, shapely.box(139, 35, 139.1, 35.1)] for box in boxes[::7]])
    columns = {
        "feature_id": [f"bldg_{number}" for number in range(COUNT)],
        "name": [TEXTS[number % len(TEXTS)] for number in range(COUNT)],
        "height_m": np.where(random.random(COUNT) < 0.1, np.nan, np.round(random.random(COUNT) * 60, 2)),
        "storeys": pd.array([None if number % 5 == 0 else number % 9 for number in range(COUNT)], "Int64"),
        "open": pd.array([None if number % 3 == 0 else number % 2 == 0 for number in range(COUNT)], "boolean"),
        "FID": [f"own {number}" for number in range(COUNT)],
        "attributes": [json.dumps(TREE, ensure_ascii=False)] * COUNT,
    }
    return gpd.GeoDataFrame(columns, geometry=boxes, crs="EPSG:4326")


@pytest.fixture(scope="module")
def source() -> gpd.GeoDataFrame:
    return frame()


@pytest.fixture
def city(store: Store, source: gpd.GeoDataFrame) -> Store:
    """A store with the layer `bldg` on the internal map."""
    columns = tuple(
        Column(name, Text.same(name), kind)
        for name, kind in {
            "name": ColumnType.TEXT,
            "height_m": ColumnType.NUMBER,
            "storeys": ColumnType.INTEGER,
            "open": ColumnType.BOOLEAN,
            "FID": ColumnType.TEXT,
        }.items()
    )
    with store.staging() as staging:
        folder = staging / "bldg"
        folder.mkdir()
        layer = stage(folder, "bldg", ["a"])
        (folder / FEATURES).unlink()
        table = arrow_table(source)
        writer = FeatureTableWriter(folder / FEATURES, table.schema)
        writer.write(table)
        writer.close()
        bounds = Bounds(*source.total_bounds)
        record = replace(
            layer.record, columns=columns, geometry=GeometryType.POLYGON, bounds=bounds, feature_count=COUNT
        )
        store.commit(
            [replace(layer, record=record, attribution="みほん市", title=Text("建物", "Buildings"))], Viewer.SYSTEM
        )
    return store


Written = Callable[..., Path]


@pytest.fixture
def written(city: Store, tmp_path: Path) -> Written:
    def write(format: Format, asked: Search = Search(), crs: str | None = None) -> Path:  # noqa: B008 - frozen
        path = tmp_path / f"out.{format.value}"
        write_export(city.export("bldg", asked, Viewer.SYSTEM, crs=crs), format, path)
        return path

    return write


def same_geometry(found: Any, expected: Any) -> bool:
    return bool(np.all(shapely.equals_exact(shapely.normalize(found), shapely.normalize(expected), 1e-9)))


def as_multi(shapes: Any) -> list[Any]:
    return [shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape]) for shape in shapes]


def texts(frame: pd.DataFrame) -> list[str | None]:
    return [None if pd.isna(one) else str(one) for one in frame["name"]]


def same_columns(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    assert found["feature_id"].tolist() == expected["feature_id"].tolist()
    assert texts(found) == texts(expected)
    np.testing.assert_array_equal(found["height_m"].astype(float), expected["height_m"])
    for name in ("storeys", "open"):
        pd.testing.assert_series_equal(
            found[name].astype("Float64"), expected[name].astype("Float64"), check_names=False, check_index=False
        )
    assert found["FID_"].tolist() == expected["FID"].tolist()


def test_a_geopackage_has_every_feature_with_types_tree_and_crs(written: Written, source: gpd.GeoDataFrame) -> None:
    path = written(Format.GEOPACKAGE)
    found = gpd.read_file(path, fid_as_index=True)
    assert found.index.tolist() == list(range(COUNT))
    same_columns(found, source)
    assert found.crs == CRS("EPSG:4326")
    assert same_geometry(found.geometry.to_numpy(), as_multi(source.geometry))
    assert json.loads(found["attributes"][0]) == TREE
    told = pyogrio.read_info(path)
    assert told["geometry_type"] == "MultiPolygon"
    kinds = dict(zip(told["fields"], told["dtypes"], strict=True))
    assert (kinds["height_m"], kinds["storeys"], kinds["open"]) == ("float64", "int64", "bool")


def test_a_geopackage_states_its_terms(written: Written, city: Store) -> None:
    path = written(Format.GEOPACKAGE)
    told = pyogrio.read_info(path)["layer_metadata"]
    version = city.layer("bldg", Viewer.SYSTEM).version
    assert (told["licence"], told["attribution"], told["version"]) == ("CC BY 4.0", "みほん市", version)
    with sqlite3.connect(path) as connection:
        identifier, description = connection.execute("SELECT identifier, description FROM gpkg_contents").fetchone()
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert identifier == "建物"
    assert "licence: CC BY 4.0" in description


def test_a_geoparquet_file_has_every_feature_and_its_terms(written: Written, source: gpd.GeoDataFrame) -> None:
    path = written(Format.GEOPARQUET)
    found = gpd.read_parquet(path)
    assert found["fid"].tolist() == list(range(COUNT))
    same_columns(found, source)
    assert same_geometry(found.geometry.to_numpy(), source.geometry.to_numpy())
    assert found.crs is not None
    assert found.crs.equals(CRS("OGC:CRS84"))
    metadata = pq.read_metadata(path).metadata
    assert metadata[b"licence"] == b"CC BY 4.0"
    assert metadata[b"attribution"].decode() == "みほん市"
    geo = json.loads(metadata[b"geo"])["columns"]["geometry"]
    assert geo["geometry_types"] == ["MultiPolygon", "Polygon"]
    assert geo["bbox"] == pytest.approx(source.total_bounds.tolist())


def test_geojson_is_rfc_7946_with_terms_beside_the_features(written: Written, source: gpd.GeoDataFrame) -> None:
    path = written(Format.GEOJSON)
    collection = json.loads(path.read_text(encoding="utf-8"))
    assert (collection["licence"], collection["attribution"], collection["title"]) == ("CC BY 4.0", "みほん市", "建物")
    features = collection["features"]
    assert [one["id"] for one in features] == source["feature_id"].tolist()
    assert features[0]["properties"]["attributes"] == TREE
    assert all(
        shapely.LinearRing(one["geometry"]["coordinates"][0]).is_ccw
        for one in features
        if one["geometry"]["type"] == "Polygon"
    )
    found = gpd.read_file(path)
    same_columns(found, source)
    assert np.all(shapely.equals(found.geometry.to_numpy(), source.geometry.to_numpy()))


def test_csv_is_read_by_spreadsheets_and_holds_no_formula(written: Written, source: gpd.GeoDataFrame) -> None:
    path = written(Format.CSV)
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert b'\r\n0,"bldg_0"' in raw or b"\r\n0,bldg_0" in raw
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert list(rows[0]) == ["fid", "feature_id", "name", "height_m", "storeys", "open", "FID_", "lon", "lat", "wkt"]
    formulas = {text for text in TEXTS if text and text[0] in "=+-@\t\uff1d"} - {"-5"}
    assert len(formulas) == 6
    expected = [f"'{text}" if text in formulas else text for text in texts(source)]
    assert [row["name"] or None for row in rows] == expected
    assert [float(row["height_m"]) if row["height_m"] else None for row in rows] == [
        None if np.isnan(height) else height for height in source["height_m"]
    ]
    assert {row["open"] for row in rows} == {"true", "false", ""}
    shapes = shapely.from_wkt([row["wkt"] for row in rows])
    points = shapely.points([(float(row["lon"]), float(row["lat"])) for row in rows])
    assert np.all(shapely.hausdorff_distance(shapes, source.geometry.to_numpy()) < 2e-8)
    assert np.all(shapely.distance(shapes, points) < 2e-8)


def test_a_csv_has_its_terms_in_a_file_beside_it(written: Written) -> None:
    path = written(Format.CSV)
    about = json.loads(path.with_name("out.csv-metadata.json").read_text(encoding="utf-8"))
    assert about["url"] == "out.csv"
    assert (about["dc:license"], about["dc:rights"]) == ("CC BY 4.0", "みほん市")
    names = [column["name"] for column in about["tableSchema"]["columns"]]
    assert names == path.read_text(encoding="utf-8-sig").splitlines()[0].split(",")


@pytest.mark.parametrize("format", list(Format))
def test_a_selection_has_the_features_that_pandas_selects(
    format: Format, written: Written, source: gpd.GeoDataFrame
) -> None:
    box = (138.82, 35.02, 138.88, 35.08)
    path = written(format, Search(filter="height_m > 20 AND open = TRUE", box=box))
    chosen = source[(source.height_m > 20) & source.open.fillna(False) & source.intersects(shapely.box(*box))]
    assert 20 < len(chosen) < COUNT
    read = {Format.GEOPARQUET: gpd.read_parquet, Format.CSV: pd.read_csv}.get(format, gpd.read_file)
    assert read(path)["feature_id"].tolist() == chosen["feature_id"].tolist()


@pytest.mark.parametrize("format", list(Format))
def test_a_selection_of_nothing_is_a_file_without_features(format: Format, written: Written) -> None:
    path = written(format, Search(filter="FALSE"))
    read = {Format.GEOPARQUET: gpd.read_parquet, Format.CSV: pd.read_csv}.get(format, gpd.read_file)
    assert len(read(path)) == 0


@pytest.mark.parametrize("format", [Format.GEOPACKAGE, Format.GEOPARQUET, Format.CSV])
def test_the_plane_of_the_city_is_the_one_proj_computes(
    format: Format, written: Written, source: gpd.GeoDataFrame
) -> None:
    path = written(format, crs="plane")
    plane = CRS("EPSG:6676")
    east, north = Transformer.from_crs("OGC:CRS84", plane, always_xy=True).transform(
        *source.geometry[1].exterior.coords.xy
    )
    expected = shapely.normalize(shapely.Polygon(zip(east, north, strict=True)))
    if format is Format.CSV:
        row = pd.read_csv(path).iloc[1]
        shape, crs = shapely.from_wkt(row["wkt_epsg6676"]), plane
        assert shapely.Point(row["lon"], row["lat"]).within(source.geometry[1])
    else:
        found = gpd.read_parquet(path) if format is Format.GEOPARQUET else gpd.read_file(path)
        shape, crs = found.geometry[1], found.crs
    shape = shape.geoms[0] if shape.geom_type == "MultiPolygon" else shape
    assert crs == plane
    assert shapely.hausdorff_distance(shapely.normalize(shape), expected) < 1e-3


def test_what_cannot_be_written_is_told(city: Store) -> None:
    for crs in ("EPSG:4301", "nonsense", "EPSG:3857"):
        with pytest.raises(InvalidQueryError, match="EPSG:4326"):
            city.export("bldg", Search(), Viewer.SYSTEM, crs=crs)
    export = city.export("bldg", Search(), Viewer.SYSTEM, crs="6676")
    with pytest.raises(InvalidQueryError, match="7946"):
        export_chunks(export, Format.GEOJSON)


def test_a_layer_one_may_not_see_is_not_exported(city: Store) -> None:
    with pytest.raises(UnknownLayerError):
        city.export("bldg", Search(), Viewer.PUBLIC)


def test_a_failed_export_leaves_no_file(city: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError

    export = city.export("bldg", Search(), Viewer.SYSTEM)
    folder = tmp_path / "out"
    folder.mkdir()
    monkeypatch.setattr(type(export), "tables", fail)
    with pytest.raises(RuntimeError):
        write_export(export, Format.GEOJSON, folder / "a.geojson")
    assert list(folder.iterdir()) == []


def test_the_name_of_a_file_tells_version_part_and_licence(city: Store) -> None:
    version = city.layer("bldg", Viewer.SYSTEM).version
    whole = city.export("bldg", Search(), Viewer.SYSTEM)
    part = city.export("bldg", Search(filter="open = TRUE"), Viewer.SYSTEM)
    assert whole.file_name("csv") == f"bldg_{version}_CC-BY-4.0.csv"
    assert part.file_name("gpkg") == f"bldg_{version}_part_CC-BY-4.0.gpkg"
