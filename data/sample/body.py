"""Closed bodies from simple rules, in metres of the local plane, and how CityGML writes their faces."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, pi, sin

import numpy as np

from data.sample.gml import polygon
from data.sample.plane import Plane

Corner = tuple[float, float, float]
"""East, north, height in metres."""
Ring = Sequence[Corner]
"""Counter-clockwise seen from outside, not closed."""
Outline = Sequence[tuple[float, float]]
"""Counter-clockwise seen from above, not closed."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Coordinates of their own for a thing that lies along a street: metres along it and to its left."""

    x: float
    y: float
    ux: float
    uy: float
    """Unit vector along."""

    def at(self, along: float, left: float) -> tuple[float, float]:
        return self.x + along * self.ux - left * self.uy, self.y + along * self.uy + left * self.ux

    def box(self, first: float, last: float, right: float, left: float) -> Outline:
        """Counter-clockwise rectangle; `right` and `left` are both measured to the left."""
        return [self.at(first, right), self.at(last, right), self.at(last, left), self.at(first, left)]


def level(outline: Outline, height: float) -> list[Corner]:
    return [(x, y, height) for x, y in outline]


def regular(place: tuple[float, float], radius: float, corners: int, turn: float = 0.0) -> Outline:
    x, y = place
    angles = [turn + 2 * pi * k / corners for k in range(corners)]
    return [(x + radius * cos(a), y + radius * sin(a)) for a in angles]


def prism(outline: Outline, low: float, high: float) -> list[list[Corner]]:
    """Floor, walls, top."""
    return loft([level(outline, low), level(outline, high)])


def loft(rings: Sequence[Ring]) -> list[list[Corner]]:
    """Floor, the sides from ring to ring upwards, top; every ring has as many corners as the first."""
    faces = [list(reversed(rings[0]))]
    for below, above in pairwise(rings):
        turns = range(len(below))
        faces += [[below[k], below[k - len(below) + 1], above[k - len(below) + 1], above[k]] for k in turns]
    return [*faces, list(rings[-1])]


def positions(rings: Sequence[Ring], plane: Plane) -> list[str]:
    """One posList for each ring, closed; all turned into degrees at once. Centimetres, so that corners stay equal."""
    if not rings:
        return []
    flat = np.round(np.array([corner for ring in rings for corner in ring]), 2)
    lonlat = plane.to_lonlat(flat[:, :2])
    words = [f"{lat:.8f} {lon:.8f} {h:.2f}" for (lon, lat), h in zip(lonlat.tolist(), flat[:, 2].tolist(), strict=True)]
    found, start = [], 0
    for ring in rings:
        own = words[start : start + len(ring)]
        found.append(" ".join([*own, own[0]]))
        start += len(ring)
    return found


def members(rings: Sequence[Ring], plane: Plane, ids: Sequence[str] = ()) -> str:
    """surfaceMembers; `ids`: gml:ids of the polygons."""
    written = positions(rings, plane)
    named = ids or [""] * len(written)
    return "".join(
        f"<gml:surfaceMember>\n{polygon([one], id_)}</gml:surfaceMember>\n"
        for one, id_ in zip(written, named, strict=True)
    )


def multi_surface(element: str, inside: str) -> str:
    return f"<{element}>\n<gml:MultiSurface>\n{inside}</gml:MultiSurface>\n</{element}>\n"


def composite(rings: Sequence[Ring], plane: Plane, id_: str = "") -> str:
    """A surfaceMember that is a surface of many faces, so that one material goes for all of them."""
    name = f' gml:id="{id_}"' if id_ else ""
    return (
        f"<gml:surfaceMember>\n<gml:CompositeSurface{name}>\n{members(rings, plane)}"
        "</gml:CompositeSurface>\n</gml:surfaceMember>\n"
    )
