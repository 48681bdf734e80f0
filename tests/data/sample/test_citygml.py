"""The CityGML files as others will read them."""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely
from lxml import etree
from shapely import Point, STRtree

from data.sample.codelist import CODELISTS
from geo import Severity
from geo.citygml import read_citygml

from .conftest import NAMESPACES, Feature, Written, in_metres

_RANK_LIMITS_M = [0.0, 0.5, 3.0, 5.0, 10.0, 20.0, np.inf]
_ALL = ("udx/bldg", "udx/tran", "udx/fld", "udx/tnm", "udx/htd", "udx/ifld", "udx/lsld", "udx/luse", "udx/urf")


def mesh_of(lat: float, lon: float, digits: int) -> str:
    """JIS X 0410 step by step, as its annex describes it."""
    p, a = divmod(lat * 60, 40)
    q, b = divmod(a, 5)
    r, c = divmod(b * 60, 30)
    u, f = divmod(lon - 100, 1)
    v, g = divmod(f * 60, 7.5)
    w, h = divmod(g * 60, 45)
    half = (c >= 15) * 2 + (h >= 22.5) + 1
    quarter = (c % 15 >= 7.5) * 2 + (h % 22.5 >= 11.25) + 1
    return f"{p:.0f}{u:.0f}{q:.0f}{v:.0f}{r:.0f}{w:.0f}{half}{quarter}"[:digits]


def test_the_oracle_knows_the_mesh_of_a_published_place() -> None:
    # Tokyo Station lies in 53394611, a textbook example of the standard.
    assert mesh_of(35.681236, 139.767125, 8) == "53394611"


def test_every_file_is_well_formed_and_its_envelope_holds_its_coordinates(written: Written) -> None:
    for path in written.city.folder.glob("udx/**/*.gml"):
        root = etree.parse(path).getroot()
        low, high = (
            [float(number) for number in root.findtext(f".//gml:{name}", namespaces=NAMESPACES).split()]
            for name in ("lowerCorner", "upperCorner")
        )
        for positions in root.iterfind(".//gml:posList", NAMESPACES):
            points = np.array(positions.text.split(), dtype=float).reshape(-1, 3)
            assert (points[:, :2] >= np.array(low[:2]) - 1e-5).all(), path
            assert (points[:, :2] <= np.array(high[:2]) + 1e-5).all(), path


def test_buildings_are_in_the_file_of_the_mesh_they_stand_in(written: Written) -> None:
    for feature, outline in zip(written.buildings, written.outlines, strict=True):
        middle = outline.centroid
        near_border = any(
            mesh_of(middle.y + dy, middle.x + dx, 8) != mesh_of(middle.y, middle.x, 8)
            for dx in (-1e-6, 1e-6)
            for dy in (-1e-6, 1e-6)
        )
        assert near_border or feature.file.name.startswith(mesh_of(middle.y, middle.x, 8))


def test_ids_are_unique_in_the_whole_city(written: Written) -> None:
    ids = [
        match
        for path in written.city.folder.glob("udx/**/*.gml")
        for match in re.findall(r'gml:id="([^"]+)"', path.read_text(encoding="utf-8"))
    ]
    assert len(ids) > 2000
    assert len(ids) == len(set(ids))


def test_every_code_is_in_the_codelist_it_points_to(written: Written) -> None:
    entry = re.compile(r'<(\S+) codeSpace="([^"]+)">([^<]+)<')
    for path in written.city.folder.glob("udx/**/*.gml"):
        for element, space, value in set(entry.findall(path.read_text(encoding="utf-8"))):
            codelist = (path.parent / space).resolve()
            assert codelist.is_file(), f"{element} of {path.name}"
            assert value in CODELISTS[codelist.stem], f"{element} of {path.name}"
    for path in written.city.folder.glob("codelists/*.xml"):
        names = etree.parse(path).findall(".//gml:Definition/gml:name", NAMESPACES)
        assert [name.text for name in names] == list(CODELISTS[path.stem])


def test_the_solid_is_as_high_as_measured_and_closed(written: Written) -> None:
    whole = [feature for feature in written.buildings if not feature.find_all("bldg:consistsOfBuildingPart")]
    for feature in whole[:200]:
        rings = [
            np.array(positions.text.split(), dtype=float).reshape(-1, 3)
            for positions in feature.element.iterfind("bldg:lod1Solid//gml:posList", NAMESPACES)
        ]
        heights = np.concatenate(rings)[:, 2]
        assert heights.max() - heights.min() == pytest.approx(float(feature.text("bldg:measuredHeight")), abs=0.011)
        edges = [(tuple(a), tuple(b)) for ring in rings for a, b in pairwise(ring)]
        # Closed and consistently turned: each edge is walked once in each direction.
        assert len(edges) == len(set(edges))
        assert {(b, a) for a, b in edges} == set(edges)


def _risk(feature: Feature, kind: str, scale: str | None = None, river: str | None = None) -> dict[str, str] | None:
    for attribute in feature.find_all(f"uro:bldgDisasterRiskAttribute/uro:{kind}"):
        values = {etree.QName(child).localname: child.text for child in attribute}
        if scale in (None, values.get("scale")) and river in (None, values["description"]):
            return values
    return None


_RIVERS = {"1": "mihongawa_mihongawa", "2": "mihonhigashigawa_mihonhigashigawa"}


@pytest.mark.parametrize("scale", ["1", "2"])
@pytest.mark.parametrize("river", _RIVERS)
def test_flood_ranks_of_buildings_agree_with_their_depth_and_with_the_flood_map(
    written: Written, scale: str, river: str
) -> None:
    areas = {
        rank: shapely.union_all([
            area
            for body in written.features(f"udx/fld/pref/{_RIVERS[river]}/*_l{scale}_op.gml", "wtr:WaterBody")
            if body.text(".//uro:rank") == rank
            for area in body.polygons()
        ])
        for rank in "1234"
    }  # fmt: skip
    flooded = 0
    for feature, outline in zip(written.buildings, written.outlines, strict=True):
        risk = _risk(feature, "RiverFloodingRiskAttribute", scale, river)
        here = {rank for rank, area in areas.items() if area.distance(outline.centroid) < 2e-6}
        if risk is None:
            inside = [rank for rank, area in areas.items() if area.buffer(-2e-6).contains(outline.centroid)]
            assert not inside
        else:
            flooded += 1
            rank = int(risk["rank"])
            assert _RANK_LIMITS_M[rank - 1] <= float(risk["depth"]) < _RANK_LIMITS_M[rank]
            assert risk["rank"] in here or any(abs(float(risk["depth"]) - limit) < 0.02 for limit in _RANK_LIMITS_M)
    assert (100 if river == "1" else 8) < flooded < len(written.buildings) - 100


def test_the_largest_flood_holds_the_planned_one(written: Written) -> None:
    planned, largest = (
        shapely.union_all([
            area for body in written.features(f"udx/fld/**/*_l{k}_op.gml", "wtr:WaterBody") for area in body.polygons()
        ])
        for k in "12"
    )  # fmt: skip
    assert planned.difference(largest.buffer(1e-6)).area < 1e-3 * planned.area
    assert planned.area < 0.8 * largest.area


@pytest.mark.parametrize(
    "pattern",
    [
        *(f"udx/fld/pref/{river}/*_l{scale}_op.gml" for river in _RIVERS.values() for scale in "12"),
        *("udx/tnm/*.gml", "udx/tnm/jikeiretsu/*_030min_op.gml", "udx/htd/*.gml", "udx/ifld/*.gml"),
    ],
)
def test_depth_classes_are_valid_and_do_not_overlap(written: Written, pattern: str) -> None:
    areas = in_metres(np.array([a for body in written.features(pattern, "wtr:WaterBody") for a in body.polygons()]))
    assert shapely.is_valid(areas).all()
    assert shapely.area(areas).sum() == pytest.approx(shapely.union_all(areas).area, rel=1e-4)


def test_buildings_by_the_sea_know_of_the_tsunami_and_those_on_the_hills_do_not(written: Written) -> None:
    (sea, _), *_ = written.geojson("mihon_water")
    coast = in_metres(sea)
    for feature, outline in zip(written.buildings, written.outlines, strict=True):
        risk = _risk(feature, "TsunamiRiskAttribute")
        away = in_metres(outline).distance(coast)
        if away < 40:
            assert risk is not None
        if away > 700:
            assert risk is None


def test_a_landslide_attribute_means_a_zone_at_that_place(written: Written) -> None:
    urf = "https://www.geospatial.jp/iur/urf/3.1"
    zones = [
        area
        for path in written.city.folder.glob("udx/lsld/*.gml")
        for element in etree.parse(path).iter(f"{{{urf}}}SedimentDisasterProneArea")
        for area in Feature(path, element).polygons()
    ]
    tree = STRtree(zones)
    marked = {k for k, feature in enumerate(written.buildings) if _risk(feature, "LandSlideRiskAttribute")}
    middles = [Point(outline.centroid) for outline in written.outlines]
    inside = set(tree.query(middles, predicate="within")[0].tolist())
    assert len(zones) > 6
    assert len(marked ^ inside) <= 1


def test_the_reader_stores_every_feature_without_a_problem(written: Written) -> None:
    folder = written.city.folder
    for file in written.city.files:
        if not file.path.startswith(_ALL) or not file.path.endswith(".gml"):
            continue
        path: Path = folder / file.path
        batches = list(read_citygml(path, name=file.path, codelists=folder / "codelists"))
        assert sum(len(batch.features) for batch in batches) == file.count, file.path
        found = [problem for batch in batches for problem in batch.problems]
        # Levels that the reader leaves aside are told as notes.
        assert [one.message("en") for one in found if one.severity is not Severity.NOTE] == [], file.path


def test_zones_do_not_overlap_and_lie_in_the_city(written: Written) -> None:
    zones = list(written.features("udx/urf/*.gml", "urf:UseDistrict"))
    areas = in_metres(np.array([area for zone in zones for area in zone.polygons()], dtype=object))
    assert {zone.text("urf:function") for zone in zones} >= {"1", "5", "9", "10", "12"}
    assert shapely.area(areas).sum() == pytest.approx(shapely.union_all(areas).area, rel=1e-3)


@pytest.mark.parametrize(
    ("package", "tag"),
    [("brid", "brid:Bridge"), ("frn", "frn:CityFurniture"), ("veg", "veg:SolitaryVegetationObject")],
)
def test_bridges_lamps_and_trees_are_closed_blocks(written: Written, package: str, tag: str) -> None:
    things = list(written.features(f"udx/{package}/*.gml", tag))
    assert len(things) == written.city.count(f"udx/{package}") >= 4
    for thing in things[:60]:
        (block,) = thing.find_all(f"{package}:lod1Geometry") or thing.find_all(f"{package}:lod1Solid")
        lists = block.iterfind(".//gml:posList", NAMESPACES)
        rings = [np.array(one.text.split(), dtype=float).reshape(-1, 3) for one in lists]
        edges = [(tuple(a), tuple(b)) for ring in rings for a, b in pairwise(ring)]
        assert len(edges) == len(set(edges))
        assert {(b, a) for a, b in edges} == set(edges)


def test_bridges_span_the_river(written: Written) -> None:
    _, *rivers = written.geojson("mihon_water")
    bridges = [shapely.union_all(one.polygons()) for one in written.features("udx/brid/*.gml", "brid:Bridge")]
    assert all(min(bridge.distance(river) for river, _ in rivers) < 1e-4 for bridge in bridges)
