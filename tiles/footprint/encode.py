"""One vector tile from columns of polygons (Mapbox Vector Tile 2.1,
https://github.com/mapbox/vector-tile-spec/tree/master/2.1). Compiled."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tiles.footprint.outline import EXTENT, cut_ring, doubled_area, reaches_far, round_ring, simplify_ring

_MOVE_TO, _LINE_TO, _CLOSE_PATH = 1, 2, 7
_ID, _TAGS, _TYPE, _GEOMETRY = 0x08, 0x12, 0x18, 0x22
_FEATURE = 0x12
_POLYGON = 3


class Place(NamedTuple):
    """A tile."""

    shift: int
    """Its cells are 2^shift of the grid's wide."""
    left: int
    top: int
    """Its corner, in its cells."""


class Spare(NamedTuple):
    """Room for the largest feature of a tile."""

    ring: NDArray[np.int64]
    other: NDArray[np.int64]
    kept: NDArray[np.bool_]
    stack: NDArray[np.int64]


@njit(cache=True)
def encode_features(members, columns, place, tolerance, square, gathers, local, out):  # type: ignore[no-untyped-def]
    """Writes the features of a tile into `out`; how many bytes, and the numbers of the values that they use in the
    order of the tile.

    `members` come neighbour after neighbour. What is smaller than `square` cells wide and high is drawn as such a
    square, or, with `gathers`, its area is gathered, and each time that is enough, the feature at hand is drawn as a
    square. 0: nothing is too small.
    `local` is -1 for each value, and again afterwards.
    """
    most = _most_points(members, columns)
    spare = Spare(
        np.empty((6 * most, 2), np.int64),
        np.empty((6 * most, 2), np.int64),
        np.empty(most + 1, np.bool_),
        np.empty((most + 2, 2), np.int64),
    )
    commands = np.empty(3 * most + 64, np.uint32)
    tags = np.empty(2 * columns.code.shape[1], np.uint32)
    used = np.empty(min(len(local), len(members) * columns.code.shape[1]), np.int32)
    values = length = 0
    least = square * square
    gathered = least / 2.0
    for fid in members:
        size, area = 0, columns.area[fid] / 4.0**place.shift
        if area >= least:
            size, commands = _polygons(fid, columns, place, tolerance, spare, commands)
        if not size:
            x, y = _middle(fid, columns, place)
            if not _is_near(x, y, square):
                continue
            if gathers:
                gathered += min(area, least)
                if gathered < least:
                    continue
                gathered -= least
            size = _square(x, y, max(square, 1), commands)
        if size > 0:
            pairs, values = _tags(fid, columns, local, used, values, tags)
            length = _feature(out, length, fid, tags, pairs, commands, size)
    for at in range(values):
        local[used[at]] = -1
    return length, used[:values]


@njit(cache=True)
def _most_points(members, columns):  # type: ignore[no-untyped-def]
    """Of one feature."""
    most = 4
    for fid in members:
        most = max(most, _points(fid, columns))
    return most


@njit(cache=True)
def _points(fid, columns):  # type: ignore[no-untyped-def]
    return columns.first_point[columns.first_ring[fid + 1]] - columns.first_point[columns.first_ring[fid]]


@njit(cache=True)
def most_bytes(members, columns):  # type: ignore[no-untyped-def]
    """That the features of a tile can take: a point is at most 6 bytes, and cutting makes at most 5 of one."""
    total = 0
    for fid in members:
        rings = columns.first_ring[fid + 1] - columns.first_ring[fid]
        total += 40 + 10 * columns.code.shape[1] + 30 * max(_points(fid, columns), 4) + 30 * rings
    return total


@njit(cache=True)
def _middle(fid, columns, place):  # type: ignore[no-untyped-def]
    """Of its box."""
    west, north, east, south = columns.box[fid]
    x = ((np.int64(west) + np.int64(east)) >> (place.shift + 1)) - place.left
    y = ((np.int64(north) + np.int64(south)) >> (place.shift + 1)) - place.top
    return x, y


@njit(cache=True)
def _tags(fid, columns, local, used, values, tags):  # type: ignore[no-untyped-def]
    """Section 4.4: numbers of keys and values of the tile; how many, and how many values the tile has then."""
    pairs = 0
    for column in range(columns.code.shape[1]):
        value = columns.code[fid, column]
        if value >= 0:
            if local[value] < 0:
                local[value] = values
                used[values] = value
                values += 1
            tags[pairs], tags[pairs + 1] = column, local[value]
            pairs += 2
    return pairs, values


@njit(cache=True)
def _is_near(x, y, square):  # type: ignore[no-untyped-def]
    """Whether a polygon without area on the grid is drawn: gathered in one tile, else in each that it touches."""
    beyond = 0 if square else EXTENT
    return -beyond <= x < EXTENT + beyond and -beyond <= y < EXTENT + beyond


@njit(cache=True)
def _polygons(fid, columns, place, tolerance, spare, commands):  # type: ignore[no-untyped-def]
    """How many commands draw a feature's rings, and these; 0 where the grid leaves nothing of it, -1 where all of it is
    elsewhere."""
    ring = spare.ring
    size = at_x = at_y = 0
    drawn = was_cut = False
    for number in range(columns.first_ring[fid], columns.first_ring[fid + 1]):
        is_hole = columns.is_hole[number]
        if is_hole and not drawn:
            continue  # of a polygon that vanished
        first, end = columns.first_point[number], columns.first_point[number + 1]
        count = round_ring(columns.xy, first, end, place.shift, place.left, place.top, ring)
        if tolerance > 0:
            count = simplify_ring(ring, count, tolerance, spare.kept, spare.stack)
        if count > 2 and reaches_far(ring, count):
            count = cut_ring(ring, count, spare.other)
            was_cut = True
        turn = doubled_area(ring, count) if count > 2 else 0
        stays = turn < 0 if is_hole else turn > 0
        if not is_hole:
            drawn = stays
        if stays:
            if size + 2 * count + 3 > len(commands):
                commands = np.concatenate((commands, np.empty(len(commands) + 2 * count, np.uint32)))
            size, at_x, at_y = _ring(ring, count, commands, size, at_x, at_y)
    return (-1 if was_cut and not size else size), commands


@njit(cache=True)
def _ring(ring, count, commands, size, at_x, at_y):  # type: ignore[no-untyped-def]
    """Section 4.3: one MoveTo, all LineTos, ClosePath; each point from the one before."""
    commands[size] = _MOVE_TO | 1 << 3
    commands[size + 1], commands[size + 2] = _zigzag(ring[0, 0] - at_x), _zigzag(ring[0, 1] - at_y)
    commands[size + 3] = _LINE_TO | (count - 1) << 3
    size += 4
    for at in range(1, count):
        commands[size] = _zigzag(ring[at, 0] - ring[at - 1, 0])
        commands[size + 1] = _zigzag(ring[at, 1] - ring[at - 1, 1])
        size += 2
    commands[size] = _CLOSE_PATH | 1 << 3
    return size + 1, ring[count - 1, 0], ring[count - 1, 1]


@njit(cache=True)
def _square(x, y, width, commands):  # type: ignore[no-untyped-def]
    """Around a point, clockwise as one looks at a map."""
    commands[0] = _MOVE_TO | 1 << 3
    commands[1], commands[2] = _zigzag(x - width // 2), _zigzag(y - width // 2)
    commands[3] = _LINE_TO | 3 << 3
    commands[4], commands[5] = _zigzag(width), 0
    commands[6], commands[7] = 0, _zigzag(width)
    commands[8], commands[9] = _zigzag(-width), 0
    commands[10] = _CLOSE_PATH | 1 << 3
    return 11


@njit(cache=True)
def _zigzag(number):  # type: ignore[no-untyped-def]
    return np.uint32((number << 1) ^ (number >> 63))


@njit(cache=True)
def _feature(out, at, fid, tags, pairs, commands, size):  # type: ignore[no-untyped-def]
    tagged, drawn = _length(tags, pairs), _length(commands, size)
    whole = 1 + _size(fid) + 2 + 1 + _size(drawn) + drawn
    if pairs:
        whole += 1 + _size(tagged) + tagged
    out[at] = _FEATURE
    at = _varint(out, at + 1, whole)
    out[at] = _ID
    at = _varint(out, at + 1, fid)
    if pairs:
        out[at] = _TAGS
        at = _varint(out, at + 1, tagged)
        for one in range(pairs):
            at = _varint(out, at, np.int64(tags[one]))
    out[at], out[at + 1], out[at + 2] = _TYPE, _POLYGON, _GEOMETRY
    at = _varint(out, at + 3, drawn)
    for one in range(size):
        at = _varint(out, at, np.int64(commands[one]))
    return at


@njit(cache=True)
def _length(numbers, count):  # type: ignore[no-untyped-def]
    total = 0
    for at in range(count):
        total += _size(np.int64(numbers[at]))
    return total


@njit(cache=True)
def _size(number):  # type: ignore[no-untyped-def]
    size = 1
    while number > 127:
        number >>= 7
        size += 1
    return size


@njit(cache=True)
def _varint(out, at, number):  # type: ignore[no-untyped-def]
    while number > 127:
        out[at] = number & 127 | 128
        number >>= 7
        at += 1
    out[at] = number
    return at + 1
