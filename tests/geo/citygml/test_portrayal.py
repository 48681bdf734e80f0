"""Colours and legends: no missing value looks like a class, and none reads as safe."""

import pytest

from geo import Draw
from geo.citygml import portray
from geo.citygml.column import COLUMNS
from geo.citygml.package import READ
from geo.citygml.standard import PLANNING_TYPES

NAMES = {package: [column.name for column in columns] for package, columns in COLUMNS.items()}


@pytest.mark.parametrize("package", sorted(READ))
def test_every_package_that_is_read_has_a_title_a_group_and_a_style(package: str) -> None:
    portrayal = portray(package, NAMES[package])
    assert portrayal.title.ja != package
    assert portrayal.style.as_json()["themes"]
    assert [column.name for column in portrayal.columns] == NAMES[package]


@pytest.mark.parametrize("package", sorted(READ))
def test_a_missing_value_never_has_the_colour_of_a_class(package: str) -> None:
    for theme in portray(package, NAMES[package]).style.themes:
        if theme.column is None:
            continue  # One colour for all.
        assert theme.missing is not None
        assert theme.missing.colour not in {one.colour for one in theme.classes}, theme.id


def test_a_legend_of_city_planning_names_the_classes_that_occur_and_leaves_the_rest_to_other() -> None:
    found = {"feature_type": ["urf:LandscapeZone", "urf:UseDistrict", "urf:NobodyKnowsThis"]}
    _, theme = portray("urf", NAMES["urf"], found).style.themes
    assert [(one.value, one.label.ja) for one in theme.classes] == [
        ("urf:UseDistrict", "用途地域"),
        ("urf:LandscapeZone", "景観地区"),
    ]
    assert theme.missing is not None
    assert theme.missing.label.ja == "その他"
    only_unknown = portray("urf", NAMES["urf"], {"feature_type": ["urf:NobodyKnowsThis"]})
    assert [one.id for one in only_unknown.style.themes] == ["zoning"]


def test_every_class_of_city_planning_has_titles_and_a_colour_of_its_own() -> None:
    known = PLANNING_TYPES.values()
    assert len(known) > 100
    assert len({one.colour for one in known}) == len({one.text.ja for one in known}) == len(known)
    assert not [one.text.en for one in known if not one.text.en.isascii()]


def test_buildings_stand_up_by_height_and_can_be_coloured_by_what_they_have() -> None:
    style = portray("bldg", ["height_m", "usage_code", "storeys_above", "year", "flood_rank"]).style
    assert (style.draw, style.height) == (Draw.EXTRUSION, "height_m")
    assert [theme.id for theme in style.themes] == ["height", "usage", "storeys", "year", "flood"]


def test_no_flood_rank_does_not_read_as_safe() -> None:
    themes = portray("bldg", NAMES["bldg"]).style.themes
    of_hazards = [theme for theme in themes if theme.column and theme.column.endswith(("_rank", "landslide_code"))]
    assert len(of_hazards) == 6
    for theme in of_hazards:
        assert theme.missing is not None
        assert "安全を意味しません" in theme.missing.label.ja
        assert "not mean safe" in theme.missing.label.en


def test_steps_leave_no_gap() -> None:
    for theme in portray("bldg", NAMES["bldg"]).style.themes:
        if theme.type.value == "steps":
            assert [one.maximum for one in theme.classes[:-1]] == [one.minimum for one in theme.classes[1:]]
            assert (theme.classes[0].minimum, theme.classes[-1].maximum) == (None, None)


def test_tsunami_ranks_claim_no_depth_that_no_codelist_told() -> None:
    (theme,) = portray("tnm", ["rank"]).style.themes
    assert [one.label.ja for one in theme.classes][:2] == ["ランク1", "ランク2"]


def test_the_datasets_own_texts_are_the_legend() -> None:
    values = {"rank": [(2, "0.5m以上3m未満"), (1, "0.5m未満")]}
    (theme,) = portray("fld", ["rank", "rank_label"], values).style.themes
    assert [(one.value, one.label.ja, one.label.en) for one in theme.classes] == [
        (1, "0.5m未満", "below 0.5 m"),
        (2, "0.5m以上3m未満", "0.5 to 3 m"),
    ]


def test_lines_and_points_are_layers_with_titles_of_their_own() -> None:
    assert portray("urf-line", NAMES["urf"]).style.draw is Draw.LINE
    assert portray("tran-line", NAMES["tran"]).title.ja == "道路(線)"
    assert portray("urf-point", NAMES["urf"]).style.draw is Draw.CIRCLE
