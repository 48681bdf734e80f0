import gzip
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import psutil
import pyogrio
import pytest
import shapely
from shapely import affinity

from geo import Bounds, GeometryType
from tests.shared_data import shared_data
from tests.tiles.feature_file import decoded, features_at, write_features
from tiles import EmptyInputError, PmtilesReader, TileCoord, TileSummary, TilingError, build_vector_tiles
from tiles.mvt import feature_ids
from tiles.tippecanoe_process import run_tippecanoe

CELL = 360 / 2**28
"""Degrees of longitude: a cell of a tile of zoom 16."""


def build(
    folder: Path, frame: gpd.GeoDataFrame, kind: GeometryType, *columns: str
) -> tuple[TileSummary, PmtilesReader]:
    source = write_features(folder / "features.parquet", frame)
    summary = build_vector_tiles(source, folder / "tiles.pmtiles", columns=columns, geometry_type=kind)
    return summary, PmtilesReader(folder / "tiles.pmtiles")


def buildings(count: int, pitch: float = 0.0002) -> gpd.GeoDataFrame:
    """Turned rectangles of about 9 x 12 m in rows; every seventh has no height, every fifth no use."""
    random = np.random.default_rng(3)
    side = int(np.ceil(count**0.5))
    shapes = [
        affinity.rotate(shapely.box(0, 0, 0.0001 * (1 + random.random()), 0.00008), random.random() * 90)
        for _ in range(count)
    ]
    places = [(138.85 + i % side * pitch, 35.09 + i // side * pitch) for i in range(count)]
    numbers = np.arange(count)
    return gpd.GeoDataFrame(
        {
            "height_m": np.where(numbers % 7 == 0, np.nan, 3 + numbers % 90 / 10),
            "usage": [None if i % 5 == 0 else f"用途{i % 9}" for i in range(count)],
            "storeys": [i % 12 for i in range(count)],
            "secret": "not for tiles",
        },
        geometry=[affinity.translate(shape, *place) for shape, place in zip(shapes, places, strict=True)],
        crs=4326,
    )


def points(count: int, spread: float = 0.2) -> gpd.GeoDataFrame:
    places = np.random.default_rng(5).random((count, 2)) * spread + [138.8, 35.0]
    return gpd.GeoDataFrame({"name": [f"p{i}" for i in range(count)]}, geometry=shapely.points(places), crs=4326)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[gpd.GeoDataFrame, TileSummary, PmtilesReader]]:
    frame = buildings(5_000)
    columns = ("height_m", "usage", "storeys")
    summary, archive = build(tmp_path_factory.mktemp("city"), frame, GeometryType.POLYGON, *columns)
    with archive:
        yield frame, summary, archive


City = tuple[gpd.GeoDataFrame, TileSummary, PmtilesReader]


def test_every_building_is_in_the_tiles_of_the_highest_zoom_under_its_row_number(city: City) -> None:
    frame, summary, archive = city
    assert set(features_at(archive, summary.max_zoom)) == set(range(len(frame)))


def test_a_building_carries_the_asked_columns_and_no_others(city: City) -> None:
    frame, summary, archive = city
    for fid, feature in features_at(archive, summary.max_zoom).items():
        row = frame.iloc[fid]
        expected = {"storeys": row.storeys}
        expected |= {"usage": row.usage} if fid % 5 else {}
        expected |= {"height_m": row.height_m} if not np.isnan(row.height_m) else {}
        assert feature["properties"] == expected


def test_a_missing_value_is_absent_from_the_tile_and_not_zero(city: City) -> None:
    _, summary, archive = city
    first = features_at(archive, summary.max_zoom)[0]
    assert first["properties"] == {"storeys": 0}


def test_a_building_at_the_highest_zoom_lies_within_a_cell_of_where_it_is(city: City) -> None:
    frame, summary, archive = city
    for i in range(0, 5_000, 311):
        coord = TileCoord.at(*frame.geometry[i].centroid.coords[0], summary.max_zoom)
        drawn = {feature["id"]: feature for feature in decoded(archive, coord)}[i]
        west, south, east, north = coord.bounds.as_tuple()
        to_degrees = [(east - west) / 4096, 0, 0, (north - south) / 4096, west, south]
        shape = affinity.affine_transform(shapely.geometry.shape(drawn["geometry"]), to_degrees)
        assert shapely.hausdorff_distance(shape, frame.geometry[i]) < 0.71 * CELL


def test_the_summary_tells_bounds_zooms_and_count(city: City) -> None:
    frame, summary, archive = city
    assert summary.bounds == Bounds(*frame.total_bounds)
    assert (summary.min_zoom, summary.max_zoom) == (archive.zooms.minimum, archive.zooms.maximum) == (10, 16)
    assert summary.features == 5_000


def test_an_archive_does_not_tell_where_on_our_disk_it_was_made(city: City, tmp_path: Path) -> None:
    _, of_points = build(tmp_path, points(10), GeometryType.POINT)
    with of_points:
        for archive in (city[2], of_points):
            assert archive.path.parent.name not in str(archive.metadata)
        assert "/" not in of_points.metadata["generator_options"]


def test_our_quick_look_at_ids_finds_what_mapbox_vector_tile_decodes(city: City) -> None:
    _, _, archive = city
    for tile in archive.contents(14):
        layers = mapbox_vector_tile.decode(gzip.decompress(tile.data))
        assert feature_ids(tile) == [feature["id"] for feature in layers["features"]["features"]]


def test_crowded_tiles_stay_below_500_kb_and_still_no_building_is_lost_at_the_highest_zoom(tmp_path: Path) -> None:
    frame = buildings(20_000, pitch=0.00011)
    frame["label"] = [f"{i * 7919 % 1_000_003:x}" * 8 for i in range(len(frame))]
    summary, archive = build(tmp_path, frame, GeometryType.POLYGON, "label", "height_m")
    with archive:
        for zoom in range(summary.min_zoom, summary.max_zoom + 1):
            assert max(len(tile.data) for tile in archive.contents(zoom)) <= 500_000
        seen = {fid for tile in archive.contents(summary.max_zoom) for fid in feature_ids(tile)}
    assert seen == set(range(len(frame)))


def test_polygons_narrower_than_a_cell_are_drawn_all_the_same(tmp_path: Path) -> None:
    random = np.random.default_rng(11)
    sizes = np.exp(random.uniform(np.log(0.01), np.log(300), (3_000, 2))) * CELL
    shapes = [affinity.rotate(shapely.box(0, 0, w, h), random.random() * 180).normalize() for w, h in sizes]
    places = random.random((3_000, 2)) * 0.05 + [138.85, 35.1]
    moved = [affinity.translate(shape, *place) for shape, place in zip(shapes, places, strict=True)]
    frame = gpd.GeoDataFrame(geometry=moved, crs=4326)
    summary, archive = build(tmp_path, frame, GeometryType.POLYGON)
    with archive:
        assert set(features_at(archive, summary.max_zoom)) == set(range(3_000))


def test_lines_shorter_than_a_cell_are_drawn_all_the_same(tmp_path: Path) -> None:
    random = np.random.default_rng(12)
    starts = random.random((2_000, 2)) * 0.05 + [138.85, 35.1]
    ends = starts + random.normal(0, 1, (2_000, 2)) * np.exp(random.uniform(-12, 3, (2_000, 1))) * CELL
    frame = gpd.GeoDataFrame(geometry=shapely.linestrings(np.stack([starts, ends], axis=1)), crs=4326)
    summary, archive = build(tmp_path, frame, GeometryType.LINE)
    with archive:
        assert set(features_at(archive, summary.max_zoom)) == set(range(2_000))


def test_a_few_thousand_points_are_all_shown_from_the_lowest_zoom_on(tmp_path: Path) -> None:
    summary, archive = build(tmp_path, points(4_000), GeometryType.POINT, "name")
    with archive:
        assert summary.min_zoom == 4
        for zoom in (4, 8, summary.max_zoom):
            assert set(features_at(archive, zoom)) == set(range(4_000))


def test_of_many_points_few_are_shown_from_far_and_all_from_near(tmp_path: Path) -> None:
    summary, archive = build(tmp_path, points(60_000), GeometryType.POINT, "name")
    with archive:
        far = {fid for tile in archive.contents(summary.min_zoom) for fid in feature_ids(tile)}
        near = {fid for tile in archive.contents(summary.max_zoom) for fid in feature_ids(tile)}
    assert 0 < len(far) < 30_000
    assert near == set(range(60_000))


def test_points_that_lie_on_top_of_each_other_are_all_kept(tmp_path: Path) -> None:
    random = np.random.default_rng(13)
    names = [random.bytes(60).hex() for _ in range(9_000)]
    frame = gpd.GeoDataFrame({"name": names}, geometry=[shapely.Point(138.86, 35.1)] * 9_000, crs=4326)
    summary, archive = build(tmp_path, frame, GeometryType.POINT, "name")
    with archive:
        seen = {fid for tile in archive.contents(summary.max_zoom) for fid in feature_ids(tile)}
    assert seen == set(range(9_000))


def test_a_layer_of_one_point_is_a_layer(tmp_path: Path) -> None:
    summary, archive = build(tmp_path, points(1), GeometryType.POINT)
    with archive:
        assert summary.bounds.west == summary.bounds.east
        assert list(features_at(archive, summary.max_zoom)) == [0]


def test_large_areas_begin_at_low_zooms_and_a_prefecture_does_not_fill_a_million_tiles(tmp_path: Path) -> None:
    prefecture = gpd.GeoDataFrame(geometry=[shapely.box(136, 34, 141, 38)], crs=4326)
    summary, archive = build(tmp_path, prefecture, GeometryType.POLYGON)
    with archive:
        assert summary.min_zoom == 4
        assert archive.header.addressed_tiles < 100_000


def test_heights_and_numbers_that_are_not_finite_do_not_reach_the_tiles(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"depth_m": [np.inf, -np.inf, np.nan, 0.0]},
        geometry=[shapely.Point(138.8 + i / 100, 35, 12.5) for i in range(4)],
        crs=4326,
    )
    summary, archive = build(tmp_path, frame, GeometryType.POINT, "depth_m")
    with archive:
        drawn = features_at(archive, summary.max_zoom)
    assert [drawn[i]["properties"] for i in range(4)] == [{}, {}, {}, {"depth_m": 0.0}]


@pytest.mark.parametrize(
    "file",
    [
        "municipal/yaizu_22212/内水浸水想定区域(公共下水道区域内)/内水浸水想定区域.geojson",
        "hazard/development_permission/flood_assumption/flood_assumption.shp",
        "municipal/yaizu_22212/焼津市自主運行バス路線図_路線/bus-route.geojson",
    ],
)
def test_real_layers_arrive_whole(tmp_path: Path, file: str) -> None:
    frame = pyogrio.read_dataframe(shared_data(file)).to_crs(4326)
    frame = frame[~(frame.geometry.isna() | frame.geometry.is_empty)].reset_index(drop=True)[["geometry"]]
    kind = GeometryType.LINE if "Line" in frame.geom_type[0] else GeometryType.POLYGON
    summary, archive = build(tmp_path, frame, kind)
    with archive:
        assert set(features_at(archive, summary.max_zoom)) == set(range(len(frame)))


def test_a_layer_without_features_is_refused(tmp_path: Path) -> None:
    empty = write_features(tmp_path / "features.parquet", points(1).iloc[:0])
    with pytest.raises(EmptyInputError, match=r"features\.parquet"):
        build_vector_tiles(empty, tmp_path / "tiles.pmtiles", columns=[], geometry_type=GeometryType.POINT)
    assert not (tmp_path / "tiles.pmtiles").exists()


def test_a_feature_without_geometry_is_named(tmp_path: Path) -> None:
    frame = points(3_000)
    frame.loc[2_345, "geometry"] = shapely.Point()
    with pytest.raises(TilingError, match="feature 2345 has no geometry"):
        build(tmp_path, frame, GeometryType.POINT)


def test_nothing_but_the_tiles_is_left_in_their_folder_and_progress_ends_at_one(tmp_path: Path) -> None:
    source = write_features(tmp_path / "features.parquet", points(10))
    target = tmp_path / "new" / "tiles.pmtiles"
    target.parent.mkdir()
    target.write_bytes(b"the version before")
    told: list[float] = []
    build_vector_tiles(source, target, columns=[], geometry_type=GeometryType.POINT, progress=told.append)
    assert list(target.parent.iterdir()) == [target]
    assert PmtilesReader(target).header.addressed_tiles
    assert told == sorted(told)
    assert told[-1] == 1


def test_what_tippecanoe_says_is_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(TilingError, match="no-such-option"):
        run_tippecanoe(["--no-such-option"], folder=tmp_path, progress=lambda share: None)


@pytest.mark.parametrize("children", [0, 1], ids=["while features are read", "while tippecanoe works"])
def test_an_interruption_ends_tippecanoe_and_leaves_nothing(tmp_path: Path, children: int) -> None:
    source = write_features(tmp_path / "features.parquet", points(3_000))
    (tmp_path / "new").mkdir()

    def interrupt(share: float) -> None:
        if len(psutil.Process().children()) >= children:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_vector_tiles(
            source, tmp_path / "new" / "tiles.pmtiles", columns=[], geometry_type=GeometryType.POINT, progress=interrupt
        )
    assert not list((tmp_path / "new").iterdir())
    assert not [child for child in psutil.Process().children() if "tippecanoe" in child.name()]


def test_tippecanoe_dies_with_a_killed_import(tmp_path: Path) -> None:
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom tiles.tippecanoe_process import run_tippecanoe\n"
        "folder = Path(sys.argv[1])\nos.mkfifo(folder / 'endless.geojson')\n"
        "run_tippecanoe(['-q', '-o', 'x.pmtiles', 'endless.geojson'], folder=folder, progress=print)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=Path(__file__).parents[2])
    try:
        child = _child(parent.pid, "tippecanoe")
    finally:
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
    until = time.monotonic() + 60
    while _is_alive(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _is_alive(child)


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _child(pid: int, name: str) -> psutil.Process:
    for _ in range(1_200):
        for child in psutil.Process(pid).children():
            if child.name() == name:
                return child
        time.sleep(0.05)
    raise AssertionError(f"{name} was not started")
