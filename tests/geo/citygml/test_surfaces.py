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
OTHERS = (
    "plateau/numazu_2021_iur15/udx/tnm/22_4/523856_tnm_6697_op.gml",
    "plateau/numazu_2021_iur15/udx/fld/natl/kanogawa_kanogawa/52385628_fld_6697_l2_op.gml",
    "plateau/numazu_iur30/udx/tnm/523855_tnm_6697_op.gml",
    "plateau/tsukuba_tran/54401008_tran_6697_op.gml",
    "plateau/tsukuba_tran/54401018_tran_6697_op.gml",
    *(
        f"plateau/mixed_iur30/udx/{name}_6697.gml"
        for name in (
            *("brid/hodokyo_51324378_brid", "cons/53394695_cons", "gen/53392565_gen", "rwy/53395527_rwy"),
            *("squr/53360690_squr", "trk/53361601_trk", "ubld/51324378_ubld", "wwy/52397598_wwy"),
            *("unf/elec_53403039_unf", "unf/gas_53403039_unf", "unf/sewer_53403039_unf", "unf/water_53403039_unf"),
        )
    ),
    "plateau/mixed_iur30/udx/cons/52384698_cons_6697_1.gml",
    "plateau/mixed_iur30/udx/cons/52384698_cons_6697_2.gml",
    "plateau/mixed_iur30/udx/veg/52385628_veg_6697_op.gml",
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
    """Polygons below a geometry property of LOD1 or higher, wherever that stands in a feature.

    What stands at height 0 altogether stands nowhere: the heights of most roads of LOD1 are like that.
    """
    root = etree.parse(shared_data(path)).getroot()
    found: Counter[int] = Counter()
    for feature in root.xpath("/*/*[local-name()='cityObjectMember']/*"):
        for level in range(1, 5):
            polygons = feature.xpath(
                f".//gml:Polygon[ancestor::*[starts-with(local-name(), 'lod{level}')]]", namespaces={"gml": GML[1:-1]}
            )
            heights = {height for one in polygons for height in heights_of(one)}
            if heights - {0}:
                found[level] += len(polygons)
    return found


def heights_of(polygon: etree._Element) -> list[float]:
    return [float(word) for one in polygon.iter(f"{GML}posList") for word in (one.text or "").split()[2::3]]


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


def texture_coordinates(path: str) -> dict[str, tuple[str, list[float]]]:
    """Image and coordinates of each ring, as XPath finds them."""
    root = etree.parse(shared_data(path)).getroot()
    found: dict[str, tuple[str, list[float]]] = {}
    for texture in root.xpath("//*[local-name()='ParameterizedTexture']"):
        (image,) = texture.xpath("./*[local-name()='imageURI']/text()")
        for one in texture.xpath(".//*[local-name()='textureCoordinates']"):
            found.setdefault(one.get("ring").removeprefix("#"), (image, [float(word) for word in one.text.split()]))
    return found


@pytest.mark.parametrize(
    "path",
    [
        "plateau/yokosuka_iur/udx/bldg/52397519_bldg_6697_op.gml",
        "plateau/komatsu_2024/54363371_bldg_6697.gml",
        "plateau/tsukuba_tran/54401008_tran_6697_op.gml",
        "plateau/tsukuba_tran/54401018_tran_6697_op.gml",
    ],
)
def test_each_textured_ring_has_the_files_own_image_and_coordinates(path: str) -> None:
    textures = texture_coordinates(path)
    root = etree.parse(shared_data(path)).getroot()
    truth: Counter[tuple[object, ...]] = Counter()
    for ring in root.iter(f"{GML}LinearRing"):
        if (name := ring.get(f"{GML}id")) in textures:
            image, uv = textures[name]
            at = np.array(ring[0].text.split(), dtype=float).reshape(-1, 3)[:-1, [1, 0, 2]]
            drawn = np.array(uv, dtype=np.float32).reshape(-1, 2)[:-1]
            truth[image, at.tobytes(), drawn.tobytes()] += 1
    found: Counter[tuple[object, ...]] = Counter()
    for _, surfaces in parts(batches_of(path)):
        for ring_, face in enumerate(surfaces.ring_face):
            if surfaces.texture[face] >= 0:
                points = slice(surfaces.first_point[ring_], surfaces.first_point[ring_ + 1])
                image = surfaces.images[surfaces.texture[face]]
                found[image, surfaces.xyz[points].tobytes(), surfaces.uv[points].tobytes()] += 1
    assert truth
    assert found == truth


def test_tsukubas_roads_have_the_colours_of_their_materials() -> None:
    path = "plateau/tsukuba_tran/54401018_tran_6697_op.gml"
    root = etree.parse(shared_data(path)).getroot()
    targets = root.xpath("//*[local-name()='X3DMaterial']/*[local-name()='target']/text()")
    colours: Counter[int] = Counter()
    for _, surfaces in parts(batches_of(path)):
        colours += Counter(surfaces.colour[surfaces.colour > 0].tolist())
    assert sum(colours.values()) == len(set(targets))
    assert set(colours) == {0xFAFAFAFF}
