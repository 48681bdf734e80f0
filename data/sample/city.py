"""Writes みほん市: plan the land, build the houses mesh by mesh, count the people, draw up the tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Protocol

from data.sample.admin import write_admin
from data.sample.block import Fabricated, build_blocks
from data.sample.body import Corner
from data.sample.bus import BusNetwork
from data.sample.centre_line import centre_lines
from data.sample.codelist import write_codelists
from data.sample.district import Districts
from data.sample.elevation import write_elevation
from data.sample.facility import Facility, FacilityBook
from data.sample.geography import Geography, build_geography
from data.sample.gml import Extent, write_model
from data.sample.gml_appearance import Appearance, write_pictures
from data.sample.gml_area import Written, write_land_use, write_landslides, write_use_districts
from data.sample.gml_building import building_member
from data.sample.gml_flood import FloodWriter
from data.sample.gml_object import ObjectWriter
from data.sample.gml_road import RoadWriter
from data.sample.gml_underground import station_mall, write_underground
from data.sample.landslide import build_landslides
from data.sample.opendata import Sites, write_tables
from data.sample.osm import write_osm
from data.sample.plane import Plane
from data.sample.population import Census, write_population
from data.sample.readme import write_readme
from data.sample.school_route import school_routes, write_school_routes
from data.sample.shelf import Shelf
from data.sample.stock import Built, Stock
from data.sample.street_network import StreetNetwork, build_network
from data.sample.surveyed import write_surveyed_extents
from data.sample.terrain import Terrain, build_terrain
from data.sample.timetable import OPERATORS
from data.sample.town import Towns, build_towns
from data.sample.town_population import write_town_population
from geo import Text

_ROOM, _SQUEEZE = 22_500, 0.38
"""Houses for which the drawing board has room at scale s, about: _ROOM * s² / (1 + _SQUEEZE / s). Measured."""
_SMALLEST_SCALE = 0.24
_SPARE = 1.05
"""Room to leave: a real town has empty lots."""


class Progress(Protocol):
    """Whoever watches: the command line shows a bar, the page a number."""

    def start(self, total: int, label: str, /) -> None: ...
    def advance(self, amount: int, /) -> None: ...
    def stage(self, label: Text, /) -> None: ...


@dataclass(frozen=True, slots=True)
class SampleFile:
    path: str
    """Relative to the city's folder, with forward slashes."""
    count: int
    """Features, rows or trips."""


@dataclass(frozen=True)
class SampleCity:
    """What was written."""

    folder: Path
    seed: int
    buildings: int
    people: int
    files: tuple[SampleFile, ...]

    def count(self, folder: str) -> int:
        """Features in all files under a folder, such as `udx/tran`."""
        return sum(file.count for file in self.files if file.path.startswith(folder.rstrip("/") + "/"))


@dataclass(frozen=True)
class _Plan:
    geography: Geography
    terrain: Terrain
    towns: Towns
    fabric: Fabricated
    stock: Stock


def write_sample_city(
    folder: Path, *, buildings: int = 8000, seed: int = 1, progress: Progress | None = None
) -> SampleCity:
    """Writes the city into `folder` (made if missing). The same numbers give the same bytes everywhere."""
    if buildings < 1:
        raise ValueError(f"a city needs at least one building, got {buildings}")
    if seed < 0:
        raise ValueError(f"a seed is 0 or more, got {seed}")
    if progress is not None:
        progress.start(buildings, "みほん市")
        progress.stage(Text("街を設計しています", "Planning the city"))
    plane = Plane()
    folder.mkdir(parents=True, exist_ok=True)
    plan = _plan(folder, buildings, seed, plane)
    census, book = Census(), FacilityBook(seed, plan.towns.towns)
    if progress is not None:
        progress.stage(Text("建物を書き出しています", "Writing buildings"))
    written = list(_write_buildings(folder, plan, census, book, seed, progress))
    if progress is not None:
        progress.stage(Text("道路・災害・施設・バスを書き出しています", "Writing roads, hazards, facilities and buses"))
    written += _write_surroundings(folder, plan, census, book, plane, seed)
    files = tuple(SampleFile(path.relative_to(folder).as_posix(), count) for path, count in written)
    city = SampleCity(folder, seed, buildings, census.people, files)
    write_readme(folder, buildings=buildings, people=census.people, seed=seed, counts={f.path: f.count for f in files})
    return city


def _plan(folder: Path, buildings: int, seed: int, plane: Plane) -> _Plan:
    """The board is stretched until the city has room for all buildings."""
    scale = _scale(buildings)
    while True:
        plan = _plan_at(folder, round(scale, 4), seed, plane)
        room = int(plan.stock.room.sum())
        if room >= buildings:
            plan.stock.plan(buildings)
            return plan
        del plan  # Two plans at once would take twice the memory.
        scale *= max(1.02, sqrt(_SPARE * buildings / max(room, 1)))


def _scale(buildings: int) -> float:
    scale = 1.0
    for _ in range(30):
        scale = sqrt(_SPARE * buildings * (1 + _SQUEEZE / scale) / _ROOM)
    return max(_SMALLEST_SCALE, scale)


def _plan_at(folder: Path, scale: float, seed: int, plane: Plane) -> _Plan:
    geography = build_geography(scale)
    districts = Districts(geography)
    terrain = build_terrain(geography, seed)
    towns = build_towns(geography, districts, seed)
    fabric = build_blocks(geography, districts, towns, seed, folder)
    landslides = build_landslides(geography, seed)
    stock = Stock(geography, terrain, towns.towns, fabric.blocks, landslides, plane, seed)
    return _Plan(geography, terrain, towns, fabric, stock)


def _write_buildings(
    folder: Path, plan: _Plan, census: Census, book: FacilityBook, seed: int, progress: Progress | None
) -> Iterator[Written]:
    number = 0
    images: set[str] = set()
    for mesh, blocks in plan.stock.meshes().items():
        members: Shelf[str] = Shelf(folder)
        extent = Extent()
        appearance = Appearance(mesh)
        for built in plan.stock.in_mesh(mesh, blocks):
            number += 1
            members.append(building_member(built, plan.towns.towns[built.block.town], number, seed, appearance))
            extent.add(*_extent(built))
            census.count(built, plan.stock.town_years[built.block.town])
            book.offer(built)
        if members:
            path = folder / f"udx/bldg/{mesh}_bldg_6697_op.gml"
            write_model(path, members, extent.corners, appearance.xml())
            images |= appearance.images
            yield path, len(members)
            if progress is not None:
                progress.advance(len(members))
    yield from write_pictures(folder / "udx/bldg", images)


def _extent(built: Built) -> tuple[Corner, Corner]:
    east, north = zip(*built.lonlat, strict=True)
    top = built.ground_m + built.what.height_m
    return (min(east), min(north), built.ground_m), (max(east), max(north), top)


def _write_surroundings(
    folder: Path, plan: _Plan, census: Census, book: FacilityBook, plane: Plane, seed: int
) -> list[Written]:
    geography, terrain, towns = plan.geography, plan.terrain, plan.towns.towns
    facilities = book.facilities()
    streets = _write_network(folder, plan, facilities, census, plane)
    return [
        *RoadWriter(terrain, geography.station, plane, seed).write(folder, plan.fabric.streets),
        *FloodWriter(geography, terrain, plane).write(folder),
        *write_surveyed_extents(folder, geography, terrain, plan.stock.landslides, plane),
        *write_landslides(folder, plan.stock.landslides, towns, plane),
        *write_land_use(folder, geography, plan.fabric.blocks, plane, seed),
        *write_use_districts(folder, towns, plane, seed),
        *write_underground(folder, station_mall(geography, terrain), plane),
        *ObjectWriter(geography, terrain, plane).write(folder, plan.fabric.streets, plan.fabric.blocks),
        *write_elevation(folder, geography, terrain, plane),
        *((path, 0) for path in write_codelists(folder / "codelists")),
        *write_tables(folder, Sites(facilities, geography, plane, plan.fabric.blocks, towns)),
        *write_population(folder, census),
        write_town_population(
            folder / "opendata/地域・年齢別人口/229997_population.csv", towns, census, plan.stock.town_years
        ),
        *write_admin(folder, geography, towns, census, plan.stock.town_years, plane),
        *_write_feeds(folder / "gtfs", plan, facilities, plane),
        *streets,
    ]


def _write_feeds(folder: Path, plan: _Plan, facilities: list[Facility], plane: Plane) -> Iterator[Written]:
    for operator in OPERATORS:
        path = folder / f"{operator.file}.zip"
        yield path, BusNetwork(plan.geography, plan.towns.towns, facilities, plane, operator).write(path)


def _write_network(
    folder: Path, plan: _Plan, facilities: list[Facility], census: Census, plane: Plane
) -> list[Written]:
    network = _network(folder, plan)
    routes = school_routes(network, facilities, plan.towns.towns, census, plane)
    return [
        write_osm(folder / "osm/mihon.osm.pbf", network, plane),
        write_school_routes(folder / "opendata/通学路/229997_school_route.geojson", routes, network, plane),
    ]


def _network(folder: Path, plan: _Plan) -> StreetNetwork:
    lines = centre_lines(plan.geography, plan.terrain, plan.towns, plan.fabric.streets, plan.fabric.blocks)
    return build_network(lines, plan.geography, folder)
