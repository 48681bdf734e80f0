"""Whole numbers in as few bytes as they need: base 128, the least first, as Protocol Buffers and PMTiles write them."""


def varint(number: int) -> bytes:
    """`number` is not negative."""
    made = bytearray()
    while number > 127:
        made.append(number & 127 | 128)
        number >>= 7
    return bytes([*made, number])
