"""Water bodies of floods, tsunami, high tide and inland flooding as CityGML: the surface of the water at its height."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from data.sample.body import Corner, members, multi_surface
from data.sample.geography import Geography
from data.sample.gml import MADE_ON, code, corners_of, feature_id, text, write_model
from data.sample.gml_area import Written
from data.sample.gml_building import SHALLOWEST_M, duration_h
from data.sample.plane import Plane, Points
from data.sample.subdivision import polygons, snapped
from data.sample.surface import Surface
from data.sample.terrain import Terrain, depth_bands
from geo.mesh import MeshLevel, mesh_bounds, mesh_code

_LIMITS_M = (SHALLOWEST_M, 0.5, 3.0, 5.0, 10.0)
_TSUNAMI_LIMITS_M = (SHALLOWEST_M, 0.3, 1.0, 2.0, 3.0, 5.0, 10.0)
_NATIONAL_RANK_OF_TSUNAMI = ("1", "2", "2", "2", "3", "4", "5")
"""A class of the tsunami maps may span two national ranks; the deeper one is stated."""
_SCALE_NAMES = {"1": "計画規模", "2": "想定最大規模"}
_SHORTEST_M = 0.03
"""Triangles with a shorter side are left out: their corners would be one in centimetres."""


@dataclass(frozen=True)
class _Scenario:
    """One assumption of water: where its files go, and what is said of each of its bodies."""

    key: tuple[object, ...]
    pattern: str
    depth: Surface
    limits: tuple[float, ...]
    level: MeshLevel
    name: str
    function: str
    risk: Callable[[int, float, int], str]
    """Of the depth class from 0, the mean depth and how many folders deep the file lies."""
    facts: str = ""
    """Generic attributes."""

    @property
    def folders(self) -> int:
        """Between the file and the data set."""
        return self.pattern.count("/")


@dataclass(frozen=True)
class FloodWriter:
    geography: Geography
    terrain: Terrain
    plane: Plane

    def write(self, folder: Path) -> Iterator[Written]:
        dry_land = self.geography.municipality.difference(self.geography.water)
        for scenario in self._scenarios():
            yield from self._files(folder, scenario, dry_land)

    def _scenarios(self) -> Iterator[_Scenario]:
        yield from self._rivers()
        yield self._tsunami(
            ("tnm",), "udx/tnm/{mesh}_tnm_6697_op.gml", self.terrain.tsunami, "みほん県津波浸水想定", ""
        )
        for minutes, depth in self.terrain.tsunami_after:
            pattern = f"udx/tnm/jikeiretsu/{{mesh}}_tnm_6697_{minutes:03d}min_op.gml"
            name = f"みほん県津波浸水想定（地震発生から{minutes}分後）"
            fact = f'<gen:intAttribute name="経過時間（分）">\n<gen:value>{minutes}</gen:value>\n</gen:intAttribute>\n'
            yield self._tsunami(("tnm", minutes), pattern, depth, name, fact)
        for package, depth, name, function, kind in (
            ("htd", self.terrain.high_tide, "みほん県高潮浸水想定区域図", "3", "HighTideRiskAttribute"),
            ("ifld", self.terrain.inland, "みほん市内水浸水想定区域図", "4", "InlandFloodingRiskAttribute"),
        ):
            pattern = f"udx/{package}/{{mesh}}_{package}_6697_op.gml"

            def risk(k: int, mean: float, folders: int, kind: str = kind) -> str:
                return _risk(kind, "1", folders, ("rank", str(k + 1)))

            yield _Scenario((package,), pattern, depth, _LIMITS_M, MeshLevel.SECONDARY, name, function, risk)

    def _rivers(self) -> Iterator[_Scenario]:
        """One file per third-level mesh and scale (L1, L2) of each river."""
        for number, (river, flood) in enumerate(zip(self.geography.rivers, self.terrain.floods, strict=True), start=1):
            for scale, depth in flood.by_scale:
                pattern = f"udx/fld/pref/{river.slug}_{river.slug}/{{mesh}}_fld_6697_l{scale}_op.gml"
                name = f"{river.name.ja}水系{river.name.ja}洪水浸水想定区域図（{_SCALE_NAMES[scale]}）"

                def risk(k: int, mean: float, folders: int, number: int = number, scale: str = scale) -> str:
                    kind, lasting = "RiverFloodingRiskAttribute", duration_h(mean)
                    codes = ("rank", str(k + 1)), ("adminType", "2"), ("scale", scale)
                    more = f'<uro:duration uom="hour">{lasting:.1f}</uro:duration>\n' if scale == "2" else ""
                    return _risk(kind, str(number), folders, *codes, more=more)

                yield _Scenario(("fld", number, scale), pattern, depth, _LIMITS_M, MeshLevel.STANDARD, name, "1", risk)

    def _tsunami(self, key: tuple[object, ...], pattern: str, depth: Surface, name: str, facts: str) -> _Scenario:
        def risk(k: int, mean: float, folders: int) -> str:
            codes = ("rank", _NATIONAL_RANK_OF_TSUNAMI[k]), ("rankOrg", str(k + 1))
            return _risk("TsunamiRiskAttribute", "1", folders, *codes)

        return _Scenario(key, pattern, depth, _TSUNAMI_LIMITS_M, MeshLevel.SECONDARY, name, "2", risk, facts)

    def _files(self, folder: Path, scenario: _Scenario, dry_land: BaseGeometry) -> Iterator[Written]:
        """One water body per depth class in each file."""
        bands = depth_bands(scenario.depth, scenario.limits, dry_land)
        pieces = {k: _cut_by_mesh(band, scenario.level, self.plane) for k, band in enumerate(bands)}
        for mesh in sorted({mesh for found in pieces.values() for mesh in found}):
            bodies, areas, tops = [], [], [0.0]
            for k, found in pieces.items():
                if mesh in found:
                    triangles = self._surface(found[mesh], scenario.depth)
                    bodies.append(self._body(scenario, k, mesh, triangles, self._mean(found[mesh], scenario.depth)))
                    areas += found[mesh]
                    tops += [z for ring in triangles for _, _, z in ring]
            path = folder / scenario.pattern.format(mesh=mesh)
            write_model(path, bodies, corners_of(areas, self.plane, 0, max(tops)))
            yield path, len(bodies)

    def _surface(self, parts: list[Polygon], depth: Surface) -> list[list[Corner]]:
        """Triangles from edge to edge of the water, as high as ground and depth together at their corners."""
        whole = shapely.constrained_delaunay_triangles(MultiPolygon([one for part in parts for one in snapped(part)]))
        triangles = shapely.orient_polygons(shapely.get_parts(whole))
        corners = shapely.get_coordinates(triangles).reshape(-1, 4, 2)
        sides = ((corners[:, 1:] - corners[:, :-1]) ** 2).sum(axis=2).min(axis=1)
        kept: Points = corners[(sides > _SHORTEST_M**2) & (shapely.area(triangles) > 0.01), :3].reshape(-1, 2)
        heights = np.round(self.terrain.ground.at(kept) + np.maximum(depth.at(kept), 0), 2)
        flat = [(x, y, z) for (x, y), z in zip(kept.tolist(), heights.tolist(), strict=True)]
        return [flat[k : k + 3] for k in range(0, len(flat), 3)]

    def _mean(self, parts: list[Polygon], depth: Surface) -> float:
        inner = shapely.get_coordinates(shapely.point_on_surface(np.array(parts, dtype=object)))
        return float(np.average(np.maximum(depth.at(inner), 0), weights=shapely.area(parts)))

    def _body(self, scenario: _Scenario, k: int, mesh: str, triangles: list[list[Corner]], mean: float) -> str:
        folders = scenario.folders
        return (
            f'<wtr:WaterBody gml:id="{feature_id(str(scenario.key[0]), *scenario.key, mesh, k)}">\n'
            + text("gml:name", scenario.name)
            + f"<core:creationDate>{MADE_ON}</core:creationDate>\n"
            + scenario.facts
            + code("wtr:class", "1140", "WaterBody_class", folders)
            + code("wtr:function", scenario.function, "WaterBody_function", folders)
            + multi_surface("wtr:lod1MultiSurface", members(triangles, self.plane))
            + f"<uro:floodingRiskAttribute>\n{scenario.risk(k, mean, folders)}</uro:floodingRiskAttribute>\n"
            + "</wtr:WaterBody>\n"
        )


def _risk(kind: str, description: str, folders: int, *codes: tuple[str, str], more: str = "") -> str:
    found = (("description", description), *codes)
    lines = "".join(code(f"uro:{name}", value, f"{kind}_{name}", folders) for name, value in found)
    return f"<uro:{kind}>\n{lines}{more}</uro:{kind}>\n"


def _cut_by_mesh(area: MultiPolygon, level: MeshLevel, plane: Plane) -> dict[str, list[Polygon]]:
    """Pieces per mesh; the cell borders are straight in degrees and all but straight in the plane."""
    found: dict[str, list[Polygon]] = {}
    for mesh in _codes_over(area, level, plane):
        cell = shapely.segmentize(shapely.box(*mesh_bounds(mesh).as_tuple()), 1e-3)
        parts = polygons(area.intersection(shapely.transform(cell, plane.from_lonlat)))
        if any(part.area > 1 for part in parts):
            found[mesh] = [part for part in parts if part.area > 1]
    return found


def _codes_over(area: MultiPolygon, level: MeshLevel, plane: Plane) -> list[str]:
    if area.is_empty:
        return []
    west, south, east, north = area.bounds
    corners = plane.to_lonlat(np.array([[west, south], [east, south], [east, north], [west, north]]))
    (low_x, low_y), (high_x, high_y) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    across, up = level.per_degree
    columns = [low_x + k / across for k in range(int((high_x - low_x) * across) + 2)]
    rows = [low_y + k / up for k in range(int((high_y - low_y) * up) + 2)]
    return [mesh_code(x, y, level) for y in rows for x in columns]
