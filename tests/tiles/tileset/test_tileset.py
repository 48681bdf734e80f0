"""A whole tileset, seen as a browser sees it."""

import hashlib
import struct
import zipfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pytest
from pyproj import Geod, Transformer

from geo.geoid import GeoidModel, geoid_height
from geo.surface import Surfaces
from tests.tiles.tileset.decoded import Tileset, decode
from tests.tiles.tileset.houses import write_facade, write_town
from tiles.errors import DamagedTilesetError, EmptyInputError, OffGeoidError
from tiles.tileset import TilesetArchive, TilesetSummary, build_tileset, part
from tiles.tileset.measured import measure_group
from tiles.tileset.tree import FAR_POINTS, LEAF_POINTS, LEAF_TEXTURED_M2

HOUSES = 3_000
COLUMNS = ("height_m", "usage", "year")
TO_ELLIPSOID = Transformer.from_crs("EPSG:4978", "EPSG:4979", always_xy=True)
"""From ECEF to degrees and ellipsoidal height: PROJ is the judge of our own formula."""


def build(folder: Path, out: Path, **options: object) -> TilesetSummary:
    given = {"columns": COLUMNS, "geoid": GeoidModel.GSIGEO2011, "images": {}, "title": "街"} | options
    return build_tileset(folder / "features.parquet", folder / "surfaces.parquet", out, **given)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    write_town(folder, HOUSES)
    build(folder, folder / "tileset.3tz")
    return folder


@pytest.fixture(scope="module")
def tileset(town: Path) -> Tileset:
    return decode(town / "tileset.3tz", town / "decoded")


def test_the_validator_of_gltf_has_nothing_to_say(tileset: Tileset) -> None:
    assert len(tileset.tiles) >= 5
    assert tileset.complaints == []


def test_every_feature_stands_in_one_leaf(tileset: Tileset) -> None:
    fids = [fid for leaf in tileset.leaves().values() for fid in leaf.properties()["fid"]]
    assert sorted(fids) == list(range(HOUSES))


def test_attributes_equal_those_of_the_features(town: Path, tileset: Tileset) -> None:
    features = pq.read_table(town / "features.parquet")
    for tile in tileset.tiles.values():
        properties = tile.properties()
        wanted = features.take(properties["fid"]).to_pydict()
        for name in ("feature_id", *COLUMNS):
            assert properties[name] == wanted[name]


def placed(tileset: Tileset, metres: np.ndarray) -> np.ndarray:
    """Degrees and metres above T.P. of places in the tileset's frame."""
    matrix = np.array(tileset.document["root"]["transform"]).reshape(4, 4).T
    x, y, z = (metres @ matrix[:3, :3].T + matrix[:3, 3]).T
    lon, lat, height = TO_ELLIPSOID.transform(x, y, z)
    lonlat = np.column_stack([lon, lat])
    return np.column_stack([lonlat, height - geoid_height(lonlat, GeoidModel.GSIGEO2011)])


def test_corners_come_back_to_the_source_within_2_cm(town: Path, tileset: Tileset) -> None:
    surfaces = Surfaces.from_table(pq.read_table(town / "surfaces.parquet"))
    highest = {int(row): int(body) for body, row in enumerate(surfaces.row)}
    scale = np.array([91_287.0, 110_949.0, 1.0])
    worst = 0.0
    for leaf in tileset.leaves().values():
        fids = leaf.properties()["fid"]
        (primitive,) = leaf.primitives
        corners, owner = placed(tileset, leaf.metres(primitive)), leaf.features(primitive)
        for number, fid in enumerate(fids):
            first = surfaces.body_first_point[highest[fid] : highest[fid] + 2]
            source = surfaces.xyz[slice(*first)] * scale
            own = corners[owner == number] * scale
            away = np.linalg.norm(own[:, None] - source[None], axis=2)
            worst = max(worst, away.min(axis=1).max(), away.min(axis=0).max())
    assert worst < 0.02


def test_a_tile_encloses_its_own_features_and_those_below(tileset: Tileset) -> None:
    digits = 1e-9  # of a degree, 0.1 mm
    for tile, parent in tileset.nodes():
        west, south, east, north, low, high = tile["boundingVolume"]["region"]
        glb = tileset.tiles[tile["content"]["uri"]]
        corners = np.concatenate([placed(tileset, glb.metres(one)) for one in glb.primitives])
        heights = corners[:, 2] + geoid_height(corners[:, :2], GeoidModel.GSIGEO2011)
        assert np.degrees(west) - digits <= corners[:, 0].min()
        assert corners[:, 0].max() <= np.degrees(east) + digits
        assert np.degrees(south) - digits <= corners[:, 1].min()
        assert corners[:, 1].max() <= np.degrees(north) + digits
        assert low <= heights.min()
        assert heights.max() <= high
        assert high - low < np.ptp(heights) + 30  # no far larger than it must be
        if parent is not None:
            outer = parent["boundingVolume"]["region"]
            assert outer[0] <= west
            assert outer[1] <= south
            assert east <= outer[2]
            assert north <= outer[3]
            assert outer[4] <= low
            assert high <= outer[5]


def test_finer_tiles_have_smaller_errors_and_leaves_none(tileset: Tileset) -> None:
    for tile, parent in tileset.nodes():
        assert parent is None or tile["geometricError"] < parent["geometricError"]
        assert (tile["geometricError"] == 0) == ("children" not in tile)
    assert tileset.document["geometricError"] > tileset.document["root"]["geometricError"]


def test_a_viewer_draws_a_tileset_until_all_of_it_is_a_few_pixels(tileset: Tileset) -> None:
    west, south, east, north = np.degrees(tileset.document["root"]["boundingVolume"]["region"][:4])
    across = Geod(ellps="WGS84").line_length([west, east], [south, north])
    assert across <= tileset.document["geometricError"] < across + 50


def test_no_tile_is_heavier_than_its_budget(tileset: Tileset) -> None:
    for tile, _ in tileset.nodes():
        glb = tileset.tiles[tile["content"]["uri"]]
        corners = sum(len(glb.accessor(one["indices"])) for one in glb.primitives)
        assert corners <= 3 * (FAR_POINTS if "children" in tile else LEAF_POINTS)


def test_far_views_show_the_largest_buildings_in_lod1(town: Path, tileset: Tileset) -> None:
    root = tileset.tiles[tileset.document["root"]["content"]["uri"]]
    shown = root.properties()["fid"]
    heights = gpd.read_parquet(town / "features.parquet")["height_m"].fillna(0)
    assert len(shown) < HOUSES
    assert heights[shown].mean() > heights.mean()
    (primitive,) = root.primitives
    _, corners = np.unique(root.features(primitive), return_counts=True)
    assert set(corners) == {8}, "a box has eight corners, a gabled house ten"


def test_every_tile_says_how_high_the_geoid_is(tileset: Tileset) -> None:
    for tile, _ in tileset.nodes():
        west, south, east, north = np.degrees(tile["boundingVolume"]["region"][:4])
        middle = np.array([[(west + east) / 2, (south + north) / 2]])
        told = tile["metadata"]["properties"]["geoidHeight"]
        assert told == pytest.approx(geoid_height(middle, GeoidModel.GSIGEO2011)[0], abs=0.05)


def cut_small() -> None:
    """Parts as small as in the process of the test."""
    part.PART_POINTS = 30_000


def test_processes_beside_each_other_write_the_same_bytes(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "PART_POINTS", 30_000)
    build(town, tmp_path / "one.3tz")
    with ProcessPoolExecutor(2, mp_context=get_context("spawn"), initializer=cut_small) as pool:
        build(town, tmp_path / "many.3tz", executor=pool)
    assert (tmp_path / "one.3tz").read_bytes() == (tmp_path / "many.3tz").read_bytes()


def test_a_large_city_has_documents_of_its_own_for_its_parts(
    town: Path, tmp_path: Path, tileset: Tileset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tiles.tileset.part.PART_POINTS", 50_000)
    monkeypatch.setattr("tiles.tileset.step._EXTERNAL_TILES", 2)
    build(town, tmp_path / "tileset.3tz")
    large = decode(tmp_path / "tileset.3tz", tmp_path / "decoded")
    uris = [tile["content"]["uri"] for tile, _ in large.nodes()]
    assert sorted(uris) == sorted(tile["content"]["uri"] for tile, _ in tileset.nodes())
    assert len(large.document["root"]["children"]) > 1
    fids = [fid for leaf in large.leaves().values() for fid in leaf.properties()["fid"]]
    assert sorted(fids) == list(range(HOUSES))


def test_textured_walls_carry_their_picture_and_a_missing_one_leaves_them_plain(tmp_path: Path) -> None:
    write_town(tmp_path, 30, textured=frozenset(range(0, 30, 3)))
    facade = write_facade(tmp_path / "pictures" / "facade.png")
    with_picture = build(tmp_path, tmp_path / "a.3tz", images={"town/facade.png": facade})
    without = build(tmp_path, tmp_path / "b.3tz")
    assert with_picture.texture_texels > 0 == without.texture_texels
    assert with_picture.triangles == without.triangles
    textured, plain = (decode(tmp_path / f"{name}.3tz", tmp_path / name) for name in "ab")
    assert textured.complaints == plain.complaints == []
    (tile,) = textured.tiles.values()
    assert [("TEXCOORD_0" in one["attributes"]) for one in tile.primitives] == [True, False]
    (tile,) = plain.tiles.values()
    assert [("TEXCOORD_0" in one["attributes"]) for one in tile.primitives] == [False]


def test_leaves_with_pictures_hold_no_more_of_them_than_an_atlas_shows_well(tmp_path: Path) -> None:
    """200 houses, all their faces of four corners with a picture: far fewer corners than a leaf may have."""
    _, surfaces = write_town(tmp_path, 200, textured=frozenset(range(200)))
    table = pq.read_table(surfaces)
    measured = measure_group(table)
    assert measured.textured_m2.sum() > 2 * LEAF_TEXTURED_M2
    assert measured.textured_m2[measured.lod == 1].sum() == 0
    facade = write_facade(tmp_path / "facade.png")
    build(tmp_path, tmp_path / "a.3tz", images={"town/facade.png": facade})
    area = dict(zip(measured.row[measured.lod == 2].tolist(), measured.textured_m2[measured.lod == 2], strict=True))
    leaves = decode(tmp_path / "a.3tz", tmp_path / "a").leaves().values()
    fids = [leaf.properties()["fid"] for leaf in leaves]
    assert max(sum(area[fid] for fid in one) for one in fids) <= LEAF_TEXTURED_M2
    assert sorted(fid for one in fids for fid in one) == list(range(200))


def test_the_textured_area_is_that_of_the_faces_in_metres(tmp_path: Path) -> None:
    _, surfaces = write_town(tmp_path, 1, textured=frozenset({0}))
    low, high = np.array(measure_group(pq.read_table(surfaces)).box[1]).reshape(2, 3)
    across, along, up = (high - low) * [91_287.0, 110_949.0, 1.0]
    eaves = 0.7 * up
    slope = np.hypot(along / 2, up - eaves)
    wanted = across * along + 2 * across * slope + 2 * across * eaves  # ground, roofs, walls of four corners
    assert measure_group(pq.read_table(surfaces)).textured_m2 == pytest.approx([0, wanted], rel=0.01)


def test_any_tool_for_zip_files_opens_the_archive_and_reads_the_same(town: Path) -> None:
    own = TilesetArchive(town / "tileset.3tz")
    with zipfile.ZipFile(town / "tileset.3tz") as other:
        assert other.testzip() is None
        assert other.namelist() == [*own, "@3dtilesIndex1@"]
        assert all(other.read(name) == own.read(name) for name in own)


def test_the_index_of_the_archive_finds_every_entry_by_the_hash_of_its_name(town: Path) -> None:
    data = (town / "tileset.3tz").read_bytes()
    with zipfile.ZipFile(town / "tileset.3tz") as archive:
        index = archive.read("@3dtilesIndex1@")
        wanted = {hashlib.md5(one.filename.encode()).digest(): one.header_offset for one in archive.infolist()[:-1]}
    entries = [struct.unpack_from("<QQQ", index, at) for at in range(0, len(index), 24)]
    assert [one[:2] for one in entries] == sorted(one[:2] for one in entries)
    assert {struct.pack("<QQ", *one[:2]): one[2] for one in entries} == wanted
    assert all(data[offset : offset + 4] == b"PK\3\4" for *_, offset in entries)


def test_an_archive_that_is_cut_off_is_damaged(town: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.3tz"
    cut.write_bytes((town / "tileset.3tz").read_bytes()[:-100])
    with pytest.raises(DamagedTilesetError):
        TilesetArchive(cut)


def test_a_damaged_picture_is_named(tmp_path: Path) -> None:
    write_town(tmp_path, 6, textured=frozenset({1}))
    (tmp_path / "facade.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    summary = build(tmp_path, tmp_path / "a.3tz", images={"town/facade.png": tmp_path / "facade.png"})
    assert summary.damaged_images == ("town/facade.png",)
    assert summary.features == 6


def test_more_features_at_one_place_than_a_short_integer_counts_keep_their_ids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tiles.tileset.content._MOST_IDS", 3)
    write_town(tmp_path, 6)
    build(tmp_path, tmp_path / "a.3tz")
    one = decode(tmp_path / "a.3tz", tmp_path / "a")
    assert one.complaints == []
    (leaf,) = one.leaves().values()
    assert leaf.accessor(leaf.primitives[0]["attributes"]["_FEATURE_ID_0"]).dtype == np.float32
    assert sorted(set(leaf.features(leaf.primitives[0]))) == list(range(6))


def test_the_summary_tells_where_the_city_is_and_which_faces_are_flat(tmp_path: Path) -> None:
    write_town(tmp_path, 5)
    surfaces = Surfaces.from_table(pq.read_table(tmp_path / "surfaces.parquet"))
    xyz = surfaces.xyz.copy()
    xyz[:4] = xyz[0]  # the first face of a house that has LOD1 only
    pq.write_table(replace(surfaces, xyz=xyz).to_table(), tmp_path / "surfaces.parquet")
    summary = build(tmp_path, tmp_path / "a.3tz")
    assert summary.flat_faces == 1
    assert summary.bounds == (*xyz.min(axis=0)[:2], *xyz.max(axis=0)[:2])
    assert summary.heights_m == (xyz[:, 2].min(), xyz[:, 2].max())


def test_one_house_is_one_tile(tmp_path: Path) -> None:
    write_town(tmp_path, 1)
    assert build(tmp_path, tmp_path / "a.3tz").tiles == 1
    one = decode(tmp_path / "a.3tz", tmp_path / "a")
    assert one.complaints == []
    assert "children" not in one.document["root"]


def test_nothing_in_space_is_an_error_and_leaves_nothing_behind(tmp_path: Path) -> None:
    write_town(tmp_path, 3)
    table = pq.read_table(tmp_path / "surfaces.parquet")
    pq.write_table(table.slice(0, 0), tmp_path / "surfaces.parquet")
    with pytest.raises(EmptyInputError):
        build(tmp_path, tmp_path / "a.3tz")
    assert not list(tmp_path.glob("*a.3tz*"))


def test_a_city_off_the_geoid_is_refused_not_drawn_at_height_0(tmp_path: Path) -> None:
    write_town(tmp_path, 3)
    surfaces = Surfaces.from_table(pq.read_table(tmp_path / "surfaces.parquet"))
    moved = replace(surfaces, xyz=surfaces.xyz - [100, 0, 0])
    pq.write_table(moved.to_table(), tmp_path / "surfaces.parquet")
    with pytest.raises(OffGeoidError, match=r"GSIGEO2011 has no geoid height at 38\.86"):
        build(tmp_path, tmp_path / "a.3tz")
