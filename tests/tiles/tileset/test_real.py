"""Bodies of real files, read by the project's own reader, come out of a tileset as they went in."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray
from pyproj import Transformer
from scipy.spatial import cKDTree

from geo.citygml import read_citygml
from geo.geoid import GeoidModel, geoid_height
from geo.surface import Surfaces
from tests.shared_data import shared_data
from tests.tiles.tileset.decoded import Glb, decode
from tiles.tileset import build_tileset

FILES = {
    "textured buildings": "plateau/yokosuka_iur/udx/bldg/52397519_bldg_6697_op.gml",
    "buildings of LOD1": "plateau/bldg_lod1/51311568_bldg_6697_op.gml",
    "roads of LOD3": "plateau/tsukuba_tran/54401008_tran_6697_op.gml",
    "a bridge": "plateau/mixed_iur30/udx/brid/hodokyo_51324378_brid_6697.gml",
    "an underground mall": "plateau/mixed_iur30/udx/ubld/51324378_ubld_6697.gml",
    "water of a flood": "plateau/numazu_iur30/udx/fld/natl/kanogawa_kisegawa/52385721_fld_6697_l1_op.gml",
}
TO_ELLIPSOID = Transformer.from_crs("EPSG:4978", "EPSG:4979", always_xy=True)


@pytest.mark.parametrize("file", FILES.values(), ids=FILES.keys())
def test_each_feature_stands_once_at_its_place(file: str, tmp_path: Path) -> None:
    path = shared_data(file)
    surfaces = write(path, tmp_path)
    images = {name: path.parent / name for name in surfaces.images if (path.parent / name).is_file()}
    assert bool(images) == ("yokosuka" in file), "the roads' images are not in the data: they are drawn plain"
    summary = build_tileset(
        tmp_path / "features.parquet",
        tmp_path / "surfaces.parquet",
        tmp_path / "a.3tz",
        columns=[],
        geoid=GeoidModel.GSIGEO2011,
        images=images,
        title=path.stem,
    )
    assert (summary.texture_texels > 0) == bool(images)
    tileset = decode(tmp_path / "a.3tz", tmp_path / "a")
    assert tileset.complaints == []
    matrix = np.array(tileset.document["root"]["transform"]).reshape(4, 4).T
    stood: dict[int, NDArray[np.float64]] = {}
    for glb in tileset.leaves().values():
        for fid, corners in corners_by_feature(glb, matrix):
            assert fid not in stood
            stood[fid] = corners
    assert sorted(stood) == sorted(set(surfaces.row.tolist()))
    for fid, corners in stood.items():
        assert farthest(corners, source(surfaces, fid)) < 0.02


def write(path: Path, folder: Path) -> Surfaces:
    """All features with bodies of a file, as data hands them to the tiler."""
    tables: list[pa.Table] = []
    ids: list[str] = []
    for batch in read_citygml(path, name=path.name):
        if batch.surfaces is not None:
            table = batch.surfaces.to_table()
            tables.append(table.set_column(0, table.schema.field(0), pa.array(table["row"].to_numpy() + len(ids))))
            ids += list(batch.features["feature_id"])
    table = pa.concat_tables(tables).unify_dictionaries()
    pq.write_table(table, folder / "surfaces.parquet")
    pq.write_table(pa.table({"feature_id": ids}), folder / "features.parquet")
    return Surfaces.from_table(table)


def corners_by_feature(glb: Glb, matrix: NDArray[np.float64]) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Each feature's fid and its corners in degrees and metres above T.P."""
    metres = np.concatenate([glb.metres(one) for one in glb.primitives])
    owner = np.concatenate([glb.features(one) for one in glb.primitives])
    x, y, z = (metres @ matrix[:3, :3].T + matrix[:3, 3]).T
    lon, lat, height = TO_ELLIPSOID.transform(x, y, z)
    lonlat = np.column_stack([lon, lat])
    places = np.column_stack([lonlat, height - geoid_height(lonlat, GeoidModel.GSIGEO2011)])
    for number, fid in enumerate(glb.properties()["fid"]):
        yield fid, places[owner == number]


def source(surfaces: Surfaces, fid: int) -> NDArray[np.float64]:
    """All corners of the feature's highest level of detail."""
    bodies = np.flatnonzero(surfaces.row == fid)
    body = bodies[np.argmax(surfaces.lod[bodies])]
    return surfaces.xyz[slice(*surfaces.body_first_point[body : body + 2])]


def farthest(corners: NDArray[np.float64], wanted: NDArray[np.float64]) -> float:
    """Metres from a drawn corner to the nearest one of the source, at most."""
    scale = np.array([111_320 * np.cos(np.radians(wanted[0, 1])), 110_950.0, 1.0])
    away, _ = cKDTree((wanted - wanted[0]) * scale).query((corners - wanted[0]) * scale)
    return float(np.max(away, initial=0.0))
