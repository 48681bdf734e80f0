"""The ground in the browser: its colours, its shade, the relief that the map stands on, how high it is at a click."""

import json
import re
import urllib.request
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.sight import MAP_PART, Watched, a_place_of, comes_true, count, layers_of, pixels, wait_until_drawn

pytestmark = pytest.mark.browser

Layer = dict[str, Any]
PAPER = (241, 238, 231)


@pytest.fixture(scope="session")
def terrain(city_url: str) -> Layer:
    found = next((one for one in layers_of(city_url) if one["links"].get("terrain")), None)
    if found is None:
        pytest.skip("this city has no terrain")
    return found


def place(terrain: Layer, zoom: float, tilt: str = "") -> str:
    """On the northern half: hills stand there."""
    west, south, east, north = terrain["bounds"]
    return f"#{zoom}/{south + 0.66 * (north - south):.5f}/{(west + east) / 2:.5f}{tilt}"


def alone(terrain: Layer, parts: str, tilt: str = "", view: str = "2d") -> str:
    return f"{place(terrain, 14.5, tilt)}&layers={terrain['id']}+{parts}&view={view}"


def dem_tiles(watched: Watched) -> list[str]:
    return [url for url in watched.requests if re.search(r"/ground/[^/]+/\d+/\d+/\d+\.png", url)]


def part(page: Page, name: str) -> Any:
    return page.locator(".ground-parts").get_by_role("checkbox", name=name, exact=True)


def shown_parts(page: Page) -> str:
    found = re.search(r"layers=[^&+]*\+([a-z.]*)", page.url)
    return found[1] if found else "all"


def test_without_any_part_the_paper_is_bare(open_page: OpenPage, terrain: Layer, watched: Watched) -> None:
    page = open_page(alone(terrain, ""))
    wait_until_drawn(page)
    assert comes_true(page, lambda: (np.abs(pixels(page).astype(int) - PAPER) <= 2).all())
    assert dem_tiles(watched) == []


def test_the_shade_is_grey_and_says_where_slopes_are(open_page: OpenPage, terrain: Layer, watched: Watched) -> None:
    page = open_page(alone(terrain, "shade"))
    wait_until_drawn(page)
    picture = pixels(page).astype(int)
    brightness = picture.mean(axis=-1)
    assert (brightness < np.mean(PAPER) - 12).mean() > 0.02
    # A shade has no colour of its own: blue never outweighs red by more than its slate does.
    assert (picture[..., 2] - picture[..., 0]).max() < 40
    assert dem_tiles(watched)
    assert watched.errors == []


def test_where_the_terrain_ends_no_wall_is_shaded(open_page: OpenPage, terrain: Layer) -> None:
    """At the eastern edge, beside the hills: a cliff down to the sea would be a dark line."""
    west, south, east, north = terrain["bounds"]
    middle = f"#14.5/{south + 0.75 * (north - south):.5f}/{east + 0.2 * (east - west):.5f}"
    page = open_page(f"{middle}&layers={terrain['id']}+shade&view=2d")
    wait_until_drawn(page)
    picture = pixels(page).astype(int)
    zoomed = 512 * 2**14.5 / 360
    edge = round(1440 / 2 - MAP_PART["x"] - 0.2 * (east - west) * zoomed)
    assert 0 < edge < picture.shape[1] / 2
    along = np.abs(picture[:, edge - 6 : edge + 7] - PAPER).max(axis=-1)
    assert (along > 60).mean() < 0.02
    beyond = np.abs(picture[:, edge + 7 :] - PAPER).max(axis=-1)
    assert (beyond > 45).mean() < 0.002


def test_heights_are_in_the_colours_of_the_legend(open_page: OpenPage, terrain: Layer) -> None:
    page = open_page(f"{place(terrain, 14.5)}&layers={terrain['id']}~100+colour&view=2d")
    wait_until_drawn(page)
    picture = pixels(page).astype(int)
    colours = [one["colour"] for one in terrain["style"]["themes"][0]["classes"]]
    codes = np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in colours])
    shares = (np.abs(picture[:, :, None] - codes).max(axis=-1) <= 6).mean(axis=(0, 1))
    assert (shares > 0.01).sum() >= 2


def test_in_three_dimensions_the_map_stands_on_the_relief(
    open_page: OpenPage, terrain: Layer, watched: Watched
) -> None:
    def hidden_by_hills(parts: str) -> Any:
        page = open_page(alone(terrain, parts, tilt="/0/60", view="3d"))
        wait_until_drawn(page)
        return pixels(page).astype(int)

    flat, solid = hidden_by_hills("colour"), hidden_by_hills("colour.relief")
    assert dem_tiles(watched)
    # Hills rise into what was sky or lay behind them.
    assert (np.abs(flat - solid).max(axis=-1) > 20).mean() > 0.03
    assert watched.errors == []


def test_each_part_can_be_switched_and_the_address_keeps_it(open_page: OpenPage, terrain: Layer) -> None:
    page = open_page(f"{place(terrain, 14)}&layers={terrain['id']}&view=2d")
    wait_until_drawn(page)
    assert comes_true(page, lambda: shown_parts(page) == "all")
    part(page, "高さの色").click()
    assert comes_true(page, lambda: shown_parts(page) == "shade.relief")
    expect(page.locator(".ground-parts")).to_contain_text("3D")
    part(page, "陰影").click()
    assert comes_true(page, lambda: shown_parts(page) == "relief")
    page.reload()
    wait_until_drawn(page)
    expect(part(page, "高さの色")).not_to_be_checked()
    expect(part(page, "起伏")).to_be_checked()
    part(page, "高さの色").click()
    part(page, "陰影").click()
    assert comes_true(page, lambda: shown_parts(page) == "all")


def test_relief_comes_and_goes_with_the_view(open_page: OpenPage, terrain: Layer, watched: Watched) -> None:
    page = open_page(alone(terrain, "relief"))
    wait_until_drawn(page)
    assert dem_tiles(watched) == []
    page.get_by_role("button", name="立体表示").click()
    assert comes_true(page, lambda: dem_tiles(watched))
    wait_until_drawn(page)
    page.get_by_role("button", name=re.compile(re.escape(f"「{terrain['title']['ja']}」を消す"))).click()
    wait_until_drawn(page)
    assert watched.errors == []


def test_a_click_on_bare_ground_says_how_high_it_is(open_page: OpenPage, terrain: Layer, city_url: str) -> None:
    page = open_page(f"{place(terrain, 16)}&layers={terrain['id']}&view=2d", locale="en-GB")
    wait_until_drawn(page)
    page.mouse.click(640, 450)
    card = page.get_by_role("dialog", name="Height of the ground")
    rows = card.locator("dl > div")
    expect(rows.filter(has_text="Elevation")).to_be_visible()
    written = rows.filter(has_text="Lat, lon").locator("dd").inner_text()
    lat, lon = (float(one) for one in written.split(", "))
    with urllib.request.urlopen(f"{city_url}/api/elevation?lon={lon}&lat={lat}") as answer:
        truth = json.load(answer)
    told = rows.filter(has_text="Elevation").locator("dd").inner_text()
    assert float(told.removesuffix(" m").replace(",", "")) == pytest.approx(truth["height_m"], abs=0.02)
    expect(card).to_contain_text(terrain["attribution"])
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)


def test_a_feature_says_how_high_the_ground_below_it_is(open_page: OpenPage, city_url: str, terrain: Layer) -> None:
    buildings = next(one for one in layers_of(city_url) if one["style"]["draw"] == "extrusion")
    west, south, east, north = buildings["bounds"]
    middle = f"#16/{(south + north) / 2:.5f}/{(west + east) / 2:.5f}"
    page = open_page(f"{middle}&layers={buildings['id']}~100&view=2d")
    wait_until_drawn(page)
    picture = pixels(page)
    colours = [one["colour"] for one in buildings["style"]["themes"][0]["classes"]]
    page.mouse.click(*a_place_of(picture, max(colours, key=lambda colour: count(picture, colour))))
    expect(page.locator(".ground-row")).to_contain_text("地面の高さ")


def test_the_ground_can_be_asked_for_by_keyboard(open_page: OpenPage, terrain: Layer) -> None:
    page = open_page(f"{place(terrain, 16)}&layers={terrain['id']}&view=2d")
    wait_until_drawn(page)
    page.locator("canvas.maplibregl-canvas").focus()
    page.keyboard.press("Enter")
    card = page.get_by_role("dialog", name="地面の高さ")
    expect(card).to_be_focused()
    expect(card).to_contain_text("標高")
