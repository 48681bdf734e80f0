"""The areas of roads as their file has them: which road, which of its traffic areas, which level of detail."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.check.member import gml_id, members
from geo.check.plane import FARTHEST
from geo.citygml.element import XLINK_HREF, Element, local_name, lod_of, qualified_name
from geo.citygml.reference import Axes, Reference
from geo.errors import UnreadableError

ROADS = frozenset({"tran:Railway", "tran:Road", "tran:Square", "tran:Track", "uro:Waterway"})
_PARTS = frozenset({"tran:TrafficArea", "tran:AuxiliaryTrafficArea"})
_LEVELS = range(1, 4)


@dataclass(frozen=True, slots=True)
class Part:
    """The faces of one traffic area, or of the road itself, in one level of detail."""

    id: str
    lod: int
    faces: NDArray[Any]
    """Polygons with heights, x east and y north in the file's own reference system."""
    names: tuple[tuple[str, ...], ...] = ()
    """Of each face its gml:id and those of the surfaces around it."""


@dataclass(slots=True)
class Road:
    id: str
    type: str
    line: int
    own: list[Part] = field(default_factory=list)
    areas: list[Part] = field(default_factory=list)
    """Traffic areas and auxiliary traffic areas."""
    references: dict[int, set[str]] = field(default_factory=dict)
    """gml:ids that the road's own surface of a level of detail refers to; a level without own surface is not there."""


def read_roads(path: Path, name: str) -> Iterator[tuple[Road, Axes]]:
    """All roads, railways, squares, tracks and waterways of a file, with the reference system of their coordinates."""
    reference = Reference(name, None)
    for feature in members(path, name, reference):
        if qualified_name(feature.tag) in ROADS:
            try:
                axes = reference.axes(None)
            except UnreadableError:
                return  # It has been told, and nothing was read.
            yield _road(feature, axes, reference.dimension(None, None)), axes


def _road(element: Element, axes: Axes, dimension: int) -> Road:
    road = Road(gml_id(element), qualified_name(element.tag), element.sourceline)
    for geometry in _geometries(element):
        lod = int(lod_of(geometry.tag) or 0)
        links = {one.get(XLINK_HREF, "").removeprefix("#") for one in geometry.iter("{*}surfaceMember")} - {""}
        road.references[lod] = road.references.get(lod, set()) | links
        road.own.append(_part(geometry, road.id, axes, dimension))
    for part in element.iter():
        if isinstance(part.tag, str) and qualified_name(part.tag) in _PARTS:
            name = gml_id(part)
            road.areas += [_part(geometry, name, axes, dimension) for geometry in _geometries(part)]
    return road


def _geometries(element: Element) -> Iterator[Element]:
    for child in element:
        if lod_of(child.tag) in _LEVELS and local_name(child.tag).endswith("MultiSurface"):
            yield child


def _part(geometry: Element, id: str, axes: Axes, dimension: int) -> Part:
    polygons = list(geometry.iter("{*}Polygon"))
    read = [(polygon, face) for polygon in polygons if (face := _face(polygon, axes, dimension)) is not None]
    faces = np.array([face for _, face in read], dtype=object)
    return Part(id, int(lod_of(geometry.tag) or 0), faces, tuple(_names(polygon, geometry) for polygon, _ in read))


def _names(polygon: Element, geometry: Element) -> tuple[str, ...]:
    found = [gml_id(polygon)]
    for one in polygon.iterancestors():
        if one is geometry:
            break
        found.append(gml_id(one))
    return tuple(one for one in found if one)


def _face(polygon: Element, axes: Axes, dimension: int) -> Any | None:
    """None for a face that can't be read, which the reader tells."""
    try:
        outer = [_ring(one, axes, dimension) for one in polygon.iterchildren("{*}exterior")]
        holes = [_ring(one, axes, dimension) for one in polygon.iterchildren("{*}interior")]
        return shapely.Polygon(outer[0], holes)
    except (ValueError, IndexError, shapely.errors.GEOSException):
        return None


def _ring(holder: Element, axes: Axes, dimension: int) -> NDArray[np.float64]:
    text = " ".join(one.text or "" for one in holder.iter("{*}posList", "{*}pos"))
    numbers = np.array(text.split(), dtype=np.float64).reshape(-1, dimension)
    if not (np.abs(numbers) < FARTHEST).all():
        raise ValueError("not on the earth")
    order = [1, 0, 2] if axes.north_first else [0, 1, 2]
    return numbers[:, order[:dimension]]
