"""Finds plain geometries in the bytes of a CityGML file and reads their numbers, many times faster than through XML.

Plain is a gml:MultiSurface or gml:Solid (without cavities) of polygons, written with nothing but the usual tags,
gml:ids, references to polygons and decimal numbers. Everything else is left to the XML parser.
"""

import numpy as np
from numpy.typing import NDArray

from geo.citygml.number import UNDECIDED, compiled, is_space, next_number

LEAST_OF_RING, LEAST_OF_REFERENCE, LEAST_OF_ID = 60, 24, 13
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

is_name = np.array([byte < 128 and (chr(byte).isalnum() or chr(byte) in "_:.-") for byte in range(256)])

GEOMETRIES, RINGS, POLYGONS, REFERENCES, NUMBERS, IDS, FEATURES = range(7)
"""Tables, of which `used` counts the rows."""
FIRST_RING, END_RING, FIRST_POLYGON, END_POLYGON, FIRST_REFERENCE, END_REFERENCE, FIRST_NUMBER, END_NUMBER = range(8)
PATH, FIRST_OF_ID, END_OF_ID, CHARACTERS = range(8, 12)
GEOMETRY_COLUMNS = 12
"""Ranges of other tables; 8 times which path of tags leads there, and whether it is a gml:Solid (1), has polygons (2)
and references (4); where its gml:id stands; how many characters of coordinates."""
FIRST, COUNT, LENGTH = 2, 3, 4
RING_COLUMNS = 5
"""Where its gml:id stands, its first number, how many, and their characters."""


def written_tags(gml: str, xlink: str | None) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The tags with the prefixes of a file, one in each row, and their lengths."""
    written = list(_TAGS)
    if xlink is None:
        written[_REFERENCE] = _TAGS[_MEMBER]  # There can be no references.
    tags = [tag.format(gml=gml, xlink=xlink).encode() for tag in written]
    sizes = np.array([len(tag) for tag in tags])
    rows = np.zeros((len(tags), sizes.max()), dtype=np.uint8)
    for row, tag in zip(rows, tags, strict=True):
        row[: len(tag)] = np.frombuffer(tag, dtype=np.uint8)
    return rows, sizes


@compiled
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


@compiled
def geometry(raw, at, limit, tags, sizes, powers, tens, tables, used):  # type: ignore[no-untyped-def]
    """Behind the end tag of a plain geometry that begins here, -1 for another one; fills the tables."""
    geometries, rings, polygons, references, bits, ids = tables
    row = geometries[used[GEOMETRIES]]
    for table in range(4):
        row[FIRST_RING + 2 * table] = used[RINGS + table]
    inside = _eaten(raw, at, limit, tags, sizes, _SOLID)
    is_solid = inside >= 0
    if not is_solid:
        inside = _eaten(raw, at, limit, tags, sizes, _MULTI_SURFACE)
    at, row[FIRST_OF_ID], row[END_OF_ID] = named(raw, inside, limit, tags, sizes, ids, used)
    row[CHARACTERS] = 0
    if is_solid:
        at = _eaten(raw, at, limit, tags, sizes, _EXTERIOR)
        at = _eaten(raw, at, limit, tags, sizes, _COMPOSITE_SURFACE)
    while at > 0:
        member = _eaten(raw, at, limit, tags, sizes, _MEMBER)
        if member > 0:
            more, at = _polygon(raw, member, limit, tags, sizes, powers, tens, rings, polygons, bits, ids, used)
            row[CHARACTERS] += more
            at = _eaten(raw, at, limit, tags, sizes, _MEMBER_END)
            continue
        member = _eaten(raw, at, limit, tags, sizes, _REFERENCE)
        if member < 0:
            break
        at = _reference(raw, member, references, used)
    if is_solid:
        at = _eaten(raw, at, limit, tags, sizes, _COMPOSITE_SURFACE_END)
        at = _eaten(raw, at, limit, tags, sizes, _EXTERIOR_END)
    for table in range(4):
        row[END_RING + 2 * table] = used[RINGS + table]
    has_polygons = row[END_POLYGON] > row[FIRST_POLYGON]
    has_references = row[END_REFERENCE] > row[FIRST_REFERENCE]
    row[PATH] = is_solid + 2 * has_polygons + 4 * has_references
    used[GEOMETRIES] += 1
    if not (has_polygons or has_references):
        return -1
    return _eaten(raw, at, limit, tags, sizes, _SOLID_END if is_solid else _MULTI_SURFACE_END)


@compiled
def _polygon(raw, at, limit, tags, sizes, powers, tens, rings, polygons, bits, ids, used):  # type: ignore[no-untyped-def]
    """Characters of coordinates, and where it ends."""
    at = _eaten(raw, at, limit, tags, sizes, _POLYGON)
    at, first, end = named(raw, at, limit, tags, sizes, ids, used)
    row = polygons[used[POLYGONS]]
    row[0], row[1], row[2] = first, end, used[RINGS]
    used[POLYGONS] += 1
    at = _eaten(raw, at, limit, tags, sizes, _EXTERIOR)
    characters, at = _ring(raw, at, limit, tags, sizes, powers, tens, rings, bits, ids, used)
    at = _eaten(raw, at, limit, tags, sizes, _EXTERIOR_END)
    while at > 0:
        hole = _eaten(raw, at, limit, tags, sizes, _INTERIOR)
        if hole < 0:
            break
        more, at = _ring(raw, hole, limit, tags, sizes, powers, tens, rings, bits, ids, used)
        at = _eaten(raw, at, limit, tags, sizes, _INTERIOR_END)
        characters += more
    return characters, _eaten(raw, at, limit, tags, sizes, _POLYGON_END)


@compiled
def _ring(raw, at, limit, tags, sizes, powers, tens, rings, bits, ids, used):  # type: ignore[no-untyped-def]
    """Likewise."""
    at = _eaten(raw, at, limit, tags, sizes, _RING)
    at, first, end = named(raw, at, limit, tags, sizes, ids, used)
    begin = at = _eaten(raw, at, limit, tags, sizes, _POSITIONS)
    before = used[NUMBERS]
    while at > 0:
        while is_space(raw[at]):
            at += 1
        if raw[at] == 0x3C:
            break
        at, number = next_number(raw, at, powers, tens)
        if number == UNDECIDED or at >= limit or not (at < 0 or is_space(raw[at]) or raw[at] == 0x3C):
            at = -1
        bits[used[NUMBERS]] = number
        used[NUMBERS] += 1
    characters = at - begin
    row = rings[used[RINGS]]
    row[0], row[1], row[FIRST], row[COUNT], row[LENGTH] = first, end, before, used[NUMBERS] - before, characters
    used[RINGS] += 1
    at = _eaten(raw, at, limit, tags, sizes, _POSITIONS_END)
    return characters, _eaten(raw, at, limit, tags, sizes, _RING_END)


@compiled
def named(raw, at, limit, tags, sizes, ids, used):  # type: ignore[no-untyped-def]
    """Behind a start tag that has a gml:id or nothing, and where that id begins and ends."""
    if at < 0 or raw[at] == 0x3E:
        return (at + 1 if at > 0 else -1), 0, 0
    if raw[at] != 0x20:
        return -1, 0, 0
    first = _eaten(raw, at, limit, tags, sizes, _ID)
    end = _end_of_name(raw, first)
    if end > 0:
        note_id(raw, first, end, ids, used)
    return (end + 2 if end > 0 and raw[end + 1] == 0x3E else -1), first, end


@compiled
def _end_of_name(raw, first):  # type: ignore[no-untyped-def]
    """Where the closing quote of a value stands that begins at `first`; -1 unless it is a name of ASCII characters."""
    at = first
    while at > 0 and is_name[raw[at]]:
        at += 1
    return at if at > first and raw[at] == 0x22 else -1


@compiled
def note_id(raw, first, end, ids, used):  # type: ignore[no-untyped-def]
    """Hash (FNV-1a) and place of a gml:id."""
    key = np.uint64(0xCBF29CE484222325)
    for at in range(first, end):
        key = (key ^ np.uint64(raw[at])) * np.uint64(0x100000001B3)
    ids[used[IDS], 0], ids[used[IDS], 1] = np.int64(key), first
    used[IDS] += 1


@compiled
def _reference(raw, at, references, used):  # type: ignore[no-untyped-def]
    """Where the empty element of a reference ends whose name begins here."""
    end = _end_of_name(raw, at)
    if end < 0 or raw[end + 1] != 0x2F or raw[end + 2] != 0x3E:
        return -1
    row = references[used[REFERENCES]]
    row[0], row[1] = at, end
    used[REFERENCES] += 1
    return end + 3
