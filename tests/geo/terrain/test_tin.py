"""CityGML dem: rasterised triangles against a brute force, and Yokosuka's against its own vertices."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from geo import UnreadableError
from geo.grid import GridFile
from geo.terrain import is_tin, read_tin
from tests.shared_data import shared_data

STEP = 0.2 / 3600
YOKOSUKA = "plateau/yokosuka_iur/udx/dem/523965_dem_6697_05_op.gml"


def ring(positions: str) -> str:
    inner = f"<gml:LinearRing><gml:posList>{positions}</gml:posList></gml:LinearRing>"
    return f"<gml:Triangle><gml:exterior>{inner}</gml:exterior></gml:Triangle>\n"


def dem(triangles: np.ndarray[Any, Any], srs: str = "EPSG/0/6697", more: str = "") -> str:
    """A file of one feature with triangles as they stand in it: first axis, second axis, height."""
    rings = "".join(ring(" ".join(map(repr, np.vstack([one, one[:1]]).ravel().tolist()))) for one in triangles)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<core:CityModel xmlns:core="http://www.opengis.net/citygml/2.0" xmlns:gml="http://www.opengis.net/gml"
 xmlns:dem="http://www.opengis.net/citygml/relief/2.0">
<gml:boundedBy><gml:Envelope srsName="http://www.opengis.net/def/crs/{srs}" srsDimension="3">
<gml:lowerCorner>35 138 0</gml:lowerCorner><gml:upperCorner>36 139 9</gml:upperCorner></gml:Envelope></gml:boundedBy>
<core:cityObjectMember><dem:ReliefFeature gml:id="dem_1"><dem:lod>1</dem:lod><dem:reliefComponent>
<dem:TINRelief gml:id="tin_1"><dem:lod>1</dem:lod><dem:tin><gml:TriangulatedSurface><gml:trianglePatches>
{rings}{more}</gml:trianglePatches></gml:TriangulatedSurface></dem:tin></dem:TINRelief></dem:reliefComponent>
</dem:ReliefFeature></core:cityObjectMember></core:CityModel>"""


def hills(count: int = 300) -> np.ndarray[Any, Any]:
    """Latitude, longitude, height of triangles of every shape, over some 500 m."""
    random = np.random.default_rng(3)
    points = shapely.MultiPoint(
        np.column_stack([random.uniform(138.86, 138.866, count), random.uniform(35.1, 35.104, count)])
    )
    flat = [np.array(one.exterior.coords)[:3] for one in shapely.delaunay_triangles(points).geoms]
    lonlat = np.array(flat)
    heights = 20 + 900 * (lonlat[..., 0] - 138.86) + 5 * np.sin(lonlat[..., 1] * 9_000)
    return np.stack([lonlat[..., 1], lonlat[..., 0], heights], axis=-1)


def read(path: Path, **more: Any) -> GridFile:
    read_tin(path, path.parent / "piece.tif", name=path.name, **more)
    return GridFile(path.parent / "piece.tif")


def brute_force(triangles: np.ndarray[Any, Any], lonlat: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Heights at places, each looked for in each triangle by solving for the plane."""
    heights = np.full(len(lonlat), np.nan)
    areas = shapely.polygons(triangles[:, :, [1, 0]])
    for triangle, area in zip(triangles, areas, strict=True):
        if area.area == 0:
            continue
        origin = triangle[0]
        plane = np.linalg.solve((triangle[1:] - origin)[:, :2], (triangle[1:] - origin)[:, 2])
        covered = shapely.intersects_xy(area, lonlat)
        heights[covered] = origin[2] + (lonlat[covered][:, ::-1] - origin[:2]) @ plane
    return heights


def test_cells_are_those_that_a_brute_force_finds(tmp_path: Path) -> None:
    triangles = hills()
    path = tmp_path / "dem.gml"
    path.write_text(dem(triangles))
    file = read(path, resolution=0.1)
    grid = file.read()
    assert grid is not None
    expected = brute_force(triangles, grid.frame.centres()).reshape(grid.values.shape)
    assert np.array_equal(np.isnan(grid.values), np.isnan(expected))
    assert np.isfinite(expected).sum() > 10_000
    assert np.nanmax(np.abs(grid.values - expected)) < 1e-4


def test_two_triangles_leave_no_seam_between_them(tmp_path: Path) -> None:
    """Their common edge runs through the centres of cells."""
    south, west = 35.1 + STEP / 2, 138.86 + STEP / 2
    north, east = south + 40 * STEP, west + 40 * STEP
    corners = [(south, west, 0.0), (south, east, 40.0), (north, east, 40.0), (north, west, 0.0)]
    triangles = np.array([[corners[0], corners[1], corners[2]], [corners[0], corners[2], corners[3]]])
    path = tmp_path / "dem.gml"
    path.write_text(dem(triangles))
    grid = read(path, resolution=0.2).read()
    assert grid is not None
    known = np.isfinite(grid.values)
    assert known.sum() == 41 * 41
    assert grid.values[known].reshape(41, 41) == pytest.approx(np.tile(np.arange(41.0), (41, 1)), abs=1e-4)


def test_a_plane_in_metres_is_north_before_east(tmp_path: Path) -> None:
    north, east = np.array([0.0, 0.0, 100.0]), np.array([0.0, 200.0, 0.0])
    triangle = np.array([np.column_stack([north - 98_000, east + 28_000, 0.1 * east])])
    path = tmp_path / "dem.gml"
    path.write_text(dem(triangle, srs="EPSG/0/6676"))
    grid = read(path).read()
    assert grid is not None
    assert grid.values.shape == (20, 40)
    assert grid.values[-1, 0] == pytest.approx(0.25)
    assert np.isnan(grid.values[0, -1])


def test_wrong_triangles_are_left_out_and_counted(tmp_path: Path) -> None:
    wrong = "".join(
        ring(positions)
        for positions in (
            "35.1 138.86 1 35.1 138.87 1",
            "",
            "35.1 138.86 x 35.1 138.87 1 35.2 138.87 1 35.1 138.86 x",
            "35.1 138.86 -9999 35.1 138.87 1 35.2 138.87 1 35.1 138.86 -9999",
            "35.1 138.86 1 35.1 138.87 1 35.2 138.87 1 35.1 138.88 1",
        )
    )
    path = tmp_path / "dem.gml"
    path.write_text(dem(hills(), more=wrong))
    piece = read_tin(path, tmp_path / "a.tif", name="dem.gml")
    (problem,) = piece.problems
    assert (problem.rule, problem.feature, problem.parameters["count"]) == ("terrain.triangle", "dem_1", "5")
    assert [(one.read, one.stored) for one in piece.counts] == [(1, 1)]


def test_a_file_without_any_triangle_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dem.gml"
    path.write_text(dem(np.empty((0, 3, 3))))
    with pytest.raises(UnreadableError) as caught:
        read(path)
    assert caught.value.problem.rule == "terrain.no_triangle"


def test_a_coordinate_by_mistake_does_not_fill_the_disk(tmp_path: Path) -> None:
    far = np.array([[[35.1, 138.8, 1.0], [35.2, 138.8, 1.0], [-35.0, -100.0, 1.0]]])
    path = tmp_path / "dem.gml"
    path.write_text(dem(far))
    with pytest.raises(UnreadableError) as caught:
        read(path)
    assert caught.value.problem.rule == "terrain.too_large"


def test_yokosukas_grid_has_the_heights_of_its_own_vertices(tmp_path: Path) -> None:
    """On a lattice of 1 m, beside 5 m points: where the ground is gentle the two agree within centimetres."""
    source = shared_data(YOKOSUKA)
    assert is_tin(source, "udx/dem/523965_dem_6697_05_op.gml")
    piece = read_tin(source, tmp_path / "a.tif", name="dem.gml", resolution=0.01)
    texts = re.findall(r"<gml:posList>([^<]+)<", source.read_text(encoding="utf-8"))
    rings = np.array([text.split() for text in texts], dtype=np.float64).reshape(-1, 4, 3)
    vertices = rings[:, :3].reshape(-1, 3)
    heights = GridFile(tmp_path / "a.tif").sample(vertices[:, [1, 0]])
    known = np.isfinite(heights)
    off = np.abs(heights[known] - vertices[known, 2])
    assert piece.problems == ()
    assert known.mean() > 0.5
    assert np.median(off) < 0.03
    assert np.percentile(off, 90) < 0.35


def test_yokosukas_grid_is_its_triangles(tmp_path: Path) -> None:
    source = shared_data(YOKOSUKA)
    texts = re.findall(r"<gml:posList>([^<]+)<", source.read_text(encoding="utf-8"))
    triangles = np.array([text.split() for text in texts], dtype=np.float64).reshape(-1, 4, 3)[:, :3]
    read_tin(source, tmp_path / "a.tif", name="dem.gml")
    grid = GridFile(tmp_path / "a.tif").read()
    assert grid is not None
    expected = brute_force(triangles, grid.frame.centres()).reshape(grid.values.shape)
    both = np.isfinite(grid.values) & np.isfinite(expected)
    # An edge exactly at a centre may fall to either side; overlaps and slivers may be another triangle's.
    assert (np.isfinite(grid.values) != np.isfinite(expected)).sum() <= 2
    assert (np.abs(grid.values - expected)[both] > 0.01).mean() < 0.001
