"""The grid of heights and the triangles, judged by rasterio, by each other and by the buildings."""

from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from lxml import etree

from .conftest import NAMESPACES, Written, in_metres

_DEM = {**NAMESPACES, "dem": "http://www.opengis.net/citygml/relief/2.0"}


@pytest.fixture(scope="session")
def triangles(written: Written) -> np.ndarray:
    """Latitude, longitude, height; shape (n, 4, 3)."""
    found = [
        np.array(positions.text.split(), dtype=float).reshape(-1, 3)
        for path in sorted(written.city.folder.glob("udx/dem/*.gml"))
        for positions in etree.parse(path).iterfind(".//gml:Triangle//gml:posList", NAMESPACES)
    ]
    return np.array(found)


def _sampled(written: Written, points: np.ndarray) -> np.ndarray:
    """The grid's heights at points of the plane, NaN where it has none."""
    with rasterio.open(written.city.folder / "dem/mihon_dem.tif") as grid:
        values = np.array([value[0] for value in grid.sample(points.tolist())], dtype=float)
        values[values == grid.nodata] = np.nan
    return values


def test_the_grid_says_where_it_is_and_what_is_missing(written: Written) -> None:
    with rasterio.open(written.city.folder / "dem/mihon_dem.tif") as grid:
        crs = pyproj.CRS(grid.crs.to_wkt())
        assert [part.to_epsg() for part in crs.sub_crs_list] == [6676, 6695]
        assert (grid.dtypes, grid.res, grid.nodata) == (("float32",), (5.0, 5.0), -9999.0)
        heights = grid.read(1, masked=True)
    assert 0.1 < heights.mask.mean() < 0.6
    assert heights.min() > 0.5
    assert 100 < heights.max() < 400


def test_the_sea_has_no_height_and_the_land_has_one(written: Written) -> None:
    (city, _), *_ = written.geojson("mihon_boundary")
    sea, _ = written.geojson("mihon_water")[0]
    random = np.random.default_rng(1)
    west, south, east, north = in_metres(city).bounds
    points = np.column_stack([random.uniform(west, east, 2000), random.uniform(south, north, 2000)])
    missing = np.isnan(_sampled(written, points))
    wet = shapely.contains_xy(in_metres(sea).buffer(-5), points[:, 0], points[:, 1])
    dry = shapely.contains_xy(in_metres(city).difference(in_metres(sea)).buffer(-5), points[:, 0], points[:, 1])
    assert missing[wet].all()
    assert not missing[dry].any()


def test_buildings_stand_on_the_ground_of_the_grid(written: Written) -> None:
    places = np.array([in_metres(outline).centroid.coords[0] for outline in written.outlines])
    feet = [
        min(float(v) for v in feature.element.find(".//bldg:lod1Solid//gml:posList", NAMESPACES).text.split()[2::3])
        for feature in written.buildings
    ]
    above = _sampled(written, places) - np.array(feet)
    assert np.abs(np.median(above)) < 0.2
    assert np.percentile(np.abs(above), 99) < 4


def test_the_triangles_are_closed_turned_alike_and_agree_with_the_grid(written: Written, triangles: np.ndarray) -> None:
    assert len(triangles) > 5000
    assert (triangles[:, 0] == triangles[:, 3]).all()
    rings = shapely.linearrings(triangles[:, :, [1, 0]])
    assert shapely.is_ccw(rings).all()
    corners = triangles[:, 0]
    points = in_metres(shapely.multipoints(corners[:, [1, 0]]))
    found = _sampled(written, shapely.get_coordinates(points))
    known = np.isfinite(found)
    assert known.mean() > 0.9
    assert np.percentile(np.abs(found - corners[:, 2])[known], 99) < 2.5


def test_triangles_do_not_overlap(triangles: np.ndarray) -> None:
    areas = in_metres(shapely.polygons(triangles[:, :, [1, 0]]))
    assert shapely.area(areas).sum() == pytest.approx(shapely.union_all(areas, grid_size=0.001).area, rel=1e-4)


def test_each_relief_carries_the_name_of_its_mesh(written: Written) -> None:
    for path in written.city.folder.glob("udx/dem/*.gml"):
        for relief in etree.parse(path).iterfind(".//dem:ReliefFeature", _DEM):
            name = relief.findtext("gml:name", namespaces=_DEM)
            assert len(name) == 8
            assert name.startswith(path.name[:6])
            assert relief.findtext(".//dem:TINRelief/dem:lod", namespaces=_DEM) == "1"


def test_the_reader_of_triangles_agrees_with_the_grid(written: Written, tmp_path: Path) -> None:
    from geo.terrain import read_tin

    for path in sorted(written.city.folder.glob("udx/dem/*.gml")):
        piece = read_tin(path, tmp_path / f"{path.stem}.tif", name=path.name)
        assert not piece.problems
        with rasterio.open(piece.path) as grid:
            heights = grid.read(1, masked=True).compressed()
        assert 1.0 <= heights.min() < heights.max() < 400
