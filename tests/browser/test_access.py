"""Questions about public transport on the page, on the sample city."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.sight import wait_until_drawn

pytestmark = pytest.mark.browser

_CENTRE = "#14/35.0830/138.8640/0/0&layers=mihon-bus-stops&view=2d"


@pytest.fixture
def analysis(open_page: OpenPage) -> Page:
    page = open_page(_CENTRE)
    wait_until_drawn(page)
    page.get_by_role("tab", name="分析").click()
    expect(page.get_by_role("button", name="地図の地点を押してください")).to_be_visible(timeout=60_000)
    return page


def test_a_click_shows_areas_by_minutes_and_why(analysis: Page) -> None:
    with analysis.expect_response("**/api/accessibility/isochrone", timeout=90_000) as response:
        analysis.mouse.click(720, 450)
    answer = response.value.json()
    expect(analysis.get_by_role("row").filter(has_text="15 分未満")).to_contain_text("km²")
    reached = analysis.locator("table.reached tbody tr")
    expect(reached).to_have_count(len(answer["reached"]))
    assert answer["reached"]
    analysis.get_by_text("この結果の根拠").click()
    expect(analysis.locator(".why")).to_contain_text(answer["explanation"]["day"])


def test_a_later_window_asks_again_for_the_same_place(analysis: Page) -> None:
    with analysis.expect_response("**/api/accessibility/isochrone", timeout=90_000) as first:
        analysis.mouse.click(720, 450)
    asked = first.value.json()["question"]
    with analysis.expect_response("**/api/accessibility/isochrone", timeout=90_000) as second:
        analysis.get_by_label("出発（まで）").fill("10:00")
    again = second.value.json()["question"]
    assert (again["at"], again["end"]) == (asked["at"], "10:00")


def test_transit_deserts_are_told_in_people(analysis: Page) -> None:
    analysis.get_by_label("分析の種類").select_option("deserts")
    with analysis.expect_response("**/api/accessibility", timeout=90_000) as response:
        analysis.get_by_role("button", name="調べる").click()
    totals = response.value.json()["totals"]
    assert 0 <= totals["left_out"] < totals["people"]
    expect(analysis.get_by_role("row").filter(has_text="圏外の人口")).to_contain_text("%")


def test_a_line_drawn_by_clicks_is_compared_with_today(analysis: Page) -> None:
    analysis.get_by_label("分析の種類").select_option("line")
    for x, y in ((620, 520), (720, 450), (820, 380)):
        analysis.mouse.click(x, y)
    expect(analysis.locator(".access .stops")).to_contain_text("3")
    with analysis.expect_response("**/api/accessibility", timeout=120_000) as response:
        analysis.get_by_role("button", name="前と後を比べる").click()
    totals = response.value.json()["totals"]
    assert {one["less"] for one in totals if one["column"].startswith("places")} == {0}
    expect(analysis.locator(".answer .figures")).to_contain_text("→")


def test_a_click_opens_a_feature_again_once_nobody_chooses_a_place(analysis: Page) -> None:
    analysis.get_by_role("button", name="地図の地点を押してください").click()
    expect(analysis.get_by_role("button", name="地図で地点を選ぶ")).to_be_visible()
    asked: list[str] = []
    analysis.on("request", lambda request: asked.append(request.url))
    analysis.mouse.click(720, 450)
    analysis.wait_for_timeout(1_000)
    assert not [url for url in asked if url.endswith("/isochrone")]
