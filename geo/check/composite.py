"""Do the faces of a gml:CompositeSurface hang together?

A composite surface is surfaces that adjoin one another along common boundary curves (ISO 19107, GM_CompositeSurface);
PLATEAU's inspection looks for it in utility networks (不連続なCompositeSurface). Shells of solids are judged as solids.
"""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.check.fault import REPEATED_M
from geo.check.frame import metres
from geo.check.member import gml_id, members
from geo.check.plane import place_of
from geo.citygml.element import local_name, lod_of
from geo.citygml.reference import Reference
from geo.problem import Problem
from geo.surface import Surfaces

Composite = tuple[str, int]
"""The gml:id of a feature, and a level of detail in which it is one composite surface."""


def find_composites(path: Path, name: str) -> Iterator[Composite]:
    """Of features whose own geometry it is, as in `frn:lod3Geometry`."""
    for feature in members(path, name, Reference(name, None)):
        for geometry in feature:
            lod = lod_of(geometry.tag)
            if lod is not None and [local_name(one.tag) for one in geometry] == ["CompositeSurface"]:
                yield gml_id(feature), lod


def check_composites(
    surfaces: Surfaces, ids: Sequence[str], composites: Collection[Composite], *, name: str
) -> list[Problem]:
    """`ids`: of the rows that `surfaces.row` counts."""
    problems = []
    xyz = metres(surfaces)
    for body, (row, lod) in enumerate(zip(surfaces.row.tolist(), surfaces.lod.tolist(), strict=True)):
        if (ids[row], lod) not in composites:
            continue
        parts = _count_parts(*_edges(surfaces, xyz, body))
        if parts > 1:
            told = {"lod": f"LOD{lod}", "parts": str(parts)}
            place = place_of(surfaces, body)
            problems.append(Problem("citygml.composite_not_connected", name, ids[row], None, place, told))
    return problems


def _edges(surfaces: Surfaces, xyz: NDArray[np.float64], body: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Both ends of each edge of a body, shape (edges, 2, 3), and its face, from 0."""
    first, end = surfaces.first_face[body : body + 2]
    rings = range(surfaces.first_ring[first], surfaces.first_ring[end])
    starts, ends, faces = [], [], []
    for ring in rings:
        points = xyz[surfaces.first_point[ring] : surfaces.first_point[ring + 1]]
        starts.append(points)
        ends.append(np.roll(points, -1, axis=0))
        face = np.searchsorted(surfaces.first_ring, ring, side="right") - 1 - first
        faces.append(np.full(len(points), face, dtype=np.int64))
    return np.stack([np.concatenate(starts), np.concatenate(ends)], axis=1), np.concatenate(faces)


def _count_parts(edges: NDArray[np.float64], faces: NDArray[np.int64]) -> int:
    """How many parts the faces form that share no stretch of an edge."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    finite = np.isfinite(edges).all(axis=(1, 2))
    edges, faces = edges[finite], np.unique(faces[finite], return_inverse=True)[1]
    if not len(edges):
        return 0
    one, two = _meeting(edges)
    differ = faces[one] != faces[two]
    one, two = one[differ], two[differ]
    along = _run_along(edges[one], edges[two])
    count = int(faces.max()) + 1
    links = coo_array((np.ones(along.sum()), (faces[one[along]], faces[two[along]])), shape=(count, count))
    return int(connected_components(links, directed=False)[0])


def _meeting(edges: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of edges whose boxes on the ground meet, each once."""
    low, high = edges.min(axis=1) - REPEATED_M, edges.max(axis=1) + REPEATED_M
    boxes: Any = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    one, two = shapely.STRtree(boxes).query(boxes)
    meets = (one < two) & (low[one, 2] <= high[two, 2]) & (low[two, 2] <= high[one, 2])
    return one[meets], two[meets]


def _run_along(one: NDArray[np.float64], two: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Of pairs of edges: whether they share a stretch, and not only a point. Both of shape (pairs, 2, 3)."""
    ends = np.concatenate([one, two], axis=1)
    on = np.stack(
        [*(_is_on(one[:, end], two) for end in (0, 1)), *(_is_on(two[:, end], one) for end in (0, 1))], axis=1
    )
    low = np.where(on[:, :, None], ends, np.inf).min(axis=1)
    high = np.where(on[:, :, None], ends, -np.inf).max(axis=1)
    return np.asarray(on.all(axis=1) | ((on.sum(axis=1) >= 2) & (high - low > 2 * REPEATED_M).any(axis=1)))


def _is_on(points: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether each point lies on its edge. Shapes (n, 3) and (n, 2, 3)."""
    start, along = edges[:, 0], edges[:, 1] - edges[:, 0]
    square = (along**2).sum(axis=1)
    part = np.divide(((points - start) * along).sum(axis=1), square, out=np.zeros(len(square)), where=square > 0)
    nearest = start + np.clip(part, 0, 1)[:, None] * along
    return np.asarray(((points - nearest) ** 2).sum(axis=1) <= REPEATED_M**2)
