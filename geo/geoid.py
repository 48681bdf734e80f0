"""Heights of Japan's geoid above the GRS80 ellipsoid: ellipsoidal height = height above T.P. + geoid height.

The model belongs to the dataset, never to the request: heights of JGD2011 go with GSIGEO2011, those of JGD2024 with
JPGEO2024. The two differ by up to some 0.3 m.
"""

from enum import StrEnum
from functools import cache
from typing import Any

import japan_geoid
import numpy as np
from numpy.typing import NDArray


class GeoidModel(StrEnum):
    GSIGEO2011 = "GSIGEO2011"
    JPGEO2024 = "JPGEO2024"


_BY_DATUM = {"JGD2011": GeoidModel.GSIGEO2011, "JGD2024": GeoidModel.JPGEO2024}


def geoid_model(vertical_datum: str | None) -> GeoidModel | None:
    """The model that goes with a dataset's vertical datum (as `geo.crs.vertical_datum` names it); None: not known."""
    for datum, model in _BY_DATUM.items():
        if vertical_datum is not None and datum in vertical_datum:
            return model
    return None


def geoid_height(lonlat: NDArray[np.float64], model: GeoidModel) -> NDArray[np.float64]:
    """Metres above the ellipsoid at `lonlat`, shape (n, 2): degrees east, degrees north. NaN off the model's grid."""
    places = np.atleast_2d(np.asarray(lonlat, dtype=np.float64))
    heights = _model(model).get_heights(np.ascontiguousarray(places[:, 0]), np.ascontiguousarray(places[:, 1]))
    return np.asarray(heights, dtype=np.float64)


@cache
def _model(model: GeoidModel) -> Any:
    if model is GeoidModel.GSIGEO2011:
        return japan_geoid.load_embedded_gsigeo2011()
    return japan_geoid.load_embedded_jpgeo2024()
