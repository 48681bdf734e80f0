"""How a surface looks, in one number: the colour of its material, and the texture that is projected onto it.

The lowest 32 bits are 0xRRGGBBAA; above them stands the number of a projected texture. 0 is neither.
"""

COLOUR_BITS = 32
COLOUR_MASK = (1 << COLOUR_BITS) - 1


def combined_look(first: int, other: int) -> int:
    """`first`, with what it doesn't have from the `other`."""
    colour = first & COLOUR_MASK or other & COLOUR_MASK
    return (first >> COLOUR_BITS or other >> COLOUR_BITS) << COLOUR_BITS | colour
