"""Bodies come back from their files as they were read, in whatever order they are taken."""

from pathlib import Path

import numpy as np
import pytest

from geo.surface import Surfaces
from tests.tiles.tileset.houses import build_town
from tiles.tileset.body_file import BodyFile, BodyWriter, Shapes


@pytest.fixture
def town() -> Surfaces:
    _, surfaces = build_town(30, textured=frozenset({3, 4, 17}))
    colour = np.zeros(len(surfaces.kind), dtype=np.uint32)
    colour[surfaces.first_face[5] : surfaces.first_face[6]] = 0xFF8000FF
    return Surfaces(**{**vars(surfaces), "colour": colour})


def write(folder: Path, surfaces: Surfaces) -> BodyFile:
    """In two pieces, as from two row groups."""
    table = surfaces.to_table()
    with BodyWriter(folder) as writer:
        writer.write(Surfaces.from_table(table.slice(0, 11)))
        writer.write(Surfaces.from_table(table.slice(11)))
    return BodyFile(folder)


def assert_equal(found: Shapes, wanted: Surfaces) -> None:
    np.testing.assert_array_equal(found.xyz[found.place], wanted.xyz)
    for name in ("row", "first_face", "kind", "first_ring", "first_point", "colour"):
        np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name))
    names = [[one.images[index] if index >= 0 else None for index in one.texture] for one in (found, wanted)]
    assert names[0] == names[1]
    uv = found.uv if len(found.uv) else np.full(wanted.uv.shape, np.nan)
    np.testing.assert_array_equal(uv, wanted.uv)


@pytest.mark.parametrize("bodies", [range(34), [17, 3, 4, 20], [5], [0, 1, 2], [30, 6, 31]])
def test_bodies_taken_are_those_that_were_written(tmp_path: Path, town: Surfaces, bodies: list[int]) -> None:
    chosen = np.array(bodies)
    assert_equal(write(tmp_path / "bodies", town).take(chosen), Surfaces.from_table(town.to_table().take(chosen)))


def test_a_box_needs_a_quarter_of_the_places_of_its_points(tmp_path: Path, town: Surfaces) -> None:
    box = write(tmp_path / "bodies", town).take(np.array([0]))
    assert len(box.xyz) == 8
    assert len(box.place) == 24
