"""Searching a layer on the page: found features are visited, and saved as a file."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.sight import layers_of, wait_until_drawn

pytestmark = pytest.mark.browser

FILTER = "height_m >= 20 AND usage IS NOT NULL"


@pytest.fixture(scope="session")
def buildings(city_url: str) -> dict[str, Any]:
    return next(one for one in layers_of(city_url) if one["style"]["draw"] == "extrusion")


def answered(city_url: str, layer: dict[str, Any]) -> dict[str, Any]:
    with urlopen(f"{city_url}/api/layers/{layer['id']}/features?filter={quote(FILTER)}") as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def test_what_fulfils_a_condition_is_listed_visited_and_saved(
    open_page: OpenPage, city_url: str, buildings: dict[str, Any], tmp_path: Path
) -> None:
    expected = answered(city_url, buildings)
    assert expected["total"] > 0
    west, south, east, north = buildings["bounds"]
    page = open_page(f"#13/{(south + north) / 2:.5f}/{(west + east) / 2:.5f}&layers={buildings['id']}~100&view=2d")
    wait_until_drawn(page)
    page.get_by_role("button", name=re.compile("地物を探す")).click()
    page.get_by_label("探し方").select_option("filter")
    box = page.get_by_role("searchbox", name="条件")
    box.fill("height_m >=")
    box.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("12文字目")
    box.fill(FILTER)
    box.press("Enter")
    expect(page.get_by_role("status").filter(has_text="見つかりました")).to_contain_text(f"{expected['total']:,} 件")
    expect(page.locator(".found button")).to_have_count(len(expected["features"]))
    zoom = page.url
    page.locator(".found button").first.click()
    card = page.locator(".feature")
    expect(card).to_be_visible()
    expect(card.locator(".attributes").first).to_be_visible()
    wait_until_drawn(page)
    expect(page).not_to_have_url(zoom)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV").click()
    path = tmp_path / "found.csv"
    waiting.value.save_as(path)
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert len(rows) == expected["total"]
    assert {row["feature_id"] for row in rows} >= {one["feature_id"] for one in expected["features"]}
    assert "_part_" in waiting.value.suggested_filename
