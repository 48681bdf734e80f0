"""LOD2: roofs, walls and ground of the houses in the middle of the city, and the parts of its towers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import cos, hypot, radians

from data.sample.building import LIGHT_STEEL, WOOD
from data.sample.district import District
from data.sample.gml import code, feature_id, surface
from data.sample.stock import Built

_DETAILED = (District.CORE, District.OLD_TOWN)
_TOWER_STOREYS = 7
_PODIUM_STOREYS = 2
_PODIUM_STOREY_M = 4.0
_SHRINK = 0.72
"""A tower stands on its podium with so much of its width."""

Point = tuple[float, float, float]
"""Longitude, latitude, height."""


class Roof(StrEnum):
    FLAT = "flat"
    GABLE = "gable"
    HIP = "hip"


@dataclass(frozen=True, slots=True)
class Face:
    kind: str
    """RoofSurface, WallSurface or GroundSurface."""
    ring: tuple[Point, ...]
    """Counter-clockwise seen from outside, not closed."""


def is_detailed(built: Built) -> bool:
    return built.block.district in _DETAILED


def roof_of(built: Built) -> Roof:
    """Small timber houses with four corners have pitched roofs, as everywhere in old towns."""
    if len(built.lonlat) != 4 or built.what.storeys > 3 or built.what.structure not in (WOOD, LIGHT_STEEL):
        return Roof.FLAT
    return (Roof.GABLE, Roof.GABLE, Roof.HIP)[built.number % 3]


def faces(built: Built) -> list[Face]:
    low, high = built.ground_m, round(built.ground_m + built.what.height_m, 2)
    ground = Face("GroundSurface", tuple((x, y, low) for x, y in reversed(built.lonlat)))
    roof = roof_of(built)
    if roof is Roof.FLAT:
        top = Face("RoofSurface", tuple((x, y, high) for x, y in built.lonlat))
        return [ground, *_walls(built.lonlat, low, high), top]
    return [ground, *_pitched(built.lonlat, low, high, hip=roof is Roof.HIP)]


def _walls(outline: Sequence[tuple[float, float]], low: float, high: float) -> Iterator[Face]:
    for (x0, y0), (x1, y1) in pairwise([*outline, outline[0]]):
        yield Face("WallSurface", ((x0, y0, low), (x1, y1, low), (x1, y1, high), (x0, y0, high)))


def _pitched(outline: Sequence[tuple[float, float]], low: float, high: float, *, hip: bool) -> Iterator[Face]:
    """The ridge runs along the longer sides, from the middle of one short side to that of the other."""
    a, b, c, d = outline
    if _metres(a, b) < _metres(b, c):
        a, b, c, d = b, c, d, a
    width, length = _metres(b, c), _metres(a, b)
    eaves = round(high - min(0.35 * width, 0.32 * (high - low)), 2)
    inset = min(0.5 * width / length, 0.42) if hip else 0.0
    first, last = _between(b, c, 0.5), _between(d, a, 0.5)
    r = (*_between(first, last, inset), high)
    s = (*_between(last, first, inset), high)
    ea, eb, ec, ed = ((x, y, eaves) for x, y in (a, b, c, d))
    yield Face("RoofSurface", (ea, eb, r, s))
    yield Face("RoofSurface", (ec, ed, s, r))
    if hip:
        yield Face("RoofSurface", (eb, ec, r))
        yield Face("RoofSurface", (ed, ea, s))
        yield from _walls((a, b, c, d), low, eaves)
        return
    ga, gb, gc, gd = ((x, y, low) for x, y in (a, b, c, d))
    yield Face("WallSurface", (ga, gb, eb, ea))
    yield Face("WallSurface", (gb, gc, ec, r, eb))
    yield Face("WallSurface", (gc, gd, ed, ec))
    yield Face("WallSurface", (gd, ga, ea, s, ed))


def _between(a: tuple[float, float], b: tuple[float, float], share: float) -> tuple[float, float]:
    return round(a[0] + (b[0] - a[0]) * share, 8), round(a[1] + (b[1] - a[1]) * share, 8)


def _metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    return hypot((b[0] - a[0]) * cos(radians(a[1])), b[1] - a[1]) * 111_320


def lod2(built: Built, seed: int) -> str:
    """The solid, which points to its faces, and the faces by what they are."""
    key = (seed, built.block.number, built.number)
    found = [(feature_id("poly", "lod2", *key, k), face) for k, face in enumerate(faces(built))]
    members = "".join(f'<gml:surfaceMember xlink:href="#{id_}"/>\n' for id_, _ in found)
    solid = (
        "<bldg:lod2Solid>\n<gml:Solid>\n<gml:exterior>\n<gml:CompositeSurface>\n"
        f"{members}</gml:CompositeSurface>\n</gml:exterior>\n</gml:Solid>\n</bldg:lod2Solid>\n"
    )
    return solid + "".join(_bounded(id_, face, feature_id("face", *key, k)) for k, (id_, face) in enumerate(found))


def _bounded(polygon_id: str, face: Face, id_: str) -> str:
    member = surface([_positions(face.ring)]).replace("<gml:Polygon>", f'<gml:Polygon gml:id="{polygon_id}">', 1)
    return (
        f'<bldg:boundedBy>\n<bldg:{face.kind} gml:id="{id_}">\n<bldg:lod2MultiSurface>\n<gml:MultiSurface>\n'
        f"{member}</gml:MultiSurface>\n</bldg:lod2MultiSurface>\n</bldg:{face.kind}>\n</bldg:boundedBy>\n"
    )


def _positions(ring: Sequence[Point]) -> str:
    return " ".join(f"{lat:.8f} {lon:.8f} {height:.2f}" for lon, lat, height in (*ring, ring[0]))


def building_parts(built: Built, seed: int) -> str:
    """A podium and a tower, for the tall buildings of the middle of the city."""
    if not is_detailed(built) or built.what.storeys < _TOWER_STOREYS:
        return ""
    low, high = built.ground_m, round(built.ground_m + built.what.height_m, 2)
    middle = round(low + _PODIUM_STOREYS * _PODIUM_STOREY_M, 2)
    tower = [_between(built.place, corner, _SHRINK) for corner in built.lonlat]
    return _part(built, 0, built.lonlat, low, middle, seed) + _part(built, 1, tower, middle, high, seed)


def _part(built: Built, number: int, outline: Sequence[tuple[float, float]], low: float, high: float, seed: int) -> str:
    shell = [tuple((x, y, low) for x, y in reversed(outline))]
    shell += [face.ring for face in _walls(outline, low, high)]
    shell.append(tuple((x, y, high) for x, y in outline))
    members = "".join(surface([_positions(ring)]) for ring in shell)
    storeys = built.what.storeys - _PODIUM_STOREYS if number else _PODIUM_STOREYS
    id_ = feature_id("part", seed, built.block.number, built.number, number)
    return (
        f'<bldg:consistsOfBuildingPart>\n<bldg:BuildingPart gml:id="{id_}">\n'
        + code("bldg:usage", built.what.usage, "Building_usage")
        + f'<bldg:measuredHeight uom="m">{high - built.ground_m:.1f}</bldg:measuredHeight>\n'
        f"<bldg:storeysAboveGround>{storeys}</bldg:storeysAboveGround>\n"
        "<bldg:lod1Solid>\n<gml:Solid>\n<gml:exterior>\n<gml:CompositeSurface>\n"
        f"{members}</gml:CompositeSurface>\n</gml:exterior>\n</gml:Solid>\n</bldg:lod1Solid>\n"
        "</bldg:BuildingPart>\n</bldg:consistsOfBuildingPart>\n"
    )
