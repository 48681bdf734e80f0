"""From any GeoTIFF to a Cloud Optimized GeoTIFF, block by block, with what a map must know about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import rasterio
import rasterio.shutil
import rasterio.transform
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from rasterio.enums import ColorInterp
from rasterio.errors import CRSError as RasterioCrsError
from rasterio.errors import RasterioError
from rasterio.windows import Window

from geo.bounds import Bounds
from geo.crs import CRS84, crs_name, resolve_crs, vertical_datum, with_heights
from geo.errors import UnreadableError
from geo.problem import Problem

_WINDOW = 2_048
"""Pixels of a side that are looked at in one go, or one block of the file where that is larger."""
_CACHE_BYTES = 128 * 2**20
"""rasterio takes bytes where GDAL itself takes megabytes."""
_COG = {
    "driver": "COG",
    "COMPRESS": "DEFLATE",
    "PREDICTOR": "YES",
    "BLOCKSIZE": "512",
    "BIGTIFF": "IF_SAFER",
    "OVERVIEWS": "IGNORE_EXISTING",
    "OVERVIEW_RESAMPLING": "NEAREST",  # a mean of two depth ranks or land uses is neither
}


@dataclass(frozen=True, slots=True)
class RasterSummary:
    bounds: Bounds
    width: int
    height: int
    bands: int
    dtype: str
    minimum: float | None
    """Over all bands but transparency; None where no pixel has a value."""
    maximum: float | None
    nodata: float | None
    """None where the file names no such value."""
    crs: str
    problems: tuple[Problem, ...] = ()
    """Doubts about the reference system."""
    vertical_datum: str | None = None
    """What heights are measured from; None where neither the file nor the user says."""


def write_cog(source: Path, target: Path, *, name: str, crs: str | None = None) -> RasterSummary:
    """Reads `source`, called `name` in problems, whole, and writes `target`.

    `crs` is for a file that declares none, or that doesn't say what its heights are measured from.
    """
    try:
        with rasterio.Env(GDAL_CACHEMAX=_CACHE_BYTES), rasterio.open(source, driver="GTiff") as opened:
            stated = _declared_crs(opened)
            plane, problems = resolve_crs(stated, crs, name=name)
            system = with_heights(plane, crs)
            summary = _summary(opened, system, problems, name)
            with _in_crs(opened, None if stated is not None and system is plane else system) as georeferenced:
                rasterio.shutil.copy(georeferenced, target, **_COG)
            return summary
    except (RasterioError, OSError, ProjError) as error:
        target.unlink(missing_ok=True)
        reason = str(error.__cause__ or error).replace(str(source), name)[:200]
        raise UnreadableError(Problem("file.unreadable", name, parameters={"reason": reason})) from error


def _declared_crs(opened: Any) -> CRS | None:
    try:
        return CRS.from_wkt(opened.crs.to_wkt()) if opened.crs else None
    except RasterioCrsError:
        return None


def _summary(opened: Any, crs: CRS, problems: tuple[Problem, ...], name: str) -> RasterSummary:
    if opened.transform.is_identity:
        raise UnreadableError(Problem("raster.no_place", name))
    minimum, maximum = _extremes(opened)
    return RasterSummary(
        bounds=_bounds(opened, crs, name),
        width=opened.width,
        height=opened.height,
        bands=opened.count,
        dtype=str(opened.dtypes[0]),
        minimum=minimum,
        maximum=maximum,
        nodata=None if opened.nodata is None else float(opened.nodata),
        crs=crs_name(crs),
        problems=problems,
        vertical_datum=vertical_datum(crs),
    )


def _bounds(opened: Any, crs: CRS, name: str) -> Bounds:
    """In degrees, of the whole outline: a straight edge of a plane is none on the earth."""
    rows, columns = (0, 0, opened.height, opened.height), (0, opened.width, 0, opened.width)
    x, y = rasterio.transform.xy(opened.transform, rows, columns, offset="ul")
    to_degrees = Transformer.from_crs(crs, CRS84, always_xy=True)
    west, south, east, north = to_degrees.transform_bounds(min(x), min(y), max(x), max(y), densify_pts=21)
    on_earth = np.isfinite([west, south, east, north]).all() and west < east and abs(south) <= 90 >= abs(north)
    if not on_earth or abs(west) > 180 or abs(east) > 180:
        raise UnreadableError(Problem("geometry.outside", name))
    return Bounds(float(west), float(south), float(east), float(north))


def _extremes(opened: Any) -> tuple[float | None, float | None]:
    bands = [band for band, kind in enumerate(opened.colorinterp, 1) if kind is not ColorInterp.alpha]
    lowest, highest = np.inf, -np.inf
    for window in _windows(opened):
        pixels = opened.read(bands, window=window, masked=True)
        valid = np.ma.masked_invalid(pixels, copy=False).compressed()
        if valid.size:
            lowest, highest = min(lowest, float(valid.min())), max(highest, float(valid.max()))
    return (lowest, highest) if lowest <= highest else (None, None)


def _windows(opened: Any) -> Iterator[Window]:
    """Squares of whole blocks, so that no block is unpacked twice."""
    block_height, block_width = opened.block_shapes[0]
    height = block_height * max(1, _WINDOW // block_height)
    width = block_width * max(1, _WINDOW // block_width)
    for row in range(ceil(opened.height / height)):
        for column in range(ceil(opened.width / width)):
            top, left = row * height, column * width
            yield Window(left, top, min(width, opened.width - left), min(height, opened.height - top))


@contextmanager
def _in_crs(opened: Any, crs: CRS | None) -> Iterator[Any]:
    """The dataset, said to be in `crs` where one is given; nothing is copied."""
    if crs is None:
        yield opened
        return
    path = f"/vsimem/{uuid4()}.vrt"
    rasterio.shutil.copy(opened, path, driver="VRT")
    try:
        with rasterio.open(path, "r+") as virtual:
            virtual.crs = rasterio.CRS.from_wkt(crs.to_wkt("WKT1_GDAL") if not crs.is_compound else crs.to_wkt())
        with rasterio.open(path) as virtual:
            yield virtual
    finally:
        rasterio.shutil.delete(path)
