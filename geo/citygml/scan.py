"""Finds plain geometries in the bytes of a CityGML file and reads their numbers, many times faster than through XML.

Plain is a gml:MultiSurface or gml:Solid (without cavities) of polygons, written with nothing but the usual tags,
gml:ids, references to polygons and decimal numbers. Everything else is left to the XML parser.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.citygml.number import UNDECIDED, is_space, next_number

MOST_BYTES = 1 << 22
"""Of one geometry: a larger one stays in the XML, which is read piece by piece."""
LEAST_OF_RING, LEAST_OF_REFERENCE = 60, 24
"""Bytes, with the tags that it can't be without."""

_TAGS = (
    "<{gml}:Solid",
    "</{gml}:Solid>",
    "<{gml}:MultiSurface",
    "</{gml}:MultiSurface>",
    "<{gml}:CompositeSurface>",
    "</{gml}:CompositeSurface>",
    "<{gml}:surfaceMember>",
    "</{gml}:surfaceMember>",
    '<{gml}:surfaceMember {xlink}:href="#',
    "<{gml}:Polygon",
    "</{gml}:Polygon>",
    "<{gml}:exterior>",
    "</{gml}:exterior>",
    "<{gml}:interior>",
    "</{gml}:interior>",
    "<{gml}:LinearRing",
    "</{gml}:LinearRing>",
    "<{gml}:posList>",
    "</{gml}:posList>",
    '{gml}:id="',
)
(
    _SOLID,
    _SOLID_END,
    _MULTI_SURFACE,
    _MULTI_SURFACE_END,
    _COMPOSITE_SURFACE,
    _COMPOSITE_SURFACE_END,
    _MEMBER,
    _MEMBER_END,
    _REFERENCE,
    _POLYGON,
    _POLYGON_END,
    _EXTERIOR,
    _EXTERIOR_END,
    _INTERIOR,
    _INTERIOR_END,
    _RING,
    _RING_END,
    _POSITIONS,
    _POSITIONS_END,
    _ID,
) = range(len(_TAGS))

_DIGITS = 9
"""Of the number of a geometry in its file."""
_NAME = np.array([byte < 128 and (chr(byte).isalnum() or chr(byte) in "_:.-") for byte in range(256)])

BEGIN, END, FIRST_RING, END_RING, FIRST_POLYGON, END_POLYGON, FIRST_REFERENCE, END_REFERENCE = range(8)
FIRST_NUMBER, END_NUMBER, CHARACTERS = range(8, 11)
GEOMETRY_COLUMNS = 11
FIRST, COUNT, LENGTH = 2, 3, 4
RING_COLUMNS = 5
"""Of the table of geometries: first byte inside of its tag and the one behind the last, ranges of the other tables,
characters of coordinates."""


def written_tags(gml: str, xlink: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The tags with the prefixes of a file, one in each row, and their lengths."""
    tags = [tag.format(gml=gml, xlink=xlink).encode() for tag in _TAGS]
    sizes = np.array([len(tag) for tag in tags])
    rows = np.zeros((len(tags), sizes.max()), dtype=np.uint8)
    for row, tag in zip(rows, tags, strict=True):
        row[: len(tag)] = np.frombuffer(tag, dtype=np.uint8)
    return rows, sizes


@njit(cache=True)
def take_geometries(  # type: ignore[no-untyped-def]
    raw,
    begin,
    end,
    limit,
    number,
    stub,
    tags,
    sizes,
    powers,
    tens,
    out,
    geometries,
    rings,
    polygons,
    references,
    bits,
):
    """Copies the bytes from `begin` to the end of the last tag that begins before `end` to `out`, with a numbered stub
    and the line breaks in the place of each plain geometry.

    `raw[limit]` is a `<`, which ends every loop. How far it came (not to `end` where it met what may make anything
    look like a geometry), bytes in `out`, and rows used of each table.
    """
    used = np.zeros(5, dtype=np.int64)
    at = copied = begin
    written = 0
    is_level = False
    while at < end:
        if raw[at] != 0x3C:
            at += 1
            continue
        tag = at
        at += 1
        if raw[at] == 0x21 or raw[at] == 0x3F:
            return tag, _copy(raw, copied, tag, out, written), used
        while _NAME[raw[at]]:
            at += 1
        if is_level:
            inside, after = _geometry(
                raw, tag, limit, tags, sizes, powers, tens, rings, polygons, references, bits, geometries, used
            )
            if after > 0:
                written = _copy(raw, copied, inside, out, written)
                written = _put_stub(raw, inside, after, number + used[0] - 1, stub, out, written)
                at = copied = after
                is_level = False
                continue
        is_level = _is_level(raw, tag + 1, at)
        while raw[at] != 0x3E and raw[at] != 0x3C:
            if raw[at] == 0x78 and _is_namespace(raw, at):
                return tag, _copy(raw, copied, tag, out, written), used
            at += 1
        is_level = is_level and raw[at - 1] != 0x2F
    at = min(at, limit)
    return at, _copy(raw, copied, at, out, written), used


@njit(cache=True)
def _copy(raw, begin, end, out, written):  # type: ignore[no-untyped-def]
    out[written : written + end - begin] = raw[begin:end]
    return written + end - begin


@njit(cache=True)
def _put_stub(raw, begin, end, number, stub, out, written):  # type: ignore[no-untyped-def]
    """`stub`: an element with a 0 in the place of its number."""
    for byte in stub:
        if byte == 0x30:
            for place in range(_DIGITS):
                out[written + _DIGITS - 1 - place] = 0x30 + number // 10**place % 10
            written += _DIGITS
        else:
            out[written] = byte
            written += 1
    for at in range(begin, end):
        if raw[at] == 0x0A:
            out[written] = 0x0A
            written += 1
    return written


@njit(cache=True)
def _is_level(raw, first, end):  # type: ignore[no-untyped-def]
    """Whether a tag is called like a geometry property: `bldg:lod1Solid`."""
    for at in range(first, end):
        if raw[at] == 0x3A:
            first = at + 1
    if end - first < 5 or raw[first] != 0x6C or raw[first + 1] != 0x6F or raw[first + 2] != 0x64:
        return False
    if not (0x30 <= raw[first + 3] <= 0x34 and 0x41 <= raw[first + 4] <= 0x5A):
        return False
    for at in range(first + 5, end):  # noqa: SIM110 - compiled code knows no generators
        if raw[at] == 0x2D or raw[at] == 0x2E:
            return False
    return True


@njit(cache=True)
def _is_namespace(raw, at):  # type: ignore[no-untyped-def]
    return raw[at + 1] == 0x6D and raw[at + 2] == 0x6C and raw[at + 3] == 0x6E and raw[at + 4] == 0x73


@njit(cache=True)
def _eaten(raw, at, limit, tags, sizes, tag):  # type: ignore[no-untyped-def]
    """Where a tag ends that stands here, perhaps behind white space; -1 for another one."""
    if at < 0:
        return -1
    while is_space(raw[at]):
        at += 1
    if at + sizes[tag] > limit:
        return -1
    for index in range(sizes[tag]):
        if raw[at + index] != tags[tag, index]:
            return -1
    return at + sizes[tag]


@njit(cache=True)
def _geometry(  # type: ignore[no-untyped-def]
    raw, at, limit, tags, sizes, powers, tens, rings, polygons, references, bits, geometries, used
):
    """Where a geometry's tag ends and its end tag begins, -1 for one that isn't plain; fills the tables."""
    is_solid = True
    inside = _eaten(raw, at, limit, tags, sizes, _SOLID)
    if inside < 0:
        is_solid = False
        inside = _eaten(raw, at, limit, tags, sizes, _MULTI_SURFACE)
    if inside < 0:
        return -1, -1
    inside = _end_of_start(raw, inside)
    if inside < 0:
        return -1, -1
    before = used.copy()
    limit = min(limit, inside + MOST_BYTES)
    characters, after = 0, inside
    if is_solid:
        after = _eaten(raw, after, limit, tags, sizes, _EXTERIOR)
        after = _eaten(raw, after, limit, tags, sizes, _COMPOSITE_SURFACE)
    while after > 0:
        member = _eaten(raw, after, limit, tags, sizes, _MEMBER)
        if member > 0:
            more, after = _polygon(raw, member, limit, tags, sizes, powers, tens, rings, polygons, bits, used)
            characters += more
            after = _eaten(raw, after, limit, tags, sizes, _MEMBER_END)
            continue
        member = _eaten(raw, after, limit, tags, sizes, _REFERENCE)
        if member < 0:
            break
        after = _reference(raw, member, references, used)
    if is_solid:
        after = _eaten(raw, after, limit, tags, sizes, _COMPOSITE_SURFACE_END)
        after = _eaten(raw, after, limit, tags, sizes, _EXTERIOR_END)
    if _eaten(raw, after, limit, tags, sizes, _SOLID_END if is_solid else _MULTI_SURFACE_END) < 0 or (
        used[1] == before[1] and used[3] == before[3]
    ):
        used[:] = before
        return -1, -1
    row = geometries[used[0]]
    row[BEGIN], row[END], row[CHARACTERS] = inside, after, characters
    for table in range(4):
        row[FIRST_RING + 2 * table], row[END_RING + 2 * table] = before[1 + table], used[1 + table]
    used[0] += 1
    return inside, after


@njit(cache=True)
def _end_of_start(raw, at):  # type: ignore[no-untyped-def]
    """Behind the `>` of a start tag; -1 for one with quotes that may hide another, or without content."""
    if raw[at] != 0x3E and not is_space(raw[at]):
        return -1
    quotes = 0
    while raw[at] != 0x3E:
        if raw[at] == 0x3C or raw[at] == 0x27 or (raw[at] == 0x78 and _is_namespace(raw, at)):
            return -1
        quotes += raw[at] == 0x22
        at += 1
    return at + 1 if quotes % 2 == 0 and raw[at - 1] != 0x2F else -1


@njit(cache=True)
def _polygon(raw, at, limit, tags, sizes, powers, tens, rings, polygons, bits, used):  # type: ignore[no-untyped-def]
    """Characters of coordinates, and where it ends."""
    at = _eaten(raw, at, limit, tags, sizes, _POLYGON)
    at, first, end = _named(raw, at, limit, tags, sizes)
    row = polygons[used[2]]
    row[0], row[1], row[2] = first, end, used[1]
    used[2] += 1
    at = _eaten(raw, at, limit, tags, sizes, _EXTERIOR)
    characters, at = _ring(raw, at, limit, tags, sizes, powers, tens, rings, bits, used)
    at = _eaten(raw, at, limit, tags, sizes, _EXTERIOR_END)
    while at > 0:
        hole = _eaten(raw, at, limit, tags, sizes, _INTERIOR)
        if hole < 0:
            break
        more, at = _ring(raw, hole, limit, tags, sizes, powers, tens, rings, bits, used)
        at = _eaten(raw, at, limit, tags, sizes, _INTERIOR_END)
        characters += more
    return characters, _eaten(raw, at, limit, tags, sizes, _POLYGON_END)


@njit(cache=True)
def _ring(raw, at, limit, tags, sizes, powers, tens, rings, bits, used):  # type: ignore[no-untyped-def]
    """Likewise."""
    at = _eaten(raw, at, limit, tags, sizes, _RING)
    at, first, end = _named(raw, at, limit, tags, sizes)
    begin = at = _eaten(raw, at, limit, tags, sizes, _POSITIONS)
    before = used[4]
    while at > 0:
        while is_space(raw[at]):
            at += 1
        if raw[at] == 0x3C:
            break
        at, number = next_number(raw, at, powers, tens)
        if number == UNDECIDED or not (at < 0 or is_space(raw[at]) or raw[at] == 0x3C):
            at = -1
        bits[used[4]] = number
        used[4] += 1
    characters = at - begin
    row = rings[used[1]]
    row[0], row[1], row[FIRST], row[COUNT], row[LENGTH] = first, end, before, used[4] - before, characters
    used[1] += 1
    at = _eaten(raw, at, limit, tags, sizes, _POSITIONS_END)
    return characters, _eaten(raw, at, limit, tags, sizes, _RING_END)


@njit(cache=True)
def _named(raw, at, limit, tags, sizes):  # type: ignore[no-untyped-def]
    """Behind a start tag that has a gml:id or nothing, and where that id begins and ends."""
    if at < 0 or raw[at] == 0x3E:
        return (at + 1 if at > 0 else -1), 0, 0
    if raw[at] != 0x20:
        return -1, 0, 0
    first = _eaten(raw, at, limit, tags, sizes, _ID)
    end = _end_of_name(raw, first)
    return (end + 2 if end > 0 and raw[end + 1] == 0x3E else -1), first, end


@njit(cache=True)
def _end_of_name(raw, first):  # type: ignore[no-untyped-def]
    """Where the closing quote of a value stands that begins at `first`; -1 unless it is a name of ASCII characters."""
    at = first
    while at > 0 and _NAME[raw[at]]:
        at += 1
    return at if at > first and raw[at] == 0x22 else -1


@njit(cache=True)
def _reference(raw, at, references, used):  # type: ignore[no-untyped-def]
    """Where the empty element of a reference ends whose name begins here."""
    end = _end_of_name(raw, at)
    if end < 0 or raw[end + 1] != 0x2F or raw[end + 2] != 0x3E:
        return -1
    row = references[used[3]]
    row[0], row[1] = at, end
    used[3] += 1
    return end + 3
