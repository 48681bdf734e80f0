"""From the rings of a batch to one flat outline per feature, and the heights its rings tell."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from shapely.errors import GEOSException

from geo.citygml.ring import Rings, Role, ranges
from geo.crs import reproject_points

_BOTTOM_M = 0.01
"""How far above its lowest point a face of a solid may lie to be its bottom."""
_SAME = 1e-9
"""Share of an area that rounding may take."""
_OVERLAP = 0.01
_CHUNK_RINGS = 50_000


@dataclass(frozen=True)
class Outlines:
    """Arrays over the features, shape (n,)."""

    geometries: NDArray[Any]
    """Longitude, latitude; None where no ring is left."""
    wrong: dict[int, str]
    """Features with a wrong ring in their outline, and why."""
    solid_wrong: dict[int, str]
    """Features whose solid has a wrong ring, though their outline comes from elsewhere."""
    overlap: dict[int, float]
    """Share of the area that surfaces of one feature have in common."""
    lowest: NDArray[np.float64]
    """Of the LOD1 solid, metres; NaN where there is none."""
    highest: NDArray[np.float64]
    ground: NDArray[np.float64]
    """Of a footprint, metres; NaN where there is none."""


def build_outlines(rings: Rings, count: int, crs: CRS, *, north_first: bool) -> Outlines:
    """One outline for each of `count` features from rings whose axes are those of `crs`."""
    solid = _of(rings, Role.SOLID, Role.SOLID_OUTLINE, Role.SOLID_SHADOW)
    wrong = _reasons(rings, _of(rings, Role.SURFACE, Role.FOOTPRINT, Role.SOLID_OUTLINE))
    solid_wrong = _reasons(rings, rings.role == Role.SOLID)
    is_wrong = np.zeros(count, dtype=bool)
    is_wrong[list(wrong)] = True
    lowest, highest = _range(rings, solid, count)
    ground, _ = _range(rings, rings.role == Role.FOOTPRINT, count)
    for feature in solid_wrong:
        lowest[feature] = highest[feature] = np.nan
    usable = rings.good & ~is_wrong[rings.feature]
    wanted = usable & (_of(rings, Role.SURFACE, Role.FOOTPRINT) | _bottoms(rings, lowest))
    shadow = usable & (_without_bottom(rings, wanted, count) | _of(rings, Role.SHADOW, Role.SOLID_SHADOW))
    geometries, overlap = _areas(rings, wanted | shadow, count, crs, north_first)
    for feature in np.unique(rings.feature[shadow]):
        overlap.pop(int(feature), None)  # A roof lies above its floor.
    return Outlines(geometries, wrong, solid_wrong, overlap, lowest, highest, ground)


def _reasons(rings: Rings, where: NDArray[np.bool_]) -> dict[int, str]:
    at = np.flatnonzero(~rings.good & where)
    return {int(rings.feature[ring]): str(rings.reason[ring]) for ring in at[::-1]}


def _of(rings: Rings, *roles: Role) -> NDArray[np.bool_]:
    return np.isin(rings.role, roles)


def _range(rings: Rings, where: NDArray[np.bool_], count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    lowest, highest = np.full(count, np.nan), np.full(count, np.nan)
    at = where & rings.good
    np.fmin.at(lowest, rings.feature[at], rings.lowest[at])
    np.fmax.at(highest, rings.feature[at], rings.highest[at])
    return lowest, highest


def _bottoms(rings: Rings, lowest: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Faces of solids that lie flat on the solid's lowest point."""
    with np.errstate(invalid="ignore"):
        flat = rings.highest <= lowest[rings.feature] + _BOTTOM_M
    return np.asarray((rings.role == Role.SOLID_OUTLINE) & flat, dtype=bool)


def _without_bottom(rings: Rings, wanted: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    """All faces of solids that have no flat bottom: their shadow is the outline."""
    has = np.zeros(count, dtype=bool)
    has[rings.feature[wanted]] = True
    return np.asarray((rings.role == Role.SOLID_OUTLINE) & ~has[rings.feature], dtype=bool)


def _areas(
    rings: Rings, wanted: NDArray[np.bool_], count: int, crs: CRS, north_first: bool
) -> tuple[NDArray[Any], dict[int, float]]:
    """What the wanted rings of each feature cover; of very many piece by piece, since polygons take much memory."""
    at = np.flatnonzero(wanted)
    if len(at) <= _CHUNK_RINGS:
        return _joined(*_polygons(rings, at, crs, north_first), count)
    geometries: NDArray[Any] = np.full(count, None, dtype=object)
    overlap: dict[int, float] = {}
    parts: dict[int, list[Any]] = {}
    area = np.zeros(count)
    for piece in np.split(at, _cuts(rings.hole[at])):
        owner, polygons = _polygons(rings, piece, crs, north_first)
        area += np.bincount(owner, weights=shapely.area(polygons), minlength=count)
        joined, _ = _joined(owner, polygons, count)
        for feature in np.unique(owner):
            parts.setdefault(int(feature), []).append(joined[feature])
    for feature, of_feature in parts.items():
        geometries[feature] = _together(of_feature, area[feature])
        covered = float(shapely.area(geometries[feature]))
        if covered and area[feature] / covered - 1 > _OVERLAP:
            overlap[feature] = area[feature] / covered - 1
    return geometries, overlap


def _cuts(hole: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Where to cut rings into pieces: never between an exterior and its holes."""
    exteriors = np.flatnonzero(~hole)
    wanted = np.arange(_CHUNK_RINGS, len(hole), _CHUNK_RINGS)
    return np.unique(exteriors[np.searchsorted(exteriors, wanted, side="right") - 1])


def _together(parts: list[Any], area: float) -> Any:
    """Areas that are valid in themselves as one; side by side where one isn't, for the gate to judge."""
    if len(parts) == 1:
        return parts[0]
    pieces: NDArray[Any] = np.array(parts, dtype=object)
    if shapely.is_valid(pieces).all():
        return _covered(pieces, area)
    return shapely.multipolygons(shapely.get_parts(pieces))


def _polygons(
    rings: Rings, at: NDArray[np.int64], crs: CRS, north_first: bool
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """The polygons of the wanted rings and the features they belong to."""
    if not len(at):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=object)
    size = np.diff(rings.first)[at]
    points = rings.xyz[ranges(rings.first[at], size)]
    east, north = (points[:, 1], points[:, 0]) if north_first else (points[:, 0], points[:, 1])
    lonlat = reproject_points(np.ascontiguousarray(east), np.ascontiguousarray(north), crs)
    linear: Any = shapely.linearrings(lonlat, indices=np.repeat(np.arange(len(at)), size))
    outer = ~rings.hole[at]
    # A hole whose exterior was left out (a solid's faces) stands for itself.
    outer[0] = True
    outer[1:] |= rings.feature[at][1:] != rings.feature[at][:-1]
    polygon = np.cumsum(outer) - 1
    made: NDArray[Any] = np.asarray(shapely.polygons(linear, indices=polygon), dtype=object)
    faces = rings.role[at][outer] >= Role.SOLID_OUTLINE
    owner = rings.feature[at][outer]
    # Walls have no area seen from above.
    keep = ~faces | (shapely.is_valid(made) & (shapely.area(made) > 0))
    if not keep.all():
        # Where no face is valid the gate judges those that have an area: it may repair them, and it says what is wrong.
        keep |= (shapely.area(made) > 0) & ~np.isin(owner, owner[keep])
    return owner[keep], made[keep]


def _joined(owner: NDArray[np.int64], polygons: NDArray[Any], count: int) -> tuple[NDArray[Any], dict[int, float]]:
    geometries: NDArray[Any] = np.full(count, None, dtype=object)
    overlap: dict[int, float] = {}
    order = np.argsort(owner, kind="stable")
    owner, polygons = owner[order], polygons[order]
    features, first, size = np.unique(owner, return_index=True, return_counts=True)
    geometries[features[size == 1]] = polygons[first[size == 1]]
    for feature, begin, many in zip(features[size > 1], first[size > 1], size[size > 1], strict=True):
        geometries[feature], common = _join(polygons[begin : begin + many])
        if common > _OVERLAP:
            overlap[int(feature)] = common
    return geometries, overlap


def _join(polygons: NDArray[Any]) -> tuple[Any, float]:
    """The area that surfaces cover together, and the share of it that several cover.

    A GML MultiSurface may hold surfaces that share edges, as flood areas in triangles do; a multipolygon may not.
    Where one of them is invalid they are only put side by side, for the gate to judge.
    """
    together = shapely.multipolygons(polygons)
    if shapely.is_valid(together) or not shapely.is_valid(polygons).all():
        return together, 0.0
    area = float(shapely.area(polygons).sum())
    joined = _covered(polygons, area)
    return joined, max(0.0, area / float(shapely.area(joined)) - 1) if shapely.area(joined) else 0.0


def _covered(polygons: NDArray[Any], area: float) -> Any:
    try:
        quick = shapely.coverage_union_all(polygons)
        if shapely.is_valid(quick) and abs(shapely.area(quick) - area) <= _SAME * area:
            return quick
    except GEOSException:
        pass  # They are no coverage: they overlap.
    return shapely.union_all(polygons)
