"""From the rings of a batch to the faces of its features in space."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from geo.citygml.appearance import Appearance, find_textures
from geo.citygml.ring import Rings, ranges
from geo.crs import reproject_points
from geo.level_count import LEVELS, Flags
from geo.surface import Surfaces


@dataclass(frozen=True)
class Bodies:
    surfaces: Surfaces
    """`row` is the number of the feature among those the rings were read with."""
    flat: Surfaces
    """Likewise, the faces that are not in space: without heights, or LOD0 of a feature that has more. Only to check."""
    wrong: dict[tuple[int, int], tuple[int, str]]
    """By feature and level of detail: how many faces were left out, and why the first of them."""
    seen: Flags
    """Levels of which the feature has faces at all."""
    good: Flags
    """Levels with a face whose rings are right, whatever its heights."""
    of_members: Flags
    """Levels with faces that belong to other features, such as the members of a group."""
    wrong_solids: set[int] = field(default_factory=set)
    """Features whose LOD1 solid is told to be wrong in another way."""

    def tell_of_solids(self, features: Iterable[int]) -> None:
        for index in features:
            self.wrong.pop((index, 1), None)
            self.wrong_solids.add(index)


def build_bodies(rings: Rings, count: int, crs: CRS, appearance: Appearance, *, north_first: bool) -> Bodies:
    """The faces of `count` features.

    What stands at no height, or all of it at height 0 because nobody knew it, is not in space; LOD0 counts only
    where a feature has nothing else. What is not in space becomes `Bodies.flat`.
    """
    face = np.cumsum(~rings.hole) - 1
    starts = np.flatnonzero(~rings.hole)
    if not len(starts):
        none = np.zeros((count, LEVELS), dtype=bool)
        return Bodies(_empty(), _empty(), {}, none, none, none)
    right = np.logical_and.reduceat(rings.good, starts)
    good = right & np.logical_and.reduceat(np.isfinite(rings.highest - rings.lowest), starts)
    body = rings.feature[starts] * 8 + rings.lod[starts]
    in_space = _in_space(rings, body, good, starts, count) & (rings.kind[starts] >= 0)
    at = _by_body(in_space & good, body)
    wrong = _wrong(rings, in_space & ~good | _all_wrong(rings, body, good, right, starts, count), face, starts)
    taken = _take(rings, at, starts)
    surfaces = _surfaces(rings, taken, body[at], crs, north_first)
    textured = _textured(surfaces, rings, taken, appearance)
    if rings.projection is not None:
        number = rings.projection[taken.exterior]
        textured = appearance.projections.draw(textured, number, appearance.images, crs, north_first=north_first)
    members = rings.kind[starts] < 0
    flat = _flat(rings, _by_body(right & ~in_space & ~members, body), starts, body, crs, north_first)
    flags = (_flags(body, count), _flags(body[right], count), _flags(body[members], count))
    return Bodies(textured, flat, wrong, *flags)


def _by_body(faces: NDArray[np.bool_], body: NDArray[np.int64]) -> NDArray[np.int64]:
    """Those faces, in the order of their bodies."""
    at = np.flatnonzero(faces)
    return at[np.argsort(body[at], kind="stable")]


def _flat(
    rings: Rings,
    faces: NDArray[np.int64],
    starts: NDArray[np.int64],
    body: NDArray[np.int64],
    crs: CRS,
    north_first: bool,
) -> Surfaces:
    """Those faces; at height 0 where they have none."""
    if not len(faces):
        return _empty()
    surfaces = _surfaces(rings, _take(rings, faces, starts), body[faces], crs, north_first)
    surfaces.xyz[np.isnan(surfaces.xyz[:, 2]), 2] = 0.0
    return surfaces


def _flags(body: NDArray[np.int64], count: int) -> Flags:
    flags = np.zeros(8 * count, dtype=bool)
    flags[body] = True
    return flags.reshape(count, 8)[:, :LEVELS]


def kept_bodies(surfaces: Surfaces, keep: NDArray[np.bool_]) -> Surfaces | None:
    """The bodies of features that are kept, their rows counted among those; None where none is left."""
    wanted = keep[surfaces.row]
    rows = np.cumsum(keep) - 1
    if wanted.all():
        return replace(surfaces, row=rows[surfaces.row]) if len(wanted) else None
    faces = np.repeat(wanted, np.diff(surfaces.first_face))
    rings = np.repeat(faces, np.diff(surfaces.first_ring))
    points = np.repeat(rings, np.diff(surfaces.first_point))
    if not wanted.any():
        return None
    return Surfaces(
        row=rows[surfaces.row[wanted]],
        lod=surfaces.lod[wanted],
        first_face=_sums(np.diff(surfaces.first_face)[wanted]),
        kind=surfaces.kind[faces],
        solid=surfaces.solid[faces],
        texture=surfaces.texture[faces],
        colour=surfaces.colour[faces],
        first_ring=_sums(np.diff(surfaces.first_ring)[faces]),
        first_point=_sums(np.diff(surfaces.first_point)[rings]),
        xyz=surfaces.xyz[points],
        uv=surfaces.uv[points],
        images=surfaces.images,
    )


def _in_space(
    rings: Rings, body: NDArray[np.int64], good: NDArray[np.bool_], starts: NDArray[np.int64], count: int
) -> NDArray[np.bool_]:
    """Faces of bodies that have heights, and of those only."""
    high = np.zeros(8 * count, dtype=bool)
    has_height = good & ((rings.lowest[starts] != 0) | (rings.highest[starts] != 0))
    high[body[has_height]] = True
    above_lod0 = np.zeros(count, dtype=bool)
    lod = rings.lod[starts]
    above_lod0[rings.feature[starts][lod > 0]] = True
    return np.asarray(high[body] & ((lod > 0) | ~above_lod0[rings.feature[starts]]), dtype=bool)


def _all_wrong(
    rings: Rings,
    body: NDArray[np.int64],
    good: NDArray[np.bool_],
    right: NDArray[np.bool_],
    starts: NDArray[np.int64],
    count: int,
) -> NDArray[np.bool_]:
    """Faces with a wrong ring of bodies that have no other face."""
    lost = np.ones(8 * count, dtype=bool)
    lost[body[good]] = False
    return np.asarray(lost[body] & ~right & (rings.kind[starts] >= 0), dtype=bool)


def _wrong(
    rings: Rings, faces: NDArray[np.bool_], face: NDArray[np.int64], starts: NDArray[np.int64]
) -> dict[tuple[int, int], tuple[int, str]]:
    wrong: dict[tuple[int, int], tuple[int, str]] = {}
    for number in np.flatnonzero(faces):
        first = int(starts[number])
        end = int(starts[number + 1]) if number + 1 < len(starts) else len(rings.hole)
        reasons = [str(rings.reason[ring]) or "no height" for ring in range(first, end) if not _is_good(rings, ring)]
        key = (int(rings.feature[first]), int(rings.lod[first]))
        told = wrong.get(key, (0, reasons[0]))
        wrong[key] = (told[0] + 1, told[1])
    return wrong


def _is_good(rings: Rings, ring: int) -> bool:
    return rings.reason[ring] == "" and bool(np.isfinite(rings.highest[ring] - rings.lowest[ring]))


@dataclass(frozen=True)
class _Taken:
    """What becomes surfaces, in its order."""

    exterior: NDArray[np.int64]
    """The first ring of each face."""
    many: NDArray[np.int64]
    """Rings of each face."""
    ring: NDArray[np.int64]
    size: NDArray[np.int64]
    """Points of each ring, without the closing one."""
    offset: NDArray[np.int64]
    """Of each point in its ring."""


def _take(rings: Rings, faces: NDArray[np.int64], starts: NDArray[np.int64]) -> _Taken:
    many = np.diff(np.append(starts, len(rings.hole)))[faces]
    ring = ranges(starts[faces], many)
    size = np.diff(rings.first)[ring] - 1
    offset = ranges(np.zeros(len(ring), dtype=np.int64), size)
    turned = np.repeat(rings.flipped[ring], size)
    if turned.any():
        # From the closing point back.
        offset = np.where(turned, np.repeat(size, size) - offset, offset)
    return _Taken(starts[faces], many, ring, size, offset)


def _surfaces(rings: Rings, taken: _Taken, body: NDArray[np.int64], crs: CRS, north_first: bool) -> Surfaces:
    """`body`: of each face, in order."""
    xyz = rings.xyz[np.repeat(rings.first[taken.ring], taken.size) + taken.offset]
    east, north = (xyz[:, 1], xyz[:, 0]) if north_first else (xyz[:, 0], xyz[:, 1])
    lonlat = reproject_points(np.ascontiguousarray(east), np.ascontiguousarray(north), crs)
    bodies, first_face = np.unique(body, return_index=True)
    return Surfaces(
        row=bodies // 8,
        lod=(bodies % 8).astype(np.int8),
        first_face=np.append(first_face, len(body)).astype(np.int64),
        kind=rings.kind[taken.exterior],
        solid=rings.solid[taken.exterior],
        texture=np.full(len(body), -1, dtype=np.int32),
        colour=rings.colour[taken.exterior],
        first_ring=_sums(taken.many),
        first_point=_sums(taken.size),
        xyz=np.column_stack([lonlat, xyz[:, 2]]),
        uv=np.full((len(xyz), 2), np.nan, dtype=np.float32),
    )


def _textured(surfaces: Surfaces, rings: Rings, taken: _Taken, appearance: Appearance) -> Surfaces:
    """The same with images and texture coordinates where the file has any for all rings of a face."""
    if not appearance.has_textures or not len(taken.ring):
        return surfaces
    table = appearance.table()
    drawn = find_textures(rings.id[taken.ring], taken.size, table)
    firsts = surfaces.first_ring[:-1]
    appearance.mismatched += int(np.logical_or.reduceat(drawn.wrong, firsts).sum())
    shown = np.logical_and.reduceat(drawn.image >= 0, firsts)
    point_shown = np.repeat(np.repeat(shown, taken.many), taken.size)
    at = (np.repeat(drawn.first, taken.size) + 2 * taken.offset)[point_shown]
    uv = surfaces.uv
    uv[point_shown, 0], uv[point_shown, 1] = table.numbers[at], table.numbers[at + 1]
    used, number = np.unique(drawn.image[firsts][shown], return_inverse=True)
    texture = surfaces.texture
    texture[shown] = number
    images = tuple(appearance.images[image] for image in used)
    return replace(surfaces, texture=texture, uv=uv, images=images)


def _sums(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])


def _empty() -> Surfaces:
    no = np.zeros(0, dtype=np.int64)
    return Surfaces(
        row=no,
        lod=no.astype(np.int8),
        first_face=np.zeros(1, dtype=np.int64),
        kind=no.astype(np.int8),
        solid=no.astype(np.int32),
        texture=no.astype(np.int32),
        colour=no.astype(np.uint32),
        first_ring=np.zeros(1, dtype=np.int64),
        first_point=np.zeros(1, dtype=np.int64),
        xyz=np.zeros((0, 3)),
        uv=np.zeros((0, 2), dtype=np.float32),
    )
