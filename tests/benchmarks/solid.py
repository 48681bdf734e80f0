"""100,000 buildings as 3D tiles in the page: bytes, draw calls, triangles, heap, time; in headless Chromium.

The mix: houses 25 m apart, 4 to 40 m high, boxes and, every second one, gable roofs (LOD2), without textures, with four
attributes, as `build_tileset` writes them; four views of 1440 x 900 pixels on the level map, each in a page of its own.
There is no graphics card: times are those of a processor that draws. Counts and bytes don't depend on it.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
from playwright.sync_api import Page, Route, sync_playwright

from geo.geoid import GeoidModel
from tests.browser.conftest import ARGUMENTS, CHROMIUM, address_in
from tests.browser.sight import layers_of, wait_until_drawn
from tests.tiles.tileset.houses import LAT, LON, write_town
from tiles.tileset import TilesetArchive, build_tileset

ROOT = Path(__file__).parents[2]
BUILDINGS = 100_000
VIEWS = {"city": (12.5, 50), "district": (14, 55), "quarter": (16, 60), "street": (17.5, 60)}
MIDDLE = (LON + 0.0433, LAT + 0.0356)
TILESET = "/tilesets/boxes/1/"
INSPECT = "document.querySelector('.maplibregl-map').inspect"


def run() -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        figures = build(Path(folder))
        machinami = [sys.executable, "-m", "web.cli", "--lang", "en", "--store", f"{folder}/store"]
        subprocess.run([*machinami, "demo", "--no-serve", "--buildings", "300"], cwd=ROOT, capture_output=True)
        serve = [*machinami, "serve", "--port", "0", "--no-worker"]
        with subprocess.Popen(serve, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            try:
                figures |= look(address_in(server.stdout), TilesetArchive(Path(folder) / "tileset.3tz"))
            finally:
                server.terminate()
    return figures


def build(folder: Path) -> dict[str, object]:
    """The tileset, with the columns that the sample city's buildings are coloured by."""
    features, surfaces = write_town(folder, BUILDINGS)
    gpd.read_parquet(features).rename(columns={"usage": "usage_code"}).to_parquet(features)
    began = time.perf_counter()
    summary = build_tileset(
        features,
        surfaces,
        folder / "tileset.3tz",
        columns=["height_m", "usage_code", "year"],
        geoid=GeoidModel.GSIGEO2011,
        images={},
        title="benchmark",
    )
    return {
        "buildings": summary.features,
        "tiles": summary.tiles,
        "triangles_of_leaves": summary.triangles,
        "all_tiles_mb": round(summary.bytes / 1e6, 1),
        "tiler_seconds_one_core": round(time.perf_counter() - began, 1),
    }


def look(url: str, archive: TilesetArchive) -> dict[str, object]:
    layer = next(one["id"] for one in layers_of(url) if one["style"]["draw"] == "extrusion")
    arguments = [*ARGUMENTS, "--enable-precise-memory-info", "--js-flags=--expose-gc"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        page = chromium.new_page(viewport={"width": 1440, "height": 900}, locale="en-GB")
        serve_tileset(page, layer, archive)
        figures = {name: measure(page, f"{url}/{_place(*view)}&layers={layer}") for name, view in VIEWS.items()}
        chromium.close()
    return {**figures}


def serve_tileset(page: Page, layer: str, archive: TilesetArchive) -> None:
    def list_layers(route: Route) -> None:
        answer = route.fetch()
        if answer.status != 200:
            route.fulfill(response=answer)
            return
        listing = answer.json()
        own = next(one for one in listing["layers"] if one["id"] == layer)
        own["links"]["tileset"] = f"{TILESET}tileset.json"
        own["tileset"] = {"features": BUILDINGS, "triangles": 0, "bytes": 0, "lods": [1], "textured": False}
        route.fulfill(response=answer, json=listing)

    def answer_tile(route: Route) -> None:
        name = route.request.url.partition(TILESET)[2]
        body = archive.read(name)
        route.fulfill(body=body, headers={"content-length": str(len(body))})

    page.route("**/api/layers", list_layers)
    page.route(f"**{TILESET}**", answer_tile)


def _place(zoom: float, pitch: float) -> str:
    return f"#{zoom}/{MIDDLE[1]}/{MIDDLE[0]}/20/{pitch}"


def measure(page: Page, address: str) -> dict[str, Any]:
    page.goto("about:blank")
    began = time.perf_counter()
    page.goto(address)
    wait_until_drawn(page)
    drawn = time.perf_counter() - began
    figures = page.evaluate(f"() => {INSPECT}.figures()")
    tileset = figures["tilesets"][0]
    heap = page.evaluate("() => { gc(); return performance.memory.usedJSHeapSize }")
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


def _per_pick(page: Page) -> float:
    """Milliseconds of asking what is under the pointer, over fifty places."""
    walk = f"const begin = performance.now(); for (let i = 0; i < 50; i++) {INSPECT}.hit(500 + i * 5, 450)"
    spent: float = page.evaluate(f"() => {{ {walk}; return (performance.now() - begin) / 50 }}")
    return spent


def _restyle(page: Page) -> float:
    """Milliseconds until another theme is on the graphics card's side; drawing comes after it."""
    choice = page.get_by_role("combobox").first
    began = time.perf_counter()
    choice.select_option("usage")
    return (time.perf_counter() - began) * 1000
