"""Named features in one coordinate reference system, as analyses take and give them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import InvalidLayerError

if TYPE_CHECKING:
    import geopandas as gpd


@dataclass(frozen=True)
class Layer:
    """`features` is in EPSG:4326 (longitude, latitude); its index counts the features from 0."""

    name: str
    features: "gpd.GeoDataFrame"

    def __post_init__(self) -> None:
        if self.features.crs is None or self.features.crs.to_epsg() != 4326:
            raise InvalidLayerError(f"layer {self.name!r} must be in EPSG:4326, got {self.features.crs}")
        if self.features.geometry.isna().any():
            raise InvalidLayerError(f"layer {self.name!r} has features without geometry")
