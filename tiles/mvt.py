"""The least of Mapbox Vector Tile 2.1 that is needed to know which features a tile holds."""

import gzip
from collections.abc import Iterator

from geo import Text
from tiles.errors import TilesError
from tiles.tile import Tile

_LAYERS, _FEATURES, _ID = 3, 2, 1
_VARINT, _BYTES = 0, 2
_FIXED = {1: 8, 5: 4}


def feature_ids(tile: Tile) -> list[int]:
    """The ids of all features of all layers in the order of the tile; features without an id are passed over."""
    data = gzip.decompress(tile.data) if tile.encoding == "gzip" else bytes(tile.data)
    try:
        return [
            number
            for layer in _messages(data, 0, len(data), _LAYERS)
            for feature in _messages(data, *layer, _FEATURES)
            if (number := _id(data, *feature)) is not None
        ]
    except IndexError:
        raise TilesError(Text("ベクタタイルが途中で切れています", "a vector tile is cut off")) from None


def _messages(data: bytes, place: int, stop: int, wanted: int) -> Iterator[tuple[int, int]]:
    """Start and stop of every field `wanted` in the message between `place` and `stop`."""
    while place < stop:
        key, place = _varint(data, place)
        kind = key & 7
        if kind == _BYTES:
            length, place = _varint(data, place)
            if key >> 3 == wanted:
                yield place, place + length
            place += length
        elif kind == _VARINT:
            _, place = _varint(data, place)
        else:
            place += _FIXED[kind]


def _id(data: bytes, place: int, stop: int) -> int | None:
    while place < stop:
        key, place = _varint(data, place)
        if key == _ID << 3 | _VARINT:
            return _varint(data, place)[0]
        if key & 7 == _BYTES:
            length, place = _varint(data, place)
            place += length
        else:
            _, place = _varint(data, place)
    return None


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = data[place]
    place += 1
    if value < 128:
        return value, place
    value &= 127
    shift = 7
    while True:
        byte = data[place]
        place += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, place
        shift += 7
