"""Where each hazard was looked for: inside it and not wet is dry, outside it nobody knows."""

import json
from collections.abc import Iterator
from pathlib import Path

import shapely
import shapely.geometry
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from data.sample.geography import Geography, River
from data.sample.gml_building import SHALLOWEST_M
from data.sample.landslide import Landslides
from data.sample.plane import Plane
from data.sample.subdivision import snapped
from data.sample.surface import Surface
from data.sample.terrain import Terrain
from geo import Text

_MODEL = Text("浸水解析の計算範囲", "bounds of the inundation model")
_SURVEY = Text("基礎調査の対象範囲", "area of the basic survey")


def write_surveyed_extents(
    folder: Path, geography: Geography, terrain: Terrain, landslides: Landslides, plane: Plane
) -> list[tuple[Path, int]]:
    written = []
    for package, name, basis, area in _extents(geography, terrain, landslides):
        path = folder / f"hazard/{package}_surveyed_extent.geojson"
        _write(path, package, name, basis, area, plane)
        written.append((path, 1))
    return written


def _near(geography: Geography) -> list[tuple[River, float]]:
    """How far from each river its flood was looked for, in kilometres of the board."""
    return list(zip(geography.rivers, (0.7, 0.4), strict=True))


def _extents(
    geography: Geography, terrain: Terrain, landslides: Landslides
) -> Iterator[tuple[str, Text, Text, BaseGeometry]]:
    """Package, name, basis and area; every wet place lies inside, and some towns lie outside."""
    board = geography.board_m
    coast, hills = geography.coast, geography.hills
    for package, name, depths, reach in (
        ("fld", Text("洪水浸水想定(みほん川・みほん東川)", "Flood of the Mihon and Mihon Higashi Rivers"),
         [one for flood in terrain.floods for _, one in flood.by_scale],
         shapely.union_all([one.line.buffer(km * board, quad_segs=4) for one, km in _near(geography)])),
        ("tnm", Text("津波浸水想定", "Tsunami inundation"), [terrain.tsunami], coast.buffer(1.1 * board, quad_segs=4)),
        ("htd", Text("高潮浸水想定", "High tide flood"), [terrain.high_tide], coast.buffer(0.9 * board, quad_segs=4)),
        ("ifld", Text("内水浸水想定", "Inland flood"), [terrain.inland], geography.municipality.difference(hills)),
    ):  # fmt: skip
        yield package, name, _MODEL, _inside(geography, reach, depths)
    zones = shapely.union_all([zone.area for zone in landslides.zones]).buffer(20, quad_segs=2)
    slopes = shapely.union(hills.buffer(0.22 * board, quad_segs=4), zones)
    name = Text("土砂災害の基礎調査", "Landslide survey")
    yield "lsld", name, _SURVEY, slopes.intersection(geography.municipality)


def _inside(geography: Geography, reach: BaseGeometry, depths: list[Surface]) -> BaseGeometry:
    wet = shapely.union_all([depth.above(SHALLOWEST_M).buffer(5, quad_segs=1) for depth in depths])
    return shapely.union(reach, wet).intersection(geography.municipality).simplify(0.5)


def _write(path: Path, package: str, name: Text, basis: Text, area: BaseGeometry, plane: Plane) -> None:
    parts = [shapely.orient_polygons(part) for part in snapped(area)]
    shape = plane.geometry_to_lonlat(parts[0] if len(parts) == 1 else MultiPolygon(parts))
    properties = {
        "package": package, "name": f"{name.ja}の調査範囲", "name_en": f"{name.en}: surveyed extent",
        "basis": "model" if basis is _MODEL else "explicit", "basis_ja": basis.ja, "basis_en": basis.en,
        "surveyed_on": "2025-03-31",
    }  # fmt: skip
    feature = {"type": "Feature", "id": package, "properties": properties, "geometry": shapely.geometry.mapping(shape)}
    body = {"type": "FeatureCollection", "name": path.stem, "features": [feature]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(body, ensure_ascii=False, separators=(",", ":")), encoding="utf-8", newline="\n")
