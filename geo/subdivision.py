"""Cuts a large polygon into pieces of few vertices, so that many small things can be compared with it quickly."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

PIECE_VERTICES = 128


def subdivide(area: Any, *, max_vertices: int = PIECE_VERTICES) -> NDArray[Any]:
    """Polygons that share no area and together are `area`; shape (n,)."""
    return np.array(list(_pieces(area, max_vertices)), dtype=object)


def _pieces(area: Any, max_vertices: int) -> Iterator[Any]:
    stack = [part for part in shapely.get_parts(area) if not part.is_empty]
    while stack:
        part = stack.pop()
        if shapely.get_num_coordinates(part) <= max_vertices:
            yield part
            continue
        west, south, east, north = part.bounds
        for half in _halves(west, south, east, north):
            stack += _polygons(shapely.intersection(part, half))


def _halves(west: float, south: float, east: float, north: float) -> list[Any]:
    if east - west > north - south:
        middle = (west + east) / 2
        return [shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)]
    middle = (south + north) / 2
    return [shapely.box(west, south, east, middle), shapely.box(west, middle, east, north)]


def _polygons(geometry: Any) -> list[Any]:
    """Edges and corners that a cut leaves over hold no area."""
    parts = shapely.get_parts(geometry)
    return [part for part in parts if shapely.get_dimensions(part) == 2 and not part.is_empty]
