"""A selection of a layer's features as a file for other programs: what is in it, whatever its format.

One row a feature: `fid`, `feature_id`, the layer's columns, `attributes` (the whole tree as JSON; not in CSV) and the
geometry that the map shows, in longitude and latitude or in a plane. Shapes in space are in the layer's 3D tiles, not
here. Every file says where it is from and on what terms, since open data does not travel without them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pyarrow as pa
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from data.errors import InvalidQueryError
from data.feature_index import Fids
from data.feature_table import ATTRIBUTES, FeatureTable
from data.record import LayerRecord
from geo import Text
from geo.crs import CRS84, metric_crs, parse_crs, project_points

GEOMETRY = "geometry"
_OWN = ("fid", "feature_id", ATTRIBUTES, GEOMETRY, "geom", "lon", "lat", "wkt")
"""Columns that mean something in an export; a layer's own of such a name gets a mark."""


class Format(StrEnum):
    GEOPACKAGE = "gpkg"
    GEOPARQUET = "parquet"
    GEOJSON = "geojson"
    CSV = "csv"


@dataclass(frozen=True)
class Export:
    """What is to be written. Holds no feature: `tables` reads them some at a time."""

    record: LayerRecord
    version: str
    table: FeatureTable
    fids: Fids
    """Ascending."""
    crs: CRS = CRS84

    @property
    def is_whole(self) -> bool:
        return len(self.fids) == len(self.table)

    @property
    def is_plane(self) -> bool:
        return self.crs.is_projected

    @property
    def columns(self) -> Mapping[str, str]:
        """The layer's columns by their names in the file, which differ also for programs that know no capitals."""
        taken = set(_OWN)
        names: dict[str, str] = {}
        for column in self.record.current.columns:
            if column.name not in self.table.schema.names:
                continue
            name = column.name
            while name.casefold() in taken:
                name += "_"
            taken.add(name.casefold())
            names[name] = column.name
        return names

    @property
    def has_tree(self) -> bool:
        return ATTRIBUTES in self.table.schema.names

    def schema(self, *, tree: bool = True) -> pa.Schema:
        """Of the tables that `tables` gives."""
        known = self.table.schema
        fields = [pa.field("fid", pa.int64()), pa.field("feature_id", known.field("feature_id").type)]
        fields += [pa.field(name, known.field(own).type) for name, own in self.columns.items()]
        fields += [pa.field(ATTRIBUTES, pa.string())] if tree and self.has_tree else []
        return pa.schema([*fields, pa.field(GEOMETRY, pa.binary())])

    def tables(self, *, tree: bool = True) -> Iterator[pa.Table]:
        """The features in the order of their fids, geometry as WKB in `crs`, x east and y north."""
        schema = self.schema(tree=tree)
        own = ["feature_id", *self.columns.values(), *([ATTRIBUTES] if tree and self.has_tree else []), GEOMETRY]
        for fids, rows in self.table.pieces(own, self.fids):
            arrays = [pa.array(fids, pa.int64()), *(rows[name] for name in own[:-1]), self._placed(rows[GEOMETRY])]
            yield pa.table(arrays, schema=schema)

    def _placed(self, wkb: pa.ChunkedArray) -> Any:
        if self.crs == CRS84:
            return wkb
        geometries = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False))
        moved = shapely.transform(geometries, lambda lonlat: project_points(lonlat, self.crs))
        return pa.array(shapely.to_wkb(moved), pa.binary())

    def terms(self) -> dict[str, str]:
        """Where the file is from and on what terms, as far as it is known."""
        told = {
            "title": self.record.title.ja,
            "title_en": self.record.title.en,
            "layer": self.record.id,
            "version": self.version,
            "imported_at": self.record.imported_at if self.version == self.record.version else None,
            "attribution": self.record.attribution,
            "licence": self.record.licence,
            "features": str(len(self.fids)),
            "features_of_the_layer": str(len(self.table)),
            "made_with": "Machinami",
        }
        return {name: value for name, value in told.items() if value}

    def file_name(self, ending: str) -> str:
        """`yaizu-aed_1-1a2b3c4d_CC-BY-4.0.csv`; a part of a layer is called so."""
        parts = [self.record.id, self.version, "" if self.is_whole else "part", self.record.licence or ""]
        stem = "_".join("-".join(part.split()) for part in parts if part)
        return f"{''.join(sign if sign.isalnum() or sign in '-_.' else '-' for sign in stem)}.{ending}"


_GEOGRAPHIC = frozenset({4326, 6668})
_PLANES = frozenset(range(6669, 6693))
"""JGD2011: the 19 plane rectangular systems, then UTM zones 51 to 55."""


def export_crs(asked: str | None, record: LayerRecord) -> CRS:
    """`4326`, `EPSG:6676`, or `plane`: the plane rectangular system of the layer's middle. InvalidQueryError else."""
    if not asked:
        return CRS84
    if asked == "plane":
        box = record.current.bounds
        return metric_crs((box.west + box.east) / 2, (box.south + box.north) / 2)
    try:
        code = parse_crs(asked).to_epsg()
    except CRSError:
        code = None
    if code == 4326:
        return CRS84
    if code in _GEOGRAPHIC | _PLANES:
        return CRS.from_epsg(code)
    words = Text(
        f"座標参照系「{asked}」では書き出せません(EPSG:4326、6668、6669〜6692、または plane)",
        f"{asked!r} is no coordinate reference system for exports: EPSG:4326, 6668, 6669 to 6692, or plane",
    )
    raise InvalidQueryError(words)
