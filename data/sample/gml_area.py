"""Landslide zones, land use and zoning as CityGML."""

from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import shapely
from shapely import Polygon

from data.sample.block import Block, Site
from data.sample.district import District
from data.sample.geography import Geography
from data.sample.gml import MADE_ON, code, corners_of, feature_id, multi_surface, text, write_model
from data.sample.landslide import SPECIAL_ZONE, Landslides, Zone
from data.sample.plane import Plane
from data.sample.shelf import Shelf, batches
from data.sample.subdivision import polygons
from data.sample.town import Town
from geo.mesh import MeshLevel, mesh_code

Written = tuple[Path, int]


def by_mesh(areas: Iterable[Polygon], level: MeshLevel, plane: Plane) -> "dict[str, array[int]]":
    """Which areas have their inner point in which mesh."""
    found: dict[str, array[int]] = {}
    count = 0
    for some in batches(areas):
        inner = shapely.get_coordinates(shapely.point_on_surface(np.array(some, dtype=object)))
        for k, (lon, lat) in enumerate(plane.to_lonlat(inner).tolist(), start=count):
            found.setdefault(mesh_code(lon, lat, level), array("q")).append(k)
        count += len(some)
    return dict(sorted(found.items()))


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
    plots: Shelf[tuple[str, Polygon]] = Shelf(folder)
    for block in blocks:
        plots.append((_land_use(block), block.area))
    for use, areas in (("203", geography.hills.geoms), ("204", [river.area for river in geography.rivers])):
        for area in areas:
            plots.append((use, area))
    written = []
    for mesh, chosen in by_mesh((area for _, area in plots), MeshLevel.SECONDARY, plane).items():
        members = (_plot(*plots[k], k, plane, seed) for k in chosen)
        path = folder / f"udx/luse/{mesh}_luse_6668_op.gml"
        write_model(path, members, corners_of((plots[k][1] for k in chosen), plane, 0, 0))
        written.append((path, len(chosen)))
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
