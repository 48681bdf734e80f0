"""How answers look as layers: colours of ColorBrewer that also read in grey."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from geo import ANALYSIS, Column, ColumnType, Draw, Portrayal, Style, StyleClass, Text, Theme
from gtfs.accessibility.comparison import Comparison
from gtfs.accessibility.left_out import Deserts
from gtfs.accessibility.service_area import COLUMNS as AREA_COLUMNS
from gtfs.accessibility.service_area import AreaAccess
from gtfs.accessibility.service_index import SERVED, TRUNK, ServiceIndex
from gtfs.accessibility.zone import Isochrone
from gtfs.measure.parameter import MLIT_TRUNK_DEPARTURES, PTAL_BANDS

_GREENS: Final = ("#005824", "#238B45", "#41AE76", "#66C2A4", "#99D8C9", "#CCECE6")
_FOUR_GREENS: Final = ("#00441B", "#238B45", "#74C476", "#C7E9C0")
_BLUES: Final = ("#EFF3FF", "#C6DBEF", "#9ECAE1", "#6BAED6", "#3182BD", "#08519C")
_REDS: Final = ("#FEE6CE", "#FDBE85", "#FD8D3C", "#E6550D", "#A63603")
_LESS: Final = ("#B2182B", "#EF8A62", "#FDDBC7")
_MORE: Final = ("#D1E5F0", "#67A9CF", "#2166AC")
_SPECTRUM: Final = ("#D0D0D0", "#2B2D7C", "#3F6FB5", "#4EA8A0", "#7DBB58", "#E8D13C", "#F0982E", "#DB4A2B", "#8C1A1F")
_NOISE: Final = 1e-9
"""A difference that only comes from rounding."""
_SAME = StyleClass("#F7F7F7", Text("変わらない", "No change"), minimum=-_NOISE, maximum=_NOISE)
_UNKNOWN = StyleClass("#B8BCC0", Text("不明・到達しない", "Unknown or not reached"))
_OUTSIDE = StyleClass("#D0D0D0", Text("圏外", "Outside"))
_PEOPLE_EDGES: Final = (0.001, 10, 50, 100, 500)


def isochrone_portrayal(answer: Isochrone) -> Portrayal:
    """Areas by their cutoff, near ones darkest."""
    cutoffs = sorted(set(answer.table["minutes"]))
    colours = [_GREENS[min(at, len(_GREENS) - 1)] for at in range(len(cutoffs))]
    classes = [
        StyleClass(colour, Text(f"{one:g}分未満", f"under {one:g} minutes"), float(one))
        for one, colour in zip(cutoffs, colours, strict=True)
    ]
    title = Text("到達圏", "Isochrones")
    theme = Theme.categories("minutes", title, "minutes", classes, _UNKNOWN)
    return Portrayal(title, ANALYSIS, Style(Draw.FILL, (theme,), opacity=0.5), _columns(answer.table, {}))


def access_portrayal(table: gpd.GeoDataFrame, column: str, title: Text, *, unit: str = "") -> Portrayal:
    """A number of each place, light to dark in up to six steps of equally many places that have any of it."""
    edges = _edges(table[column][table[column] != 0], len(_BLUES))
    shades = np.linspace(0, len(_BLUES) - 1, len(edges) + 1).round().astype(int)
    classes = [
        StyleClass(_BLUES[shade], _range(low, high), minimum=low, maximum=high)
        for shade, low, high in zip(shades, [None, *edges], [*edges, None], strict=True)
    ]
    theme = Theme.steps(column, title, column, classes, _UNKNOWN, unit=unit)
    return Portrayal(title, ANALYSIS, Style(_draw(table), (theme,), opacity=0.8), _columns(table, {column: title}))


def deserts_portrayal(answer: Deserts) -> Portrayal:
    """People left out; served places are pale."""
    served = StyleClass("#E5F5E0", Text("圏内", "Served"), minimum=0, maximum=_PEOPLE_EDGES[0])
    steps = [
        StyleClass(colour, _range(round(low), high), minimum=low, maximum=high)
        for colour, low, high in zip(_REDS, _PEOPLE_EDGES, [*_PEOPLE_EDGES[1:], None], strict=True)
    ]
    title = Text("取り残されている人", "People left out")
    theme = Theme.steps("left_out", title, "left_out", [served, *steps], _UNKNOWN, unit="人")
    style = Style(_draw(answer.table), (theme,), opacity=0.8)
    return Portrayal(title, ANALYSIS, style, _columns(answer.table, {"left_out": title}))


def difference_portrayal(answer: Comparison, column: str, title: Text, *, unit: str = "") -> Portrayal:
    """Of `{column}_difference`: red where it is less, blue where it is more."""
    name = f"{column}_difference"
    known = answer.table[name].to_numpy(dtype=np.float64, na_value=np.nan)
    edges = _edges(pd.Series(np.abs(known[np.isfinite(known) & (known != 0)])), len(_MORE))
    lows: list[float | None] = [None, *(-one for one in reversed(edges))]
    less = [
        StyleClass(colour, _range(low, 0.0 if high == -_NOISE else high), minimum=low, maximum=high)
        for colour, low, high in zip(_LESS[-len(lows) :], lows, [*lows[1:], -_NOISE], strict=True)
    ]
    starts = [_NOISE, *edges]
    more = [
        StyleClass(colour, _range(0.0 if low == _NOISE else low, high), minimum=low, maximum=high)
        for colour, low, high in zip(_MORE, starts, [*edges, None], strict=False)
    ]
    theme = Theme.steps(name, title, name, [*less, _SAME, *more], _UNKNOWN, unit=unit)
    return Portrayal(
        title, ANALYSIS, Style(_draw(answer.table), (theme,), opacity=0.8), _columns(answer.table, {name: title})
    )


def index_portrayal(answer: ServiceIndex) -> Portrayal:
    """Of `ptal`, `quality_classes` or `coverage`: a colour for each value, grey for no service."""
    title, known = _INDICES[answer.column]
    classes = [StyleClass(colour, label, value) for value, (colour, label) in known.items()]
    nothing = _OUTSIDE if any(total.value == "" for total in answer.totals) else _UNKNOWN
    theme = Theme.categories(answer.column, title, answer.column, classes, nothing)
    style = Style(_draw(answer.table), (theme,), opacity=0.8)
    return Portrayal(title, ANALYSIS, style, _columns(answer.table, {answer.column: title}))


def area_access_portrayal(answer: AreaAccess) -> Portrayal:
    """A theme for each of total, space and time, the total first."""
    each = [access_portrayal(answer.table, column, _TITLES[column]) for column in reversed(AREA_COLUMNS)]
    themes = tuple(one.style.themes[0] for one in each)
    first = each[0]
    title = Text("サービスのアクセシビリティ指標", "Service-accessibility index")
    return replace(first, title=title, style=replace(first.style, themes=themes))


def _edges(values: "pd.Series[Any]", classes: int) -> list[float]:
    """Inner edges of equally full classes, to two figures, each once; fewer where values are alike."""
    known = values.to_numpy(dtype=np.float64, na_value=np.nan)
    known = known[np.isfinite(known)]
    if not len(known):
        return []
    cuts = np.quantile(known, np.linspace(0, 1, classes + 1)[1:-1])
    rounded = sorted({float(f"{one:.2g}") for one in cuts})
    return [one for one in rounded if known.min() < one <= known.max()]


def _range(low: float | None, high: float | None) -> Text:
    if low is None and high is None:
        return Text("すべて", "All")
    if low is None:
        return Text(f"{high:g}未満", f"under {high:g}")
    if high is None:
        return Text(f"{low:g}以上", f"{low:g} or more")
    return Text(f"{low:g}〜{high:g}", f"{low:g} to {high:g}")


def _draw(table: pd.DataFrame) -> Draw:
    points = isinstance(table, gpd.GeoDataFrame) and bool((table.geom_type == "Point").all())
    return Draw.CIRCLE if points else Draw.FILL


def _columns(table: pd.DataFrame, titles: dict[str, Text]) -> tuple[Column, ...]:
    """Every column but id and geometry, numbers as numbers; those without a title by their name."""
    known = {**_TITLES, **titles}
    return tuple(
        Column(str(name), known.get(str(name), Text.same(str(name))), _type(table[name]))
        for name in table.columns
        if name not in ("feature_id", "geometry")
    )


def _type(values: "pd.Series[Any]") -> ColumnType:
    if pd.api.types.is_bool_dtype(values):
        return ColumnType.BOOLEAN
    if pd.api.types.is_integer_dtype(values):
        return ColumnType.INTEGER
    return ColumnType.NUMBER if pd.api.types.is_numeric_dtype(values) else ColumnType.TEXT


_TITLES = {
    "minutes": Text("分", "Minutes"),
    "percentile": Text("パーセンタイル", "Percentile"),
    "area_km2": Text("面積(km²)", "Area (km²)"),
    "population": Text("人口", "Population"),
    "station_m": Text("駅まで(m)", "To a station (m)"),
    "bus_stop_m": Text("バス停まで(m)", "To a bus stop (m)"),
    "served": Text("圏内", "Served"),
    "left_out": Text("取り残されている人", "People left out"),
    "reason": Text("届かない理由", "Why not reached"),
    "snap_m": Text("道路まで(m)", "To the street (m)"),
    "name": Text("名称", "Name"),
    "ptal_index": Text("PTALの指数", "Access index of PTAL"),
    "time_access": Text("時間的アクセシビリティ(本/日)", "Time (departures a day)"),
    "space_access": Text("空間的アクセシビリティ(km/km²)", "Space (km per km²)"),
    "total_access": Text("総合アクセシビリティ", "Total (time x space)"),
    "stops": Text("停留所", "Stops"),
    "day_departures": Text("1日の便数", "Departures a day"),
    "line_km": Text("路線の長さ(km)", "Line (km)"),
}

_INDICES: Final[Mapping[str, tuple[Text, Mapping[str, tuple[str, Text]]]]] = {
    "ptal": (
        Text.same("PTAL"),
        {name: (colour, Text.same(name)) for (_, name), colour in zip(PTAL_BANDS, _SPECTRUM, strict=True)},
    ),
    "quality_class": (
        Text("公共交通の質(ÖV-Güteklassen)", "ÖV-Güteklassen"),
        {name: (colour, Text.same(name)) for name, colour in zip("ABCD", _FOUR_GREENS, strict=True)},
    ),
    "stop_coverage": (
        Text("駅・バス停の圏域", "Near stations and bus stops"),
        {
            TRUNK: (
                _FOUR_GREENS[1],
                Text(
                    f"基幹的公共交通の圏内({MLIT_TRUNK_DEPARTURES}本/日・片道以上)",
                    f"Near {MLIT_TRUNK_DEPARTURES} departures a day each way",
                ),
            ),
            SERVED: (_FOUR_GREENS[3], Text("駅・バス停の圏内", "Near a station or bus stop")),
        },
    ),
}
"""By the column of an index: its title, and colour and label of each value."""
