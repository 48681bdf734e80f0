from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from pyproj import CRS, Transformer
from rasterio.transform import Affine

from geo import UnreadableError
from geo.grid import GridFile
from geo.terrain.mosaic import mosaic

STEP = 0.2 / 3600
DEGREES = CRS.from_epsg(6697)


def write(
    path: Path, values: np.ndarray[Any, Any], column: float, row: float, step: float = STEP, crs: CRS = DEGREES
) -> Path:
    """Cells from (row, column) on of a lattice whose corner is at 138.85, 35.11."""
    transform = Affine(step, 0, 138.85 + column * step, 0, -step, 35.11 - row * step)
    size = {"height": values.shape[0], "width": values.shape[1], "count": 1}
    with rasterio.open(
        path, "w", driver="GTiff", dtype="float32", nodata=np.nan, transform=transform,
        crs=rasterio.CRS.from_wkt(crs.to_wkt()), **size,
    ) as file:  # fmt: skip
        file.write(values.astype(np.float32), 1)
    return path


def joined(tmp_path: Path, *sources: Path) -> GridFile:
    mosaic(sources, tmp_path / "grid.tif", name="test")
    return GridFile(tmp_path / "grid.tif")


def test_the_first_source_wins_and_the_next_fills_what_it_lacks(tmp_path: Path) -> None:
    first = np.full((300, 300), 1.0)
    first[100:200, 100:200] = np.nan
    good = write(tmp_path / "a.tif", first, 0, 0)
    other = write(tmp_path / "b.tif", np.full((1_500, 1_400), 2.0), -50, -20)
    grid = joined(tmp_path, good, other).read()
    assert grid is not None
    expected = np.full((1_500, 1_400), 2.0)
    inside = expected[20:320, 50:350]
    inside[np.isfinite(first)] = 1
    assert np.array_equal(grid.values, expected)


def test_what_no_source_has_stays_no_data_in_every_overview(tmp_path: Path) -> None:
    one = write(tmp_path / "a.tif", np.full((600, 600), 5.0), 0, 0)
    two = write(tmp_path / "b.tif", np.full((600, 600), 5.0), 1_400, 1_400)
    file = joined(tmp_path, one, two)
    assert file.overviews
    for coarser in (1, *file.overviews):
        grid = file.read(coarser=coarser)
        assert grid is not None
        assert set(np.unique(grid.values[np.isfinite(grid.values)])) == {5.0}
        assert np.isnan(grid.values[0, -1])
        assert np.isfinite(grid.values).mean() == pytest.approx(0.18, abs=0.01)
    with rasterio.open(file.path) as opened:
        assert opened.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"


def test_a_coarser_source_is_interpolated_onto_the_finest_lattice(tmp_path: Path) -> None:
    """Both hold the same plane, so the seam must not be seen."""

    def plane(rows: int, cols: int, column: float, row: float, step: float) -> np.ndarray[Any, Any]:
        x = 138.85 + (column + np.arange(cols) + 0.5) * step
        y = 35.11 - (row + np.arange(rows) + 0.5) * step
        return np.asarray(3_000 * (x[None, :] - 138.85) + 2_000 * (y[:, None] - 35.11) + 100)

    fine = write(tmp_path / "a.tif", plane(300, 300, 0, 0, STEP), 0, 0)
    coarse = write(tmp_path / "b.tif", plane(300, 300, -20.3, -20.7, STEP * 2), -20.3, -20.7, STEP * 2)
    grid = joined(tmp_path, coarse, fine).read()
    assert grid is not None
    centres = grid.frame.centres()
    expected = 3_000 * (centres[:, 0] - 138.85) + 2_000 * (centres[:, 1] - 35.11) + 100
    known = np.isfinite(grid.values).ravel()
    assert grid.resolution_m == pytest.approx(6.16, abs=0.01)
    assert known.mean() > 0.99
    assert grid.values.ravel()[known] == pytest.approx(expected[known], abs=1e-3)


def test_a_source_in_a_plane_lies_where_it_should(tmp_path: Path) -> None:
    crs = CRS("EPSG:6676+6695")
    x, y = Transformer.from_crs(6668, 6676, always_xy=True).transform(138.86, 35.1)
    transform = Affine(20, 0, x - 2_000, 0, -20, y + 2_000)
    east = x - 2_000 + 20 * (np.arange(200) + 0.5)
    values = np.tile(east * 0.01, (200, 1)).astype(np.float32)
    with rasterio.open(
        tmp_path / "b.tif", "w", driver="GTiff", dtype="float32", nodata=np.nan, transform=transform, height=200,
        width=200, count=1, crs=rasterio.CRS.from_wkt(crs.to_wkt()),
    ) as file:  # fmt: skip
        file.write(values, 1)
    fine = write(tmp_path / "a.tif", np.full((10, 10), 7.0), 0, 0)
    places = np.column_stack([np.linspace(138.852, 138.87, 50), np.linspace(35.095, 35.105, 50)])
    expected = Transformer.from_crs(6668, 6676, always_xy=True).transform(*places.T)[0] * 0.01
    assert joined(tmp_path, fine, tmp_path / "b.tif").sample(places) == pytest.approx(expected, abs=1e-3)


def test_heights_from_different_levels_are_never_mixed(tmp_path: Path) -> None:
    one = write(tmp_path / "a.tif", np.ones((9, 9)), 0, 0)
    two = write(tmp_path / "b.tif", np.ones((9, 9)), 0, 0, crs=CRS.from_epsg(6668))
    with pytest.raises(UnreadableError) as caught:
        joined(tmp_path, one, two)
    assert caught.value.problem.rule == "terrain.datums"
    assert not (tmp_path / "grid.tif").exists()
