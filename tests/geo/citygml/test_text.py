"""Attributes read from the text of features: the judge is the walk through their elements, which reads any XML."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from geo import Problem, UnreadableError
from geo.citygml.attribute import AttributeReader
from geo.citygml.codelist import Codelists
from geo.citygml.element import GML_ID, Element
from geo.citygml.facts import Facts
from geo.citygml.member_text import FeatureText, MemberTexts
from tests.geo.citygml.city import building, city_model, features, read, write, write_codelist
from tests.shared_data import shared_data

MEMBER = "{http://www.opengis.net/citygml/2.0}cityObjectMember"
Found = tuple[str, Facts, list[Problem]]


def members(path: Path) -> Iterator[tuple[Element, FeatureText | None]]:
    """With the text of each, which is fed in pieces that end behind a tag."""
    raw = path.read_bytes()
    texts = MemberTexts()
    pieces = raw[raw.index(b">", raw.index(b"CityModel")) + 1 :].split(b"\n")
    for piece in pieces:
        texts.feed(piece + b"\n")
    root = etree.fromstring(raw, etree.XMLParser(huge_tree=True))
    for member in root.iter(MEMBER):
        yield member[0], texts.take(member)


def both(path: Path) -> Iterator[tuple[Found, Found, bool]]:
    """Of each feature: from its elements, from its text, and whether the text was enough."""
    codelists = Codelists(path)
    walk, text_reader = AttributeReader("a.gml", codelists), AttributeReader("a.gml", codelists)
    for feature, text in members(path):
        walk.problems, text_reader.problems = [], []
        id_ = feature.get(GML_ID)
        walked = walk.read(feature, id_, 1)
        from_text = text_reader.read(feature, id_, 1, text)
        is_read = text is not None and text.read is not None
        yield (*walked, walk.problems), (*from_text, text_reader.problems), is_read


@pytest.mark.parametrize(
    ("path", "least"),
    [
        ("yokosuka_iur/udx/bldg/52397519_bldg_6697_op.gml", 0),
        ("komatsu_2024/54363371_bldg_6697.gml", 1),
        ("bldg_lod1/51311568_bldg_6697_op.gml", 1),
        ("numazu_iur30/udx/urf/523857_urf_6697_08_op.gml", 1),
        ("numazu_2021_iur15/udx/lsld/523856_lsld_6668_op.gml", 1),
        ("mixed_iur30/udx/unf/elec_53403039_unf_6697.gml", 0.5),
        ("mixed_iur30/udx/wwy/52397598_wwy_6697.gml", 1),
        ("tsukuba_tran/54401008_tran_6697_op.gml", 0.99),
    ],
)
def test_the_text_of_a_real_feature_says_what_its_elements_say(path: str, least: float) -> None:
    compared = list(both(shared_data(f"plateau/{path}")))
    assert all(from_elements == from_text for from_elements, from_text, _ in compared)
    assert sum(is_read for *_, is_read in compared) >= least * len(compared)


USAGE = '<bldg:usage codeSpace="../../codelists/Building_usage.xml">'
ADDRESS = (
    "<bldg:address><core:Address><core:xalAddress><xAL:AddressDetails><xAL:Country>"
    "<xAL:CountryName>日本</xAL:CountryName><xAL:Locality><xAL:LocalityName> 沼津市 </xAL:LocalityName>"
    "<xAL:Number>1</xAL:Number></xAL:Locality></xAL:Country>"
    "</xAL:AddressDetails></core:xalAddress></core:Address></bldg:address>"
)
USUAL = {
    "values": "<gml:name>沼津市役所</gml:name><bldg:yearOfConstruction>1966</bldg:yearOfConstruction>",
    "white space": '\n <gml:name>\n a  b </gml:name >\n <bldg:measuredHeight   uom = "m"\n>3</bldg:measuredHeight>',
    "entities": "<gml:name>a &lt; b &amp;amp; &quot;c&quot; &#x6cbc;&#27941;&#13;</gml:name><uro:a> &#10; </uro:a>",
    "numbers": '<uro:a uom="m">08</uro:a><uro:a uom="m">8.0</uro:a>'
    "<bldg:storeysAboveGround>-1.5e3</bldg:storeysAboveGround>",
    "nothing": "<gml:name/><gml:description></gml:description><bldg:usage> </bldg:usage>",
    "codes": f"{USAGE}401</bldg:usage>{USAGE}999</bldg:usage>{USAGE}998</bldg:usage>",
    "codes without a codelist": '<bldg:class codeSpace="../../codelists/Missing.xml">1</bldg:class>',
    "a tag with and without a code": f"{USAGE}401</bldg:usage><bldg:usage>401</bldg:usage>"
    '<bldg:usage uom="m">401</bldg:usage>',
    "data types": "<uro:a><uro:B><uro:c>1</uro:c><uro:d><uro:E><uro:f>2</uro:f></uro:E></uro:d></uro:B></uro:a>",
    "a type that is a value": "<uro:a><uro:B>1</uro:B></uro:a><uro:a><uro:B><uro:c/></uro:B></uro:a>",
    "an empty neighbour of a type": "<uro:a><uro:n/><uro:B><uro:c>1</uro:c></uro:B></uro:a>",
    "risks": "<uro:x><uro:RiverFloodingRiskAttribute><uro:rank>2</uro:rank></uro:RiverFloodingRiskAttribute></uro:x>"
    "<uro:rank>7</uro:rank>",
    "generic attributes": '<gen:stringAttribute name="町">\n<gen:value>川端</gen:value></gen:stringAttribute>'
    '<gen:measureAttribute name="a"><gen:value uom="m">1.50</gen:value></gen:measureAttribute>'
    '<gen:intAttribute name="b"><gen:value>07</gen:value></gen:intAttribute><gen:stringAttribute name="d"/>',
    "a set": '<gen:genericAttributeSet name="浸水"><gen:stringAttribute name="浸水ランク"><gen:value>3</gen:value>'
    "</gen:stringAttribute></gen:genericAttributeSet><gen:genericAttributeSet/>",
    "an address": ADDRESS,
    "two addresses": ADDRESS + ADDRESS.replace("沼津市", "三島市"),
    "parts": '<bldg:consistsOfBuildingPart><bldg:BuildingPart gml:id="p1"><bldg:measuredHeight>3</bldg:measuredHeight>'
    "</bldg:BuildingPart></bldg:consistsOfBuildingPart><bldg:measuredHeight>9</bldg:measuredHeight>",
    "geometries": "<bldg:lod1Solid><gml:Solid><gml:exterior><gml:x>1</gml:x><gml:y/></gml:exterior></gml:Solid>"
    "</bldg:lod1Solid><uro:lod1HeightType>2</uro:lod1HeightType><bldg:lod2Solid/>",
    "references in geometries": '<bldg:lod2Solid><gml:Solid><gml:x xlink:href="#a"/></gml:Solid></bldg:lod2Solid>',
    "appearances": "<app:appearance><app:Appearance><app:theme>a</app:theme></app:Appearance></app:appearance>",
    "surfaces": '<bldg:boundedBy><bldg:WallSurface gml:id="w"><gml:name>w</gml:name>'
    "</bldg:WallSurface></bldg:boundedBy>",
}
UNUSUAL = {
    "a reference": '<uro:a xlink:href="#b"/>',
    "a reference without a value": '<uro:a xlink:href="b"></uro:a>',
    "single quotes": "<bldg:measuredHeight uom='m'>3</bldg:measuredHeight>",
    "> in a value": "<gml:name>a > b</gml:name>",
    "> in an attribute": '<gen:stringAttribute name="a>b"><gen:value>1</gen:value></gen:stringAttribute>',
    "entities in an attribute": '<gen:stringAttribute name="a&amp;b"><gen:value>1</gen:value></gen:stringAttribute>',
    "text between elements": "<uro:a>x<uro:b>1</uro:b>y</uro:a>",
    "two types": "<uro:a><uro:B><uro:c>1</uro:c></uro:B><uro:B><uro:c>2</uro:c></uro:B></uro:a>",
    "two generic values": '<gen:intAttribute name="a"><gen:value>1</gen:value><gen:value>2</gen:value>'
    "</gen:intAttribute>",
    "no generic value": '<gen:stringAttribute name="a"><gen:value/></gen:stringAttribute>',
    "a generic branch": '<gen:stringAttribute name="a"><gen:value><gen:x>1</gen:x></gen:value></gen:stringAttribute>',
    "a geometry in an address": ADDRESS.replace(
        "<xAL:Number>", "<xAL:lod1Point><uro:p>1</uro:p></xAL:lod1Point><xAL:Number>"
    ),
}


@pytest.mark.parametrize("inside", [*USUAL.values(), *UNUSUAL.values()], ids=[*USUAL, *UNUSUAL])
def test_text_says_what_elements_say(tmp_path: Path, inside: str) -> None:
    write_codelist(tmp_path, "Building_usage.xml", **{"401": "業務施設"})
    one = [building(f"{inside}<gml:description>end</gml:description>", id=f"b{index}") for index in range(3)]
    compared = list(both(write(tmp_path, city_model(*one))))
    assert len(compared) == 3
    for from_elements, from_text, is_read in compared:
        assert from_text == from_elements
        assert is_read == (inside in USUAL.values())


def test_windows_line_ends_are_line_ends(tmp_path: Path) -> None:
    path = write(tmp_path, city_model(building("<gml:name>a</gml:name>\n<gml:description>b\nc</gml:description>")))
    expected = features(read(path), "bldg")["attributes"]["b1"]
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert features(read(path), "bldg")["attributes"]["b1"] == expected
    assert all(from_text == walked and is_read for walked, from_text, is_read in both(path))


def test_a_member_has_the_text_of_its_feature_and_of_no_other(tmp_path: Path) -> None:
    two = building("<gml:name>b</gml:name>", id="b") + building("<gml:name>c</gml:name>", id="c")
    path = write(tmp_path, city_model(building(id="a"), two, building("<gml:name>d</gml:name>", id="d")))
    taken = [text for _, text in members(path)]
    assert [text and text.id for text in taken] == ["a", None, "d"]
    names = features(read(path), "bldg")["name"]
    assert names.to_dict() == {"a": None, "b": "b", "c": "c", "d": "d"}


def test_comments_and_character_data_are_left_to_the_parser(tmp_path: Path) -> None:
    usual = [building(f"<gml:name>{index}</gml:name>", id=f"b{index}") for index in range(3)]
    comment = building("<gml:name>a<!-- <gml:name>x</gml:name> -->b</gml:name>", id="c")
    data = building("<gml:name><![CDATA[</gml:name>]]></gml:name>", id="d")
    batches = read(write(tmp_path, city_model(*usual, comment, data, building("<gml:name>e</gml:name>", id="e"))))
    names = features(batches, "bldg")["name"].to_dict()
    assert names == {"b0": "0", "b1": "1", "b2": "2", "c": "ab", "d": "</gml:name>", "e": "e"}


@pytest.mark.parametrize("wrong", [b"\xff", b"&oe;", b"&#0;", b"&#xD800;", b"\x01", b"a & b"])
def test_a_value_that_is_no_xml_is_refused_wherever_it_stands(tmp_path: Path, wrong: bytes) -> None:
    path = write(
        tmp_path, city_model(*(building(f"<gml:name>n{index}</gml:name>", id=f"b{index}") for index in range(3)))
    )
    path.write_bytes(path.read_bytes().replace(b"n2", wrong))
    with pytest.raises(UnreadableError) as refused:
        read(path)
    assert refused.value.problem.rule == "xml.not_well_formed"
