"""Blocks and lanes: what is left of a town between its main streets, cut until a block has lots on two sides."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from pathlib import Path

import numpy as np
import shapely
from numpy.random import PCG64, Generator
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from data.sample.district import FABRIC, ROADSIDE_M, District, Districts, Fabric
from data.sample.geography import Geography
from data.sample.shelf import Shelf
from data.sample.subdivision import Box, box_around, cutting_line, polygons
from data.sample.town import Town, Towns


class Site(StrEnum):
    """What takes a whole block instead of lots."""

    NONE = ""
    PARK = "park"
    ELEMENTARY = "elementary_school"
    JUNIOR_HIGH = "junior_high_school"
    HIGH_SCHOOL = "high_school"
    HOSPITAL = "hospital"
    CITY_HALL = "city_hall"
    LIBRARY = "library"
    FIRE_STATION = "fire_station"
    COMMUNITY_CENTRE = "community_centre"
    TEMPLE = "temple"
    FISH_MARKET = "fish_market"
    STATION = "station"
    PARKING = "parking"
    FIELD = "field"


_BLENDED = (District.CORE, District.OLD_TOWN, District.MIXED, District.SUBURB, District.FARMLAND)
"""Districts whose border runs from block to block, not from town to town."""
SITE_AREA_M2: dict[Site, tuple[float, float]] = {
    Site.CITY_HALL: (4500, 13000),
    Site.HOSPITAL: (6000, 15000),
    Site.ELEMENTARY: (9000, 21000),
    Site.JUNIOR_HIGH: (11000, 24000),
    Site.HIGH_SCHOOL: (14000, 32000),
    Site.FISH_MARKET: (4000, 14000),
    Site.LIBRARY: (2200, 6500),
    Site.FIRE_STATION: (1600, 5000),
    Site.COMMUNITY_CENTRE: (1000, 4200),
    Site.TEMPLE: (1000, 4200),
    Site.PARK: (1400, 7000),
}


@dataclass(frozen=True, slots=True)
class Block:
    number: int
    """Of the whole city, from 0; seeds the block's own random numbers."""
    town: int
    chome_block: int
    """街区符号: of its town, from 1."""
    district: District
    area: Polygon
    site: Site = Site.NONE


@dataclass(frozen=True, slots=True)
class Street:
    """A road surface with its centre line; widths in metres."""

    area: Polygon
    line: LineString
    width_m: float
    function: str
    name: str
    section: str
    """PLATEAU's RoadStructureAttribute_sectionType: 1 plain, 3 bridge, 4 crossing."""


class Fabricated:
    """All streets and blocks, in a fixed order."""

    def __init__(self, folder: Path) -> None:
        self.blocks: Shelf[Block] = Shelf(folder)
        self.streets: Shelf[Street] = Shelf(folder)


def build_blocks(geography: Geography, districts: Districts, towns: Towns, seed: int, folder: Path) -> Fabricated:
    """`folder`: where the lists may lie while they are needed."""
    found = Fabricated(folder)
    for street in (*main_streets(geography), *_collector_streets(geography, towns)):
        found.streets.append(street)
    obstacles = [street.area for street in found.streets] + _kept_free(geography)
    tree = shapely.STRtree(obstacles)
    wishes = _wishes(geography, towns.towns)
    for number, town in enumerate(towns.towns):
        random = Generator(PCG64([seed, 3, number]))
        cutter = _Cutter(geography, districts, number, town, wishes[number], random, found)
        for part in town.parts:
            taken = [obstacles[k] for k in tree.query(part, predicate="intersects")]
            for piece in polygons(part.difference(shapely.union_all(taken))):
                cutter.cut(piece)
    _add_station(geography, towns.towns, found)
    return found


def _add_station(geography: Geography, towns: tuple[Town, ...], found: Fabricated) -> None:
    """The station building on the south side of the track, inside the square that is kept free."""
    rail, at = geography.railway, geography.railway.project(geography.station)
    here, there = rail.interpolate(at), rail.interpolate(at + 5)
    course = np.array([there.x - here.x, there.y - here.y]) / here.distance(there)
    right = np.array([course[1], -course[0]])
    half = 0.8 * _square_m(geography)
    corners = [course * s * half + right * t for s, t in ((-1, 9), (1, 9), (1, 28), (-1, 28))]
    whole = Polygon(np.round(np.array(corners) + np.array([here.x, here.y]), 3))
    near = [street.area for street in found.streets if street.area.intersects(whole)]
    free = whole.difference(shapely.union_all(near))
    area = max(polygons(free), key=lambda part: part.area)
    town = next((k for k, town in enumerate(towns) if town.area.contains(area.centroid)), 0)
    number = 1 + sum(block.town == town for block in found.blocks)
    found.blocks.append(Block(len(found.blocks), town, number, District.CORE, area, Site.STATION))


def _square_m(geography: Geography) -> float:
    """Radius of the open ground around the station."""
    return 56 * max(sqrt(geography.scale), 0.5)


def _kept_free(geography: Geography) -> list[Polygon]:
    """River banks, railway land, beach and quay, the station squares."""
    factor = sqrt(geography.scale)
    square = geography.station.buffer(_square_m(geography), quad_segs=2)
    beach = geography.coast.buffer(9 + 14 * factor, quad_segs=4)
    quay = shapely.union_all(polygons(geography.sea)).buffer(9, quad_segs=2)
    land = beach.difference(_port_side(geography))
    free = [
        *polygons(geography.water.buffer(10 * factor + 3, quad_segs=4)),
        geography.railway.buffer(8, quad_segs=4),
        square,
    ]
    return [*free, *polygons(land), *polygons(quay)]


def _port_side(geography: Geography) -> Polygon:
    """Where houses may stand up to the quay."""
    ring = np.array([[-1.1, -0.3], [-1.3, -0.8], [-0.3, -1.3], [1.7, -1.9], [1.75, -1.3], [0.3, -0.8]])
    return Polygon(ring * geography.board_m)


def main_streets(geography: Geography) -> list[Street]:
    """Main roads as surfaces between crossings, crossings and bridges; no two overlap."""
    surfaces = [road.line.buffer(road.width_m / 2, cap_style="flat", quad_segs=4) for road in geography.roads]
    crossings = _crossings(geography)
    used: list[Polygon] = []
    streets: list[Street] = []
    for road, surface in zip(geography.roads, surfaces, strict=True):
        own = surface.intersection(geography.municipality)
        if used:
            own = own.difference(shapely.union_all(used))
        used.append(surface)
        for section, area in _sections(own, crossings, geography.water):
            streets.append(Street(area, road.line, road.width_m, road.function, road.name.ja, section))
    return streets


def _crossings(geography: Geography) -> BaseGeometry:
    return shapely.union_all([
        point.centroid.buffer(max(road.width_m, other.width_m) * 0.75, quad_segs=3)
        for k, road in enumerate(geography.roads)
        for other in geography.roads[:k]
        for point in shapely.get_parts(road.line.intersection(other.line))
    ])  # fmt: skip


def _sections(own: BaseGeometry, crossings: BaseGeometry, river: BaseGeometry) -> Iterator[tuple[str, Polygon]]:
    bank = river.buffer(4, quad_segs=2)
    for section, area in (
        ("1", own.difference(shapely.union(crossings, bank))),
        ("3", own.intersection(bank).difference(crossings)),
        ("4", own.intersection(crossings)),
    ):
        for part in polygons(area):
            if part.area > 4:
                yield section, part


def _collector_streets(geography: Geography, towns: Towns) -> list[Street]:
    wide = shapely.union_all(
        [road.line.buffer(road.width_m / 2, cap_style="flat", quad_segs=4) for road in geography.roads]
        + [geography.water.buffer(6 * sqrt(geography.scale), quad_segs=2)]
        + [geography.station.buffer(_square_m(geography), quad_segs=2)]
    )
    shapely.prepare(wide)
    streets = []
    used: list[Polygon] = []
    for collector in towns.collectors:
        surface = collector.line.buffer(collector.width_m / 2, cap_style="flat", join_style="mitre")
        rest = shapely.difference(surface, wide)
        for other in used:
            if other.intersects(rest):
                rest = rest.difference(other)
        used.append(surface)
        parts = [part for part in polygons(rest) if part.area > 10]
        streets += [Street(part, collector.line, collector.width_m, "4", "", "1") for part in parts]
    return streets


def _wishes(geography: Geography, towns: tuple[Town, ...]) -> list[list[Site]]:
    """Public buildings that each town gets, largest first."""
    board = geography.board_m
    wishes: list[list[Site]] = [[] for _ in towns]
    centres = [town.area.centroid for town in towns]

    def nearest(kinds: tuple[District, ...], x: float, y: float, rank: int = 0) -> list[Site]:
        place = shapely.Point(x * board, y * board)
        order = sorted((centres[k].distance(place), k) for k, town in enumerate(towns) if town.district in kinds)
        return wishes[order[min(rank, len(order) - 1)][1]] if order else []

    nearest((District.CORE,), -0.6, 0.05).append(Site.CITY_HALL)
    nearest((District.CORE, District.MIXED), -0.15, 0.35).append(Site.LIBRARY)
    nearest((District.MIXED, District.SUBURB), -0.6, 0.8).append(Site.HOSPITAL)
    nearest((District.SUBURB, District.MIXED), 0.9, -0.6).append(Site.HOSPITAL)
    nearest((District.SUBURB,), -1.0, 1.2).append(Site.HIGH_SCHOOL)
    nearest((District.SUBURB,), 1.2, -0.5).append(Site.HIGH_SCHOOL)
    nearest((District.MIXED, District.CORE), 0.1, 0.4).append(Site.FIRE_STATION)
    nearest((District.SUBURB, District.MIXED), 1.1, -0.9).append(Site.FIRE_STATION)
    nearest((District.PORT,), -0.8, -0.6).append(Site.FISH_MARKET)
    nearest((District.OLD_TOWN,), -0.3, -0.6).append(Site.ELEMENTARY)
    homes = (District.CORE, District.OLD_TOWN, District.MIXED, District.SUBURB)
    lived = [k for k, town in enumerate(towns) if town.district in homes]
    for order, k in enumerate(lived):
        spacious = towns[k].district in (District.MIXED, District.SUBURB)
        if spacious and order % 5 == 2:
            wishes[k].append(Site.ELEMENTARY)
        if spacious and order % 9 == 6:
            wishes[k].append(Site.JUNIOR_HIGH)
        if order % 2 == 1:
            wishes[k].append(Site.COMMUNITY_CENTRE)
        if towns[k].district is District.OLD_TOWN or order % 6 == 0:
            wishes[k].append(Site.TEMPLE)
        wishes[k].append(Site.PARK)
    return wishes


@dataclass
class _Cutter:
    geography: Geography
    districts: Districts
    town_number: int
    town: Town
    wishes: list[Site]
    random: Generator
    found: Fabricated
    blocks: int = 0

    def cut(self, area: Polygon) -> None:
        if area.area < 140 or self.town.district is District.HILL:
            return
        box = box_around(area)
        if box.short_m < 9 or (area.area < 0.25 * box.long_m * box.short_m and box.short_m < 16):
            return
        district = self._district(area)
        fabric = FABRIC[district]
        site = self._site(area, box)
        if site is not Site.NONE:
            self._add(area, district, site)
        elif max(_parts(box, fabric)) <= 1:
            self._add(area, district, self._leftover(area, district))
        else:
            self._split(area, box, district)

    def _district(self, area: Polygon) -> District:
        if self.town.district not in _BLENDED:
            return self.town.district
        bypass = self.geography.roads[0].line
        if area.distance(bypass) < 30 and area.centroid.distance(bypass) < ROADSIDE_M + 20:
            return District.ROADSIDE
        kind = self.districts.of(area)
        return kind if kind in _BLENDED else self.town.district

    def _site(self, area: Polygon, box: Box) -> Site:
        if not self.wishes or area.area < 0.66 * box.long_m * box.short_m or box.short_m < 0.4 * box.long_m:
            return Site.NONE
        for site in self.wishes:
            low, high = SITE_AREA_M2[site]
            if low <= area.area <= high and (site is not Site.PARK or self.random.random() < 0.3):
                self.wishes.remove(site)
                return site
        return Site.NONE

    def _leftover(self, area: Polygon, district: District) -> Site:
        """Now and then a small block is a car park or a pocket park."""
        draw = self.random.random()
        if district is District.SUBURB and draw < self._fringe(area):
            return Site.FIELD
        if district in (District.CORE, District.MIXED, District.ROADSIDE) and draw < 0.04 and area.area < 3500:
            return Site.PARKING
        return Site.PARK if draw > 0.99 and district is not District.INDUSTRY else Site.NONE

    def _fringe(self, area: Polygon) -> float:
        """Share of fields between the houses: grows from the built-up middle to the edge of the city."""
        away = area.distance(self.geography.station) / self.geography.board_m
        return min(max(0.42 * (away - 0.95), 0.0), 0.45)

    def _add(self, area: Polygon, district: District, site: Site) -> None:
        self.blocks += 1
        number = len(self.found.blocks)
        self.found.blocks.append(Block(number, self.town_number, self.blocks, district, area, site))

    def _split(self, area: Polygon, box: Box, district: District) -> None:
        fabric = FABRIC[district]
        by_length, by_width = _parts(box, fabric)
        crosswise = by_length >= by_width
        parts = max(by_length, by_width)
        share = (parts // 2 if self.random.random() < 0.5 else parts - parts // 2) / parts
        cut = cutting_line(
            box, crosswise=crosswise, bend=fabric.bend, skew=fabric.skew, random=self.random, share=share
        )
        width = fabric.lane_m + (1.5 if area.area > 6e4 else 0)
        surface = cut.buffer(width / 2, cap_style="flat", join_style="mitre")
        for part in polygons(area.intersection(surface)):
            if part.area > 15:
                middle = [one for one in shapely.get_parts(cut.intersection(part)) if isinstance(one, LineString)]
                if middle:
                    self.found.streets.append(Street(part, middle[0], width, "4", "", "1"))
        for piece in polygons(area.difference(surface)):
            self.cut(piece)


def _parts(box: Box, fabric: Fabric) -> tuple[int, int]:
    """Into how many blocks the length and the width of an area go."""
    return max(1, round(box.long_m / fabric.block_m[0])), max(1, round(box.short_m / fabric.block_m[1]))
