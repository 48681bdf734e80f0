"""The sign in a real browser: both languages, a cancelled trip, a server that goes away and comes back."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from data import ImportOptions, Store, Viewer, import_paths
from data.realtime import Realtime
from geo import Text
from gtfs.realtime.prediction import CallStatus, Prediction, PredictionSource
from gtfs.realtime.snapshot import FeedSnapshot, Notice, Selector, Snapshot
from gtfs.realtime.state import Quality, feed_state
from tests.browser.conftest import ROOT, address_in
from tests.browser.sight import Watched, comes_true, watch
from tests.gtfs.feeds import LOOP, folder_feed

pytestmark = pytest.mark.browser

FEED: dict[str, str | bytes | None] = {
    "calendar.txt": LOOP["calendar.txt"].replace("20260401", "20200101").replace("20270331", "20391231"),
    "feed_info.txt": None,
    # A bus every ten minutes, day and night.
    "frequencies.txt": "trip_id,start_time,end_time,headway_secs,exact_times\n1a,00:00:00,24:00:00,600,1\n",
    "translations.txt": "table_name,field_name,language,translation,field_value\nstops,stop_name,en,Station,駅前\n",
}


class Server:
    """`machinami serve`, to be stopped and started again at the same address."""

    def __init__(self, store: Path) -> None:
        self._store, self._port = store, 0
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self) -> None:
        command = [sys.executable, "-m", "web.cli", "--lang", "en", "--store", str(self._store)]
        serve = [*command, "serve", "--internal", "--no-worker", "--port", str(self._port)]
        self._process = subprocess.Popen(serve, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = address_in(self._process.stdout)
        self._port = int(self.url.rpartition(":")[2])

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(120)
            self._process = None


@dataclass(frozen=True)
class Town:
    server: Server
    store: Store

    def departures(self) -> list[dict[str, Any]]:
        with urlopen(f"{self.server.url}/api/stops/{quote('駅前')}/departures") as answer:
            told: list[dict[str, Any]] = json.load(answer)["departures"]
            return told

    def next_time(self) -> str:
        return f"{datetime.fromisoformat(self.departures()[0]['scheduled']):%H:%M}"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    if not (ROOT / "web" / "static" / "sign.html").exists():
        pytest.skip("the page is not built: npm ci && npm run build in web/ui")
    folder = tmp_path_factory.mktemp("sign")
    store = Store.open(folder / "store")
    import_paths(store, [folder_feed(folder / "loop", FEED)], viewer=Viewer.SYSTEM, options=ImportOptions())
    server = Server(folder / "store")
    server.start()
    yield Town(server, store)
    server.stop()
    store.close()


@pytest.fixture
def sign(browser: Browser, town: Town, watched: Watched) -> Iterator[Page]:
    """Nothing may be asked from outside, refused or thrown."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, locale="ja-JP", timezone_id="Europe/Paris")
    page = context.new_page()
    watch(page, watched)
    yield page
    context.close()
    assert watched.from_outside(town.server.url) == []
    assert watched.violations == []
    assert watched.thrown == []


def test_departures_alternate_between_japanese_and_english(sign: Page, town: Town) -> None:
    sign.goto(f"{town.server.url}/sign/{quote('駅前')}?every=3")
    first = sign.locator("tbody tr").first
    japanese, english = sign.locator(".board[lang=ja]"), sign.locator(".board[lang=en]")
    expect(english.locator("h1")).to_contain_text("Station")
    expect(english.locator("thead")).to_contain_text("To")
    expect(japanese.locator("h1")).to_contain_text("駅前")
    expect(japanese.get_by_role("status")).to_have_text("時刻表で案内しています")
    # Buses leave every ten minutes, one perhaps between the two questions.
    assert comes_true(sign, lambda: first.locator(".time").inner_text() == town.next_time())
    expect(first.locator(".place")).to_have_text("01")
    sign.get_by_role("button").click()
    expect(sign.get_by_role("button")).to_have_text("日本語")


def test_a_cancelled_trip_is_struck_out_and_says_so_in_words(sign: Page, town: Town) -> None:
    second = next(one for one in town.departures()[1:] if one["trip_id"] == "1a")
    now = datetime.now(UTC)
    canceled = Prediction(
        trip_id="1a",
        stop_sequence=second["stop_sequence"],
        stop_id="S_1",
        scheduled_s=None,
        predicted=None,
        delay_s=None,
        source=PredictionSource.UPDATES,
        status=CallStatus.CANCELED,
        feed="loop-stops",
        service_date=date.fromisoformat(second["service_date"]),
        start_s=start_of(second),
    )
    notice = Notice("n", Text("大雪のため遅れています", "Delays because of snow"), selectors=(Selector(stop_id="S"),))
    state = feed_state(Quality.LIVE, now)
    feed = FeedSnapshot("loop-stops", state, (), (canceled,), (), (notice,))
    realtime = Realtime(town.store)
    realtime.folder.mkdir(exist_ok=True)
    realtime.write(Snapshot(now, 1, (feed,)))
    try:
        sign.goto(f"{town.server.url}/sign/{quote('駅前')}?lang=ja")
        gone = sign.locator("tr.gone")
        # The server looks at the file ten times a second; a sign that asked just before asks again 15 s later.
        expect(gone).to_have_count(1)
        expect(gone.locator(".due")).to_contain_text("運休")
        expect(gone.locator(".time")).to_have_css("text-decoration-line", "line-through")
        expect(sign.get_by_role("status")).to_have_text("運行情報を反映しています")
        expect(sign.locator("footer")).to_contain_text("大雪のため")
    finally:
        realtime.snapshot_path.unlink()


def start_of(one: dict[str, Any]) -> int:
    """Seconds of the service day at which this run of the trip begins: its first stop is this one."""
    scheduled = datetime.fromisoformat(one["scheduled"])
    midnight = datetime.combine(date.fromisoformat(one["service_date"]), datetime.min.time(), scheduled.tzinfo)
    return int((scheduled - midnight).total_seconds())


def test_a_sign_outlives_its_server_even_through_a_reload(sign: Page, town: Town) -> None:
    sign.clock.install()
    sign.goto(f"{town.server.url}/sign/{quote('駅前')}?lang=ja")
    expect(sign.get_by_role("status")).to_have_text("時刻表で案内しています")
    sign.wait_for_function("async () => (await (await caches.open('machinami-sign-1')).keys()).length > 2")
    sign.wait_for_function("() => Object.keys(localStorage).some(name => name.startsWith('machinami-sign:'))")
    town.server.stop()
    try:
        sign.clock.fast_forward("03:00")
        expect(sign.get_by_role("status")).to_contain_text("通信できないため、時刻表で案内しています")
        expect(sign.locator("tbody tr").first).to_be_visible()
        sign.reload()
        expect(sign.get_by_role("status")).to_contain_text("通信できないため")
        later = sign.locator("tbody tr .time").first.inner_text()
        assert re.fullmatch(r"\d\d:\d\d", later)
        sign.clock.fast_forward("20:00:00")
        expect(sign.locator("tbody tr")).not_to_have_count(0)
        sign.clock.fast_forward("20:00:00")
        expect(sign.locator(".empty")).to_contain_text("時刻表の情報が古くなりました")
    finally:
        town.server.start()
    sign.clock.fast_forward("02:00")
    expect(sign.get_by_role("status")).to_have_text("時刻表で案内しています")
    expect(sign.locator("tbody tr").first).to_be_visible()


def test_an_unknown_stop_is_told_in_words(sign: Page, town: Town) -> None:
    sign.goto(f"{town.server.url}/sign/nowhere?lang=en")
    expect(sign.locator(".empty")).to_contain_text("there is no stop")
