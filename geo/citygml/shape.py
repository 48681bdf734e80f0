"""The shape of a feature: all its faces, and which of its geometries is its outline on the map."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from geo.citygml.element import CURVES, MULTI_SURFACE, POINT, POS, POS_LIST, SOLID, Element, local_name
from geo.citygml.face import FaceReader
from geo.citygml.geometry import DRAWING, OWN, PART, Geometry, find_geometries
from geo.citygml.implicit import is_implicit, prototype_reference, put_in_place
from geo.citygml.package import FLOODS
from geo.citygml.reference import Reference
from geo.citygml.ring import RingList, Role, Run
from geo.surface import SurfaceKind

_LOD0_OF_BUILDINGS = (
    ("lod0FootPrint", Role.FOOTPRINT),
    ("lod0RoofEdge", Role.SURFACE),
    ("lod0MultiSurface", Role.SURFACE),
)
_LOD1_OF_BUILDINGS = ("lod1Solid", "lod1MultiSurface")
FLAT = FLOODS | {"lsld", "luse", "urf", "area", "tran", "rwy", "trk", "squr", "wwy", "wtr"}
"""Packages whose surfaces lie side by side; the others' may be walls."""
_WITH_FOOTPRINTS = frozenset({"bldg", "ubld"})


@dataclass(slots=True)
class Shape:
    rings: RingList
    lod: str = ""
    """Of what became the outline."""
    has_outline: bool = False
    """Whether any of the rings are its outline."""
    curves: list[str] = field(default_factory=list)
    points: list[str] = field(default_factory=list)
    srs: str | None = None
    dimension: str | None = None
    """Of curves and points, as the geometry itself states it."""
    levels: set[int] = field(default_factory=set)
    """All levels of detail the feature has, its boundary surfaces and parts included."""
    drawn: set[int] = field(default_factory=set)
    """Those with lines, points or the sign of a map and no face."""
    lost: list[str] = field(default_factory=list)
    """Surfaces it refers to that don't stand in it."""
    unfit: list[str] = field(default_factory=list)
    """What geometries of its installations are that should be a MultiSurface or a Solid (T-bldg-02)."""

    @property
    def is_empty(self) -> bool:
        return not (self.curves or self.points or self.has_outline)

    @property
    def suffix(self) -> str:
        """Features that aren't surfaces make layers of their own."""
        if self.is_empty or self.has_outline:
            return ""
        return "-line" if self.curves else "-point"


def find_shape(feature: Element, package: str, faces: FaceReader, reference: Reference) -> Shape:
    geometries = find_geometries(feature)
    lost = _put_in_place(geometries, reference)
    rings, lost_faces = faces.read((one for one in geometries if one.depth != DRAWING), feature)
    unfit = [local_name(one.element[0].tag) for one in geometries if _is_unfit(one)]
    shape = Shape(rings, levels={one.lod for one in geometries}, lost=lost + lost_faces, unfit=unfit)
    if geometries:
        shape.srs = geometries[0].element[0].get("srsName")
    shape.lod = give_roles(rings.runs, package)
    shape.has_outline = bool(shape.lod)
    if not shape.lod:
        _find_curves(shape, geometries)
    without_faces = shape.levels - {run.lod for run in rings.runs}
    if without_faces:
        shape.drawn = {one.lod for one in geometries if one.lod in without_faces and _is_drawn(one)}
    return shape


def give_roles(runs: list[Run], package: str) -> str:
    """Chooses the outline of a feature; the level of detail it is taken from, empty for none."""
    if package in _WITH_FOOTPRINTS:
        return _outline_of_building(runs)
    return _outline(runs, is_flat=package in FLAT)


def _is_unfit(geometry: Geometry) -> bool:
    if geometry.kind != SurfaceKind.INSTALLATION or not geometry.name.endswith("Geometry"):
        return False
    return geometry.element[0].tag not in (MULTI_SURFACE, SOLID)


def _is_drawn(geometry: Geometry) -> bool:
    return geometry.depth == DRAWING or next(geometry.element.iter(*CURVES, POINT), None) is not None


def _put_in_place(geometries: list[Geometry], reference: Reference) -> list[str]:
    """Moves prototypes to where they stand; the names of those that stand elsewhere in the file."""
    lost = []
    for one in geometries:
        if is_implicit(one.name):
            prototype = prototype_reference(one.element)
            if prototype is not None:
                lost.append(prototype)
            else:
                put_in_place(one.element, reference.axes(None))
    return lost


def without_bodies(shape: Shape) -> Shape:
    """Only its outline: what a group has in space are its members."""
    for run in shape.rings.runs:
        run.kind = -1
    return shape


def _outline_of_building(runs: list[Run]) -> str:
    """The outline from LOD0, and the heights from LOD1; both from LOD1 where there is no LOD0."""
    lod = _footprint(runs, OWN) or _footprint(runs, PART)
    return lod or _ground(runs) or _shadow(runs)


def _footprint(runs: list[Run], depth: int) -> str:
    own = [run for run in runs if run.depth == depth and run.lod < 2]
    names = {run.name for run in own}
    solid = next((name for name in _LOD1_OF_BUILDINGS if name in names), None)
    for name, role in _LOD0_OF_BUILDINGS:
        if name in names:
            _give(own, role, lambda run, name=name: run.name == name)  # type: ignore[misc]
            _give(own, Role.SOLID, lambda run: run.name == solid)
            return "LOD0"
    return _give(own, Role.SOLID_OUTLINE, lambda run: run.name == solid)


def _outline(runs: list[Run], *, is_flat: bool) -> str:
    """LOD1 before LOD0, else what the lowest level of detail covers."""
    for lod in (1, 0):
        own = [run for run in runs if run.depth == OWN and run.lod == lod]
        if own and own[0].is_solid:
            return _give(own, Role.SOLID_SHADOW, lambda run: True)
        if own:
            return _give(own, Role.SURFACE if is_flat or lod == 0 else Role.SHADOW, lambda run: True)
    return _ground(runs) or _shadow(runs)


def _ground(runs: list[Run]) -> str:
    """Ground surfaces of the lowest level that has any."""
    grounds = [run for run in runs if run.kind == SurfaceKind.GROUND]
    lowest = min((run.lod for run in grounds), default=-1)
    return _give(grounds, Role.FOOTPRINT, lambda run: run.lod == lowest)


def _shadow(runs: list[Run]) -> str:
    lowest = min((run.lod for run in runs), default=-1)
    return _give(runs, Role.SHADOW, lambda run: run.lod == lowest)


def _give(runs: Iterable[Run], role: Role, wanted: Callable[[Run], bool]) -> str:
    """The level of detail of the runs that have now got the role; empty for none."""
    lod = ""
    for run in runs:
        if wanted(run):
            run.role = role
            lod = f"LOD{run.lod}"
    return lod


def _find_curves(shape: Shape, geometries: list[Geometry]) -> None:
    """Lines and points, of the feature itself before those of the drawing."""
    usable = sorted(
        (one for one in geometries if one.lod < 2 or is_implicit(one.name)), key=lambda one: (one.depth, one.lod)
    )
    for one in usable:
        if "TerrainIntersection" in one.name:
            continue
        shape.curves = [_positions(curve) for curve in one.element.iter(*CURVES)]
        shape.points = [] if shape.curves else [_positions(point) for point in one.element.iter(POINT)]
        if shape.curves or shape.points:
            shape.srs = one.element[0].get("srsName")
            shape.dimension = one.element[0].get("srsDimension")
            shape.lod = f"LOD{one.lod}"
            return


def _positions(geometry: Element) -> str:
    return " ".join(one.text or "" for one in geometry.iter(POS_LIST, POS))
