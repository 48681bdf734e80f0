"""Files that go wrong: each feature is stored or told with its rule, and no file that lost some counts as whole."""

import time
from pathlib import Path

import pytest

from geo import UnreadableError
from geo.citygml import find_codelists, read_citygml
from tests.geo.citygml.city import (
    EPSG_6697,
    HOLE,
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
    solid,
    surfaces,
    write,
    write_codelist,
)


def refusal(path: Path) -> tuple[str, int | None]:
    with pytest.raises(UnreadableError) as caught:
        read(path)
    return caught.value.problem.rule, caught.value.problem.line


def test_a_file_that_breaks_off_is_refused_with_its_line_after_good_buildings(tmp_path: Path) -> None:
    text = city_model(*(building(id=f"b{number}") for number in range(5)))
    path = write(tmp_path, text[: text.rindex("<gml:posList>")])
    assert refusal(path) == ("xml.not_well_formed", path.read_text(encoding="utf-8").count("\n") + 1)


def test_a_broken_file_is_refused_even_after_whole_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo.citygml.reader.BATCH_FEATURES", 2)
    text = city_model(*(building(id=f"b{number}") for number in range(5)))
    batches = read_citygml(write(tmp_path, text.replace("</core:CityModel>", "")), name="x.gml")
    assert len(next(batches).features) == 2
    with pytest.raises(UnreadableError):
        list(batches)


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>',
        '<!DOCTYPE core:CityModel SYSTEM "http://127.0.0.1:9/citygml.dtd">',
        '<!-- comment --> <?pi?>\n<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/hostname">]>',
    ],
)
def test_entities_are_refused_unopened(tmp_path: Path, doctype: str) -> None:
    text = city_model(building()).replace("?>\n", f"?>\n{doctype}\n", 1)
    assert refusal(write(tmp_path, text))[0] == "xml.entity"


def test_entities_are_seen_in_utf_16_too(tmp_path: Path) -> None:
    text = city_model(building()).replace("UTF-8", "UTF-16").replace("?>\n", '?><!DOCTYPE x [<!ENTITY a "b">]>', 1)
    path = tmp_path / "x_bldg.gml"
    path.write_bytes(text.encode("utf-16"))
    assert refusal(path)[0] == "xml.entity"


def test_the_word_doctype_in_a_text_is_harmless(tmp_path: Path) -> None:
    inside = "<gml:name>&lt;!DOCTYPE x&gt;</gml:name>"
    assert features(read(write(tmp_path, city_model(building(inside)))), "bldg")["name"]["b1"] == "<!DOCTYPE x>"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "shift_jis"])
def test_a_file_in_another_encoding_that_it_declares_is_read(tmp_path: Path, encoding: str) -> None:
    declared = "UTF-8" if encoding == "utf-8-sig" else encoding
    text = city_model(building("<gml:name>沼津市役所</gml:name>")).replace("UTF-8", declared, 1)
    path = tmp_path / "x_bldg.gml"
    path.write_bytes(text.encode(encoding))
    assert features(read(path), "bldg")["name"]["b1"] == "沼津市役所"


def test_a_file_in_another_encoding_than_it_declares_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x_bldg.gml"
    path.write_bytes(city_model(building("<gml:name>沼津市役所</gml:name>")).encode("cp932"))
    assert refusal(path)[0] == "xml.not_well_formed"


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("", "file.empty"),
        ("<html><body/></html>", "xml.not_citygml"),
        ('<CityModel xmlns="http://example.org/x"/>', "xml.not_citygml"),
        ('<CityModel xmlns="http://www.opengis.net/citygml/1.0"/>', "citygml.version"),
        ("hello", "xml.not_well_formed"),
    ],
)
def test_what_is_no_citygml_2_is_refused_by_its_rule(tmp_path: Path, content: str, rule: str) -> None:
    assert refusal(write(tmp_path, content))[0] == rule


def test_a_file_without_features_holds_nothing(tmp_path: Path) -> None:
    assert not [batch for batch in read(write(tmp_path, city_model())) if batch.counts or batch.problems]


def test_a_file_without_reference_system_is_refused_unless_one_is_given(tmp_path: Path) -> None:
    path = write(tmp_path, city_model(building(), envelope=False))
    assert refusal(path)[0] == "crs.missing"
    (batch,) = read_citygml(path, name="x.gml", crs="EPSG:6697")
    assert batch.features.geometry[0].bounds == (138.86, 35.10, 138.87, 35.11)


def test_tokyo_datum_is_refused(tmp_path: Path) -> None:
    assert refusal(write(tmp_path, city_model(building(), srs="EPSG:4301")))[0] == "crs.tokyo_datum"


BAD_RINGS = {
    "numbers left over": SQUARE + " 1",
    "fewer than 4 points": "35.10 138.86 0 35.10 138.87 0 35.10 138.86 0",
    "not closed": SQUARE.removesuffix("35.10 138.86 0") + "35.101 138.86 0",
    "not finite": SQUARE.replace("35.11 138.87", "NaN 138.87"),
    "not a number": SQUARE.replace("35.11 138.87", "35,11 138.87"),
    "no coordinates": "",
}


@pytest.mark.parametrize(("reason", "positions"), BAD_RINGS.items())
def test_a_building_with_a_bad_ring_is_kept_out_and_its_neighbours_are_stored(
    tmp_path: Path, reason: str, positions: str
) -> None:
    bad = building(id="bad", shape=footprint(positions))
    text = city_model(building(id="before"), bad, building(id="after", shape=footprint(SQUARE, HOLE)))
    batches = read(write(tmp_path, text))
    assert list(features(batches, "bldg").index) == ["before", "after"]
    (told,) = problems(batches)
    assert (told.rule, told.feature, told.parameters["reason"]) == ("citygml.ring", "bad", reason)
    assert text.splitlines()[(told.line or 0) - 1].count('gml:id="bad"') == 1
    assert account(batches) == {("bldg:Building", "LOD0"): (3, 2, 1)}


def test_a_bad_hole_keeps_its_building_out(tmp_path: Path) -> None:
    batches = read(write(tmp_path, city_model(building(shape=footprint(SQUARE, "35.1 138.8 0")))))
    assert [one.rule for one in problems(batches)] == ["citygml.ring"]


def test_a_bad_ring_of_the_solid_costs_only_its_heights(tmp_path: Path) -> None:
    broken = box(3, 9).replace("35.11 138.87 9", "35.11 138.87 x")
    batches = read(
        write(tmp_path, city_model(building(shape=f"{footprint()}<bldg:lod1Solid>{broken}</bldg:lod1Solid>")))
    )
    row = features(batches, "bldg").loc["b1"]
    assert row[["height_m", "ground_m"]].isna().all()
    assert [(one.rule, one.feature) for one in problems(batches)] == [("citygml.solid", "b1")]


def test_coordinates_of_gml_2_are_a_bad_ring_and_no_lost_hole(tmp_path: Path) -> None:
    old = f"<gml:LinearRing><gml:coordinates>{HOLE}</gml:coordinates></gml:LinearRing>"
    text = city_model(building(shape=footprint(SQUARE, HOLE)))
    text = text.replace(f"<gml:LinearRing><gml:posList>{HOLE}</gml:posList></gml:LinearRing>", old)
    assert "gml:coordinates" in text
    assert [one.rule for one in problems(read(write(tmp_path, text)))] == ["citygml.ring"]


def test_a_bow_tie_is_kept_out_by_the_rule_for_every_reader(tmp_path: Path) -> None:
    bow_tie = "35.10 138.86 0 35.11 138.87 0 35.10 138.87 0 35.11 138.86 0 35.10 138.86 0"
    batches = read(write(tmp_path, city_model(building(shape=footprint(bow_tie)), building(id="b2"))))
    assert [one.rule for one in problems(batches)] == ["geometry.invalid"]
    assert account(batches) == {("bldg:Building", "LOD0"): (2, 1, 1)}


def test_longitude_before_latitude_is_not_on_the_earth(tmp_path: Path) -> None:
    words = SQUARE.split()
    swapped = " ".join(f"{words[at + 1]} {words[at]} 0" for at in range(0, len(words), 3))
    batches = read(write(tmp_path, city_model(building(shape=footprint(swapped)))))
    assert [one.rule for one in problems(batches)] == ["geometry.outside"]


@pytest.mark.parametrize(
    ("hole", "rule"),
    [
        (SQUARE, "geometry.degenerate"),
        ("35.1 138.862 0 35.105 138.862 0 35.105 138.868 0 35.1 138.868 0 35.1 138.862 0", "geometry.invalid"),
        ("35.12 138.862 0 35.13 138.862 0 35.13 138.868 0 35.12 138.868 0 35.12 138.862 0", "geometry.invalid"),
        ("35.1 138.865 0 35.105 138.862 0 35.11 138.865 0 35.105 138.868 0 35.1 138.865 0", "geometry.repaired"),
    ],
    ids=["is the outline", "shares an edge", "lies outside", "touches at two points"],
)
@pytest.mark.parametrize("level", ["lod0FootPrint", "lod1Solid"])
def test_a_hole_that_is_wrong_is_told_by_the_same_rule_in_a_footprint_and_in_a_solid(
    tmp_path: Path, level: str, hole: str, rule: str
) -> None:
    face = polygon(SQUARE, hole)
    shape = f"<bldg:{level}>{surfaces(face) if level == 'lod0FootPrint' else solid(face)}</bldg:{level}>"
    batches = read(write(tmp_path, city_model(building(shape=shape))))
    assert [one.rule for one in problems(batches)] == [rule]


def test_a_second_feature_with_the_same_id_is_kept_out(tmp_path: Path) -> None:
    first, second = building("<gml:name>first</gml:name>"), building("<gml:name>second</gml:name>")
    batches = read(write(tmp_path, city_model(first, second)))
    assert list(features(batches, "bldg")["name"]) == ["first"]
    assert [(one.rule, one.feature) for one in problems(batches)] == [("citygml.duplicate_id", "b1")]
    assert account(batches) == {("bldg:Building", "LOD0"): (2, 1, 1)}


def test_features_without_id_get_numbers_and_are_told(tmp_path: Path) -> None:
    batches = read(write(tmp_path, city_model(building(id=""), building(id=""))))
    assert list(features(batches, "bldg").index) == ["Building-1", "Building-2"]
    assert [one.rule for one in problems(batches)] == ["citygml.id_missing"] * 2


def test_a_building_without_any_surface_is_kept_out_with_what_it_has(tmp_path: Path) -> None:
    shape = "<bldg:lod3Solid><gml:Solid/></bldg:lod3Solid>"
    batches = read(write(tmp_path, city_model(building(shape=shape), building(id="b2", shape=""))))
    assert [(one.rule, one.parameters["found"]) for one in problems(batches)] == [
        ("citygml.no_surface", "LOD3"),
        ("citygml.no_surface", "-"),
    ]
    assert sum(kept_out for _, _, kept_out in account(batches).values()) == 2


def test_terrain_among_other_features_is_counted_and_named_once(tmp_path: Path) -> None:
    reliefs = [
        f'<dem:ReliefFeature gml:id="d{number}" xmlns:dem="http://www.opengis.net/citygml/relief/2.0"/>'
        for number in range(3)
    ]
    batches = read(write(tmp_path, city_model(*reliefs, building()), "x.gml"))
    (told,) = problems(batches)
    assert (told.rule, told.parameters["count"], told.parameters["package"]) == ("citygml.package_not_read", "3", "dem")
    assert account(batches)["dem:ReliefFeature", ""] == (3, 0, 3)
    assert account(batches)["bldg:Building", "LOD0"] == (1, 1, 0)


def test_features_of_several_packages_in_one_file_go_to_layers_of_their_own(tmp_path: Path) -> None:
    crown = f"<veg:lod3Geometry>{surfaces(polygon(SQUARE))}</veg:lod3Geometry>"
    kind = "veg:SolitaryVegetationObject"
    trees = [f'<{kind} gml:id="v{number}">{crown}</{kind}>' for number in range(3)]
    batches = read(write(tmp_path, city_model(*trees, building()), "x.gml"))
    assert account(batches)["veg:SolitaryVegetationObject", "LOD3"] == (3, 3, 0)
    assert account(batches)["bldg:Building", "LOD0"] == (1, 1, 0)


USAGE = '<bldg:usage codeSpace="../../codelists/Building_usage.xml">{}</bldg:usage>'


def test_codes_become_labels_by_the_codelist_beside_the_file(tmp_path: Path) -> None:
    write_codelist(tmp_path / "codelists", "Building_usage.xml", c411="住まい")
    path = write(tmp_path, city_model(building(USAGE.format("411"))), "udx/bldg/x_bldg.gml")
    row = features(read(path), "bldg").loc["b1"]
    assert (row["usage_code"], row["usage"]) == ("411", "住まい")
    assert '{"name":"bldg:usage","value":"411","label":"住まい"}' in row["attributes"]


def test_a_codelist_is_found_though_the_file_counts_its_folders_wrongly(tmp_path: Path) -> None:
    write_codelist(tmp_path / "codelists", "Building_usage.xml", c411="住まい")
    path = write(tmp_path, city_model(building(USAGE.format("411"))), "udx/fld/natl/river/x_bldg.gml")
    assert find_codelists(path) == tmp_path / "codelists"
    assert features(read(path), "bldg")["usage"]["b1"] == "住まい"


def test_a_folder_of_codelists_may_be_given(tmp_path: Path) -> None:
    write_codelist(tmp_path / "elsewhere", "Building_usage.xml", c411="住まい")
    path = write(tmp_path / "data", city_model(building(USAGE.format("411"))))
    assert features(read(path, codelists=tmp_path / "elsewhere"), "bldg")["usage"]["b1"] == "住まい"


def test_a_missing_codelist_is_noted_once_and_the_codes_stay(tmp_path: Path) -> None:
    text = city_model(*(building(USAGE.format("411"), id=f"b{number}") for number in range(3)))
    batches = read(write(tmp_path, text))
    (note,) = problems(batches)
    assert (note.rule, note.feature, note.severity.value) == ("citygml.codelist_missing", None, "note")
    assert list(features(batches, "bldg")["usage_code"]) == ["411"] * 3


def test_an_unknown_code_is_told_once_per_building_and_attribute(tmp_path: Path) -> None:
    write_codelist(tmp_path / "codelists", "Building_usage.xml", c411="住まい")
    inside = USAGE.format("999") + USAGE.format("998") + USAGE.format("411")
    path = write(tmp_path, city_model(building(inside), building(USAGE.format("411"), id="b2")), "udx/bldg/x_bldg.gml")
    (told,) = problems(read(path))
    assert (told.rule, told.feature, told.parameters["value"]) == ("citygml.code_unknown", "b1", "999")
    before, _, _ = path.read_text(encoding="utf-8").partition("<bldg:Building ")
    assert told.line == before.count("\n") + 1
    assert told.lonlat == pytest.approx((138.865, 35.105))


@pytest.mark.parametrize(
    "code_space", ["../secret/Building_usage.xml", "http://127.0.0.1:9/Building_usage.xml", "/etc/passwd"]
)
def test_a_codelist_is_never_looked_for_outside_of_codelist_folders(tmp_path: Path, code_space: str) -> None:
    write_codelist(tmp_path / "secret", "Building_usage.xml", c411="secret")
    inside = f'<bldg:usage codeSpace="{code_space}">411</bldg:usage>'
    row = features(read(write(tmp_path, city_model(building(inside)), "data/x_bldg.gml")), "bldg").loc["b1"]
    assert row["usage"] == "住宅"


def test_ten_thousand_buildings_come_in_batches_that_end_where_they_should(tmp_path: Path) -> None:
    path = write(tmp_path, city_model(*(building(id=f"b{number}") for number in range(10_000))))
    began = time.monotonic()
    sizes = [len(batch.features) for batch in read_citygml(path, name=path.name)]
    # The last tells of buildings that stand in one place.
    assert sizes == [*[2_000] * 5, 0]
    assert time.monotonic() - began < 30


def test_a_feature_whose_type_is_not_of_its_file_goes_to_its_own_package(tmp_path: Path) -> None:
    road = (
        f'<tran:Road gml:id="r"><tran:lod1MultiSurface>{surfaces(polygon(SQUARE))}</tran:lod1MultiSurface></tran:Road>'
    )
    batches = read(write(tmp_path, city_model(building(), road)))
    assert list(features(batches, "tran").index) == ["r"]
    assert list(features(batches, "bldg").index) == ["b1"]
    assert EPSG_6697.endswith(batches[0].crs.removeprefix("EPSG:"))
