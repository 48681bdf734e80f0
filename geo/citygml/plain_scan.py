"""Takes the plain geometries of a CityGML file's features out of its bytes.

A feature whose geometries are all plain (`geometry_scan`) loses them, and gets a numbered stub at its end instead;
every other one stays as it is. On the way all names of tags and all gml:ids are noted.
"""

import numpy as np

from geo.citygml.geometry_scan import FEATURES, GEOMETRIES, IDS, PATH, geometry, is_name, named, note_id
from geo.citygml.number import compiled, is_space

MOST_BYTES = 1 << 22
"""Of one feature: a larger one stays in the XML, which is read piece by piece."""
MOST_TAGS = 1 << 14
"""Different ones; of a file with more, which nobody has seen, the others are not noted."""
MOST_DEPTH = 64
PATH_COLUMNS = 24
_DIGITS = 9
"""Of the number of a feature in its file."""

DEPTH, HAS_STOPPED = range(2)
"""Of the `state` between chunks: open tags below the root; whether nothing is taken any more."""
_TAG, _BEGIN, _END_OF_NAME = range(3)
STACK_COLUMNS = 3
"""Of each open tag: its row in `names`, and where it and its name begin and end in the file."""
_PRIME, _BASIS = np.uint64(0x100000001B3), np.uint64(0xCBF29CE484222325)
_LEVEL = np.frombuffer(b"lod", dtype=np.uint8)
_BOUNDARY = np.frombuffer(b"boundedBy", dtype=np.uint8)
_NAMESPACE = np.frombuffer(b"xmlns", dtype=np.uint8)
_ID = np.frombuffer(b'gml:id="', dtype=np.uint8)


@compiled
def take_features(  # type: ignore[no-untyped-def]
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
    state,
    stack,
    names,
    paths,
    out,
    features,
    tables,
    counts,
):
    """Copies the bytes from `begin` to about `end` to `out` without what is taken, but with its line breaks.

    `raw[limit]` is a `<`, which ends every loop. `number`: of the next feature with a stub. How far it came, and bytes
    in `out`; `counts[0]` becomes the rows used of each table. It stops at what may make anything look like a tag.
    """
    used, kept = counts[0], counts[1]
    for table in range(7):
        used[table] = kept[table] = 0
    at = copied = tag = begin
    written = feature = kept_written = 0
    is_tried = False
    while not state[HAS_STOPPED] and (at < end or (is_tried and at < limit)):
        while raw[at] != 0x3C:
            at += 1
        if at >= limit:
            break
        tag = at
        depth = state[DEPTH]
        if raw[at + 1] == 0x2F:
            state[DEPTH] = depth - 1
            state[HAS_STOPPED] = depth == 0
            at = _end_of_tag(raw, at + 1)
            if depth == 2 and is_tried:
                is_tried = False
                if used[GEOMETRIES] > kept[GEOMETRIES]:
                    written = _copy(raw, copied, tag, out, written)
                    copied = tag
                    row = features[used[FEATURES]]
                    row[0], row[1], row[2], row[3] = feature, at + 1, kept[GEOMETRIES], used[GEOMETRIES]
                    written = _put_stub(number + used[FEATURES], stub, out, written)
                    used[FEATURES] += 1
            continue
        if is_tried and depth > 1:
            after = _taken(
                raw,
                tag,
                min(limit, feature + MOST_BYTES),
                tags,
                sizes,
                powers,
                tens,
                stack,
                depth,
                names,
                paths,
                tables,
                used,
            )
            if after > 0 and not _is_among_tags(raw, tag, after):
                after = -1
            if after > 0:
                written = _put_lines(raw, tag, after, out, _copy(raw, copied, tag, out, written))
                at = copied = after
                continue
            is_tried = after == 0 and tag - feature < MOST_BYTES
            if not is_tried:
                written, copied = kept_written, feature
                _restore(used, kept)
        at = _opened(raw, tag, state, stack, names, tables[5], used)
        if depth == 1 and state[DEPTH] == 2:
            written = kept_written = _copy(raw, copied, tag, out, written)
            copied = feature = tag
            for table in range(7):
                kept[table] = used[table]
            is_tried = stack[1, _TAG] >= 0
    if is_tried:
        written, copied = kept_written, feature
        _restore(used, kept)
    at = tag if state[HAS_STOPPED] else min(at, limit)
    return at, _copy(raw, copied, at, out, written)


@compiled
def _is_among_tags(raw, begin, end):  # type: ignore[no-untyped-def]
    """Whether there is no text beside these bytes: it would be that of an element without children if they went."""
    begin -= 1
    while is_space(raw[begin]):
        begin -= 1
    return raw[begin] == 0x3E and raw[end_of_spaces(raw, end)] == 0x3C


@compiled
def _restore(used, kept):  # type: ignore[no-untyped-def]
    """Forgets what was taken since; gml:ids stay noted."""
    for table in range(len(used)):
        if table != IDS:
            used[table] = kept[table]


@compiled
def _opened(raw, tag, state, stack, names, ids, used):  # type: ignore[no-untyped-def]
    """The end of a start tag, which is put on the stack; notes its name and its gml:id."""
    depth, ids_before = state[DEPTH], used[IDS]
    end_of_name = _end_of_name(raw, tag + 1)
    at = end_of_name
    while raw[at] != 0x3E and raw[at] != 0x3C:
        if raw[at] == 0x78 and _stands(raw, at, _NAMESPACE):
            state[HAS_STOPPED] = 1
        if raw[at] == 0x67 and _stands(raw, at, _ID):
            at += len(_ID)
            first = at
            while raw[at] != 0x22 and raw[at] != 0x3C:
                at += 1
            note_id(raw, first, at, ids, used)
        elif raw[at] == 0x22 or raw[at] == 0x27:
            quote = raw[at]  # A value may hold what ends a tag.
            at += 1
            while raw[at] != quote and raw[at] != 0x3C:
                at += 1
        if raw[at] != 0x3C:
            at += 1
    if end_of_name == tag + 1 or raw[at] != 0x3E or depth >= MOST_DEPTH:
        state[HAS_STOPPED] = 1
    if state[HAS_STOPPED]:
        used[IDS] = ids_before
    else:
        name = _noted(raw, names, tag + 1, end_of_name)
        if raw[at - 1] != 0x2F:
            _push(stack, depth, name, tag, end_of_name)
            state[DEPTH] = depth + 1
    return at


@compiled
def _taken(  # type: ignore[no-untyped-def]
    raw, tag, limit, tags, sizes, powers, tens, stack, depth, names, paths, tables, used
):
    """Behind a geometry property, or a boundary surface with nothing but some, if its geometries are plain; -1 for a
    property with another geometry, 0 for any other tag. Fills the tables."""
    local = tag + 1
    while raw[local] != 0x3A and is_name[raw[local]]:
        local += 1
    local += 1
    if raw[local] != _LEVEL[0] and raw[local] != _BOUNDARY[0]:
        return 0  # Most tags.
    end = _end_of_name(raw, local)
    if _is_level(raw, local, end):
        return _taken_level(raw, tag, limit, tags, sizes, powers, tens, stack, depth, names, paths, tables, used)
    if end - local != len(_BOUNDARY) or not _stands(raw, local, _BOUNDARY):
        return 0
    before = (used[0], used[1], used[2], used[3], used[4], used[5], used[6])
    after = _taken_boundary(raw, tag, limit, tags, sizes, powers, tens, stack, depth, names, paths, tables, used)
    if after <= 0:
        for table in range(7):
            used[table] = before[table]
        return 0  # Its geometries may be plain nevertheless.
    return after


@compiled
def _taken_boundary(  # type: ignore[no-untyped-def]
    raw, tag, limit, tags, sizes, powers, tens, stack, depth, names, paths, tables, used
):
    end = _end_of_name(raw, tag + 1)
    if raw[end] != 0x3E or not _has_prefix_of(raw, tag, stack, depth):
        return -1
    _push(stack, depth, _noted(raw, names, tag + 1, end), tag, end)
    surface = end_of_spaces(raw, end + 1)
    end_of_surface = _end_of_name(raw, surface + 1)
    if end_of_surface == surface + 1 or not _has_prefix_of(raw, surface, stack, depth + 1):
        return -1
    at, _, _ = named(raw, end_of_surface, limit, tags, sizes, tables[5], used)
    if at < 0 or depth + 3 > MOST_DEPTH:
        return -1
    _push(stack, depth + 1, _noted(raw, names, surface + 1, end_of_surface), surface, end_of_surface)
    at = end_of_spaces(raw, at)
    while at > 0 and raw[at + 1] != 0x2F:
        end_of_level = _end_of_name(raw, at + 1)
        if not _is_level(raw, _local(raw, at + 1, end_of_level), end_of_level):
            return -1
        at = _taken_level(raw, at, limit, tags, sizes, powers, tens, stack, depth + 2, names, paths, tables, used)
        at = end_of_spaces(raw, at) if at > 0 else -1
    at = _closed(raw, at, surface + 1, end_of_surface)
    return _closed(raw, end_of_spaces(raw, at) if at > 0 else -1, tag + 1, end)


@compiled
def _taken_level(  # type: ignore[no-untyped-def]
    raw, tag, limit, tags, sizes, powers, tens, stack, depth, names, paths, tables, used
):
    end = _end_of_name(raw, tag + 1)
    at = _end_of_tag(raw, end)
    if raw[at - 1] == 0x2F:
        return 0
    while raw[at] != 0x3C:
        at += 1
    if raw[at + 1] == 0x2F:
        return 0  # An attribute that is only called like one.
    if raw[end] != 0x3E or end_of_spaces(raw, end + 1) != at or not _has_prefix_of(raw, tag, stack, depth):
        return -1
    ids = used[IDS]
    row = tables[0][used[GEOMETRIES]]
    at = geometry(raw, at, limit, tags, sizes, powers, tens, tables, used)
    at = _closed(raw, end_of_spaces(raw, at) if at > 0 else -1, tag + 1, end)
    if depth < MOST_DEPTH:
        _push(stack, depth, _noted(raw, names, tag + 1, end), tag, end)
    path = _noted_path(paths, stack, depth + 1)
    if at < 0 or path < 0:
        used[IDS] = ids
        return -1
    row[PATH] = path * 8 + row[PATH]
    return at


@compiled
def _push(stack, depth, name, tag, end_of_name):  # type: ignore[no-untyped-def]
    stack[depth, _TAG], stack[depth, _BEGIN], stack[depth, _END_OF_NAME] = name, tag, end_of_name


@compiled
def _has_prefix_of(raw, tag, stack, depth):  # type: ignore[no-untyped-def]
    """Whether a tag has the prefix of the one around it: that one stays, and with it what is wrong with the prefix."""
    around = stack[depth - 1, _BEGIN]
    at = 1
    while raw[tag + at] == raw[around + at] and raw[tag + at] != 0x3A and is_name[raw[tag + at]]:
        at += 1
    return raw[tag + at] == 0x3A and raw[around + at] == 0x3A


@compiled
def _closed(raw, at, first, end):  # type: ignore[no-untyped-def]
    """Behind the end tag that stands here if it is that of the name between `first` and `end`, else -1."""
    if at < 0 or raw[at] != 0x3C or raw[at + 1] != 0x2F:
        return -1
    for index in range(end - first):
        if raw[at + 2 + index] != raw[first + index]:
            return -1
    at += 2 + end - first
    return at + 1 if raw[at] == 0x3E else -1


@compiled
def end_of_spaces(raw, at):  # type: ignore[no-untyped-def]
    while is_space(raw[at]):
        at += 1
    return at


@compiled
def _end_of_name(raw, at):  # type: ignore[no-untyped-def]
    while is_name[raw[at]]:
        at += 1
    return at


@compiled
def _end_of_tag(raw, at):  # type: ignore[no-untyped-def]
    while raw[at] != 0x3E and raw[at] != 0x3C:
        at += 1
    return at


@compiled
def _local(raw, first, end):  # type: ignore[no-untyped-def]
    """Where a name begins behind its prefix."""
    for at in range(first, end):
        if raw[at] == 0x3A:
            first = at + 1
    return first


@compiled
def _stands(raw, at, text):  # type: ignore[no-untyped-def]
    for index in range(len(text)):  # noqa: SIM110 - compiled code knows no generators
        if raw[at + index] != text[index]:
            return False
    return True


@compiled
def _is_level(raw, first, end):  # type: ignore[no-untyped-def]
    """Whether a name without its prefix is that of a geometry property: `lod1Solid`."""
    if end - first < 5 or not _stands(raw, first, _LEVEL):
        return False
    if not (0x30 <= raw[first + 3] <= 0x34 and 0x41 <= raw[first + 4] <= 0x5A):
        return False
    for at in range(first + 5, end):  # noqa: SIM110 - compiled code knows no generators
        if raw[at] == 0x2D or raw[at] == 0x2E:
            return False
    return True


@compiled
def _copy(raw, begin, end, out, written):  # type: ignore[no-untyped-def]
    for at in range(end - begin):
        out[written + at] = raw[begin + at]
    return written + end - begin


@compiled
def _put_lines(raw, begin, end, out, written):  # type: ignore[no-untyped-def]
    lines = 0
    for at in range(begin, end):
        lines += raw[at] == 0x0A
    for line in range(lines):
        out[written + line] = 0x0A
    return written + lines


@compiled
def _put_stub(number, stub, out, written):  # type: ignore[no-untyped-def]
    """`stub`: an element with a 0 in the place of its number."""
    for byte in stub:
        if byte == 0x30:
            for place in range(_DIGITS):
                out[written + _DIGITS - 1 - place] = 0x30 + number % 10
                number //= 10
            written += _DIGITS
        else:
            out[written] = byte
            written += 1
    return written


@compiled
def _noted(raw, names, first, end):  # type: ignore[no-untyped-def]
    """The row of a name in the hash table `names` (hash, place, length); -1 where that is full."""
    key = np.uint64(0xCBF29CE484222325)
    for at in range(first, end):
        key = (key ^ np.uint64(raw[at])) * _PRIME
    row = np.int64(key) & (len(names) - 1)
    for _ in range(len(names)):
        if names[row, 2] == 0:
            names[row, 0], names[row, 1], names[row, 2] = np.int64(key), first, end - first
            return row
        if names[row, 0] == np.int64(key):
            return row
        row = (row + 1) & (len(names) - 1)
    return -1


@compiled
def _noted_path(paths, stack, depth):  # type: ignore[no-untyped-def]
    """The row of the path to the last tag on the stack in `paths` (hash, length, rows of names from the feature on)."""
    if depth - 1 > PATH_COLUMNS - 2 or depth > MOST_DEPTH:
        return -1
    key = _BASIS
    for at in range(1, depth):
        if stack[at, _TAG] < 0:
            return -1
        key = (key ^ np.uint64(stack[at, _TAG] + 1)) * _PRIME
    for row in range(len(paths)):
        if paths[row, 1] == 0:
            paths[row, 0], paths[row, 1] = np.int64(key), depth - 1
            for at in range(1, depth):
                paths[row, 1 + at] = stack[at, _TAG]
            return row
        if paths[row, 0] == np.int64(key):
            return row
    return -1
