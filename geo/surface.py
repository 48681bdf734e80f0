"""Polygons in space of many features: what CityGML's levels of detail hold, in flat arrays."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


class SurfaceKind(IntEnum):
    """What a face is; the classes of CityGML's boundary surfaces and of the parts of a road."""

    OTHER = 0
    GROUND = 1
    ROOF = 2
    WALL = 3
    CLOSURE = 4
    OUTER_CEILING = 5
    OUTER_FLOOR = 6
    CEILING = 7
    FLOOR = 8
    INTERIOR_WALL = 9
    WINDOW = 10
    DOOR = 11
    INSTALLATION = 12
    FURNITURE = 13
    TRAFFIC_AREA = 14
    AUXILIARY_TRAFFIC_AREA = 15
    WATER = 16
    WATER_GROUND = 17
    VEGETATION = 18


SURFACES_SCHEMA = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),
        pa.field("lod", pa.int8(), nullable=False),
        pa.field("kind", pa.list_(pa.int8()), nullable=False),
        pa.field("solid", pa.list_(pa.int32()), nullable=False),
        pa.field("rings", pa.list_(pa.int32()), nullable=False),
        pa.field("points", pa.list_(pa.int32()), nullable=False),
        pa.field("xyz", pa.list_(pa.float64()), nullable=False),
        pa.field("texture", pa.list_(pa.dictionary(pa.int32(), pa.string()))),
        pa.field("uv", pa.list_(pa.float32())),
        pa.field("colour", pa.list_(pa.uint32())),
    ]
)
"""One row for each feature and level of detail, so that tables of surfaces can be filtered, taken and joined by row.

`row`: of the feature in the table of features. Per face: `kind`, `solid`, `rings` (how many, the exterior first),
`texture` (name of the image, null for none; the whole list null where no face has one), `colour` (likewise).
Per ring: `points` (how many, the closing one left out). Per point, flat: `xyz` and `uv`.
"""


@dataclass(frozen=True)
class Surfaces:
    """A body is one feature in one level of detail; it has faces, a face has rings, a ring has points."""

    row: NDArray[np.int64]
    """Which feature, shape (bodies,): row number in the features it was read with."""
    lod: NDArray[np.int8]
    """Shape (bodies,), 0 to 4."""
    first_face: NDArray[np.int64]
    """Shape (bodies + 1,)."""
    kind: NDArray[np.int8]
    """`SurfaceKind` of each face, shape (faces,)."""
    solid: NDArray[np.int32]
    """Which gml:Solid of its body a face bounds, from 0; -1 for none. Shape (faces,)."""
    texture: NDArray[np.int32]
    """Index into `images`, -1 for none; shape (faces,)."""
    colour: NDArray[np.uint32]
    """0xRRGGBBAA of the face's X3DMaterial, 0 for none; shape (faces,)."""
    first_ring: NDArray[np.int64]
    """Shape (faces + 1,). A face's first ring is its exterior, the others are holes."""
    first_point: NDArray[np.int64]
    """Shape (rings + 1,)."""
    xyz: NDArray[np.float64]
    """Shape (points, 3): degrees east, degrees north, metres above T.P. A ring's closing point is left out."""
    uv: NDArray[np.float32]
    """Shape (points, 2): texture coordinates as CityGML counts them, from the lower left; NaN without texture."""
    images: tuple[str, ...] = ()
    """Names of the texture images: paths inside what was imported, with forward slashes."""

    @property
    def face_body(self) -> NDArray[np.int64]:
        """The body of each face, shape (faces,)."""
        return np.repeat(np.arange(len(self.row)), np.diff(self.first_face))

    @property
    def ring_face(self) -> NDArray[np.int64]:
        return np.repeat(np.arange(len(self.kind)), np.diff(self.first_ring))

    @property
    def point_ring(self) -> NDArray[np.int64]:
        return np.repeat(np.arange(len(self.first_point) - 1), np.diff(self.first_point))

    @property
    def body_first_point(self) -> NDArray[np.int64]:
        """Shape (bodies + 1,)."""
        return self.first_point[self.first_ring[self.first_face]]

    def to_table(self) -> pa.Table:
        """By `SURFACES_SCHEMA`."""
        rings, points = np.diff(self.first_ring), np.diff(self.first_point)
        faces, first_ring, first_point = self.first_face, self.first_ring[self.first_face], self.body_first_point
        has_texture = _any(self.texture >= 0, faces)
        has_colour = _any(self.colour > 0, faces)
        indices = pa.array(np.maximum(self.texture, 0), pa.int32(), mask=self.texture < 0)
        texture = pa.DictionaryArray.from_arrays(indices, pa.array(self.images, pa.string()))
        columns = [
            pa.array(self.row, pa.int64()),
            pa.array(self.lod, pa.int8()),
            _lists(faces, pa.array(self.kind, pa.int8())),
            _lists(faces, pa.array(self.solid, pa.int32())),
            _lists(faces, pa.array(rings, pa.int32())),
            _lists(first_ring, pa.array(points, pa.int32())),
            _lists(3 * first_point, pa.array(self.xyz.ravel(), pa.float64())),
            _lists(faces, texture, has_texture),
            _lists(2 * first_point, pa.array(self.uv.ravel(), pa.float32()), has_texture),
            _lists(faces, pa.array(self.colour, pa.uint32()), has_colour),
        ]
        return pa.Table.from_arrays(columns, schema=SURFACES_SCHEMA)

    @classmethod
    def from_table(cls, table: pa.Table) -> "Surfaces":
        """The inverse of `to_table`, also for tables that were filtered, taken or joined."""
        table = table.combine_chunks().unify_dictionaries()
        first_face = _offsets(table["kind"])
        faces, points = int(first_face[-1]), int(_offsets(table["xyz"])[-1]) // 3
        texture, images = np.full(faces, -1, dtype=np.int32), ()
        uv = np.full((points, 2), np.nan, dtype=np.float32)
        textured = np.asarray(table["texture"].is_valid())
        if textured.any():
            names = _values(table["texture"])
            images = tuple(names.dictionary.to_pylist())
            of_faces = np.repeat(textured, np.diff(first_face))
            texture[of_faces] = names.indices.fill_null(-1).to_numpy(zero_copy_only=False)
            of_points = np.repeat(textured, np.diff(_offsets(table["xyz"])) // 3)
            uv[of_points] = _numbers(table["uv"]).reshape(-1, 2)
        colour = np.zeros(faces, dtype=np.uint32)
        coloured = np.asarray(table["colour"].is_valid())
        colour[np.repeat(coloured, np.diff(first_face))] = _numbers(table["colour"])
        return cls(
            row=table["row"].to_numpy(),
            lod=table["lod"].to_numpy(),
            first_face=first_face,
            kind=_numbers(table["kind"]),
            solid=_numbers(table["solid"]),
            texture=texture,
            colour=colour,
            first_ring=_sums(_numbers(table["rings"])),
            first_point=_sums(_numbers(table["points"])),
            xyz=_numbers(table["xyz"]).reshape(-1, 3),
            uv=uv,
            images=images,
        )


def _any(faces: NDArray[np.bool_], first_face: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether any face of each body."""
    count = np.concatenate([[0], np.cumsum(faces)])[first_face]
    return np.asarray(np.diff(count) > 0, dtype=bool)


def _lists(offsets: NDArray[np.int64], values: pa.Array, present: NDArray[np.bool_] | None = None) -> pa.Array:
    if present is None:
        return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values)
    kept = values.filter(pa.array(np.repeat(present, np.diff(offsets))))
    sizes = np.where(present, np.diff(offsets), 0)
    return pa.ListArray.from_arrays(pa.array(_sums(sizes), pa.int32()), kept, mask=pa.array(~present))


def _sums(sizes: NDArray[Any]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])


def _values(column: pa.ChunkedArray) -> pa.Array:
    """The lists' values in a row; nothing of lists that are null."""
    return column.combine_chunks().flatten() if column.num_chunks != 1 else column.chunk(0).flatten()


def _numbers(column: pa.ChunkedArray) -> NDArray[Any]:
    return np.asarray(_values(column).to_numpy(zero_copy_only=False))


def _offsets(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Shape (lists + 1,), from 0 also for a slice; a null list is empty."""
    return _sums(pc.list_value_length(column).fill_null(0).to_numpy())
