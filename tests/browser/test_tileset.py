"""3D tilesets in the browser: boxes on the sample city's ground, in place of its extruded buildings."""

import json
import re
import urllib.request
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.box_city import PICTURE, Box, BoxCity
from tests.browser.conftest import OpenPage
from tests.browser.sight import Watched, comes_true, count, layers_of, pixels, rgb, wait_until_drawn

pytestmark = pytest.mark.browser

Layer = dict[str, Any]
OpenBoxes = Callable[..., Page]
TILESET = "/tilesets/boxes/1/"
SIDE = 7
"""Boxes in a row."""
STEP = 0.0004
"""Degrees between two boxes, some 40 m."""
LOW, HIGH = 4.5, 25.0


def asked(url: str) -> Any:
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


@pytest.fixture(scope="session")
def buildings(city_url: str) -> Layer:
    return next(one for one in layers_of(city_url) if one["style"]["draw"] == "extrusion")


@pytest.fixture(scope="session")
def terrain(city_url: str) -> Layer:
    return next(one for one in layers_of(city_url) if one["links"].get("terrain"))


@pytest.fixture(scope="session")
def middle(terrain: Layer) -> tuple[float, float]:
    west, south, east, north = terrain["bounds"]
    return (west + east) / 2, south + 0.45 * (north - south)


@pytest.fixture(scope="session")
def grounds(city_url: str, middle: tuple[float, float]) -> list[dict[str, Any]]:
    """What the server says of the ground below each box."""
    lon, lat = middle
    places = [(lon + (i % SIDE - 3) * STEP, lat + (i // SIDE - 3) * STEP) for i in range(SIDE * SIDE)]
    return [asked(f"{city_url}/api/elevation?lon={x}&lat={y}") for x, y in places]


@pytest.fixture(scope="session")
def boxes(grounds: list[dict[str, Any]]) -> list[Box]:
    return [_box(fid, ground) for fid, ground in enumerate(grounds)]


def _box(fid: int, ground: dict[str, Any]) -> Box:
    lon, lat = ground["lonlat"]
    bounds = (lon - 6e-5, lat - 5e-5, lon + 6e-5, lat + 5e-5)
    return Box(fid, bounds, ground["height_m"], HIGH if fid % 2 else LOW, "411" if fid % 3 else "402")


@pytest.fixture
def open_boxes(
    open_page: OpenPage, buildings: Layer, boxes: list[Box], grounds: list[dict[str, Any]], middle: tuple[float, float]
) -> OpenBoxes:
    """Opens the page where its buildings have a tileset; `shown` is how the address has them, `others` more layers."""
    city = BoxCity(boxes, grounds[0]["geoid"]["height_m"])

    def list_layers(route: Route) -> None:
        answer = route.fetch()
        if answer.status != 200:
            route.fulfill(response=answer)
            return
        listing = answer.json()
        for layer in listing["layers"]:
            own = layer["id"] == buildings["id"]
            layer["links"]["tileset"] = f"{TILESET}tileset.json" if own else None
            figures = {"features": len(boxes), "triangles": 12 * len(boxes), "bytes": 1, "lods": [1], "textured": True}
            layer["tileset"] = figures if own else None
        route.fulfill(response=answer, json=listing)

    def prepare(page: Page) -> None:
        page.route("**/api/layers", list_layers)
        page.route(f"**{TILESET}tileset.json", lambda route: route.fulfill(json=city.tileset()))
        page.route(
            f"**{TILESET}0/0/0.glb", lambda route: route.fulfill(body=city.glb(), content_type="model/gltf-binary")
        )

    def open_at(shown: str = "~100", *, others: str = "", view: str = "", zoom: float = 17.6) -> Page:
        place = f"#{zoom}/{middle[1]:.6f}/{middle[0]:.6f}/20/55"
        page = open_page(f"{place}&layers={buildings['id']}{shown}{others}{view}", locale="en-GB", prepare=prepare)
        wait_until_drawn(page)
        return page

    return open_at


def inspect(page: Page, what: str) -> Any:
    return page.evaluate(f"() => document.querySelector('.maplibregl-map').inspect.{what}")


def tile_requests(watched: Watched) -> list[str]:
    return [url for url in watched.requests if "/tiles/" in url or TILESET in url]


def a_place_on(page: Page, fid: int) -> tuple[int, int]:
    """Somewhere on the screen where the pointer is on the feature."""
    for y in range(120, 800, 6):
        for x in range(380, 1020, 6):
            hit = inspect(page, f"hit({x}, {y})")
            if hit and hit["fid"] == fid:
                return x, y
    raise AssertionError(f"{fid} is nowhere on the screen")


def colour_of(buildings: Layer, theme: str, value: object) -> str:
    chosen = next(one for one in buildings["style"]["themes"] if one["id"] == theme)
    if isinstance(value, float):
        inside = (c for c in chosen["classes"] if (c["min"] or 0) <= value < (c["max"] or 1e9))
        return str(next(inside)["colour"]).lower()
    return str(next(c for c in chosen["classes"] if c["value"] == value)["colour"]).lower()


def shows(page: Page, colour: str, more_than: int) -> bool:
    return comes_true(page, lambda: count(pixels(page), colour) > more_than)


def test_the_tileset_is_drawn_in_the_legends_colours_in_place_of_the_extruded_tiles(
    open_boxes: OpenBoxes, buildings: Layer, watched: Watched
) -> None:
    page = open_boxes()
    for height in (LOW, HIGH):
        # Roofs are level: they have the very colour.
        assert shows(page, colour_of(buildings, "height", height), 200)
    assert not [url for url in watched.requests if f"/tiles/{buildings['id']}/" in url]
    assert watched.errors == []
    figures = inspect(page, "figures()")["tilesets"][0]
    assert (figures["features"], figures["triangles"]) == (SIDE * SIDE, 12 * SIDE * SIDE)


def test_from_above_the_vector_tiles_are_drawn(open_boxes: OpenBoxes, buildings: Layer, watched: Watched) -> None:
    open_boxes(view="&view=2d")
    assert [url for url in watched.requests if f"/tiles/{buildings['id']}/" in url]
    assert not [url for url in watched.requests if TILESET in url or "tileset-layer" in url]


def test_a_picked_building_gives_its_popup_and_glows(open_boxes: OpenBoxes, buildings: Layer, city_url: str) -> None:
    page = open_boxes()
    fid = SIDE * SIDE // 2
    page.mouse.click(*a_place_on(page, fid))
    card = page.get_by_role("dialog", name="Feature")
    truth = asked(f"{city_url}/api/layers/{buildings['id']}/features/{fid}")
    year = next(one for one in truth["attributes"] if one["name"] == "bldg:yearOfConstruction")
    expect(card).to_contain_text(str(year["value"]))
    page.mouse.move(1, 1)
    assert comes_true(page, lambda: (abs(pixels(page).astype(int) - rgb("#e2501f")).max(axis=-1) < 60).sum() > 30)


def test_enter_asks_what_stands_at_the_middle_of_the_map(open_boxes: OpenBoxes) -> None:
    page = open_boxes(zoom=19.5)
    assert inspect(page, "hit(720, 450)") is not None
    page.locator("canvas.maplibregl-canvas").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Feature")).to_be_focused()


def test_another_theme_recolours_and_asks_for_no_tile(
    open_boxes: OpenBoxes, buildings: Layer, watched: Watched
) -> None:
    page = open_boxes()
    before = tile_requests(watched)
    page.get_by_role("combobox", name=re.compile(buildings["title"]["en"])).select_option("usage")
    for code in ("411", "402"):
        assert shows(page, colour_of(buildings, "usage", code), 150)
    # A wall of another class may have it by chance.
    assert comes_true(page, lambda: count(pixels(page), colour_of(buildings, "height", HIGH)) < 100)
    assert tile_requests(watched) == before
    expect(page).to_have_url(re.compile(":usage"))


def test_a_class_switched_off_hides_its_buildings_and_they_cannot_be_picked(
    open_boxes: OpenBoxes, buildings: Layer
) -> None:
    page = open_boxes()
    place = a_place_on(page, SIDE * SIDE // 2 + 1)
    colour = colour_of(buildings, "height", HIGH)
    label = next(c for c in buildings["style"]["themes"][0]["classes"] if c["colour"].lower() == colour)["label"]["en"]
    page.get_by_role("button", name=label, exact=True).click()
    assert comes_true(page, lambda: count(pixels(page), colour) == 0)
    assert shows(page, colour_of(buildings, "height", LOW), 200)
    wait_until_drawn(page)
    hit = inspect(page, f"hit{place}")
    assert hit is None or hit["fid"] % 2 == 0


def test_pictures_are_shown_when_asked_for_and_the_address_keeps_it(open_boxes: OpenBoxes) -> None:
    page = open_boxes()
    picture = "#" + bytes(PICTURE).hex()
    assert count(pixels(page), picture) == 0
    plain = inspect(page, "figures()")["textures"]
    page.get_by_role("checkbox", name="Photo textures").click()
    assert shows(page, picture, 200)
    assert comes_true(page, lambda: inspect(page, "figures()")["textures"] == plain + 1)
    expect(page).to_have_url(re.compile("@textured"))
    page.reload()
    wait_until_drawn(page)
    expect(page.get_by_role("checkbox", name="Photo textures")).to_be_checked()
    assert shows(page, picture, 200)
    page.get_by_role("checkbox", name="Photo textures").click()
    assert comes_true(page, lambda: count(pixels(page), picture) == 0)
    assert comes_true(page, lambda: inspect(page, "figures()")["textures"] == plain)


def lowest_hit(page: Page, box: Box) -> dict[str, Any]:
    """The lowest place of the box's wall that can be picked: going down the screen along the middle of its front."""
    west, south, east, _ = box.bounds
    foot = inspect(page, f"project({(west + east) / 2}, {south})")
    x = round(foot["x"])
    hits = [(y, inspect(page, f"hit({x}, {y})")) for y in range(round(foot["y"]) - 220, round(foot["y"]) + 40)]
    own = [hit for _, hit in hits if hit and hit["fid"] == box.fid]
    assert own, f"box {box.fid} is not seen"
    lowest: dict[str, Any] = own[-1]
    return lowest


def test_walls_stand_on_the_relief(open_boxes: OpenBoxes, boxes: list[Box], terrain: Layer) -> None:
    page = open_boxes(others=f",{terrain['id']}+relief", zoom=18.6)
    box = boxes[SIDE * SIDE // 2]
    base = lowest_hit(page, box)
    drawn = inspect(page, f"ground({base['lon']}, {base['lat']})")
    assert box.base > 1, "the ground is at sea level: this would prove nothing"
    assert base["height"] == pytest.approx(drawn, abs=0.3)
    west, south, east, north = box.bounds
    assert west - 1e-6 <= base["lon"] <= east + 1e-6
    assert south - 1e-6 <= base["lat"] <= north + 1e-6


def test_without_relief_walls_stand_on_the_level_map(open_boxes: OpenBoxes, boxes: list[Box]) -> None:
    page = open_boxes(zoom=18.6)
    assert lowest_hit(page, boxes[SIDE * SIDE // 2])["height"] == pytest.approx(0, abs=0.3)


def test_switching_a_tileset_on_and_off_leaves_nothing_behind(open_boxes: OpenBoxes, buildings: Layer) -> None:
    page = open_boxes()
    switch = page.locator(".leaf").and_(page.get_by_role("treeitem", name=buildings["title"]["en"], exact=True))

    def memory() -> dict[str, int]:
        figures = inspect(page, "figures()")
        return {name: figures[name] for name in ("geometries", "textures", "programs")}

    on = memory()
    assert on["geometries"] == 1
    for _ in range(3):
        switch.click()
        assert comes_true(page, lambda: memory() == {"geometries": 0, "textures": 0, "programs": 0})
        switch.click()
        assert comes_true(page, lambda: memory() == on)


FEET = """() => {
  const { hit, ground } = document.querySelector('.maplibregl-map').inspect
  const above = found => found.height - ground(found.lon, found.lat)
  const feet = {}
  for (let x = 380; x < 1040; x += 10) {
    for (let y = 150; y < 800; y += 8) {
      const found = hit(x, y)
      if (!found || hit(x, y + 8)?.fid === found.fid) continue
      let lowest = found
      for (let step = 1; step < 8; step++) {
        const next = hit(x, y + step)
        if (next?.fid !== found.fid || above(next) < 0) break
        lowest = next
      }
      // Below it is the ground and no other building.
      if (!hit(x, y + 10)) feet[found.fid] = Math.min(feet[found.fid] ?? Infinity, above(lowest))
    }
  }
  return Object.values(feet)
}"""
"""Metres from the drawn ground up to the lowest place of each building's wall that is seen, pixel by pixel."""


def test_the_citys_own_buildings_stand_on_the_drawn_ground(
    open_page: OpenPage, buildings: Layer, terrain: Layer, watched: Watched
) -> None:
    """What the tiler has quantised and compressed, and the same ground that the map draws."""
    if not buildings["links"]["tileset"]:
        pytest.skip("this city's buildings have no tileset")
    west, south, east, north = buildings["bounds"]
    place = f"#18.8/{(south + north) / 2:.5f}/{(west + east) / 2:.5f}/-30/62"
    page = open_page(f"{place}&layers={buildings['id']},{terrain['id']}+relief", locale="en-GB")
    wait_until_drawn(page)
    feet = np.array(page.evaluate(FEET))
    assert len(feet) >= 10
    assert np.median(np.abs(feet)) < 0.15
    # A house on a slope has its floor above the lower side's ground.
    assert (np.abs(feet) < 0.3).mean() > 0.6
    assert watched.errors == []
