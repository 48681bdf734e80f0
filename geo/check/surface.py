"""All checks of the features of a batch in space, and what they found as problems: one for each feature and rule."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from geo.check.face import check_faces
from geo.check.fault import PLANARITY_M, RULES_OF_FAULTS, Fault
from geo.check.frame import metres
from geo.check.ground import check_ground
from geo.check.shell import check_shells
from geo.problem import Problem
from geo.surface import Surfaces

_OF_SOLIDS = (
    Fault.FACE_TWICE
    | Fault.NO_VOLUME
    | Fault.OPEN
    | Fault.NON_MANIFOLD
    | Fault.NOT_CONNECTED
    | Fault.FACE_ORIENTATION
    | Fault.INSIDE_OUT
    | Fault.SOLID_SELF_INTERSECTION
)


def check_surfaces(
    surfaces: Surfaces,
    ids: Sequence[str],
    *,
    name: str,
    lines: Sequence[int | None] | None = None,
    flat: Surfaces | None = None,
    package: str = "",
) -> list[Problem]:
    """What is wrong with the faces and solids of features, in the order of the features.

    `flat`: more bodies of the same features, such as their footprints. `package`: what they are, such as `tran`.
    `ids` and `lines` are of the rows that `surfaces.row` counts; `name` is the file. All are warnings: they say
    nothing of what is stored.
    """
    found = _found(surfaces, package)
    if flat is not None:
        found = _merged([*_found(flat, package), *found])
    found.sort(key=lambda one: one[0])
    return [_problem(one, ids, lines, name) for one in found]


_Found = tuple[int, str, tuple[float, float] | None, dict[str, str]]
"""Row, rule, degrees east and north, parameters."""


def _found(surfaces: Surfaces, package: str) -> list[_Found]:
    if not len(surfaces.row):
        return []
    xyz = metres(surfaces)
    faults, thickness = check_faces(xyz, surfaces.first_ring, surfaces.first_point)
    solids, edges, points = check_shells(
        xyz, surfaces.solid, surfaces.first_face, surfaces.first_ring, surfaces.first_point, faults
    )
    faults |= check_ground(surfaces, xyz, faults, package)
    return [*_of_faces(surfaces, faults, thickness), *_of_solids(surfaces, solids, edges, points)]


def _merged(found: Sequence[_Found]) -> list[_Found]:
    """One for each feature and rule: the levels of detail and the counts of all, the rest of the last."""
    of_rule: dict[tuple[int, str], _Found] = {}
    for row, rule, place, told in found:
        other = of_rule.get((row, rule))
        if other is not None:
            lods = dict.fromkeys([*other[3]["lod"].split(", "), *told["lod"].split(", ")])
            told |= {"lod": ", ".join(sorted(lods)), "count": str(int(other[3]["count"]) + int(told["count"]))}
        of_rule[row, rule] = row, rule, place, told
    return list(of_rule.values())


def _problem(found: _Found, ids: Sequence[str], lines: Sequence[int | None] | None, name: str) -> Problem:
    row, rule, lonlat, told = found
    return Problem(rule, name, ids[row], lines[row] if lines else None, lonlat, told)


def _of_faces(surfaces: Surfaces, faults: NDArray[np.int32], thickness: NDArray[np.float64]) -> Iterator[_Found]:
    bad = np.flatnonzero(faults)
    if not len(bad):
        return
    body = np.searchsorted(surfaces.first_face, bad, side="right") - 1
    row = surfaces.row[body]
    for fault, rule in RULES_OF_FAULTS.items():
        of_rule = (faults[bad] & fault) != 0
        if fault & _OF_SOLIDS or not of_rule.any():
            continue
        faces, rows, bodies = bad[of_rule], row[of_rule], body[of_rule]
        worst = thickness[faces] if fault == Fault.NOT_PLANAR else _height(surfaces, faces, fault)
        order = np.lexsort((-worst, rows))
        starts = np.flatnonzero(np.diff(rows[order], prepend=-1))
        for first, end in zip(starts, [*starts[1:], len(order)], strict=True):
            at = order[first:end]
            told = {"lod": _lods(surfaces.lod[bodies[at]]), "count": str(len(at))}
            if fault == Fault.NOT_PLANAR:
                told |= {"worst": f"{worst[at[0]]:.2f}", "tolerance": str(PLANARITY_M)}
            elif fault == Fault.HEIGHT:
                told["height"] = f"{_extreme(surfaces, int(faces[at[0]])):.6g}"
            yield int(rows[at[0]]), rule, _place(surfaces, int(_first_point(surfaces, faces[at[0]]))), told


def _of_solids(
    surfaces: Surfaces, faults: NDArray[np.int32], edges: NDArray[np.int64], points: NDArray[np.int64]
) -> Iterator[_Found]:
    bad = np.flatnonzero(faults)
    bad = bad[np.argsort(surfaces.row[bad], kind="stable")]
    rows, starts = np.unique(surfaces.row[bad], return_index=True)
    for row, bodies in zip(rows.tolist(), np.split(bad, starts[1:]), strict=False):
        for fault, rule in RULES_OF_FAULTS.items():
            at = bodies[(faults[bodies] & fault) != 0]
            if len(at):
                point = int(points[at[0]])
                point = point if point >= 0 else int(surfaces.body_first_point[at[0]])
                told = {"lod": _lods(surfaces.lod[at]), "count": str(int(edges[at].sum()))}
                yield row, rule, _place(surfaces, point), told


def _first_point(surfaces: Surfaces, faces: NDArray[np.int64] | np.int64) -> NDArray[np.int64]:
    return np.asarray(surfaces.first_point[surfaces.first_ring[faces]])


def _height(surfaces: Surfaces, faces: NDArray[np.int64], fault: Fault) -> NDArray[np.float64]:
    """How far from sea level each face goes; only where that is what was wrong."""
    if fault != Fault.HEIGHT:
        return np.zeros(len(faces))
    return np.array([abs(_extreme(surfaces, face)) for face in faces.tolist()])


def _extreme(surfaces: Surfaces, face: int) -> float:
    first, end = surfaces.first_point[surfaces.first_ring[[face, face + 1]]]
    heights = surfaces.xyz[first:end, 2]
    return float(heights[np.argmax(np.abs(heights))])


def _place(surfaces: Surfaces, point: int) -> tuple[float, float] | None:
    lon, lat = surfaces.xyz[point, :2].tolist()
    return (round(lon, 7), round(lat, 7)) if np.isfinite(lon + lat) else None


def _lods(lods: NDArray[np.int8]) -> str:
    return ", ".join(f"LOD{lod}" for lod in np.unique(lods).tolist())
