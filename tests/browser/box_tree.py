"""A large city of boxes as a quadtree of tiles: what a tiler makes, by hand; the tallest boxes are seen from afar."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.browser.box_city import Box, BoxCity

LEVELS = 4
"""Of refinement below the root."""
FAR = 1500
"""Boxes of a tile that has finer ones."""
GEOID = 40.0


def city_of_boxes(count: int, west: float, south: float, width: float, depth: float, base: float) -> list[Box]:
    """Boxes in rows; widths and depths in degrees. Heights are log-normal about 7 m, at most 150 m."""
    side = int(np.ceil(np.sqrt(count)))
    heights = np.clip(np.random.default_rng(3).lognormal(2.0, 0.6, count), 3, 150)
    across, down = width / side, depth / side
    corners = [(west + i % side * across, south + i // side * down) for i in range(count)]
    return [
        Box(i, (x, y, x + across * 0.45, y + down * 0.5), base, float(heights[i]), "411" if i % 3 else "402")
        for i, (x, y) in enumerate(corners)
    ]


class BoxTree:
    """`files`: name to GLB; `tileset`: the JSON that names them."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self.files: dict[str, bytes] = {}
        edges = np.array([box.bounds for box in boxes])
        self._west, self._south = edges[:, 0].min(), edges[:, 1].min()
        self._size = np.array([edges[:, 2].max() - self._west, edges[:, 3].max() - self._south])
        root, _ = self._tile(list(boxes), 0, 0, 0)
        self.tileset = {"asset": {"version": "1.1"}, "geometricError": 500, "root": root}

    def _tile(self, boxes: list[Box], level: int, x: int, y: int) -> tuple[dict[str, Any], np.ndarray[Any, Any]]:
        drawn = boxes if level == LEVELS else sorted(boxes, key=lambda box: -box.height)[:FAR]
        city, name = BoxCity(drawn, GEOID), f"{level}/{x}/{y}.glb"
        self.files[name] = city.glb()
        tile = city.tile(name, 0 if level == LEVELS else 80 / 2**level)
        matrix = np.array(tile["transform"]).reshape(4, 4).T
        if level < LEVELS:
            tile["children"] = [self._child(*one, matrix) for one in self._quarters(boxes, level, x, y)]
            reach = float(self._size.max() * 111_320 / 2**level)
            tile["boundingVolume"] = {"box": [0, 0, 0, reach, 0, 0, 0, reach, 0, 0, 0, 400]}
        return tile, matrix

    def _child(self, boxes: list[Box], level: int, x: int, y: int, parent: np.ndarray[Any, Any]) -> dict[str, Any]:
        """A tile's transform is relative to its parent's."""
        tile, matrix = self._tile(boxes, level, x, y)
        return {**tile, "transform": (np.linalg.inv(parent) @ matrix).T.ravel().tolist()}

    def _quarters(self, boxes: list[Box], level: int, x: int, y: int) -> list[tuple[list[Box], int, int, int]]:
        width, depth = self._size / 2 ** (level + 1)
        quarters: dict[tuple[int, int], list[Box]] = {}
        for box in boxes:
            column = min(max(int((box.bounds[0] - self._west) / width), 2 * x), 2 * x + 1)
            row = min(max(int((box.bounds[1] - self._south) / depth), 2 * y), 2 * y + 1)
            quarters.setdefault((column, row), []).append(box)
        return [(some, level + 1, column, row) for (column, row), some in quarters.items()]
