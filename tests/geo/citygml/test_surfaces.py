"""Faces in space: counted and measured against what lxml's own XPath finds in the same file."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from lxml import etree

from geo import Batch
from geo.citygml import find_codelists
from geo.surface import SurfaceKind, Surfaces
from tests.geo.citygml.city import read
from tests.shared_data import shared_data

GML = "{http://www.opengis.net/gml}"
BUILDINGS = (
    "plateau/bldg_lod1/53395404_bldg_6697_op.gml",
    "plateau/bldg_lod1/53375768_bldg_6697_op.gml",
    "plateau/bldg_lod1/51311568_bldg_6697_op.gml",
    "plateau/komatsu_2024/54363371_bldg_6697.gml",
    "plateau/numazu_bldg_2020/52383622_bldg_6697_op.gml",
    "plateau/yokosuka_iur/udx/bldg/52397519_bldg_6697_op.gml",
)


def batches_of(path: str) -> list[Batch]:
    file = shared_data(path)
    return read(file, codelists=find_codelists(file))


def parts(batches: list[Batch]) -> list[tuple[Batch, Surfaces]]:
    return [(batch, batch.surfaces) for batch in batches if batch.surfaces is not None]


def faces_by_level(batches: list[Batch]) -> Counter[int]:
    counts: Counter[int] = Counter()
    for _, surfaces in parts(batches):
        for lod, faces in zip(surfaces.lod, np.diff(surfaces.first_face), strict=True):
            counts[int(lod)] += int(faces)
    return counts


def polygons_by_level(path: str) -> Counter[int]:
    """Polygons that stand below a geometry property of LOD1 or higher, wherever that stands."""
    root = etree.parse(shared_data(path)).getroot()
    found: Counter[int] = Counter()
    for level in range(1, 5):
        condition = f"ancestor::*[starts-with(local-name(), 'lod{level}')]"
        found[level] = int(root.xpath(f"count(//*[local-name()='Polygon'][{condition}])"))
    return +found


@pytest.mark.parametrize("path", BUILDINGS)
def test_every_polygon_of_a_building_is_one_face(path: str) -> None:
    assert faces_by_level(batches_of(path)) == polygons_by_level(path)


@pytest.mark.parametrize("path", BUILDINGS)
def test_points_are_those_of_the_file_to_the_last_digit(path: str) -> None:
    """All points of all LOD1 and LOD2 rings, without the closing ones, whatever their order."""
    root = etree.parse(shared_data(path)).getroot()
    rings = root.xpath("//*[starts-with(local-name(), 'lod')][not(starts-with(local-name(), 'lod0'))]//gml:posList",
                       namespaces={"gml": GML[1:-1]})  # fmt: skip
    truth = np.concatenate([np.array(one.text.split(), dtype=float).reshape(-1, 3)[:-1] for one in rings])
    read_ = np.concatenate([surfaces.xyz for _, surfaces in parts(batches_of(path))])
    assert np.array_equal(sorted(map(tuple, truth[:, [1, 0, 2]])), sorted(map(tuple, read_)))


def test_faces_of_yokosuka_are_what_their_boundary_surfaces_are() -> None:
    path = "plateau/yokosuka_iur/udx/bldg/52397519_bldg_6697_op.gml"
    root = etree.parse(shared_data(path)).getroot()
    found: Counter[int] = Counter()
    for _, surfaces in parts(batches_of(path)):
        found += Counter(surfaces.kind[surfaces.lod[surfaces.face_body] == 2].tolist())
    for kind, name in ((SurfaceKind.GROUND, "Ground"), (SurfaceKind.ROOF, "Roof"), (SurfaceKind.WALL, "Wall")):
        assert found[kind] == root.xpath(f"count(//*[local-name()='{name}Surface']//*[local-name()='Polygon'])")
    assert set(found) == {SurfaceKind.GROUND, SurfaceKind.ROOF, SurfaceKind.WALL}


def test_every_face_that_a_solid_refers_to_belongs_to_it(tmp_path: Path) -> None:
    batches = batches_of("plateau/yokosuka_iur/udx/bldg/52397519_bldg_6697_op.gml")
    for _, surfaces in parts(batches):
        assert (surfaces.solid >= 0).all()
        assert sorted(set(surfaces.solid.tolist())) == [0, 1]
