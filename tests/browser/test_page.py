"""The page as a person meets it, in a real browser, on whatever city is served."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage
from tests.browser.sight import Watched, a_place_of, comes_true, count, layers_of, pixels, rgb, wait_until_drawn

pytestmark = pytest.mark.browser

Layer = dict[str, Any]


@pytest.fixture(scope="session")
def layers(city_url: str) -> list[Layer]:
    return layers_of(city_url)


@pytest.fixture(scope="session")
def buildings(layers: list[Layer]) -> Layer:
    return next(one for one in layers if one["style"]["draw"] == "extrusion")


@pytest.fixture(scope="session")
def hazard(layers: list[Layer]) -> Layer:
    return next(one for one in layers if one["group"]["id"] == "hazard" and one["style"]["draw"] == "fill")


@pytest.fixture(scope="session")
def points(layers: list[Layer]) -> Layer:
    """A layer of icons whose features have names."""
    return next(one for one in layers if one["style"]["draw"] == "icon" and one["style"]["label"])


def centre(layer: Layer, zoom: float = 15.0) -> str:
    west, south, east, north = layer["bounds"]
    return f"#{zoom}/{(south + north) / 2:.5f}/{(west + east) / 2:.5f}"


def only(layer: Layer, *, zoom: float = 15.0, shown: str = "~100") -> str:
    """The layer alone, from above, opaque: its colours are on the screen as the style names them."""
    return f"{centre(layer, zoom)}&layers={layer['id']}{shown}&view=2d"


def colours(layer: Layer, theme: int) -> list[str]:
    return [one["colour"] for one in layer["style"]["themes"][theme]["classes"]]


def seen(page: Page, layer: Layer, theme: int) -> set[str]:
    picture = pixels(page)
    return {colour for colour in colours(layer, theme) if count(picture, colour) > 60}


def leaf(page: Page, title: str) -> Any:
    return page.locator(".leaf").and_(page.get_by_role("treeitem", name=title, exact=True))


def test_buildings_are_drawn_in_the_colours_of_their_legend(open_page: OpenPage, buildings: Layer) -> None:
    page = open_page(only(buildings))
    wait_until_drawn(page)
    assert comes_true(page, lambda: len(seen(page, buildings, 0)) >= 2)


def test_another_theme_recolours_the_map_at_once_and_asks_for_no_tile(
    open_page: OpenPage, buildings: Layer, watched: Watched
) -> None:
    page = open_page(only(buildings))
    wait_until_drawn(page)
    asked = len(watched.requests)
    theme = buildings["style"]["themes"][1]
    page.get_by_role("combobox", name=re.compile(buildings["title"]["ja"])).select_option(theme["id"])
    wait_until_drawn(page)
    assert comes_true(page, lambda: seen(page, buildings, 1))
    assert comes_true(page, lambda: not seen(page, buildings, 0) - set(colours(buildings, 1)))
    assert not [url for url in watched.requests[asked:] if "/tiles/" in url or "/api/" in url]
    for one in theme["classes"]:
        expect(page.locator(".key")).to_contain_text(one["label"]["ja"])


def test_buildings_stand_up_when_the_view_is_solid(open_page: OpenPage, buildings: Layer) -> None:
    page = open_page(f"{centre(buildings)}/-20/55&layers={buildings['id']}~100")
    wait_until_drawn(page)
    solid = pixels(page)
    page.get_by_role("button", name="立体表示").click()
    wait_until_drawn(page)
    expect(page).to_have_url(re.compile("view=2d$"))
    # Shaded walls are darker than anything seen from above.
    assert comes_true(page, lambda: solid.sum(axis=-1).min() < pixels(page).sum(axis=-1).min())


def test_a_layer_is_switched_off_and_on_in_the_tree(open_page: OpenPage, buildings: Layer) -> None:
    page = open_page(only(buildings))
    wait_until_drawn(page)
    item = leaf(page, buildings["title"]["ja"])
    expect(item).to_have_attribute("aria-checked", "true")
    item.click()
    expect(item).to_have_attribute("aria-checked", "false")
    wait_until_drawn(page)
    assert comes_true(page, lambda: not seen(page, buildings, 0))
    item.click()
    assert comes_true(page, lambda: seen(page, buildings, 0))


def test_hazard_areas_have_the_colours_that_were_given(open_page: OpenPage, hazard: Layer) -> None:
    page = open_page(only(hazard, zoom=13.5))
    wait_until_drawn(page)
    assert comes_true(page, lambda: seen(page, hazard, 0))


def test_a_class_of_the_legend_can_be_hidden(open_page: OpenPage, buildings: Layer) -> None:
    page = open_page(only(buildings))
    wait_until_drawn(page)
    colour = max(colours(buildings, 0), key=lambda one: count(pixels(page), one))
    index = colours(buildings, 0).index(colour)
    button = page.locator(".key button.class").nth(index)
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert comes_true(page, lambda: count(pixels(page), colour) == 0)


def test_opacity_lightens_a_layer(open_page: OpenPage, buildings: Layer) -> None:
    page = open_page(only(buildings))
    wait_until_drawn(page)
    page.locator(".card").get_by_role("button", name=re.compile("不透明度")).first.click()
    darkest = min(seen(page, buildings, 0), key=rgb)
    page.get_by_role("slider").fill("50")
    assert comes_true(page, lambda: count(pixels(page), darkest) == 0)
    expect(page).to_have_url(re.compile("~50"))


def test_a_click_shows_labelled_attributes_in_both_languages(
    open_page: OpenPage, buildings: Layer, city_url: str
) -> None:
    page = open_page(only(buildings, zoom=16.5))
    wait_until_drawn(page)
    picture = pixels(page)
    colour = max(colours(buildings, 0), key=lambda one: count(picture, one))
    with page.expect_response(re.compile(r"/features/\d+")) as answer:
        page.mouse.click(*a_place_of(picture, colour))
    nodes = answer.value.json()["attributes"]
    titled = next(
        one
        for one in nodes
        if one.get("title") and one.get("value") is not None and one["title"]["ja"] != one["title"]["en"]
    )
    popup = page.get_by_role("dialog")
    expect(popup).to_contain_text(titled["title"]["ja"])
    expect(popup).to_contain_text(str(titled.get("label") or titled["value"])[:12])
    expect(popup).to_contain_text(buildings["attribution"])
    page.get_by_role("button", name="English").click()
    expect(popup).to_contain_text(titled["title"]["en"])
    expect(popup).to_contain_text(buildings["title"]["en"])
    page.keyboard.press("Escape")
    expect(popup).to_have_count(0)


def test_several_features_under_the_pointer_can_be_chosen_between(open_page: OpenPage, points: Layer) -> None:
    west, south, east, north = points["bounds"]
    page = open_page(f"#10/{(south + north) / 2:.5f}/{(west + east) / 2:.5f}&layers={points['id']}")
    wait_until_drawn(page)
    page.mouse.click(*a_place_of(pixels(page), colours(points, 0)[0], reach=1))
    popup = page.get_by_role("dialog")
    choices = popup.get_by_role("radio")
    expect(choices.first).to_be_checked()
    expect(choices).not_to_have_count(1)
    before = popup.locator(".feature-body").inner_text()
    choices.nth(1).check()
    expect(popup.locator(".feature-body")).not_to_have_text(before)
    expect(popup.locator(".feature-body > .attributes")).to_be_visible()


def test_icons_of_points_are_drawn(open_page: OpenPage, points: Layer) -> None:
    page = open_page(only(points, zoom=14.5))
    wait_until_drawn(page)
    assert comes_true(page, lambda: count(pixels(page), colours(points, 0)[0]) > 100)
    assert count(pixels(page), "#ffffff") > 20


@pytest.fixture
def coverage_names(layers: list[Layer], points: Layer) -> tuple[Layer, Layer]:
    return points, next(one for one in layers if one["group"]["id"] == "population")


def ask_coverage(page: Page, names: tuple[Layer, Layer]) -> dict[str, Any]:
    page.get_by_role("tab", name="分析").click()
    page.get_by_label("分析の種類").select_option("coverage")
    page.get_by_role("combobox", name="施設（点のレイヤー）").select_option(names[0]["id"])
    page.get_by_role("spinbutton", name="距離（m）").fill("400")
    page.get_by_role("combobox", name="人口のレイヤー").select_option(names[1]["id"])
    with page.expect_response("**/api/analyses/coverage") as answer:
        page.get_by_role("button", name="分析する").click()
    body: dict[str, Any] = answer.value.json()
    return body


def test_the_coverage_panel_tells_figures_and_places_left_out(
    open_page: OpenPage, coverage_names: tuple[Layer, Layer]
) -> None:
    page = open_page(f"{centre(coverage_names[1], 13)}&layers={coverage_names[0]['id']}&view=2d")
    wait_until_drawn(page)
    before = pixels(page)
    answer = ask_coverage(page, coverage_names)
    result = page.get_by_role("region", name="結果")
    expect(result).to_contain_text("施設の数")
    figures = answer["figures"]
    expect(result.get_by_role("row", name="施設の数")).to_contain_text(str(figures["points"]))
    expect(result).to_contain_text(f"{figures['share'] * 100:.1f}%".replace(".0%", "%"))
    first = answer["left_out"]["features"][0]["properties"]
    expect(result.locator(".places tbody tr").first).to_contain_text(str(first["name"]))
    expect(result).to_contain_text(answer["notes"][0]["ja"])
    assert comes_true(page, lambda: (pixels(page) != before).any(axis=-1).mean() > 0.02)
    page.get_by_role("button", name="結果を消す").click()
    expect(result).to_have_count(0)


def test_the_coverage_is_saved_as_csv_and_geojson(open_page: OpenPage, coverage_names: tuple[Layer, Layer]) -> None:
    page = open_page(f"{centre(coverage_names[1], 13)}&layers=&view=2d")
    answer = ask_coverage(page, coverage_names)
    with page.expect_download() as file:
        page.get_by_role("button", name="CSV").click()
    table = file.value.path().read_bytes()
    assert table.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in table
    with page.expect_download() as file:
        page.get_by_role("button", name="GeoJSON").click()
    features = json.loads(file.value.path().read_text())["features"]
    assert len(features) == 1 + len(answer["left_out"]["features"])


def test_only_the_internal_map_offers_to_save_a_layer(open_page: OpenPage, coverage_names: tuple[Layer, Layer]) -> None:
    page = open_page()
    job = {
        "id": "7",
        "kind": "coverage",
        "parameters": {},
        "progress": 0.5,
        "message": None,
        "queued_at": "2026-11-21T05:00:00Z",
    }
    page.route(
        "**/api/session",
        lambda route: route.fulfill(json={"viewer": "staff", "languages": ["ja", "en"], "background": None}),
    )
    page.route("**/api/jobs", lambda route: route.fulfill(status=202, json={**job, "state": "queued", "result": None}))
    page.route(
        "**/api/jobs/7",
        lambda route: route.fulfill(json={**job, "state": "done", "result": {"layer": coverage_names[0]["id"]}}),
    )
    page.reload()
    ask_coverage(page, coverage_names)
    page.get_by_role("button", name="レイヤーとして保存").click()
    expect(page.get_by_role("status").filter(has_text="保存しました")).to_be_visible()
    page.get_by_role("tab", name="レイヤー").click()
    expect(leaf(page, coverage_names[0]["title"]["ja"])).to_have_attribute("aria-checked", "true")


def test_the_address_keeps_view_layers_themes_and_language(
    open_page: OpenPage, buildings: Layer, points: Layer
) -> None:
    page = open_page(f"{centre(buildings)}/20/40&layers={buildings['id']}")
    wait_until_drawn(page)
    theme = buildings["style"]["themes"][1]
    page.get_by_role("combobox", name=re.compile(buildings["title"]["ja"])).select_option(theme["id"])
    leaf(page, points["title"]["ja"]).click()
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Zoom in").click()
    wait_until_drawn(page)
    expect(page).to_have_url(re.compile(re.escape(f"{buildings['id']}:{theme['id']}")))
    address = page.url
    page.reload()
    wait_until_drawn(page)
    expect(page).to_have_url(address)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("combobox", name=re.compile(buildings["title"]["en"]))).to_have_value(theme["id"])
    expect(leaf(page, points["title"]["en"])).to_have_attribute("aria-checked", "true")


def test_a_first_visit_shows_a_city_and_asks_nothing_from_outside(
    open_page: OpenPage, buildings: Layer, watched: Watched, city_url: str
) -> None:
    page = open_page()
    wait_until_drawn(page)
    expect(leaf(page, buildings["title"]["ja"])).to_have_attribute("aria-checked", "true")
    assert watched.from_outside(city_url) == []
    assert watched.errors == []
    assert any("/tiles/" in url for url in watched.requests)
    assert comes_true(page, lambda: len(set(map(tuple, pixels(page).reshape(-1, 3)[::11]))) > 20)


def test_the_page_lives_under_a_strict_content_security_policy(open_page: OpenPage, city_url: str) -> None:
    page = open_page()
    answer = page.request.get(f"{city_url}/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    # WebAssembly is let in for the 3D tiles; text that becomes code is not.
    assert "'unsafe-eval'" not in policy
    assert "script-src 'unsafe-inline'" not in policy


def test_an_english_browser_is_spoken_to_in_english(open_page: OpenPage, buildings: Layer) -> None:
    page = open_page(locale="en-GB")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("tree", name="Layers")).to_be_visible()
    expect(leaf(page, buildings["title"]["en"])).to_be_visible()


def test_sources_of_all_visible_layers_are_always_named(open_page: OpenPage, buildings: Layer, points: Layer) -> None:
    page = open_page(f"{centre(buildings)}&layers={buildings['id']},{points['id']}")
    for layer in (buildings, points):
        expect(page.locator(".attribution")).to_contain_text(layer["attribution"])
        expect(page.locator(".attribution")).to_contain_text(layer["licence"])


def test_a_layer_is_found_by_a_part_of_its_title(open_page: OpenPage, layers: list[Layer], points: Layer) -> None:
    page = open_page()
    page.get_by_role("searchbox").fill(points["title"]["ja"][-3:])
    expect(leaf(page, points["title"]["ja"])).to_be_visible()
    expect(page.locator(".leaf")).not_to_have_count(len(layers))
    page.get_by_role("searchbox").fill("決してない名前")
    expect(page.locator(".side")).to_contain_text("合うレイヤーはありません")


def test_everything_can_be_done_with_the_keyboard_alone(open_page: OpenPage, buildings: Layer) -> None:
    page = open_page(only(buildings, zoom=17))
    wait_until_drawn(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="地図へ移動")).to_be_focused()
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement?.getAttribute('role')") == "treeitem":
            break
    here = page.locator(":focus")
    expect(here).to_have_attribute("role", "treeitem")
    page.keyboard.press("ArrowDown")
    expect(here).to_have_attribute("aria-checked", re.compile("true|false"))
    first, state = here.get_attribute("data-key"), here.get_attribute("aria-checked")
    assert first is not None
    assert state is not None
    page.keyboard.press("Space")
    expect(here).not_to_have_attribute("aria-checked", state)
    expect(here).to_have_attribute("data-key", first)
    page.keyboard.press("Space")
    expect(here).to_have_attribute("aria-checked", state)
    page.keyboard.press("ArrowLeft")
    expect(here).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowLeft")
    expect(here).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowRight")
    expect(here).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("End")
    page.keyboard.press("Home")
    expect(here).to_have_attribute("aria-expanded", "true")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_enter_on_the_map_asks_what_is_at_its_centre(open_page: OpenPage, buildings: Layer) -> None:
    page = open_page(only(buildings, zoom=16))
    wait_until_drawn(page)
    page.get_by_role("button", name="地図へ移動").press("Enter")
    canvas = page.locator(".maplibregl-canvas")
    popup = page.get_by_role("dialog")
    for key in (
        "Shift",
        "ArrowRight",
        "ArrowDown",
        "ArrowLeft",
        "ArrowLeft",
        "ArrowUp",
        "ArrowUp",
        "ArrowRight",
        "ArrowRight",
    ):
        expect(canvas).to_be_focused()
        page.keyboard.press(key)
        wait_until_drawn(page)
        page.keyboard.press("Enter")
        # Between buildings the ground answers, as soon.
        expect(popup).to_be_visible()
        if popup.filter(has_text=buildings["title"]["ja"]).count() > 0:
            break
        page.keyboard.press("Escape")
        expect(popup).to_have_count(0)
    expect(popup).to_contain_text(buildings["title"]["ja"])
    page.keyboard.press("Escape")
    expect(popup).to_have_count(0)
    expect(canvas).to_be_focused()


def test_every_control_has_a_name(open_page: OpenPage) -> None:
    page = open_page()
    wait_until_drawn(page)
    for tab in ("分析", "レイヤー"):
        page.get_by_role("tab", name=tab).click()
        nameless = page.evaluate(
            """() => [...document.querySelectorAll('button, input, select, [role=treeitem], canvas')].filter(one => {
              const words = [one.getAttribute('aria-label'), one.textContent, one.closest('label')?.textContent]
              return !words.some(word => word?.trim())
            }).map(one => one.outerHTML)"""
        )
        assert nameless == []


def test_a_phone_has_a_sheet_below_the_map(open_page: OpenPage, buildings: Layer) -> None:
    page = open_page(only(buildings, zoom=16), width=390, height=844, touch=True)
    wait_until_drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("tab", name="凡例").tap()
    expect(page.locator(".sheet")).to_contain_text(buildings["style"]["themes"][0]["classes"][0]["label"]["ja"])
    page.get_by_role("tab", name="レイヤー").tap()
    expect(leaf(page, buildings["title"]["ja"])).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".sheet")).to_have_count(0)
    part = {"x": 0, "y": 80, "width": 300, "height": 600}
    assert comes_true(page, lambda: any(count(pixels(page, part), colour) > 60 for colour in colours(buildings, 0)))
    for button in page.locator(".controls button, .tabs button").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44


def test_a_new_version_is_picked_up_without_a_reload(
    open_page: OpenPage, layers: list[Layer], buildings: Layer
) -> None:
    page = open_page(only(buildings))
    wait_until_drawn(page)
    asked: list[str] = []
    renewed = {
        **buildings,
        "version": "2-new",
        "links": {**buildings["links"], "tiles": buildings["links"]["tiles"].replace(buildings["version"], "2-new")},
    }
    body = {"layers": [renewed if one["id"] == buildings["id"] else one for one in layers]}
    page.route("**/api/layers", lambda route: route.fulfill(json=body, headers={"ETag": '"new"'}))

    def old_tile(route: Route) -> None:
        asked.append(route.request.url)
        route.continue_(url=route.request.url.replace("2-new", buildings["version"]))

    page.route("**/2-new/**", old_tile)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("status").filter(has_text=buildings["title"]["ja"])).to_be_visible()
    assert comes_true(page, lambda: asked)
    assert comes_true(page, lambda: seen(page, buildings, 0))


def test_an_unchanged_list_of_layers_is_answered_by_304(open_page: OpenPage) -> None:
    page = open_page()
    wait_until_drawn(page)
    with page.expect_response("**/api/layers") as answer:
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert answer.value.status == 304


def test_a_city_without_layers_says_what_to_do(open_page: OpenPage) -> None:
    page = open_page()
    page.route("**/api/layers", lambda route: route.fulfill(json={"layers": []}))
    page.reload()
    expect(page.locator(".empty")).to_contain_text("machinami publish")
    page.get_by_role("button", name="English").click()
    expect(page.locator(".empty")).to_contain_text("No layer has been published yet")


def test_an_error_of_the_server_is_told_in_words_and_can_be_tried_again(open_page: OpenPage, watched: Watched) -> None:
    page = open_page()
    message = {"ja": "倉庫が開けません。", "en": "The store can't be opened."}
    page.route(
        "**/api/layers", lambda route: route.fulfill(status=503, json={"error": {"code": "x", "message": message}})
    )
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("倉庫が開けません。")
    page.unroute("**/api/layers")
    page.get_by_role("button", name="もう一度試す").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(".leaf").first).to_be_visible()


def test_a_layer_can_be_coloured_by_a_column_that_no_tile_carries(
    open_page: OpenPage, layers: list[Layer], watched: Watched
) -> None:
    choice = None
    for layer in layers:
        drawn = {theme["column"] for theme in layer["style"]["themes"]} | {layer["style"]["label"]}
        others = [one["name"] for one in layer["columns"] if one["name"] not in drawn | {"attributes", "feature_id"}]
        # Walls are shaded by the light, so their pixels are not the legend's colours.
        if layer["style"]["draw"] in ("fill", "circle") and layer["group"]["id"] != "base" and others:
            choice = (layer, others[0])
            break
    if choice is None:
        pytest.skip("every column of this city is a theme already")
    layer, column = choice
    page = open_page(only(layer, zoom=14))
    wait_until_drawn(page)
    page.get_by_role("combobox", name=re.compile(re.escape(layer["title"]["ja"]))).select_option(f"column:{column}")
    page.locator(".key span.class").first.wait_for()
    wait_until_drawn(page)
    assert any(f"/columns/{column}" in url for url in watched.requests)
    expect(page.locator(".key span.class .swatch").first).to_be_visible()
    sequence = ("#e3ecdf", "#b3d3b8", "#7cb3a0", "#438c8c", "#1f5d73", "#4e79a7", "#e0923c", "#b8504f", "#6aa5a0")
    assert comes_true(page, lambda: any(count(pixels(page), colour) > 30 for colour in sequence))
