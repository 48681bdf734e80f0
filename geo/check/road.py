"""Areas of roads: those of one level of detail don't lie on each other, and a road refers to all of its own.

By the product specification of PLATEAU (3D都市モデル標準製品仕様書, tran:TrafficArea, lod2MultiSurface and
lod3MultiSurface) traffic areas of one road don't overlap, unless the road has several storeys, and the surface of a
road is the collection of those of its traffic areas; its inspection calls it L-tran-01 to L-tran-03.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.check.plane import Plane
from geo.check.road_area import Road, read_roads
from geo.problem import Problem

WIDTH_M = 0.03
"""What is narrower is no overlap. Roads that were drawn apart from each other share strips of a finger's breadth; the
published cases of the inspection overlap by 0.05 m and more."""
_SNAP_M = 0.01
"""How near outlines run along one another: the tolerance of PLATEAU's inspection."""
_SHARED_M = 0.05
"""Of outlines that run along one another, which is what makes two roads of one level neighbours."""
_CLEARANCE_M = 2.5
"""A road this far above another one passes over it: the headroom of a footpath (道路構造令 第12条)."""


def check_roads(path: Path, *, name: str) -> list[Problem]:
    """Of all roads, tracks, squares, railways and waterways of a file; UnreadableError where it is no XML."""
    found = list(read_roads(path, name))
    if not found:
        return []
    plane = Plane.around([one.faces for road, _ in found for one in (*road.own, *road.areas)], found[0][1].crs)
    roads = [road for road, _ in found]
    problems = [problem for road in roads for problem in _unreferenced(road, plane, name)]
    for lod in (1, 2, 3):
        problems += [problem for road in roads for problem in _in_itself(road, lod, plane, name)]
        problems += _on_others([road for road in roads if road.type != "tran:Railway"], lod, plane, name)
    return problems


def _unreferenced(road: Road, plane: Plane, name: str) -> Iterator[Problem]:
    """L-tran-03: of levels that have a surface of the road itself."""
    for lod in sorted(road.references.keys() & {2, 3}):
        if any(len(one.faces) for one in road.own if one.lod == lod):
            continue  # It repeats the faces instead of referring to them.
        lost = [
            (face, names)
            for area in road.areas
            if area.lod == lod
            for face, names in zip(area.faces, area.names, strict=True)
            if not road.references[lod].intersection(names)
        ]
        if lost:
            told = {"lod": f"LOD{lod}", "count": str(len(lost)), "id": next(iter(lost[0][1]), "")}
            place = plane.lonlat(plane.flat(lost[0][0]))
            yield Problem("citygml.area_unreferenced", name, road.id, road.line, place, told)


def _in_itself(road: Road, lod: int, plane: Plane, name: str) -> Iterator[Problem]:
    """L-tran-02: of the traffic areas of one road; told once for each level."""
    areas = [area for area in road.areas if area.lod == lod]
    shapes = [_Shape.of(area.id, area.faces, plane) for area in areas if len(areas) > 1]
    found = list(_overlaps(shapes, lod))
    if found:
        one, two, common = found[0]
        area = sum(each.area for _, _, each in found)
        told = {"lod": f"LOD{lod}", "count": str(len(found)), "area": f"{area:.3g}"}
        told |= {"one": shapes[one].id, "other": shapes[two].id}
        yield Problem("citygml.traffic_areas_overlap", name, road.id, road.line, plane.lonlat(common), told)


def _on_others(roads: Sequence[Road], lod: int, plane: Plane, name: str) -> Iterator[Problem]:
    """L-tran-01: each road that lies on one before it, with the first of those."""
    roads = [road for road in roads if len(_faces(road, lod))]
    shapes = [_Shape.of(road.id, _faces(road, lod), plane) for road in roads]
    told_of: set[int] = set()
    for one, two, common in _overlaps(shapes, lod):
        if two not in told_of and (lod == 3 or _are_neighbours(shapes[one].outline, shapes[two].outline)):
            told_of.add(two)
            told = {"lod": f"LOD{lod}", "other": roads[one].id, "area": f"{common.area:.3g}"}
            place = plane.lonlat(common)
            yield Problem("citygml.roads_overlap", name, roads[two].id, roads[two].line, place, told)


def _faces(road: Road, lod: int) -> NDArray[Any]:
    """Of the road's own surface, and of its traffic areas, which that may only refer to."""
    faces = [one.faces for one in (*road.own, *road.areas) if one.lod == lod]
    return np.concatenate(faces) if faces else np.empty(0, dtype=object)


@dataclass(frozen=True, slots=True)
class _Shape:
    id: str
    faces: NDArray[Any]
    """As seen from above, in metres."""
    outline: Any

    @classmethod
    def of(cls, id: str, faces: NDArray[Any], plane: Plane) -> "_Shape":
        flat = plane.flat(faces)
        flat = flat[shapely.is_valid(flat) & (shapely.area(flat) > 0)]
        return cls(id, flat, flat[0] if len(flat) == 1 else shapely.union_all(flat, grid_size=1e-4))


def _overlaps(shapes: Sequence[_Shape], lod: int) -> Iterator[tuple[int, int, Any]]:
    """Which two lie on each other, the earlier first, in the order of the later, and what they share."""
    if len(shapes) < 2:
        return
    outlines = np.array([one.outline for one in shapes], dtype=object)
    two, one = shapely.STRtree(outlines).query(outlines, predicate="intersects")
    pairs = sorted((b, a) for a, b in zip(one.tolist(), two.tolist(), strict=True) if a < b)
    for b, a in pairs:
        common = shapely.get_parts(shapely.intersection(outlines[a], outlines[b]))
        wide = [part for part in common if _is_wide(part) and (lod < 3 or _meet(shapes[a], shapes[b], part))]
        if wide:
            yield a, b, shapely.union_all(wide)


def _is_wide(part: Any) -> bool:
    return not shapely.is_empty(shapely.buffer(part, -WIDTH_M / 2))


def _meet(one: _Shape, two: _Shape, common: Any) -> bool:
    """Whether two that share an area as seen from above do so at one height."""
    place = shapely.point_on_surface(common)
    return abs(_height(one, place) - _height(two, place)) < _CLEARANCE_M


def _height(shape: _Shape, place: Any) -> float:
    """Of the lowest face at a place, by the plane through its corners; NaN for none."""
    at = shape.faces[shapely.intersects(shape.faces, place)]
    return min((_on_plane(face, place) for face in at), default=np.nan)


def _on_plane(face: Any, place: Any) -> float:
    xyz = shapely.get_coordinates(face, include_z=True)
    middle = xyz.mean(axis=0)
    slope = np.linalg.lstsq(xyz[:, :2] - middle[:2], xyz[:, 2] - middle[2], rcond=None)[0]
    return float(middle[2] + slope @ (np.array([place.x, place.y]) - middle[:2]))


def _are_neighbours(one: Any, two: Any) -> bool:
    """Whether their outlines run along one another, as those of roads that pass over one another don't."""
    along = shapely.intersection(shapely.boundary(one), shapely.buffer(shapely.boundary(two), _SNAP_M))
    return bool((shapely.length(shapely.get_parts(shapely.line_merge(along))) > _SHARED_M).any())
