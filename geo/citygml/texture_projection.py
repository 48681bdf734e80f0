"""Textures that are projected onto surfaces: by a matrix (TexCoordGen) or by their place on the map.

CityGML 2.0 (OGC 12-019, 9.4): (s, t) = (s'/q', t'/q') with (s', t', q') = worldToTexture (x, y, z, 1), in the reference
system of its srsName. The image is the square from 0 to 1, counted from its lower left.
"""

from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from geo.citygml.element import Element
from geo.citygml.georeference import Georeference
from geo.citygml.reference import Axes, Reference
from geo.citygml.ring import ranges
from geo.crs import project_points
from geo.errors import UnreadableError
from geo.surface import Surfaces

_BEYOND = 1e-3
"""By how much of its image a face may reach beyond it."""


@dataclass(frozen=True)
class Projection:
    image: int
    """Index into the images of the file."""
    matrix: NDArray[np.float64]
    """From (x, y, z, 1) to (s', t', q'), shape (3, 4)."""
    north_matrix: NDArray[np.float64]
    """The same where the first axis of the reference system is north."""
    srs: str | None
    """None for the one of the surfaces."""
    repeats: bool
    """Whether the image goes on beyond its border."""


def read_generation(generation: Element, image: int, *, repeats: bool) -> Projection | None:
    """A TexCoordGen; None for what is no matrix."""
    for one in generation.iter("{*}worldToTexture"):
        try:
            matrix = np.array((one.text or "").split(), dtype=np.float64)
        except ValueError:
            return None
        if len(matrix) != 12 or not np.isfinite(matrix).all():
            return None
        matrix = matrix.reshape(3, 4)
        return Projection(image, matrix, matrix, one.get("srsName") or generation.get("srsName"), repeats)
    return None


def from_georeference(found: Georeference, image: int, size: tuple[int, int], *, repeats: bool) -> Projection | None:
    """None where its pixels have no extent.

    Photos are not mirrored. So in a system that is north first, an orientation that would mirror was written as a world
    file has it, east first.
    """
    turn = np.linalg.det(found.orientation)
    if not turn:
        return None
    matrix = _planimetric(found.orientation, found.point, size)
    if found.east_first:
        north = matrix[:, [1, 0, 2, 3]]
    else:
        north = matrix if turn > 0 else _planimetric(found.orientation[::-1], found.point, size)
    return Projection(image, matrix, north, found.srs, repeats)


def _planimetric(
    orientation: NDArray[np.float64], point: NDArray[np.float64], size: tuple[int, int]
) -> NDArray[np.float64]:
    """(column, row) = orientation^-1 (place - point), from the middle of the upper left pixel to (s, t)."""
    width, height = size
    pixel = np.linalg.inv(orientation)
    column, row = 0.5 - pixel @ point
    matrix = np.zeros((3, 4))
    matrix[0] = *(pixel[0] / width), 0, column / width
    matrix[1] = *(-pixel[1] / height), 0, 1 - row / height
    matrix[2, 3] = 1
    return matrix


@dataclass
class Projections:
    """Those of a file, numbered from 1 in the order they were added."""

    found: list[Projection] = field(default_factory=list)
    unreadable: int = 0
    beyond: int = 0
    """Faces without texture since they reach beyond an image that doesn't repeat."""
    _drawn: set[int] = field(default_factory=set)

    @property
    def undrawn(self) -> int:
        """Those that no face shows."""
        return self.unreadable + len(self.found) - len(self._drawn)

    def add(self, projection: Projection | None) -> int:
        """Its number; 0 for none."""
        if projection is None:
            self.unreadable += 1
            return 0
        self.found.append(projection)
        return len(self.found)

    def draw(
        self, surfaces: Surfaces, number: NDArray[np.int64], images: list[str], crs: CRS, *, north_first: bool
    ) -> Surfaces:
        """The same with images and texture coordinates on those faces of which `number` is one and that had none.
        `images`: of the file."""
        faces = np.flatnonzero((number > 0) & (surfaces.texture < 0))
        if not len(faces):
            return surfaces
        first = surfaces.first_point[surfaces.first_ring]
        size = np.diff(first)[faces]
        point = ranges(first[faces], size)
        st, q = self._project(surfaces.xyz[point], np.repeat(number[faces] - 1, size), crs, north_first=north_first)
        shown = self._shown(st, q, number[faces] - 1, size)
        self._drawn.update(np.unique(number[faces][shown]).tolist())
        return self._with_textures(surfaces, faces[shown], number, point, st, np.repeat(shown, size), images)

    def _project(
        self, xyz: NDArray[np.float64], number: NDArray[np.int64], crs: CRS, *, north_first: bool
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(s, t) and q of points, NaN where a reference system can't be used. `number`: index of their projections."""
        st, q = np.full((len(xyz), 2), np.nan), np.full(len(xyz), np.nan)
        used, of_point = np.unique(number, return_inverse=True)
        projections = [self.found[one] for one in used]
        for srs in {one.srs for one in projections}:
            axes = _usable_axes(srs, crs, north_first)
            if axes is None:
                continue
            own = np.array([one.srs == srs for one in projections])[of_point]
            world = _world(xyz[own], *axes)
            matrices = np.array([one.north_matrix if axes[1] else one.matrix for one in projections])
            s, t, q[own] = (np.einsum("ij,ij->i", matrices[of_point[own], row], world) for row in range(3))
            with np.errstate(divide="ignore", invalid="ignore"):
                st[own] = np.column_stack([s, t]) / q[own, None]
        return st, q

    def _shown(
        self, st: NDArray[np.float64], q: NDArray[np.float64], number: NDArray[np.int64], size: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Faces, by the number of their points, that stand on one side of the projector and within the image."""
        first = np.cumsum(size) - size
        ahead = np.logical_and.reduceat(q > 0, first) | np.logical_and.reduceat(q < 0, first)
        right = ahead & np.logical_and.reduceat(np.isfinite(st).all(axis=1), first)
        within = np.logical_and.reduceat((np.abs(st - 0.5) <= 0.5 + _BEYOND).all(axis=1), first)
        within |= np.array([self.found[one].repeats for one in number])
        self.beyond += int((right & ~within).sum())
        return np.asarray(right & within, dtype=bool)

    def _with_textures(
        self,
        surfaces: Surfaces,
        faces: NDArray[np.int64],
        number: NDArray[np.int64],
        point: NDArray[np.int64],
        st: NDArray[np.float64],
        shown: NDArray[np.bool_],
        images: list[str],
    ) -> Surfaces:
        texture, uv = surfaces.texture.copy(), surfaces.uv.copy()
        uv[point[shown]] = st[shown]
        of_faces = [images[self.found[one - 1].image] for one in number[faces]]
        names = dict.fromkeys([*surfaces.images, *of_faces])
        at = {name: index for index, name in enumerate(names)}
        texture[faces] = [at[name] for name in of_faces]
        return replace(surfaces, texture=texture, uv=uv, images=tuple(names))


def _world(xyz: NDArray[np.float64], crs: CRS, north_first: bool) -> NDArray[np.float64]:
    """Degrees and heights as homogeneous coordinates of the reference system, shape (n, 4)."""
    east_north = project_points(xyz[:, :2], crs)
    return np.column_stack([east_north[:, ::-1] if north_first else east_north, xyz[:, 2], np.ones(len(xyz))])


def _usable_axes(srs: str | None, crs: CRS, north_first: bool) -> tuple[CRS, bool] | None:
    """The reference system of a projection, and whether north comes first in it; `crs` is that of the surfaces, whose
    heights it must share."""
    if srs is None:
        return crs, north_first
    axes = _axes(srs)
    if axes is None or (_is_ellipsoidal(axes.crs) and not _is_ellipsoidal(crs)):
        return None
    return axes.crs, axes.north_first


@lru_cache(maxsize=64)
def _axes(srs: str) -> Axes | None:
    try:
        return Reference("", None).axes(srs)
    except UnreadableError:
        return None


def _is_ellipsoidal(crs: CRS) -> bool:
    return len(crs.axis_info) == 3 and not crs.sub_crs_list
