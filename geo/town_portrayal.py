"""How tables of towns are shown, once they are joined with the towns' areas."""

from collections.abc import Collection

from geo.portrayal import POPULATION, Portrayal
from geo.statistics import people_theme
from geo.style import Draw, Style, Theme
from geo.text import Text
from geo.town import OWN_COLUMNS, TOWN_CODE, TOWN_NAME
from geo.town_column import NAMED

_STEPS = (0, 1, 100, 250, 500, 1000, 2000, 4000)
_FOURTH = (0, 1, 25, 60, 125, 250, 500, 1000)
_TITLE = Text("町丁目別の統計", "Statistics by town")


def is_joined_table(columns: Collection[str]) -> bool:
    """Whether a layer with these columns is what `geo.town.join_towns` makes."""
    return {TOWN_CODE, TOWN_NAME} <= set(columns)


def portray_towns(columns: Collection[str], title: str = "") -> Portrayal:
    """`title`: the publisher's own, where there is one. Coloured by population, then by ages and households."""
    counted = [column for name, column in NAMED.items() if name in columns and name != "suppressed"]
    themes = [people_theme(one, _STEPS if one.name == "population" else _FOURTH) for one in counted]
    themes = themes or [Theme.single("#FDD49E", _TITLE)]
    english = "Population by town" if "population" in columns else _TITLE.en
    own = title or ("町丁目別人口" if "population" in columns else _TITLE.ja)
    shown = (*OWN_COLUMNS, *(column for name, column in NAMED.items() if name in columns))
    return Portrayal(Text(own, english), POPULATION, Style(Draw.FILL, tuple(themes), opacity=0.6), shown)
