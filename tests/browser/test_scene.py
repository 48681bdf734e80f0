"""The self-contained deck, opened as a file by somebody who has nothing else of ours."""

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from playwright.sync_api import Browser, Page

from geo import Column, Draw, Layer, Portrayal, Style, StyleClass, Text, Theme
from geo.portrayal import ANALYSIS
from tests.browser.conftest import ROOT
from tests.browser.sight import Watched, count, pixels, watch
from tiles import scene

pytestmark = pytest.mark.browser

HOSTILE = "</script><img src=http://example.com/x onerror=alert(1)><script>alert(1)</script>"
EXPRESSION = "@@=constructor.constructor"
SCREEN = {"x": 0, "y": 0, "width": 1000, "height": 700}
RED, GREEN = "#C02020", "#20A040"


@pytest.fixture
def page(browser: Browser, watched: Watched) -> Iterator[Page]:
    if not (ROOT / "tiles" / "static" / "scene.js").exists():
        pytest.skip("the scene is not built: npm ci && npm run build in web/ui")
    context = browser.new_context(viewport={"width": SCREEN["width"], "height": SCREEN["height"]}, locale="ja-JP")
    opened = context.new_page()
    watch(opened, watched)
    yield opened
    context.close()


def layers() -> list[scene.SceneLayer]:
    """Two areas side by side (the right one red and hostile), a street below them, a house on each."""
    areas = [shapely.box(138.860, 35.080, 138.866, 35.086), shapely.box(138.866, 35.080, 138.872, 35.086)]
    columns = {"rank": [1, 20], "name": [EXPRESSION, HOSTILE]}
    low, high = StyleClass(GREEN, Text("低", "Low"), maximum=10), StyleClass(RED, Text("高", "High"), minimum=10)
    unknown = StyleClass("#808080", Text("不明", "Unknown"))
    theme = Theme.steps("rank", Text("順位", "Rank"), "rank", [low, high], unknown)
    named = (Column("rank", Text("順位", "Rank"), unit="m"), Column("name", Text("名称", "Name")))
    area = Portrayal(Text("地区", "Areas"), ANALYSIS, Style(Draw.FILL, (theme,)), named)
    street = Style(Draw.LINE, (Theme.single("#404040", Text("道路", "Streets")),))
    house = Style(Draw.EXTRUSION, (Theme.single("#3060C0", Text("建物", "Buildings")),), height="height_m")
    return [
        scene.SceneLayer(
            _layer("streets", [shapely.LineString([(138.859, 35.079), (138.873, 35.079)])]), _as("道路", street)
        ),
        scene.SceneLayer(_layer("areas", areas, **columns), area, attribution=HOSTILE),
        scene.SceneLayer(
            _layer("houses", [one.centroid.buffer(0.0003) for one in areas], height_m=[30, 60]), _as("建物", house)
        ),
    ]


def _layer(id: str, shapes: list[shapely.Geometry], **columns: list[object]) -> Layer:
    return Layer(id, gpd.GeoDataFrame(columns or None, geometry=shapes, crs="EPSG:4326"))


def _as(title: str, style: Style) -> Portrayal:
    return Portrayal(Text.same(title), ANALYSIS, style)


def test_a_deck_draws_and_tells_attributes_from_one_file_alone(page: Page, watched: Watched, tmp_path: Path) -> None:
    path = tmp_path / "図 deck.html"
    scene.deck(layers(), title=Text("試験</title><script>", "Trial")).to_html(path)
    page.goto(path.as_uri())
    page.wait_for_selector("body[data-drawn]")
    page.wait_for_timeout(300)
    assert page.title() == "試験</title><script>"
    assert page.evaluate("document.querySelectorAll('img').length") == 0

    seen = pixels(page, SCREEN)
    assert count(seen, RED) > 10_000
    assert count(seen, GREEN) > 10_000
    # A house is lit: its walls are darker than its roof, all of them blue.
    blue = (seen[..., 2].astype(int) - seen[..., 0] > 60) & (seen[..., 2].astype(int) - seen[..., 1] > 30)
    assert len(np.unique(seen[blue], axis=0)) > 1

    x, y = place_of(seen, RED)
    page.mouse.move(x, y)
    page.wait_for_selector(".told dd")
    assert page.locator(".told dd").all_inner_texts() == ["20 m", HOSTILE]
    page.mouse.move(*place_of(seen, GREEN))
    page.wait_for_function("text => document.querySelector('.told')?.textContent.includes(text)", arg=EXPRESSION)

    page.click("text=English")
    assert page.title() == "Trial"
    assert "Areas" in page.locator(".panel").inner_text()
    page.get_by_label("Areas").uncheck()
    page.mouse.move(5, 690)
    page.wait_for_timeout(300)
    assert count(pixels(page, SCREEN), RED) < 500

    assert [one for one in watched.requests if not one.startswith(("data:", "blob:"))] == [path.as_uri()]
    assert (watched.errors, watched.violations, watched.thrown) == ([], [], [])


def place_of(seen: np.ndarray, colour: str) -> tuple[int, int]:
    """Screen x and y where 9 pixels in each direction have the colour."""
    target = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)])
    found = (np.abs(seen.astype(int) - target) <= 2).all(axis=-1)
    blocks = np.lib.stride_tricks.sliding_window_view(found, (19, 19)).all(axis=(2, 3))
    rows, columns = np.nonzero(blocks)
    assert len(rows), f"{colour} is nowhere"
    at = len(rows) // 2
    return int(columns[at]) + 9, int(rows[at]) + 9
