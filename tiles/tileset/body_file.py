"""Bodies of a whole city in flat files, between reading them once and building the tiles that show them.

A body's points are welded: each place stands there once, which is a third of what the source holds. The files are
mapped, so that a process holds in memory what it takes out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from geo.surface import Surfaces
from tiles.tileset.mesh import ranges, weld

_TYPES: Mapping[str, tuple[type[np.generic], int]] = {
    "row": (np.uint32, 1),
    "kind": (np.int8, 1),
    "rings": (np.int32, 1),
    "points": (np.int32, 1),
    "place": (np.int32, 1),
    "xyz": (np.float64, 3),
    "texture": (np.int32, 1),
    "colour": (np.uint32, 1),
    "uv": (np.float32, 2),
    "first": (np.int64, 6),
}
"""Of the files: `row`: of each body; `kind`, `rings`: of each face; `points`: of each ring; `place`: of each point,
counted from the body's first one; `xyz`: of each place; `texture`, `colour`: of each face of bodies that have any;
`uv`: of each point of bodies with textures; `first`: where each body begins in `_STARTS`."""
_STARTS = ("kind", "points", "place", "xyz", "texture", "uv")


@dataclass(frozen=True)
class Shapes:
    """Bodies as in `Surfaces`, whose points are places."""

    row: NDArray[np.uint32]
    first_face: NDArray[np.int64]
    kind: NDArray[np.int8]
    first_ring: NDArray[np.int64]
    first_point: NDArray[np.int64]
    first_place: NDArray[np.int64]
    """Of each body, shape (bodies + 1,)."""
    place: NDArray[np.int32]
    """Of each point."""
    xyz: NDArray[np.float64]
    """Of each place: degrees east, degrees north, metres above T.P."""
    texture: NDArray[np.int32]
    colour: NDArray[np.uint32]
    uv: NDArray[np.float32]
    """Of each point; none at all where no body has a texture."""
    images: tuple[str, ...]


class BodyWriter:
    """Used in a `with`: at its end the names of all images are written."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._files: dict[str, IO[bytes]] = {name: (folder / name).open("wb") for name in _TYPES}
        self._ends = np.zeros(len(_STARTS), dtype=np.int64)
        self._images: dict[str, int] = {}

    def write(self, surfaces: Surfaces) -> None:
        """The next bodies."""
        faces, first_point = surfaces.first_face, surfaces.body_first_point
        welded = weld(surfaces.xyz, first_point)
        textured, looks = _bodies_with(surfaces.texture >= 0, faces), _bodies_with(surfaces.colour > 0, faces)
        looks |= textured
        of_faces, of_points = np.repeat(looks, np.diff(faces)), np.repeat(textured, np.diff(first_point))
        rings = surfaces.first_ring[faces]
        self._put("row", surfaces.row)
        self._put("kind", surfaces.kind)
        self._put("rings", np.diff(surfaces.first_ring))
        self._put("points", np.diff(surfaces.first_point))
        self._put("place", welded.place - np.repeat(welded.first_place[:-1], np.diff(first_point)))
        self._put("xyz", surfaces.xyz[welded.point])
        self._put("texture", self._renamed(surfaces)[of_faces])
        self._put("colour", surfaces.colour[of_faces])
        self._put("uv", surfaces.uv[of_points])
        sizes = [np.diff(one) for one in (faces, rings, first_point, welded.first_place)]
        sizes += [np.diff(faces) * looks, np.diff(first_point) * textured]
        self._put_starts(np.column_stack(sizes))

    def boxes(self, count: int) -> NDArray[np.float64]:
        """Room for the boxes of so many bodies in a file beside them, shape (count, 6)."""
        if not count:
            return np.empty((0, 6))
        return np.memmap(self._folder / "box", dtype=np.float64, mode="w+", shape=(count, 6))

    def _put(self, name: str, values: NDArray[Any]) -> None:
        self._files[name].write(np.ascontiguousarray(values, dtype=_TYPES[name][0]).data)

    def _put_starts(self, sizes: NDArray[np.int64]) -> None:
        ends = self._ends + np.cumsum(sizes, axis=0)
        self._put("first", np.concatenate([self._ends[None], ends[:-1]]) if len(ends) else ends)
        self._ends = ends[-1] if len(ends) else self._ends

    def _renamed(self, surfaces: Surfaces) -> NDArray[np.int32]:
        """Textures as indices into the names of the whole city."""
        number = [self._images.setdefault(name, len(self._images)) for name in surfaces.images]
        return np.array([*number, -1], dtype=np.int32)[surfaces.texture]

    def __enter__(self) -> "BodyWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._put("first", self._ends)
        for file in self._files.values():
            file.close()
        (self._folder / "images.json").write_text(json.dumps(list(self._images)), encoding="utf-8")


def _bodies_with(face: NDArray[np.bool_], first_face: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Bodies of which any face is so."""
    before = np.concatenate([[0], np.cumsum(face)])[first_face]
    return np.asarray(before[1:] > before[:-1])


class BodyFile:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._first = self._mapped("first")

    def _mapped(self, name: str) -> NDArray[Any]:
        kind, width = _TYPES[name]
        path = self._folder / name
        shape = (-1, width) if width > 1 else (-1,)
        if not path.stat().st_size:  # nothing can't be mapped
            return np.zeros(0, dtype=kind).reshape(shape)
        return np.asarray(np.memmap(path, dtype=kind, mode="r")).reshape(shape)

    def take(self, bodies: NDArray[np.int64]) -> Shapes:
        """Some of them, in this order."""
        first, end = self._first[bodies], self._first[bodies + 1]
        faces, rings, points, places, looks, uvs = (
            ranges(first[:, column], end[:, column]) for column in range(len(_STARTS))
        )
        sizes = end - first
        first_place = _sums(sizes[:, 3])
        looking = np.repeat(sizes[:, 4] > 0, sizes[:, 0])
        texture, colour = np.full(len(faces), -1, dtype=np.int32), np.zeros(len(faces), dtype=np.uint32)
        texture[looking], colour[looking] = self._mapped("texture")[looks], self._mapped("colour")[looks]
        uv = np.full((len(points) if len(uvs) else 0, 2), np.nan, dtype=np.float32)
        if len(uvs):
            uv[np.repeat(sizes[:, 5] > 0, sizes[:, 2])] = self._mapped("uv")[uvs]
        return Shapes(
            row=self._mapped("row")[bodies],
            first_face=_sums(sizes[:, 0]),
            kind=self._mapped("kind")[faces],
            first_ring=_sums(self._mapped("rings")[faces]),
            first_point=_sums(self._mapped("points")[rings]),
            first_place=first_place,
            place=self._mapped("place")[points] + np.repeat(first_place[:-1].astype(np.int32), sizes[:, 2]),
            xyz=self._mapped("xyz")[places],
            texture=texture,
            colour=colour,
            uv=uv,
            images=tuple(json.loads((self._folder / "images.json").read_text(encoding="utf-8"))) if len(uvs) else (),
        )


def _sums(sizes: NDArray[Any]) -> NDArray[np.int64]:
    """Where each begins, and where the last one ends."""
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes, dtype=np.int64)])
