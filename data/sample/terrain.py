"""Ground, river flood and tsunami of みほん市, one grid each. Heights in metres above the geoid (T.P.)."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.random import PCG64, Generator
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter
from scipy.spatial import cKDTree
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from data.sample.geography import Geography
from data.sample.plane import Points
from data.sample.surface import Raster, Surface, Values


@dataclass(frozen=True)
class Terrain:
    ground: Surface
    flood_l1: Surface
    """Depth in metres of the planned flood; negative where the ground stays dry."""
    flood_l2: Surface
    """The largest flood assumed."""
    tsunami: Surface
    high_tide: Surface
    inland: Surface
    """Rain that the drains can't take: hollows of the plain."""

    def height(self, points: Points) -> Values:
        return np.round(self.ground.at(points), 2)


@dataclass(frozen=True)
class _Distances:
    """Kilometres of the drawing board from every grid point."""

    coast: Values
    river: Values
    river_coast: Values
    """From the nearest place of the river to the coast."""
    foot: Values
    """To the foot of the hills: positive inside the hills, negative outside."""


def build_terrain(geography: Geography, seed: int) -> Terrain:
    raster = _raster(geography)
    points = raster.points()
    km = _distances(geography, points)
    noise = _noise(raster, Generator(PCG64([seed, 1])))
    ground = _ground(km, noise)
    shape = raster.rows, raster.columns
    return Terrain(
        ground=_surface(raster, ground),
        flood_l1=_surface(raster, _flood(km, shape, ground, rise_m=1.5, reach_km=0.36)),
        flood_l2=_surface(raster, _flood(km, shape, ground, rise_m=2.9, reach_km=0.60)),
        tsunami=_surface(raster, _tsunami(km, ground)),
        high_tide=_surface(raster, _high_tide(km, ground)),
        inland=_surface(raster, _inland(km, shape, ground)),
    )


def _surface(raster: Raster, values: Values) -> Surface:
    return Surface(raster, np.round(values, 3).reshape(raster.rows, raster.columns))


def _raster(geography: Geography) -> Raster:
    west, south, east, north = geography.municipality.bounds
    cell = 20 * geography.scale
    margin = 10 * cell
    rows = int((north - south + 2 * margin) / cell) + 2
    columns = int((east - west + 2 * margin) / cell) + 2
    return Raster(round(west - margin, 3), round(south - margin, 3), cell, rows, columns)


def _distances(geography: Geography, points: Points) -> _Distances:
    board = geography.board_m
    coast_points = _dots(geography.coast, board)
    river_points = _dots(geography.river_line, board)
    coast = cKDTree(coast_points).query(points)[0] / board
    river, nearest = cKDTree(river_points).query(points)
    river_coast = cKDTree(coast_points).query(river_points)[0] / board
    foot = cKDTree(_dots(geography.mountains.boundary, board)).query(points)[0] / board
    inside = _inside(geography.mountains, points)
    return _Distances(coast, river / board, river_coast[nearest], np.where(inside, foot, -foot))


def _inside(area: BaseGeometry, points: Points) -> NDArray[np.bool_]:
    shapely.prepare(area)
    return np.asarray(shapely.contains_xy(area, points[:, 0], points[:, 1]))


def _dots(line: BaseGeometry, board: float) -> Points:
    return shapely.get_coordinates(shapely.segmentize(line, 0.006 * board))


def _noise(raster: Raster, random: Generator) -> Values:
    """Three octaves, -1..1, shape (rows * columns,)."""
    total = np.zeros((raster.rows, raster.columns))
    for cells, weight in ((6, 0.55), (14, 0.3), (34, 0.15)):
        lattice = random.random((cells + 2, cells + 2)) * 2 - 1
        total += weight * _smooth(lattice, raster.rows, raster.columns, cells)
    return total.ravel()


def _smooth(lattice: Values, rows: int, columns: int, cells: int) -> Values:
    y, x = np.arange(rows) * cells / rows, np.arange(columns) * cells / columns
    j, i = y.astype(int), x.astype(int)
    v, u = _ease(y - j)[:, None], _ease(x - i)[None, :]
    low = lattice[j][:, i] * (1 - u) + lattice[j][:, i + 1] * u
    high = lattice[j + 1][:, i] * (1 - u) + lattice[j + 1][:, i + 1] * u
    return np.asarray(low * (1 - v) + high * v)


def _ease(t: Values) -> Values:
    eased: Values = t * t * (3 - 2 * t)
    return eased


def _bump(distance: Values, centre: float, width: float) -> Values:
    bump: Values = np.exp(-(((distance - centre) / width) ** 2))
    return bump


def _plain(coast_km: Values) -> Values:
    height: Values = 1.5 + 5.2 * coast_km**1.15
    return height


def _ground(km: _Distances, noise: Values) -> Values:
    """A plain that rises inland, a sand bar behind the beach, levees and back swamps along the river, hills."""
    bar = 1.7 * _bump(km.coast, 0.24, 0.09)
    levee = 0.8 * _bump(km.river, 0.09, 0.05) - 1.0 * _bump(km.river, 0.30, 0.14)
    apron = 9 * np.exp(-np.maximum(-km.foot, 0) / 0.1)
    hill = 190 * (1 - np.exp(-((np.maximum(km.foot, 0) / 0.42) ** 1.35))) * (0.85 + 0.55 * noise)
    height = _plain(km.coast) + bar + levee * (km.foot < 0) + 0.45 * noise + apron + hill
    floor: Values = np.maximum(height, 1.1)
    return floor


def _flood(km: _Distances, shape: tuple[int, int], ground: Values, *, rise_m: float, reach_km: float) -> Values:
    # Between two bends the nearest place of the river jumps; water does not.
    level = uniform_filter(_plain(km.river_coast).reshape(shape), size=13).ravel() + rise_m
    return np.asarray(level - ground - 2.6 * (km.river / reach_km) ** 2)


def _tsunami(km: _Distances, ground: Values) -> Values:
    front = 5.6 * np.exp(-km.coast / 0.5)
    bore = 2.6 * np.exp(-km.river / 0.16) * np.exp(-km.river_coast / 0.55)
    return np.asarray(front + bore - ground)


def _high_tide(km: _Distances, ground: Values) -> Values:
    surge = 4.3 * np.exp(-km.coast / 1.3)
    return np.asarray(surge - ground)


def _inland(km: _Distances, shape: tuple[int, int], ground: Values) -> Values:
    around = uniform_filter(ground.reshape(shape), size=15).ravel()
    depth = 1.7 * (np.minimum(around, ground + 1.2) - ground) - 0.24
    return np.asarray(np.where((km.foot < -0.27) & (km.coast > 0.05), depth, -1.0))


def depth_bands(depth: Surface, limits: tuple[float, ...], area: BaseGeometry) -> list[MultiPolygon]:
    """One area per class `limits[k] <= depth < limits[k + 1]`, the last one open, inside `area`."""
    nested = [depth.above(limit) for limit in limits]
    rings = [
        shapely.difference(outer, inner) for outer, inner in zip(nested, [*nested[1:], MultiPolygon()], strict=True)
    ]
    return [_polygons(shapely.intersection(ring, area)) for ring in rings]


def _polygons(geometry: BaseGeometry) -> MultiPolygon:
    parts = shapely.get_parts(geometry)
    return MultiPolygon([part for part in parts if part.geom_type == "Polygon" and part.area > 20])
