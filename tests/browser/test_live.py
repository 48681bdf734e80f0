"""Buses on the map as they report themselves: a clicked one tells its delay, and a feed that fails is told as such."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from data.realtime import Realtime
from geo import Text
from gtfs.realtime.snapshot import FeedSnapshot, Notice, Snapshot, Vehicle
from gtfs.realtime.state import Quality, feed_state
from tests.browser import test_sign
from tests.browser.sight import wait_until_drawn
from tests.browser.test_sign import Town

pytestmark = pytest.mark.browser

town, sign = test_sign.town, test_sign.sign

LON, LAT = 138.905, 35.005


def write(town: Town, number: int, quality: Quality) -> None:
    """A bus of the loop five minutes late, halfway between its stops, and an alert."""
    now = datetime.now(UTC)
    live = quality is Quality.LIVE
    state = feed_state(quality, now) if live else feed_state(quality, now, reason=Text("壊れています", "damaged"))
    bus = Vehicle("v1", (LON, LAT), now, trip_id="1a", route_id="1", delay_s=300, next_stop_id="B", trusted=live)
    notice = Notice("n", Text("大雪のため遅れています", "Delays because of snow"))
    realtime = Realtime(town.store)
    realtime.folder.mkdir(exist_ok=True)
    realtime.write(Snapshot(now, number, (FeedSnapshot("loop-stops", state, (), (), (bus,), (notice,)),)))


def test_a_clicked_bus_tells_its_delay_and_a_feed_that_fails_is_told(sign: Page, town: Town) -> None:
    write(town, 1, Quality.LIVE)
    try:
        sign.goto(f"{town.server.url}/#15/{LAT}/{LON}&layers=loop-stops&view=2d&lang=ja")
        wait_until_drawn(sign)
        sign.get_by_role("button", name="バスの運行").click()
        sign.get_by_label("いまの位置").check()
        expect(sign.locator(".timetable-bar")).to_contain_text("受信中 1台")
        expect(sign.locator(".told")).to_contain_text("お知らせ 1件")
        size = sign.viewport_size
        assert size is not None
        sign.mouse.click(size["width"] / 2, size["height"] / 2)
        card = sign.get_by_role("dialog", name="車両の情報")
        expect(card).to_contain_text("約5分遅れ")
        expect(card).to_contain_text("次は 病院")
        expect(card).to_contain_text(re.compile(r"\d+秒前の位置"))
        write(town, 2, Quality.GARBAGE)
        expect(sign.locator(".told .error")).to_contain_text("壊れています")
        expect(card).to_contain_text("遅れは不明")
        card.get_by_role("button", name="閉じる").click()
        expect(card).to_have_count(0)
    finally:
        Realtime(town.store).snapshot_path.unlink()
