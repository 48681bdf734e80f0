"""Water bodies of floods and tsunami, landslide zones, land use and zoning as CityGML."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from data.sample.block import Block, Site
from data.sample.district import District
from data.sample.geography import Geography
from data.sample.gml import MADE_ON, code, corners_of, feature_id, multi_surface, text, write_model
from data.sample.gml_building import SHALLOWEST_M
from data.sample.landslide import SPECIAL_ZONE, Landslides, Zone
from data.sample.plane import Plane
from data.sample.subdivision import polygons
from data.sample.surface import Surface
from data.sample.terrain import Terrain, depth_bands
from data.sample.town import Town
from geo.mesh import MeshLevel, mesh_bounds, mesh_code

FLOOD_LIMITS_M = (SHALLOWEST_M, 0.5, 3.0, 5.0, 10.0)
TSUNAMI_LIMITS_M = (SHALLOWEST_M, 0.3, 1.0, 2.0, 3.0, 5.0, 10.0)
_NATIONAL_RANK_OF_TSUNAMI = ("1", "2", "2", "2", "3", "4", "5")
"""A class of the tsunami maps may span two national ranks; the deeper one is stated."""
Written = tuple[Path, int]


def by_mesh(areas: Sequence[Polygon], level: MeshLevel, plane: Plane) -> dict[str, list[int]]:
    """Which areas have their inner point in which mesh."""
    if not areas:
        return {}
    inner = shapely.get_coordinates(shapely.point_on_surface(np.array(areas, dtype=object)))
    found: dict[str, list[int]] = {}
    for k, (lon, lat) in enumerate(plane.to_lonlat(inner).tolist()):
        found.setdefault(mesh_code(lon, lat, level), []).append(k)
    return dict(sorted(found.items()))


def write_floods(folder: Path, terrain: Terrain, dry_land: BaseGeometry, plane: Plane) -> list[Written]:
    """One file per third-level mesh and scale (L1, L2), one water body per depth class in it."""
    written = []
    for scale, depth in (("1", terrain.flood_l1), ("2", terrain.flood_l2)):
        bands = depth_bands(depth, FLOOD_LIMITS_M, dry_land)

        def member(k: int, mesh: str, parts: list[Polygon], level: float, scale: str = scale) -> str:
            name = f"みほん川水系みほん川洪水浸水想定区域図（{'計画規模' if scale == '1' else '想定最大規模'}）"
            return _water(("fld", scale, mesh, k), name, "1", _flood_risk(k, scale), parts, level, plane)

        pattern = "udx/fld/pref/mihongawa_mihongawa/{mesh}_fld_6697_l" + scale + "_op.gml"
        written += _write_bands(folder, pattern, bands, depth, terrain, MeshLevel.STANDARD, member, plane)
    return written


def write_tsunami(folder: Path, terrain: Terrain, dry_land: BaseGeometry, plane: Plane) -> list[Written]:
    bands = depth_bands(terrain.tsunami, TSUNAMI_LIMITS_M, dry_land)

    def member(k: int, mesh: str, parts: list[Polygon], level: float) -> str:
        return _water(("tnm", mesh, k), "みほん県津波浸水想定", "2", _tsunami_risk(k), parts, level, plane)

    pattern = "udx/tnm/{mesh}_tnm_6697_op.gml"
    return _write_bands(folder, pattern, bands, terrain.tsunami, terrain, MeshLevel.SECONDARY, member, plane)


def write_surges(folder: Path, terrain: Terrain, dry_land: BaseGeometry, plane: Plane) -> list[Written]:
    """High tide and inland flooding: one file per second-level mesh, one water body per depth class in it."""
    written = []
    for package, depth, name, function, kind in (
        ("htd", terrain.high_tide, "みほん県高潮浸水想定区域図", "3", "HighTideRiskAttribute"),
        ("ifld", terrain.inland, "みほん市内水浸水想定区域図", "4", "InlandFloodingRiskAttribute"),
    ):
        bands = depth_bands(depth, FLOOD_LIMITS_M, dry_land)

        def member(
            k: int, mesh: str, parts: list[Polygon], level: float, package: str = package, name: str = name,
            function: str = function, kind: str = kind,
        ) -> str:  # fmt: skip
            risk = (
                f"<uro:{kind}>\n"
                + code("uro:description", "1", f"{kind}_description")
                + code("uro:rank", str(k + 1), f"{kind}_rank")
                + f"</uro:{kind}>\n"
            )
            return _water((package, mesh, k), name, function, risk, parts, level, plane)

        pattern = f"udx/{package}/{{mesh}}_{package}_6697_op.gml"
        written += _write_bands(folder, pattern, bands, depth, terrain, MeshLevel.SECONDARY, member, plane)
    return written


def _write_bands(
    folder: Path, pattern: str, bands: list[MultiPolygon], depth: Surface, terrain: Terrain, level: MeshLevel,
    member: Callable[[int, str, list[Polygon], float], str], plane: Plane,
) -> list[Written]:  # fmt: skip
    pieces = {k: _cutby_mesh(band, level, plane) for k, band in enumerate(bands)}
    meshes = sorted({mesh for found in pieces.values() for mesh in found})
    written = []
    for mesh in meshes:
        members, areas = [], []
        for k, found in pieces.items():
            if mesh in found:
                members.append(member(k, mesh, found[mesh], _water_level(found[mesh], depth, terrain)))
                areas += found[mesh]
        path = folder / pattern.format(mesh=mesh)
        write_model(path, members, corners_of(areas, plane, 0, 0))
        written.append((path, len(members)))
    return written


def _water_level(parts: list[Polygon], depth: Surface, terrain: Terrain) -> float:
    points = shapely.get_coordinates(shapely.point_on_surface(np.array(parts, dtype=object)))
    return round(float((terrain.ground.at(points) + depth.at(points)).mean()), 2)


def _cutby_mesh(area: MultiPolygon, level: MeshLevel, plane: Plane) -> dict[str, list[Polygon]]:
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


def _water(
    key: tuple[object, ...], name: str, function: str, risk: str, parts: list[Polygon], level: float, plane: Plane
) -> str:
    depth = 4 if key[0] == "fld" else 2
    return (
        f'<wtr:WaterBody gml:id="{feature_id(str(key[0]), *key)}">\n'
        + text("gml:name", name)
        + f"<core:creationDate>{MADE_ON}</core:creationDate>\n"
        + code("wtr:class", "1140", "WaterBody_class", depth)
        + code("wtr:function", function, "WaterBody_function", depth)
        + multi_surface("wtr:lod1MultiSurface", parts, plane, level)
        + f"<uro:floodingRiskAttribute>\n{risk}</uro:floodingRiskAttribute>\n</wtr:WaterBody>\n"
    )


def _flood_risk(k: int, scale: str) -> str:
    kind = "RiverFloodingRiskAttribute"
    return (
        f"<uro:{kind}>\n"
        + code("uro:description", "1", f"{kind}_description", 4)
        + code("uro:rank", str(k + 1), f"{kind}_rank", 4)
        + code("uro:adminType", "2", f"{kind}_adminType", 4)
        + code("uro:scale", scale, f"{kind}_scale", 4)
        + f"</uro:{kind}>\n"
    )


def _tsunami_risk(k: int) -> str:
    kind = "TsunamiRiskAttribute"
    return (
        f"<uro:{kind}>\n"
        + code("uro:description", "1", f"{kind}_description")
        + code("uro:rank", _NATIONAL_RANK_OF_TSUNAMI[k], f"{kind}_rank")
        + code("uro:rankOrg", str(k + 1), f"{kind}_rankOrg")
        + f"</uro:{kind}>\n"
    )


def write_landslides(folder: Path, landslides: Landslides, towns: Sequence[Town], plane: Plane) -> list[Written]:
    zones = landslides.zones
    written = []
    for mesh, chosen in by_mesh([zone.area for zone in zones], MeshLevel.SECONDARY, plane).items():
        members = [_zone(zones[k], k, towns, plane) for k in chosen]
        path = folder / f"udx/lsld/{mesh}_lsld_6697_op.gml"
        write_model(path, members, corners_of([zones[k].area for k in chosen], plane, 0, 0))
        written.append((path, len(members)))
    return written


def _zone(zone: Zone, k: int, towns: Sequence[Town], plane: Plane) -> str:
    town = min(towns, key=lambda one: (round(one.area.distance(zone.area.centroid), 1), one.code))
    status = "0" if zone.kind == SPECIAL_ZONE else "1"
    return (
        f'<urf:SedimentDisasterProneArea gml:id="{feature_id("lsld", zone.number, zone.kind, k)}">\n'
        f"<core:creationDate>{MADE_ON}</core:creationDate>\n"
        + text("urf:validFrom", "2019-03-29")
        + code("urf:prefecture", "22", "Common_localPublicAuthorities")
        + multi_surface("urf:lod1MultiSurface", polygons(zone.area), plane, 0)
        + text("urf:location", f"みほん市{town.name.ja}")
        + code("urf:disasterType", zone.disaster, "LandSlideRiskAttribute_description")
        + code("urf:areaType", zone.kind, "LandSlideRiskAttribute_areaType")
        + text("urf:zoneNumber", zone.number)
        + text("urf:zoneName", f"{town.name.base[0]}{int(zone.number[2:])}")
        + code("urf:status", status, "LandSlideRiskAttribute_status")
        + "</urf:SedimentDisasterProneArea>\n"
    )


_USE_OF_DISTRICT = {
    District.CORE: "212", District.OLD_TOWN: "211", District.PORT: "216", District.INDUSTRY: "213",
    District.ROADSIDE: "212", District.MIXED: "211", District.SUBURB: "211", District.FARMLAND: "201",
    District.HILL: "203",
}  # fmt: skip
_USE_OF_SITE = {Site.PARK: "217", Site.PARKING: "222", Site.FIELD: "202", Site.NONE: ""}


def write_land_use(
    folder: Path, geography: Geography, blocks: Sequence[Block], plane: Plane, seed: int
) -> list[Written]:
    plots = [(_land_use(block), block.area) for block in blocks]
    plots += [("203", hill) for hill in geography.hills.geoms] + [("204", geography.river)]
    written = []
    for mesh, chosen in by_mesh([area for _, area in plots], MeshLevel.SECONDARY, plane).items():
        members = [_plot(*plots[k], k, plane, seed) for k in chosen]
        path = folder / f"udx/luse/{mesh}_luse_6668_op.gml"
        write_model(path, members, corners_of([plots[k][1] for k in chosen], plane, 0, 0))
        written.append((path, len(members)))
    return written


_ZONE_OF_DISTRICT = {
    # Code of the use district, building coverage and floor area rate in shares of the lot.
    District.CORE: ("10", 0.8, 5.0), District.OLD_TOWN: ("9", 0.8, 3.0), District.PORT: ("11", 0.6, 2.0),
    District.INDUSTRY: ("12", 0.6, 2.0), District.ROADSIDE: ("7", 0.6, 2.0), District.MIXED: ("5", 0.6, 2.0),
    District.SUBURB: ("1", 0.5, 1.0),
}  # fmt: skip


def write_use_districts(folder: Path, towns: Sequence[Town], plane: Plane, seed: int) -> list[Written]:
    """Zoning follows the character of each town; farmland and hills have none."""
    zoned = [(town, part) for town in towns if town.district in _ZONE_OF_DISTRICT for part in polygons(town.area)]
    written = []
    for mesh, chosen in by_mesh([area for _, area in zoned], MeshLevel.SECONDARY, plane).items():
        members = [_use_district(*zoned[k], k, plane, seed) for k in chosen]
        path = folder / f"udx/urf/{mesh}_urf_6668_op.gml"
        write_model(path, members, corners_of([zoned[k][1] for k in chosen], plane, 0, 0))
        written.append((path, len(members)))
    return written


def _use_district(town: Town, area: Polygon, number: int, plane: Plane, seed: int) -> str:
    function, coverage, floor = _ZONE_OF_DISTRICT[town.district]
    return (
        f'<urf:UseDistrict gml:id="{feature_id("urf", seed, number)}">\n'
        f"<core:creationDate>{MADE_ON}</core:creationDate>\n"
        + code("urf:function", function, "Common_districtsAndZonesType")
        + text("urf:validFrom", "2020-04-01")
        + code("urf:prefecture", "22", "Common_localPublicAuthorities")
        + code("urf:city", "22999", "Common_localPublicAuthorities")
        + f"<urf:buildingCoverageRate>{coverage:g}</urf:buildingCoverageRate>\n"
        + f"<urf:floorAreaRate>{floor:g}</urf:floorAreaRate>\n"
        + multi_surface("urf:lod1MultiSurface", [area], plane, 0)
        + "</urf:UseDistrict>\n"
    )


def _land_use(block: Block) -> str:
    return _USE_OF_SITE.get(block.site, "214") or _USE_OF_DISTRICT[block.district]


def _plot(use: str, area: Polygon, number: int, plane: Plane, seed: int) -> str:
    return (
        f'<luse:LandUse gml:id="{feature_id("luse", seed, number)}">\n'
        f"<core:creationDate>{MADE_ON}</core:creationDate>\n"
        + code("luse:class", use, "Common_landUseType")
        + multi_surface("luse:lod1MultiSurface", [area], plane, 0)
        + "</luse:LandUse>\n"
    )
