"""Plain geometries, which are read from a file's bytes, give what the XML parser would have given.

A comment at the beginning of a file leaves all of it to the XML parser: that is what results are held against.
"""

import random
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from geo import UnreadableError
from geo.citygml.member import stream_members
from geo.citygml.plain import PlainFeatures
from tests.geo.citygml.city import HOLE, SQUARE, box, building, city_model, footprint, polygon, read, surfaces, write

FIELDS = ("row", "lod", "first_face", "kind", "solid", "texture", "colour", "first_ring", "first_point", "xyz", "uv")
ROOF = SQUARE.replace(" 0 ", " 9 ").removesuffix("0") + "9"


def boundary(kind: str, *polygons: str, inside: str = "") -> str:
    shape = f"<bldg:lod2MultiSurface>{surfaces(*polygons)}</bldg:lod2MultiSurface>"
    return f'<bldg:boundedBy><bldg:{kind} gml:id="{kind}">{inside}{shape}</bldg:{kind}></bldg:boundedBy>\n'


def referring(*names: str) -> str:
    members = "".join(f'<gml:surfaceMember xlink:href="#{name}"/>' for name in names)
    shell = f"<gml:exterior><gml:CompositeSurface>{members}</gml:CompositeSurface></gml:exterior>"
    return f"<bldg:lod2Solid><gml:Solid>{shell}</gml:Solid></bldg:lod2Solid>\n"


LOD1 = f"{footprint(SQUARE, HOLE)}\n<bldg:lod1Solid>\n{box(1, 9)}\n</bldg:lod1Solid>"
GENERIC = '<gen:stringAttribute name="a"><gen:value>b</gen:value></gen:stringAttribute>'
GROUND_2 = boundary("GroundSurface", polygon(SQUARE, id="p1"))
ROOF_2 = boundary("RoofSurface", polygon(ROOF, HOLE, id="p2"), polygon(ROOF), inside=GENERIC)
LOD2 = f"{LOD1}{referring('p1', 'p2')}{GROUND_2}{ROOF_2}"
PART = f"<bldg:consistsOfBuildingPart>\n<bldg:BuildingPart>{LOD1}</bldg:BuildingPart></bldg:consistsOfBuildingPart>"
TOWN = city_model(
    building("<bldg:storeysAboveGround>2</bldg:storeysAboveGround>", id="one", shape=LOD1),
    building(id="two", shape=LOD2),
    building(id="three", shape=PART),
)


def told(path: Path) -> Any:
    """All that a file gives, in a form that can be compared."""
    try:
        batches = read(path)
    except UnreadableError as error:
        return error.problem.rule, error.problem.line, error.problem.parameters
    found = []
    for batch in batches:
        bodies = batch.surfaces
        arrays = [] if bodies is None else [getattr(bodies, name).tolist() for name in FIELDS]
        frame = pd.DataFrame(batch.features).assign(geometry=batch.features.geometry.to_wkb()).astype(object)
        rows = frame.where(frame.notna(), None).values.tolist()
        found.append((batch.part, rows, repr(arrays), batch.problems, batch.counts, batch.levels))
    return found


def through_xml(folder: Path, text: str) -> Any:
    """The same, of a file that has a comment at its beginning."""
    begin = text.index(">", text.index("/urf/3.1")) + 1
    return told(write(folder / "xml", f"{text[:begin]}<!-- -->{text[begin:]}"))


def taken(path: Path) -> list[bool]:
    """Which features the XML parser doesn't see all of."""
    plain = PlainFeatures()
    members = stream_members(path, path.name, (), lambda _: None, plain)
    return [plain.find(member[0]) is not None for member in members if member.tag.endswith("cityObjectMember")]


def test_plain_geometries_give_what_the_xml_parser_gives(tmp_path: Path) -> None:
    path = write(tmp_path, TOWN)
    assert taken(path) == [True, True, True]
    assert told(path) == through_xml(tmp_path, TOWN)


def test_their_coordinates_are_those_of_the_file_as_python_reads_them(tmp_path: Path) -> None:
    positions = "35.1 138.86 -.5 3.510e1 1388700000e-7 0.25 35.11000000000000000001 138.87 1 35.1 138.86 -.5"
    path = write(
        tmp_path,
        city_model(building(shape=f"<bldg:lod1MultiSurface>{surfaces(polygon(positions))}</bldg:lod1MultiSurface>")),
    )
    (batch,) = read(path)
    expected = np.array(positions.split(), dtype=float).reshape(-1, 3)[:-1]
    assert batch.surfaces is not None
    assert batch.surfaces.xyz[:, 2].tolist() == expected[:, 2].tolist()
    assert np.abs(batch.surfaces.xyz[:, :2] - expected[:, 1::-1]).max() < 1e-7  # Of another reference system.


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</bldg:lod1Solid>", "</bldg:lod2Solid>"),
        ("</gml:Solid>", "</gml:solid>"),
        ("<gml:posList>35", "<gml:posList>x35"),
        ("<gml:posList>35", "<gml:posList>nan 35"),
        ("<gml:posList>35", "<gml:posList>&#51;5"),
        ("<gml:posList>35", '<gml:posList srsDimension="2">35'),
        ("<gml:posList>35", "<gml:posList><![CDATA[35]]>"),
        ("<gml:Polygon>", '<gml:Polygon gml:id="a" gml:id="b">'),
        ("<gml:Polygon>", '<gml:Polygon gml:id="&amp;">'),
        ("<gml:Solid>", '<gml:Solid srsName="http://www.opengis.net/def/crs/EPSG/0/6668">'),
        ("<gml:Solid>", '<gml:Solid gml:id="s">'),
        ("<bldg:RoofSurface ", '<bldg:RoofSurface xmlns:gml="urn:other" '),
        ("bldg:RoofSurface", "nowhere:RoofSurface"),
        ("bldg:boundedBy", "bldg:boundary"),
        ("#p2", "#elsewhere"),
        ("xmlns:xlink=", "xmlns:other="),
        ("<gml:Envelope ", '<gml:Envelope other="a>b" '),
        ("<gml:Envelope ", "<gml:Envelope other='\">' "),
        ("<bldg:Building ", '<bldg:Building other="/>" '),
        ("xmlns:xlink=", 'xmlns:other="urn:a>b" xmlns:xlink='),
        ("xmlns:gml=", "xmlns:other="),
        ("xmlns:bldg=", "xmlns:other="),
        ('xmlns:xlink="http://www.w3.org/1999/xlink"', "xmlns:xlink='http://www.w3.org/1999/xlink'"),
        ("#p2", "#one"),
        ("lod1Solid", "lod1HeightType"),
        ("lod1Solid", "nowhere:lod1Solid"),
        ("<bldg:lod1Solid>", "text <bldg:lod1Solid>"),
        ("<bldg:lod1Solid>", "<bldg:lod1Solid>text"),
        ("</bldg:lod1Solid>", "</bldg:lod1Solid>text"),
        ("<bldg:boundedBy>", "text <bldg:boundedBy>"),
        ("<bldg:lod1Solid>", "<!-- --><bldg:lod1Solid>"),
        ("\n", "\r\n"),
        (' encoding="UTF-8"', ' encoding="Shift_JIS"'),
        ("<bldg:consistsOfBuildingPart>", "<bldg:other>"),
        ("gml:surfaceMember>", "gml:surfaceMembers>"),
        ("</gml:surfaceMember>", "</gml:surfaceMember><gml:surfaceMember/>"),
    ],
)
def test_so_do_files_that_are_a_little_different(tmp_path: Path, old: str, new: str) -> None:
    text = TOWN.replace(old, new)
    assert text != TOWN
    assert told(write(tmp_path, text)) == through_xml(tmp_path, text)


@pytest.mark.parametrize("seed", range(60))
def test_so_do_files_with_a_piece_that_is_cut_out_or_stands_twice_or_elsewhere(tmp_path: Path, seed: int) -> None:
    some = random.Random(seed)
    begin = TOWN.index("<core:cityObjectMember>")
    first, end = sorted(some.randrange(begin, len(TOWN)) for _ in range(2))
    end = min(end, first + some.choice([1, 3, 40, 400]))
    piece = [TOWN[first:end] * 2, "", TOWN[end - 1], " "][seed % 4]
    text = f"{TOWN[:first]}{piece}{TOWN[end:]}"
    assert told(write(tmp_path, text)) == through_xml(tmp_path, text)


def test_what_follows_a_comment_is_left_to_the_xml_parser(tmp_path: Path) -> None:
    before, after = TOWN.split('<bldg:Building gml:id="three">')
    path = write(tmp_path, f'{before}<!-- <bldg:Building> --><bldg:Building gml:id="three">{after}')
    assert taken(path) == [True, True, False]


def test_a_feature_larger_than_a_chunk_of_bytes_is_taken_whole_or_not_at_all(tmp_path: Path) -> None:
    many = surfaces(*[polygon(SQUARE)] * 3_000)  # 0.6 MB
    huge = surfaces(*[polygon(SQUARE)] * 24_000)  # 4.9 MB
    shapes = [f"<bldg:lod1MultiSurface>{one}</bldg:lod1MultiSurface>" for one in (many, huge, many)]
    path = write(tmp_path, city_model(*(building(id=f"b{number}", shape=shape) for number, shape in enumerate(shapes))))
    assert taken(path) == [True, False, True]
