"""Features as places that trips begin or end at."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo import InvalidLayerError


@dataclass(frozen=True, eq=False)
class Sites:
    """One entry for each feature."""

    ids: NDArray[Any]
    """`feature_id`, or the index where there is none; text."""
    lonlat: NDArray[np.float64]
    """Shape (n, 2): a point itself, of an area or line a point on it near its middle."""
    features: gpd.GeoDataFrame
    """EPSG:4326, with a plain index."""

    def __len__(self) -> int:
        return len(self.ids)

    def amounts(self, column: str) -> NDArray[np.float64]:
        """Numbers of a column; not known (blank, below 0) is nothing. InvalidLayerError for no such column."""
        if column not in self.features:
            raise InvalidLayerError(f"the features have no column {column!r}")
        numbers = np.asarray(self.features[column].to_numpy(dtype=np.float64, na_value=np.nan))
        return np.where(numbers > 0, numbers, 0.0)


def sites(features: gpd.GeoDataFrame) -> Sites:
    """InvalidLayerError for features without a CRS, or one without a geometry."""
    if features.crs is None:
        raise InvalidLayerError("the places have no coordinate reference system")
    rows = features.to_crs(4326).reset_index(drop=True)
    geometries = rows.geometry.to_numpy()
    if bool(np.any(shapely.is_missing(geometries) | shapely.is_empty(geometries))):
        raise InvalidLayerError("a place has no geometry")
    is_point = shapely.get_type_id(geometries) == 0
    points = np.where(is_point, geometries, shapely.centroid(geometries))
    # The middle of a crescent is not on it.
    off = ~is_point & ~shapely.intersects(points, geometries)
    points[off] = shapely.point_on_surface(geometries[off])
    ids = features["feature_id"] if "feature_id" in features else features.index.to_series()
    return Sites(np.asarray(ids.astype(str), dtype=object), shapely.get_coordinates(points), rows)
