"""The underground mall and the city hall: shells, windows, rooms."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from .conftest import NAMESPACES, Feature, Written, in_metres
from .test_bodies import open_edges, rings_of, volume

_ID = "{http://www.opengis.net/gml}id"
_HREF = "{http://www.w3.org/1999/xlink}href"


@pytest.fixture(scope="module")
def mall(written: Written) -> Feature:
    (found,) = written.features("udx/ubld/*.gml", "uro:UndergroundBuilding")
    return found


@pytest.fixture(scope="module")
def hall(written: Written) -> Feature:
    (found,) = (one for one in written.buildings if one.find_all("bldg:interiorRoom"))
    return found


def test_the_mall_lies_below_the_ground_and_is_closed(written: Written, mall: Feature) -> None:
    from rasterio import open as open_raster

    rings = [ring for one in mall.find_all("bldg:lod1Solid") for ring in rings_of(one)]
    assert open_edges(rings) == 0
    assert volume(rings) > 1000
    (roof,) = mall.polygons("bldg:lod0RoofEdge")
    middle = in_metres(roof).centroid
    with open_raster(written.city.folder / "dem/mihon_dem.tif") as dem:
        (ground,) = next(dem.sample([(middle.x, middle.y)]))
    assert np.concatenate(rings)[:, 2].max() < ground - 2


@pytest.mark.parametrize("lod", [2, 4])
def test_solids_of_the_mall_are_made_of_its_boundary(mall: Feature, lod: int) -> None:
    surfaces = mall.find_all(f"bldg:boundedBy/*/bldg:lod{lod}MultiSurface")
    rings = [ring for one in surfaces for ring in rings_of(one)]
    assert open_edges(rings) == 0
    assert volume(rings) > 1000
    ids = {one.get(_ID) for surface in surfaces for one in surface.iterfind(".//gml:Polygon", NAMESPACES)}
    solids = mall.find_all(f"bldg:lod{lod}Solid")
    assert {one.get(_HREF)[1:] for one in solids[0].iterfind(".//gml:surfaceMember", NAMESPACES)} == ids


def _rooms(*buildings: Feature) -> list[Any]:
    return [room for one in buildings for room in one.find_all("bldg:interiorRoom/bldg:Room")]


def test_rooms_are_closed_and_look_inwards(mall: Feature, hall: Feature) -> None:
    rooms = _rooms(mall, hall)
    assert len(rooms) > 17
    for room in rooms:
        rings = [ring for one in room.iterfind("bldg:boundedBy", NAMESPACES) for ring in rings_of(one)]
        assert open_edges(rings) == 0
        assert volume(rings) < -20
        kinds = [one[0].tag.rpartition("}")[2] for one in room.iterfind("bldg:boundedBy", NAMESPACES)]
        assert (kinds[0], kinds[-1], set(kinds[1:-1])) == ("FloorSurface", "CeilingSurface", {"InteriorWallSurface"})
        floor, ceiling = (rings_of(room.findall("bldg:boundedBy", NAMESPACES)[k])[0][:, 2] for k in (0, -1))
        assert floor.max() < ceiling.min()


def test_rooms_lie_inside_their_building_and_not_in_each_other(mall: Feature) -> None:
    shell = np.concatenate([ring for one in mall.find_all("bldg:lod1Solid") for ring in rings_of(one)])
    low, high = shell[:, 2].min(), shell[:, 2].max()
    floors = []
    (outline,) = mall.polygons("bldg:lod0RoofEdge")
    for room in _rooms(mall):
        points = np.concatenate(rings_of(room))
        assert low < points[:, 2].min()
        assert points[:, 2].max() < high
        floors.append(in_metres(Feature(mall.file, room).polygons("bldg:boundedBy/bldg:FloorSurface")[0]))
        assert in_metres(outline).contains(floors[-1])
    for k, one in enumerate(floors):
        assert all(one.intersection(other).area < 0.1 for other in floors[:k])


@pytest.mark.parametrize("lod", [3, 4])
def test_windows_fill_the_holes_of_their_walls(hall: Feature, lod: int) -> None:
    windows = 0
    for wall in hall.find_all("bldg:boundedBy/bldg:WallSurface"):
        holes = list(wall.iterfind(f"bldg:lod{lod}MultiSurface//gml:interior", NAMESPACES))
        openings = wall.findall("bldg:opening", NAMESPACES)
        if not holes:
            continue
        windows += len(openings)
        assert len(holes) == len(openings)
        for hole, opening in zip(holes, openings, strict=True):
            assert opening[0].find(f"bldg:lod{lod}MultiSurface", NAMESPACES) is not None
            edges, other = ({(tuple(a), tuple(b)) for a, b in pairwise(rings_of(one)[0])} for one in (hole, opening))
            assert {(b, a) for a, b in edges} == other
    assert windows > 40


def test_the_hall_has_a_storey_of_rooms_for_each_floor_and_a_door(hall: Feature) -> None:
    assert len(_rooms(hall)) == int(hall.text("bldg:storeysAboveGround") or 0)
    assert hall.find_all("bldg:boundedBy/*/bldg:opening/bldg:Door")
    assert hall.find_all(".//bldg:interiorFurniture/bldg:BuildingFurniture")
