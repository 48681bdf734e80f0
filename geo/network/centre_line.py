"""A street network where there is none: the centre lines of road areas, such as PLATEAU's `tran`.

Neighbouring road areas share edges (PLATEAU cuts them at junctions and at the borders of its files), so they are one
area first; the lines are its medial axis without spurs. Roads that pass over others meet them here: areas on the
ground don't say what is above.
"""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from geo.crs import metric_crs
from geo.errors import UnreadableError
from geo.network.branch import Branches, simplified, street_branches
from geo.network.medial_axis import CELL_M, SPACING_M, medial_axis
from geo.network.street_network import Heights, StreetNetwork, build_network
from geo.network.way import LeftOut, WayKind
from geo.problem import Problem

GAP_M = 0.5
"""Road areas this near to each other touch."""
TOLERANCE_M = 0.5
"""How far a line may lie from the centre it stands for."""
_MOTORWAY = "1"
_ROAD = "tran:Road"
_KINDS = {"2": WayKind.TRUNK, "3": WayKind.SECONDARY, "4": WayKind.UNCLASSIFIED}
"""By Road_function of PLATEAU: national, prefectural and municipal roads; the roads that only the building law knows
(10 to 15) are `OTHER`, as all that is unknown."""
_OTHER_KINDS = {"tran:Track": WayKind.PATH, "tran:Square": WayKind.PEDESTRIAN}


def build_network_from_roads(
    roads: gpd.GeoDataFrame,
    *,
    name: str,
    heights: Heights | None = None,
    spacing: float = SPACING_M,
    cell: float = CELL_M,
) -> StreetNetwork:
    """Centre lines of road polygons (any CRS), as a network open to all: nothing is known of steps or of who may pass.

    Of the optional columns `feature_type`, `function_code` (PLATEAU's Road_function) and `name` an edge has those of
    the road its middle lies in. Motorways are left out. UnreadableError, with `name`, when no road is left that a
    line could follow.
    """
    roads = roads.to_crs(4326)
    is_motorway = np.array([_is_motorway(*one) for one in _classes(roads)], dtype=np.bool_)
    is_area = roads.geom_type.isin(("Polygon", "MultiPolygon")) & ~roads.is_empty
    roads = roads[~is_motorway & is_area.to_numpy()]
    if roads.empty:
        raise UnreadableError(Problem("osm.no_streets", name))
    west, south, east, north = roads.total_bounds
    plane = metric_crs((west + east) / 2, (south + north) / 2)
    areas = np.asarray(roads.geometry.to_crs(plane).array)
    axis = medial_axis(_one_area(areas), spacing=spacing, cell=cell)
    branches = simplified(street_branches(axis), TOLERANCE_M)
    if not len(branches.ends):
        raise UnreadableError(Problem("osm.no_streets", name))
    left_out = {LeftOut.MOTORWAY.value: int(is_motorway.sum())} if is_motorway.any() else {}
    return _network(branches, roads, areas, plane, left_out, heights)


def _texts(roads: gpd.GeoDataFrame, column: str) -> NDArray[np.object_]:
    """The column as texts, None where there is none."""
    if column not in roads:
        return np.full(len(roads), None, dtype=object)
    values: NDArray[np.object_] = roads[column].astype(object).where(roads[column].notna(), None).to_numpy(dtype=object)
    return values


def _one_area(areas: NDArray[np.object_]) -> shapely.Geometry:
    """The union, with hairlines between neighbours closed."""
    apart = GAP_M / 2
    grown = shapely.buffer(shapely.make_valid(areas), apart, join_style="mitre", mitre_limit=2.0)
    return shapely.buffer(shapely.union_all(grown), -apart, join_style="mitre", mitre_limit=2.0)


def _network(
    branches: Branches,
    roads: gpd.GeoDataFrame,
    areas: NDArray[np.object_],
    plane: CRS,
    left_out: dict[str, int],
    heights: Heights | None,
) -> StreetNetwork:
    nodes, ends = np.unique(branches.ends, return_inverse=True)
    first_and_last = np.stack([branches.start[:-1], branches.start[1:] - 1], axis=1)
    lonlat = _lonlat(branches.xy, plane)
    node_lonlat = np.empty((len(nodes), 2))
    node_lonlat[ends.ravel()] = lonlat[first_and_last.ravel()]
    road = _road_of(branches, areas)
    network = build_network(
        node_lonlat=node_lonlat,
        edge_nodes=ends.reshape(-1, 2).astype(np.int32),
        shape_start=branches.start,
        shape_lonlat=lonlat,
        names=_of_road(_texts(roads, "name"), road),
        kind=_kinds(_classes(roads), road),
        left_out=left_out,
    )
    return network.with_slopes(heights) if heights else network


def _classes(roads: gpd.GeoDataFrame) -> list[tuple[str, str | None]]:
    """Type and function of every road; what does not say its type is a road."""
    types = (one or _ROAD for one in _texts(roads, "feature_type"))
    return list(zip(types, _texts(roads, "function_code"), strict=True))


def _is_motorway(feature_type: str, code: str | None) -> bool:
    """Tracks and squares have functions of other codelists."""
    return feature_type == _ROAD and code == _MOTORWAY


def _kinds(classes: Sequence[tuple[str, str | None]], road: NDArray[np.int64]) -> NDArray[np.uint8]:
    kinds = [_kind(*classes[row]) if row >= 0 else WayKind.OTHER for row in road]
    return np.array(kinds, dtype=np.uint8)


def _kind(feature_type: str, code: str | None) -> WayKind:
    if feature_type == _ROAD:
        return _KINDS.get(code or "", WayKind.OTHER)
    return _OTHER_KINDS.get(feature_type, WayKind.OTHER)


def _lonlat(xy: NDArray[np.float64], plane: CRS) -> NDArray[np.float64]:
    transformer = Transformer.from_crs(plane, 4326, always_xy=True)
    return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))


def _road_of(branches: Branches, areas: NDArray[np.object_]) -> NDArray[np.int64]:
    """(b,): row of the road that the middle of a branch lies in, -1 for none; the last where roads overlap."""
    row = np.repeat(np.arange(len(branches.ends)), np.diff(branches.start))
    lines = shapely.linestrings(branches.xy, indices=row)
    middles = np.asarray(shapely.line_interpolate_point(lines, 0.5, normalized=True))
    branch, area = shapely.STRtree(areas).query(middles, predicate="intersects")
    road = np.full(len(middles), -1)
    road[branch] = area
    return road


def _of_road(values: NDArray[np.object_], road: NDArray[np.int64]) -> list[str | None]:
    return [values[row] if row >= 0 else None for row in road]
