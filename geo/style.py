"""One object that colours a layer: it drives the map, the legend, the filter, the print and the script."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from geo.errors import InvalidStyleError
from geo.text import Text

_HEX = re.compile(r"#[0-9A-Fa-f]{6}")


class Draw(StrEnum):
    """How features are drawn."""

    CIRCLE = "circle"
    ICON = "icon"
    LINE = "line"
    FILL = "fill"
    EXTRUSION = "extrusion"
    RASTER = "raster"


@dataclass(frozen=True, slots=True)
class StyleClass:
    """One row of the legend. A category has `value`; a step has `minimum` <= x < `maximum` (None: open)."""

    colour: str
    label: Text
    value: str | int | float | None = None
    minimum: float | None = None
    maximum: float | None = None

    def __post_init__(self) -> None:
        if not _HEX.fullmatch(self.colour):
            raise InvalidStyleError(f"a colour is #RRGGBB, got {self.colour!r}")
        if self.minimum is not None and self.maximum is not None and self.minimum >= self.maximum:
            raise InvalidStyleError(f"step {self.minimum} .. {self.maximum} is empty")

    def as_json(self) -> dict[str, Any]:
        return {
            "colour": self.colour,
            "label": self.label.as_json(),
            "value": self.value,
            "min": self.minimum,
            "max": self.maximum,
        }


class ThemeType(StrEnum):
    SINGLE = "single"
    CATEGORIES = "categories"
    STEPS = "steps"


@dataclass(frozen=True, slots=True)
class Theme:
    """One way to colour a layer, by one column. `missing` is what a feature without a value shows, never a class."""

    id: str
    title: Text
    type: ThemeType
    classes: tuple[StyleClass, ...]
    column: str | None = None
    unit: str = ""
    missing: StyleClass | None = None

    def __post_init__(self) -> None:
        if not self.classes:
            raise InvalidStyleError(f"theme {self.id!r} has no class")
        if (self.column is None) != (self.type is ThemeType.SINGLE):
            raise InvalidStyleError(f"theme {self.id!r}: a single colour has no column, every other theme has one")
        if self.type is not ThemeType.SINGLE and self.missing is None:
            raise InvalidStyleError(f"theme {self.id!r} must say what a missing value looks like")

    @classmethod
    def single(cls, colour: str, label: Text) -> "Theme":
        return cls("single", label, ThemeType.SINGLE, (StyleClass(colour, label),))

    @classmethod
    def categories(
        cls, id: str, title: Text, column: str, classes: Sequence[StyleClass], missing: StyleClass
    ) -> "Theme":
        return cls(id, title, ThemeType.CATEGORIES, tuple(classes), column, "", missing)

    @classmethod
    def steps(
        cls,
        id: str,
        title: Text,
        column: str,
        classes: Sequence[StyleClass],
        missing: StyleClass,
        *,
        unit: str = "",
    ) -> "Theme":
        return cls(id, title, ThemeType.STEPS, tuple(classes), column, unit, missing)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title.as_json(),
            "type": self.type.value,
            "column": self.column,
            "unit": self.unit,
            "classes": [one.as_json() for one in self.classes],
            "missing": self.missing.as_json() if self.missing else None,
        }


@dataclass(frozen=True, slots=True)
class Style:
    """`themes[0]` is drawn at first. Every column named here travels in the tiles."""

    draw: Draw
    themes: tuple[Theme, ...]
    icon: str | None = None
    """Name of one of the page's own icons (see web/ui), for Draw.ICON."""
    height: str | None = None
    """Column with the height in metres, for Draw.EXTRUSION."""
    label: str | None = None
    """Column whose text is written beside the feature."""
    opacity: float = 1.0

    def __post_init__(self) -> None:
        if not self.themes:
            raise InvalidStyleError("a style needs at least one theme")
        if not 0 <= self.opacity <= 1:
            raise InvalidStyleError(f"opacity is 0..1, got {self.opacity}")
        if (self.draw is Draw.EXTRUSION) != (self.height is not None):
            raise InvalidStyleError("an extrusion needs a height column, and nothing else has one")

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns the tiles must carry, each once, in order of use."""
        named = [self.label, self.height, *(theme.column for theme in self.themes)]
        return tuple(dict.fromkeys(name for name in named if name is not None))

    def legend(self) -> list[dict[str, Any]]:
        """Rows as a person reads them, per theme: colour and label."""
        return [
            {
                "theme": theme.id,
                "title": theme.title.as_json(),
                "entries": [
                    {"colour": one.colour, "label": one.label.as_json()}
                    for one in (*theme.classes, *((theme.missing,) if theme.missing else ()))
                ],
            }
            for theme in self.themes
        ]

    def as_json(self) -> dict[str, Any]:
        return {
            "draw": self.draw.value,
            "icon": self.icon,
            "height": self.height,
            "label": self.label,
            "opacity": self.opacity,
            "themes": [theme.as_json() for theme in self.themes],
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Style":
        """The inverse of `as_json`; KeyError or InvalidStyleError for anything else."""
        return cls(
            draw=Draw(stored["draw"]),
            themes=tuple(_theme(one) for one in stored["themes"]),
            icon=stored["icon"],
            height=stored["height"],
            label=stored["label"],
            opacity=stored["opacity"],
        )


def _theme(stored: dict[str, Any]) -> Theme:
    return Theme(
        id=stored["id"],
        title=Text(**stored["title"]),
        type=ThemeType(stored["type"]),
        classes=tuple(_class(one) for one in stored["classes"]),
        column=stored["column"],
        unit=stored["unit"],
        missing=_class(stored["missing"]) if stored["missing"] else None,
    )


def _class(stored: dict[str, Any]) -> StyleClass:
    return StyleClass(stored["colour"], Text(**stored["label"]), stored["value"], stored["min"], stored["max"])
