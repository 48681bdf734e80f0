"""Encoders of the glTF extension EXT_meshopt_compression: vertex attributes (codec v0) and triangles (codec v1).

Written from the bitstream that the extension specifies
(https://github.com/KhronosGroup/glTF/tree/main/extensions/2.0/Vendor/EXT_meshopt_compression).
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

_GROUP = 16
_TAIL = 32
_EMPTY = -1

_AUXILIARY = np.array(
    [0x00, 0x76, 0x87, 0x56, 0x67, 0x78, 0xA9, 0x86, 0x65, 0x89, 0x68, 0x98, 0x01, 0x69, 0x00, 0x00], dtype=np.uint8
)
"""The commonest pairs of where a triangle's second and third corner come from; written behind every stream."""


def encode_vertices(rows: NDArray[np.uint8]) -> bytes:
    """`rows`: the bytes of each vertex, shape (n, stride); the stride is a multiple of 4, at most 256."""
    count, stride = rows.shape
    if stride % 4 or not 0 < stride <= 256:
        raise ValueError(f"a vertex has 4, 8 ... 256 bytes, got {stride}")
    if not count:
        return b"\xa0" + bytes(max(_TAIL, stride))
    out = np.empty(1 + (count + 256) * stride * 5 // 4 + 256 * stride + _TAIL, dtype=np.uint8)
    return out[: _encode_vertices(np.ascontiguousarray(rows), out)].tobytes()


@njit(cache=True)
def _encode_vertices(rows, out):  # type: ignore[no-untyped-def]
    count, stride = rows.shape
    out[0] = 0xA0
    at = 1
    block = min((8192 // stride) & ~15, 256)
    deltas = np.empty(256 + _GROUP, dtype=np.uint8)
    last = rows[0].copy()
    for begin in range(0, count, block):
        size = min(block, count - begin)
        groups = (size + _GROUP - 1) // _GROUP
        for column in range(stride):
            before = last[column]
            for i in range(size):
                value = rows[begin + i, column]
                step = np.uint8(value - before)
                deltas[i] = np.uint8((step << 1) ^ (0xFF if step & 0x80 else 0))
                before = value
            deltas[size : groups * _GROUP] = 0
            at = _encode_bytes(deltas, groups, out, at)
        last[:] = rows[begin + size - 1]
    tail = max(_TAIL, stride)
    out[at : at + tail - stride] = 0
    out[at + tail - stride : at + tail] = rows[0]
    return at + tail


@njit(cache=True)
def _encode_bytes(deltas, groups, out, at):  # type: ignore[no-untyped-def]
    """Groups of 16 in 0, 2, 4 or 8 bits each; a value that does not fit stands behind its group in full."""
    header = at
    at += (groups + 3) // 4
    out[header:at] = 0
    for group in range(groups):
        begin = group * _GROUP
        largest = 0
        in_two = in_four = 0
        for i in range(_GROUP):
            value = deltas[begin + i]
            largest = max(largest, value)
            in_two += value >= 3
            in_four += value >= 15
        two, four = 4 + in_two, 8 + in_four
        if largest == 0:
            bits = 0
        elif two <= four and two < _GROUP:
            bits = 1
        elif four < _GROUP:
            bits = 2
        else:
            bits = 3
        out[header + group // 4] |= bits << ((group % 4) * 2)
        if bits == 3:
            out[at : at + _GROUP] = deltas[begin : begin + _GROUP]
            at += _GROUP
        elif bits:
            at = _encode_group(deltas, begin, bits, out, at)
    return at


@njit(cache=True)
def _encode_group(deltas, begin, bits, out, at):  # type: ignore[no-untyped-def]
    width = 2 if bits == 1 else 4
    most = (1 << width) - 1
    per_byte = 8 // width
    extra = at + _GROUP // per_byte
    for i in range(0, _GROUP, per_byte):
        packed = 0
        for k in range(per_byte):
            value = deltas[begin + i + k]
            packed = (packed << width) | min(most, value)
            if value >= most:
                out[extra] = value
                extra += 1
        out[at + i // per_byte] = packed
    return extra


def encode_triangles(indices: NDArray[np.uint32]) -> bytes:
    """`indices`: three corners for each triangle, flat. Their rotation may change, their winding and order do not."""
    if len(indices) % 3:
        raise ValueError(f"triangles have three corners each, got {len(indices)} indices")
    out = np.empty(1 + len(indices) // 3 + len(indices) // 3 * 16 + 16, dtype=np.uint8)
    return out[: _encode_triangles(np.ascontiguousarray(indices, dtype=np.int64), out, _AUXILIARY)].tobytes()


@njit(cache=True)
def _encode_triangles(indices, out, auxiliary):  # type: ignore[no-untyped-def]
    triangles = len(indices) // 3
    out[0] = 0xE1
    data = 1 + triangles
    edges = np.full((16, 2), _EMPTY, dtype=np.int64)
    vertices = np.full(16, _EMPTY, dtype=np.int64)
    edge_at = vertex_at = 0
    following = last = 0
    for triangle in range(triangles):
        a, b, c = indices[3 * triangle], indices[3 * triangle + 1], indices[3 * triangle + 2]
        edge, turn = _find_edge(edges, edge_at, a, b, c)
        if 0 <= edge < 15:
            if turn == 1:
                a, b, c = b, c, a
            elif turn == 2:
                a, b, c = c, a, b
            found = _find_vertex(vertices, vertex_at, c)
            if 1 <= found < 13:
                how = found
            elif c == following:
                how = 0
                following += 1
            elif c == last - 1:
                how = 13
                last = c
            elif c == last + 1:
                how = 14
                last = c
            else:
                how = 15
            out[1 + triangle] = (edge << 4) | how
            if how == 15:
                data = _encode_index(out, data, c, last)
                last = c
            if how == 0 or how >= 13:
                vertices[vertex_at] = c
                vertex_at = (vertex_at + 1) & 15
            edge_at = _push_edge(edges, edge_at, c, b)
            edge_at = _push_edge(edges, edge_at, a, c)
            continue
        if b == following:
            a, b, c = b, c, a
        elif c == following:
            a, b, c = c, a, b
        from_b, from_c = _find_vertex(vertices, vertex_at, b), _find_vertex(vertices, vertex_at, c)
        how_a = how_b = how_c = 15
        if a == following:
            how_a = 0
            following += 1
        if 0 <= from_b < 14:
            how_b = from_b + 1
        elif b == following:
            how_b = 0
            following += 1
        if 0 <= from_c < 14:
            how_c = from_c + 1
        elif c == following:
            how_c = 0
            following += 1
        pair = (how_b << 4) | how_c
        place = _EMPTY
        for i in range(14):
            if auxiliary[i] == pair:
                place = i
                break
        if how_a == 0 and place >= 0:
            out[1 + triangle] = 0xF0 | place
        else:
            out[1 + triangle] = 0xFE | (1 if how_a == 15 else 0)
            out[data] = pair
            data += 1
        for how, corner in ((how_a, a), (how_b, b), (how_c, c)):
            if how == 15:
                data = _encode_index(out, data, corner, last)
                last = corner
        for how, corner in ((how_a, a), (how_b, b), (how_c, c)):
            if how in (0, 15):
                vertices[vertex_at] = corner
                vertex_at = (vertex_at + 1) & 15
        edge_at = _push_edge(edges, edge_at, b, a)
        edge_at = _push_edge(edges, edge_at, c, b)
        edge_at = _push_edge(edges, edge_at, a, c)
    out[data : data + 16] = auxiliary
    return data + 16


@njit(cache=True)
def _find_edge(edges, edge_at, a, b, c):  # type: ignore[no-untyped-def]
    """How long ago an edge of this triangle was pushed, and which of its three it is."""
    for i in range(16):
        at = (edge_at - 1 - i) & 15
        x, y = edges[at, 0], edges[at, 1]
        if x == a and y == b:
            return i, 0
        if x == b and y == c:
            return i, 1
        if x == c and y == a:
            return i, 2
    return _EMPTY, 0


@njit(cache=True)
def _find_vertex(vertices, vertex_at, corner):  # type: ignore[no-untyped-def]
    for i in range(16):
        if vertices[(vertex_at - 1 - i) & 15] == corner:
            return i
    return _EMPTY


@njit(cache=True)
def _push_edge(edges, edge_at, a, b):  # type: ignore[no-untyped-def]
    edges[edge_at, 0], edges[edge_at, 1] = a, b
    return (edge_at + 1) & 15


@njit(cache=True)
def _encode_index(out, data, index, last):  # type: ignore[no-untyped-def]
    step = index - last
    value = (step << 1) ^ (step >> 63)
    while True:
        out[data] = (value & 0x7F) | (0x80 if value > 0x7F else 0)
        data += 1
        value >>= 7
        if not value:
            return data
