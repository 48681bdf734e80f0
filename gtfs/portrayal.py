"""How stops and routes are shown until somebody decides otherwise."""

from collections.abc import Mapping, Sequence
from itertools import cycle, pairwise

from geo import Column, Draw, Portrayal, Style, StyleClass, Text, Theme
from geo.portrayal import TRANSPORT
from gtfs import route, stop
from gtfs.batch import ROUTES, STOPS
from gtfs.specification import MODES

_STOP, _LINE = "#1F6FB2", "#2F855A"
_MISSING = "#A0A6AC"
_RAMP = ("#FDE0C5", "#F9B384", "#EF7F4F", "#CC4C2A", "#7F2704")
_PALETTE = (
    *("#1F77B4", "#D95F02", "#2CA02C", "#C51B7D", "#7B4FA3", "#8C6D31"),
    *("#17A2B8", "#B22222", "#6B8E23", "#E0A100", "#4B5D8C", "#20806A"),
)
_MODE_COLOURS = ("#D81B60", "#5E35B1", "#37474F", _LINE, "#0277BD", "#8D6E63", "#6D4C41", "#A1887F", "#00897B")
_TRIPS, _DEPARTURES = (0, 5, 20, 50, 100), (0, 10, 50, 200, 1000)

Values = Mapping[str, str | None]
"""Values of a column in the order of the legend, each with its colour `#RRGGBB` where the data give one."""


def portray(part: str, values: Mapping[str, Values] | None = None) -> Portrayal:
    """`values` may bring what occurs in the columns `name` and `agency`; routes can then be coloured by them."""
    if part == STOPS:
        return _stops(values or {})
    if part == ROUTES:
        return _routes(values or {})
    raise ValueError(f"a feed has the parts {STOPS} and {ROUTES}, got {part!r}")


def _stops(values: Mapping[str, Values]) -> Portrayal:
    title = Text("停留所", "Stops")
    themes = [
        Theme.single(_STOP, title),
        _steps("departures", stop.COLUMNS, _DEPARTURES),
        *_by_value(values, stop.COLUMNS, ("agency",)),
    ]
    return Portrayal(
        title, TRANSPORT, Style(Draw.ICON, tuple(themes), icon="bus", label="name", opacity=0.95), stop.COLUMNS
    )


def _routes(values: Mapping[str, Values]) -> Portrayal:
    """A few lines are told apart by colour; among many, one colour reads better until somebody asks."""
    title = Text("路線", "Routes")
    colours = cycle(_MODE_COLOURS)
    modes = [StyleClass(next(colours), mode, mode.ja) for mode in MODES]
    plain, named = Theme.single(_LINE, title), _by_value(values, route.COLUMNS, ("name", "agency"))
    themes = [
        *((*named, plain) if len(values.get("name", ())) <= len(_PALETTE) else (plain, *named)),
        _steps("trips", route.COLUMNS, _TRIPS),
        Theme.categories("mode", _label("mode", route.COLUMNS), "mode", modes, _missing()),
    ]
    return Portrayal(title, TRANSPORT, Style(Draw.LINE, tuple(themes), label="name", opacity=0.85), route.COLUMNS)


def _by_value(values: Mapping[str, Values], columns: Sequence[Column], names: Sequence[str]) -> list[Theme]:
    return [
        Theme.categories(name, _label(name, columns), name, _classes(values[name]), _missing())
        for name in names
        if values.get(name)
    ]


def _classes(values: Values) -> list[StyleClass]:
    palette = cycle(_PALETTE)
    return [StyleClass(own or next(palette), Text.same(value), value) for value, own in values.items()]


def _steps(name: str, columns: Sequence[Column], starts: Sequence[int]) -> Theme:
    unit = next(column.unit for column in columns if column.name == name)
    classes = [
        StyleClass(colour, _range(low, high), minimum=float(low), maximum=None if high is None else float(high))
        for colour, (low, high) in zip(_RAMP, pairwise([*starts, None]), strict=True)
        if low is not None
    ]
    return Theme.steps(name, _label(name, columns), name, classes, _missing(), unit=unit)


def _range(low: int, high: int | None) -> Text:
    if high is None:
        return Text(f"{low:,} 便以上", f"{low:,} or more")
    return Text(f"{low:,}〜{high - 1:,} 便", f"{low:,}–{high - 1:,}")


def _label(name: str, columns: Sequence[Column]) -> Text:
    return next(column.label for column in columns if column.name == name)


def _missing() -> StyleClass:
    return StyleClass(_MISSING, Text("不明・その他", "Unknown or other"))
