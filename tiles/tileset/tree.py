"""Which features stand in which tile: an explicit quadtree of whole features, far views first."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

LEAF_POINTS = 24_000
"""Corners of polygons in one leaf, about as many triangles: some 100 to 300 kB."""
FAR_POINTS = 48_000
"""The same for a tile that finer ones replace."""
LEAF_TEXTURED_M2 = 40_000.0
"""Textured area in one leaf: an atlas of 2,048 x 2,048 texels then has a texel for each 10 cm."""
_LEAST_SIDE_M = 40.0
_LOWER_LOD_M = 3.0
"""What LOD1 may be off by where LOD2 stands in the finer tiles."""
_GROWTH = 1.2
"""A tile is at least that much coarser than the ones that replace it."""


@dataclass(frozen=True)
class Sizes:
    """What the tree needs to know of each feature, arrays of shape (n,)."""

    x: NDArray[np.float64]
    """Metres east of the middle of the city, of the feature's own middle."""
    y: NDArray[np.float64]
    size_m: NDArray[np.float64]
    """How large it is: its height or its way across the ground, whichever is more."""
    points: NDArray[np.int32]
    """Corners of its polygons in the finest level of detail."""
    far_points: NDArray[np.int32]
    """In the one that is shown from afar."""
    textured_m2: NDArray[np.float64]
    """Area of its textured faces in the finest level of detail."""


@dataclass
class Node:
    level: int
    column: int
    row: int
    features: NDArray[np.int32]
    """Indices of those that this tile shows."""
    error_m: float
    points: int
    """Of all features below, in the finest level of detail."""
    textured_m2: float
    """Likewise."""
    children: list["Node"] = field(default_factory=list)
    alone: int = 0
    """From 1, of features that are too large to share a tile; 0 for all other tiles."""

    @property
    def name(self) -> str:
        return f"{self.level}/{self.column}/{self.row}" + (f"-{self.alone}" if self.alone else "")

    def walk(self) -> Iterator["Node"]:
        """This node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


def build_tree(sizes: Sizes) -> Node:
    """The root of a quadtree over at least one feature."""
    everything = np.arange(len(sizes.x), dtype=np.int32)
    west, south = sizes.x.min(), sizes.y.min()
    side = max(float(np.ptp(sizes.x)), float(np.ptp(sizes.y)), 1.0) * 1.000_001
    # The largest first, and of equal ones the first: the same order on every machine.
    order = np.argsort(-sizes.size_m, kind="stable")
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = everything
    del order
    return _node(sizes, rank, everything, (float(west), float(south), side), (0, 0, 0))


def _node(
    sizes: Sizes,
    rank: NDArray[np.int32],
    features: NDArray[np.int32],
    square: tuple[float, float, float],
    place: tuple[int, int, int],
) -> Node:
    west, south, side = square
    points = int(sizes.points[features].sum())
    textured_m2 = float(sizes.textured_m2[features].sum())
    is_light = points <= LEAF_POINTS and textured_m2 <= LEAF_TEXTURED_M2
    is_huge = sizes.far_points[features] > LEAF_POINTS
    if is_light or len(features) == 1 or (side < _LEAST_SIDE_M and not is_huge.any()):
        return Node(*place, features, 0.0, points, textured_m2)
    level, column, row = place
    huge, others = features[is_huge], features[~is_huge]
    # Such a one would be all that any tile above it shows, and be stored again in each.
    children = [_alone(sizes, feature, place, number) for number, feature in enumerate(huge, start=1)]
    half = side / 2
    right, upper = sizes.x[others] >= west + half, sizes.y[others] >= south + half
    for j in (0, 1):
        for i in (0, 1):
            inside = others[(right == bool(i)) & (upper == bool(j))]
            if len(inside):
                cell = (west + i * half, south + j * half, half)
                children.append(_node(sizes, rank, inside, cell, (level + 1, 2 * column + i, 2 * row + j)))
    shown, left_out_m = _largest(sizes, rank, others) if len(others) else _least(sizes, huge)
    left_out_m = max(left_out_m, *sizes.size_m[huge]) if len(huge) else left_out_m
    error = max(left_out_m, _LOWER_LOD_M, *(_GROWTH * child.error_m for child in children))
    return Node(*place, shown, error, points, textured_m2, children)


def _alone(sizes: Sizes, feature: int, place: tuple[int, int, int], number: int) -> Node:
    level, column, row = place
    points, textured_m2 = int(sizes.points[feature]), float(sizes.textured_m2[feature])
    return Node(
        level + 1, 2 * column, 2 * row, np.array([feature], dtype=np.int32), 0.0, points, textured_m2, alone=number
    )


def _least(sizes: Sizes, huge: NDArray[np.int32]) -> tuple[NDArray[np.int32], float]:
    """The one with the fewest corners: a tile must show something."""
    return huge[[np.argmin(sizes.far_points[huge])]], 0.0


def _largest(sizes: Sizes, rank: NDArray[np.int32], features: NDArray[np.int32]) -> tuple[NDArray[np.int32], float]:
    """As many of the largest features as one tile may hold, and how large the largest of the others is."""
    by_size = features[np.argsort(rank[features])]
    fits = int(np.searchsorted(np.cumsum(sizes.far_points[by_size]), FAR_POINTS, side="right"))
    shown = by_size[: max(1, fits)]
    left = by_size[len(shown) :]
    return np.sort(shown), float(sizes.size_m[left[0]]) if len(left) else 0.0
