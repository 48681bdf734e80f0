"""Short ids of stop areas, fit for an address: `xn4t9kd-3f2a1`, a geohash of the place and a hash of the name."""

import hashlib
import math
import re

from gtfs.stop_name import name_key

_LETTERS = "0123456789bcdefghjkmnpqrstuvwxyz"
_LENGTH = 7
"""Letters of a geohash: a cell of some 150 m."""
NOWHERE = "0" * _LENGTH
_ID = re.compile(rf"^([{_LETTERS}]{{{_LENGTH}}})-[0-9a-f]{{5}}(?:-\d+)?$")


def area_id(name: str, lon: float, lat: float) -> str:
    place = NOWHERE if math.isnan(lon) or math.isnan(lat) else geohash(lon, lat)
    return f"{place}-{name_hash(name)}"


def name_hash(name: str) -> str:
    return hashlib.sha256(name_key(name).encode()).hexdigest()[:5]


def place_of(id: str) -> tuple[float, float] | None:
    """Longitude and latitude of the middle of the cell that an id names; None where it names none."""
    match = _ID.match(id)
    if match is None or match.group(1) == NOWHERE:
        return None
    bits = "".join(f"{_LETTERS.index(letter):05b}" for letter in match.group(1))
    return _middle(bits[0::2], 180.0), _middle(bits[1::2], 90.0)


def geohash(lon: float, lat: float) -> str:
    """Halves longitude and latitude in turn, five bits a letter (Niemeyer 2008)."""
    count = 5 * _LENGTH
    east, north = _bits(lon, 180.0, (count + 1) // 2), _bits(lat, 90.0, count // 2)
    bits = "".join(east[at // 2] if at % 2 == 0 else north[at // 2] for at in range(count))
    return "".join(_LETTERS[int(bits[at : at + 5], 2)] for at in range(0, count, 5))


def _bits(value: float, reach: float, count: int) -> str:
    cells = 1 << count
    return f"{min(max(int((value + reach) / (2 * reach) * cells), 0), cells - 1):0{count}b}"


def _middle(bits: str, reach: float) -> float:
    return (int(bits, 2) + 0.5) / (1 << len(bits)) * 2 * reach - reach
