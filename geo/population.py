"""People of grid squares or towns, split over the buildings they live in.

The method, which `SPLIT_METHOD` states for users:

* A building belongs, whole, to the cell that holds a point inside its footprint.
* It weighs its floor area (footprint x storeys above ground; without storeys height / 3 m, without either one storey)
  times the share of it that is lived in, by PLATEAU's usage code (`LIVED_IN`). Sheds below 20 m2 weigh nothing.
* A cell's people are shared out by weight. Whole numbers stay whole (largest remainder; of equal remainders the
  heavier building, then the first, takes the person), so that the buildings of a cell add up to it exactly; a number
  that is not whole is shared out in real numbers, which add up within rounding.
* A cell in which nobody can live by these rules keeps its people itself; nobody is dropped or moved next door.
* A cell whose number is not published stays unknown, and so do its buildings: never 0. Where e-Stat adds a secret
  cell's numbers to a neighbour, they are shared out in the neighbour, as published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.crs import metric_crs
from geo.errors import InvalidLayerError
from geo.layer import Layer
from geo.people import population_column
from geo.text import Text

SPLIT_METHOD = Text(
    "建物の延床面積(建築面積×地上階数)に用途ごとの居住割合を掛けて按分。区画ごとの合計は変わりません。"
    "住める建物のない区画の人口は区画のまま、秘匿の区画は不明のままです。",
    "Shared out by floor area (footprint x storeys) times the share lived in by use. Each cell's sum is kept. Cells "
    "without homes keep their people; secret cells stay unknown.",
)
LIVED_IN: Mapping[str, float] = MappingProxyType({
    "411": 1.0,  # 住宅
    "412": 0.85,  # 共同住宅: without halls and stairs
    "413": 0.5,  # 店舗等併用住宅
    "414": 0.6,  # 店舗等併用共同住宅
    "415": 0.5,  # 作業所併用住宅
    "461": 0.5,  # 不明
})  # fmt: skip
"""Share of the floor area lived in, by PLATEAU's Building_usage; every other code 0. Our estimate, not a standard."""
_NO_CODE = 0.5
_STOREY_M = 3.0
_SHED_M2 = 20.0
_EPSILON = 1e-9


class Basis(StrEnum):
    BUILDING = "building"
    """Its share of a cell, 0 for what nobody lives in."""
    CELL = "cell"
    """A cell without homes: all its people."""
    UNKNOWN = "unknown"
    """A cell whose people are not published, or a building in it."""
    OUTSIDE = "outside"
    """A building in none of the cells."""


@dataclass(frozen=True)
class _Shares:
    people: NDArray[np.float64]
    """Of each building; NaN: not known."""
    basis: NDArray[np.object_]


def split_population(
    cells: Layer, buildings: Layer, *, column: str | None = None, lived_in: Mapping[str, float] = LIVED_IN
) -> Layer:
    """Polygons: every building, then each cell that has no home in it. EPSG:4326.

    Columns `feature_id`, `population`, `basis` (see `Basis`), `cell_id`, `floor_area_m2`, `weight`. `column` of `cells`
    holds the people; by default the first that is known by its name. Buildings need no column, but use
    `usage_code`, `storeys_above` and `height_m` where there. InvalidLayerError for cells without numbers, and for cells
    that overlap.
    """
    name = population_column(cells.features, column)
    if name is None:
        raise InvalidLayerError(f"layer {cells.name!r} has no column of people")
    people = cells.features[name].to_numpy(dtype="float64", na_value=np.nan)
    people = np.where(people >= 0, people, np.nan)
    cell_of = _cell_of(buildings, cells)
    footprint = _footprints(buildings.features)
    floor_m2 = footprint * _storeys(buildings.features)
    weight = np.where(footprint >= _SHED_M2, floor_m2 * _lived_in(buildings.features, lived_in), 0.0)
    shares = _shares(people, cell_of, weight)
    empty = _without_homes(people, cell_of, weight)
    ids = _ids(cells.features)
    of_buildings = pd.DataFrame({
        "feature_id": _ids(buildings.features),
        "population": shares.people,
        "basis": shares.basis,
        "cell_id": np.array([*ids, None], dtype=object)[cell_of],
        "floor_area_m2": floor_m2,
        "weight": weight,
    })  # fmt: skip
    of_cells = pd.DataFrame({
        "feature_id": np.array([f"cell-{one}" for one in ids[empty]], dtype=object),
        "population": people[empty],
        "basis": np.where(np.isnan(people[empty]), Basis.UNKNOWN.value, Basis.CELL.value),
        "cell_id": ids[empty],
        "floor_area_m2": np.nan,
        "weight": np.nan,
    })  # fmt: skip
    rows = pd.concat([frame for frame in (of_buildings, of_cells) if len(frame)] or [of_buildings], ignore_index=True)
    shapes = [*buildings.features.geometry, *cells.features.geometry.to_numpy()[empty]]
    rows["cell_id"] = rows["cell_id"].astype(object).where(rows["cell_id"].notna(), None)
    return Layer("population_by_building", gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326"))


def _ids(features: gpd.GeoDataFrame) -> NDArray[Any]:
    ids = features["feature_id"] if "feature_id" in features else features.index.to_series()
    return np.asarray(ids.astype(str).to_numpy(dtype=object))


def _cell_of(buildings: Layer, cells: Layer) -> NDArray[np.int64]:
    """The cell of each building, -1 for none; on a border the first."""
    inner = shapely.point_on_surface(buildings.features.geometry.to_numpy())
    areas = cells.features.geometry.to_numpy()
    building, cell = shapely.STRtree(areas).query(inner, predicate="intersects")
    order = np.lexsort((cell, building))
    building, cell = building[order], cell[order]
    _refuse_overlaps(building, cell, inner, areas, cells.name)
    found = np.full(len(inner), -1, dtype=np.int64)
    found[building[::-1]] = cell[::-1]
    return found


def _refuse_overlaps(
    building: NDArray[np.int64], cell: NDArray[np.int64], inner: NDArray[Any], areas: NDArray[Any], name: str
) -> None:
    """A building well inside two cells would count their people twice."""
    twice = np.flatnonzero(np.bincount(building, minlength=len(inner)) > 1)
    suspects = np.isin(building, twice)
    building, cell = building[suspects], cell[suspects]
    within = shapely.contains_properly(areas[cell], inner[building])
    if len(building) and np.bincount(building[within], minlength=1).max(initial=0) > 1:
        raise InvalidLayerError(f"cells of layer {name!r} overlap: the same people would count twice")


def _footprints(features: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Square metres."""
    if not len(features):
        return np.zeros(0)
    west, south, east, north = features.total_bounds
    plane = metric_crs((west + east) / 2, (south + north) / 2)
    return np.asarray(features.geometry.to_crs(plane).area.to_numpy(), dtype=np.float64)


def _storeys(features: gpd.GeoDataFrame) -> NDArray[np.float64]:
    by_height = np.maximum(np.round(_numbers(features, "height_m") / _STOREY_M), 1)
    told = _numbers(features, "storeys_above")
    storeys = np.where(told >= 1, told, by_height)
    return np.where(storeys >= 1, storeys, 1.0)


def _numbers(features: gpd.GeoDataFrame, name: str) -> NDArray[np.float64]:
    if name not in features:
        return np.full(len(features), np.nan)
    return np.asarray(pd.to_numeric(features[name], errors="coerce").to_numpy(dtype="float64", na_value=np.nan))


def _lived_in(features: gpd.GeoDataFrame, shares: Mapping[str, float]) -> NDArray[np.float64]:
    """Share of each building that is lived in, by its use."""
    if "usage_code" not in features:
        return np.ones(len(features))
    codes = [None if pd.isna(code) else str(code).split(".")[0] for code in features["usage_code"]]
    return np.array([_NO_CODE if code is None else shares.get(code, 0.0) for code in codes], dtype=np.float64)


def _shares(people: NDArray[np.float64], cell_of: NDArray[np.int64], weight: NDArray[np.float64]) -> _Shares:
    inside = cell_of >= 0
    total = np.bincount(cell_of[inside], weight[inside], minlength=len(people))
    found = np.full(len(cell_of), np.nan)
    basis = np.where(inside, Basis.BUILDING.value, Basis.OUTSIDE.value).astype(object)
    known = inside.copy()
    known[inside] = np.isfinite(people[cell_of[inside]])
    basis[inside & ~known] = Basis.UNKNOWN.value
    found[known] = 0.0
    lived = np.flatnonzero(known & (weight > 0))
    cell = cell_of[lived]
    exact = people[cell] * (weight[lived] / total[cell])
    found[lived] = _rounded(exact, people, cell, weight[lived])
    return _Shares(found, basis)


def _rounded(
    exact: NDArray[np.float64], people: NDArray[np.float64], cell: NDArray[np.int64], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Largest remainder in each cell whose number is whole."""
    base = np.floor(exact + _EPSILON)
    missing = people - np.bincount(cell, base, minlength=len(people))
    order = np.lexsort((np.arange(len(cell)), -weight, -np.round(exact - base, 9), cell))
    starts = np.searchsorted(cell[order], np.arange(len(people)))
    rank = np.empty(len(cell), dtype=np.int64)
    rank[order] = np.arange(len(cell)) - starts[cell[order]]
    whole = people[cell] == np.floor(people[cell])
    return np.where(whole, base + (rank < missing[cell]), exact)


def _without_homes(
    people: NDArray[np.float64], cell_of: NDArray[np.int64], weight: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Cells whose people no building stands for: without homes, or unknown and without any building."""
    inside = cell_of >= 0
    homes = np.bincount(cell_of[inside], weight[inside], minlength=len(people)) > 0
    buildings = np.bincount(cell_of[inside], minlength=len(people)) > 0
    return np.flatnonzero(np.where(np.isnan(people), ~buildings, ~homes))
