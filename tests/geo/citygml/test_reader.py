"""Shapes, columns and attributes, each on a file that shows nothing else."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from tests.geo.citygml.city import (
    HOLE,
    OLD_IUR,
    SQUARE,
    account,
    box,
    building,
    city_model,
    features,
    footprint,
    polygon,
    problems,
    read,
    ring,
    solid,
    surfaces,
    write,
    write_codelist,
)

AREA = 0.0001
"""Of the square, square degrees."""


def test_latitude_comes_first_in_the_file_and_last_on_the_map(tmp_path: Path) -> None:
    stored = features(read(write(tmp_path, city_model(building()))), "bldg")
    assert stored.geometry["b1"].bounds == (138.86, 35.10, 138.87, 35.11)


def test_a_hole_stays_a_hole(tmp_path: Path) -> None:
    text = city_model(building(shape=footprint(SQUARE, HOLE)))
    shape = features(read(write(tmp_path, text)), "bldg").geometry["b1"]
    assert len(shape.interiors) == 1
    assert shape.area == pytest.approx(AREA * 0.96)


def test_a_footprint_of_several_surfaces_that_share_edges_becomes_one_outline(tmp_path: Path) -> None:
    west = "35.10 138.86 0 35.10 138.865 0 35.11 138.865 0 35.11 138.86 0 35.10 138.86 0"
    east = "35.10 138.865 0 35.10 138.87 0 35.11 138.87 0 35.11 138.865 0 35.10 138.865 0"
    text = city_model(
        building(shape=f"<bldg:lod0RoofEdge>{surfaces(polygon(west), polygon(east))}</bldg:lod0RoofEdge>")
    )
    batches = read(write(tmp_path, text))
    shape = features(batches, "bldg").geometry["b1"]
    assert shape.is_valid
    assert shape.geom_type == "Polygon"
    assert shape.area == pytest.approx(AREA)
    assert not problems(batches)


def test_surfaces_of_a_feature_that_overlap_are_joined_and_told(tmp_path: Path) -> None:
    text = city_model(
        building(shape=f"<bldg:lod0RoofEdge>{surfaces(polygon(SQUARE), polygon(SQUARE))}</bldg:lod0RoofEdge>")
    )
    batches = read(write(tmp_path, text))
    assert features(batches, "bldg").geometry["b1"].area == pytest.approx(AREA)
    (told,) = problems(batches)
    assert (told.rule, told.feature) == ("geometry.overlapping", "b1")


def test_without_lod0_the_bottom_of_the_lod1_solid_is_the_outline(tmp_path: Path) -> None:
    batches = read(write(tmp_path, city_model(building(shape=f"<bldg:lod1Solid>{box(12.5, 20)}</bldg:lod1Solid>"))))
    row = features(batches, "bldg").loc["b1"]
    assert row.geometry.equals(shapely.box(138.86, 35.10, 138.87, 35.11))
    assert (row["ground_m"], row["height_m"], row["height_source"], row["lod"]) == (12.5, 7.5, "lod1", "LOD1")


def test_a_solid_without_a_flat_bottom_is_seen_from_above(tmp_path: Path) -> None:
    slope = "35.10 138.86 3 35.10 138.87 4 35.11 138.87 5 35.11 138.86 4 35.10 138.86 3"
    roof = "35.10 138.86 9 35.10 138.87 9 35.11 138.87 9 35.11 138.86 9 35.10 138.86 9"
    batches = read(
        write(
            tmp_path,
            city_model(building(shape=f"<bldg:lod1Solid>{solid(polygon(slope), polygon(roof))}</bldg:lod1Solid>")),
        )
    )
    row = features(batches, "bldg").loc["b1"]
    assert row.geometry.area == pytest.approx(AREA)
    assert (row["ground_m"], row["height_m"]) == (3, 6)
    assert not problems(batches)


def test_a_surface_of_the_solid_may_only_be_referred_to(tmp_path: Path) -> None:
    referring = solid().replace(
        "</gml:CompositeSurface>", '<gml:surfaceMember xlink:href="#p1"/></gml:CompositeSurface>'
    )
    ground = surfaces(polygon(SQUARE, id="p1"))
    shape = (
        f"<bldg:lod1Solid>{referring}</bldg:lod1Solid>"
        f"<bldg:boundedBy><bldg:GroundSurface><bldg:lod2MultiSurface>{ground}</bldg:lod2MultiSurface>"
        "</bldg:GroundSurface></bldg:boundedBy>"
    )
    row = features(read(write(tmp_path, city_model(building(shape=shape)))), "bldg").loc["b1"]
    assert row.geometry.area == pytest.approx(AREA)
    assert row["lod"] == "LOD1"


def test_a_building_of_parts_is_their_outlines_and_the_highest_of_their_heights(tmp_path: Path) -> None:
    east = "35.10 138.88 0 35.10 138.89 0 35.11 138.89 0 35.11 138.88 0 35.10 138.88 0"
    parts = "".join(
        f'<bldg:consistsOfBuildingPart><bldg:BuildingPart gml:id="p{height}">'
        f'<bldg:measuredHeight uom="m">{height}</bldg:measuredHeight>{footprint(where)}'
        "</bldg:BuildingPart></bldg:consistsOfBuildingPart>"
        for height, where in ((4.5, SQUARE), (9.5, east))
    )
    row = features(read(write(tmp_path, city_model(building(parts, shape="")))), "bldg").loc["b1"]
    assert row.geometry.area == pytest.approx(2 * AREA)
    assert (row["height_m"], row["height_source"]) == (9.5, "part")
    items = [node for node in json.loads(row["attributes"]) if node["name"] == "bldg:consistsOfBuildingPart"]
    assert [item["items"][0]["value"] for item in items] == [4.5, 9.5]


def test_a_building_of_lod2_only_has_its_ground_surface_as_outline(tmp_path: Path) -> None:
    ground = SQUARE.replace(" 0 ", " 6 ").removesuffix("0") + "6"
    shape = (
        f"<bldg:lod2Solid>{box(6, 9)}</bldg:lod2Solid><bldg:boundedBy><bldg:GroundSurface><bldg:lod2MultiSurface>"
        f"{surfaces(polygon(ground))}</bldg:lod2MultiSurface></bldg:GroundSurface></bldg:boundedBy>"
    )
    batches = read(write(tmp_path, city_model(building(shape=shape))))
    row = features(batches, "bldg").loc["b1"]
    assert row.geometry.area == pytest.approx(AREA)
    assert (row["ground_m"], row["lod"]) == (6, "LOD2")
    assert account(batches) == {("bldg:Building", "LOD2"): (1, 1, 0)}
    assert not problems(batches)


def test_coordinates_one_by_one_are_read_like_a_list_of_them(tmp_path: Path) -> None:
    words = SQUARE.split()
    points = "".join(f"<gml:pos>{' '.join(words[at : at + 3])}</gml:pos>" for at in range(0, len(words), 3))
    text = city_model(building(shape=footprint())).replace(ring(SQUARE), f"<gml:LinearRing>{points}</gml:LinearRing>")
    assert features(read(write(tmp_path, text)), "bldg").geometry["b1"].area == pytest.approx(AREA)


@pytest.mark.parametrize("positions", [f"\n   {SQUARE}\n", SQUARE.replace(" ", "  "), SQUARE.replace(" ", "\n\t")])
def test_any_white_space_divides_coordinates(tmp_path: Path, positions: str) -> None:
    text = city_model(building(shape=footprint(positions)))
    assert features(read(write(tmp_path, text)), "bldg").geometry["b1"].area == pytest.approx(AREA)


def test_numbers_that_json_would_not_take_are_numbers_all_the_same(tmp_path: Path) -> None:
    odd = "+35.10 138.86 .0 35.10 0138.87 0. 35.11 138.87 0 35.11 138.86 0 35.1 138.86 0e0"
    shape = features(read(write(tmp_path, city_model(building(shape=footprint(odd))))), "bldg").geometry["b1"]
    assert shape.area == pytest.approx(AREA)


def test_two_dimensions_are_read_where_the_envelope_says_so(tmp_path: Path) -> None:
    flat = "35.10 138.86 35.10 138.87 35.11 138.87 35.11 138.86 35.10 138.86"
    text = city_model(building(shape=footprint(flat)), srs="http://www.opengis.net/def/crs/EPSG/0/6668", dimension=2)
    batches = read(write(tmp_path, text))
    assert features(batches, "bldg").geometry["b1"].area == pytest.approx(AREA)
    assert batches[0].crs == "EPSG:6668"
    assert batches[0].vertical_datum is None


def test_the_coordinates_own_dimension_counts_more_than_the_envelopes(tmp_path: Path) -> None:
    flat = "35.10 138.86 35.10 138.87 35.11 138.87 35.11 138.86 35.10 138.86"
    text = city_model(building(shape=footprint(flat))).replace("<gml:posList>", '<gml:posList srsDimension="2">')
    assert features(read(write(tmp_path, text)), "bldg").geometry["b1"].area == pytest.approx(AREA)


def test_plane_rectangular_coordinates_are_north_east_height(tmp_path: Path) -> None:
    # 1 km east and 2 km north of the origin of zone 8, 36 N 138.5 E.
    metres = "2000 1000 5 2000 1010 5 2010 1010 5 2010 1000 5 2000 1000 5"
    text = city_model(building(shape=footprint(metres)), srs="urn:ogc:def:crs:EPSG::10169")
    batches = read(write(tmp_path, text))
    row = features(batches, "bldg").loc["b1"]
    assert row.geometry.centroid.x == pytest.approx(138.5 + 1005 / 90_164, abs=1e-5)
    assert row.geometry.centroid.y == pytest.approx(36 + 2005 / 110_960, abs=1e-5)
    assert row["ground_m"] == 5
    assert "T.P." in str(batches[0].vertical_datum)


def test_a_geometry_may_name_its_own_reference_system(tmp_path: Path) -> None:
    metres = "2000 1000 5 2000 1010 5 2010 1010 5 2010 1000 5 2000 1000 5"
    own = footprint(metres).replace("<gml:MultiSurface>", '<gml:MultiSurface srsName="EPSG:10169" srsDimension="3">')
    stored = features(read(write(tmp_path, city_model(building(), building(id="b2", shape=own)))), "bldg")
    assert stored.geometry["b1"].centroid.x == pytest.approx(138.865)
    assert stored.geometry["b2"].centroid.x == pytest.approx(138.511, abs=1e-3)


@pytest.mark.parametrize("iur", [OLD_IUR, "https://www.chisou.go.jp/tiiki/toshisaisei/itoshisaisei/iur"])
def test_the_version_of_iur_changes_no_name(tmp_path: Path, iur: str) -> None:
    inside = (
        "<uro:buildingDetails><uro:BuildingDetails><uro:buildingStructureType>601</uro:buildingStructureType>"
        "</uro:BuildingDetails></uro:buildingDetails>"
    )
    row = features(read(write(tmp_path, city_model(building(inside), iur=iur))), "bldg").loc["b1"]
    assert row["structure"] == "木造・土蔵造"
    assert json.loads(row["attributes"]) == [
        {
            "name": "uro:buildingDetails",
            "type": "uro:BuildingDetails",
            "items": [{"name": "uro:buildingStructureType", "value": "601"}],
        }
    ]


def test_what_stands_for_an_unknown_value_is_missing_and_never_zero(tmp_path: Path) -> None:
    inside = (
        "<bldg:class>Null</bldg:class><bldg:usage>Null</bldg:usage><bldg:yearOfConstruction>0001</bldg:yearOfConstruction>"
        '<bldg:measuredHeight uom="m">-9999</bldg:measuredHeight>'
        "<bldg:storeysAboveGround>9999</bldg:storeysAboveGround><bldg:storeysBelowGround>9999</bldg:storeysBelowGround>"
    )
    batches = read(write(tmp_path, city_model(building(inside))))
    row = features(batches, "bldg").loc["b1"]
    missing = ["height_m", "height_source", "ground_m", "storeys_above", "storeys_below", "year", "usage", "usage_code"]
    assert row[missing].isna().all()
    assert not problems(batches)
    values = {node["name"]: node["value"] for node in json.loads(row["attributes"])}
    assert values["bldg:measuredHeight"] == -9999
    assert values["bldg:usage"] == "Null"


def test_a_value_that_is_no_number_is_told_and_the_building_stored(tmp_path: Path) -> None:
    inside = '<bldg:measuredHeight uom="m">8,2</bldg:measuredHeight>'
    batches = read(write(tmp_path, city_model(building(inside))))
    assert np.isnan(features(batches, "bldg")["height_m"]["b1"])
    (told,) = problems(batches)
    assert (told.rule, told.parameters["value"], told.feature) == ("citygml.value", "8,2", "b1")
    assert told.line is not None
    assert told.lonlat == pytest.approx((138.865, 35.105))


def test_the_measured_height_counts_more_than_the_solids(tmp_path: Path) -> None:
    inside = '<bldg:measuredHeight uom="m">8.2</bldg:measuredHeight>'
    shape = f"{footprint()}<bldg:lod1Solid>{box(12.5, 20)}</bldg:lod1Solid>"
    row = features(read(write(tmp_path, city_model(building(inside, shape=shape)))), "bldg").loc["b1"]
    assert (row["height_m"], row["height_source"], row["ground_m"], row["lod"]) == (8.2, "measured", 12.5, "LOD0")


def test_the_address_is_written_as_in_japan(tmp_path: Path) -> None:
    inside = (
        "<bldg:address><core:Address><core:xalAddress><xAL:AddressDetails><xAL:Country><xAL:CountryName>日本</xAL:CountryName>"
        "<xAL:Locality><xAL:LocalityName>静岡県沼津市</xAL:LocalityName>"
        "<xAL:DependentLocality>御幸町</xAL:DependentLocality></xAL:Locality></xAL:Country></xAL:AddressDetails>"
        "</core:xalAddress></core:Address></bldg:address>"
    )
    row = features(read(write(tmp_path, city_model(building(inside)))), "bldg").loc["b1"]
    assert row["address"] == "静岡県沼津市御幸町"


def test_generic_attributes_keep_their_names_types_units_and_sets(tmp_path: Path) -> None:
    inside = (
        '<gen:stringAttribute name="建物&quot;ID&quot;"><gen:value>22203-bldg-1</gen:value></gen:stringAttribute>'
        '<gen:intAttribute name="階数"><gen:value>2</gen:value></gen:intAttribute>'
        '<gen:doubleAttribute name="係数"><gen:value>0.82</gen:value></gen:doubleAttribute>'
        '<gen:measureAttribute name="床面積"><gen:value uom="m2">42</gen:value></gen:measureAttribute>'
        '<gen:genericAttributeSet name="区域"><gen:genericAttributeSet name="内側">'
        '<gen:stringAttribute name="区分"><gen:value>1</gen:value></gen:stringAttribute>'
        "</gen:genericAttributeSet></gen:genericAttributeSet>"
    )
    row = features(read(write(tmp_path, city_model(building(inside)))), "bldg").loc["b1"]
    assert json.loads(row["attributes"]) == [
        {"name": '建物"ID"', "value": "22203-bldg-1", "generic": True},
        {"name": "階数", "value": 2, "generic": True},
        {"name": "係数", "value": 0.82, "generic": True},
        {"name": "床面積", "value": 42, "unit": "m2", "generic": True},
        {
            "name": "区域",
            "items": [
                {"name": "内側", "items": [{"name": "区分", "value": "1", "generic": True}], "generic": True},
            ],
            "generic": True,
        },
    ]


def risk(kind: str, **leaves: str) -> str:
    inside = "".join(f"<uro:{name}>{value}</uro:{name}>" for name, value in leaves.items())
    return f"<uro:bldgDisasterRiskAttribute><uro:{kind}>{inside}</uro:{kind}></uro:bldgDisasterRiskAttribute>"


@pytest.mark.parametrize("prefix", ["", "Building"])
def test_the_worst_of_several_flood_ranks_counts_in_older_and_newer_names(tmp_path: Path, prefix: str) -> None:
    inside = (
        risk(f"{prefix}RiverFloodingRiskAttribute", rank="2", depth="1.5", scale="1")
        + risk(f"{prefix}RiverFloodingRiskAttribute", rank="4", depth="6", scale="2", duration="12.5")
        + risk(f"{prefix}InlandFloodingRiskAttribute", rank="1", depth="0.2")
    )
    row = features(read(write(tmp_path, city_model(building(inside)))), "bldg").loc["b1"]
    assert (row["flood_rank"], row["flood_depth_m"], row["inland_rank"]) == (4, 6, 1)
    assert "L2: 5m以上10m未満 6m 12.5時間" in row["flood"]


def test_no_risk_attribute_is_no_rank_and_not_rank_zero(tmp_path: Path) -> None:
    wet = building(risk("RiverFloodingRiskAttribute", rank="1"))
    stored = features(read(write(tmp_path, city_model(wet, building(id="b2")))), "bldg")
    assert stored["flood_rank"]["b1"] == 1
    assert stored["flood_rank"].isna()["b2"]


def test_a_file_without_any_rank_has_no_column_of_ranks(tmp_path: Path) -> None:
    stored = features(read(write(tmp_path, city_model(building()))), "bldg")
    assert not {"flood_rank", "tsunami_rank", "landslide"} & set(stored.columns)


def test_a_rank_in_another_citys_classes_is_read_by_its_codelists_words(tmp_path: Path) -> None:
    write_codelist(tmp_path / "codelists", "rankOrg.xml", c1="0.3m未満", c2="0.3m以上1m未満", c3="5m以上10m未満")
    inside = risk("RiverFloodingRiskAttribute", rankOrg="2").replace(
        "<uro:rankOrg>", '<uro:rankOrg codeSpace="../../codelists/rankOrg.xml">'
    )
    path = write(tmp_path, city_model(building(inside)), "udx/bldg/x_bldg.gml")
    # 0.3 to 1 m reaches into the national rank 2, 0.5 to 3 m.
    assert features(read(path), "bldg")["flood_rank"]["b1"] == 2


def test_ranks_in_sets_of_generic_attributes_are_ranks_too(tmp_path: Path) -> None:
    inside = (
        '<gen:genericAttributeSet name="狩野川洪水浸水想定区域(想定最大規模)">'
        '<gen:stringAttribute name="浸水ランク"><gen:value>3</gen:value></gen:stringAttribute>'
        '<gen:measureAttribute name="浸水深"><gen:value uom="m">3.4</gen:value></gen:measureAttribute>'
        "</gen:genericAttributeSet>"
        '<gen:genericAttributeSet name="土砂災害警戒区域">'
        '<gen:stringAttribute name="区域区分"><gen:value>2</gen:value></gen:stringAttribute>'
        '<gen:stringAttribute name="現象区分"><gen:value>1</gen:value></gen:stringAttribute>'
        "</gen:genericAttributeSet>"
    )
    row = features(read(write(tmp_path, city_model(building(inside)))), "bldg").loc["b1"]
    assert (row["flood_rank"], row["flood_depth_m"], row["landslide_code"]) == (3, 3.4, 2)
    assert row["landslide"] == "土砂災害特別警戒区域(指定済) 急傾斜地の崩落"


def water(inside: str, id: str = "w1", shape: str | None = None) -> str:
    area = surfaces(polygon(SQUARE)) if shape is None else shape
    return f'<wtr:WaterBody gml:id="{id}">{inside}<wtr:lod1MultiSurface>{area}</wtr:lod1MultiSurface></wtr:WaterBody>'


def flooding(kind: str, **leaves: str) -> str:
    return risk(kind, **leaves).replace("bldgDisasterRisk", "floodingRisk")


def test_a_water_body_is_of_the_flood_that_its_file_is_of(tmp_path: Path) -> None:
    text = city_model(water(flooding("HighTideRiskAttribute", rank="3")))
    row = features(read(write(tmp_path, text, "udx/htd/22_1/523856_htd_6697_op.gml")), "htd").loc["w1"]
    assert (row["rank"], row["rank_label"]) == (3, "3m以上5m未満")


def test_a_file_without_a_telling_name_is_known_by_its_risk_attributes(tmp_path: Path) -> None:
    text = city_model(water(flooding("InlandFloodingRiskAttribute", rank="1")), water("", id="lake"))
    batches = read(write(tmp_path, text, "area.gml"))
    assert list(features(batches, "ifld").index) == ["w1"]
    assert list(features(batches, "wtr").index) == ["lake"]
    assert not problems(batches)


def test_the_scale_of_a_flood_comes_from_the_file_name_where_nothing_else_says_it(tmp_path: Path) -> None:
    text = city_model(water(flooding("RiverFloodingRiskAttribute", rank="1")))
    row = features(read(write(tmp_path, text, "52385721_fld_6697_l2_op.gml")), "fld").loc["w1"]
    assert row["scale"] == "L2"


def test_a_tsunami_rank_without_its_codelist_has_no_depth(tmp_path: Path) -> None:
    text = city_model(water(flooding("TsunamiRiskAttribute", rankOrg="2")))
    row = features(read(write(tmp_path, text, "523856_tnm_6697_op.gml")), "tnm").loc["w1"]
    assert (row["rank"], row["rank_label"]) == (2, "ランク2")


def test_a_flood_area_in_triangles_becomes_the_area_they_cover(tmp_path: Path) -> None:
    halves = surfaces(
        polygon("35.10 138.86 1 35.10 138.87 1 35.11 138.87 1 35.10 138.86 1"),
        polygon("35.10 138.86 1 35.11 138.87 1 35.11 138.86 1 35.10 138.86 1"),
    )
    batches = read(write(tmp_path, city_model(water("", shape=halves)), "523856_fld_6697_op.gml"))
    assert features(batches, "fld").geometry["w1"].equals(shapely.box(138.86, 35.10, 138.87, 35.11))
    assert not problems(batches)


def test_roads_without_surfaces_are_lines_of_a_part_of_their_own(tmp_path: Path) -> None:
    line = "<gml:LineString><gml:posList>35.10 138.86 0 35.11 138.87 0</gml:posList></gml:LineString>"
    network = f"<gml:GeometricComplex><gml:element>{line}</gml:element></gml:GeometricComplex>"
    area = f"<tran:lod1MultiSurface>{surfaces(polygon(SQUARE))}</tran:lod1MultiSurface>"
    text = city_model(
        f'<tran:Road gml:id="r1"><tran:lod0Network>{network}</tran:lod0Network></tran:Road>',
        f'<tran:Road gml:id="r2"><tran:lod0Network>{network}</tran:lod0Network>{area}</tran:Road>',
    )
    batches = read(write(tmp_path, text, "x_tran_6697.gml"))
    line_row = features(batches, "tran-line").loc["r1"]
    assert line_row.geometry.equals(shapely.LineString([(138.86, 35.10), (138.87, 35.11)]))
    assert features(batches, "tran").loc["r2"]["lod"] == "LOD1"
    assert account(batches) == {("tran:Road", "LOD0"): (1, 1, 0), ("tran:Road", "LOD1"): (1, 1, 0)}


def test_planned_roads_may_be_lines_and_stations_points(tmp_path: Path) -> None:
    curve = "<gml:LineString><gml:posList>35.10 138.86 35.11 138.87</gml:posList></gml:LineString>"
    text = city_model(
        f'<urf:UrbanRoad gml:id="r"><urf:lod0MultiCurve><gml:MultiCurve><gml:curveMember>{curve}</gml:curveMember>'
        "</gml:MultiCurve></urf:lod0MultiCurve></urf:UrbanRoad>",
        '<urf:UrbanFacility gml:id="p"><urf:lod0MultiPoint><gml:MultiPoint><gml:pointMember><gml:Point>'
        "<gml:pos>35.1 138.86</gml:pos>"
        "</gml:Point></gml:pointMember></gml:MultiPoint></urf:lod0MultiPoint></urf:UrbanFacility>",
        dimension=2,
    )
    batches = read(write(tmp_path, text, "523856_urf_6668_op.gml"))
    assert {batch.part: batch.geometry_type.value for batch in batches} == {"urf-line": "line", "urf-point": "point"}
    assert features(batches, "urf-point").geometry["p"].equals(shapely.Point(138.86, 35.1))
