"""Files that cities published: what is stored is counted and compared with what plain tools find in the file."""

import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

import numpy as np
import orjson
import pytest
import shapely

from geo import Batch, UnreadableError
from geo.citygml import find_codelists, outline, portray, titled
from tests.geo.citygml.city import account, features, problems, read
from tests.shared_data import shared_data

BUILDINGS = {
    "plateau/bldg_lod1/53395404_bldg_6697_op.gml": 657,
    "plateau/bldg_lod1/53375768_bldg_6697_op.gml": 329,
    "plateau/bldg_lod1/51311568_bldg_6697_op.gml": 225,
    "plateau/komatsu_2024/54363371_bldg_6697.gml": 192,
    "plateau/numazu_bldg_2020/52383622_bldg_6697_op.gml": 16,
    "plateau/yokosuka_iur/udx/bldg/52397519_bldg_6697_op.gml": 13,
}
OTHERS = {
    "plateau/numazu_2021_iur15/udx/tnm/22_4/523856_tnm_6697_op.gml": ("tnm", "wtr:WaterBody", 230),
    "plateau/numazu_2021_iur15/udx/fld/natl/kanogawa_kanogawa/52385628_fld_6697_l2_op.gml": (
        "fld",
        "wtr:WaterBody",
        12,
    ),
    "plateau/numazu_2021_iur15/udx/lsld/523856_lsld_6668_op.gml": ("lsld", "gen:GenericCityObject", 234),
    "plateau/numazu_iur30/udx/luse/523836_luse_6668_op.gml": ("luse", "luse:LandUse", 225),
    "plateau/numazu_iur30/udx/lsld/523857_lsld_6697_op.gml": ("lsld", "urf:SedimentDisasterProneArea", 81),
    "plateau/numazu_iur30/udx/fld/natl/kanogawa_kisegawa/52385721_fld_6697_l1_op.gml": ("fld", "wtr:WaterBody", 3),
    "plateau/numazu_iur30/udx/tnm/523855_tnm_6697_op.gml": ("tnm", "wtr:WaterBody", 3),
    "plateau/tsukuba_tran/54401008_tran_6697_op.gml": ("tran", "tran:Road", 253),
    "plateau/tsukuba_tran/54401018_tran_6697_op.gml": ("tran", "tran:Road", 210),
}
GML = "{http://www.opengis.net/gml}"


def batches_of(path: str) -> list[Batch]:
    file = shared_data(path)
    return read(file, codelists=find_codelists(file))


def occurrences(path: str, pattern: str) -> int:
    return len(re.findall(pattern, shared_data(path).read_text(encoding="utf-8")))


def naive_outline(feature: ElementTree.Element, tag: str) -> shapely.Geometry:
    """The union of all surfaces below the element with this local name, by the standard library."""
    polygons = []
    for element in feature.iter():
        if element.tag.rpartition("}")[2] != tag:
            continue
        for polygon in element.iter(f"{GML}Polygon"):
            rings = [
                [(float(words[at + 1]), float(words[at])) for at in range(0, len(words), 3)]
                for words in ((text.text or "").split() for text in polygon.iter(f"{GML}posList"))
            ]
            polygons.append(shapely.Polygon(rings[0], rings[1:]))
    return shapely.union_all(shapely.make_valid(polygons))


def elements(path: str, tag: str) -> list[ElementTree.Element]:
    root = ElementTree.parse(shared_data(path)).getroot()
    return [one for one in root.iter() if one.tag.rpartition("}")[2] == tag]


@pytest.mark.parametrize(("path", "expected"), BUILDINGS.items())
def test_every_building_is_stored_with_a_valid_outline(path: str, expected: int) -> None:
    assert occurrences(path, r"<bldg:Building[ >]") == expected
    batches = batches_of(path)
    stored = features(batches, "bldg")
    assert len(stored) == expected
    assert stored.is_valid.all()
    assert all(numbers == (numbers[0], numbers[0], 0) for numbers in account(batches).values())
    # A building of Numazu is 2.0 m high by measuredHeight and 15.2 m by its LOD1; Komatsu's images aren't kept here.
    doubts = {one.rule for one in problems(batches) if one.severity.value != "note"}
    assert doubts <= {"citygml.height_differs", "citygml.texture_missing"}


@pytest.mark.parametrize(("path", "expected"), OTHERS.items())
def test_every_zone_road_and_water_body_is_stored(path: str, expected: tuple[str, str, int]) -> None:
    part, feature_type, count = expected
    assert occurrences(path, f"<{feature_type}[ >]") == count
    batches = batches_of(path)
    stored = features(batches, part)
    assert len(stored) == count
    assert stored.is_valid.all()
    assert set(stored.geom_type) <= {"Polygon", "MultiPolygon"}
    assert {key[0] for key in account(batches)} == {feature_type}
    assert not [one for one in problems(batches) if one.keeps_out]


def test_the_zones_of_city_planning_are_stored_by_their_types() -> None:
    path = "plateau/numazu_iur30/udx/urf/523857_urf_6697_08_op.gml"
    stored = features(batches_of(path), "urf")
    counted = Counter(stored["feature_type"])
    assert counted == {"urf:UseDistrict": 38, "urf:SpecialUseDistrict": 2, "urf:ScenicDistrict": 4}
    assert all(occurrences(path, f"<{name} ") == count for name, count in counted.items())
    assert set(stored["use_district"].dropna()) <= set(range(1, 14))


@pytest.mark.parametrize(
    ("path", "tag", "part", "geometry"),
    [
        ("plateau/bldg_lod1/53395404_bldg_6697_op.gml", "Building", "bldg", "lod0FootPrint"),
        ("plateau/bldg_lod1/53375768_bldg_6697_op.gml", "Building", "bldg", "lod0RoofEdge"),
        ("plateau/komatsu_2024/54363371_bldg_6697.gml", "Building", "bldg", "lod0RoofEdge"),
        ("plateau/yokosuka_iur/udx/bldg/52397519_bldg_6697_op.gml", "Building", "bldg", "lod0FootPrint"),
        # All faces of a prism seen from above are its bottom.
        ("plateau/bldg_lod1/51311568_bldg_6697_op.gml", "Building", "bldg", "lod1Solid"),
        (*("plateau/numazu_iur30/udx/luse/523836_luse_6668_op.gml", "LandUse"), "luse", "lod1MultiSurface"),
        ("plateau/tsukuba_tran/54401018_tran_6697_op.gml", "Road", "tran", "lod1MultiSurface"),
        (
            *("plateau/numazu_2021_iur15/udx/tnm/22_4/523856_tnm_6697_op.gml", "WaterBody"),
            *("tnm", "lod1MultiSurface"),
        ),
    ],
)
def test_outlines_cover_what_the_standard_library_reads(path: str, tag: str, part: str, geometry: str) -> None:
    stored = features(batches_of(path), part)
    for element in elements(path, tag)[::7]:
        outline = stored.geometry[element.get(f"{GML}id")]
        truth = naive_outline(element, geometry)
        assert outline.symmetric_difference(truth).area <= 1e-6 * truth.area, element.get(f"{GML}id")


@pytest.mark.parametrize("path", BUILDINGS)
def test_heights_are_those_measured_and_grounds_the_lowest_of_the_solid(path: str) -> None:
    stored = features(batches_of(path), "bldg")
    for element in elements(path, "Building"):
        row = stored.loc[element.get(f"{GML}id")]
        measured = [one.text for one in element if one.tag.endswith("}measuredHeight")]
        if measured and float(measured[0] or "nan") > 0:
            assert (row["height_m"], row["height_source"]) == (float(measured[0] or "nan"), "measured")
        else:
            assert row["height_source"] in ("lod1", "part")
        heights = [
            float(word)
            for solid in element.iter()
            if solid.tag.endswith("}lod1Solid")
            for positions in solid.iter(f"{GML}posList")
            for word in (positions.text or "").split()[2::3]
        ]
        assert row["ground_m"] == pytest.approx(min(heights), abs=1e-9)


def test_komatsus_flood_ranks_are_the_worst_of_each_building() -> None:
    path = "plateau/komatsu_2024/54363371_bldg_6697.gml"
    stored = features(batches_of(path), "bldg")
    for element in elements(path, "Building"):
        ranks = [int(one.text or 0) for one in element.iter() if one.tag.endswith("}rank")]
        depths = [float(one.text or 0) for one in element.iter() if one.tag.endswith("}depth")]
        row = stored.loc[element.get(f"{GML}id")]
        if ranks:
            assert (row["flood_rank"], row["flood_depth_m"]) == (max(ranks), max(depths))
        else:
            assert row[["flood_rank", "flood_depth_m"]].isna().all()
    assert stored["flood_rank"].notna().sum() == 137


@pytest.mark.parametrize("path", [*BUILDINGS, *OTHERS])
def test_no_attribute_of_the_file_is_lost(path: str) -> None:
    """Every text of every element outside of shapes and inner features stands in the tree."""
    part, feature_type, _ = OTHERS.get(path, ("bldg", "bldg:Building", 0))
    stored = features(batches_of(path), part)
    for element in elements(path, feature_type.partition(":")[2]):
        tree = orjson.loads(stored["attributes"][element.get(f"{GML}id")])
        assert Counter(values_of(tree)) == Counter(texts_of(element)), element.get(f"{GML}id")


def values_of(nodes: list[dict[str, object]]) -> list[str]:
    values: list[str] = []
    for node in nodes:
        if "items" in node:
            items = node["items"]
            assert isinstance(items, list)
            values += values_of(items)
        else:
            values.append(_plain(str(node["value"])))
    return values


def texts_of(element: ElementTree.Element) -> list[str]:
    texts: list[str] = []
    for child in element:
        name = child.tag.rpartition("}")[2]
        if child.tag == f"{GML}boundedBy" or (len(child) and re.match(r"lod\d", name)):
            continue
        if len(child):
            texts += texts_of(child)
        elif (child.text or "").strip():
            texts.append(_plain((child.text or "").strip()))
    return texts


def _plain(text: str) -> str:
    """`3` and `3.0` are one number."""
    try:
        return f"{float(text):.12g}"
    except ValueError:
        return text


def test_codes_of_a_dataset_have_the_labels_of_its_own_codelists() -> None:
    path = "plateau/numazu_iur30/udx/luse/523836_luse_6668_op.gml"
    codelist = ElementTree.parse(shared_data("plateau/numazu_iur30/codelists/Common_landUseType.xml")).getroot()
    truth = {
        definition.findtext(f"{GML}name"): definition.findtext(f"{GML}description")
        for definition in codelist.iter(f"{GML}Definition")
    }
    stored = features(batches_of(path), "luse")
    assert [truth[code] for code in stored["class_code"]] == list(stored["class"])


def test_tsunami_ranks_have_their_own_classes() -> None:
    stored = features(batches_of("plateau/numazu_iur30/udx/tnm/523855_tnm_6697_op.gml"), "tnm")
    assert dict(zip(stored["rank"], stored["rank_label"], strict=True)) == {1: "0.01-0.3", 2: "0.3-1", 3: "1-2"}
    values = {"rank": list(zip(stored["rank"].tolist(), stored["rank_label"], strict=True))}
    (theme,) = portray("tnm", stored.columns, values).style.themes
    assert [one.label.ja for one in theme.classes] == ["0.3m未満", "0.3m以上1m未満", "1m以上2m未満"]


def test_numazus_landslide_zones_are_yellow_and_red() -> None:
    path = "plateau/numazu_2021_iur15/udx/lsld/523856_lsld_6668_op.gml"
    text = shared_data(path).read_text(encoding="utf-8")
    truth = Counter(map(int, re.findall(r'name="区域区分">\s*<gen:value>(\d)', text)))
    assert Counter(features(batches_of(path), "lsld")["area_type_code"]) == truth


def test_flood_areas_of_2021_have_rank_and_scale_from_generic_attributes() -> None:
    path = "plateau/numazu_2021_iur15/udx/fld/natl/kanogawa_kanogawa/52385628_fld_6697_l2_op.gml"
    stored = features(batches_of(path), "fld")
    text = shared_data(path).read_text(encoding="utf-8")
    assert Counter(stored["rank"]) == Counter(map(int, re.findall(r'name="浸水ランク">\s*<gen:value>(\d)', text)))
    assert set(stored["scale"]) == {"L2"}
    assert (stored["name"] == "狩野川水系狩野川洪水浸水想定区域図（想定最大規模）").all()


MIXED = (
    "area/523846_area_6697.gml",
    "area/523856_area_6697.gml",
    "brid/hodokyo_51324378_brid_6697.gml",
    "cons/52384698_cons_6697_1.gml",
    "cons/52384698_cons_6697_2.gml",
    "cons/53394695_cons_6697.gml",
    "gen/53392565_gen_6697.gml",
    "rwy/53395527_rwy_6697.gml",
    "squr/53360690_squr_6697.gml",
    "trk/53361601_trk_6697.gml",
    "ubld/51324378_ubld_6697.gml",
    "unf/elec_53403039_unf_6697.gml",
    "unf/gas_53403039_unf_6697.gml",
    "unf/sewer_53403039_unf_6697.gml",
    "unf/water_53403039_unf_6697.gml",
    "veg/52385628_veg_6697_op.gml",
    "wwy/52397598_wwy_6697.gml",
    "wwy/52397630_wwy_6697.gml",
)


@pytest.mark.parametrize("path", MIXED)
def test_every_feature_of_every_other_package_is_stored(path: str) -> None:
    path = f"plateau/mixed_iur30/udx/{path}"
    batches = batches_of(path)
    members = occurrences(path, r"<core:cityObjectMember[ >]")
    groups = occurrences(path, r"<grp:CityObjectGroup[ >]")
    assert sum(read_ for read_, _, _ in account(batches).values()) == members
    assert all(read_ == stored for read_, stored, _ in account(batches).values())
    package = Path(path).parent.name
    assert {batch.part.partition("-")[0] for batch in batches} == {package, *(["gen"] if groups else [])}
    for batch in batches:
        assert batch.features.is_valid.all()
        portrayal = portray(batch.part, batch.features.columns)
        assert set(portrayal.style.columns) <= set(batch.features.columns)


@pytest.mark.parametrize("path", MIXED)
def test_no_attribute_of_any_package_is_lost(path: str) -> None:
    path = f"plateau/mixed_iur30/udx/{path}"
    trees = {
        id_: tree
        for batch in batches_of(path)
        for id_, tree in zip(batch.features["feature_id"], batch.features["attributes"], strict=True)
    }
    root = ElementTree.parse(shared_data(path)).getroot()
    for member in root.iter("{http://www.opengis.net/citygml/2.0}cityObjectMember"):
        element = member[0]
        tree = orjson.loads(trees[element.get(f"{GML}id") or ""])
        links = 2 if element.tag.endswith("CityObjectGroup") else 0
        assert len(values_of(tree)) - len(texts_of(element)) == links, element.get(f"{GML}id")
        assert not Counter(texts_of(element)) - Counter(values_of(tree)), element.get(f"{GML}id")


def test_outlines_put_together_piece_by_piece_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    path = "plateau/numazu_2021_iur15/udx/fld/natl/kanogawa_kanogawa/52385628_fld_6697_l2_op.gml"
    whole = features(batches_of(path), "fld").geometry
    monkeypatch.setattr(outline, "_CHUNK_RINGS", 100)
    pieces = features(batches_of(path), "fld").geometry
    assert (whole.symmetric_difference(pieces).area <= 1e-9 * whole.area).all()


def test_a_bridge_a_mall_a_levee_and_a_tree_have_their_names_and_codes() -> None:
    def first(path: str, part: str) -> dict[str, object]:
        return features(batches_of(f"plateau/mixed_iur30/udx/{path}"), part).iloc[0].to_dict()

    bridge = first("brid/hodokyo_51324378_brid_6697.gml", "brid")
    assert (bridge["name"], bridge["function_code"], bridge["function"]) == ("東蟹屋陸橋", "07", "横断歩道橋")
    assert (bridge["year"], bridge["height_m"]) == (1968, 8.45)
    assert first("ubld/51324378_ubld_6697.gml", "ubld")["storeys_below"] == 2
    assert first("cons/52384698_cons_6697_1.gml", "cons")["class"] == "護岸"
    assert first("veg/52385628_veg_6697_op.gml", "veg")["class"] == "地被植物"
    assert first("squr/53360690_squr_6697.gml", "squr")["name"] == "岐阜駅北口駅前広場"


def test_storeys_of_a_mall_are_the_outlines_of_their_rooms() -> None:
    batches = batches_of("plateau/mixed_iur30/udx/ubld/51324378_ubld_6697.gml")
    storeys = features(batches, "gen")
    assert list(storeys["name"]) == ["storeyNo_B1", "storeyNo_B2"]
    # A storey lies below the mall's own outline, but for the thickness of walls.
    (mall,) = features(batches, "ubld").geometry
    for storey in storeys.geometry:
        assert storey.intersection(mall).area > 0.9 * storey.area
    assert all(batch.surfaces is None for batch in batches if batch.part == "gen")


def test_citygml_3_becomes_the_same_model() -> None:
    building = features(batches_of("plateau/citygml3_iur40/udx/bldg/49303425_bldg_6697_op.gml"), "bldg").iloc[0]
    assert (building["height_m"], building["height_source"], building["year"]) == (8.6, "measured", 2020)
    assert (building["usage_code"], building["storeys_above"], building["address"]) == ("411", 2, "富山県射水市")
    path = "plateau/citygml3_iur40/udx/tran/53394503_tran_6697_op.gml"
    batches = batches_of(path)
    assert account(batches) == {("tran:Road", "LOD1"): (1, 1, 0)}
    (attributes,) = features(batches, "tran")["attributes"]
    assert Counter(values_of(orjson.loads(attributes))) == Counter(texts_of(elements(path, "Road")[0]))


def test_terrain_is_counted_without_being_held_in_memory() -> None:
    batches = read(shared_data("plateau/yokosuka_iur/udx/dem/523965_dem_6697_05_op.gml"))
    assert account(batches) == {("dem:ReliefFeature", ""): (2, 0, 2)}


def test_a_file_that_is_not_well_formed_is_refused_with_its_line() -> None:
    with pytest.raises(UnreadableError) as caught:
        read(shared_data("plateau/not_well_formed/51357441_bldg_Issue138-B.gml"))
    assert (caught.value.problem.rule, caught.value.problem.line) == ("xml.not_well_formed", 202)


@pytest.mark.parametrize("path", [*BUILDINGS, *OTHERS])
def test_trees_get_titles_and_lose_nothing(path: str) -> None:
    part = OTHERS.get(path, ("bldg", "", 0))[0]
    for attributes in features(batches_of(path), part)["attributes"][:20]:
        tree = orjson.loads(attributes)
        assert values_of(titled(tree)) == values_of(tree)


@pytest.mark.parametrize("path", [*BUILDINGS, *OTHERS])
def test_every_portrayal_colours_columns_that_are_there(path: str) -> None:
    part = OTHERS.get(path, ("bldg", "", 0))[0]
    stored = features(batches_of(path), part)
    portrayal = portray(part, stored.columns)
    assert set(portrayal.style.columns) <= set(stored.columns)
    assert {column.name for column in portrayal.columns} <= set(stored.columns)


@pytest.mark.parametrize(
    ("path", "part", "name"),
    [
        ("plateau/mixed_iur30/udx/brid/hodokyo_51324378_brid_6697.gml", "brid", "uro:bridStructureAttribute"),
        ("plateau/citygml3_iur40/udx/tran/53394503_tran_6697_op.gml", "tran", "urc:srcScaleLod1"),
    ],
)
def test_attributes_of_other_packages_and_of_iur_4_have_titles(path: str, part: str, name: str) -> None:
    def names(nodes: list[dict[str, object]]) -> dict[str, object]:
        found = {str(node["name"]): node.get("title") for node in nodes}
        for node in nodes:
            if isinstance(items := node.get("items"), list):
                found |= names(items)
        return found

    tree = titled(orjson.loads(features(batches_of(path), part)["attributes"].iloc[0]))
    assert names(tree)[name]


def test_find_codelists_goes_up_to_the_dataset_and_no_further() -> None:
    file = shared_data("plateau/numazu_2021_iur15/udx/fld/natl/kanogawa_kanogawa/52385628_fld_6697_l2_op.gml")
    assert find_codelists(file) == file.resolve().parents[4] / "codelists"
    assert find_codelists(shared_data("plateau/bldg_lod1/51311568_bldg_6697_op.gml")) is None


def test_stored_coordinates_are_those_of_the_file_to_the_last_digit() -> None:
    path = "plateau/bldg_lod1/53395404_bldg_6697_op.gml"
    stored = features(batches_of(path), "bldg")
    element = elements(path, "Building")[0]
    words = next(element.iter(f"{GML}posList")).text or ""
    numbers = np.array(words.split(), dtype=float).reshape(-1, 3)
    outline = stored.geometry[element.get(f"{GML}id")]
    assert np.array_equal(np.array(outline.exterior.coords), numbers[:, 1::-1])


def test_batches_of_a_folder_name_their_reference_system() -> None:
    path: Path = shared_data("plateau/numazu_2021_iur15/udx/lsld/523856_lsld_6668_op.gml")
    assert {batch.crs for batch in read(path) if len(batch.features)} == {"EPSG:6668"}
