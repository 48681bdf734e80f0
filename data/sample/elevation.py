"""The ground as cities publish it: a GeoTIFF of heights, and PLATEAU's triangles (dem). Metres above the geoid."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.transform import from_origin
from rasterio.windows import Window
from shapely.geometry.base import BaseGeometry

from data.sample.geography import Geography
from data.sample.gml import MADE_ON, feature_id, text, write_model
from data.sample.plane import PLANE_AND_HEIGHT_CRS, Plane, Points
from data.sample.surface import Values
from data.sample.terrain import Terrain
from geo.mesh import MeshLevel, mesh_code

NODATA = -9999.0
_CELLS = 100_000
"""Of the grid, about so many are made at a time: memory does not grow with the city."""
_CACHE_BYTES = 4_000_000
"""GDAL would keep the whole grid."""


def write_elevation(folder: Path, geography: Geography, terrain: Terrain, plane: Plane) -> list[tuple[Path, int]]:
    grid = folder / "dem/mihon_dem.tif"
    return [(grid, _write_grid(grid, geography, terrain, plane)), *_write_triangles(folder, geography, terrain, plane)]


def cell_m(geography: Geography) -> float:
    return 5.0 if geography.scale <= 1.5 else 10.0


def _write_grid(path: Path, geography: Geography, terrain: Terrain, plane: Plane) -> int:
    """Heights at the middles of the cells, without compression: the same bytes on every machine. Cells written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cell = cell_m(geography)
    east, north = plane.origin
    low_x, low_y, high_x, high_y = geography.municipality.buffer(100).bounds
    west, top = np.floor((low_x + east) / cell) * cell, np.ceil((high_y + north) / cell) * cell
    columns, rows = int((high_x + east - west) / cell) + 1, int((top - low_y - north) / cell) + 1
    sea = geography.sea
    shapely.prepare(sea)
    step = max(1, _CELLS // columns)
    with rasterio.Env(GDAL_CACHEMAX=_CACHE_BYTES), rasterio.open(
        path, "w", driver="GTiff", width=columns, height=rows, count=1, dtype="float32", nodata=NODATA,
        crs=PLANE_AND_HEIGHT_CRS, transform=from_origin(west, top, cell, cell), BIGTIFF="IF_SAFER",
    ) as out:  # fmt: skip
        for start in range(0, rows, step):
            count = min(step, rows - start)
            x = west - east + cell * (np.arange(columns) + 0.5)
            y = top - north - cell * (np.arange(start, start + count) + 0.5)
            values = _heights(terrain, sea, x, y).astype(np.float32)
            out.write(values, 1, window=Window(0, start, columns, count))
    return rows * columns


def _heights(terrain: Terrain, sea: BaseGeometry, x: Values, y: Values) -> Values:
    """Shape (len(y), len(x))."""
    east, north = (axis.ravel() for axis in np.meshgrid(x, y))
    heights = terrain.height(np.column_stack([east, north]))
    heights[shapely.contains_xy(sea, east, north)] = NODATA
    return heights.reshape(len(y), len(x))


def _write_triangles(folder: Path, geography: Geography, terrain: Terrain, plane: Plane) -> Iterator[tuple[Path, int]]:
    """One file per second-level mesh, one relief per third-level mesh: triangles by where their middle lies."""
    points, triangles = _land_triangles(geography, terrain)
    heights = terrain.height(points)
    lonlat = plane.to_lonlat(points)
    corners = [f"{lat:.8f} {lon:.8f} {h:.2f}" for (lon, lat), h in zip(lonlat.tolist(), heights.tolist(), strict=True)]
    middles = lonlat[triangles].mean(axis=1)
    members: dict[str, list[int]] = {}
    for k, (lon, lat) in enumerate(middles.tolist()):
        members.setdefault(mesh_code(lon, lat, MeshLevel.STANDARD), []).append(k)
    files: dict[str, list[str]] = {}
    for mesh in sorted(members):
        files.setdefault(mesh[: MeshLevel.SECONDARY], []).append(mesh)
    for name, meshes in files.items():
        used = np.unique(triangles[[k for mesh in meshes for k in members[mesh]]])
        extent = np.column_stack([lonlat[used], heights[used]])
        path = folder / f"udx/dem/{name}_dem_6697_op.gml"
        write_model(
            path,
            (_relief(mesh, triangles[members[mesh]], corners) for mesh in meshes),
            (extent.min(axis=0), extent.max(axis=0)),
        )
        yield path, len(meshes)


def _land_triangles(geography: Geography, terrain: Terrain) -> tuple[Points, NDArray[np.int64]]:
    """Every other point of the grid; triangles that touch the sea are left out. Corners counter-clockwise."""
    raster = terrain.ground.raster
    rows, columns = raster.rows // 2, raster.columns // 2
    east, north = np.meshgrid(np.arange(columns) * 2, np.arange(rows) * 2)
    places = np.column_stack([east.ravel(), north.ravel()]) * raster.cell_m + np.array([raster.west, raster.south])
    land = geography.municipality.buffer(60)
    shapely.prepare(land)
    dry = shapely.contains_xy(land, places[:, 0], places[:, 1])
    dry &= ~shapely.contains_xy(geography.sea, places[:, 0], places[:, 1])
    sw = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    corners = [
        np.column_stack(three) for three in ((sw, sw + 1, sw + columns), (sw + columns + 1, sw + columns, sw + 1))
    ]
    triangles = np.concatenate(corners)
    return places, triangles[dry[triangles].all(axis=1)]


def _relief(mesh: str, triangles: NDArray[np.int64], corners: list[str]) -> str:
    patches = "".join(
        "<gml:Triangle>\n<gml:exterior>\n<gml:LinearRing>\n<gml:posList>"
        f"{corners[a]} {corners[b]} {corners[c]} {corners[a]}"
        "</gml:posList>\n</gml:LinearRing>\n</gml:exterior>\n</gml:Triangle>\n"
        for a, b, c in triangles.tolist()
    )
    name = text("gml:name", mesh)
    return (
        f'<dem:ReliefFeature gml:id="{feature_id("dem", "relief", mesh)}">\n{name}'
        f"<core:creationDate>{MADE_ON}</core:creationDate>\n<dem:lod>1</dem:lod>\n<dem:reliefComponent>\n"
        f'<dem:TINRelief gml:id="{feature_id("dem", "tin", mesh)}">\n{name}<dem:lod>1</dem:lod>\n'
        "<dem:tin>\n<gml:TriangulatedSurface>\n<gml:trianglePatches>\n"
        f"{patches}</gml:trianglePatches>\n</gml:TriangulatedSurface>\n</dem:tin>\n"
        "</dem:TINRelief>\n</dem:reliefComponent>\n</dem:ReliefFeature>\n"
    )
