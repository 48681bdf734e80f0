"""How an answer about accessibility looks as a layer: one theme for each of its figures."""

from dataclasses import replace
from typing import Any

import geopandas as gpd

from geo import Portrayal, StyleClass, Text
from gtfs.accessibility import Answer, AreaAccess, Comparison, Deserts, Isochrone, ServiceIndex
from gtfs.accessibility.portrayal import (
    access_portrayal,
    area_access_portrayal,
    deserts_portrayal,
    difference_portrayal,
    index_portrayal,
    isochrone_portrayal,
)


def portray_answer(answer: Answer | Comparison) -> Portrayal:
    """TypeError for a table without places."""
    if not isinstance(answer.table, gpd.GeoDataFrame):
        raise TypeError("a table without places is no layer")
    if isinstance(answer, Comparison):
        columns = list(answer.totals["column"])
        each = [difference_portrayal(answer, one, _difference(one)) for one in columns]
        return _joined(Text("変化", "Change"), each)
    if isinstance(answer, Isochrone):
        return isochrone_portrayal(answer)
    if isinstance(answer, Deserts):
        return deserts_portrayal(answer)
    if isinstance(answer, ServiceIndex):
        return index_portrayal(answer)
    if isinstance(answer, AreaAccess):
        return area_access_portrayal(answer)
    figures = [str(name) for name in answer.table if _is_figure(str(name))]
    each = [access_portrayal(answer.table, one, _figure(one)) for one in figures]
    return _joined(Text("アクセシビリティ", "Accessibility"), each)


def legend(answer: ServiceIndex) -> list[dict[str, Any]]:
    """`value`, `colour` and `label` of every class of an index, the least first, as in the style of its layer."""
    [theme] = index_portrayal(answer).style.themes
    assert theme.missing is not None
    known = {str(one.value): one for one in theme.classes}
    return [_class(total.value, known.get(total.value, theme.missing)) for total in answer.totals]


def _class(value: str, shown: StyleClass) -> dict[str, Any]:
    return {"value": value, "colour": shown.colour, "label": shown.label.as_json()}


def _joined(title: Text, each: list[Portrayal]) -> Portrayal:
    first = each[0]
    labels = {column.name: column for one in reversed(each) for column in one.columns}
    titled = {theme.column: theme.title for one in each for theme in one.style.themes}
    columns = tuple(
        replace(column, label=titled.get(column.name, labels[column.name].label)) for column in first.columns
    )
    themes = tuple(theme for one in each for theme in one.style.themes)
    return replace(first, title=title, style=replace(first.style, themes=themes), columns=columns)


def _is_figure(name: str) -> bool:
    stem, _, label = name.rpartition("_")
    return bool(stem) and (label == "mean" or (label.startswith("p") and label[1:].isdigit()))


def _figure(name: str) -> Text:
    if name.startswith("nearest_"):
        return Text(f"最寄りまでの分({name})", f"Minutes to the nearest ({name})")
    return Text(f"到達できる数({name})", f"Reached ({name})")


def _difference(name: str) -> Text:
    return Text(f"{name} の差(後-前)", f"{name}, after minus before")
