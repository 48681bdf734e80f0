"""A city served over HTTP and a real Chromium to look at it."""

import contextlib
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.sight import PATIENCE_MS, Watched, watch

ROOT = Path(__file__).parents[2]
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = [
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]

OpenPage = Callable[..., Page]
BUILDINGS = 1500

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def city_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sample city, imported as a person would."""
    store = tmp_path_factory.mktemp("city") / "store"
    made = subprocess.run(
        machinami(store, "demo", "--no-serve", "--buildings", str(BUILDINGS)), cwd=ROOT, capture_output=True, text=True
    )
    assert made.returncode in (0, 3), made.stdout + made.stderr
    return store


@pytest.fixture(scope="session")
def city_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of the sample city, served as a person would; without a slash at the end."""
    if not (ROOT / "web" / "static" / "index.html").exists():
        pytest.skip("the page is not built: npm ci && npm run build in web/ui")
    serve = machinami(request.getfixturevalue("city_store"), "serve", "--port", "0", "--no-worker")
    with subprocess.Popen(serve, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield address_in(server.stdout)
        server.terminate()


def machinami(store: Path, *arguments: str) -> list[str]:
    """The command line, in English."""
    return [sys.executable, "-m", "web.cli", "--lang", "en", "--store", str(store), *arguments]


def address_in(lines: Iterable[str]) -> str:
    """The first address that a starting server says."""
    found = next((match for line in lines if (match := re.search(r"http://[\d.:]+", line))), None)
    assert found, "the server did not say where it is"
    wait_until_up(found[0])
    return found[0]


def wait_until_up(url: str) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/healthz"):
            return
        time.sleep(0.1)
    raise AssertionError(f"nothing answers at {url}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM} (Debian package chromium, or set CHROMIUM)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def watched() -> Watched:
    """What the page asked for and complained about; judged by the tests and, in part, after each of them."""
    return Watched()


@pytest.fixture
def open_page(browser: Browser, city_url: str, watched: Watched) -> Iterator[OpenPage]:
    """Opens the page at a hash; afterwards nothing may have been asked from outside, refused or thrown."""
    contexts = []

    def open_at(
        hash: str = "",
        *,
        locale: str = "ja-JP",
        width: int = 1440,
        height: int = 900,
        touch: bool = False,
        prepare: Callable[[Page], None] | None = None,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale=locale,
            has_touch=touch,
            is_mobile=touch,
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        watch(page, watched)
        if prepare is not None:
            prepare(page)
        page.goto(f"{city_url}/{hash}")
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert watched.from_outside(city_url) == []
    assert watched.violations == []
    assert watched.thrown == []
