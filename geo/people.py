"""Where people live: a layer of areas or points with a number of people in each."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.attribute import plain
from geo.text import Text

_POPULATION = (
    *(
        "population",
        "人口",
        "人口総数",
        "総人口",
        "人口(総数)",
        "人口_総数",
        "p_total",
        "pop_total",
        "total_population",
    ),
    *("pop", "ptn_2020", "ptn_2015", "jinko"),
)
"""Names of columns that hold people, as `plain` writes them, the most likely first."""
_NAMES = ("name", "town_name", "名称", "町丁目", "町名", "町丁・字等名称", "s_name", "地区名", "mesh_code", "key_code")


def population_column(features: gpd.GeoDataFrame, asked: str | None) -> str | None:
    """`asked` if it is a column of numbers, else the first known name that is one; None where there is none."""
    candidates = [asked] if asked else _named(features, _POPULATION)
    return next((name for name in candidates if name in features and _is_number(features[name])), None)


@dataclass(frozen=True)
class People:
    """One entry for each place."""

    numbers: NDArray[np.float64]
    """People; NaN where not known."""
    places: NDArray[Any]
    """As the layer has them, EPSG:4326."""
    in_plane: NDArray[Any]
    """The same in metres."""
    feature_ids: NDArray[Any]
    names: NDArray[Any]

    @classmethod
    def of(cls, features: gpd.GeoDataFrame, column: str, in_plane: NDArray[Any]) -> "People":
        """A number below 0 counts as not known: it is how some tables write that."""
        numbers = features[column].to_numpy(dtype="float64", na_value=np.nan)
        ids = features["feature_id"] if "feature_id" in features else pd.Series(features.index, index=features.index)
        named = _named(features, _NAMES)
        names = features[named[0]].fillna(ids) if named else ids
        return cls(
            np.where(numbers >= 0, numbers, np.nan),
            features.geometry.to_numpy(),
            in_plane,
            ids.astype(str).to_numpy(dtype=object),
            names.astype(str).to_numpy(dtype=object),
        )

    @property
    def is_area(self) -> NDArray[np.bool_]:
        return np.asarray((shapely.get_dimensions(self.in_plane) == 2) & (shapely.area(self.in_plane) > 0))

    def reached(self, facilities: NDArray[Any], pieces: NDArray[Any], within_m: float) -> NDArray[np.float64]:
        """Share of each place's people: by area where it is one (`pieces` make up the area reached), else 0 or 1."""
        share = np.zeros(len(self.in_plane))
        areas, others = np.flatnonzero(self.is_area), np.flatnonzero(~self.is_area)
        share[areas] = share_within(self.in_plane[areas], pieces)
        near, _ = shapely.STRtree(facilities).query(self.in_plane[others], predicate="dwithin", distance=within_m)
        share[others[np.unique(near)]] = 1
        return share

    def notes(self) -> tuple[Text, ...]:
        unknown = int(np.isnan(self.numbers).sum())
        notes = []
        if self.is_area.any():
            notes.append(
                Text(
                    "区画の一部だけが圏内のときは、人が区画に均等に住むとみなして面積で按分します。",
                    "Where only part of a cell is within reach, people count by area, as if spread evenly in the cell.",
                )
            )
        if not self.is_area.all():
            notes.append(
                Text(
                    "点で表された人口は、その点が圏内かどうかで数えます。",
                    "People at a point count whole or not at all.",
                )
            )
        if unknown:
            notes.append(
                Text(
                    f"人口が秘匿または不明の{unknown:,}区画は数えていません(0人とはみなしません)。",
                    f"{unknown:,} cells whose people are secret or unknown are not counted (nor taken for empty).",
                )
            )
        return tuple(notes)


def share_within(areas: NDArray[Any], pieces: NDArray[Any]) -> NDArray[np.float64]:
    """Share of each polygon's area that lies in any of `pieces`, which share no area with one another. Exact."""
    invalid = ~shapely.is_valid(areas)
    areas = areas.copy()
    areas[invalid] = shapely.make_valid(areas[invalid])
    piece, area = shapely.STRtree(areas).query(pieces, predicate="intersects")
    shapely.prepare(pieces)
    whole = shapely.contains_properly(pieces[piece], areas[area])
    share = np.zeros(len(areas))
    share[area[whole]] = 1
    piece, area = piece[~whole], area[~whole]
    common = shapely.area(shapely.intersection(pieces[piece], areas[area]))
    share += np.bincount(area, common, minlength=len(areas)) / shapely.area(areas)
    return np.clip(share, 0, 1)


def _named(features: gpd.GeoDataFrame, wanted: tuple[str, ...]) -> list[str]:
    """Columns by their rank in `wanted`."""
    known = {plain(str(name)): str(name) for name in reversed(features.columns)}
    return [known[name] for name in wanted if name in known]


def _is_number(values: "pd.Series[Any]") -> bool:
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
