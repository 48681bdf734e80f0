import numpy as np
import pytest

from geo.geoid import GeoidModel, geoid_height, geoid_model

WEST_OF_TOKYO_STATION = (139.70, 35.68)
KOFU = (138.57, 35.66)
JOETSU = (138.2839817085188, 37.12378643088312)


@pytest.mark.parametrize(
    ("place", "model", "published"),
    [
        (WEST_OF_TOKYO_STATION, GeoidModel.GSIGEO2011, 36.911),
        (WEST_OF_TOKYO_STATION, GeoidModel.JPGEO2024, 37.005),
        (KOFU, GeoidModel.GSIGEO2011, 42.576),
        (KOFU, GeoidModel.JPGEO2024, 42.686),
        (JOETSU, GeoidModel.GSIGEO2011, 39.474),
    ],
)
def test_published_heights_of_the_geoid(place: tuple[float, float], model: GeoidModel, published: float) -> None:
    assert geoid_height(np.array([place]), model)[0] == pytest.approx(published, abs=1e-3)


def test_off_the_models_grid_is_nan_and_never_0() -> None:
    heights = geoid_height(np.array([[0.0, 0.0], [2.35, 48.86], [100.0, 35.0], KOFU]), GeoidModel.GSIGEO2011)
    assert np.isnan(heights[:3]).all()
    assert np.isfinite(heights[3])


def test_the_order_of_longitude_and_latitude_matters() -> None:
    swapped = geoid_height(np.array([KOFU[::-1]]), GeoidModel.GSIGEO2011)
    assert np.isnan(swapped[0])


@pytest.mark.parametrize(
    ("datum", "model"),
    [
        ("JGD2011 (vertical) / T.P.", GeoidModel.GSIGEO2011),
        ("JGD2024 (vertical) / T.P.", GeoidModel.JPGEO2024),
        ("JGD2000 (vertical) / T.P.", None),
        ("EGM96 geoid", None),
        (None, None),
    ],
)
def test_the_model_belongs_to_the_dataset(datum: str | None, model: GeoidModel | None) -> None:
    assert geoid_model(datum) is model
