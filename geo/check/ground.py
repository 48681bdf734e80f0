"""Faces on the ground, as of roads, areas and flooded land: all are seen from above, and floods are triangles."""

import numpy as np
from numpy.typing import NDArray

from geo.check.compiled import compiled
from geo.check.fault import Fault
from geo.citygml.package import FLOODS
from geo.surface import SurfaceKind, Surfaces

LYING = FLOODS | {"area", "lsld", "luse", "rwy", "squr", "tran", "trk", "urf", "wwy"}
"""Packages whose surfaces are the ground, and are seen from above (PLATEAU product specification, 面の向き)."""

_DOWN = -0.1
"""Upward part of a unit normal: kerbs may stand upright, and lean over by 6 degrees."""
_NO_SIDE = Fault.NOT_FINITE | Fault.TOO_FEW_POINTS | Fault.DEGENERATE | Fault.SELF_INTERSECTION


def check_ground(
    surfaces: Surfaces, xyz: NDArray[np.float64], faults: NDArray[np.int32], package: str
) -> NDArray[np.int32]:
    """`Fault` bits of each face. `xyz`: metres east, north, up; `faults`: what is known of the faces already."""
    found = np.zeros(len(faults), dtype=np.int32)
    if package not in LYING:
        return found
    open_faces = (surfaces.solid < 0) & (surfaces.kind != SurfaceKind.WATER_GROUND)
    up = np.empty(len(faults))
    _upward(xyz, surfaces.first_ring, surfaces.first_point, up)
    found[open_faces & (up < _DOWN) & (faults & _NO_SIDE == 0)] |= Fault.TURNED_DOWN
    if package in FLOODS:
        first = surfaces.first_ring
        corners = surfaces.first_point[first[1:]] - surfaces.first_point[first[:-1]]
        found[open_faces & (corners > 3)] |= Fault.NOT_TRIANGLE
    return found


@compiled
def _upward(
    xyz: NDArray[np.float64], first_ring: NDArray[np.int64], first_point: NDArray[np.int64], up: NDArray[np.float64]
) -> None:
    """The upward part of each face's unit normal (Newell's method, over its exterior); 0 where it has none."""
    for face in range(len(up)):
        first, end = first_point[first_ring[face]], first_point[first_ring[face] + 1]
        x, y, z = 0.0, 0.0, 0.0
        for k in range(first + 1, end - 1):
            ax, ay, az = xyz[k, 0] - xyz[first, 0], xyz[k, 1] - xyz[first, 1], xyz[k, 2] - xyz[first, 2]
            bx, by, bz = xyz[k + 1, 0] - xyz[first, 0], xyz[k + 1, 1] - xyz[first, 1], xyz[k + 1, 2] - xyz[first, 2]
            x += ay * bz - az * by
            y += az * bx - ax * bz
            z += ax * by - ay * bx
        length = np.sqrt(x * x + y * y + z * z)
        up[face] = z / length if length > 0.0 else 0.0
