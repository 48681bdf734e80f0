"""The formulas of the frame, judged by PROJ."""

import numpy as np
import pytest
from numpy.typing import NDArray
from pyproj import Transformer

from tiles.tileset.frame import Frame, ecef, extent

TO_ECEF = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)


def places(count: int, *, around: tuple[float, float] | None = None) -> NDArray[np.float64]:
    """Longitude, latitude and ellipsoidal height: all over the world, or within a degree of a place."""
    random = np.random.default_rng(1)
    heights = random.uniform(-500, 4_000, count)
    if around is None:
        return np.column_stack([random.uniform(-180, 180, count), random.uniform(-90, 90, count), heights])
    return np.column_stack([random.uniform(-1, 1, (count, 2)) + around, heights])


def test_geocentric_coordinates_are_those_of_proj_within_a_micrometre() -> None:
    corners = [[0, 0, 0], [180, 0, 10], [-180, 0, 10], [0, 90, 5], [77, -90, 5], [139.7671, 35.6812, 40.2]]
    own = np.concatenate([places(2_000), np.array(corners, dtype=np.float64)])
    assert ecef(own) == pytest.approx(np.column_stack(TO_ECEF.transform(*own.T)), abs=1e-6)


@pytest.mark.parametrize("middle", [(138.86, 35.09), (123.0, 24.3), (145.8, 43.4), (0.0, 0.0), (-51.2, -30.0)])
def test_local_coordinates_are_those_of_proj_within_10_micrometres(middle: tuple[float, float]) -> None:
    lon, lat = middle
    steps = f"+proj=cart +ellps=WGS84 +step +proj=topocentric +ellps=WGS84 +lon_0={lon} +lat_0={lat} +h_0=0"
    judge = Transformer.from_pipeline(f"+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step {steps}")
    own = places(500, around=middle)
    assert Frame(*middle).local(own) == pytest.approx(np.column_stack(judge.transform(*own.T)), abs=1e-5)


def test_the_transform_leads_back_to_geocentric_coordinates() -> None:
    frame, own = Frame(138.86, 35.09), places(500, around=(138.86, 35.09))
    matrix = np.array(frame.transform).reshape(4, 4).T
    assert matrix[3].tolist() == [0, 0, 0, 1]
    assert np.linalg.det(matrix[:3, :3]) == pytest.approx(1), "it turns and neither stretches nor mirrors"
    back = frame.local(own) @ matrix[:3, :3].T + matrix[:3, 3]
    assert back == pytest.approx(np.column_stack(TO_ECEF.transform(*own.T)), abs=1e-6)


def test_the_origin_is_the_middle_and_up_is_up() -> None:
    local = Frame(138.86, 35.09).local(np.array([[138.86, 35.09, 0.0], [138.86, 35.09, 100.0]]))
    assert local == pytest.approx(np.array([[0, 0, 0], [0, 0, 100]]), abs=1e-6)


@pytest.mark.parametrize("count", [1, 2, 1_000])
def test_the_extent_is_numpy_s_least_and_greatest(count: int) -> None:
    own = places(count)
    low, high = extent(own)
    assert np.array_equal(low, own.min(axis=0))
    assert np.array_equal(high, own.max(axis=0))
