"""From the values of a grid to colours."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from geo import Theme, ThemeType

Values = NDArray[np.floating] | NDArray[np.integer]
"""Shape (bands, rows, columns)."""

Paint = Callable[[Values, NDArray[np.bool_]], tuple[NDArray[np.uint8], NDArray[np.bool_]]]
"""From values and where they are valid (rows, columns) to red, green and blue (3, rows, columns) and where to draw."""


def as_is(values: Values, valid: NDArray[np.bool_]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    return values[:3].astype(np.uint8), valid


def stretched(minimum: float, maximum: float) -> Paint:
    """From `minimum` black to `maximum` white: one band grey, three bands each for itself."""
    return partial(_stretch, minimum=minimum, maximum=maximum)


def classified(theme: Theme) -> Paint:
    """Each value in the colour of its class; a value in no class is not drawn."""
    return partial(_classify, theme=theme)


def looked_up(palette: dict[int, tuple[int, int, int, int]]) -> Paint:
    """Each number in its colour of the file's own palette: red, green, blue, opacity."""
    table = np.zeros((256, 4), np.uint8)
    for number, colour in palette.items():
        table[number] = colour
    return partial(_look_up, table=table)


def _stretch(
    values: Values, valid: NDArray[np.bool_], *, minimum: float, maximum: float
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    scaled = (np.nan_to_num(values[:3].astype(np.float64)) - minimum) * (255 / ((maximum - minimum) or 1))
    grey = np.clip(np.round(scaled), 0, 255).astype(np.uint8)
    return (np.repeat(grey, 3, axis=0) if len(grey) == 1 else grey), valid


def _classify(values: Values, valid: NDArray[np.bool_], *, theme: Theme) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    first = values[0]
    colours = np.zeros((3, *first.shape), np.uint8)
    drawn = np.zeros(first.shape, bool)
    for one in theme.classes:
        if theme.type is ThemeType.CATEGORIES:
            inside = first == one.value
        else:
            above = first >= (-np.inf if one.minimum is None else one.minimum)
            inside = above & (first < (np.inf if one.maximum is None else one.maximum))
        red_green_blue = np.frombuffer(bytes.fromhex(one.colour[1:]), np.uint8)
        colours[:, inside] = red_green_blue[:, None]
        drawn |= inside
    return colours, valid & drawn


def _look_up(
    values: Values, valid: NDArray[np.bool_], *, table: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    colours = table[values[0].astype(np.uint8)]
    return np.moveaxis(colours[..., :3], -1, 0), valid & (colours[..., 3] > 0)
