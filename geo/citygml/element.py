"""What CityGML elements are called, whichever version of CityGML or i-UR a file is written in."""

import re
from functools import cache
from typing import Any, TypeAlias

Element: TypeAlias = Any
"""An lxml element."""

GML = "{http://www.opengis.net/gml}"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
GML_ID = f"{GML}id"

POLYGON = f"{GML}Polygon"
EXTERIOR = f"{GML}exterior"
INTERIOR = f"{GML}interior"
LINEAR_RING = f"{GML}LinearRing"
POS_LIST = f"{GML}posList"
POS = f"{GML}pos"
COORDINATES = f"{GML}coordinates"
SURFACE_MEMBER = f"{GML}surfaceMember"
SURFACE_MEMBERS = f"{GML}surfaceMembers"
BASE_SURFACE = f"{GML}baseSurface"
SOLID_MEMBER = f"{GML}solidMember"
ORIENTABLE_SURFACE = f"{GML}OrientableSurface"
MULTI_SURFACE = f"{GML}MultiSurface"
COMPOSITE_SURFACE = f"{GML}CompositeSurface"
SOLID = f"{GML}Solid"
TRIANGLE = f"{GML}Triangle"
POLYGON_PATCH = f"{GML}PolygonPatch"
RECTANGLE = f"{GML}Rectangle"
FACES = (POLYGON, POLYGON_PATCH, TRIANGLE, RECTANGLE)
"""What has an exterior and is flat."""
CURVES = (f"{GML}LineString", f"{GML}LineStringSegment")
POINT = f"{GML}Point"

_CITYGML_MODULES = {
    "appearance": "app",
    "bridge": "brid",
    "building": "bldg",
    "cityfurniture": "frn",
    "cityobjectgroup": "grp",
    "construction": "con",
    "generics": "gen",
    "landuse": "luse",
    "relief": "dem",
    "transportation": "tran",
    "tunnel": "tun",
    "vegetation": "veg",
    "waterbody": "wtr",
}
_MODULE = re.compile(r"opengis\.net/citygml/(?:(?P<module>[a-z]+)/)?(?P<version>\d+\.\d+)$")
_IUR = re.compile(r"/iur/(?:schemas/)?(?P<prefix>[a-z]+)/\d")
_LOD = re.compile(r"lod(?P<level>[0-4])(?P<shape>[A-Z]\w*)$")


@cache
def qualified_name(tag: str) -> str:
    """`{https://www.geospatial.jp/iur/uro/3.1}rank` and the same of i-UR 1.4 are both `uro:rank`."""
    namespace, _, local = tag.removeprefix("{").rpartition("}")
    prefix = _prefix(namespace)
    return f"{prefix}:{local}" if prefix else local


def local_name(tag: str) -> str:
    return tag.rpartition("}")[2]


@cache
def citygml_version(tag: str) -> str | None:
    """`2.0` for `{http://www.opengis.net/citygml/2.0}CityModel`; None for what is not CityGML's."""
    found = _MODULE.search(tag[1:].partition("}")[0])
    return found["version"] if found else None


@cache
def lod_of(tag: str) -> int | None:
    """The level of detail of a geometry property such as `bldg:lod0RoofEdge`; None for other elements.

    `uro:lod1HeightType` looks like one and is not: a geometry property has a geometry inside.
    """
    found = _LOD.match(local_name(tag))
    return int(found["level"]) if found else None


def _prefix(namespace: str) -> str:
    if namespace.startswith("http://www.opengis.net/gml"):
        return "gml"
    if found := _MODULE.search(namespace):
        return _CITYGML_MODULES.get(found["module"], found["module"]) if found["module"] else "core"
    if found := _IUR.search(namespace):
        return found["prefix"]
    return "xAL" if "xAL" in namespace or "xal" in namespace else ""
