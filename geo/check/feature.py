"""The checks of the stored features of one batch of city objects, in one call: not those of faces and solids."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from geo.check.height import check_heights
from geo.check.place import check_mesh
from geo.problem import Problem
from geo.surface import Surfaces

if TYPE_CHECKING:
    import geopandas as gpd


def check_features(
    features: "gpd.GeoDataFrame",
    surfaces: Surfaces | None,
    *,
    name: str,
    lines: Sequence[int | None] | None = None,
) -> list[Problem]:
    """What is doubtful about stored features: their place and their heights.

    `features` as in a Batch; `lines` of the file `name` for the same rows.
    """
    ids = features["feature_id"].tolist()
    problems = check_mesh(features.geometry.to_numpy(), ids, name=name, lines=lines)
    if surfaces is None:
        return problems
    if "height_source" in features:
        is_measured = (features["height_source"] == "measured").to_numpy()
        measured = np.where(is_measured, features["height_m"].to_numpy(dtype=np.float64, na_value=np.nan), np.nan)
        problems += check_heights(surfaces, measured, ids, name=name, lines=lines)
    return problems
