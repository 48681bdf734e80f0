"""Bridges, streets, lamps and trees in space: closed, turned outwards, on the ground."""

from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from lxml import etree

from .conftest import NAMESPACES, Feature, Written, in_metres

_ID = "{http://www.opengis.net/gml}id"


def rings_of(parent: Any) -> list[np.ndarray]:
    """Latitude, longitude, height, shape (n, 3) each."""
    lists = parent.iterfind(".//gml:posList", NAMESPACES)
    return [np.array(one.text.split(), dtype=float).reshape(-1, 3) for one in lists]


def in_space(ring: np.ndarray) -> np.ndarray:
    """East, north, up in metres."""
    return np.column_stack([shapely.get_coordinates(in_metres(shapely.LineString(ring[:, [1, 0]]))), ring[:, 2]])


def open_edges(rings: list[np.ndarray]) -> int:
    """Edges that are not walked once in each direction."""
    walks = Counter((tuple(a), tuple(b)) for ring in rings for a, b in pairwise(ring))
    return sum(abs(walks[edge] - walks[edge[::-1]]) for edge in walks)


def volume(rings: list[np.ndarray]) -> float:
    """By the divergence theorem; negative when a body is turned inside out."""
    origin = in_space(rings[0])[0]
    total = 0.0
    for ring in rings:
        points = in_space(ring)[:-1] - origin
        for k in range(1, len(points) - 1):
            total += float(points[0] @ np.cross(points[k], points[k + 1])) / 6
    return total


def test_bridges_have_a_closed_body_that_rises_over_the_river(written: Written) -> None:
    bridges = list(written.features("udx/brid/*.gml", "brid:Bridge"))
    assert len(bridges) >= 4
    for bridge in bridges:
        rings = [ring for one in bridge.find_all("brid:boundedBy") for ring in rings_of(one)]
        assert open_edges(rings) == 0
        assert volume(rings) > 20
        deck = np.concatenate(rings_of(bridge.find_all("brid:boundedBy/brid:OuterFloorSurface")[0]))[:, 2]
        assert deck.max() > deck[[0, -1]].min() + 1
        referred = {one.get("{http://www.w3.org/1999/xlink}href")[1:] for one in bridge.find_all("brid:lod2Solid//*")
                    if one.get("{http://www.w3.org/1999/xlink}href")}  # fmt: skip
        assert referred == {one.get(_ID) for one in bridge.find_all("brid:boundedBy//gml:Polygon")}


@pytest.mark.parametrize(("package", "tag"), [("frn", "frn:CityFurniture"), ("veg", "veg:SolitaryVegetationObject")])
def test_lamps_and_trees_near_the_station_are_closed_bodies(written: Written, package: str, tag: str) -> None:
    bodies = [body for lod in (2, 3) for one in written.features(f"udx/{package}/*.gml", tag)
              for body in one.find_all(f"{package}:lod{lod}Geometry")]  # fmt: skip
    assert len(bodies) > 10
    for body in bodies[:80]:
        for part in body.iterfind(".//gml:CompositeSurface", NAMESPACES):
            assert open_edges(rings_of(part)) == 0
            assert volume(rings_of(part)) > 0.01


def _roads(written: Written) -> list[Feature]:
    return [
        road for road in written.features("udx/tran/*.gml", "tran:Road") if road.find_all(".//tran:lod3MultiSurface")
    ]


def test_lod2_divides_the_street_and_leaves_nothing_out(written: Written) -> None:
    roads = [road for road in written.features("udx/tran/*.gml", "tran:Road") if road.find_all("tran:trafficArea")]
    assert len(roads) > 30
    for road in roads:
        whole = sum(in_metres(one).area for one in road.polygons("tran:lod1MultiSurface"))
        parts = sum(in_metres(one).area for one in road.polygons("tran:trafficArea/*/tran:lod2MultiSurface"))
        assert parts == pytest.approx(whole, rel=0.02, abs=3)
    functions = {one.text for road in roads for one in road.find_all("tran:trafficArea/*/tran:function")}
    assert functions == {"1000", "1020", "2000"}


def test_lod3_lies_above_the_same_ground_and_looks_up(written: Written) -> None:
    roads = _roads(written)
    assert len(roads) > 5
    for road in roads:
        surfaces = road.find_all("tran:trafficArea/*/tran:lod3MultiSurface")
        flat = sum(in_metres(one).area for one in road.polygons("tran:trafficArea/*/tran:lod2MultiSurface"))
        area = 0.0
        for ring in (ring for one in surfaces for ring in rings_of(one)):
            points = in_space(ring)
            up = np.cross(points[1] - points[0], points[2] - points[0])[2] / 2
            assert up > 0
            area += up
        assert area == pytest.approx(flat, rel=0.02, abs=2)


def test_kerbs_are_as_high_as_a_kerb_and_upright(written: Written) -> None:
    kerbs = [
        ring for road in _roads(written) for one in road.find_all("tran:auxiliaryTrafficArea") for ring in rings_of(one)
    ]
    assert len(kerbs) > 20
    for ring in kerbs:
        heights = sorted(ring[:4, 2].tolist())
        low, high = ring[:2, 2], ring[[3, 2], 2]
        assert (high - low) == pytest.approx(0.15, abs=0.011)
        assert heights[0] < heights[-1]
        assert (ring[0, :2] == ring[3, :2]).all()


def test_materials_name_surfaces_of_their_file(written: Written) -> None:
    for package in ("tran", "veg", "frn", "brid"):
        for path in written.city.folder.glob(f"udx/{package}/*.gml"):
            root = etree.parse(path).getroot()
            ids = {one.get(_ID) for one in root.iter() if one.get(_ID)}
            targets = [one.text for one in root.iter("{http://www.opengis.net/citygml/appearance/2.0}target")]
            assert all(target and target[1:] in ids for target in targets)
