"""The underground mall along the avenue of the station: LOD0, LOD1, LOD2 and its rooms in LOD4."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from shapely import Polygon

from data.sample.body import Corner, Frame, Outline, members, multi_surface, positions, prism
from data.sample.geography import Geography
from data.sample.gml import MADE_ON, code, corners_of, feature_id, polygon, solid, surface_reference, text, write_model
from data.sample.gml import multi_surface as flat_surface
from data.sample.gml_room import column, room
from data.sample.plane import Plane
from data.sample.terrain import Terrain
from geo.mesh import MeshLevel, mesh_code

_HALF_WIDTH_M, _PASSAGE_M, _WALL_M = 11.0, 3.5, 0.2
_DEPTH_M, _ROOM_M, _SLAB_M = 8.0, 3.6, 0.5
_SHOPS = 8
"""On each side of the passage."""
_SALES, _TRAFFIC = ("SL_20", "SL_20_50"), ("SL_80", "SL_80_40")


@dataclass(frozen=True)
class Mall:
    frame: Frame
    """Along the avenue from the station, its middle line."""
    length_m: float
    ground_m: float

    @property
    def floor_m(self) -> float:
        return round(self.ground_m - _DEPTH_M, 2)

    @property
    def ceiling_m(self) -> float:
        return round(self.floor_m + _ROOM_M, 2)

    def box(self, first: float, last: float, right: float, left: float) -> Outline:
        return self.frame.box(first, last, right, left)

    @property
    def outline(self) -> Outline:
        return self.box(0, self.length_m, -_HALF_WIDTH_M, _HALF_WIDTH_M)

    @property
    def shell(self) -> list[list[Corner]]:
        return prism(self.outline, round(self.floor_m - _SLAB_M, 2), round(self.ceiling_m + _SLAB_M, 2))

    def rooms(self) -> list[tuple[str, tuple[str, str], Outline]]:
        """Name, class and function, outline: the passage, then the shops."""
        found = [("地下通路", _TRAFFIC, self.box(_WALL_M, self.length_m - _WALL_M, -_PASSAGE_M, _PASSAGE_M))]
        step = (self.length_m - _WALL_M) / _SHOPS
        for side in (-1, 1):
            near, far = side * (_PASSAGE_M + _WALL_M), side * (_HALF_WIDTH_M - _WALL_M)
            for k in range(_SHOPS):
                outline = self.box(_WALL_M + k * step, (k + 1) * step, min(near, far), max(near, far))
                found.append((f"地下{'東' if side > 0 else '西'}{k + 1}号店", _SALES, outline))
        return found

    def entrances(self) -> list[list[list[Corner]]]:
        """Shelters over the stairs at both ends."""
        middle, end = _HALF_WIDTH_M - 2.5, self.length_m
        low, high = round(self.ceiling_m + _SLAB_M, 2), round(self.ground_m + 2.6, 2)
        places = (2.0, 8.0, middle - 1.5, middle + 1.5), (end - 8, end - 2, -middle - 1.5, 1.5 - middle)
        return [prism(self.box(*place), low, high) for place in places]


def station_mall(geography: Geography, terrain: Terrain) -> Mall:
    avenue = next(road for road in geography.roads if road.name.en == "Station Avenue").line
    if geography.station.distance(avenue.interpolate(0)) > geography.station.distance(
        avenue.interpolate(avenue.length)
    ):
        avenue = avenue.reverse()
    length = round(min(150.0, 0.8 * avenue.length), 1)
    start, end = avenue.interpolate(8.0), avenue.interpolate(8.0 + length)
    span = start.distance(end)
    frame = Frame(round(start.x, 2), round(start.y, 2), (end.x - start.x) / span, (end.y - start.y) / span)
    ground = float(terrain.height(np.array([(start.x, start.y), (end.x, end.y)])).min())
    return Mall(frame, length, round(ground, 2))


def write_underground(folder: Path, mall: Mall, plane: Plane) -> list[tuple[Path, int]]:
    lon, lat = plane.to_lonlat(np.array([mall.frame.at(mall.length_m / 2, 0)]))[0].tolist()
    path = folder / f"udx/ubld/{mesh_code(lon, lat, MeshLevel.STANDARD)}_ubld_6697_op.gml"
    corners = corners_of([Polygon(mall.outline).buffer(2)], plane, mall.floor_m - _SLAB_M, mall.ground_m + 2.6)
    write_model(path, [_building(mall, plane)], corners)
    return [(path, 1)]


def _building(mall: Mall, plane: Plane) -> str:
    return (
        f'<uro:UndergroundBuilding gml:id="{feature_id("ubld", 1)}">\n<gml:name>みほん駅前地下街</gml:name>\n'
        f"<core:creationDate>{MADE_ON}</core:creationDate>\n"
        + code("bldg:class", "3002", "Building_class")
        + code("bldg:usage", "402", "Building_usage")
        + text("bldg:yearOfConstruction", 1976)
        + text("bldg:storeysAboveGround", 0)
        + text("bldg:storeysBelowGround", 1)
        + flat_surface("bldg:lod0RoofEdge", [Polygon(mall.outline)], plane, 0)
        + solid("bldg:lod1Solid", members(mall.shell, plane))
        + _shell(mall, plane, 2, _entrances(mall, plane))
        + _shell(mall, plane, 4, "")
        + _rooms(mall, plane)
        + "<uro:buildingIDAttribute>\n<uro:BuildingIDAttribute>\n<uro:buildingID>22999-ubld-1</uro:buildingID>\n"
        + code("uro:prefecture", "22", "Common_localPublicAuthorities")
        + code("uro:city", "22999", "Common_localPublicAuthorities")
        + "</uro:BuildingIDAttribute>\n</uro:buildingIDAttribute>\n</uro:UndergroundBuilding>\n"
    )


def _shell(mall: Mall, plane: Plane, lod: int, installation: str) -> str:
    shell = positions(mall.shell, plane)
    kinds = ["GroundSurface", *["WallSurface"] * (len(shell) - 2), "RoofSurface"]
    ids = [feature_id("poly", "ubld", lod, k) for k in range(len(shell))]
    bounded = "".join(
        f'<bldg:boundedBy>\n<bldg:{kind} gml:id="{feature_id("face", "ubld", lod, k)}">\n<bldg:lod{lod}MultiSurface>\n'
        f"<gml:MultiSurface>\n<gml:surfaceMember>\n{polygon([face], id_)}</gml:surfaceMember>\n</gml:MultiSurface>\n"
        f"</bldg:lod{lod}MultiSurface>\n</bldg:{kind}>\n</bldg:boundedBy>\n"
        for k, (kind, face, id_) in enumerate(zip(kinds, shell, ids, strict=True))
    )
    references = "".join(surface_reference(id_) for id_ in ids)
    whole = solid(f"bldg:lod{lod}Solid", references)
    return bounded + whole if lod == 4 else whole + installation + bounded


def _entrances(mall: Mall, plane: Plane) -> str:
    return "".join(
        f'<bldg:outerBuildingInstallation>\n<bldg:BuildingInstallation gml:id="{feature_id("inst", "ubld", k)}">\n'
        + code("bldg:function", "1060", "BuildingInstallation_function")
        + multi_surface("bldg:lod2Geometry", members(shell, plane))
        + "</bldg:BuildingInstallation>\n</bldg:outerBuildingInstallation>\n"
        for k, shell in enumerate(mall.entrances())
    )


def _rooms(mall: Mall, plane: Plane) -> str:
    written = []
    for k, (name, kinds, outline) in enumerate(mall.rooms()):
        shell = positions(prism(outline, mall.floor_m, mall.ceiling_m), plane)
        inside = "".join(_columns(mall, plane)) if k == 0 else ""
        written.append(room(("ubld", k), name, kinds, shell, inside))
    return "".join(written)


def _columns(mall: Mall, plane: Plane) -> Sequence[str]:
    step = mall.length_m / (_SHOPS + 1)
    bodies = [prism(mall.box(step * k - 0.3, step * k + 0.3, -0.3, 0.3), mall.floor_m, mall.ceiling_m)
              for k in range(1, _SHOPS + 1)]  # fmt: skip
    return [column(("ubld", "column", k), positions(body, plane)) for k, body in enumerate(bodies)]
