"""Values of attributes as numbers, where they are any: what stands for `unknown` is missing, never a number."""

import math
from datetime import date
from functools import lru_cache

_UNKNOWN_YEARS = frozenset({1, 9999})
_UNKNOWN_COUNTS = frozenset({9999, -9999})


class NotANumberError(ValueError):
    """A text where a number belongs; not one of the signs for a missing value."""


def parse_number(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError as error:
        raise NotANumberError(text) from error
    return number if math.isfinite(number) else None


@lru_cache(maxsize=4096)
def parse_height(text: str | None) -> float | None:
    """Metres. -9999, 0, and 9999 are no heights of buildings."""
    height = parse_number(text)
    return height if height is not None and 0 < height < 1000 else None


@lru_cache(maxsize=4096)
def parse_storeys(text: str | None) -> int | None:
    storeys = parse_number(text)
    if storeys is None or storeys in _UNKNOWN_COUNTS or not 0 <= storeys < 300 or storeys != int(storeys):
        return None
    return int(storeys)


@lru_cache(maxsize=4096)
def parse_year(text: str | None) -> int | None:
    """0001 stands for an unknown year; a temple of the year 607 stands."""
    year = parse_number(text and text[:4])
    if year is None or year in _UNKNOWN_YEARS or not 500 <= year <= date.today().year + 10:
        return None
    return int(year)


def parse_measure(text: str | None) -> float | None:
    """A depth, width, area, duration, rate: none is below 0."""
    number = parse_number(text)
    return number if number is not None and 0 <= number < 1e9 and number != 9999 else None


def parse_code(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 10 else None
