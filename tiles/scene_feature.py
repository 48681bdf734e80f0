"""Features as GeoJSON with the colour and height that their style gives them."""

from datetime import date, time
from typing import Any, Final

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo import Column, Portrayal, StyleClass, Text, Theme, ThemeType

FeatureJson = dict[str, Any]
"""A GeoJSON feature with `colour` (red, green, blue, alpha: 0..255) and `height` in metres beside its properties."""
_DECIMALS: Final = 7
"""Of a degree: a centimetre."""


def features_json(table: gpd.GeoDataFrame, portrayal: Portrayal, theme: Theme) -> list[FeatureJson]:
    """One for each feature with a geometry that is not empty."""
    rows = table[~table.geometry.is_empty.to_numpy()]
    style = portrayal.style
    names = [column.name for column in shown_columns(table, portrayal)]
    values = [plain(rows[name]) for name in names]
    alpha = 255 if style.height else round(255 * style.opacity)
    palette = [[*_rgb(one.colour), alpha] for one in classes(theme)]
    drawn: dict[str, list[Any]] = {"colour": [palette[at] for at in classed(rows, theme)]}
    if style.height:
        drawn["height"] = _heights(rows, style.height)
    shapes = [orjson.loads(one) for one in shapely.to_geojson(_rounded(rows.geometry.to_numpy()))]
    return [
        {
            "type": "Feature",
            "geometry": shape,
            "properties": {name: column[at] for name, column in zip(names, values, strict=True)},
            **{name: column[at] for name, column in drawn.items()},
        }
        for at, shape in enumerate(shapes)
    ]


def shown_columns(table: gpd.GeoDataFrame, portrayal: Portrayal) -> list[Column]:
    """Those that the portrayal names and the table has; where it names none, all but the geometry."""
    present = [str(name) for name in table.columns if name != table.geometry.name]
    if not portrayal.columns:
        return [Column(name, Text.same(name)) for name in present if name]
    return [column for column in portrayal.columns if column.name in present]


def classes(theme: Theme) -> list[StyleClass]:
    """As the legend has them: what is missing last."""
    return [*theme.classes, *([theme.missing] if theme.missing else [])]


def classed(table: gpd.GeoDataFrame, theme: Theme) -> NDArray[np.intp]:
    """Index into `classes` of each feature: by the same rules as the page."""
    missing = len(theme.classes)
    if theme.type is ThemeType.SINGLE:
        return np.zeros(len(table), dtype=np.intp)
    if theme.column not in table:
        return np.full(len(table), missing, dtype=np.intp)
    values = plain(table[theme.column])
    if theme.type is ThemeType.CATEGORIES:
        places = {_key(one.value): at for at, one in reversed(list(enumerate(theme.classes))) if one.value is not None}
        return np.array([places.get(_key(value), missing) for value in values], dtype=np.intp)
    numbers = _numbers(values)
    found = np.full(len(table), missing, dtype=np.intp)
    for at, one in enumerate(theme.classes):
        low = -np.inf if one.minimum is None else one.minimum
        high = np.inf if one.maximum is None else one.maximum
        found[(numbers >= low) & (numbers < high)] = at
    return found


def plain(values: "pd.Series[Any]") -> list[Any]:
    """As JSON has them: None for what is blank or infinite, texts of dates and of everything else."""
    return [_plain(value) for value in values.astype(object).tolist()]


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return round(value, 6) if np.isfinite(value) else None
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _key(value: Any) -> str | None:
    """15 and 15.0 and "15" are one category, as in tiles."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def _numbers(values: list[Any]) -> NDArray[np.float64]:
    """NaN for what is no number."""
    kept = [value if isinstance(value, int | float) and not isinstance(value, bool) else np.nan for value in values]
    return np.array(kept, dtype=np.float64)


def _heights(table: gpd.GeoDataFrame, column: str) -> list[float]:
    """Metres; what is not known stays flat."""
    known = _numbers(plain(table[column])) if column in table else np.zeros(len(table))
    return [float(one) for one in np.round(np.fmax(known, 0.0), 2)]


def _rounded(shapes: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(shapely.transform(shapely.force_2d(shapes), lambda corners: np.round(corners, _DECIMALS)))


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
