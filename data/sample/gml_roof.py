"""LOD2 of the houses in the middle of the city: closed shells of roofs, walls and ground."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import cos, hypot, radians

from data.sample.building import LIGHT_STEEL, WOOD
from data.sample.district import District
from data.sample.stock import Built

_DETAILED = (District.CORE, District.OLD_TOWN)
_DETAILED_M, _TEXTURED_M = 1500.0, 420.0
"""How far from the station there is LOD2, and textures on it: however large the city grows."""

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
    return built.block.district in _DETAILED and built.station_m < _DETAILED_M


def is_textured(built: Built) -> bool:
    return built.station_m < _TEXTURED_M


def roof_of(built: Built) -> Roof:
    """Small timber houses with four corners have pitched roofs, as everywhere in old towns."""
    if len(built.lonlat) != 4 or built.what.storeys > 3 or built.what.structure not in (WOOD, LIGHT_STEEL):
        return Roof.FLAT
    return (Roof.GABLE, Roof.GABLE, Roof.HIP)[built.number % 3]


def faces(built: Built) -> list[Face]:
    low, high = built.ground_m, round(built.ground_m + built.what.height_m, 2)
    roof = roof_of(built)
    if roof is Roof.FLAT:
        return block(built.lonlat, low, high)
    ground = Face("GroundSurface", tuple((x, y, low) for x, y in reversed(built.lonlat)))
    return [ground, *_pitched(built.lonlat, low, high, hip=roof is Roof.HIP)]


def block(outline: Sequence[tuple[float, float]], low: float, high: float) -> list[Face]:
    """A prism with a flat roof; `outline` counter-clockwise, not closed."""
    ground = Face("GroundSurface", tuple((x, y, low) for x, y in reversed(outline)))
    return [ground, *walls(outline, low, high), Face("RoofSurface", tuple((x, y, high) for x, y in outline))]


def walls(outline: Sequence[tuple[float, float]], low: float, high: float) -> Iterator[Face]:
    for (x0, y0), (x1, y1) in pairwise([*outline, outline[0]]):
        yield Face("WallSurface", ((x0, y0, low), (x1, y1, low), (x1, y1, high), (x0, y0, high)))


def _pitched(outline: Sequence[tuple[float, float]], low: float, high: float, *, hip: bool) -> Iterator[Face]:
    """The ridge runs along the longer sides, from the middle of one short side to that of the other."""
    a, b, c, d = outline
    if metres(a, b) < metres(b, c):
        a, b, c, d = b, c, d, a
    width, length = metres(b, c), metres(a, b)
    eaves = round(high - min(0.35 * width, 0.32 * (high - low)), 2)
    inset = min(0.5 * width / length, 0.42) if hip else 0.0
    first, last = between(b, c, 0.5), between(d, a, 0.5)
    r = (*between(first, last, inset), high)
    s = (*between(last, first, inset), high)
    ea, eb, ec, ed = ((x, y, eaves) for x, y in (a, b, c, d))
    yield Face("RoofSurface", (ea, eb, r, s))
    yield Face("RoofSurface", (ec, ed, s, r))
    if hip:
        yield Face("RoofSurface", (eb, ec, r))
        yield Face("RoofSurface", (ed, ea, s))
        yield from walls((a, b, c, d), low, eaves)
        return
    ga, gb, gc, gd = ((x, y, low) for x, y in (a, b, c, d))
    yield Face("WallSurface", (ga, gb, eb, ea))
    yield Face("WallSurface", (gb, gc, ec, r, eb))
    yield Face("WallSurface", (gc, gd, ed, ec))
    yield Face("WallSurface", (gd, ga, ea, s, ed))


def between(a: tuple[float, float], b: tuple[float, float], share: float) -> tuple[float, float]:
    return round(a[0] + (b[0] - a[0]) * share, 8), round(a[1] + (b[1] - a[1]) * share, 8)


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    return hypot((b[0] - a[0]) * cos(radians(a[1])), b[1] - a[1]) * 111_320
