"""One small city for all tests, and what is in it."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from lxml import etree
from pyproj import Transformer
from shapely import Polygon
from shapely.geometry import shape

from data.sample import SampleCity

NAMESPACES = {
    "gml": "http://www.opengis.net/gml",
    "core": "http://www.opengis.net/citygml/2.0",
    "bldg": "http://www.opengis.net/citygml/building/2.0",
    "tran": "http://www.opengis.net/citygml/transportation/2.0",
    "wtr": "http://www.opengis.net/citygml/waterbody/2.0",
    "brid": "http://www.opengis.net/citygml/bridge/2.0",
    "gen": "http://www.opengis.net/citygml/generics/2.0",
    "frn": "http://www.opengis.net/citygml/cityfurniture/2.0",
    "veg": "http://www.opengis.net/citygml/vegetation/2.0",
    "urf": "https://www.geospatial.jp/iur/urf/3.1",
    "uro": "https://www.geospatial.jp/iur/uro/3.1",
}
_TO_PLANE = Transformer.from_crs("EPSG:6668", "EPSG:6676", always_xy=True)


@dataclass(frozen=True)
class Feature:
    file: Path
    element: Any

    def text(self, path: str) -> str | None:
        return self.element.findtext(path, namespaces=NAMESPACES)

    def find_all(self, path: str) -> list[Any]:
        return self.element.findall(path, namespaces=NAMESPACES)

    def polygons(self, path: str = ".") -> list[Polygon]:
        """In degrees, longitude first."""
        return [
            Polygon(*_rings(polygon))
            for part in self.find_all(path)
            for polygon in part.iterfind(".//gml:Polygon", NAMESPACES)
        ]


def _rings(polygon: Any) -> tuple[np.ndarray, list[np.ndarray]]:
    rings = [
        np.array(positions.text.split(), dtype=float).reshape(-1, 3)[:, [1, 0]]
        for positions in polygon.iterfind(".//gml:posList", NAMESPACES)
    ]
    return rings[0], rings[1:]


@dataclass(frozen=True)
class Written:
    """The city on disk, read with tools that our code does not use for writing."""

    city: SampleCity

    def features(self, pattern: str, tag: str) -> Iterator[Feature]:
        prefix, name = tag.split(":")
        for path in sorted(self.city.folder.glob(pattern)):
            for element in etree.parse(path).iter(f"{{{NAMESPACES[prefix]}}}{name}"):
                yield Feature(path, element)

    @cached_property
    def buildings(self) -> list[Feature]:
        return list(self.features("udx/bldg/*.gml", "bldg:Building"))

    @cached_property
    def outlines(self) -> list[Polygon]:
        return [feature.polygons("bldg:lod0RoofEdge")[0] for feature in self.buildings]

    def table(self, name: str, encoding: str) -> list[dict[str, str]]:
        (path,) = (self.city.folder / "opendata").glob(f"*/{name}")
        return list(csv.DictReader(io.StringIO(path.read_bytes().decode(encoding))))

    def geojson(self, name: str) -> list[tuple[Any, dict[str, Any]]]:
        body = json.loads((self.city.folder / f"admin/{name}.geojson").read_text(encoding="utf-8"))
        return [(shape(feature["geometry"]), feature["properties"]) for feature in body["features"]]


def in_metres(geometry: Any) -> Any:
    return shapely.transform(geometry, lambda p: np.column_stack(_TO_PLANE.transform(p[:, 0], p[:, 1])))


@pytest.fixture(scope="session")
def written(sample_city: SampleCity) -> Written:
    return Written(sample_city)
