"""From bodies to the GLB of one tile."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.geoid import GeoidModel, geoid_height
from geo.surface import SurfaceKind
from tiles.errors import OffGeoidError
from tiles.tileset.atlas import Atlas, Images, build_atlas
from tiles.tileset.body_file import Shapes
from tiles.tileset.frame import Frame
from tiles.tileset.glb import GlbBuffer, Primitive, write_glb
from tiles.tileset.job import Content
from tiles.tileset.mesh import Corners, Steps, boxes, extents, ranges, vertices
from tiles.tileset.packed import Packing
from tiles.tileset.property_table import Properties
from tiles.tileset.triangle import triangulate

_STEPS = 65_535
_MOST_IDS = 65_535
_CLOSE_M = 0.018
"""How far quantisation may move a corner; with the rounding of float32 it stays below 2 cm."""
_INSIDE = [SurfaceKind.CEILING, SurfaceKind.FLOOR, SurfaceKind.INTERIOR_WALL, SurfaceKind.FURNITURE]
_OUTSIDE = [SurfaceKind.WALL, SurfaceKind.ROOF, SurfaceKind.GROUND, SurfaceKind.OUTER_CEILING]


class Bodies:
    """Bodies of a part of the city, in metres of the city's frame and as triangles."""

    def __init__(self, shapes: Shapes, frame: Frame, geoid: GeoidModel, paths: Mapping[str, Path]) -> None:
        self._shapes = shapes
        self._geoid = geoid
        self._images = Images(paths)
        places = np.column_stack([shapes.xyz[:, :2], ellipsoidal(shapes.xyz, geoid)])
        self._region_of = boxes(places, shapes.first_place)
        east, north, up = frame.local(places).T
        self._xyz = np.column_stack([east, up, -north])
        """Of each place, as glTF has its axes: x east, y up, z south."""
        corner, face = triangulate(self._xyz, shapes.first_ring, shapes.first_point, shapes.place)
        hidden = _hidden(shapes)
        is_flat = ~hidden
        is_flat[face] = False
        if hidden.any():
            corner, face = corner[~hidden[face]], face[~hidden[face]]
        self._flat_before = np.concatenate([[0], np.cumsum(is_flat)])
        self._first_triangle = np.searchsorted(face, shapes.first_face)
        self._triangle = shapes.place[corner]
        self._box = extents(self._xyz, self._triangle.ravel(), 3 * self._first_triangle)
        self._source = (corner, face) if shapes.colour.any() or shapes.images else None
        """The points of each triangle and its face, where some have more than their place."""

    @property
    def damaged(self) -> set[str]:
        """Images that can't be read."""
        return self._images.damaged

    def content(
        self,
        bodies: NDArray[np.int64],
        properties: Properties,
        rows: NDArray[np.int64],
        *,
        atlas_side: int,
        exact: bool,
        title: str,
    ) -> tuple[list[tuple[bytes, Packing]], Content]:
        """The tile of `bodies` as the pieces of its file; the attributes of each body's feature stand in its row of
        `properties`.

        `exact`: corners stay within 2 cm, however large the tile is.
        """
        first = self._first_triangle
        triangles = int((first[bodies + 1] - first[bodies]).sum())
        steps = self._steps(bodies, exact)
        primitives, texels = self._primitives(bodies, steps, atlas_side)
        region, middle = self._region(bodies)
        geoid_m = float(geoid_height(middle[None], self._geoid)[0])
        buffer = GlbBuffer()
        table = properties.write(rows, buffer)
        glb = write_glb(
            [one for one in primitives if len(one.index)] or [_nothing(steps)],
            buffer,
            translation=steps.low.tolist(),
            scale=steps.length.tolist(),
            metadata={"schema": properties.schema, "propertyTables": [{"name": title, **table}]},
            features=len(bodies),
            extras={"geoid": self._geoid.value, "geoidHeight": round(geoid_m, 3)},
        )
        flat = self._flat_before[self._shapes.first_face]
        flat_faces = int((flat[bodies + 1] - flat[bodies]).sum())
        return glb, Content(len(bodies), triangles, flat_faces, texels, region, geoid_m)

    def _steps(self, bodies: NDArray[np.int64], exact: bool) -> Steps:
        low, high = self._box[bodies, :3].min(axis=0), self._box[bodies, 3:].max(axis=0)
        if not np.isfinite(low).all():
            return Steps(np.zeros(3), np.ones(3), is_whole=True)
        length = (high - low) / _STEPS
        if exact and np.hypot.reduce(length) > 2 * _CLOSE_M:
            return Steps(low, np.ones(3), is_whole=False)
        length[length == 0] = 1.0
        return Steps(low, length, is_whole=True)

    def _primitives(self, bodies: NDArray[np.int64], steps: Steps, atlas_side: int) -> tuple[list[Primitive], int]:
        """Textured, coloured and plain triangles, as far as there are some, and the texels of the atlas."""
        if self._source is None:
            return [self._primitive(bodies, steps)], 0
        triangle = ranges(self._first_triangle[bodies], self._first_triangle[bodies + 1])
        corner, face = (of_part[triangle] for of_part in self._source)
        atlas = self._atlas(bodies, atlas_side)
        is_textured = atlas.textured[face] if atlas else np.zeros(len(face), dtype=bool)
        is_coloured = (self._shapes.colour[face] > 0) & ~is_textured
        is_plain = ~(is_textured | is_coloured)
        primitives = []
        if atlas and is_textured.any():
            uv = np.rint(np.clip(np.nan_to_num(atlas.uv[corner]), 0, 1) * _STEPS).astype(np.uint16)
            corners = Corners(is_textured, uv.view(np.uint32).reshape(-1, 3))
            primitives.append(self._primitive(bodies, steps, corners, atlas.jpeg))
        if is_coloured.any():
            colour = _linear(self._shapes.colour[face]).view(np.uint32)
            primitives.append(self._primitive(bodies, steps, Corners(is_coloured, np.repeat(colour, 3, axis=1))))
        if is_plain.any():
            primitives.append(self._primitive(bodies, steps, Corners(is_plain)))
        return primitives, atlas.texels if atlas else 0

    def _primitive(
        self,
        bodies: NDArray[np.int64],
        steps: Steps,
        corners: Corners | None = None,
        image: bytes | None = None,
    ) -> Primitive:
        made = vertices(
            self._xyz, self._shapes.first_place, self._triangle, self._first_triangle, bodies, steps, corners
        )
        # Vertex attributes can't be 32-bit integers; so many features in one tile stand at one place.
        is_few = not len(made.owner) or made.owner.max() <= _MOST_IDS
        plain = Primitive(
            made.position, made.owner.astype(np.uint16) if is_few else made.owner.astype(np.float32), made.index
        )
        if image is not None:
            return replace(plain, uv=made.word.view(np.uint16).reshape(-1, 2), image=image)
        if corners is not None and len(corners.word):
            return replace(plain, colour=made.word.view(np.uint8).reshape(-1, 4))
        return plain

    def _atlas(self, bodies: NDArray[np.int64], side: int) -> Atlas | None:
        shapes = self._shapes
        faces = ranges(shapes.first_face[bodies], shapes.first_face[bodies + 1])
        faces = faces[shapes.texture[faces] >= 0]
        if not len(faces):
            return None
        ends = shapes.first_point[shapes.first_ring]
        points = np.column_stack([ends[faces], ends[faces + 1]])
        body = np.searchsorted(shapes.first_face, faces, side="right")
        made = build_atlas(shapes.texture[faces], shapes.uv, points, body, shapes.images, self._images, side=side)
        if made is None:
            return None
        textured = np.zeros(len(shapes.kind), dtype=bool)
        textured[faces] = made.textured
        return replace(made, textured=textured)

    def _region(
        self, bodies: NDArray[np.int64]
    ) -> tuple[tuple[float, float, float, float, float, float], NDArray[np.float64]]:
        boxes = self._region_of[bodies]
        west, south, low = boxes[:, :3].min(axis=0).tolist()
        east, north, high = boxes[:, 3:].max(axis=0).tolist()
        return (west, south, east, north, low, high), np.array([(west + east) / 2, (south + north) / 2])


def ellipsoidal(xyz: NDArray[np.float64], geoid: GeoidModel) -> NDArray[np.float64]:
    """Heights above the ellipsoid of places in degrees and metres above T.P.; OffGeoidError where none is known."""
    undulation = geoid_height(xyz[:, :2], geoid)
    if np.isnan(undulation).any():
        lon, lat = xyz[np.flatnonzero(np.isnan(undulation))[0], :2]
        raise OffGeoidError(float(lon), float(lat), geoid.value)
    return np.asarray(xyz[:, 2] + undulation)


def _hidden(shapes: Shapes) -> NDArray[np.bool_]:
    """Faces of rooms in bodies that have an outside; what is all inside, such as a mall, is shown."""
    is_inside, is_outside = (np.isin(np.arange(len(SurfaceKind)), kinds) for kinds in (_INSIDE, _OUTSIDE))
    hidden = np.asarray(is_inside[shapes.kind])
    if not hidden.any():
        return hidden
    body = np.repeat(np.arange(len(shapes.row)), np.diff(shapes.first_face))
    has_outside = np.zeros(len(shapes.row), dtype=bool)
    has_outside[body[is_outside[shapes.kind]]] = True
    return np.asarray(hidden & has_outside[body])


def _linear(colour: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Colours of materials (sRGB, 0xRRGGBBAA) as glTF has them: linear (IEC 61966-2-1)."""
    parts = np.column_stack([(colour >> shift) & 0xFF for shift in (24, 16, 8, 0)]) / 255
    light = parts[:, :3]
    parts[:, :3] = np.where(light <= 0.04045, light / 12.92, ((light + 0.055) / 1.055) ** 2.4)
    return np.rint(parts * 255).astype(np.uint8)


def _nothing(steps: Steps) -> Primitive:
    """A mesh must have a triangle, also where no face has an area."""
    zero = np.zeros((1, 3), dtype=np.uint16 if steps.is_whole else np.float32)
    return Primitive(zero, np.zeros(1, dtype=np.uint16), np.zeros(3, dtype=np.uint32))
