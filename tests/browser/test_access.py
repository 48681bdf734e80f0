"""Questions about public transport on the page, on the sample city."""

import subprocess
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from gtfs.scenario import read_scenario
from tests.browser.conftest import ROOT, OpenPage, machinami
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


def test_an_index_is_drawn_with_a_legend_in_people_and_the_command_line_has_the_same_table(
    analysis: Page, city_store: Path, tmp_path: Path
) -> None:
    analysis.get_by_label("分析の種類").select_option("ptal")
    analysis.get_by_label("数える1時間のはじめ").fill("07:30")
    before = analysis.locator("canvas").first.screenshot()
    with analysis.expect_response("**/api/accessibility", timeout=90_000) as response:
        analysis.get_by_role("button", name="調べる").click()
    answer = response.value.json()
    rows = analysis.locator(".answer tbody tr")
    expect(rows).to_have_count(9)
    for row, total, shown in zip(rows.all(), answer["totals"], answer["legend"], strict=True):
        assert row.locator("th").inner_text().strip() == total["value"]
        assert row.locator("td").last.inner_text() == str(total["places"])
        colour = row.locator(".key-colour").evaluate("key => getComputedStyle(key).backgroundColor")
        assert colour == "rgb({}, {}, {})".format(*bytes.fromhex(shown["colour"][1:]))
    wait_until_drawn(analysis)
    assert analysis.locator("canvas").first.screenshot() != before
    asked, out = answer["question"], tmp_path / "ptal.csv"
    told = ["--homes", asked["origins"], "--date", asked["day"], "--hour", "07:30", "--out", str(out)]
    subprocess.run(machinami(city_store, "analyse", "ptal", *told), cwd=ROOT, check=True, capture_output=True)
    written = pd.read_csv(out, dtype={"ptal": str})
    places = [one["properties"] for one in answer["features"]["features"]]
    assert written["ptal"].tolist() == [one["ptal"] for one in places]
    assert written["ptal_index"].tolist() == pytest.approx([one["ptal_index"] for one in places])


def test_transit_deserts_are_told_in_people(analysis: Page) -> None:
    analysis.get_by_label("分析の種類").select_option("deserts")
    with analysis.expect_response("**/api/accessibility", timeout=90_000) as response:
        analysis.get_by_role("button", name="調べる").click()
    totals = response.value.json()["totals"]
    assert 0 <= totals["left_out"] < totals["people"]
    expect(analysis.get_by_role("row").filter(has_text="圏外の人口")).to_contain_text("%")


def test_a_scenario_of_several_changes_is_compared_saved_and_loaded_again(analysis: Page, tmp_path: Path) -> None:
    analysis.get_by_label("分析の種類").select_option("scenario")
    expect(analysis.get_by_role("button", name="前と後を比べる")).to_be_disabled()
    _add(analysis, "add_line")
    for x, y in ((620, 520), (720, 450), (820, 380)):
        analysis.mouse.click(x, y)
    expect(analysis.locator(".scenario .stops")).to_contain_text("3")
    _add(analysis, "change_frequency")
    expect(analysis.locator(".scenario .fields")).to_contain_text("路線を選んでください")
    analysis.locator(".scenario .fields select").first.select_option(index=1)
    _add(analysis, "move_stop")
    analysis.mouse.click(700, 400)
    expect(analysis.get_by_role("button", name="別の停留所にする")).to_be_visible()
    analysis.mouse.click(740, 360)
    expect(analysis.locator(".scenario .fields")).to_contain_text("場所: 35.")
    with analysis.expect_response("**/api/accessibility", timeout=120_000) as response:
        analysis.get_by_role("button", name="前と後を比べる").click()
    assert len(response.value.json()["changes"]) == 3
    expect(analysis.locator(".answer .figures")).to_contain_text("→")
    analysis.get_by_label("地図に示すもの").select_option("after")
    with analysis.expect_download() as saved:
        analysis.get_by_role("button", name="YAML に保存").click()
    plan = tmp_path / "plan.yaml"
    saved.value.save_as(plan)
    assert [type(one).__name__ for one in read_scenario(plan).changes] == ["AddLine", "ChangeFrequency", "MoveStop"]
    file = analysis.locator(".scenario input[type=file]")
    wrong = plan.read_text(encoding="utf-8").replace("factor: 2", "factor: 0")
    file.set_input_files({"name": "plan.yaml", "mimeType": "application/yaml", "buffer": wrong.encode()})
    expect(analysis.locator(".scenario .error")).to_contain_text("changes[1].change_frequency.factor")
    analysis.get_by_role("button", name="を取り消す").first.press("Enter")
    expect(analysis.locator(".scenario .changes li")).to_have_count(2)
    expect(analysis.get_by_label("変更の種類")).to_be_focused()
    analysis.keyboard.press("ArrowDown")
    expect(analysis.locator(".scenario .changes li")).to_have_count(2)
    file.set_input_files(plan)
    expect(analysis.locator(".scenario .changes li")).to_have_count(3)
    expect(analysis.locator(".scenario .error")).to_have_count(0)
    analysis.set_viewport_size({"width": 400, "height": 780})
    assert analysis.evaluate("document.documentElement.scrollWidth") == 400


def _add(page: Page, kind: str) -> None:
    page.get_by_label("変更の種類").select_option(kind)
    page.get_by_role("button", name="加える", exact=True).click()


def test_a_click_opens_a_feature_again_once_nobody_chooses_a_place(analysis: Page) -> None:
    analysis.get_by_role("button", name="地図の地点を押してください").click()
    expect(analysis.get_by_role("button", name="地図で地点を選ぶ")).to_be_visible()
    asked: list[str] = []
    analysis.on("request", lambda request: asked.append(request.url))
    analysis.mouse.click(720, 450)
    analysis.wait_for_timeout(1_000)
    assert not [url for url in asked if url.endswith("/isochrone")]
