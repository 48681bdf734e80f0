"""Values of attributes as vector tiles carry them: each different one is encoded once."""

import struct
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tiles.feature_file import plain_values
from tiles.varint import varint

MISSING = -1
_KEYS, _VALUES = 3, 4
_WHOLE = 2**53
"""Below it a double knows every whole number."""


class Values:
    """Every different value of a layer and its number; grows with the number of different ones."""

    def __init__(self) -> None:
        self._codes: dict[bytes, int] = {}

    def codes(self, array: pa.Array) -> NDArray[np.int32]:
        """The number of each row's value, `MISSING` where it is null or not finite."""
        found = plain_values(array).dictionary_encode()
        numbers = [self._code(value) for value in found.dictionary.to_pylist()]
        table = np.array([*numbers, MISSING], dtype=np.int32)
        rows: NDArray[np.int64] = found.indices.fill_null(len(numbers)).to_numpy(zero_copy_only=False)
        return table[rows]

    def _code(self, value: str | float | bool) -> int:
        return self._codes.setdefault(_message(value), len(self._codes))

    def fields(self) -> list[bytes]:
        """Each in the order of the numbers, as a field of a layer."""
        return [bytes_field(_VALUES, message) for message in self._codes]


def _message(value: str | float | bool) -> bytes:
    """A `Value` of Mapbox Vector Tile 2.1, section 4.4."""
    if isinstance(value, bool):
        return b"\x38" + varint(value)
    if isinstance(value, str):
        text = value.encode()
        return b"\x0a" + varint(len(text)) + text
    if value.is_integer() and 0 <= value < _WHOLE:
        return b"\x28" + varint(int(value))
    return b"\x19" + struct.pack("<d", value)


def kind_of(array_type: pa.DataType) -> str:
    """What TileJSON calls it."""
    if pa.types.is_boolean(array_type):
        return "Boolean"
    is_number = pa.types.is_integer(array_type) or pa.types.is_floating(array_type) or pa.types.is_decimal(array_type)
    return "Number" if is_number else "String"


def field_names(columns: Sequence[str]) -> bytes:
    """The keys of a layer, as its fields."""
    return b"".join(bytes_field(_KEYS, name.encode()) for name in columns)


def bytes_field(number: int, content: bytes) -> bytes:
    """A field of a message of Protocol Buffers that has a length."""
    return varint(number << 3 | 2) + varint(len(content)) + content
