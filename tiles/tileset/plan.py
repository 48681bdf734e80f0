"""What a tileset shows where: decided from a few numbers of each body, before any of them is built."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tiles.tileset.body_file import BodyWriter
from tiles.tileset.frame import Frame
from tiles.tileset.measured import Measured, measure_surfaces
from tiles.tileset.tree import Node, Sizes, build_tree

_AT_ONCE = 10_000
"""Features whose places are computed together: some 2 MB."""


@dataclass(frozen=True)
class Plan:
    frame: Frame
    root: Node
    fine: NDArray[np.int32]
    """The body that the leaves show of each feature, shape (features,)."""
    far: NDArray[np.int32]
    """The one that all other tiles show."""
    far_points: NDArray[np.int32]
    """Corners of the latter."""
    textured_m2: NDArray[np.float64]
    box: tuple[float, float, float, float, float, float]
    """Around all bodies of the leaves: west, south, lowest, east, north, highest."""


def plan_tileset(surfaces: Path, bodies: BodyWriter | None = None) -> Plan | None:
    """None where no feature has a body. All bodies are written to `bodies` while they are read."""
    measured = measure_surfaces(surfaces, bodies)
    if not len(measured.row):
        return None
    fine, far = _chosen(measured)
    west, south, _, east, north, _ = _around(measured, np.arange(len(measured.row), dtype=np.int32))
    frame = Frame((west + east) / 2, (south + north) / 2)
    sizes = _sizes(measured, fine, far, frame)
    box = _around(measured, fine)
    del measured  # The tree is built without all the boxes.
    return Plan(frame, build_tree(sizes), fine, far, sizes.far_points, sizes.textured_m2, box)


def _chosen(measured: Measured) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Of each feature the body in its highest level of detail, and the one for far views: LOD1 where there is one and
    nothing is textured. Features in the order of their fid."""
    order = np.lexsort((measured.lod, measured.row)).astype(np.int32)
    row = measured.row[order]
    is_last = np.append(row[1:] != row[:-1], True)
    fine = order[is_last]
    far = fine.copy()
    lod1 = order[measured.lod[order] == 1]
    place = np.searchsorted(row[is_last], measured.row[lod1])
    plain = measured.textured_m2[fine[place]] == 0
    far[place[plain]] = lod1[plain]
    return fine, far


def _around(measured: Measured, bodies: NDArray[np.int32]) -> tuple[float, float, float, float, float, float]:
    west, south, low = (float(measured.box[bodies, axis].min()) for axis in range(3))
    east, north, high = (float(measured.box[bodies, axis].max()) for axis in range(3, 6))
    return west, south, low, east, north, high


def _sizes(measured: Measured, fine: NDArray[np.int32], far: NDArray[np.int32], frame: Frame) -> Sizes:
    x, y, size = np.empty((3, len(fine)))
    for first in range(0, len(fine), _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        box = measured.box[fine[some]]
        middle = np.column_stack([(box[:, :2] + box[:, 3:5]) / 2, np.zeros(len(box))])
        x[some], y[some] = frame.local(middle).T[:2]
        # Along a degree of latitude; the tree needs it within a few per cent only.
        across = (box[:, 3:5] - box[:, :2]) * 111_000 * np.array([np.cos(np.radians(frame.lat)), 1.0])
        size[some] = np.maximum(np.hypot(*across.T), box[:, 5] - box[:, 2])
    return Sizes(x, y, size, measured.points[fine], measured.points[far], measured.textured_m2[fine])
