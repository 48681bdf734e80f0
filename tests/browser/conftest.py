"""A city served over HTTP and a real Chromium to look at it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.sight import Watched, watch

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


@pytest.fixture(scope="session")
def city_url() -> Iterator[str]:
    """The address of a served city, without a slash at the end."""
    if not (ROOT / "web" / "static" / "index.html").exists():
        pytest.skip("the page is not built: npm ci && npm run build in web/ui")
    command = [sys.executable, str(Path(__file__).with_name("fixture_server.py"))]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip().rstrip("/")
        server.terminate()


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
        hash: str = "", *, locale: str = "ja-JP", width: int = 1440, height: int = 900, touch: bool = False
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
        page.goto(f"{city_url}/{hash}")
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert watched.from_outside(city_url) == []
    assert watched.violations == []
    assert watched.thrown == []
