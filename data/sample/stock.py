"""The building stock: which houses of which block are really built, and all that is known of each."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.random import PCG64, Generator
from numpy.typing import NDArray

from data.sample.block import Block
from data.sample.building import Building, Surroundings, block_draws, building
from data.sample.district import District
from data.sample.geography import Geography
from data.sample.landslide import Landslides
from data.sample.lot import House, houses
from data.sample.plane import Plane, Points
from data.sample.shelf import batches
from data.sample.terrain import Terrain
from data.sample.town import Town
from geo.mesh import MeshLevel, mesh_code

_FAR_M = 90.0


@dataclass(frozen=True, slots=True)
class Hazards:
    """Depth in metres, 0 or less: dry. Landslide: disaster type and area type of the zone, or None."""

    floods_m: tuple[tuple[float, float], ...]
    """Of each river: planned and largest flood."""
    tsunami_m: float
    high_tide_m: float
    inland_m: float
    landslide: tuple[str, str] | None

    @property
    def flood_l2_m(self) -> float:
        """Of whichever river comes highest."""
        return max(largest for _, largest in self.floods_m)


@dataclass(frozen=True, slots=True)
class Built:
    block: Block
    number: int
    """住居番号 in its block, from 1."""
    what: Building
    lonlat: list[tuple[float, float]]
    """Outline, counter-clockwise, not closed."""
    place: tuple[float, float]
    """Longitude, latitude of the middle."""
    area_m2: float
    ground_m: float
    station_m: float
    """From the station, metres."""
    hazards: Hazards


class Stock:
    """Houses are made again each time they are asked for, so that memory does not grow with the city."""

    def __init__(
        self, geography: Geography, terrain: Terrain, towns: tuple[Town, ...], blocks: Sequence[Block],
        landslides: Landslides, plane: Plane, seed: int,
    ) -> None:  # fmt: skip
        self.geography, self.terrain, self.towns, self.blocks = geography, terrain, towns, blocks
        self.landslides, self.plane, self.seed = landslides, plane, seed
        self._main = shapely.multilinestrings([road.line for road in geography.roads])
        shapely.prepare(self._main)
        self.town_years = [_town_year(town, geography, seed, k) for k, town in enumerate(towns)]
        self._room: NDArray[np.int64] | None = None
        self._planned: NDArray[np.int64] = np.zeros(len(blocks), dtype=np.int64)

    @property
    def room(self) -> NDArray[np.int64]:
        """Houses each block could hold."""
        if self._room is None:
            self._room = np.array([len(houses(block, self.seed)) for block in self.blocks], dtype=np.int64)
        return self._room

    def plan(self, count: int) -> None:
        """Shares `count` buildings out over the blocks by their room; remainders go to the largest fractions."""
        room = self.room
        exact = room * (count / room.sum())
        planned = np.floor(exact).astype(np.int64)
        order = np.argsort(-np.round(exact - planned, 9), kind="stable")
        planned[order[: count - int(planned.sum())]] += 1
        self._planned = np.minimum(planned, room)

    def meshes(self) -> "dict[str, array[int]]":
        """Third-level mesh codes in order, each with the numbers of the blocks that reach into it."""
        found: dict[str, array[int]] = {}
        for some in batches(self.blocks):
            bounds = shapely.bounds(np.array([block.area for block in some], dtype=object))
            corners = [_meshes(self.plane.to_lonlat(bounds[:, [i, j]])) for i in (0, 2) for j in (1, 3)]
            for block, codes in zip(some, zip(*corners, strict=True), strict=True):
                for code in sorted(set(codes)):
                    found.setdefault(code, array("q")).append(block.number)
        return dict(sorted(found.items()))

    def in_mesh(self, code: str, blocks: Iterable[int]) -> Iterator[Built]:
        """The buildings of the numbered blocks whose middle lies in the mesh."""
        for number in blocks:
            yield from self.of_block(self.blocks[number], code)

    def of_block(self, block: Block, code: str | None = None) -> list[Built]:
        wanted = int(self._planned[block.number])
        if wanted == 0:
            return []
        every = houses(block, self.seed)
        chosen = sorted(sorted(range(len(every)), key=lambda k: (every[k].order, k))[:wanted])
        shapes = _shapes([every[k] for k in chosen])
        middles = shapely.get_coordinates(shapely.centroid(shapes))
        places = self.plane.to_lonlat(middles)
        kept = [n for n, mesh in enumerate(_meshes(places)) if code in (mesh, None)]
        if not kept:
            return []
        corners = shapely.get_coordinates(shapes)
        starts = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(shapes))]).tolist()
        lonlat = self.plane.to_lonlat(corners).tolist()
        ground = self.terrain.height(corners)
        hazards = self._hazards(middles)
        roads = self._road_distances(block, [every[k] for k in chosen])
        areas = np.round(shapely.area(shapes), 1).tolist()
        draws = block_draws(block, len(every), self.seed)
        found = []
        for n in kept:
            a, b = starts[n], starts[n + 1]
            around = self._surroundings(block, middles[n], roads[n])
            what = building(block, every[chosen[n]], around, draws[chosen[n]], areas[n])
            place = float(places[n, 0]), float(places[n, 1])
            outline = [(x, y) for x, y in lonlat[a : b - 1]]
            base = float(ground[a:b].min())
            found.append(Built(block, n + 1, what, outline, place, areas[n], base, around.station_m, hazards[n]))
        return found

    def _surroundings(self, block: Block, middle: Points, road_m: float) -> Surroundings:
        station = self.geography.station
        away = float(np.sqrt((middle[0] - station.x) ** 2 + (middle[1] - station.y) ** 2))
        return Surroundings(away, road_m, self.town_years[block.town], self.geography.scale)

    def _road_distances(self, block: Block, found: list[House]) -> list[float]:
        if block.area.distance(self._main) > _FAR_M:
            return [float("inf")] * len(found)
        points = shapely.points(np.array([house.street for house in found]))
        distances: list[float] = np.atleast_1d(shapely.distance(points, self._main)).tolist()
        return distances

    def _hazards(self, middles: Points) -> list[Hazards]:
        terrain = self.terrain
        surfaces = [one for flood in terrain.floods for one in (flood.planned, flood.largest)]
        surfaces += [terrain.tsunami, terrain.high_tide, terrain.inland]
        depths = np.round(np.column_stack([surface.at(middles) for surface in surfaces]), 2).tolist()
        rivers = range(0, 2 * len(terrain.floods), 2)
        return [
            Hazards(tuple((row[k], row[k + 1]) for k in rivers), row[-3], row[-2], row[-1], zone)
            for row, zone in zip(depths, self.landslides.at(middles), strict=True)
        ]


def _meshes(lonlat: Points) -> list[str]:
    return [mesh_code(lon, lat, MeshLevel.STANDARD) for lon, lat in lonlat.tolist()]


def _shapes(found: list[House]) -> NDArray[np.object_]:
    """Polygons rounded to millimetres."""
    flat = np.round(np.array([corner for house in found for corner in house.ring]), 3)
    owner = np.repeat(np.arange(len(found)), [len(house.ring) for house in found])
    shapes: NDArray[np.object_] = np.asarray(shapely.polygons(shapely.linearrings(flat, indices=owner)), dtype=object)
    return shapes


def _town_year(town: Town, geography: Geography, seed: int, number: int) -> int:
    """Towns grew outwards from the station."""
    draw = float(Generator(PCG64([seed, 6, number])).random())
    away = town.area.distance(geography.station) / geography.board_m
    if town.district is District.OLD_TOWN:
        return 1958
    return min(2018, int(1968 + 22 * away + 18 * (draw - 0.4)))
