"""Values of attributes as vector tiles carry them: each different one is encoded once."""

import struct
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

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
        found = _plain(array).dictionary_encode()
        numbers = [self._code(value) for value in found.dictionary.to_pylist()]
        table = np.array([*numbers, MISSING], dtype=np.int32)
        rows: NDArray[np.int64] = found.indices.fill_null(len(numbers)).to_numpy(zero_copy_only=False)
        return table[rows]

    def _code(self, value: str | float | bool) -> int:
        return self._codes.setdefault(_message(value), len(self._codes))

    def fields(self) -> list[bytes]:
        """Each in the order of the numbers, as a field of a layer."""
        return [bytes_field(_VALUES, message) for message in self._codes]


def _plain(array: pa.Array) -> pa.Array:
    kind = array.type
    if pa.types.is_boolean(kind):
        return array
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        numbers = array.cast(pa.float64(), safe=False)
        return pc.if_else(pc.is_finite(numbers), numbers, pa.scalar(None, pa.float64()))
    return array.cast(pa.string())


def _message(value: str | float | bool) -> bytes:
    """A `Value` of Mapbox Vector Tile 2.1, section 4.4."""
    if isinstance(value, bool):
        return b"\x38" + _varint(value)
    if isinstance(value, str):
        text = value.encode()
        return b"\x0a" + _varint(len(text)) + text
    if value.is_integer() and 0 <= value < _WHOLE:
        return b"\x28" + _varint(int(value))
    return b"\x19" + struct.pack("<d", value)


def _varint(number: int) -> bytes:
    made = bytearray()
    while number > 127:
        made.append(number & 127 | 128)
        number >>= 7
    return bytes([*made, number])


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
    return _varint(number << 3 | 2) + _varint(len(content)) + content
