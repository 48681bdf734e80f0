"""Timetables on the map: what leaves a clicked stop, service by date and hour, buses that run."""

import json
import re
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.sight import wait_until_drawn

pytestmark = pytest.mark.browser

STOPS, ROUTES = "mihon-bus-stops", "mihon-bus-routes"


def ask(city_url: str, path: str) -> Any:
    with urlopen(city_url + path) as answer:
        return json.load(answer)


def opened(open_page: OpenPage, place: tuple[float, float]) -> Page:
    page = open_page(f"#16/{place[1]:.5f}/{place[0]:.5f}&layers={STOPS},{ROUTES}&view=2d")
    wait_until_drawn(page)
    return page


@pytest.fixture(scope="module")
def place(city_url: str) -> tuple[float, float]:
    """A pole of the bus operator that stands alone."""
    stops = ask(city_url, "/api/stops?limit=500")["stops"]
    alone = [one for one in stops if {pole["layer"] for pole in one["poles"]} == {STOPS} and len(one["poles"]) == 2]
    lon, lat = alone[0]["poles"][0]["lonlat"]
    return lon, lat


def test_a_clicked_stop_tells_what_leaves_next_and_on_a_date(open_page: OpenPage, place: tuple[float, float]) -> None:
    page = opened(open_page, place)
    page.mouse.click(720, 450)
    card = page.locator(".departures")
    expect(card).to_contain_text("時刻表による予定です")
    card.locator("summary").click()
    card.get_by_label("日付").fill("2026-11-24")
    expect(card).to_contain_text(re.compile(r"\d+本 \(始発 \d+:\d\d・終発 \d+:\d\d\)"))
    assert "date=2026-11-24" in (card.get_by_role("link", name="印刷用の時刻表").get_attribute("href") or "")
    card.get_by_label("日付").fill("2031-11-24")
    expect(card.locator(".error")).to_contain_text("2027-03-31")


def test_service_is_coloured_by_date_and_hour_and_buses_run(
    open_page: OpenPage, city_url: str, place: tuple[float, float]
) -> None:
    page = opened(open_page, place)
    page.get_by_role("button", name="バスの運行").click()
    bar = page.get_by_role("region", name="バスの運行")
    bar.get_by_label("日付").fill("2026-11-24")
    legend = page.locator(".legend")
    expect(legend).to_contain_text("60便以上")
    bar.get_by_label("1日").uncheck()
    expect(legend).to_contain_text("6便以上")
    expect(bar).to_contain_text("8時台")
    bar.get_by_label("色分け").select_option("headway")
    expect(legend).to_contain_text("運行間隔 (8時台)")
    bar.get_by_label("色分け").select_option("last")
    expect(legend).to_contain_text("22時以降")
    bar.get_by_role("button", name="バスを動かす").click()
    expect(bar).to_contain_text(re.compile(r"走行中 [1-9]\d*台"))
    bar.get_by_role("button", name="止める").click()
    bar.get_by_label("時刻", exact=True).fill(str(4 * 3600))
    expect(bar).to_contain_text("走行中 0台")
    bar.get_by_label("日付").fill("2031-01-01")
    expect(bar.get_by_role("alert")).to_contain_text("2027-03-31")
    bar.get_by_role("button", name="閉じる").click()
    expect(legend).not_to_contain_text("22時以降")
