"""From bodies to the GLB of one tile."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from geo.geoid import GeoidModel, geoid_height
from geo.surface import SurfaceKind, Surfaces
from tiles.errors import OffGeoidError
from tiles.tileset.atlas import Atlas, Images, build_atlas
from tiles.tileset.frame import Frame, extent
from tiles.tileset.glb import GlbBuffer, Primitive, write_glb
from tiles.tileset.property_table import schema, write_table
from tiles.tileset.triangle import triangulate

_STEPS = 65_535
_MOST_IDS = 65_535
_CLOSE_M = 0.018
"""How far quantisation may move a corner; with the rounding of float32 it stays below 2 cm."""
_INSIDE = np.array(
    [SurfaceKind.CEILING, SurfaceKind.FLOOR, SurfaceKind.INTERIOR_WALL, SurfaceKind.FURNITURE], dtype=np.int8
)
_OUTSIDE = np.array([SurfaceKind.WALL, SurfaceKind.ROOF, SurfaceKind.GROUND, SurfaceKind.OUTER_CEILING], dtype=np.int8)


@dataclass(frozen=True)
class Content:
    """A tile's file, and what the tileset says about it."""

    glb: bytes
    features: int
    triangles: int
    flat_faces: int
    """Faces without an area, which give no triangle."""
    texels: int
    region: tuple[float, float, float, float, float, float]
    """West, south, east, north in degrees, lowest and highest in metres above the ellipsoid."""
    geoid_m: float
    """Height of the geoid above the ellipsoid in the middle of the tile."""

    def without_file(self) -> "Content":
        return replace(self, glb=b"")


class Bodies:
    """Bodies of a part of the city, in metres of the city's frame and as triangles."""

    def __init__(self, surfaces: Surfaces, frame: Frame, geoid: GeoidModel, paths: Mapping[str, Path]) -> None:
        self._surfaces = surfaces
        self._geoid = geoid
        self._images = Images(paths)
        self._places = np.column_stack([surfaces.xyz[:, :2], ellipsoidal(surfaces.xyz, geoid)])
        east, north, up = frame.local(self._places).T
        self._xyz = np.column_stack([east, up, -north])
        """As glTF has its axes: x east, y up, z south."""
        corner, face = triangulate(self._xyz, surfaces.first_ring, surfaces.first_point)
        hidden = _hidden(surfaces)
        seen = ~hidden[face]
        self._corner, self._face = corner[seen], face[seen]
        self._is_flat = ~hidden
        self._is_flat[face] = False
        self._first_triangle = np.searchsorted(self._face, surfaces.first_face)

    @property
    def damaged(self) -> set[str]:
        """Images that can't be read."""
        return self._images.damaged

    def content(
        self, bodies: NDArray[np.int64], attributes: pa.Table, *, atlas_side: int, exact: bool, title: str
    ) -> Content:
        """The tile of `bodies`; the features' attributes stand in the rows of `attributes` in the same order.

        `exact`: corners stay within 2 cm, however large the tile is.
        """
        triangle = _ranges(self._first_triangle, bodies)
        owner = np.repeat(np.arange(len(bodies)), np.diff(self._first_triangle)[bodies])
        corner, face = self._corner[triangle], self._face[triangle]
        low, step, position = self._steps(self._xyz[corner].reshape(-1, 3), exact)
        position = position.reshape(-1, 3, 3)
        atlas = self._atlas(bodies, atlas_side)
        is_textured = atlas.textured[face] if atlas else np.zeros(len(face), dtype=bool)
        is_coloured = (self._surfaces.colour[face] > 0) & ~is_textured
        primitives = []
        for which in (is_textured, is_coloured, ~(is_textured | is_coloured)):
            own = position[which], owner[which]
            if which is is_textured and atlas and which.any():
                uv = np.rint(np.clip(atlas.uv[corner[which]], 0, 1) * _STEPS).astype(np.uint16)
                primitives.append(_primitive(*own, uv=uv, image=atlas.jpeg))
            elif which is is_coloured and which.any():
                primitives.append(_primitive(*own, colour=_linear(self._surfaces.colour[face[which]])))
            elif which.any():
                primitives.append(_primitive(*own))
        region, middle = self._region(bodies)
        geoid_m = float(geoid_height(middle[None], self._geoid)[0])
        buffer = GlbBuffer()
        table = write_table(attributes, buffer)
        glb = write_glb(
            [one for one in primitives if len(one.index)] or [_nothing(position)],
            buffer,
            translation=[float(number) for number in low],
            scale=[float(number) for number in step],
            metadata={"schema": schema(attributes.schema), "propertyTables": [{"name": title, **table}]},
            features=len(bodies),
            extras={"geoid": self._geoid.value, "geoidHeight": round(geoid_m, 3)},
        )
        flat = int(self._is_flat[_ranges(self._surfaces.first_face, bodies)].sum())
        return Content(glb, len(bodies), len(triangle), flat, atlas.texels if atlas else 0, region, geoid_m)

    def _steps(
        self, xyz: NDArray[np.float64], exact: bool
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.uint16] | NDArray[np.float32]]:
        """Where the steps begin, how long they are, and the corners in steps; metres where steps would be too long."""
        if not len(xyz):
            return np.zeros(3), np.ones(3), np.zeros((0, 3), dtype=np.uint16)
        low, high = extent(xyz)
        step = (high - low) / _STEPS
        if exact and np.hypot.reduce(step) > 2 * _CLOSE_M:
            return low, np.ones(3), (xyz - low).astype(np.float32)
        step[step == 0] = 1.0
        return low, step, np.rint((xyz - low) / step).astype(np.uint16)

    def _atlas(self, bodies: NDArray[np.int64], side: int) -> Atlas | None:
        surfaces = self._surfaces
        faces = _ranges(surfaces.first_face, bodies)
        faces = faces[surfaces.texture[faces] >= 0]
        if not len(faces):
            return None
        ends = surfaces.first_point[surfaces.first_ring]
        points = np.column_stack([ends[faces], ends[faces + 1]])
        body = np.searchsorted(surfaces.first_face, faces, side="right")
        made = build_atlas(surfaces.texture[faces], surfaces.uv, points, body, surfaces.images, self._images, side=side)
        if made is None:
            return None
        textured = np.zeros(len(surfaces.kind), dtype=bool)
        textured[faces] = made.textured
        return replace(made, textured=textured)

    def _region(
        self, bodies: NDArray[np.int64]
    ) -> tuple[tuple[float, float, float, float, float, float], NDArray[np.float64]]:
        own = self._places[_ranges(self._surfaces.body_first_point, bodies)]
        (west, south, low), (east, north, high) = ([float(number) for number in end] for end in extent(own))
        return (west, south, east, north, low, high), np.array([(west + east) / 2, (south + north) / 2])


def ellipsoidal(xyz: NDArray[np.float64], geoid: GeoidModel) -> NDArray[np.float64]:
    """Heights above the ellipsoid of places in degrees and metres above T.P.; OffGeoidError where none is known."""
    undulation = geoid_height(xyz[:, :2], geoid)
    if np.isnan(undulation).any():
        lon, lat = xyz[np.flatnonzero(np.isnan(undulation))[0], :2]
        raise OffGeoidError(float(lon), float(lat), geoid.value)
    return np.asarray(xyz[:, 2] + undulation)


def _hidden(surfaces: Surfaces) -> NDArray[np.bool_]:
    """Faces of rooms in bodies that have an outside; what is all inside, such as a mall, is shown."""
    body = surfaces.face_body
    has_outside = np.zeros(len(surfaces.row), dtype=bool)
    has_outside[body[np.isin(surfaces.kind, _OUTSIDE)]] = True
    return np.asarray(np.isin(surfaces.kind, _INSIDE) & has_outside[body])


def _ranges(first: NDArray[np.int64], chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """All indices from `first[i]` to `first[i + 1]` for each chosen i, one after the other."""
    sizes = first[chosen + 1] - first[chosen]
    starts = np.repeat(first[chosen] - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes)
    return np.asarray(starts + np.arange(sizes.sum()), dtype=np.int64)


def _primitive(
    position: NDArray[np.uint16] | NDArray[np.float32],
    owner: NDArray[np.int64],
    *,
    uv: NDArray[np.uint16] | None = None,
    colour: NDArray[np.uint8] | None = None,
    image: bytes | None = None,
) -> Primitive:
    """Corners that are equal in all they have become one vertex. `position` and `uv`: shape (triangles, 3, ...);
    `owner` and `colour`: one for each triangle."""
    # Vertex attributes can't be 32-bit integers; so many features in one tile stand at one place.
    ids = np.uint16 if not len(owner) or owner.max() <= _MOST_IDS else np.float32
    corners = {
        "position": position.reshape(-1, 3),
        "feature": np.repeat(owner, 3).astype(ids)[:, None],
        "uv": None if uv is None else uv.reshape(-1, 2),
        "colour": None if colour is None else np.repeat(colour, 3, axis=0),
    }
    present = {name: rows for name, rows in corners.items() if rows is not None}
    index, used = _merged(np.concatenate([_words(rows) for rows in present.values()], axis=1))
    kept = {name: rows[used] for name, rows in present.items()}
    kept["feature"] = kept["feature"][:, 0]
    return Primitive(index=index, image=image, **kept)


def _words(rows: NDArray[Any]) -> NDArray[np.uint32]:
    """The bytes of each row as whole words."""
    width = rows.dtype.itemsize * rows.shape[1]
    padded = np.zeros((len(rows), -(-width // 4) * 4), dtype=np.uint8)
    padded[:, :width] = np.ascontiguousarray(rows).view(np.uint8).reshape(len(rows), width)
    return padded.view(np.uint32)


@njit(cache=True)
def _merged(words):  # type: ignore[no-untyped-def]
    """Of the corners of triangles, three rows each: the indices of their vertices, which are numbered in the order in
    which triangles use them, and a row of each vertex. Triangles that have shrunk to a line are left out."""
    count, width = words.shape
    slots = 16
    while slots < 2 * count:
        slots *= 2
    table = np.full(slots, -1, dtype=np.int64)
    used = np.empty(count, dtype=np.int64)
    index = np.empty(count, dtype=np.uint32)
    vertices = corners = 0
    for begin in range(0, count, 3):
        if (
            _is_same(words, begin, begin + 1)
            or _is_same(words, begin + 1, begin + 2)
            or _is_same(words, begin, begin + 2)
        ):
            continue
        for row in range(begin, begin + 3):
            key = np.uint64(14_695_981_039_346_656_037)  # FNV-1a, by words
            for i in range(width):
                key = (key ^ np.uint64(words[row, i])) * np.uint64(1_099_511_628_211)
            slot = np.int64((key ^ (key >> np.uint64(32))) & np.uint64(slots - 1))
            while table[slot] >= 0 and not _is_same(words, used[table[slot]], row):
                slot = (slot + 1) & (slots - 1)
            if table[slot] < 0:
                table[slot] = vertices
                used[vertices] = row
                vertices += 1
            index[corners] = table[slot]
            corners += 1
    return index[:corners].copy(), used[:vertices].copy()


@njit(cache=True)
def _is_same(words, a, b):  # type: ignore[no-untyped-def]
    same = True
    for i in range(words.shape[1]):
        same &= words[a, i] == words[b, i]
    return same


def _linear(colour: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Colours of materials (sRGB, 0xRRGGBBAA) as glTF has them: linear (IEC 61966-2-1)."""
    parts = np.column_stack([(colour >> shift) & 0xFF for shift in (24, 16, 8, 0)]) / 255
    light = parts[:, :3]
    parts[:, :3] = np.where(light <= 0.04045, light / 12.92, ((light + 0.055) / 1.055) ** 2.4)
    return np.rint(parts * 255).astype(np.uint8)


def _nothing(position: NDArray[Any]) -> Primitive:
    """A mesh must have a triangle, also where no face has an area."""
    zero = np.zeros((1, 3), dtype=position.dtype)
    return Primitive(zero, np.zeros(1, dtype=np.uint16), np.zeros(3, dtype=np.uint32))
