"""Every level of detail that a feature has in its file is stored, told as wrong, or set aside for another one."""

import re
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from geo import Batch
from geo.citygml import find_codelists, read_citygml
from geo.level_count import sum_levels
from tests.geo.citygml.city import (
    SQUARE,
    box,
    building,
    city_model,
    footprint,
    polygon,
    problems,
    read,
    solid,
    surfaces,
    write,
)
from tests.shared_data import shared_data

LARGEST_BYTES = 60_000_000
FOLDERS = (
    *("bldg_lod1", "citygml3_iur40", "komatsu_2024", "mixed_iur30", "not_well_formed"),
    *("numazu_2021_iur15", "numazu_bldg_2020", "numazu_iur30", "tsukuba_tran", "yokosuka_iur"),
)


def levels(batches: list[Batch]) -> dict[tuple[str, int], tuple[int, int, int, int]]:
    """Read, stored, kept out, set aside."""
    counts = sum_levels(one for batch in batches for one in batch.levels)
    assert not [one for one in counts if one.unaccounted]
    return {(one.feature_type, one.lod): (one.read, one.stored, one.kept_out, one.set_aside) for one in counts}


def judge(path: Path) -> Counter[tuple[str, int]]:
    """Features that hold a `lodN...` element with something inside, by local name of their type and N."""
    found = Counter[tuple[str, int]]()
    for _, member in etree.iterparse(str(path), tag=("{*}cityObjectMember", "{*}featureMember"), huge_tree=True):
        for feature in member:
            names = (etree.QName(one).localname for one in feature.iter("{*}*") if len(one))
            numbers = {int(name[3]) for name in names if re.match(r"lod\d[A-Z]", name)}
            found.update((etree.QName(feature).localname, number) for number in numbers)
        member.clear()
    return found


def body(lod: int, *faces: str) -> str:
    return f"<bldg:lod{lod}Solid>{solid(*faces)}</bldg:lod{lod}Solid>"


def lod1(low: float = 1, high: float = 9) -> str:
    return f"<bldg:lod1Solid>{box(low, high)}</bldg:lod1Solid>"


@pytest.mark.parametrize("folder", FOLDERS)
def test_real_files_have_as_many_features_of_each_type_and_level_as_a_plain_count_finds(folder: str) -> None:
    root = shared_data(f"plateau/{folder}")
    compared = 0
    for path in sorted(root.rglob("*.gml")):
        if "_dem_" in path.name or path.stat().st_size > LARGEST_BYTES:
            continue
        try:
            expected = judge(path)
        except etree.XMLSyntaxError:
            continue  # refused as a whole, which other tests hold
        found = read_citygml(path, name=str(path.relative_to(root)), codelists=find_codelists(path))
        batches = list(found)
        read_numbers = Counter[tuple[str, int]]()
        for (kind, lod), (number, *_) in levels(batches).items():
            if kind != "grp:CityObjectGroup":  # has no geometry but that of its members
                read_numbers[kind.partition(":")[2], lod] += number
        assert read_numbers == expected, path.name
        compared += 1
    if not compared:
        pytest.skip(f"{folder} holds no CityGML that can be counted")


def test_a_building_is_counted_once_in_each_level_that_it_has(tmp_path: Path) -> None:
    batches = read(write(tmp_path, city_model(building(shape=footprint() + lod1()))))
    assert levels(batches) == {("bldg:Building", 0): (1, 1, 0, 0), ("bldg:Building", 1): (1, 1, 0, 0)}


def test_a_body_at_height_0_everywhere_is_no_body_and_told(tmp_path: Path) -> None:
    flat = body(2, polygon(SQUARE))
    batches = read(write(tmp_path, city_model(building(shape=footprint() + lod1() + flat))))
    assert levels(batches)["bldg:Building", 2] == (1, 0, 1, 0)
    (told,) = problems(batches, "citygml.level_flat")
    assert (told.feature, told.parameters["lod"]) == ("b1", "LOD2")


def test_a_body_in_two_dimensions_is_told(tmp_path: Path) -> None:
    plane = '<gml:Polygon srsDimension="2"><gml:exterior><gml:LinearRing><gml:posList srsDimension="2">'
    plane += (
        "35.1 138.86 35.1 138.87 35.11 138.87 35.1 138.86</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>"
    )
    shape = footprint() + f"<bldg:lod2MultiSurface>{surfaces(plane)}</bldg:lod2MultiSurface>"
    batches = read(write(tmp_path, city_model(building(shape=shape))))
    assert levels(batches)["bldg:Building", 2] == (1, 0, 1, 0)
    assert problems(batches, "citygml.level_flat")


def test_a_level_without_anything_in_it_is_told(tmp_path: Path) -> None:
    empty = "<bldg:lod2Solid><gml:Solid/></bldg:lod2Solid>"
    batches = read(write(tmp_path, city_model(building(shape=footprint() + empty))))
    assert levels(batches)["bldg:Building", 2] == (1, 0, 1, 0)
    (told,) = problems(batches, "citygml.level_empty")
    assert told.parameters["lod"] == "LOD2"


def test_a_level_whose_surfaces_stand_nowhere_is_told_once(tmp_path: Path) -> None:
    lost = solid().replace("<gml:CompositeSurface>", '<gml:CompositeSurface><gml:surfaceMember xlink:href="#nowhere"/>')
    batches = read(
        write(tmp_path, city_model(building(shape=footprint() + f"<bldg:lod2Solid>{lost}</bldg:lod2Solid>")))
    )
    assert levels(batches)["bldg:Building", 2] == (1, 0, 1, 0)
    assert [one.rule for one in problems(batches)] == ["citygml.reference_lost"]


@pytest.mark.parametrize("lod", [1, 2, 3])
def test_a_level_of_which_no_face_is_right_is_kept_out_and_told(tmp_path: Path, lod: int) -> None:
    wrong = body(lod, polygon("35.1 138.86 1 35.1 138.87 x 35.11 138.87 1 35.1 138.86 1"))
    batches = read(write(tmp_path, city_model(building(shape=footprint() + wrong))))
    assert levels(batches) == {("bldg:Building", 0): (1, 1, 0, 0), ("bldg:Building", lod): (1, 0, 1, 0)}
    (told,) = problems(batches)
    assert told.rule == ("citygml.solid" if lod == 1 else "citygml.face")


def test_a_wrong_lod1_of_a_building_s_part_is_told(tmp_path: Path) -> None:
    wrong = body(1, polygon("35.1 138.86 1 35.1 138.87 x 35.11 138.87 1 35.1 138.86 1"))
    part = f"<bldg:consistsOfBuildingPart><bldg:BuildingPart>{wrong}</bldg:BuildingPart></bldg:consistsOfBuildingPart>"
    batches = read(write(tmp_path, city_model(building(shape=footprint() + part))))
    assert levels(batches)["bldg:Building", 1] == (1, 0, 1, 0)
    assert [one.rule for one in problems(batches)] == ["citygml.face"]


def test_all_levels_of_a_feature_that_is_kept_out_are_kept_out(tmp_path: Path) -> None:
    twice = [building(shape=footprint() + lod1()), building(shape=footprint() + lod1())]
    bad = building(id="b2", shape=footprint("35.1 138.86 0 35.1 138.87 0 35.1 138.86 0") + lod1())
    batches = read(write(tmp_path, city_model(*twice, bad)))
    assert levels(batches) == {("bldg:Building", lod): (3, 1, 2, 0) for lod in (0, 1)}


def test_flat_lanes_of_a_road_are_set_aside_for_its_outline(tmp_path: Path) -> None:
    area = f"<tran:lod2MultiSurface>{surfaces(polygon(SQUARE))}</tran:lod2MultiSurface>"
    road = f"<tran:lod1MultiSurface>{surfaces(polygon(SQUARE))}</tran:lod1MultiSurface>"
    lanes = f"<tran:trafficArea><tran:TrafficArea>{area}</tran:TrafficArea></tran:trafficArea>"
    path = write(tmp_path, city_model(f'<tran:Road gml:id="r1">{lanes}{road}</tran:Road>'), "52385628_tran_6697_op.gml")
    batches = read(path)
    assert levels(batches) == {("tran:Road", 1): (1, 1, 0, 0), ("tran:Road", 2): (1, 0, 0, 1)}
    assert not problems(batches)


def test_lines_beside_surfaces_are_set_aside(tmp_path: Path) -> None:
    line = "<gml:MultiCurve><gml:curveMember><gml:LineString><gml:posList>35.1 138.86 0 35.11 138.87 0</gml:posList>"
    line = f"<tran:lod0Network>{line}</gml:LineString></gml:curveMember></gml:MultiCurve></tran:lod0Network>"
    road = f"<tran:lod1MultiSurface>{surfaces(polygon(SQUARE))}</tran:lod1MultiSurface>"
    path = write(tmp_path, city_model(f'<tran:Road gml:id="r1">{line}{road}</tran:Road>'), "52385628_tran_6697_op.gml")
    assert levels(read(path)) == {("tran:Road", 0): (1, 0, 0, 1), ("tran:Road", 1): (1, 1, 0, 0)}
