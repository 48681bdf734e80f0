"""How answers are shown on the map until somebody decides otherwise."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import geopandas as gpd
import numpy as np

from geo import Column, ColumnType, Draw, Portrayal, Style, StyleClass, Text, Theme
from geo.portrayal import ANALYSIS

_MINUTES = (15.0, 30.0, 45.0, 60.0, 90.0)
_NEAR_TO_FAR: Final = ("#1A6F5A", "#5DAE8B", "#C9DB74", "#F4B860", "#E2725B", "#9E2A2B")
_RAMP: Final = ("#E8F1F8", "#B8D4EA", "#7FB2D9", "#3F86BF", "#174E86")
_LOSS_TO_GAIN: Final = ("#B2182B", "#EF8A62", "#F7F7F7", "#67A9CF", "#2166AC")
_OUT: Final = ("#FEE6CE", "#FDBE85", "#FD8D3C", "#E6550D", "#A63603")
_PEOPLE = (0.0, 10.0, 50.0, 100.0, 500.0)
_NONE = StyleClass("#A0A6AC", Text("到達できない・不明", "Not reached or not known"))
_SERVED = StyleClass("#2E9E6B", Text("圏内", "Served"))

_TITLES = {
    "isochrone": Text("到達圏(公共交通)", "Isochrone by public transport"),
    "access": Text("アクセシビリティ", "Accessibility"),
    "deserts": Text("公共交通空白地域", "Transit deserts"),
    "out_of_reach": Text("施設に行けない地域", "Out of reach of a facility"),
}
_COLUMNS = (
    Column("minutes", Text("所要時間", "Travel time"), ColumnType.NUMBER, "分"),
    Column("percentile", Text("パーセンタイル", "Percentile"), ColumnType.INTEGER),
    Column("area_km2", Text("面積", "Area"), ColumnType.NUMBER, "km²"),
    Column("left_out", Text("圏外の人口", "People left out"), ColumnType.NUMBER, "人"),
    Column("population", Text("人口", "People"), ColumnType.NUMBER, "人"),
    Column("station_m", Text("駅までの距離", "To a station"), ColumnType.NUMBER, "m"),
    Column("bus_stop_m", Text("バス停までの距離", "To a bus stop"), ColumnType.NUMBER, "m"),
    Column("snap_m", Text("道路までの距離", "To the street"), ColumnType.NUMBER, "m"),
    Column("reason", Text("到達できない理由", "Why nothing is reached")),
)


def portray_answer(measure: str, frame: gpd.GeoDataFrame) -> Portrayal:
    """`frame`: the table of an answer, or of a comparison, which has columns `…_difference`."""
    changed = [name for name in frame if str(name).endswith("_difference")]
    themes = [_difference(frame, str(name)) for name in changed] or _themes(measure, frame)
    is_point = bool((frame.geom_type == "Point").all())
    draw = Draw.CIRCLE if is_point else Draw.FILL
    title = _TITLES[measure]
    if changed:
        title = Text(f"{title.ja}の変化", f"Change of: {title.en}")
    known = tuple(column for column in _COLUMNS if column.name in frame)
    return Portrayal(title, ANALYSIS, Style(draw, tuple(themes), opacity=0.6), known)


def _themes(measure: str, frame: gpd.GeoDataFrame) -> list[Theme]:
    if measure in ("isochrone", "out_of_reach"):
        themes = [_steps("minutes", Text("所要時間", "Travel time"), _MINUTES, _NEAR_TO_FAR[1:], "分", 0.0)]
        return themes + ([_people()] if measure == "out_of_reach" else [])
    if measure == "deserts":
        distances = (100.0, 200.0, 300.0, 500.0, 800.0)
        return [
            _people(),
            _steps("bus_stop_m", Text("バス停までの距離", "To a bus stop"), distances, _NEAR_TO_FAR[1:], "m", 0.0),
        ]
    return [_amounts(frame, name) for name in map(str, frame) if _is_figure(name)]


def _is_figure(name: str) -> bool:
    stem, _, label = name.rpartition("_")
    return bool(stem) and (label == "mean" or (label.startswith("p") and label[1:].replace(".", "").isdigit()))


def _amounts(frame: gpd.GeoDataFrame, name: str) -> Theme:
    if name.startswith("nearest_"):
        return _steps(
            name, Text(f"最寄りまで({name})", f"To the nearest ({name})"), _MINUTES, _NEAR_TO_FAR[1:], "分", 0.0
        )
    values = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
    edges = _edges(values[np.isfinite(values) & (values > 0)])
    return _steps(name, Text(f"到達できる数({name})", f"Reached ({name})"), edges, _RAMP, "", 0.0)


def _edges(values: np.ndarray) -> tuple[float, ...]:
    """Fifths of the places, rounded to two digits: what differs differs in colour."""
    if not len(values):
        return (1.0,)
    fifths = np.quantile(values, [0.2, 0.4, 0.6, 0.8])
    rounded = {float(f"{one:.2g}") for one in fifths if one > 0}
    return tuple(sorted(rounded)) or (1.0,)


def _steps(column: str, title: Text, edges: Sequence[float], colours: Sequence[str], unit: str, first: float) -> Theme:
    bounds = [first, *edges, None]
    pairs = list(pairwise(bounds))
    chosen = [colours[round(at * (len(colours) - 1) / max(len(pairs) - 1, 1))] for at in range(len(pairs))]
    classes = [
        StyleClass(colour, _range(low, high, unit), minimum=low, maximum=high)
        for colour, (low, high) in zip(chosen, pairs, strict=True)
    ]
    return Theme.steps(column, title, column, classes, _NONE, unit=unit)


def _people() -> Theme:
    classes = [_SERVED_STEP, *(
        StyleClass(colour, _range(low, high, "人"), minimum=low or 1e-6, maximum=high)
        for colour, (low, high) in zip(_OUT, pairwise((*_PEOPLE, None)), strict=True)
    )]  # fmt: skip
    return Theme.steps("left_out", Text("圏外の人口", "People left out"), "left_out", classes, _NONE, unit="人")


_SERVED_STEP = StyleClass(_SERVED.colour, _SERVED.label, minimum=None, maximum=1e-6)


def _difference(frame: gpd.GeoDataFrame, column: str) -> Theme:
    """Symmetric about no change."""
    values = np.abs(frame[column].to_numpy(dtype=np.float64, na_value=np.nan))
    some = values[np.isfinite(values) & (values > 0)]
    large = float(f"{np.quantile(some, 0.8):.1g}") if len(some) else 1.0
    small = large / 10
    bounds = [None, -large, -small, small, large, None]
    labels = [_range(low, high, "") for low, high in pairwise(bounds)]
    labels[2] = Text("ほぼ変わらない", "About the same")
    better = _LOSS_TO_GAIN if not column.startswith(("minutes", "left_out", "nearest_")) else _LOSS_TO_GAIN[::-1]
    classes = [
        StyleClass(colour, label, minimum=low, maximum=high)
        for colour, label, (low, high) in zip(better, labels, pairwise(bounds), strict=True)
    ]
    stem = column.removesuffix("_difference")
    return Theme.steps(column, Text(f"{stem} の差(後-前)", f"{stem}, after minus before"), column, classes, _NONE)


def _range(low: float | None, high: float | None, unit: str) -> Text:
    english = {"分": " min", "人": "", "m": " m"}.get(unit, unit)
    if low is None or high is None:
        edge = low if high is None else high
        words = ("以上", "or more") if high is None else ("未満", "and less")
        return Text(f"{edge:g}{unit}{words[0]}", f"{edge:g}{english} {words[1]}")
    return Text(f"{low:g}〜{high:g}{unit}", f"{low:g} to {high:g}{english}")
