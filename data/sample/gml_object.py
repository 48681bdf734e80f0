"""Bridges, street lamps and trees as CityGML at LOD1: blocks as high as the thing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely
from shapely import Polygon

from data.sample.block import Block, Site, Street
from data.sample.geography import Geography
from data.sample.gml import MADE_ON, code, corners_of, feature_id, surface, text, write_model
from data.sample.gml_area import Written
from data.sample.plane import Plane, Points
from data.sample.subdivision import snapped
from data.sample.terrain import Terrain
from geo.mesh import MeshLevel, mesh_code

_DECK_M = 1.2
_CLEARANCE_M = 2.5
_LAMP_M, _LAMP_SPACING_M = 8.0, 60.0
_TREE_SPACING_M = 14.0


@dataclass(frozen=True)
class _Thing:
    area: Polygon
    low_m: float
    high_m: float
    name: str = ""


def write_objects(
    folder: Path, geography: Geography, terrain: Terrain, streets: Sequence[Street], blocks: Sequence[Block],
    plane: Plane,
) -> list[Written]:  # fmt: skip
    return [
        *_write(folder, "brid", _bridges(terrain, streets), plane),
        *_write(folder, "frn", _lamps(geography, terrain), plane),
        *_write(folder, "veg", _trees(terrain, blocks), plane),
    ]


def _bridges(terrain: Terrain, streets: Sequence[Street]) -> list[_Thing]:
    found = []
    for street in streets:
        if street.section == "3":
            for part in snapped(street.area):
                high = round(float(terrain.height(shapely.get_coordinates(part)).max()) + _CLEARANCE_M, 2)
                found.append(_Thing(part, round(high - _DECK_M, 2), high, f"{street.name}橋"))
    return found


def _lamps(geography: Geography, terrain: Terrain) -> list[_Thing]:
    """On one side of the avenues of the station."""
    found = []
    for road in geography.roads:
        if road.name.en in ("Station Avenue", "North Gate Avenue"):
            for at in np.arange(15.0, road.line.length - 10, _LAMP_SPACING_M).tolist():
                here, there = (road.line.interpolate(at + step) for step in (0.0, 1.0))
                side = np.array([there.y - here.y, here.x - there.x]) * (road.width_m / 2 - 1)
                found.append(_standing(np.array([here.x, here.y]) + side, 0.15, _LAMP_M, terrain))
    return found


def _trees(terrain: Terrain, blocks: Sequence[Block]) -> list[_Thing]:
    """Along the edge of the parks."""
    found = []
    for block in blocks:
        inner = block.area.buffer(-4)
        if block.site is Site.PARK and isinstance(inner, Polygon) and not inner.is_empty:
            for k, at in enumerate(np.arange(0.0, inner.exterior.length, _TREE_SPACING_M).tolist()):
                place = inner.exterior.interpolate(at)
                height = 5.0 + (block.number * 7 + k * 3) % 5
                found.append(_standing(np.array([place.x, place.y]), 1.6, height, terrain))
    return found


def _standing(place: Points, half_m: float, height_m: float, terrain: Terrain) -> _Thing:
    ground = round(float(terrain.height(place[None])[0]), 2)
    x, y = np.round(place, 2).tolist()
    area = shapely.box(x - half_m, y - half_m, x + half_m, y + half_m)
    return _Thing(area, ground, round(ground + height_m, 2))


def _write(folder: Path, package: str, things: Sequence[_Thing], plane: Plane) -> Iterable[Written]:
    """One file per second-level mesh."""
    meshes: dict[str, list[int]] = {}
    for k, thing in enumerate(things):
        lon, lat = plane.to_lonlat(shapely.get_coordinates(thing.area.centroid))[0].tolist()
        meshes.setdefault(mesh_code(lon, lat, MeshLevel.SECONDARY), []).append(k)
    for mesh, chosen in sorted(meshes.items()):
        members = [_MEMBER[package](things[k], k, plane) for k in chosen]
        own = [things[k] for k in chosen]
        low, high = min(one.low_m for one in own), max(one.high_m for one in own)
        path = folder / f"udx/{package}/{mesh}_{package}_6697_op.gml"
        write_model(path, members, corners_of([one.area for one in own], plane, low, high))
        yield path, len(members)


def _shell(thing: _Thing, plane: Plane) -> str:
    """surfaceMembers of the block, turned outwards."""
    ring = shapely.get_coordinates(shapely.orient_polygons(thing.area).exterior)
    corners = [f"{lat:.8f} {lon:.8f} " for lon, lat in plane.to_lonlat(ring).tolist()]
    low, high = f"{thing.low_m:.2f}", f"{thing.high_m:.2f}"
    rings = [[one + low for one in corners[::-1]], [one + high for one in corners]]
    rings += [[a + low, b + low, b + high, a + high, a + low] for a, b in pairwise(corners)]
    return "".join(surface([" ".join(ring)]) for ring in rings)


def _bridge(thing: _Thing, number: int, plane: Plane) -> str:
    return (
        f'<brid:Bridge gml:id="{feature_id("brid", number)}">\n'
        + text("gml:name", thing.name)
        + f"<core:creationDate>{MADE_ON}</core:creationDate>\n"
        f"<brid:lod1Solid>\n<gml:Solid>\n<gml:exterior>\n<gml:CompositeSurface>\n{_shell(thing, plane)}"
        "</gml:CompositeSurface>\n</gml:exterior>\n</gml:Solid>\n</brid:lod1Solid>\n</brid:Bridge>\n"
    )


def _lamp(thing: _Thing, number: int, plane: Plane) -> str:
    return (
        f'<frn:CityFurniture gml:id="{feature_id("frn", number)}">\n<gml:name>街灯</gml:name>\n'
        f"<core:creationDate>{MADE_ON}</core:creationDate>\n"
        f"<frn:lod1Geometry>\n<gml:MultiSurface>\n{_shell(thing, plane)}</gml:MultiSurface>\n</frn:lod1Geometry>\n"
        "</frn:CityFurniture>\n"
    )


def _tree(thing: _Thing, number: int, plane: Plane) -> str:
    return (
        f'<veg:SolitaryVegetationObject gml:id="{feature_id("veg", number)}">\n'
        f"<core:creationDate>{MADE_ON}</core:creationDate>\n"
        + code("veg:class", "1070", "SolitaryVegetationObject_class")
        + f'<veg:height uom="m">{thing.high_m - thing.low_m:.1f}</veg:height>\n'
        f"<veg:lod1Geometry>\n<gml:MultiSurface>\n{_shell(thing, plane)}</gml:MultiSurface>\n</veg:lod1Geometry>\n"
        "</veg:SolitaryVegetationObject>\n"
    )


_MEMBER = {"brid": _bridge, "frn": _lamp, "veg": _tree}
