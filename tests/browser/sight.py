"""Eyes of the browser tests: requests, complaints, and the colours of pixels."""

import json
import time
import urllib.request
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import ConsoleMessage, Page
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

MAP_PART = {"x": 340, "y": 20, "width": 680, "height": 820}
"""Pixels of a 1440 x 900 screen that no panel covers."""

TELL_VIOLATIONS = """document.addEventListener('securitypolicyviolation', event =>
  console.error('Content Security Policy: ' + event.violatedDirective + ' ' + event.blockedURI))"""

PATIENCE_MS = 60_000
"""A machine under load may take long for what a person sees at once; what is there in time costs no more."""


@dataclass
class Watched:
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    thrown: list[str] = field(default_factory=list)

    def from_outside(self, city_url: str) -> list[str]:
        own = (f"{city_url}/", f"blob:{city_url}/", "data:")
        return [url for url in self.requests if not url.startswith(own)]


def watch(page: Page, watched: Watched) -> None:
    def hear(message: ConsoleMessage) -> None:
        text = message.text
        if "Content Security Policy" in text:
            watched.violations.append(text)
        elif message.type == "error":
            watched.errors.append(text)

    page.set_default_timeout(PATIENCE_MS)
    page.on("request", lambda request: watched.requests.append(request.url))
    page.on("console", hear)
    page.on("pageerror", lambda error: watched.thrown.append(str(error)))
    page.add_init_script(TELL_VIOLATIONS)


def layers_of(city_url: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{city_url}/api/layers") as answer:
        layers: list[dict[str, Any]] = json.load(answer)["layers"]
    return layers


def wait_until_drawn(page: Page) -> None:
    """Until nothing is loading, nor has been for a moment."""
    page.wait_for_selector(".maplibregl-canvas")
    page.evaluate("() => { window.__calm = 0 }")
    page.wait_for_function(
        """() => {
          const busy = document.querySelector('.loading-bar.busy') !== null
          window.__calm = busy ? 0 : window.__calm + 1
          return window.__calm > 6
        }""",
        polling=120,
    )


def comes_true(page: Page, judge: Callable[[], object], *, within_s: float = PATIENCE_MS / 1_000) -> bool:
    """Whether it is true by then: the page is looked at again and again, as one who waits for a picture does."""
    until = time.monotonic() + within_s
    while not judge():
        if time.monotonic() > until:
            return False
        page.wait_for_timeout(100)
    return True


def pixels(page: Page, part: dict[str, int] | None = None) -> NDArray[np.uint8]:
    """What is on the screen, shape (rows, columns, 3)."""
    clip = part or MAP_PART
    picture = page.screenshot(clip={name: float(value) for name, value in clip.items()})  # type: ignore[arg-type]
    with warnings.catch_warnings(), MemoryFile(picture) as file:
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with file.open() as image:
            bands: NDArray[np.uint8] = image.read([1, 2, 3])
    return np.moveaxis(bands, 0, -1)


def rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def near(picture: NDArray[np.uint8], colour: str, tolerance: int = 2) -> NDArray[np.bool_]:
    difference = np.abs(picture.astype(int) - np.array(rgb(colour)))
    found: NDArray[np.bool_] = (difference <= tolerance).all(axis=-1)
    return found


def count(picture: NDArray[np.uint8], colour: str) -> int:
    return int(near(picture, colour).sum())


def a_place_of(picture: NDArray[np.uint8], colour: str, *, reach: int = 2) -> tuple[int, int]:
    """Screen x and y in the middle of a patch of the colour with `reach` pixels of it on each side."""
    found = near(picture, colour)
    solid = found.copy()
    for shift in (*range(-reach, 0), *range(1, reach + 1)):
        solid &= np.roll(found, shift, axis=0) & np.roll(found, shift, axis=1)
    rows, columns = np.nonzero(solid)
    assert len(rows) > 0, f"{colour} is nowhere on the map"
    middle = np.argmin((rows - picture.shape[0] / 2) ** 2 + (columns - picture.shape[1] / 2) ** 2)
    return MAP_PART["x"] + int(columns[middle]), MAP_PART["y"] + int(rows[middle])
