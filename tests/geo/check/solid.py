"""Hand-made bodies for the checks: cubes and what is wrong with them, placed at a corner in Numazu."""

from collections.abc import Sequence

import numpy as np
from pyproj import Geod

from geo.surface import Surfaces

LON, LAT = 138.86, 35.09
_GEOD = Geod(ellps="GRS80")

Ring = Sequence[Sequence[float]]
Face = Sequence[Ring]


def cube(x: float = 0.0, y: float = 0.0, z: float = 10.0, size: float = 1.0) -> list[Face]:
    """Six squares turned outwards: bottom, top, south, east, north, west."""
    a, b, c = x + size, y + size, z + size
    return [
        [[(x, y, z), (x, b, z), (a, b, z), (a, y, z)]],
        [[(x, y, c), (a, y, c), (a, b, c), (x, b, c)]],
        [[(x, y, z), (a, y, z), (a, y, c), (x, y, c)]],
        [[(a, y, z), (a, b, z), (a, b, c), (a, y, c)]],
        [[(a, b, z), (x, b, z), (x, b, c), (a, b, c)]],
        [[(x, b, z), (x, y, z), (x, y, c), (x, b, c)]],
    ]


def turned(faces: Sequence[Face]) -> list[Face]:
    """The same faces seen from the other side."""
    return [[list(reversed(ring)) for ring in face] for face in faces]


def square(x: float, y: float, size: float, z: float) -> Ring:
    """Anticlockwise as seen from above."""
    return [(x, y, z), (x + size, y, z), (x + size, y + size, z), (x, y + size, z)]


def hole(x: float, y: float, size: float, z: float) -> Ring:
    return list(reversed(square(x, y, size, z)))


def surfaces(
    bodies: Sequence[Sequence[Face]], *, solid: bool = True, lod: int = 1, rows: Sequence[int] | None = None
) -> Surfaces:
    """One body for each list of faces; metres east, north, up of a place, by an ellipsoid that isn't ours."""
    rings = [ring for body in bodies for face in body for ring in face]
    points = np.array([point for ring in rings for point in ring], dtype=np.float64).reshape(-1, 3)
    faces = [face for body in bodies for face in body]
    return Surfaces(
        row=np.array(rows if rows is not None else range(len(bodies)), dtype=np.int64),
        lod=np.full(len(bodies), lod, dtype=np.int8),
        first_face=_sums([len(body) for body in bodies]),
        kind=np.zeros(len(faces), dtype=np.int8),
        solid=np.full(len(faces), 0 if solid else -1, dtype=np.int32),
        texture=np.full(len(faces), -1, dtype=np.int32),
        colour=np.zeros(len(faces), dtype=np.uint32),
        first_ring=_sums([len(face) for face in faces]),
        first_point=_sums([len(ring) for ring in rings]),
        xyz=_placed(points),
        uv=np.full((len(points), 2), np.nan, dtype=np.float32),
    )


def _placed(points: np.ndarray) -> np.ndarray:
    bearing = np.degrees(np.arctan2(points[:, 0], points[:, 1]))
    distance = np.hypot(points[:, 0], points[:, 1])
    here = np.full(len(points), LON), np.full(len(points), LAT)
    lon, lat, _ = _GEOD.fwd(*here, bearing, distance)
    return np.column_stack([lon, lat, points[:, 2]])


def _sums(sizes: Sequence[int]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64)
