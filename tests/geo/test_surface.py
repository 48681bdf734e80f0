"""Surfaces as arrays and as tables."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from geo.surface import SURFACES_SCHEMA, SurfaceKind, Surfaces


def sample() -> Surfaces:
    """Feature 0 in LOD1 (two triangles), feature 2 in LOD2 (a textured square with a hole, a coloured triangle)."""
    points = np.arange(3 * (3 + 3 + 4 + 3 + 3), dtype=np.float64).reshape(-1, 3)
    uv = np.full((len(points), 2), np.nan, dtype=np.float32)
    uv[6:13] = np.linspace(0, 1, 14).reshape(-1, 2)
    return Surfaces(
        row=np.array([0, 2]),
        lod=np.array([1, 2], dtype=np.int8),
        first_face=np.array([0, 2, 4]),
        kind=np.array([0, 0, SurfaceKind.WALL, SurfaceKind.ROOF], dtype=np.int8),
        solid=np.array([0, 0, -1, -1], dtype=np.int32),
        texture=np.array([-1, -1, 0, -1], dtype=np.int32),
        colour=np.array([0, 0, 0, 0xFF0000FF], dtype=np.uint32),
        first_ring=np.array([0, 1, 2, 4, 5]),
        first_point=np.array([0, 3, 6, 10, 13, 16]),
        xyz=points,
        uv=uv,
        images=("facade.jpg",),
    )


def through_parquet(table: pa.Table) -> pa.Table:
    file = io.BytesIO()
    pq.write_table(table, file)
    return pq.read_table(file)


def assert_same(one: Surfaces, other: Surfaces) -> None:
    assert one.images == other.images
    for name in ("row", "lod", "first_face", "kind", "solid", "texture", "colour", "first_ring", "first_point"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), name)
    np.testing.assert_array_equal(one.xyz, other.xyz)
    np.testing.assert_array_equal(one.uv, other.uv)


def test_surfaces_go_through_a_parquet_file_unchanged() -> None:
    table = sample().to_table()
    assert table.schema.equals(SURFACES_SCHEMA)
    assert_same(Surfaces.from_table(through_parquet(table)), sample())


def test_a_body_taken_out_of_a_table_keeps_its_own_faces_texture_and_colour() -> None:
    alone = Surfaces.from_table(sample().to_table().slice(1))
    assert alone.row.tolist() == [2]
    assert alone.first_ring.tolist() == [0, 2, 3]
    assert [alone.images[index] for index in alone.texture if index >= 0] == ["facade.jpg"]
    assert alone.colour.tolist() == [0, 0xFF0000FF]
    np.testing.assert_array_equal(alone.xyz, sample().xyz[6:])


def test_tables_of_different_files_join_with_their_own_images() -> None:
    other = sample().to_table()
    renamed = Surfaces(**{**vars(sample()), "images": ("roof.png",)}).to_table()
    joined = Surfaces.from_table(through_parquet(pa.concat_tables([other, renamed, other])))
    assert [joined.images[index] for index in joined.texture if index >= 0] == ["facade.jpg", "roof.png", "facade.jpg"]
    assert joined.row.tolist() == [0, 2, 0, 2, 0, 2]


def test_no_surfaces_are_a_table_without_rows() -> None:
    empty = Surfaces.from_table(SURFACES_SCHEMA.empty_table())
    assert len(empty.row) == len(empty.kind) == len(empty.xyz) == 0
    assert len(empty.to_table()) == 0
