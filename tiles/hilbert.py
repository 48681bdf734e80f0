"""Numbers of tiles in PMTiles: zoom by zoom, within a zoom along the Hilbert curve."""

from tiles.coord import MAX_ZOOM, TileCoord

_BITS = 4
_MASK = (1 << _BITS) - 1


def _steps() -> list[int]:
    """For state, 4 bits of x and 4 bits of y: the next state and 8 bits along the curve.

    The state says how the curve lies in the cell: bit 0 with its axes swapped, bit 1 turned by 180 degrees.
    """
    return [_step(state, x, y) for state in range(4) for x in range(1 << _BITS) for y in range(1 << _BITS)]


def _step(state: int, x: int, y: int) -> int:
    distance = 0
    for bit in reversed(range(_BITS)):
        turned = state >> 1
        right, up = (x >> bit & 1) ^ turned, (y >> bit & 1) ^ turned
        if state & 1:
            right, up = up, right
        distance = distance << 2 | (3 * right) ^ up
        if not up:
            state ^= right << 1 | 1
    return state << 8 | distance


_STEPS = _steps()
_FIRST = [((1 << 2 * zoom) - 1) // 3 for zoom in range(MAX_ZOOM + 2)]
_SHIFTS = [tuple(range((zoom + _BITS - 1) // _BITS * _BITS - _BITS, -1, -_BITS)) for zoom in range(MAX_ZOOM + 1)]


def tile_id(z: int, x: int, y: int) -> int:
    """The number of a cell that is on its grid."""
    # Each level above the cell's own grid swaps the axes once; begin so that they come out straight.
    state = -z % _BITS & 1
    distance = 0
    for shift in _SHIFTS[z]:
        step = _STEPS[state << 8 | (x >> shift & _MASK) << _BITS | y >> shift & _MASK]
        distance = distance << 8 | step & 255
        state = step >> 8
    return _FIRST[z] + distance


def tile_coord(number: int) -> TileCoord:
    """The inverse of `tile_id`."""
    z = next(zoom for zoom in range(MAX_ZOOM + 1) if number < _FIRST[zoom + 1])
    distance, x, y = number - _FIRST[z], 0, 0
    for level in range(z):
        right, up = distance >> 1 & 1, (distance ^ distance >> 1) & 1
        if not up:
            if right:
                x, y = (1 << level) - 1 - x, (1 << level) - 1 - y
            x, y = y, x
        x, y = x | right << level, y | up << level
        distance >>= 2
    return TileCoord(z, x, y)


def zoom_ids(zoom: int) -> range:
    """All numbers of one zoom."""
    return range(_FIRST[zoom], _FIRST[zoom + 1])
