"""Where the geometries of a feature stand: its own, and those of its parts, boundary surfaces, rooms, installations."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from geo.citygml.element import GML, Element, local_name, lod_of
from geo.surface import SurfaceKind

_INNER = re.compile(
    r"boundedBy|boundary|opening|fillingSurface|(?:auxiliary)?[tT]raffic(?:Area|Space)|section|intersection"
    r"|consistsOf\w+|(?:interior|outer)(?:Building|Bridge|Tunnel|Room|HollowSpace|Furniture)\w*|[a-z]\w*(?:Part|Room|Installation|Furniture|Subdivision)"
)
"""Properties that hold features: what another feature consists of."""
_PART = re.compile(r"consistsOf\w+Part|(?:building|bridge|tunnel)Part")
_DRAWING = re.compile(r"\w+DmAttribute")
"""The sign or line that an older map shows a thing by."""
_KIND_OF_CLASS = {
    "GroundSurface": SurfaceKind.GROUND,
    "RoofSurface": SurfaceKind.ROOF,
    "WallSurface": SurfaceKind.WALL,
    "ClosureSurface": SurfaceKind.CLOSURE,
    "WaterClosureSurface": SurfaceKind.CLOSURE,
    "OuterCeilingSurface": SurfaceKind.OUTER_CEILING,
    "OuterFloorSurface": SurfaceKind.OUTER_FLOOR,
    "CeilingSurface": SurfaceKind.CEILING,
    "FloorSurface": SurfaceKind.FLOOR,
    "InteriorWallSurface": SurfaceKind.INTERIOR_WALL,
    "Window": SurfaceKind.WINDOW,
    "WindowSurface": SurfaceKind.WINDOW,
    "Door": SurfaceKind.DOOR,
    "DoorSurface": SurfaceKind.DOOR,
    "TrafficArea": SurfaceKind.TRAFFIC_AREA,
    "AuxiliaryTrafficArea": SurfaceKind.AUXILIARY_TRAFFIC_AREA,
    "WaterBody": SurfaceKind.WATER,
    "WaterSurface": SurfaceKind.WATER,
    "WaterGroundSurface": SurfaceKind.WATER_GROUND,
    "PlantCover": SurfaceKind.VEGETATION,
    "SolitaryVegetationObject": SurfaceKind.VEGETATION,
}

OWN, PART, INNER, DRAWING = range(4)
"""How a geometry belongs to its feature."""


@dataclass(slots=True)
class Geometry:
    element: Element
    """The property, such as `bldg:lod1Solid`."""
    name: str
    """Its local name."""
    lod: int
    kind: int
    depth: int


@dataclass(frozen=True, slots=True)
class _Property:
    name: str
    lod: int
    """-1 where it holds features."""
    depth: int
    """At least, of what it holds."""


def find_geometries(feature: Element) -> list[Geometry]:
    found: list[Geometry] = []
    _find(feature, kind_of(feature.tag) or 0, OWN, found)
    return found


def _find(feature: Element, kind: int, depth: int, found: list[Geometry]) -> None:
    for child in feature:
        known = _property(child.tag)
        if known is None or not len(child):
            continue
        if known.lod >= 0:
            found.append(Geometry(child, known.name, known.lod, kind, depth))
            continue
        for inner in child:
            _find(inner, kind_of(inner.tag) or kind, max(depth, known.depth), found)


@cache
def kind_of(tag: str) -> int | None:
    """The `SurfaceKind` of faces that stand in a feature of this class; None where the class says nothing."""
    name = local_name(tag)
    if name in _KIND_OF_CLASS:
        return int(_KIND_OF_CLASS[name])
    if name.endswith("Installation"):
        return int(SurfaceKind.INSTALLATION)
    return int(SurfaceKind.FURNITURE) if name.endswith("Furniture") and name != "CityFurniture" else None


@cache
def _property(tag: str) -> _Property | None:
    name, level = local_name(tag), lod_of(tag)
    if level is not None:
        return _Property(name, level, OWN)
    if tag.startswith(GML):
        return None
    if _DRAWING.fullmatch(name):
        return _Property(name, -1, DRAWING)
    if _PART.fullmatch(name):
        return _Property(name, -1, PART)
    return _Property(name, -1, INNER) if _INNER.fullmatch(name) else None


def place_at(tags: Sequence[str]) -> tuple[str, int, int, int] | None:
    """Name, level, kind and depth of the geometry where a path of tags leads from a feature; None for one that isn't
    found by `find_geometries`."""
    kind, depth = kind_of(tags[0]) or 0, OWN
    for holder, inner in zip(tags[1:-1:2], tags[2:-1:2], strict=False):
        known = _property(holder)
        if known is None or known.lod >= 0:
            return None
        kind, depth = kind_of(inner) or kind, max(depth, known.depth)
    own = _property(tags[-1])
    return (own.name, own.lod, kind, depth) if own is not None and len(tags) % 2 == 0 else None


def holds_features(tag: str) -> bool:
    known = _property(tag)
    return known is not None and known.lod < 0 and known.depth != DRAWING


def levels(geometries: list[Geometry]) -> set[int]:
    return {one.lod for one in geometries}


def with_faces(geometries: list[Geometry]) -> Iterator[Geometry]:
    return (one for one in geometries if one.depth != DRAWING)
