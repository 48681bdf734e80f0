"""Where on the map a problem is: in the middle of the outline of its feature."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.problem import Problem


def placed(problems: Sequence[Problem], ids: Sequence[str], geometries: NDArray[Any]) -> list[Problem]:
    """The problems, those of features with an outline at a place. `ids`: of the `geometries`, in EPSG:4326."""
    wanted = {one.feature for one in problems if one.feature is not None and one.lonlat is None}
    if not wanted:
        return list(problems)
    at = np.array([index for index, id in enumerate(ids) if id in wanted], dtype=np.int64)
    middles = shapely.centroid(geometries[at])
    x, y = shapely.get_x(middles), shapely.get_y(middles)
    known = np.isfinite(x) & np.isfinite(y) & (np.abs(x) <= 180) & (np.abs(y) <= 90)
    places = {
        ids[index]: (float(lon), float(lat)) for index, lon, lat in zip(at[known], x[known], y[known], strict=True)
    }
    return [
        replace(one, lonlat=places[one.feature]) if one.lonlat is None and one.feature in places else one
        for one in problems
    ]
