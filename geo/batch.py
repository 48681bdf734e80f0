"""What every reader yields: some features of one part of a file, with an account of what was read."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from geo.column import Column
from geo.errors import InvalidLayerError
from geo.level_count import LevelCount
from geo.problem import Problem

if TYPE_CHECKING:
    # Half a second that a command which reads no features need not wait.
    import geopandas as gpd

    from geo.surface import Surfaces


class GeometryType(StrEnum):
    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"


@dataclass(frozen=True, slots=True)
class Count:
    """Features of one type and level of detail: `read == stored + kept_out`, always."""

    feature_type: str
    lod: str
    """`LOD0`, `LOD1` ... or empty where the format knows none."""
    read: int
    stored: int
    kept_out: int

    def __post_init__(self) -> None:
        if self.read != self.stored + self.kept_out:
            raise ValueError(f"{self.feature_type} {self.lod}: read {self.read} != {self.stored} + {self.kept_out}")


@dataclass(frozen=True)
class Batch:
    """A few thousand features at most, so that memory stays bounded as files grow.

    `features` is in EPSG:4326 (longitude, latitude), has a geometry of one `geometry_type` (multi or not), a column
    `feature_id` (str: gml:id, or the row's own id) and the file's attribute columns. A column `attributes` holds,
    where a format is a tree, the whole tree as a JSON list (see docs/architecture.md).
    """

    part: str
    """Which layer of the file: a GeoPackage table, `bldg` of a CityGML file, `stops` of a feed; empty if only one."""
    geometry_type: GeometryType
    features: "gpd.GeoDataFrame"
    columns: tuple[Column, ...] = ()
    """Labels and units of the columns that have any."""
    problems: tuple[Problem, ...] = ()
    counts: tuple[Count, ...] = field(default=())
    crs: str = "EPSG:4326"
    """The coordinate reference system that the file declares, before the conversion to EPSG:4326."""
    vertical_datum: str | None = None
    """What heights in this file are measured from; None where it has none."""
    surfaces: "Surfaces | None" = None
    """The features in space, where the format knows that; its `row` counts the rows of `features`."""
    levels: tuple[LevelCount, ...] = ()
    """As `counts`, of every level of detail that features have, where the format knows several; to be summed."""

    def __post_init__(self) -> None:
        if self.features.crs is None or self.features.crs.to_epsg() != 4326:
            raise InvalidLayerError(f"a batch is in EPSG:4326, got {self.features.crs}")
        if "feature_id" not in self.features:
            raise InvalidLayerError("a batch needs a column feature_id")
        if sum(count.stored for count in self.counts) != len(self.features):
            raise InvalidLayerError("the counts of a batch must add up to its features")
