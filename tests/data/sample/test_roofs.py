"""LOD2 in the middle of the city: closed, turned outwards, flat faces, as high as measured."""

from collections import Counter
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import shapely

from .conftest import NAMESPACES, Feature, Written, in_metres

_XLINK = "{http://www.w3.org/1999/xlink}href"
_ID = "{http://www.opengis.net/gml}id"


@cache
def _detailed(written: Written) -> list[Feature]:
    """Without parts: those have solids of their own."""
    return [feature for feature in written.buildings if feature.find_all("bldg:lod2Solid")]


def _rings(feature: Feature) -> dict[str, np.ndarray]:
    """By polygon id: latitude, longitude, height."""
    return {
        polygon.get(_ID): np.array(polygon.findtext(".//gml:posList", namespaces=NAMESPACES).split(), float).reshape(
            -1, 3
        )
        for polygon in feature.element.iterfind("bldg:boundedBy//bldg:lod2MultiSurface//gml:Polygon", NAMESPACES)
    }


def test_the_middle_of_the_city_has_roofs_of_all_kinds(written: Written) -> None:
    kinds = Counter(
        (
            len(feature.find_all("bldg:boundedBy/bldg:RoofSurface/bldg:lod2MultiSurface")),
            len(feature.find_all("bldg:boundedBy")),
        )
        for feature in _detailed(written)
    )
    roofs = Counter({roof: sum(n for (k, _), n in kinds.items() if k == roof) for roof in (1, 2, 4)})
    assert 0.05 * len(written.buildings) < len(_detailed(written)) < 0.7 * len(written.buildings)
    assert all(roofs[k] >= 5 for k in (1, 2, 4)), roofs
    assert sum(roofs.values()) == len(_detailed(written))


def test_the_solid_is_made_of_its_faces_and_closed(written: Written) -> None:
    for feature in _detailed(written):
        rings = _rings(feature)
        referred = [one.get(_XLINK) for one in feature.find_all("bldg:lod2Solid//gml:surfaceMember")]
        assert sorted(referred) == sorted(f"#{id_}" for id_ in rings)
        edges = [(tuple(a), tuple(b)) for ring in rings.values() for a, b in pairwise(ring)]
        assert len(edges) == len(set(edges))
        assert {(b, a) for a, b in edges} == set(edges)


def test_faces_are_flat_and_the_solid_is_turned_outwards(written: Written) -> None:
    for feature in _detailed(written)[:150]:
        volume = 0.0
        for ring in _rings(feature).values():
            points = np.column_stack([_plane(ring), ring[:, 2]])[:-1]
            points = points - points[0]
            normal = sum((np.cross(points[k], points[k + 1]) for k in range(1, len(points) - 1)), np.zeros(3))
            length = np.sqrt((normal**2).sum())
            assert length > 0
            assert np.abs(points @ (normal / length)).max() < 0.08
            corner = np.column_stack([_plane(ring), ring[:, 2]])[0] - _origin(feature)
            volume += float(corner @ normal) / 6
        assert volume > 20


def _plane(ring: np.ndarray) -> np.ndarray:
    return shapely.get_coordinates(in_metres(shapely.LineString(ring[:, [1, 0]])))


def _origin(feature: Feature) -> np.ndarray:
    ring = next(iter(_rings(feature).values()))
    return np.array([*_plane(ring)[0], ring[0, 2]])


def test_the_ridge_is_as_high_as_measured(written: Written) -> None:
    for feature in _detailed(written):
        heights = np.concatenate([ring[:, 2] for ring in _rings(feature).values()])
        assert heights.max() - heights.min() == pytest.approx(
            float(feature.text("bldg:measuredHeight") or 0), abs=0.011
        )


def test_towers_have_a_podium_and_a_tower_as_parts(written: Written) -> None:
    towers = [feature for feature in written.buildings if feature.find_all("bldg:consistsOfBuildingPart")]
    assert towers
    for feature in towers:
        heights = [float(one.text) for one in feature.find_all(".//bldg:BuildingPart/bldg:measuredHeight")]
        assert len(heights) == 2
        assert heights[0] < heights[1] == float(feature.text("bldg:measuredHeight") or 0)
        storeys = [int(one.text) for one in feature.find_all(".//bldg:BuildingPart/bldg:storeysAboveGround")]
        assert sum(storeys) == int(feature.text("bldg:storeysAboveGround") or 0)
