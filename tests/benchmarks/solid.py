"""100,000 buildings as 3D tiles in the page: bytes, draw calls, triangles, heap, time; in headless Chromium.

The mix: houses 25 m apart, 4 to 40 m high, boxes and, every second one, gable roofs (LOD2), without textures, with
three attributes. They are a published layer of a store, served as any other; four views of 1440 x 900 pixels on the
level map, each in a page of its own. There is no graphics card: times are those of a processor that draws. Counts and
bytes don't depend on it.

BENCH_BUILDINGS sets their number. Whatever a view is waited for ends in time: one that does not come has `gave_up` in
place of its figures, and the others are still measured.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Timer
from typing import Any

import geopandas as gpd
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

from data import Store, Viewer
from data.record import TilesetRecord
from data.stage import stage_frame
from data.staged import TILESET
from geo import citygml
from geo.geoid import GeoidModel
from tests.browser.conftest import ARGUMENTS, CHROMIUM, address_in
from tests.browser.sight import wait_until_drawn
from tests.tiles.tileset.houses import LAT, LON, write_town
from tiles.tileset import TilesetSummary, build_tileset

ROOT = Path(__file__).parents[2]
BUILDINGS = int(os.environ.get("BENCH_BUILDINGS", "100000"))
LAYER = "houses"
VIEWS = {"city": (12.5, 50), "district": (14, 55), "quarter": (16, 60), "street": (17.5, 60)}
INSPECT = "document.querySelector('.maplibregl-map').inspect"
START_S, ANSWER_S, LIMIT_S = 60, 30, 300
"""Longest waits for the server to start and for one answer of a page (drawing has a limit of its own, 60 s); no view is
begun later than the last."""


def run() -> dict[str, object]:
    if not (ROOT / "web" / "static" / "index.html").exists():
        raise FileNotFoundError("the page is not built: npm ci && npm run build in web/ui")
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures, built = build(folder), time.perf_counter()
        with served(folder / "store") as url, sync_playwright() as playwright:
            figures["server_start_seconds"] = round(time.perf_counter() - built, 1)
            arguments = [*ARGUMENTS, "--enable-precise-memory-info", "--js-flags=--expose-gc"]
            chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
            for view, where in VIEWS.items():
                in_time = time.perf_counter() - began < LIMIT_S
                figures[view] = look(chromium, f"{url}/{_place(*where)}") if in_time else gave_up("no time left")
            chromium.close()
    return figures


def build(folder: Path) -> dict[str, object]:
    """The town in a store, with the columns that buildings are coloured by."""
    features, surfaces = write_town(folder, BUILDINGS)
    frame = gpd.read_parquet(features).drop(columns="usage")
    frame["usage_code"] = [("411", "402", None)[number % 3] for number in range(len(frame))]
    frame.to_parquet(features)
    began = time.perf_counter()
    summary = build_tileset(
        features,
        surfaces,
        folder / TILESET,
        columns=["height_m", "usage_code", "year"],
        geoid=GeoidModel.GSIGEO2011,
        images={},
        title="benchmark",
    )
    seconds = time.perf_counter() - began
    keep(frame, summary, folder)
    return {
        "buildings": summary.features,
        "tiles": summary.tiles,
        "triangles_of_leaves": summary.triangles,
        "all_tiles_mb": round(summary.bytes / 1e6, 1),
        "tiler_seconds_one_core": round(seconds, 1),
    }


def keep(frame: gpd.GeoDataFrame, summary: TilesetSummary, folder: Path) -> None:
    """As an import would, of files that already have their tiles in space."""
    portrayal = citygml.portray("bldg", list(frame.columns))
    record = TilesetRecord(summary.features, summary.triangles, summary.bytes, (1, 2), textured=False)
    store = Store.open(folder / "store")
    with store.staging() as staging:
        place = staging / "layer"
        place.mkdir()
        (folder / TILESET).rename(place / TILESET)
        recipe: dict[str, Any] = {"kind": "benchmark", "inputs": {}}
        terms: dict[str, Any] = {"attribution": None, "licence": None, "recipe": recipe, "content_hash": LAYER}
        staged = stage_frame(frame, place, portrayal, id=LAYER, title=portrayal.title, **terms)
        store.commit([replace(staged, record=replace(staged.record, tileset=record))], Viewer.SYSTEM)
    store.publish(LAYER, Viewer.SYSTEM)
    store.close()


@contextmanager
def served(store: Path) -> Iterator[str]:
    """The address of a server on the store."""
    machinami = [sys.executable, "-m", "web.cli", "--lang", "en", "--store", str(store)]
    command = [*machinami, "serve", "--port", "0", "--no-worker"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        # A server that says nothing is ended, which ends the reading of what it says.
        limit = Timer(START_S, server.kill)
        limit.start()
        try:
            address = address_in(server.stdout)
            limit.cancel()
            yield address
        finally:
            limit.cancel()
            server.terminate()


def look(chromium: Browser, address: str) -> dict[str, Any]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.set_default_timeout(ANSWER_S * 1000)
    try:
        return measure(context.new_page(), address)
    except BrowserError as error:
        return gave_up(str(error).partition("\n")[0])
    finally:
        context.close()


def gave_up(reason: str) -> dict[str, Any]:
    print(f"solid: a view was given up: {reason}", file=sys.stderr, flush=True)
    return {"gave_up": reason}


def _place(zoom: float, pitch: float) -> str:
    """In the middle of the town, whose houses stand in a square."""
    half = 25 * BUILDINGS**0.5 / 2
    return f"#{zoom}/{LAT + half / 110_949:.5f}/{LON + half / 91_287:.5f}/20/{pitch}&layers={LAYER}"


def measure(page: Page, address: str) -> dict[str, Any]:
    began = time.perf_counter()
    page.goto(address)
    wait_until_drawn(page)
    drawn = time.perf_counter() - began
    figures = ask(page, f"{INSPECT}.figures()")
    tileset = figures["tilesets"][0]
    heap = ask(page, "(gc(), performance.memory.usedJSHeapSize)")
    return {
        "seconds_until_drawn": round(drawn, 1),
        "received_mb": round(tileset["bytes"] / 1e6, 2),
        "cache_mb": round(tileset["cacheBytes"] / 1e6, 2),
        "draw_calls": tileset["calls"],
        "triangles": tileset["triangles"],
        "buildings_drawn": tileset["features"],
        "heap_mb": round(heap / 1e6, 1),
        "geometries": figures["geometries"],
        "textures": figures["textures"],
        "pick_ms": round(_per_pick(page), 2),
        "restyle_ms": round(_restyle(page)),
    }


def ask(page: Page, expression: str) -> Any:
    """What the page says; unlike `Page.evaluate` it waits no longer than the page's limit."""
    return page.wait_for_function(f"() => ({{ answer: {expression} }})", polling=100).evaluate("one => one.answer")


def _per_pick(page: Page) -> float:
    """Milliseconds of asking what is under the pointer, over twenty places."""
    walk = f"const begin = performance.now(); for (let i = 0; i < 20; i++) {INSPECT}.hit(500 + i * 12, 450)"
    spent: float = ask(page, f"(() => {{ {walk}; return (performance.now() - begin) / 20 }})()")
    return spent


def _restyle(page: Page) -> float:
    """Milliseconds until another theme is on the graphics card's side; drawing comes after it."""
    choice = page.get_by_role("combobox").first
    began = time.perf_counter()
    choice.select_option("usage")
    return (time.perf_counter() - began) * 1000
