"""Bridges, street lamps and trees as CityGML: LOD1 blocks everywhere, LOD2 and LOD3 bodies near the station."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely

from data.sample.block import Block, Site, Street
from data.sample.body import Frame, Ring, composite, members, multi_surface, prism
from data.sample.furniture import lamp, tree
from data.sample.geography import Geography
from data.sample.gml import MADE_ON, Extent, code, feature_id, solid, surface_reference, text, write_model
from data.sample.gml_appearance import Appearance, Skin
from data.sample.gml_area import Written
from data.sample.plane import Plane, Points
from data.sample.shelf import Shelf
from data.sample.street_body import bridge_faces
from data.sample.subdivision import snapped
from data.sample.terrain import Terrain
from geo.mesh import MeshLevel, mesh_code

_DECK_M = 1.2
_LAMP_M, _LAMP_SPACING_M = 8.0, 32.0
_TREE_SPACING_M = 14.0
_LOD2_M, _LOD3_M = 1500.0, 400.0
"""How far from the station lamps and trees have bodies of their own."""
_LIT = ("Station Avenue", "North Gate Avenue", "Central Avenue", "Old Highway")
_STEEL, _LIGHT = (0.42, 0.45, 0.47), (0.95, 0.93, 0.82)
_BARK = (0.40, 0.30, 0.22)
_LEAVES = ((0.30, 0.46, 0.22), (0.38, 0.52, 0.24), (0.24, 0.40, 0.24))
_CONCRETE = (0.72, 0.72, 0.70)


@dataclass(frozen=True)
class _Member:
    place: tuple[float, float]
    low_m: float
    high_m: float
    reach_m: float
    write: Callable[[Appearance], str]


@dataclass
class _File:
    """A file in the making."""

    members: Shelf[str]
    appearance: Appearance
    places: Extent = field(default_factory=Extent)
    """Metres east and north, and heights."""
    reach_m: float = 0.0

    def add(self, one: _Member) -> None:
        self.members.append(one.write(self.appearance))
        self.places.add((*one.place, one.low_m), (*one.place, one.high_m))
        self.reach_m = max(self.reach_m, one.reach_m)


@dataclass(frozen=True)
class ObjectWriter:
    geography: Geography
    terrain: Terrain
    plane: Plane

    def write(self, folder: Path, streets: Sequence[Street], blocks: Sequence[Block]) -> Iterator[Written]:
        """One file per package and second-level mesh."""
        for package, found in (
            ("brid", self._bridges(streets)), ("frn", self._lamps()), ("veg", self._trees(blocks)),
        ):  # fmt: skip
            yield from self._files(folder, package, found)

    def _files(self, folder: Path, package: str, found: Iterable[_Member]) -> Iterator[Written]:
        files: dict[str, _File] = {}
        for one in found:
            ((lon, lat),) = self.plane.to_lonlat(np.array([one.place])).tolist()
            mesh = mesh_code(lon, lat, MeshLevel.SECONDARY)
            if mesh not in files:
                files[mesh] = _File(Shelf(folder), Appearance(f"{package}/{mesh}"))
            files[mesh].add(one)
        for mesh, file in sorted(files.items()):
            path = folder / f"udx/{package}/{mesh}_{package}_6697_op.gml"
            write_model(path, file.members, self._extent(file), file.appearance.xml())
            yield path, len(file.members)

    def _extent(self, file: _File) -> tuple[Points, Points]:
        lowest, highest = file.places.corners
        low, high = lowest[:2] - file.reach_m, highest[:2] + file.reach_m
        corners = self.plane.to_lonlat(np.array([low, high, [low[0], high[1]], [high[0], low[1]]]))
        return np.array([*corners.min(axis=0), lowest[2]]), np.array([*corners.max(axis=0), highest[2]])

    def _bridges(self, streets: Sequence[Street]) -> Iterator[_Member]:
        number = 0
        for street in streets:
            if street.section == "3":
                for part in snapped(street.area):
                    yield self._bridge(Street(part, street.line, street.width_m, street.function, street.name, "3"),
                                       number)  # fmt: skip
                    number += 1

    def _bridge(self, street: Street, number: int) -> _Member:
        found = bridge_faces(street, self.terrain, _DECK_M)
        heights = [z for rings in found.values() for ring in rings for _, _, z in ring]
        low, high = min(heights), max(heights)
        middle = shapely.get_coordinates(street.area.centroid)[0].tolist()
        reach = float(shapely.length(street.area.exterior))

        def write(appearance: Appearance) -> str:
            return (
                f'<brid:Bridge gml:id="{feature_id("brid", number)}">\n'
                + text("gml:name", f"{street.name}橋")
                + f"<core:creationDate>{MADE_ON}</core:creationDate>\n"
                + code("brid:class", "01", "Bridge_class")
                + code("brid:function", "01", "Bridge_function")
                + text("brid:yearOfConstruction", 1964 + number * 7 % 50)
                + solid("brid:lod1Solid", members(self._block(street, low, high), self.plane))
                + self._bridge_body(found, number, appearance)
                + "</brid:Bridge>\n"
            )

        return _Member((middle[0], middle[1]), min(low, self._bed(street)), high + 1.2, reach, write)

    def _block(self, street: Street, low: float, high: float) -> list[list[tuple[float, float, float]]]:
        ring = shapely.get_coordinates(shapely.orient_polygons(street.area).exterior)[:-1]
        return prism([(x, y) for x, y in ring.tolist()], low, high)

    def _bed(self, street: Street) -> float:
        return round(float(self.terrain.height(shapely.get_coordinates(street.area)).min()) - 1.5, 2)

    def _bridge_body(self, found: dict[str, list[Ring]], number: int, appearance: Appearance) -> str:
        references, bounded = [], []
        for kind, rings in found.items():
            ids = [feature_id("poly", "brid", number, kind, k) for k in range(len(rings))]
            references += [surface_reference(id_) for id_ in ids]
            inside = multi_surface("brid:lod2MultiSurface", members(rings, self.plane, ids))
            bounded.append(
                f'<brid:boundedBy>\n<brid:{kind} gml:id="{feature_id("face", "brid", number, kind)}">\n'
                f"{inside}</brid:{kind}>\n</brid:boundedBy>\n"
            )
        rails = self._rails(found["OuterFloorSurface"], number, appearance)
        return solid("brid:lod2Solid", "".join(references)) + self._piers(found, number) + rails + "".join(bounded)

    def _piers(self, found: dict[str, list[Ring]], number: int) -> str:
        """Under every third joint of the deck, down into the river bed."""
        under = found["OuterCeilingSurface"][::6][1:]
        written = []
        for k, ring in enumerate(under):
            (x, y, z), (x1, y1, _) = ring[0], ring[2]
            frame = Frame((x + x1) / 2, (y + y1) / 2, *_course((x, y), (x1, y1)))
            half = max(abs(x1 - x), abs(y1 - y)) * 0.4
            body = prism(frame.box(-half, half, -0.6, 0.6), round(z - 4.0, 2), z)
            id_ = feature_id("part", "brid", number, k)
            written.append(
                f'<brid:outerBridgeConstruction>\n<brid:BridgeConstructionElement gml:id="{id_}">\n'
                + code("brid:function", "01", "BridgeConstructionElement_function")
                + multi_surface("brid:lod2Geometry", members(body, self.plane))
                + "</brid:BridgeConstructionElement>\n</brid:outerBridgeConstruction>\n"
            )
        return "".join(written)

    def _rails(self, deck: Sequence[Ring], number: int, appearance: Appearance) -> str:
        rights = [deck[0][0], *(ring[1] for ring in deck[::2])]
        lefts = [deck[1][2], *(ring[2] for ring in deck[::2])]
        written = []
        for k, side in enumerate((rights, lefts[::-1])):
            panels = [[a, b, (b[0], b[1], b[2] + 1.0), (a[0], a[1], a[2] + 1.0)] for a, b in pairwise(side)]
            panels += [list(reversed(panel)) for panel in panels]
            id_ = feature_id("poly", "rail", number, k)
            appearance.dress(id_, "", Skin(colour=_STEEL))
            written.append(
                f'<brid:outerBridgeInstallation>\n<brid:BridgeInstallation gml:id="{feature_id("rail", number, k)}">\n'
                + code("brid:function", "05", "BridgeInstallation_function")
                + multi_surface("brid:lod2Geometry", composite(panels, self.plane, id_))
                + "</brid:BridgeInstallation>\n</brid:outerBridgeInstallation>\n"
            )
        return "".join(written)

    def _lamps(self) -> Iterator[_Member]:
        """On both sides of the avenues, in turns."""
        number = 0
        for road in self.geography.roads:
            if road.name.en in _LIT:
                for k, at in enumerate(np.arange(15.0, road.line.length - 10, _LAMP_SPACING_M).tolist()):
                    here, there = (road.line.interpolate(at + step) for step in (0.0, 1.0))
                    side = -1 if k % 2 else 1
                    course = side * (there.x - here.x), side * (there.y - here.y)
                    left = np.array([course[1], -course[0]]) * (road.width_m / 2 - 0.7)
                    yield self._lamp(np.array([here.x, here.y]) + left, course, number)
                    number += 1

    def _lamp(self, place: Points, course: tuple[float, float], number: int) -> _Member:
        x, y, ground, lod = self._standing(place)
        post, light = lamp(Frame(x, y, *course), ground, _LAMP_M, corners=6 if lod == 3 else 4)

        def write(appearance: Appearance) -> str:
            inside = [composite(rings, self.plane, self._dressed("frn", number, k, colour, appearance))
                      for k, (rings, colour) in enumerate(((post, _STEEL), (light, _LIGHT)))]  # fmt: skip
            body = prism(Frame(x, y, *course).box(-0.15, 0.15, -0.15, 0.15), ground, round(ground + _LAMP_M, 2))
            return (
                f'<frn:CityFurniture gml:id="{feature_id("frn", number)}">\n<gml:name>街灯</gml:name>\n'
                f"<core:creationDate>{MADE_ON}</core:creationDate>\n"
                + code("frn:class", "1000", "CityFurniture_class")
                + code("frn:function", "4200", "CityFurniture_function")
                + multi_surface("frn:lod1Geometry", members(body, self.plane))
                + (multi_surface(f"frn:lod{lod}Geometry", "".join(inside)) if lod > 1 else "")
                + "</frn:CityFurniture>\n"
            )

        return _Member((x, y), ground, ground + _LAMP_M + 0.5, 3.0, write)

    def _dressed(self, package: str, number: int, k: int, colour: tuple[float, float, float], to: Appearance) -> str:
        id_ = feature_id("poly", package, number, k)
        to.dress(id_, "", Skin(colour=colour))
        return id_

    def _standing(self, place: Points) -> tuple[float, float, float, int]:
        """Place and height of the ground, and in how much detail a thing is drawn there."""
        away = self.geography.station.distance(shapely.Point(*place))
        lod = 3 if away < _LOD3_M else 2 if away < _LOD2_M else 1
        x, y = np.round(place, 2).tolist()
        return x, y, round(float(self.terrain.height(place[None])[0]), 2), lod

    def _trees(self, blocks: Sequence[Block]) -> Iterator[_Member]:
        """Along the edge of the parks, and along the Station Avenue."""
        number = 0
        for block in blocks:
            inner = block.area.buffer(-4)
            if block.site is Site.PARK and isinstance(inner, shapely.Polygon) and not inner.is_empty:
                for k, at in enumerate(np.arange(0.0, inner.exterior.length, _TREE_SPACING_M).tolist()):
                    place = shapely.get_coordinates(inner.exterior.interpolate(at))[0]
                    yield self._tree(place, 5.0 + (block.number * 7 + k * 3) % 5, number)
                    number += 1
        avenue = next(road for road in self.geography.roads if road.name.en == "Station Avenue")
        for side in (-1, 1):
            line = avenue.line.offset_curve(side * (avenue.width_m / 2 - 2.2))
            for at in np.arange(24.0, line.length - 15, 16.0).tolist():
                yield self._tree(shapely.get_coordinates(line.interpolate(at))[0], 6.5 + number % 3, number)
                number += 1

    def _tree(self, place: Points, height: float, number: int) -> _Member:
        x, y, ground, lod = self._standing(place)
        trunk, crown = tree((x, y), ground, height, detailed=lod == 3, turn=number * 0.7)

        def write(appearance: Appearance) -> str:
            leaves = _LEAVES[number % len(_LEAVES)]
            inside = [composite(rings, self.plane, self._dressed("veg", number, k, colour, appearance))
                      for k, (rings, colour) in enumerate(((trunk, _BARK), (crown, leaves)))]  # fmt: skip
            body = prism([(x + 1.6, y), (x, y + 1.6), (x - 1.6, y), (x, y - 1.6)], ground, round(ground + height, 2))
            return (
                f'<veg:SolitaryVegetationObject gml:id="{feature_id("veg", number)}">\n'
                f"<core:creationDate>{MADE_ON}</core:creationDate>\n"
                + code("veg:class", "1", "SolitaryVegetationObject_class")
                + f'<veg:height uom="m">{height:.1f}</veg:height>\n<veg:crownDiameter uom="m">{0.5 * height:.1f}'
                "</veg:crownDiameter>\n"
                + multi_surface("veg:lod1Geometry", members(body, self.plane))
                + (multi_surface(f"veg:lod{lod}Geometry", "".join(inside)) if lod > 1 else "")
                + "</veg:SolitaryVegetationObject>\n"
            )

        return _Member((x, y), ground, ground + height, 4.0, write)


def _course(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    x, y = b[0] - a[0], b[1] - a[1]
    length = max((x * x + y * y) ** 0.5, 1e-6)
    return x / length, y / length
