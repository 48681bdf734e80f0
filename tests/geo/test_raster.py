import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from pyproj import Transformer
from rasterio.transform import from_origin

from geo import Problem, UnreadableError
from geo.raster import RasterSummary, write_cog
from tests.shared_data import shared_data

NUMAZU = from_origin(138.8, 35.2, 0.001, 0.001)
PLANE = from_origin(-20_000, -100_000, 10, 10)


def write(path: Path, pixels: np.ndarray[Any, Any], **profile: Any) -> Path:
    layers = pixels if pixels.ndim == 3 else pixels[np.newaxis]
    stated = {"transform": NUMAZU, "crs": "EPSG:6668", **profile}
    size = {"count": layers.shape[0], "height": layers.shape[1], "width": layers.shape[2]}
    with rasterio.open(path, "w", driver="GTiff", dtype=pixels.dtype, **size, **stated) as file:
        file.write(layers)
    return path


def cog(source: Path, crs: str | None = None) -> RasterSummary:
    return write_cog(source, source.parent / "grid.tif", name=source.name, crs=crs)


def refusal(source: Path, crs: str | None = None) -> Problem:
    with pytest.raises(UnreadableError) as caught:
        cog(source, crs)
    return caught.value.problem


def ramp(height: int = 1_500, width: int = 1_300) -> np.ndarray[Any, Any]:
    return np.arange(height * width, dtype=np.float32).reshape(height, width)


def test_pixels_places_and_no_data_are_those_of_the_source(tmp_path: Path) -> None:
    pixels = ramp()
    pixels[:10] = -9999

    summary = cog(write(tmp_path / "a.tif", pixels, nodata=-9999))

    with rasterio.open(tmp_path / "grid.tif") as file:
        assert np.array_equal(file.read(1), pixels)
        assert file.transform == NUMAZU
        assert file.crs.to_epsg() == 6668
        assert file.nodata == -9999
    assert (summary.minimum, summary.maximum, summary.nodata) == (13_000, pixels.max(), -9999)
    assert (summary.width, summary.height, summary.bands, summary.dtype) == (1_300, 1_500, 1, "float32")
    assert summary.bounds.as_tuple() == pytest.approx((138.8, 33.7, 140.1, 35.2))
    assert (summary.crs, summary.problems) == ("EPSG:6668", ())


def test_it_is_tiled_packed_and_has_overviews_of_pixels_that_exist(tmp_path: Path) -> None:
    ranks = np.random.default_rng(1).choice(np.array([1, 2, 5], dtype=np.uint8), (1_500, 1_300))

    cog(write(tmp_path / "a.tif", ranks))

    with rasterio.open(tmp_path / "grid.tif") as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert file.profile["compress"] == "deflate"
        assert file.block_shapes == [(512, 512)]
        assert file.overviews(1) == [2, 4]
    with rasterio.open(tmp_path / "grid.tif", overview_level=1) as file:
        assert set(np.unique(file.read(1))) <= {1, 2, 5}


def test_nan_is_no_value(tmp_path: Path) -> None:
    pixels = ramp(20, 20)
    pixels[0, 0], pixels[-1, -1] = np.nan, np.inf

    assert (cog(write(tmp_path / "a.tif", pixels)).minimum, cog(tmp_path / "a.tif").maximum) == (1, 398)


def test_a_grid_of_nothing_has_no_extremes(tmp_path: Path) -> None:
    summary = cog(write(tmp_path / "a.tif", np.full((20, 20), 7, dtype=np.int16), nodata=7))

    assert (summary.minimum, summary.maximum) == (None, None)


def test_colours_stay_together(tmp_path: Path) -> None:
    pixels = np.random.default_rng(2).integers(0, 255, (3, 600, 700), dtype=np.uint8)

    summary = cog(write(tmp_path / "a.tif", pixels, photometric="RGB"))

    with rasterio.open(tmp_path / "grid.tif") as file:
        assert np.array_equal(file.read(), pixels)
        assert [kind.name for kind in file.colorinterp] == ["red", "green", "blue"]
    assert summary.bands == 3


def test_a_plane_is_kept_and_its_bounds_are_degrees(tmp_path: Path) -> None:
    """Against every pixel's corners, brought to degrees one by one."""
    edge = np.arange(0, 1_001, 10)
    x, y = np.meshgrid(-20_000 + edge, -100_000 - edge)
    lon, lat = Transformer.from_crs("EPSG:6676", "EPSG:6668", always_xy=True).transform(x, y)

    summary = cog(write(tmp_path / "a.tif", ramp(100, 100), crs="EPSG:6676", transform=PLANE))

    assert summary.crs == "EPSG:6676"
    assert summary.bounds.as_tuple() == pytest.approx((lon.min(), lat.min(), lon.max(), lat.max()), abs=1e-9)


def test_without_reference_system_it_needs_the_users_word(tmp_path: Path) -> None:
    source = write(tmp_path / "a.tif", ramp(100, 100), crs=None, transform=PLANE)

    assert refusal(source).rule == "crs.missing"
    assert cog(source, crs="6676").crs == "EPSG:6676"
    with rasterio.open(tmp_path / "grid.tif") as file:
        assert file.crs.to_epsg() == 6676
        assert file.transform == PLANE
        assert np.array_equal(file.read(1), ramp(100, 100))


def test_old_datums_are_refused_or_told(tmp_path: Path) -> None:
    assert refusal(write(tmp_path / "a.tif", ramp(9, 9), crs="EPSG:4301")).rule == "crs.tokyo_datum"
    assert [p.rule for p in cog(write(tmp_path / "b.tif", ramp(9, 9), crs="EPSG:4612")).problems] == ["crs.jgd2000"]


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_picture_without_place_is_refused(tmp_path: Path) -> None:
    source = write(tmp_path / "a.tif", ramp(9, 9), transform=rasterio.Affine.identity())

    assert refusal(source).rule == "raster.no_place"


def test_a_grid_beyond_the_earth_is_refused(tmp_path: Path) -> None:
    assert (
        refusal(write(tmp_path / "a.tif", ramp(9, 9), transform=from_origin(500, 35, 1, 1))).rule == "geometry.outside"
    )


@pytest.mark.parametrize("cut", [3, 200, 3_000_000])
def test_a_cut_file_is_refused_and_leaves_nothing(tmp_path: Path, cut: int) -> None:
    source = write(tmp_path / "a.tif", ramp(), compress="deflate" if cut < 1_000 else None)
    source.write_bytes(source.read_bytes()[:cut])

    problem = refusal(source)

    assert problem.rule == "file.unreadable"
    assert str(tmp_path) not in problem.message("en")
    assert not (tmp_path / "grid.tif").exists()


def test_what_is_no_tiff_is_refused_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_text('<VRTDataset rasterXSize="1" rasterYSize="1"/>')

    assert refusal(tmp_path / "a.tif").rule == "file.unreadable"


def test_memory_stays_bounded_however_large_the_grid_is(tmp_path: Path) -> None:
    """1.2 GB of pixels; the process may grow by 600 MB."""
    source = tmp_path / "a.tif"
    size = {"count": 1, "height": 17_000, "width": 17_000}
    with rasterio.open(
        source, "w", driver="GTiff", dtype="float32", crs="EPSG:6668", transform=NUMAZU, tiled=True, sparse_ok=True,
        compress="deflate", **size,
    ) as file:  # fmt: skip
        file.write(ramp(512, 512)[np.newaxis], window=((0, 512), (0, 512)))
    code = (
        "import resource, sys; from pathlib import Path; from geo.raster import write_cog\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "write_cog(Path(sys.argv[1]), Path(sys.argv[2]), name='a.tif')\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )

    run = subprocess.run(
        [sys.executable, "-c", code, source, tmp_path / "grid.tif"], capture_output=True, text=True, check=True
    )

    assert int(run.stdout) < 600_000


def test_the_real_terrain_of_porto_alegre_becomes_a_cog(tmp_path: Path) -> None:
    source = shared_data("access/porto_alegre/poa_elevation.tif")

    summary = write_cog(source, tmp_path / "grid.tif", name="poa_elevation.tif")

    with rasterio.open(source) as before, rasterio.open(tmp_path / "grid.tif") as after:
        assert np.array_equal(before.read(), after.read())
        assert (summary.minimum, summary.maximum) == (before.read().min(), before.read().max())
        assert summary.bounds.as_tuple() == pytest.approx(tuple(before.bounds), abs=1e-6)
