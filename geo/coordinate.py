"""Which columns of a table hold the place, and what their texts mean."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from pyproj import CRS

from geo.attribute import plain

_BRACKET = r"(?:[(\[_・:/-].*)?"
_BEFORE = r"(?:.*[_.・:)-]|施設|所在地|位置|代表点|世界測地系|wgs84|jgd2011|10進|十進|10進法|地図)?"
_LATITUDE = re.compile(rf"{_BEFORE}(?:緯度|北緯|latitude|lat|lati)(?:10進|十進|世界測地系|wgs84)?{_BRACKET}")
_LONGITUDE = re.compile(
    rf"{_BEFORE}(?:経度|東経|longitude|longtitude|long|lon|lng)(?:10進|十進|世界測地系|wgs84)?{_BRACKET}"
)
_X = re.compile(rf"(?:平面直角|直角|座標|公共座標)*_?x(?:座標|coord|coordinate)?(?:値)?{_BRACKET}")
_Y = re.compile(rf"(?:平面直角|直角|座標|公共座標)*_?y(?:座標|coord|coordinate)?(?:値)?{_BRACKET}")
_EAST, _NORTH = re.compile(r"(?:easting|東距|東方向)"), re.compile(r"(?:northing|北距|北方向)")
_ONE_OF_THREE = re.compile(r".*[(_](?:度|分|秒|deg|min|sec)\)?")
"""緯度(度), 緯度(分), 緯度(秒): degrees alone would put the place kilometres away."""
_TOKYO = re.compile(r"日本測地系|旧測地系|tokyo")
_JGD2000 = re.compile(r"jgd2000|測地成果2000")
_DECIMAL = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]+)?")
_SEXAGESIMAL = re.compile(
    r"(?P<before>北緯|南緯|東経|西経|[NSEW])?(?P<sign>-)?(?P<d>\d{1,3})(?:°|度|º|˚)"
    r"(?:(?P<m>\d{1,2}(?:\.\d+)?)(?:'|′|’|分))?(?:(?P<s>\d{1,2}(?:\.\d+)?)(?:\"|″|”|''|秒)?)?(?P<after>[NSEW])?"
)
_PACKED = re.compile(r"(?P<d>\d{2,3})(?P<m>[0-5]\d)(?P<s>[0-5]\d(?:\.\d+)?)")
_SOUTH_OR_WEST = frozenset({"南緯", "西経", "S", "W"})
_JAPAN_LATITUDE, _JAPAN_LONGITUDE = (20, 46), (122, 154)


@dataclass(frozen=True, slots=True)
class CoordinateColumns:
    """Positions of the columns, and what is known of their coordinate reference system."""

    first: int
    """Latitude; or X, or easting."""
    second: int
    """Longitude; or Y, or northing."""
    is_degrees: bool
    is_east_north: bool = False
    """Named so; columns named X and Y are what their coordinate reference system calls X and Y."""
    declared: str | None = None
    """By the names of the columns, such as 緯度(日本測地系)."""


def coordinate_columns(header: Sequence[str]) -> CoordinateColumns | None:
    """The best pair among the header's names; degrees before metres, today's datum before an old one."""
    names = [plain(name) for name in header]
    pair = _pair(names, _LATITUDE, _LONGITUDE)
    if pair is not None:
        return CoordinateColumns(*pair, is_degrees=True, declared=_declared(names[pair[0]] + names[pair[1]]))
    pair = _pair(names, _X, _Y)
    if pair is not None:
        return CoordinateColumns(*pair, is_degrees=False)
    pair = _pair(names, _EAST, _NORTH)
    return CoordinateColumns(*pair, is_degrees=False, is_east_north=True) if pair else None


def parse_degrees(text: str) -> float | None:
    """34.866918, 35°05'12.3", 北緯35度5分12.3秒, 138.5E; None for anything else. 350512.3 is not decided here."""
    if _DECIMAL.fullmatch(text):
        return float(text)
    plain_text = "".join(unicodedata.normalize("NFKC", text).split())
    sexagesimal = _SEXAGESIMAL.fullmatch(plain_text)
    if sexagesimal:
        return _degrees(sexagesimal)
    bare = plain_text.removeprefix("北緯").removeprefix("東経").removesuffix("°").removesuffix("度")
    if not re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[NESW]?", bare):
        return None
    value = float(bare.rstrip("NESW"))
    value = -value if bare[-1] in "SW" else value
    return value if isfinite(value) else None


def parse_metres(text: str) -> float | None:
    """-125264.45, 1,234.5 m; None for anything else."""
    bare = "".join(unicodedata.normalize("NFKC", text).split()).removesuffix("m")
    if not re.fullmatch(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?", bare):
        return None
    return float(bare.replace(",", ""))


def unpacked(latitude: float, longitude: float) -> tuple[float, float] | None:
    """Latitude and longitude of 350512.3 and 1381923.4 (degrees, minutes, seconds), only where that is in Japan."""
    pair = (_unpacked(latitude), _unpacked(longitude))
    if pair[0] is None or pair[1] is None:
        return None
    south, north = _JAPAN_LATITUDE
    west, east = _JAPAN_LONGITUDE
    return (pair[0], pair[1]) if south <= pair[0] <= north and west <= pair[1] <= east else None


def is_x_north(crs: CRS) -> bool:
    """Whether the axis that the definition calls X points north, as surveying in Japan has it."""
    return any(axis.abbrev.upper() == "X" and axis.direction == "north" for axis in crs.axis_info)


def _pair(names: list[str], first: re.Pattern[str], second: re.Pattern[str]) -> tuple[int, int] | None:
    """Two columns whose names differ in nothing but the axis where there are such, else the best of each."""
    one, other = _ranked(names, first), _ranked(names, second)
    if not one or not other:
        return None
    partner = [at for at in other if _frame(names[at]) == _frame(names[one[0]])]
    return one[0], (partner or other)[0]


def _ranked(names: list[str], wanted: re.Pattern[str]) -> list[int]:
    found = [at for at, name in enumerate(names) if wanted.fullmatch(name) and not _ONE_OF_THREE.fullmatch(name)]
    return sorted(found, key=lambda at: (_declared(names[at]) is not None, "度分秒" in names[at], at))


def _frame(name: str) -> str:
    return re.sub(r"緯度|北緯|latitude|lati|lat|経度|東経|longitude|longtitude|long|lon|lng|x|y", "", name)


def _declared(name: str) -> str | None:
    if _TOKYO.search(name):
        return "EPSG:4301"
    return "EPSG:4612" if _JGD2000.search(name) else None


def _degrees(found: re.Match[str]) -> float | None:
    minutes, seconds = float(found["m"] or 0), float(found["s"] or 0)
    if minutes >= 60 or seconds >= 60 or (found["s"] and not found["m"]):
        return None
    value = int(found["d"]) + minutes / 60 + seconds / 3600
    negative = bool(found["sign"]) != (found["before"] in _SOUTH_OR_WEST or found["after"] in _SOUTH_OR_WEST)
    return -value if negative else value


def _unpacked(value: float) -> float | None:
    found = _PACKED.fullmatch(f"{value:.6f}".rstrip("0").rstrip("."))
    return int(found["d"]) + int(found["m"]) / 60 + float(found["s"]) / 3600 if found else None
