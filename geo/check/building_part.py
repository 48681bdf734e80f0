"""Do the parts of a building touch one another?

The product specification of PLATEAU demands it (bldg:BuildingPart: 他の建築物部分と接していなければならない), and has
parts as solids in LOD2 and LOD3; its inspection calls it L-bldg-02.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.check.fault import REPEATED_M
from geo.check.frame import metres
from geo.problem import Problem
from geo.surface import SurfaceKind, Surfaces

_LEVELS = (2, 3)
_NOT_OF_A_PART = [SurfaceKind.INSTALLATION, SurfaceKind.FURNITURE]


def check_parts(surfaces: Surfaces, ids: Sequence[str], *, name: str) -> list[Problem]:
    """`ids`: of the buildings that `surfaces.row` counts. Told are only parts that certainly don't touch: as seen from
    above, or by their heights."""
    of_part = (surfaces.solid >= 0) & ~np.isin(surfaces.kind, _NOT_OF_A_PART)
    body = surfaces.face_body
    of_part &= np.isin(surfaces.lod[body], _LEVELS)
    bodies = np.unique(np.column_stack([body, surfaces.solid])[of_part], axis=0)[:, 0]
    several, count = np.unique(bodies, return_counts=True)
    several = several[count > 1]
    if not len(several):
        return []
    xyz = metres(surfaces)
    return [one for body in several.tolist() for one in _judged(surfaces, xyz, of_part, body, ids, name)]


def _judged(
    surfaces: Surfaces,
    xyz: NDArray[np.float64],
    of_part: NDArray[np.bool_],
    body: int,
    ids: Sequence[str],
    name: str,
) -> Iterator[Problem]:
    first, end = surfaces.first_face[body : body + 2]
    faces = first + np.flatnonzero(of_part[first:end])
    parts = [_Part(surfaces, xyz, faces[surfaces.solid[faces] == one]) for one in np.unique(surfaces.solid[faces])]
    parts = [one for one in parts if one.has_shape]
    groups = _groups(parts)
    if len(groups) > 1:
        told = {"lod": f"LOD{surfaces.lod[body]}", "parts": str(len(parts)), "groups": str(len(groups))}
        lonlat = surfaces.xyz[parts[min(groups, key=len)[0]].point, :2].tolist()
        row = int(surfaces.row[body])
        yield Problem("citygml.parts_apart", name, ids[row], None, (round(lonlat[0], 7), round(lonlat[1], 7)), told)


class _Part:
    """One solid, as seen from above, and its heights."""

    def __init__(self, surfaces: Surfaces, xyz: NDArray[np.float64], faces: NDArray[np.int64]) -> None:
        rings = surfaces.first_ring[faces]
        spans = list(zip(surfaces.first_point[rings].tolist(), surfaces.first_point[rings + 1].tolist(), strict=True))
        points = np.concatenate([xyz[begin:end] for begin, end in spans])
        self.point = spans[0][0]
        self.low, self.high = points[:, 2].min(), points[:, 2].max()
        finite = [span for span in spans if np.isfinite(xyz[slice(*span)]).all() and span[1] - span[0] > 2]
        outlines = [shapely.Polygon(xyz[begin:end, :2]) for begin, end in finite]
        self.seen = shapely.MultiPolygon([one for one in outlines if one.area > 0])
        self.has_shape = len(finite) == len(spans) and not self.seen.is_empty

    def touches(self, other: "_Part") -> bool:
        return bool(
            self.low <= other.high + REPEATED_M
            and other.low <= self.high + REPEATED_M
            and shapely.distance(self.seen, other.seen) <= REPEATED_M
        )


def _groups(parts: Sequence[_Part]) -> list[list[int]]:
    """Parts that hang together, directly or by others."""
    groups: list[list[int]] = []
    for number, part in enumerate(parts):
        near = [group for group in groups if any(part.touches(parts[other]) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([*(other for group in near for other in group), number])
    return groups
