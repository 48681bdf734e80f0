"""Several grids as one ground, judged cell by cell against a plain reading of the rule."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from pyproj import CRS

from geo.grid import GridFile
from geo.terrain import NO_SOURCE, Ground, GroundSheet, write_sheets
from tests.geo.terrain.test_mosaic import DEGREES, STEP, write

JGD2000 = CRS("EPSG:4612+6694")
JGD2011 = CRS("EPSG:6668+6695")


def ground(folder: Path, *paths: Path) -> Ground:
    """The most trusted one first."""
    sources = [GridFile(path) for path in paths]
    target = folder / "ground"
    target.mkdir()
    sheets = [
        GroundSheet(
            GridFile(plan.heights) if plan.heights else sources[plan.own],
            plan.own,
            GridFile(plan.givers) if plan.givers else None,
        )
        for plan in write_sheets(sources, target)
    ]
    return Ground(sources, sheets)


def holes(values: np.ndarray[Any, Any], share: float, seed: int) -> np.ndarray[Any, Any]:
    values[np.random.default_rng(seed).random(values.shape) < share] = np.nan
    return values


def centres(column: float, row: float, cols: int, rows: int, step: float = STEP) -> np.ndarray[Any, Any]:
    x = 138.85 + (column + np.arange(cols) + 0.5) * step
    y = 35.11 - (row + np.arange(rows) + 0.5) * step
    return np.column_stack([np.tile(x, rows), np.repeat(y, cols)])


def by_hand(places: np.ndarray[Any, Any], paths: Sequence[Path]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    heights, sources = np.full(len(places), np.nan), np.full(len(places), NO_SOURCE)
    for number, path in enumerate(paths):
        own = GridFile(path).sample(places)
        taken = np.isnan(heights) & np.isfinite(own)
        heights[taken], sources[taken] = own[taken], number
    return heights, sources


def test_every_cell_is_that_of_the_first_source_that_has_it(tmp_path: Path) -> None:
    fine = write(tmp_path / "fine.tif", holes(np.random.default_rng(1).normal(50, 9, (300, 300)), 0.3, 2), 500, 400)
    other = write(tmp_path / "other.tif", holes(np.random.default_rng(3).normal(20, 9, (200, 260)), 0.2, 4), 650, 450)
    coarse = write(tmp_path / "coarse.tif", np.random.default_rng(5).normal(5, 2, (100, 100)), 0, 0, STEP * 10)
    made = ground(tmp_path, fine, other, coarse)
    places = centres(500, 400, 300, 300)
    heights, sources = by_hand(places, [fine, other, coarse])
    traced = made.trace(places)
    assert traced.heights == pytest.approx(heights, abs=1e-4)
    assert np.array_equal(traced.sources, sources)
    assert set(sources) == {0, 1, 2}
    outside = centres(0, 0, 40, 40, STEP * 10)
    assert made.sample(outside) == pytest.approx(by_hand(outside, [fine, other, coarse])[0], abs=1e-4)


def test_an_explicit_order_lets_a_coarse_survey_stand_over_a_fine_one(tmp_path: Path) -> None:
    values = np.full((40, 40), 3.0)
    values[10:20, 10:20] = np.nan
    coarse = write(tmp_path / "coarse.tif", values, 0, 0, STEP * 10)
    fine = write(tmp_path / "fine.tif", np.full((300, 300), 8.0), 50, 50)
    made = ground(tmp_path, coarse, fine)
    inside, lacking = centres(60, 60, 1, 1), centres(150, 150, 1, 1)
    assert (made.sample(inside)[0], made.trace(inside).sources[0]) == (3, 0)
    assert (made.sample(lacking)[0], made.trace(lacking).sources[0]) == (8, 1)


def test_a_source_that_nobody_fills_is_not_copied(tmp_path: Path) -> None:
    one = write(tmp_path / "one.tif", np.full((300, 300), 1.0), 0, 0)
    far = write(tmp_path / "far.tif", holes(np.full((300, 300), 2.0), 0.5, 1), 4_000, 0)
    over = write(tmp_path / "over.tif", np.full((40, 40), 3.0), 0, 0, STEP * 10)
    made = ground(tmp_path, one, far, over)
    assert list((tmp_path / "ground").iterdir()) == []
    assert set(np.round(made.sample(centres(10, 10, 370, 370)), 6)) == {1.0, 3.0}


def test_between_two_sources_the_ground_is_without_a_gap(tmp_path: Path) -> None:
    """Both hold the same plane; the fine one ends inside the coarse one and has holes of one cell."""

    def plane(places: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.asarray(3_000 * (places[:, 0] - 138.85) + 2_000 * (places[:, 1] - 35.11) + 100)

    values = holes(plane(centres(100, 100, 200, 200)).reshape(200, 200), 0.1, 1)
    fine = write(tmp_path / "fine.tif", values, 100, 100)
    broad = plane(centres(0, 0, 50, 50, STEP * 10)).reshape(50, 50)
    coarse = write(tmp_path / "coarse.tif", broad, 0, 0, STEP * 10)
    west, north = 138.85 + 20 * STEP, 35.11 - 20 * STEP
    places = np.random.default_rng(1).uniform((west, north - 460 * STEP), (west + 460 * STEP, north), (5_000, 2))
    assert ground(tmp_path, fine, coarse).sample(places) == pytest.approx(plane(places), abs=1e-3)


def test_heights_from_different_levels_are_never_mixed_but_each_answers(tmp_path: Path) -> None:
    values = np.full((300, 300), 10.0)
    values[100:200, 100:200] = np.nan
    new = write(tmp_path / "new.tif", values, 0, 0, crs=JGD2011)
    old = write(tmp_path / "old.tif", np.full((60, 60), 20.0), -10, -10, STEP * 10, crs=JGD2000)
    made = ground(tmp_path, new, old)
    places = np.random.default_rng(1).uniform((138.85, 35.11 - 300 * STEP), (138.85 + 300 * STEP, 35.11), (9_000, 2))
    traced = made.trace(places)
    assert set(np.round(traced.heights, 6)) == {10.0, 20.0}
    levels = [made.sources[n].vertical_datum for n in (0, 1)]
    assert levels == ["JGD2011 (vertical) / T.P.", "JGD2000 (vertical) / T.P."]
    assert np.array_equal(traced.heights > 15, traced.sources == 1)


def test_a_trusted_source_of_another_level_hides_the_finer_one(tmp_path: Path) -> None:
    old = write(tmp_path / "old.tif", np.full((30, 30), 20.0), 0, 0, STEP * 10, crs=JGD2000)
    new = write(tmp_path / "new.tif", np.full((900, 900), 10.0), 0, 0, crs=JGD2011)
    traced = ground(tmp_path, old, new).trace(np.vstack([centres(150, 150, 1, 1), centres(600, 600, 1, 1)]))
    assert (list(traced.heights), list(traced.sources)) == ([20, 10], [0, 1])


def test_what_nobody_has_stays_no_data_also_from_afar(tmp_path: Path) -> None:
    values = np.full((1_500, 1_500), 5.0)
    values[:, 500:1_000] = np.nan
    fine = write(tmp_path / "fine.tif", values, 0, 0)
    filling = write(tmp_path / "filling.tif", np.full((20, 20), 7.0), 48, 0, STEP * 10)
    made = ground(tmp_path, fine, filling)
    assert made.sheets[0].heights.overviews
    places = centres(20, 20, 140, 140, STEP * 10)
    near = made.sample(places)
    for coarser in (1, 2, 4):
        far = made.draw(places, made.bounds, cell_m=6.17 * coarser)
        assert np.nanmin(far) >= 5
        assert np.nanmax(far) <= 7
        assert np.isnan(far).mean() == pytest.approx(np.isnan(near).mean(), abs=0.02)
    assert np.isnan(made.sample(np.array([[0.0, 0.0], [138.0, 35.0]]))).all()


def test_stored_sheets_are_cloud_optimized(tmp_path: Path) -> None:
    fine = write(tmp_path / "fine.tif", holes(np.full((700, 700), 1.0), 0.1, 1), 0, 0)
    ground(tmp_path, fine, write(tmp_path / "coarse.tif", np.full((90, 90), 2.0), -5, -5, STEP * 10))
    for name in ("0.tif", "0-givers.tif"):
        with rasterio.open(tmp_path / "ground" / name) as opened:
            assert opened.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            assert opened.overviews(1)


def test_one_grid_alone_is_a_ground(tmp_path: Path) -> None:
    path = write(tmp_path / "one.tif", np.full((30, 30), 1.0), 0, 0, crs=DEGREES)
    alone = Ground.of(path)
    assert alone.bounds.as_tuple() == pytest.approx(GridFile(path).frame.bounds.as_tuple())
    assert alone.trace(centres(3, 3, 1, 1)).sources[0] == 0
