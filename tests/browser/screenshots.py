"""Takes the pictures of docs/images anew: `python -m tests.browser.screenshots [NAME...]` (see `make screenshots`).

Each picture is what a person sees after importing those files with the command line and opening the internal map.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Locator, Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM, ROOT, address_in
from tests.browser.morning import fill_morning, played

DATA = ROOT.parent / "shared" / "data"
IMAGES = ROOT / "docs" / "images"
WIDE, TALL, PHONE = (1440, 900), (1440, 1200), (390, 780)


@dataclass(frozen=True)
class Picture:
    name: str
    paths: tuple[str, ...] = ()
    """Imported files of the shared data; none: the sample city of the demo."""
    view: str = ""
    """What stands behind `#` in the address; empty: what the page chooses itself."""
    language: str = "ja"
    size: tuple[int, int] = WIDE
    path: str = ""
    """Another page than the map."""
    click: tuple[int, int] | None = None
    """Where the mouse clicks before the picture is taken."""
    commands: tuple[tuple[str, ...], ...] = ()
    """Further commands after the import."""
    wait_s: float = 10
    """Until everything is drawn, without a graphics card."""
    ask: str = ""
    """Kind of analysis that is opened before the click."""
    answer_s: float = 2.5
    """Until what the click asked for is there."""
    act: Callable[[Page, str], None] | None = None
    """What is done on the page before the picture is taken; it is told the server's address."""
    morning: bool = False
    """The sample city's buses report themselves: see `tests.browser.morning`."""
    report: tuple[str, ...] = ()
    """A command that writes an HTML file, which is the page: `{}` stands for its name."""


_CITY = (
    "sample-city-fld-mihongawa-mihongawa-l2,mihon-bus-routes,mihon-bus-stops,sample-city-tran,"
    "mihon-boundary,mihon-water,mihon-railway"
)


def _city(view: str, theme: str, more: str = "", language: str = "ja") -> str:
    return f"{view}&layers=sample-city-bldg:{theme},{_CITY}{more}&lang={language}"


_GROUND = "mihon-osm-streets,mihon-water,mihon-dem+shade.relief"
_STREETS = "sample-city-tran,sample-city-brid,sample-city-veg,sample-city-frn"
_ZOOMS = {
    "far": f"12.9/35.0840/138.8600/-14/55&layers=sample-city-bldg:usage,mihon-towns,{_GROUND}",
    "quarter": f"15.2/35.0830/138.8640/-20/62&layers=sample-city-bldg:usage,{_STREETS},{_GROUND}",
    "street": f"17.4/35.0815/138.8580/-20/66&layers=sample-city-bldg@textured,{_STREETS},{_GROUND}",
}
_FLOOD = (
    "16.2/35.0835/138.8625/30/64&layers=sample-city-fld-mihongawa-mihongawa-l2,sample-city-bldg:flood,"
    "sample-city-tran,mihon-water,mihon-dem+shade.relief"
)


_TRANSIT = "mihon-bus-routes,mihon-bus-stops,sample-city-tran,mihon-water,mihon-railway"


def _zooms(language: str) -> Iterator["Picture"]:
    """The whole sample city with its terrain, from afar to the street."""
    for name, view in _ZOOMS.items():
        yield Picture(f"city-{name}-{language}", (), f"{view}&lang={language}", language, wait_s=40)


_BUSES = "mihon-bus-routes,mihon-harbour-routes,mihon-bus-stops,mihon-harbour-stops,mihon-water,mihon-railway"
_BUS_MAP = f"14.7/35.0797/138.8598/0/0&layers={_BUSES}&view=2d&lang=ja"


def _bus_bar(page: Page) -> Locator:
    page.get_by_role("button", name="バスの運行").click()
    return page.get_by_role("region", name="バスの運行")


def _supply(measure: str) -> Callable[[Page, str], None]:
    """The bar of bus service, at eight in the morning."""

    def act(page: Page, _: str) -> None:
        bar = _bus_bar(page)
        bar.get_by_label("日付").fill("2026-11-24")
        bar.get_by_label("1日").uncheck()
        bar.get_by_label("色分け").select_option(measure)
        page.wait_for_timeout(6_000)

    return act


def _plan(page: Page, _: str) -> None:
    """A shuttle across the city, a line removed, and the difference for the people of each town."""
    page.click("#tab-analysis")
    page.locator(".kinds select").select_option("scenario")
    page.get_by_label("目的地").select_option("229997-hospital")
    page.get_by_label("住まい").select_option("229997-population")
    page.get_by_label("何分以内").fill("15")
    page.wait_for_timeout(1_000)
    page.get_by_label("徒歩の上限").fill("8")
    page.get_by_label("徒歩の上限").press("Enter")
    add = page.get_by_role("button", name="加える", exact=True)
    page.get_by_label("変更の種類").select_option("add_line")
    add.click()
    page.get_by_label("路線の名前").fill("自動運転シャトル")
    page.get_by_label("自動運転", exact=True).check()
    for place in _SHUTTLE:
        page.mouse.click(*place)
    page.get_by_label("変更の種類").select_option("remove_route")
    add.click()
    page.locator(".scenario .fields select").select_option(label=_REMOVED)
    page.get_by_role("button", name="西浜線").first.click()
    with page.expect_response("**/api/accessibility", timeout=300_000):
        page.get_by_role("button", name="前と後を比べる").click()
    page.wait_for_timeout(3_000)
    page.locator(".answer").evaluate("one => one.scrollIntoView({ block: 'end' })")


_SHUTTLE = ((1088, 670), (1016, 574), (921, 556), (777, 526), (670, 634))
_REMOVED = "20 西浜線"
_PLAN = "mihon-bus-routes,mihon-bus-stops,229997-hospital,mihon-boundary,mihon-water,mihon-railway"


def _buses(page: Page, url: str) -> None:
    """Live buses, and the card of the one that is latest, or of the next where a stop lay before it."""
    _bus_bar(page).get_by_label("いまの位置").check()
    page.wait_for_timeout(20_000)
    with urlopen(f"{url}/api/realtime/vehicles") as answer:
        vehicles = json.load(answer)["features"]
    page.wait_for_timeout(9_000)  # they glide to where they have just been
    project = "([lon, lat]) => document.getElementById('map').inspect.project(lon, lat)"
    for one in sorted(vehicles, key=lambda one: one["properties"]["delay_s"] or 0, reverse=True):
        at = page.evaluate(project, one["geometry"]["coordinates"])
        page.mouse.click(at["x"], at["y"])
        page.wait_for_timeout(1_500)
        if page.locator(".vehicle-card section").count():
            break
        page.keyboard.press("Escape")
    page.locator(".told summary").click()
    page.wait_for_timeout(3_000)


def _catchment(page: Page, _: str) -> None:
    page.get_by_role("button", name=re.compile("停留所.*の不透明度と情報")).first.click()
    page.locator(".stop-tools button").first.click()
    page.wait_for_timeout(8_000)


_DONAN = (str(DATA / "gtfs" / "donan_2017"), str(DATA / "gtfs" / "donan_2020"))

PICTURES = (
    Picture("demo", (), _city("15.3/35.0795/138.8585/-20/55", "usage", ",229997-hospital", "en"), "en"),
    Picture("demo-ja", (), _city("14.6/35.0800/138.8600/-14/50", "flood", ",229997-evacuation-space")),
    Picture("popup-ja", (), _city("16.6/35.0800/138.8580/-20/50", "usage"), click=(747, 600)),
    *_zooms("ja"),
    *_zooms("en"),
    Picture(
        "isochrone-ja",
        (),
        f"13.6/35.0830/138.8640/0/0&layers={_TRANSIT}&view=2d&lang=ja",
        click=(760, 470),
        ask="isochrone",
        answer_s=20,
    ),
    Picture(
        "ptal-ja",
        (),
        "14.3/35.0816/138.8612/0/0&layers=mihon-bus-stops,sample-city-tran,mihon-water,mihon-railway&view=2d&lang=ja",
        ask="ptal",
        answer_s=15,
    ),
    Picture(
        "deserts-en",
        (),
        f"13.6/35.0830/138.8640/0/0&layers={_TRANSIT}&view=2d&lang=en",
        "en",
        ask="deserts",
        answer_s=20,
    ),
    Picture("scenario-ja", (), f"14/35.0830/138.8600/0/0&layers={_PLAN}&view=2d&lang=ja", size=TALL, act=_plan),
    Picture("flood-water", (), f"{_FLOOD}&lang=ja", wait_s=40),
    Picture("phone-ja", (), _city("15/35.0795/138.8585/-20/50", "height"), size=PHONE),
    Picture("numazu-2021", ("plateau/numazu_2021_iur15",)),
    Picture(
        "komatsu-flood",
        ("plateau/komatsu_2024",),
        "15.6/36.3125/136.3945/-20/50&layers=komatsu-2024-bldg:flood&lang=ja",
    ),
    Picture("bldg-lod1", ("plateau/bldg_lod1",), "15.8/35.7570/139.5530/-20/55&layers=bldg-lod1-bldg:height&lang=ja"),
    Picture(
        "yokosuka-textured",
        ("plateau/yokosuka_iur",),
        "18/35.2599/139.7385/-20/60&layers=yokosuka-iur-bldg@textured&lang=ja",
    ),
    Picture(
        "yokosuka-dem",
        ("plateau/yokosuka_iur",),
        "14.3/35.1990/139.6935/-20/60&layers=yokosuka-iur-dem&lang=ja",
        wait_s=20,
    ),
    Picture(
        "tsukuba-lod3",
        ("plateau/tsukuba_tran",),
        "18.3/36.0917/140.1014/-20/60&layers=tsukuba-tran-tran&lang=ja",
    ),
    Picture(
        "bridge",
        ("plateau/mixed_iur30",),
        "19/34.3964/132.48435/-20/62&layers=mixed-iur30-brid&lang=ja",
    ),
    Picture(
        "mall",
        ("plateau/mixed_iur30",),
        "19/34.39797/132.47608/-20/62&layers=mixed-iur30-ubld&lang=ja",
    ),
    Picture(
        "tsunami-water",
        ("plateau/numazu_2021_iur15",),
        "17/35.0838/138.8515/-20/60&layers=numazu-2021-iur15-tnm-22-4&lang=ja",
    ),
    Picture("monaco", ("osm/monaco.osm.pbf",), "14.2/43.7385/7.4270/0/0&lang=en", "en"),
    Picture("porto-alegre", ("access/porto_alegre/poa_osm.pbf",), "13/-30.0350/-51.2150/0/0&lang=en", "en"),
    Picture("numazu-iur30", ("plateau/numazu_iur30",)),
    Picture("yaizu", ("municipal/yaizu_22212",), "13.2/34.8600/138.3150/0/0&lang=ja"),
    Picture("donan-bus", ("gtfs/donan_2020",)),
    Picture("sign-ja", (), path="sign/みほん駅南口?lang=ja&at=2026-11-24T08:02%2B09:00", size=(1280, 720)),
    Picture("sign-en", (), path="sign/みほん駅南口?lang=en&at=2026-11-24T08:02%2B09:00", size=(1280, 720)),
    Picture("sign-print", (), path="stops/みほん駅北口/print?date=2026-11-24", size=(794, 1123), wait_s=2),
    Picture(
        "donan-departures",
        ("gtfs/donan_2020",),
        "12.2/42.3550/141.0200/0/0&layers=donan-2020-routes,donan-2020-stops:departures&view=2d&lang=ja",
        wait_s=40,
    ),
    Picture("bus-trips", (), _BUS_MAP, act=_supply("count"), morning=True),
    Picture("bus-headways", (), _BUS_MAP, act=_supply("headway"), morning=True),
    Picture("bus-live", (), _BUS_MAP, act=_buses, morning=True),
    Picture("bus-catchment", (), _BUS_MAP, act=_catchment, morning=True),
    Picture("sign-live-ja", (), path="sign/船町?lang=ja", size=(1280, 720), wait_s=45, morning=True),
    Picture("gtfs-diff", report=("gtfs", "diff", *_DONAN, "--html", "{}"), size=(1100, 1300), wait_s=2),
    Picture(
        "gtfs-validate",
        report=("gtfs", "validate", _DONAN[1], "--date", "2020-06-01", "--html", "{}"),
        size=(1100, 900),
        wait_s=2,
    ),
    Picture(
        "yaizu-aed-coverage",
        ("municipal/yaizu_22212/AED設置箇所一覧/222127_aed.csv",),
        commands=(("analyse", "coverage", "--points", "222127-aed", "--within", "300"),),
    ),
)


def machinami(store: Path, *arguments: str, language: str = "en") -> list[str]:
    return [sys.executable, "-m", "web.cli", "--lang", language, "--store", str(store), *arguments]


@contextmanager
def served(store: Path) -> Iterator[str]:
    command = machinami(store, "serve", "--internal", "--no-worker", "--port", "0")
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            yield address_in(server.stdout)
        finally:
            server.terminate()


def fill(store: Path, picture: Picture) -> None:
    if picture.morning:
        fill_morning(store, machinami(store))
        return
    if not picture.paths:
        subprocess.run(machinami(store, "demo", "--no-serve"), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        return
    paths = [str(DATA / path) for path in picture.paths]
    done = subprocess.run(machinami(store, "import", *paths), cwd=ROOT, stdout=subprocess.DEVNULL)
    assert done.returncode in (0, 3)
    for command in picture.commands:
        subprocess.run(machinami(store, *command), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def shown(store: Path, picture: Picture) -> Iterator[str]:
    """The address of what the picture shows: a report's file, or a server whose store is filled when it is not yet."""
    if picture.report:
        store.parent.mkdir(parents=True, exist_ok=True)
        report = store.parent / f"{picture.name}.html"
        command = [part.replace("{}", str(report)) for part in picture.report]
        done = subprocess.run(
            machinami(store, *command, language=picture.language), cwd=ROOT, stdout=subprocess.DEVNULL
        )
        assert done.returncode in (0, 3)
        yield report.as_uri()
        return
    if not store.exists():
        fill(store, picture)
    with played(store) if picture.morning else nullcontext(), served(store) as url:
        yield url


def take(page: Page, url: str, picture: Picture) -> None:
    address = url if picture.report else f"{url}/{picture.path}"
    page.goto(f"{address}#{picture.view}" if picture.view else address)
    page.wait_for_timeout(picture.wait_s * 1_000)
    if picture.act:
        picture.act(page, url)
    if picture.ask:
        page.click("#tab-analysis")
        page.locator(".kinds select").select_option(picture.ask)
        page.wait_for_timeout(4_000)
    if picture.ask in ("deserts", "ptal"):
        page.click(".access form button.primary")
    if picture.click:
        page.mouse.click(*picture.click)
    if picture.ask or picture.click:
        page.wait_for_timeout(2_500)
        page.locator(".hint.loading").wait_for(state="detached", timeout=120_000)
        page.wait_for_timeout(picture.answer_s * 1_000)
    page.screenshot(path=IMAGES / f"{picture.name}.jpg", type="jpeg", quality=82, timeout=120_000)


def main(names: Sequence[str]) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    wanted = [picture for picture in PICTURES if not names or picture.name in names]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for picture in wanted:
            store = Path(folder) / str(abs(hash((picture.paths, picture.commands, picture.morning)))) / "store"
            with shown(store, picture) as url:
                width, height = picture.size
                locale = "ja-JP" if picture.language == "ja" else "en-GB"
                page = browser.new_page(viewport={"width": width, "height": height}, locale=locale)
                take(page, url, picture)
                page.close()
            print(picture.name, flush=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
