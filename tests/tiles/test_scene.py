"""The deck's JSON against what a person gave: coordinates, colours, heights, words; and what a file may not do."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo import Column, Draw, Layer, Portrayal, Style, StyleClass, Text, Theme
from geo.portrayal import ANALYSIS
from tiles import scene
from tiles.errors import SceneError

HOSTILE = "</script><script>alert(1)</script><!-- & \"' \u2028"
TITLE = Text("試験", "Trial")
NONE = StyleClass("#808080", Text("不明", "Unknown"))
LOW = StyleClass("#102030", Text("低", "low"), minimum=0, maximum=10)
HIGH = StyleClass("#405060", Text("高", "high"), minimum=10)
STEPS = Theme.steps("rank", Text("段階", "Rank"), "rank", [LOW, HIGH], NONE)
STATION, SHOP = StyleClass("#AA0000", Text("駅", "Station"), 1), StyleClass("#00BB00", Text("店", "Shop"), "shop")
KINDS = Theme.categories("kind", Text("種類", "Kind"), "kind", [STATION, SHOP], NONE)
SINGLE = Theme.single("#2B6CB0", TITLE)


def layer(shapes: list[Any], **columns: list[Any]) -> Layer:
    return Layer("places", gpd.GeoDataFrame(columns or None, geometry=shapes, crs="EPSG:4326"))


def portrayal(*themes: Theme, draw: Draw = Draw.CIRCLE, opacity: float = 1.0, height: str | None = None) -> Portrayal:
    return Portrayal(TITLE, ANALYSIS, Style(draw, themes or (SINGLE,), height=height, opacity=opacity))


def told(*layers: scene.SceneLayer) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(scene.deck(layers, title=TITLE).to_json())
    return content


def drawn(places: Layer, look: Portrayal, theme: str | None = None) -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = told(scene.SceneLayer(places, look, theme))["layers"][0]["data"]
    return features


def points(count: int) -> list[shapely.Point]:
    return [shapely.Point(138.86 + 0.001 * at, 35.08) for at in range(count)]


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script in place of deck.gl's, so that the page need not be built."""
    (tmp_path / "scene.js").write_text("start('</script>')", encoding="utf-8")
    (tmp_path / "scene.css").write_text("body { margin: 0 }", encoding="utf-8")
    monkeypatch.setattr(scene, "_BUNDLE", tmp_path)


def test_coordinates_are_longitude_and_latitude_to_the_centimetre_and_nothing_is_lifted() -> None:
    area = shapely.Polygon([(138.86, 35.08, 7), (138.870000012345, 35.08, 7), (138.87, 35.09, 7)])
    assert drawn(layer([area]), portrayal(draw=Draw.FILL))[0]["geometry"] == {
        "type": "Polygon",
        "coordinates": [[[138.86, 35.08], [138.87, 35.08], [138.87, 35.09], [138.86, 35.08]]],
    }
    view = told(scene.SceneLayer(layer([area]), portrayal()))["initialViewState"]
    assert (view["longitude"], view["latitude"]) == (pytest.approx(138.865), pytest.approx(35.085))


def test_exchanged_longitude_and_latitude_are_an_error_that_says_the_order() -> None:
    with np.errstate(invalid="ignore"):
        unknown = shapely.LineString([(138.86, 35.08), (138.87, np.nan)])
    for shape in (shapely.Point(35.08, 138.86), unknown):
        with pytest.raises(SceneError, match="longitude and latitude, in this order"):
            scene.deck([scene.SceneLayer(layer([shape]), portrayal())], title=TITLE)


def test_steps_hold_their_lower_end_and_what_is_no_number_is_missing() -> None:
    places = layer(points(6), rank=[0, 9.99, 10, -1, None, float("inf")])
    colours = [one["colour"] for one in drawn(places, portrayal(STEPS, opacity=0.5))]
    low, high, missing = [16, 32, 48, 128], [64, 80, 96, 128], [128, 128, 128, 128]
    assert colours == [low, low, high, missing, missing, missing]


def test_a_category_is_the_same_as_number_and_as_text() -> None:
    places = layer(points(5), kind=[1, 1.0, "1", "shop", "bar"])
    colours = [one["colour"][:3] for one in drawn(places, portrayal(SINGLE, KINDS), "kind")]
    assert colours == [[170, 0, 0]] * 3 + [[0, 187, 0], [128, 128, 128]]


def test_an_extrusion_stands_as_high_as_its_column_says_and_unknown_heights_are_flat() -> None:
    shapes = [shapely.box(138.86, 35.08, 138.861, 35.081)] * 4
    look = portrayal(draw=Draw.EXTRUSION, height="height_m")
    content = told(scene.SceneLayer(layer(shapes, height_m=[12.5, None, -3, np.nan]), look))
    assert [one["height"] for one in content["layers"][0]["data"]] == [12.5, 0, 0, 0]
    assert content["layers"][0]["extruded"] is True
    assert content["layers"][0]["getElevation"] == "@@=height"
    assert content["initialViewState"]["pitch"] > 0


def test_attributes_are_strict_json_in_the_order_of_the_portrayal() -> None:
    places = layer(points(1), a=[float("nan")], b=[np.int64(3)], c=[date(2026, 6, 1)], d=[True], e=[["x"]])
    assert drawn(places, portrayal())[0]["properties"] == {
        "a": None,
        "b": 3,
        "c": "2026-06-01",
        "d": True,
        "e": "['x']",
    }
    named = Portrayal(TITLE, ANALYSIS, portrayal().style, (Column("b", TITLE), Column("gone", TITLE)))
    assert drawn(places, named)[0]["properties"] == {"b": 3}


@pytest.mark.usefixtures("bundle")
def test_no_word_of_a_feature_ends_a_script_or_stands_unescaped() -> None:
    places = layer(points(1), name=[HOSTILE])
    page = scene.html([scene.SceneLayer(places, portrayal(), attribution=HOSTILE)], title=Text.same(HOSTILE))
    assert page.count("</script>") == page.count("<script") == 2
    content = re.search(r'id="scene">(.*?)</script>', page, re.DOTALL)
    assert content
    assert json.loads(content[1])["deck"]["layers"][0]["data"][0]["properties"] == {"name": HOSTILE}


@pytest.mark.usefixtures("bundle")
def test_a_notebook_and_a_file_show_the_same_page_and_neither_names_a_cdn(tmp_path: Path) -> None:
    made = scene.deck([scene.SceneLayer(layer(points(2)), portrayal())], title=TITLE)
    path = Path(made.to_html(tmp_path / "deck.html"))
    assert path.read_text(encoding="utf-8") == made.to_html(as_string=True)
    shown = made._repr_html_()
    assert shown.startswith("<iframe")
    assert "http" not in shown.replace("http-equiv", "")


@pytest.mark.usefixtures("bundle")
def test_keys_in_the_environment_do_not_reach_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CARTO_API_KEY", "MAPBOX_API_KEY", "GOOGLE_MAPS_API_KEY"):
        monkeypatch.setenv(name, "secret-key")
    assert "secret-key" not in scene.html([scene.SceneLayer(layer(points(1)), portrayal())], title=TITLE)


def test_too_many_features_or_corners_are_an_error_that_names_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene, "MOST_FEATURES", 3)
    many = scene.SceneLayer(layer(points(2)), portrayal())
    with pytest.raises(SceneError, match=r"4 features .*3 at most"):
        scene.deck([many, many], title=TITLE)
    monkeypatch.setattr(scene, "MOST_CORNERS", 4)
    long = scene.SceneLayer(layer([shapely.LineString(points(5))]), portrayal(draw=Draw.LINE))
    with pytest.raises(SceneError, match=r"5 corners .*4 at most"):
        scene.deck([long], title=TITLE)


def test_what_can_not_be_drawn_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grid = Portrayal(TITLE, ANALYSIS, Style(Draw.RASTER, (SINGLE,)))
    one = scene.SceneLayer(layer(points(1)), portrayal())
    cases = [
        ([], "no features to draw"),
        ([scene.SceneLayer(layer([shapely.Point()]), portrayal())], "no features to draw"),
        ([scene.SceneLayer(one.layer, grid)], "is a grid"),
        ([scene.SceneLayer(one.layer, one.portrayal, "usage")], "no theme 'usage', only single"),
    ]
    for layers, message in cases:
        with pytest.raises(SceneError, match=message):
            scene.deck(layers, title=TITLE)
    monkeypatch.setattr(scene, "_BUNDLE", tmp_path)
    with pytest.raises(SceneError, match="make setup"):
        scene.html([one], title=TITLE)
