"""How a layer is shown until somebody decides otherwise: title, group, style and labels."""

from dataclasses import dataclass

from geo.batch import GeometryType
from geo.column import Column
from geo.style import Draw, Style, Theme
from geo.text import Text


@dataclass(frozen=True, slots=True)
class Group:
    """A branch of the layer tree."""

    id: str
    title: Text

    def as_json(self) -> dict[str, str]:
        return {"id": self.id, **self.title.as_json()}


BUILDINGS = Group("buildings", Text("建物", "Buildings"))
HAZARD = Group("hazard", Text("災害リスク", "Hazards"))
SAFETY = Group("safety", Text("防災・安全", "Safety"))
TRANSPORT = Group("transport", Text("交通", "Transport"))
FACILITIES = Group("facilities", Text("公共施設", "Public facilities"))
PLANNING = Group("planning", Text("都市計画・土地利用", "Planning and land use"))
POPULATION = Group("population", Text("人口", "Population"))
ANALYSIS = Group("analysis", Text("分析結果", "Analyses"))
BASE = Group("base", Text("背景", "Background"))
OTHER = Group("other", Text("その他", "Other"))

GROUPS = (BUILDINGS, HAZARD, SAFETY, TRANSPORT, FACILITIES, PLANNING, POPULATION, ANALYSIS, BASE, OTHER)
"""In the order of the layer tree."""


@dataclass(frozen=True, slots=True)
class Portrayal:
    title: Text
    group: Group
    style: Style
    columns: tuple[Column, ...] = ()
    """Labels and units, in the order of the popup; columns not named here follow as they stand in the file."""


_PLAIN = {
    GeometryType.POINT: (Draw.CIRCLE, "#2B6CB0"),
    GeometryType.LINE: (Draw.LINE, "#2F855A"),
    GeometryType.POLYGON: (Draw.FILL, "#805AD5"),
}


def plain_portrayal(title: Text, geometry_type: GeometryType) -> Portrayal:
    """One colour, for data nothing more is known of."""
    draw, colour = _PLAIN[geometry_type]
    opacity = 0.5 if draw is Draw.FILL else 0.9
    return Portrayal(title, OTHER, Style(draw, (Theme.single(colour, title),), opacity=opacity))
