"""Which of a feature's geometries becomes its outline on the map, and which aren't read yet."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from geo.citygml.attribute import PART
from geo.citygml.document import MEMBERS
from geo.citygml.element import (
    CURVES,
    GML,
    POINT,
    POS,
    POS_LIST,
    XLINK_HREF,
    Element,
    local_name,
    lod_of,
    qualified_name,
)
from geo.citygml.ring import Ring, Role, plain_ring_texts, read_rings

_LOD0_OF_BUILDINGS = (
    ("lod0FootPrint", Role.FOOTPRINT),
    ("lod0RoofEdge", Role.SURFACE),
    ("lod0MultiSurface", Role.SURFACE),
)
_LOD1_OF_BUILDINGS = ("lod1Solid", "lod1MultiSurface")
_SOLID = f"{GML}Solid"

_CONTAINERS = frozenset(
    {
        "auxiliaryTrafficArea",
        "boundedBy",
        "consistsOfBuildingPart",
        "interiorRoom",
        "outerBuildingInstallation",
        "trafficArea",
    }
)

Properties = dict[str, Element]
"""A feature's own geometry properties by local name."""


@dataclass(slots=True)
class Run:
    """Rings of one role; as plain texts where nothing is unusual about them."""

    role: Role
    rings: list[Ring] | None = None
    plain: list[str] | None = None
    dimension: str | None = None


@dataclass(slots=True)
class Shape:
    lod: str = ""
    runs: list[Run] = field(default_factory=list)
    curves: list[str] = field(default_factory=list)
    points: list[str] = field(default_factory=list)
    srs: str | None = None
    dimension: str | None = None
    """As the geometry itself states it."""
    levels: set[int] = field(default_factory=set)
    """All levels of detail the feature has, its boundary surfaces and parts included."""
    unread: set[int] = field(default_factory=set)

    @property
    def is_empty(self) -> bool:
        return not (self.runs or self.curves or self.points)

    @property
    def suffix(self) -> str:
        """Features that aren't surfaces make layers of their own."""
        if self.runs or self.is_empty:
            return ""
        return "-line" if self.curves else "-point"


class SurfaceCollector:
    """Takes surfaces while their feature is still being read, so that a flood area of any size needs little memory."""

    def __init__(self) -> None:
        self._rings: dict[str, list[Ring]] = {}

    def take(self, surface: Element) -> None:
        """Keeps the rings of a surface that is the feature's own, and gives the element's memory back."""
        if not len(surface) and surface.get(XLINK_HREF):
            return
        owner = surface.getparent()
        while owner is not None and lod_of(owner.tag) is None:
            owner = owner.getparent()
        if owner is not None and owner.getparent().getparent().tag in MEMBERS:
            self._rings.setdefault(local_name(owner.tag), []).extend(read_rings(surface, surface))
        surface.clear()
        before = surface.getprevious()
        if before is not None and not len(before) and not before.attrib:
            before.getparent().remove(before)

    def rings(self, name: str) -> list[Ring]:
        return self._rings.get(name, [])

    def forget(self) -> None:
        """The feature is done."""
        self._rings.clear()


def find_shape(feature: Element, package: str, surfaces: SurfaceCollector) -> Shape:
    properties = _properties(feature)
    shape = Shape(levels=_levels(feature, properties))
    if package == "bldg":
        _find_building(shape, feature, properties, surfaces)
        shape.unread = shape.levels - {0, 1}
    else:
        _find_surface(shape, feature, properties, surfaces)
        shape.unread = shape.levels - {int(shape.lod[-1])} if shape.lod else set()
    return shape


def levels_of(feature: Element) -> set[int]:
    return _levels(feature, _properties(feature))


def _properties(feature: Element) -> Properties:
    return {local_name(one.tag): one for one in feature if lod_of(one.tag) is not None and len(one)}


def _levels(feature: Element, properties: Properties) -> set[int]:
    levels = {int(name[3]) for name in properties}
    for child in feature:
        if _holds_features(child.tag):
            for inner in child:
                levels |= _levels(inner, _properties(inner))
    return levels


@cache
def _holds_features(tag: str) -> bool:
    """What a feature consists of: its surfaces, parts, traffic areas."""
    return local_name(tag) in _CONTAINERS and not tag.startswith(GML)


def _find_building(shape: Shape, building: Element, properties: Properties, surfaces: SurfaceCollector) -> None:
    if _take_building(shape, building, properties, surfaces):
        return
    nothing = SurfaceCollector()
    for part in _inner(building, PART):
        _take_building(shape, part, _properties(part), nothing)
    if shape.is_empty:
        _take_ground(shape, building)


def _take_building(shape: Shape, building: Element, properties: Properties, surfaces: SurfaceCollector) -> bool:
    """The outline from LOD0, and the heights from LOD1; both from LOD1 where there is no LOD0."""
    solid = next((properties[name] for name in _LOD1_OF_BUILDINGS if name in properties), None)
    for name, role in _LOD0_OF_BUILDINGS:
        if name in properties and _take(shape, properties[name], role, building, surfaces):
            shape.lod = shape.lod or "LOD0"
            if solid is not None:
                _take(shape, solid, Role.SOLID, building, surfaces)
            return True
    if solid is not None and _take(shape, solid, Role.SOLID_OUTLINE, building, surfaces):
        shape.lod = shape.lod or "LOD1"
        return True
    return False


def _take_ground(shape: Shape, building: Element) -> None:
    """The ground surfaces of a building that has LOD2 or higher only, from its lowest level."""
    grounds = [
        (level, one)
        for surface in _inner(building, "bldg:boundedBy")
        if qualified_name(surface.tag) == "bldg:GroundSurface"
        for one in surface
        if (level := lod_of(one.tag)) is not None and len(one)
    ]
    lowest = min((level for level, _ in grounds), default=0)
    for level, ground in grounds:
        if level == lowest and _take(shape, ground, Role.FOOTPRINT, building, SurfaceCollector()):
            shape.lod = f"LOD{lowest}"


def _inner(feature: Element, name: str) -> Iterator[Element]:
    return (inner for child in feature if qualified_name(child.tag) == name for inner in child)


def _take(shape: Shape, geometry: Element, role: Role, feature: Element, surfaces: SurfaceCollector) -> bool:
    """Whether there was any ring."""
    inner = geometry[0]
    shape.srs = shape.srs or inner.get("srsName")
    run = Run(role, dimension=inner.get("srsDimension"))
    early = surfaces.rings(local_name(geometry.tag))
    if early or role is Role.SOLID_OUTLINE:
        run.rings = [*early, *read_rings(geometry, feature)]
    else:
        run.plain = plain_ring_texts(geometry)
        if not run.plain:
            run.plain, run.rings = None, read_rings(geometry, feature)
    if not (run.plain or run.rings):
        return False
    shape.runs.append(run)
    return True


def _find_surface(shape: Shape, feature: Element, properties: Properties, surfaces: SurfaceCollector) -> None:
    """LOD1 before LOD0; lines and points only where there is no surface."""
    usable = sorted((name for name in properties if name[3] in "01"), key=lambda name: -int(name[3]))
    for name in usable:
        geometry = properties[name]
        role = Role.SOLID_OUTLINE if geometry[0].tag == _SOLID else Role.SURFACE
        if _take(shape, geometry, role, feature, surfaces):
            shape.lod = f"LOD{name[3]}"
            return
    for name in reversed(usable):
        shape.curves = [_positions(curve) for curve in properties[name].iter(*CURVES)]
        shape.points = [] if shape.curves else [_positions(point) for point in properties[name].iter(POINT)]
        if shape.curves or shape.points:
            shape.srs = properties[name][0].get("srsName")
            shape.dimension = properties[name][0].get("srsDimension")
            shape.lod = f"LOD{name[3]}"
            return


def _positions(geometry: Element) -> str:
    return " ".join(one.text or "" for one in geometry.iter(POS_LIST, POS))
