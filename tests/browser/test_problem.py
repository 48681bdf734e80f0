"""What was wrong with a layer's files, shown on the map and listed: areas that are drawn as an hourglass."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from data import Store, Viewer, import_paths
from tests.browser.conftest import ROOT, address_in
from tests.browser.sight import MAP_PART, Watched, comes_true, pixels, wait_until_drawn, watch

pytestmark = pytest.mark.browser

LAT = 35.1
LONS = [138.8 + number / 500 for number in range(23)]
"""Of the waists of the hourglasses, where their edges cross; some 180 m from each other."""
PAPER, ERROR = np.array([241, 238, 231]), np.array([0xB3, 0x26, 0x1E])
MIXED = 0.8 * ERROR + 0.2 * PAPER
"""A point of a problem lets a fifth of what is under it through."""


def _area(name: str, ring: list[tuple[float, float]] | None) -> dict[str, Any]:
    geometry = ring and {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"name": name}, "geometry": geometry}


def _ring(lon: float, order: tuple[int, ...], half: float = 0.0002) -> list[tuple[float, float]]:
    corners = [(lon - half, LAT - half), (lon + half, LAT - half), (lon + half, LAT + half), (lon - half, LAT + half)]
    return [corners[number] for number in order]


def _areas() -> dict[str, Any]:
    """One without a place, one as it should be, and the hourglasses: which area they mean, nobody knows."""
    hourglasses = [_area(f"area {lon:.3f}", _ring(lon, (0, 1, 3, 2, 0))) for lon in LONS]
    good = [_area("nowhere", None), _area("right", _ring(LONS[0] - 0.01, (0, 1, 2, 3, 0)))]
    return {"type": "FeatureCollection", "features": [*good, *hourglasses]}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with one layer, `places`, that has more problems than are listed at once."""
    if not (ROOT / "web" / "static" / "index.html").exists():
        pytest.skip("the page is not built: npm ci && npm run build in web/ui")
    folder = tmp_path_factory.mktemp("problems")
    (folder / "places.geojson").write_text(json.dumps(_areas()), encoding="utf-8")
    with closing(Store.open(folder / "store")) as store:
        import_paths(store, [folder / "places.geojson"], viewer=Viewer.SYSTEM)
    command = [sys.executable, "-m", "web.cli", "--lang", "en", "--store", str(folder / "store")]
    serve = [*command, "serve", "--internal", "--no-worker", "--port", "0"]
    with subprocess.Popen(serve, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield address_in(server.stdout)
        server.terminate()


@pytest.fixture
def page(browser: Browser, served: str) -> Iterator[Page]:
    """The middle one of the places in the middle; the layer itself can't be seen, its problems can."""
    watched = Watched()
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page = context.new_page()
    watch(page, watched)
    page.goto(f"{served}/#15/{LAT}/{LONS[11]}&layers=places~0")
    wait_until_drawn(page)
    page.get_by_role("button", name=re.compile("^Opacity and details of")).first.click()
    yield page
    context.close()
    assert (watched.errors, watched.violations, watched.thrown) == ([], [], [])


def toggle(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile("Show the places of 24 remarks"))


def marks(page: Page) -> int:
    """Pixels of the map in the colour of an error."""
    return int((np.abs(pixels(page) - MIXED).max(axis=-1) < 6).sum())


def project(page: Page, lon: float, lat: float) -> dict[str, float]:
    """Screen x and y of a place."""
    at: dict[str, float] = page.evaluate(
        f"() => document.querySelector('.maplibregl-map').inspect.project({lon}, {lat})"
    )
    return at


def colour_at(page: Page, lon: float, lat: float) -> np.ndarray:
    at = project(page, lon, lat)
    here = {"x": round(at["x"]) - 1, "y": round(at["y"]) - 1, "width": 3, "height": 3}
    middle: np.ndarray = pixels(page, here)[1, 1]
    return middle


def has_colour(page: Page, lon: float, colour: np.ndarray) -> bool:
    return comes_true(page, lambda: np.abs(colour_at(page, lon, LAT) - colour).max() < 6)


def in_the_middle(at: dict[str, float]) -> bool:
    return MAP_PART["x"] < at["x"] < MAP_PART["x"] + MAP_PART["width"] and 0.3 < at["y"] / 900 < 0.7


def test_the_places_of_a_layers_problems_come_and_go_with_the_toggle(page: Page) -> None:
    assert marks(page) == 0
    expect(toggle(page)).to_have_attribute("aria-pressed", "false")
    toggle(page).click()
    expect(toggle(page)).to_have_attribute("aria-pressed", "true")
    wait_until_drawn(page)
    for lon in LONS[10:13]:
        assert has_colour(page, lon, MIXED)
        assert has_colour(page, lon + 0.0005, PAPER)
    toggle(page).click()
    expect(page.get_by_role("list", name="Remarks at import")).to_have_count(0)
    assert comes_true(page, lambda: marks(page) == 0)


def test_problems_are_listed_and_those_with_a_place_lead_there(page: Page) -> None:
    toggle(page).click()
    listed = page.get_by_role("list", name="Remarks at import").get_by_role("listitem")
    expect(listed).to_have_count(20)
    expect(page.locator(".problems")).to_contain_text("and 4 more")
    # The one without a shape is among them, and leads nowhere.
    leading = listed.get_by_role("button")
    expect(leading).to_have_count(19)
    leading.first.click()
    wait_until_drawn(page)
    assert comes_true(page, lambda: in_the_middle(project(page, LONS[0], LAT)))
    assert has_colour(page, LONS[0], MIXED)


def test_hiding_the_layer_takes_its_problems_away(page: Page) -> None:
    toggle(page).click()
    assert comes_true(page, lambda: marks(page) > 0)
    page.get_by_role("button", name=re.compile("^Hide “")).first.click()
    assert comes_true(page, lambda: marks(page) == 0)
