"""How terrain is shown as a plain map layer: heights in steps, low ground apart, as it decides about floods."""

import re
from pathlib import PurePosixPath

from geo.column import Column, ColumnType
from geo.portrayal import BASE, Portrayal
from geo.style import Draw, Style, StyleClass, Theme
from geo.text import Text

THEME = "terrain"
_COLUMN = "height_m"
_TITLE = Text("標高", "Height of the ground")
_STEPS: tuple[tuple[float | None, float | None, str], ...] = (
    (None, 0, "#3B6EA5"),
    (0, 2, "#5C9DC4"),
    (2, 5, "#8CC5C0"),
    (5, 10, "#B5DDB0"),
    (10, 20, "#D8E8A8"),
    (20, 50, "#F0E3A0"),
    (50, 100, "#E6C88A"),
    (100, 300, "#CFA778"),
    (300, 1_000, "#AD8467"),
    (1_000, None, "#8C6A5C"),
)
_WORD = re.compile(r"(?:^|[^a-z])(?:dem|dtm|elevation|terrain)(?:[^a-z]|$)|標高|地形|地盤高")


def portray_terrain(title: Text | None = None) -> Portrayal:
    classes = [StyleClass(colour, _label(low, high), None, low, high) for low, high, colour in _STEPS]
    missing = StyleClass("#FFFFFF", Text("データなし", "No data"))
    theme = Theme.steps(THEME, _TITLE, _COLUMN, classes, missing, unit="m")
    style = Style(Draw.RASTER, (theme,), opacity=0.7)
    return Portrayal(title or _TITLE, BASE, style, (Column(_COLUMN, _TITLE, ColumnType.NUMBER, "m"),))


def is_terrain_name(name: str) -> bool:
    """Whether a grid's file name says that it holds heights of the ground, such as `poa_elevation.tif`."""
    return _WORD.search(PurePosixPath(name).name.lower()) is not None


def _label(low: float | None, high: float | None) -> Text:
    if low is None:
        return Text(f"{high:,.0f}m未満", f"below {high:,.0f} m")
    if high is None:
        return Text(f"{low:,.0f}m以上", f"{low:,.0f} m and above")
    return Text(f"{low:,.0f}~{high:,.0f}m", f"{low:,.0f}–{high:,.0f} m")
