"""Towns (町丁目) of the gazetteer: the land between main roads, river, railway and hills, cut by collector streets."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import shapely
from numpy.random import PCG64, Generator
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from data.sample.district import FABRIC, District, Districts
from data.sample.geography import Geography
from data.sample.name import TownName, town_names
from data.sample.subdivision import box_around, cutting_line, halves, polygons

_SLIVER_HA = 1.6
"""Smaller pieces join a neighbour."""
_COLLECTOR_M = {District.OLD_TOWN: 6.0, District.FARMLAND: 6.0, District.HILL: 4.0, District.INDUSTRY: 12.0}


@dataclass(frozen=True, slots=True)
class Collector:
    """A street between two towns."""

    line: LineString
    width_m: float


@dataclass
class Town:
    code: str
    """Nine digits: municipality, then a running number as in the census small areas."""
    name: TownName
    district: District
    area: BaseGeometry
    parts: list[Polygon] = field(default_factory=list)
    """The pieces of `area` that streets may be cut into."""


@dataclass(frozen=True)
class Towns:
    towns: tuple[Town, ...]
    collectors: tuple[Collector, ...]


@dataclass(frozen=True, slots=True)
class _Leaf:
    cell: int
    area: Polygon
    district: District


def build_towns(geography: Geography, districts: Districts, seed: int) -> Towns:
    random = Generator(PCG64([seed, 2]))
    leaves: list[_Leaf] = []
    collectors: list[Collector] = []
    for number, cell in enumerate(_cells(geography)):
        kind = districts.of(cell)
        pieces = _cut(cell, kind, geography.scale, random, collectors)
        leaves += [_Leaf(number, piece, kind if kind is District.HILL else districts.of(piece)) for piece in pieces]
    return Towns(tuple(_named(_grouped(leaves, geography.scale), random)), tuple(collectors))


def _cells(geography: Geography) -> list[Polygon]:
    """What the main roads, the river and the railway leave between them, from west to east."""
    lines = [geography.municipality.boundary, geography.railway, geography.hills.boundary]
    lines += [river.line for river in geography.rivers]
    net = shapely.union_all([*lines, *(road.line for road in geography.roads)])
    cells = [
        cell for cell in polygons(shapely.polygonize([net])) if geography.municipality.covers(cell.point_on_surface())
    ]
    return sorted(cells, key=lambda cell: (round(cell.centroid.x, 3), round(cell.centroid.y, 3)))


def _cut(
    area: Polygon, kind: District, scale: float, random: Generator, collectors: list[Collector]
) -> Iterator[Polygon]:
    fabric = FABRIC[kind]
    box = box_around(area)
    if area.area < fabric.town_ha * 1e4 * max(scale, 0.35) or box.long_m < 90:
        yield area
        return
    cut = cutting_line(box, crosswise=True, bend=fabric.bend + 0.03, skew=fabric.skew, random=random)
    if kind is not District.HILL:
        parts = [part for part in shapely.get_parts(cut.intersection(area)) if isinstance(part, LineString)]
        collectors += [Collector(part, _COLLECTOR_M.get(kind, 9.0)) for part in parts]
    for half in halves(area, cut):
        yield from _cut(half, kind, scale, random, collectors)


def _grouped(leaves: list[_Leaf], scale: float) -> list[list[_Leaf]]:
    """Slivers between a road and a railway belong to the town they share the longest border with."""
    limit = _SLIVER_HA * 1e4 * max(scale, 0.35)
    groups = {k: [leaf] for k, leaf in enumerate(leaves) if leaf.area.area >= limit}
    tree = shapely.STRtree([leaf.area for leaf in leaves])
    for leaf in leaves:
        if leaf.area.area < limit:
            near = [int(k) for k in tree.query(leaf.area, predicate="intersects") if int(k) in groups]
            if near:
                border = [leaf.area.intersection(leaves[k].area).length for k in near]
                groups[near[border.index(max(border))]].append(leaf)
    return list(groups.values())


def _named(groups: list[list[_Leaf]], random: Generator) -> Iterator[Town]:
    cells = [(group[0].cell, group[0].district) for group in groups]
    names = town_names(cells, random)
    for number, (group, name) in enumerate(zip(groups, names, strict=True), start=1):
        area = shapely.union_all([leaf.area for leaf in group])
        parts = [leaf.area for leaf in group]
        yield Town(f"22999{number:04d}", name, group[0].district, area, parts)
