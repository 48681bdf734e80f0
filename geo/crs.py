"""The one place that decides which coordinate reference systems are taken, and how they become longitude and latitude.

JGD2011 and WGS 84 are the same within a metre and are taken as they are. The Tokyo datum needs a grid that is not
here: without it every coordinate would silently be off by some 400 m, so it is refused.
"""

import re
from functools import cache, lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.crs import CompoundCRS
from pyproj.exceptions import CRSError, ProjError

from geo.errors import UnreadableError
from geo.problem import Problem

CRS84 = CRS("OGC:CRS84")
"""WGS 84, longitude before latitude: what everything inside is in."""

_TOKYO = re.compile(r"tokyo\b")
_JGD2000 = re.compile(r"japanese geodetic datum 2000|jgd ?2000")
_SAME_AS_WGS84 = re.compile(r"world geodetic system 1984|wgs ?84|japanese geodetic datum 2011|jgd ?2011")
_VERTICAL_IN_JAPAN = re.compile(r"(JGD\d{4}) \(vertical\)")

NOWHERE = np.finfo(np.float64).max
"""Stands for a coordinate that a projection can't place: finite, and outside any bounds."""


def resolve_crs(
    declared: str | int | CRS | None, override: str | None, *, name: str
) -> tuple[CRS, tuple[Problem, ...]]:
    """What the coordinates of the file `name` are in: what the file declares, else what the user says.

    The user names one system for a whole import, so it never moves a file that says for itself where it is.
    UnreadableError when nobody says, or when it can't be brought to WGS 84 within metres.
    """
    if not declared and not override:
        raise UnreadableError(Problem("crs.missing", name))
    crs = _parsed(declared, name) if declared else _parsed(override or "", name)
    return crs, (*_differing(crs, override, name), *_doubts(crs, name))


def parse_crs(text: str | int | CRS) -> CRS:
    """`6676`, `EPSG:6676`, WKT, PROJJSON; CRSError for anything else."""
    bare = str(text).strip() if isinstance(text, str | int) else ""
    return CRS.from_epsg(int(bare)) if bare.isascii() and bare.isdigit() else CRS.from_user_input(text)


def is_projected(text: str | None) -> bool:
    """Whether what the user said is a plane, so that degrees can't be in it."""
    try:
        return bool(text) and parse_crs(text or "").is_projected
    except CRSError:
        return False


def crs_name(crs: CRS) -> str:
    """`EPSG:6676` where there is such a code, else the name the definition gives itself."""
    authority = crs.to_authority(min_confidence=70)
    return ":".join(authority) if authority else crs.name


def reproject(geometries: NDArray[Any], crs: CRS) -> NDArray[Any]:
    """Geometries (None allowed) with x east, y north in `crs`, as longitude and latitude; heights are dropped.

    A finite coordinate that the projection can't place becomes `NOWHERE`, which `check_geometries` reports.
    """
    flat: NDArray[Any] = np.asarray(shapely.force_2d(geometries), dtype=object)
    if _is_wgs84(crs):
        return flat
    return np.asarray(shapely.transform(flat, lambda xy: _lonlat(xy, crs)), dtype=object)


def reproject_points(x: NDArray[np.float64], y: NDArray[np.float64], crs: CRS) -> NDArray[np.float64]:
    """East and north coordinates in `crs` as degrees, shape (n, 2): longitude, latitude."""
    xy = np.column_stack([x, y])
    return xy if _is_wgs84(crs) else _lonlat(xy, crs)


def project_points(lonlat: NDArray[np.float64], crs: CRS) -> NDArray[np.float64]:
    """Degrees, shape (n, 2), as east and north coordinates in `crs`: the inverse of `reproject_points`.

    NaN where the projection has no such place.
    """
    if _is_wgs84(crs):
        return lonlat
    x, y = _transformer(crs).transform(lonlat[:, 0], lonlat[:, 1], direction="INVERSE")
    xy = np.column_stack([x, y])
    xy[~np.isfinite(xy).all(axis=1)] = np.nan
    return xy


def vertical_datum(crs: CRS) -> str | None:
    """What heights in `crs` are measured from, such as `JGD2011 (vertical) / T.P.`; None for a horizontal one."""
    for part in crs.sub_crs_list or [crs]:
        if part.is_vertical and part.datum is not None:
            japan = _VERTICAL_IN_JAPAN.search(part.name)
            return f"{japan[0]} / T.P." if japan else str(part.datum.name)
    return None


def with_heights(crs: CRS, asked: str | CRS | None) -> CRS:
    """`crs` with the vertical part of `asked`, where it has none: who imports may say what a file doesn't."""
    if not asked or vertical_datum(crs) is not None:
        return crs
    try:
        stated = parse_crs(asked)
    except CRSError:
        return crs
    vertical = next((part for part in stated.sub_crs_list or [stated] if part.is_vertical), None)
    return crs if vertical is None else CompoundCRS(f"{crs.name} + {vertical.name}", [crs, vertical])


def metric_crs(lon: float, lat: float) -> CRS:
    """A plane in metres that suits a place: Japan's plane rectangular zone there, elsewhere its UTM zone."""
    zones = [zone for zone in _plane_rectangular() if _covers(zone, lon, lat)]
    if zones:
        return min(zones, key=lambda zone: abs(_central_meridian(zone) - lon))
    number = min(int((lon + 180) // 6) + 1, 60)
    return CRS.from_epsg((32600 if lat >= 0 else 32700) + number)


def _parsed(asked: str | int | CRS, name: str) -> CRS:
    try:
        crs = parse_crs(asked)
        if _is_tokyo(crs):
            raise UnreadableError(Problem("crs.tokyo_datum", name, parameters={"crs": crs_name(crs)}))
        _transformer(crs)
    except (CRSError, ProjError) as error:
        told = asked.name if isinstance(asked, CRS) else str(asked)
        raise UnreadableError(Problem("crs.unknown", name, parameters={"crs": told[:100]})) from error
    return crs


def _differing(crs: CRS, override: str | None, name: str) -> tuple[Problem, ...]:
    """Says so when the user's word was not needed and is another."""
    try:
        asked = parse_crs(override) if override else crs
    except CRSError:
        return ()
    if asked.equals(crs, ignore_axis_order=True):
        return ()
    return (Problem("crs.declared", name, parameters={"declared": crs_name(crs), "crs": crs_name(asked)}),)


def _doubts(crs: CRS, name: str) -> tuple[Problem, ...]:
    if not _JGD2000.search(_datum(crs)):
        return ()
    return (Problem("crs.jgd2000", name, parameters={"crs": crs_name(crs)}),)


def _is_tokyo(crs: CRS) -> bool:
    return _TOKYO.match(_datum(crs)) is not None


def _datum(crs: CRS) -> str:
    """The horizontal datum's name, lower case, without ESRI's `D_`: names hold where codes are missing or wrong."""
    geodetic = crs.geodetic_crs
    if geodetic is None or geodetic.datum is None:
        return ""
    return str(geodetic.datum.name).lower().replace("_", " ").removeprefix("d ")


def _is_wgs84(crs: CRS) -> bool:
    flat = crs.geodetic_crs
    return (
        crs.is_geographic
        and not crs.is_bound
        and flat is not None
        and _SAME_AS_WGS84.match(_datum(crs)) is not None
        and (flat.prime_meridian is None or flat.prime_meridian.longitude == 0)
        and all(axis.unit_name == "degree" for axis in flat.axis_info[:2])
    )


@lru_cache(maxsize=64)
def _transformer(crs: CRS) -> Transformer:
    """ProjError where the datum is unknown; CRSError for what has no place on the earth's surface."""
    flat = crs.sub_crs_list[0] if crs.sub_crs_list else crs
    if not (flat.is_geographic or flat.is_projected):
        raise CRSError(f"{crs.name} is neither geographic nor projected")
    return Transformer.from_crs(flat, CRS84, always_xy=True, allow_ballpark=False)


def _lonlat(xy: NDArray[np.float64], crs: CRS) -> NDArray[np.float64]:
    lonlat = np.column_stack(_transformer(crs).transform(xy[:, 0], xy[:, 1]))
    lost = np.isfinite(xy).all(axis=1) & ~np.isfinite(lonlat).all(axis=1)
    lonlat[lost] = NOWHERE
    lonlat[~np.isfinite(xy).all(axis=1)] = np.nan
    return lonlat


@cache
def _plane_rectangular() -> tuple[CRS, ...]:
    """Japan's 19 zones in JGD2011."""
    return tuple(CRS.from_epsg(code) for code in range(6669, 6688))


def _covers(zone: CRS, lon: float, lat: float) -> bool:
    area = zone.area_of_use
    return area is not None and area.west <= lon <= area.east and area.south <= lat <= area.north


def _central_meridian(zone: CRS) -> float:
    return float(zone.to_cf()["longitude_of_central_meridian"])
