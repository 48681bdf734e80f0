"""Damaged CityGML: whatever is wrong, every feature is counted, or the file is refused; nothing goes in silence."""

import re
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from geo import Batch, UnreadableError
from geo.citygml import read_citygml
from geo.level_count import sum_levels
from tests.geo.check.solid import cube, turned
from tests.geo.check.solid import surfaces as placed
from tests.geo.citygml.city import city_model, polygon, solid, surfaces, write_codelist

NAME = "udx/bldg/52385608_bldg_6697_op.gml"
CODELISTS = "codelists"


def _positions(face: Sequence[Sequence[Sequence[float]]]) -> str:
    xyz = placed([[face]]).xyz
    return " ".join(f"{lat:.9f} {lon:.9f} {height:.3f}" for lon, lat, height in [*xyz, xyz[0]])


def _building(number: int) -> str:
    faces = [_positions(face) for face in cube(x=20.0 * number, size=10.0)]
    ids = [f"p{number}_{k}" for k in range(6)]
    body = solid(*(polygon(face, id=name) for face, name in zip(faces, ids, strict=True)))
    refers = "".join(f'<gml:surfaceMember xlink:href="#{name}"/>' for name in ids)
    walls = "".join(
        f"<bldg:boundedBy><bldg:WallSurface><bldg:lod2MultiSurface>{surfaces(polygon(face, id=f'w{name}'))}"
        "</bldg:lod2MultiSurface></bldg:WallSurface></bldg:boundedBy>"
        for face, name in zip(faces, ids, strict=True)
    )
    shell = refers.replace("#p", "#wp")
    return (
        f'<bldg:Building gml:id="b{number}"><bldg:usage codeSpace="../../codelists/Building_usage.xml">411</bldg:usage>'
        f'<bldg:measuredHeight uom="m">10.0</bldg:measuredHeight>'
        f"<bldg:lod0RoofEdge>{surfaces(polygon(faces[1]))}</bldg:lod0RoofEdge><bldg:lod1Solid>{body}</bldg:lod1Solid>"
        f"<bldg:lod2Solid><gml:Solid><gml:exterior><gml:CompositeSurface>{shell}</gml:CompositeSurface></gml:exterior>"
        f"</gml:Solid></bldg:lod2Solid>{walls}</bldg:Building>"
    )


_IMAGE = "52385608_bldg_6697_appearance/wall.jpg"
_TEXTURE = (
    "<app:appearanceMember><app:Appearance><app:surfaceDataMember><app:ParameterizedTexture>"
    f"<app:imageURI>{_IMAGE}</app:imageURI>"
    '<app:target uri="#wp0_2"><app:TexCoordList><app:textureCoordinates ring="#r">0 0 1 0 1 1 0 1 0 0'
    "</app:textureCoordinates></app:TexCoordList></app:target>"
    "</app:ParameterizedTexture></app:surfaceDataMember></app:Appearance></app:appearanceMember>"
)
WHOLE = city_model(*(_building(number) for number in range(3))).replace(
    "</core:CityModel>", f"{_TEXTURE}</core:CityModel>"
)
WHOLE = WHOLE.replace(
    'gml:id="wp0_2"><gml:exterior><gml:LinearRing>', 'gml:id="wp0_2"><gml:exterior><gml:LinearRing gml:id="r">'
)


def _read(text: bytes, *, codelist: bool = True, image: bool = True) -> list[Batch]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        path.parent.mkdir(parents=True)
        path.write_bytes(text)
        codelists = Path(folder) / CODELISTS
        if codelist:
            write_codelist(codelists, "Building_usage.xml", c411="住宅")
        if image:
            (path.parent / _IMAGE).parent.mkdir()
            (path.parent / _IMAGE).write_bytes(b"")
        return list(read_citygml(path, name=NAME, codelists=codelists if codelist else None))


_APPEARANCE = "{http://www.opengis.net/citygml/appearance/2.0}appearanceMember"


def _assert_accounted(text: bytes, batches: list[Batch]) -> None:
    """Against another parser's count of what stands in the file."""
    # What stands inside of an appearance is none of the model's members, whatever it is called.
    found = etree.fromstring(text).iterfind(".//{http://www.opengis.net/citygml/2.0}cityObjectMember")
    members = sum(len(one) for one in found if next(one.iterancestors(_APPEARANCE), None) is None)
    counts = [count for batch in batches for count in batch.counts]
    assert sum(count.read for count in counts) == members
    assert not [one for one in sum_levels(one for batch in batches for one in batch.levels) if one.unaccounted]
    kept_out = sum(count.kept_out for count in counts)
    told = [one for batch in batches for one in batch.problems if one.keeps_out]
    assert (kept_out > 0) == bool(told)
    by_feature = [one for one in told if one.feature is not None]
    assert len(by_feature) >= kept_out or any(one.feature is None for one in told)


def _check(text: bytes) -> None:
    try:
        batches = _read(text)
    except UnreadableError:
        return  # The whole file is told, and nothing of it stored.
    _assert_accounted(text, batches)


def test_the_undamaged_file_is_right() -> None:
    batches = _read(WHOLE.encode())
    _assert_accounted(WHOLE.encode(), batches)
    assert [one.message("en") for batch in batches for one in batch.problems] == []
    assert sum(len(batch.surfaces.row) for batch in batches if batch.surfaces) == 6


@settings(max_examples=40, deadline=None)
@given(st.integers(1, len(WHOLE.encode()) - len("</core:CityModel>\n")))
def test_a_file_that_is_cut_off_is_refused(length: int) -> None:
    with pytest.raises(UnreadableError):
        _read(WHOLE.encode()[:length])


def test_an_appearance_whose_prefix_nobody_declares_is_refused() -> None:
    with pytest.raises(UnreadableError):
        _read(re.sub(r' xmlns:app="[^"]*"', "", WHOLE).encode())


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_bytes_taken_out_of_the_middle(data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(WHOLE) - 1))
    end = data.draw(st.integers(first, min(len(WHOLE), first + 400)))
    _check((WHOLE[:first] + WHOLE[end:]).encode())


_TAGS = sorted(set(re.findall(r"</?([a-zA-Z]+:\w+)", WHOLE)) - {"core:CityModel"})


@settings(max_examples=60, deadline=None)
@example("bldg:Building", "app:appearanceMember")
@given(st.sampled_from(_TAGS), st.sampled_from([*_TAGS, "bldg:Bilding", "own:Thing"]))
def test_tags_that_are_called_otherwise(tag: str, other: str) -> None:
    if other.startswith("own:"):
        other = other.replace("own:", "uro:")
    _check(re.sub(rf"(</?){tag}(?=[ />])", rf"\1{other}", WHOLE).encode())


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(_TAGS), st.integers(0, 10))
def test_one_element_that_is_gone(tag: str, which: int) -> None:
    found = list(re.finditer(rf"<{tag}(?: [^>]*)?(?<!/)>", WHOLE))
    if not found:
        return
    start = found[which % len(found)].start()
    end = WHOLE.find(f"</{tag}>", start) + len(f"</{tag}>")
    _check((WHOLE[:start] + WHOLE[end:]).encode())


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_numbers_that_are_none(data: st.DataObject) -> None:
    numbers = list(re.finditer(r"(?<=[ >])-?\d+\.\d+(?=[ <])", WHOLE))
    text = WHOLE
    for match in sorted(
        data.draw(st.sets(st.sampled_from(numbers), min_size=1, max_size=4)), key=lambda one: -one.start()
    ):
        other = data.draw(
            st.sampled_from(["NaN", "INF", "-inf", "高い", "", "1e400", "-9999", "0", "90.5", "1,5", "138.86"])
        )
        text = text[: match.start()] + other + text[match.end() :]
    _check(text.encode())


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(sorted(set(re.findall(r'gml:id="([^"]*)"', WHOLE)))),
    st.sampled_from(["b0", "p1_1", "wp2_0", "", "r"]),
)
def test_ids_that_are_another_s_or_empty(name: str, other: str) -> None:
    _check(WHOLE.replace(f'gml:id="{name}"', f'gml:id="{other}"').encode())


def test_a_missing_codelist_and_a_missing_image_cost_no_feature() -> None:
    batches = _read(WHOLE.encode(), codelist=False, image=False)
    _assert_accounted(WHOLE.encode(), batches)
    assert sum(len(batch.features) for batch in batches) == 3
    assert {one.rule for batch in batches for one in batch.problems} == {
        "citygml.codelist_missing",
        "citygml.texture_missing",
    }


def test_a_body_that_is_wrong_is_told_with_its_line_and_the_feature_is_stored() -> None:
    inside_out = [_positions(face) for face in turned(cube(size=10.0))]
    body = solid(*map(polygon, inside_out))
    outline = f"<bldg:lod0RoofEdge>{surfaces(polygon(_positions(cube(size=10.0)[1])))}</bldg:lod0RoofEdge>"
    text = city_model(f'<bldg:Building gml:id="b">{outline}<bldg:lod1Solid>{body}</bldg:lod1Solid></bldg:Building>')
    (batch,) = _read(text.encode())
    assert len(batch.features) == 1
    (problem,) = batch.problems
    assert (problem.rule, problem.feature, problem.file) == ("solid.inside_out", "b", NAME)
    assert problem.line is not None
    assert "bldg:Building" in text.splitlines()[problem.line - 1]
