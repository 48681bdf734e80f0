"""Every wet place of a hazard lies in its surveyed extent, and some of the city lies outside."""

import json

import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from .conftest import Written, in_metres

PATTERNS = {
    "fld": "udx/fld/**/*.gml", "tnm": "udx/tnm/*.gml", "htd": "udx/htd/*.gml", "ifld": "udx/ifld/*.gml",
}  # fmt: skip


def _extent(written: Written, package: str) -> tuple[shapely.Geometry, dict[str, str]]:
    path = written.city.folder / f"hazard/{package}_surveyed_extent.geojson"
    (feature,) = json.loads(path.read_text(encoding="utf-8"))["features"]
    return shape(feature["geometry"]), feature["properties"]


@pytest.mark.parametrize("package", PATTERNS)
def test_all_that_is_wet_was_surveyed(written: Written, package: str) -> None:
    areas = [area for body in written.features(PATTERNS[package], "wtr:WaterBody") for area in body.polygons()]
    extent, properties = _extent(written, package)
    wet = in_metres(shapely.union_all(np.array(areas, dtype=object)))
    assert extent.is_valid
    assert wet.area > 10_000
    assert wet.difference(in_metres(extent).buffer(1)).area < 1
    assert properties["basis"] == "model"


def test_landslide_zones_lie_in_their_survey(written: Written) -> None:
    extent, properties = _extent(written, "lsld")
    (city, _), *_ = written.geojson("mihon_boundary")
    zones = [area for path in sorted(written.city.folder.glob("udx/lsld/*.gml")) for area in _zones(written, path.name)]
    assert zones
    outside = in_metres(shapely.union_all(zones).intersection(city)).difference(in_metres(extent).buffer(1))
    assert outside.area < 1
    assert properties["basis"] == "explicit"


def _zones(written: Written, name: str) -> list[shapely.Polygon]:
    from lxml import etree

    from .conftest import Feature

    path = written.city.folder / "udx/lsld" / name
    return Feature(path, etree.parse(path).getroot()).polygons("core:cityObjectMember")


@pytest.mark.parametrize("package", ["fld", "tnm", "htd", "lsld"])
def test_part_of_the_city_was_not_surveyed(written: Written, package: str) -> None:
    (city, _), *_ = written.geojson("mihon_boundary")
    extent, _ = _extent(written, package)
    assert 0.1 < in_metres(extent).area / in_metres(city).area < 0.9
