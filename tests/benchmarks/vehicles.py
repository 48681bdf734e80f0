"""500 buses that run by the timetable on the map: what a frame costs the page, in headless Chromium.

Measured is the processor time of our own work for a frame: where each bus is, and telling the canvas what to draw. What
the browser does with that is not in it. The buses drive on 100 ways of 60 corners within a view of
1440 x 900 pixels, 60 times as fast as the clock; the map below them is empty and rests. Frames are asked for one after
another, so that others' work on the machine does not count.
"""

import json
import math
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from playwright.sync_api import CDPSession, Page, Route, sync_playwright

from data import ImportOptions, Store, Viewer, import_paths
from tests.benchmarks.solid import served
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.gtfs.feeds import zip_feed

VEHICLES, WAYS, CORNERS = 500, 100, 60
FRAMES = 600
DEGREE = 100_000
LON, LAT = 138.90, 35.00
_KEEP = """
const ask = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (act) => ask((now) => { window.kept = act; act(now); });
"""
"""The map rests, so the last that asks for a frame is the canvas."""
_FRAMES = """(count) => {
  window.requestAnimationFrame = () => 1;
  for (let at = performance.now(), end = at + count * 16.7; at < end; at += 16.7) window.kept(at);
}"""


def run() -> dict[str, object]:
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        store = Store.open(folder / "store")
        import_paths(store, [zip_feed(folder / "bus.zip")], viewer=Viewer.SYSTEM, options=ImportOptions())
        store.publish("bus-stops", Viewer.SYSTEM)
        store.close()
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        with served(folder / "store") as url:
            page = chromium.new_page(viewport={"width": 1440, "height": 900}, locale="en-GB")
            page.add_init_script(_KEEP)
            page.route("**/api/feeds/*/trips*", _answer)
            figures = measure(page, url)
        chromium.close()
    return figures


def _answer(route: Route) -> None:
    route.fulfill(status=200, content_type="application/json", body=json.dumps(motion()))


def motion() -> dict[str, Any]:
    """As `GET /api/feeds/{layer}/trips` tells it: all buses are on their way from six to ten o'clock."""
    random = Random(1)
    paths = [_path(random) for _ in range(WAYS)]
    profile = [second for call in range(CORNERS) for second in (call * 240, call * 240 + 20)]
    trips = [n for one in range(VEHICLES) for n in (one % WAYS, 0, 0, 21_600 + random.randrange(1_200))]
    routes = [{"short": "10", "name": "10", "colour": "#1f77b4"}]
    told = {"layer": "bus-stops", "date": "2026-05-11", "midnight": 0, "degree": DEGREE}
    return {**told, "paths": paths, "profiles": [profile], "trips": trips, "routes": routes}


def _path(random: Random) -> dict[str, list[int]]:
    """A walk of 200 m steps that stays in the view."""
    points, metres, at = [round(LON * DEGREE), round(LAT * DEGREE)], [0], (0.0, 0.0)
    for _ in range(CORNERS - 1):
        angle = random.uniform(0, 2 * math.pi)
        step = (math.cos(angle) * 200, math.sin(angle) * 200)
        if math.hypot(at[0] + step[0], at[1] + step[1]) > 1_500:
            step = (-200 * at[0] / math.hypot(*at), -200 * at[1] / math.hypot(*at))
        at = (at[0] + step[0], at[1] + step[1])
        points += [round(step[0] / 91_287 * DEGREE), round(step[1] / 110_949 * DEGREE)]
        metres.append(metres[-1] + 200)
    return {"points": points, "metres": metres, "stops": metres}


def measure(page: Page, url: str) -> dict[str, object]:
    page.goto(f"{url}/#14.5/{LAT}/{LON}&layers=bus-stops&view=2d&lang=en")
    page.get_by_role("button", name="Bus service").click()
    page.get_by_role("button", name="Let buses run").click()
    page.get_by_text(f"{VEHICLES} running").wait_for(timeout=60_000)
    page.wait_for_timeout(3_000)
    browser = page.context.browser
    assert browser is not None
    session = browser.new_browser_cdp_session()
    before = _renderers_s(session)
    page.evaluate(_FRAMES, FRAMES)
    spent_ms = (_renderers_s(session) - before) * 1_000
    return {"vehicles": VEHICLES, "script_ms_per_frame": round(spent_ms / FRAMES, 2)}


def _renderers_s(session: CDPSession) -> float:
    """Processor seconds of the browser's processes that run pages; there is one page."""
    told = session.send("SystemInfo.getProcessInfo")["processInfo"]
    return float(sum(one["cpuTime"] for one in told if one["type"] == "renderer"))
