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
class RiverFlood:
    """Depths in metres; negative where the ground stays dry."""

    planned: Surface
    """L1."""
    largest: Surface
    """L2."""

    @property
    def by_scale(self) -> tuple[tuple[str, Surface], ...]:
        """With the codes of RiverFloodingRiskAttribute_scale."""
        return ("1", self.planned), ("2", self.largest)


@dataclass(frozen=True)
class Terrain:
    ground: Surface
    floods: tuple[RiverFlood, ...]
    """Of each river, in the order of `Geography.rivers`."""
    tsunami: Surface
    """The greatest depth of all times."""
    tsunami_after: tuple[tuple[int, Surface], ...]
    """Minutes after the earthquake, and the depth then."""
    high_tide: Surface
    inland: Surface
    """Rain that the drains can't take: hollows of the plain."""

    def height(self, points: Points) -> Values:
        return np.round(self.ground.at(points), 2)


@dataclass(frozen=True)
class _RiverDistance:
    river: Values
    coast: Values
    """From the nearest place of the river to the coast."""


@dataclass(frozen=True)
class _Distances:
    """Kilometres of the drawing board from every grid point."""

    coast: Values
    rivers: tuple[_RiverDistance, ...]
    foot: Values
    """To the foot of the hills: positive inside the hills, negative outside."""


_FLOODS = (((1.5, 0.36), (2.9, 0.60)), ((1.1, 0.20), (2.0, 0.34)))
"""Rise in metres and reach in kilometres of the board of the planned and the largest flood of each river."""
_WAVE = ((15, 0.62, 0.14), (20, 0.86, 0.42), (30, 1.0, 0.9), (45, 0.9, 1.3), (60, 0.74, 1.6), (90, 0.5, 2.0))
"""Minutes after the earthquake; height of the water as a share of its greatest; how far inland its front has come."""


def build_terrain(geography: Geography, seed: int) -> Terrain:
    raster = _raster(geography)
    points = raster.points()
    km = _distances(geography, points)
    noise = _noise(raster, Generator(PCG64([seed, 1])))
    ground = _ground(km, noise)
    shape = raster.rows, raster.columns
    return Terrain(
        ground=_surface(raster, ground),
        floods=tuple(
            RiverFlood(
                *(_surface(raster, _flood(river, shape, ground, rise_m, reach_km)) for rise_m, reach_km in sizes)
            )
            for river, sizes in zip(km.rivers, _FLOODS, strict=True)
        ),
        tsunami=_surface(raster, _tsunami(km, ground)),
        tsunami_after=tuple((minutes, _surface(raster, _tsunami(km, ground, minutes))) for minutes, *_ in _WAVE),
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
    shore = cKDTree(coast_points)
    coast = shore.query(points)[0] / board
    rivers = []
    for one in geography.rivers:
        dots = _dots(one.line, board)
        away, nearest = cKDTree(dots).query(points)
        rivers.append(_RiverDistance(away / board, (shore.query(dots)[0] / board)[nearest]))
    foot = cKDTree(_dots(geography.mountains.boundary, board)).query(points)[0] / board
    inside = _inside(geography.mountains, points)
    return _Distances(coast, tuple(rivers), np.where(inside, foot, -foot))


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
    large, small = (one.river for one in km.rivers)
    levee = 0.8 * _bump(large, 0.09, 0.05) - 1.0 * _bump(large, 0.30, 0.14)
    levee += 0.4 * _bump(small, 0.05, 0.03) - 0.5 * _bump(small, 0.16, 0.08)
    apron = 9 * np.exp(-np.maximum(-km.foot, 0) / 0.1)
    hill = 190 * (1 - np.exp(-((np.maximum(km.foot, 0) / 0.42) ** 1.35))) * (0.85 + 0.55 * noise)
    height = _plain(km.coast) + bar + levee * (km.foot < 0) + 0.45 * noise + apron + hill
    floor: Values = np.maximum(height, 1.1)
    return floor


def _flood(km: _RiverDistance, shape: tuple[int, int], ground: Values, rise_m: float, reach_km: float) -> Values:
    # Between two bends the nearest place of the river jumps; water does not.
    level = uniform_filter(_plain(km.coast).reshape(shape), size=13).ravel() + rise_m
    return np.asarray(level - ground - 2.6 * (km.river / reach_km) ** 2)


def _tsunami(km: _Distances, ground: Values, minutes: int | None = None) -> Values:
    """At its greatest, or so many minutes after the earthquake, when its front has come only so far."""
    front = 5.6 * np.exp(-km.coast / 0.5)
    large = km.rivers[0]
    bore = 2.6 * np.exp(-large.river / 0.16) * np.exp(-large.coast / 0.55)
    if minutes is None:
        return np.asarray(front + bore - ground)
    share, reach_km = next(rest for at, *rest in _WAVE if at == minutes)
    beyond = np.maximum(np.minimum(km.coast, large.coast + 2 * large.river) - reach_km, 0)
    return np.asarray(share * (front + bore) - ground - 60 * beyond)


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
